// Writes `.br` and `.gz` beside every text file of `dist`, so that the server never compresses while it answers.
// index.html stays plain: the server puts a nonce into it. Run by `npm run build`.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = new URL('../dist', import.meta.url).pathname;
const texts = new Set(['.js', '.css', '.svg', '.json', '.wasm', '.webmanifest', '.txt']);

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (name.endsWith('.br') || name.endsWith('.gz')) rmSync(path);
    else if (texts.has(extname(name)) && statSync(path).size > 512) compress(path);
  }
}

function compress(path) {
  const bytes = readFileSync(path);
  // Quality 9 of brotli takes a tenth of the time of 11 on the large viewer chunk and costs about 3 % of size.
  const quality = bytes.length > 1_000_000 ? 9 : 11;
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  );
}

walk(root);
