import type * as Ours from './directory';
import type { Must, Reads, Theirs } from './fits';

export type Directory = Must<
  [
    Reads<Theirs['Organisation'], Ours.Organisation>,
    Reads<Theirs['Colleague'], Ours.Person>,
    Reads<Theirs['Unplaced'], Ours.Unplaced>,
    Reads<Theirs['Found'], Ours.Found>,
    Reads<Theirs['OrganisationDetail'], Ours.OrganisationDetail>,
    Reads<Theirs['PersonDetail'], Ours.PersonDetail>,
    Reads<Theirs['Agreement'], Ours.Agreement>,
    Reads<Theirs['ImportReport'], Ours.ImportReport>,
    Reads<Theirs['ActivationWaiting'], Ours.ActivationWaiting>,
    Reads<Theirs['ActivationSheet'], Ours.ActivationSheet>,
    Reads<Theirs['Facilities'], Ours.Facilities>,
  ]
>;
