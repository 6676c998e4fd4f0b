// What each route really loads, from Vite's manifest: the entry, the route's chunk, and everything they import statically.
import { existsSync, readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('./dist/.vite/manifest.json', import.meta.url), 'utf8'));

function files(...sources) {
  const found = new Set();
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`the build has no chunk for ${key}`);
    if (found.has(`dist/${chunk.file}`)) return;
    found.add(`dist/${chunk.file}`);
    for (const css of chunk.css ?? []) found.add(`dist/${css}`);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const source of sources) visit(source);
  return [...found];
}

const route = (name, limit, ...sources) => ({
  name,
  limit,
  gzip: true,
  path: files('index.html', ...sources),
});
const pane = (name, limit, ...sources) => {
  const page = new Set(files('index.html'));
  return { name, limit, gzip: true, path: files(...sources).filter((file) => !page.has(file)) };
};
const there = (source) => existsSync(new URL(`./${source}`, import.meta.url));

export default [
  route('village home', '150 kB', 'src/app/start-page.tsx', 'src/features/home/components/home-page.tsx'),
  route('images to assign', '155 kB', 'src/features/studies/components/study-page.tsx'),
  route('live board', '170 kB', 'src/features/referrals/components/board-page.tsx'),
  route('worklist', '160 kB', 'src/features/worklist/components/worklist-page.tsx'),
  route('room', '160 kB', 'src/features/call/components/room-page.tsx'),
  // The desk loads its panes by themselves: each is what it adds to the page.
  pane('viewer', '900 kB', 'src/features/viewer/components/viewer-pane.tsx', 'src/features/viewer/stack.ts'),
  pane('ECG', '20 kB', 'src/features/ecg/components/ecg-pane.tsx'),
].filter((entry) => entry && there('dist'));
