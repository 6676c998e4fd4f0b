// Stands in for xmlbuilder2, which vtk.js imports for files of its own format. No picture of ours is such a
// file: without it the viewer is a tenth smaller, and needs no Node `events` in the browser.

export function create(): never {
  throw new Error('VTK XML files are not read here');
}
