import type { Must, Reads, Theirs } from './fits';
import type * as Ours from './packages';

export type Packages = Must<
  [
    Reads<Theirs['Package'], Ours.Package>,
    Reads<Theirs['NewPackage'], Ours.NewPackage>,
    Reads<Theirs['PackageContent'], Ours.PackageContent>,
  ]
>;
