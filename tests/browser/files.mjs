// Files as a clinic has them on its disk: a zip of a CT series, an ECG, a slice cut short, and what is no image at all.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ROOT } from './product.mjs';

const PYTHON = join(ROOT, 'target/test-venv/bin/python');

/** `name` as DICOM writes it, for example `Wang^XiuYing=王^秀英`; `birthday` as 19540903; `sex` M or F. */
export function filesOf({ name, birthday, sex }) {
  const folder = mkdtempSync(join(tmpdir(), 'consult-files-'));
  execFileSync(PYTHON, [join(import.meta.dirname, 'dicom.py'), folder, name, birthday, sex]);
  const path = (file) => join(folder, file);
  return {
    ct: path('chest-ct.zip'),
    ecg: path('ecg.dcm'),
    slice: path('slice.dcm'),
    /** Of the same study, with a birth date that contradicts. */
    mistyped: path('slice-mistyped.dcm'),
    cut: path('slice-cut.dcm'),
    letter: path('letter.txt'),
  };
}

/** Sends a file as the demo's device of the health centre does, by DICOM C-STORE. */
export function sendFromDevice(product, file) {
  execFileSync('storescu', ['-aet', 'CLINIC', '-aec', 'CONSULT', '127.0.0.1', String(product.dimse), file]);
}

/** Drops files on an element of the page, as from a folder beside the browser. */
export async function drop(target, paths) {
  const files = paths.map((path) => ({ name: basename(path), bytes: readFileSync(path).toString('base64') }));
  const transfer = await target.page().evaluateHandle((dropped) => {
    const data = new DataTransfer();
    for (const { name, bytes } of dropped) {
      data.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
    }
    return data;
  }, files);
  await target.dispatchEvent('dragover', { dataTransfer: transfer });
  await target.dispatchEvent('drop', { dataTransfer: transfer });
}
