// The files in what was dropped or picked: single files, whole folders, zips. Names are paths inside the folder.

export interface PickedFile {
  name: string;
  file: File;
}

/** Left behind by operating systems, never a study. */
const LITTER = /^(\.|Thumbs\.db$|desktop\.ini$|__MACOSX)/i;

export function fromPicker(files: Iterable<File>): PickedFile[] {
  return [...files]
    .map((file) => ({ name: file.webkitRelativePath || file.name, file }))
    .filter(({ name }) => !name.split('/').some((part) => LITTER.test(part)));
}

/** Must be called in the drop handler: the list is gone afterwards. */
export async function fromDrop(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry())
    .filter((entry): entry is FileSystemEntry => entry !== null);
  if (entries.length === 0) return fromPicker(transfer.files);
  const found = await Promise.all(entries.map((entry) => walk(entry, '')));
  return found.flat();
}

async function walk(entry: FileSystemEntry, above: string): Promise<PickedFile[]> {
  if (LITTER.test(entry.name)) return [];
  const name = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: PickedFile[] = [];
  for (;;) {
    // Chromium hands out at most 100 entries a call.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return found;
    for (const inner of batch) found.push(...(await walk(inner, `${name}/`)));
  }
}
