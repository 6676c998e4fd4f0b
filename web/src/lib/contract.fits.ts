// Holds `contract.ts` against the description that the server gives of itself (`schema.d.ts`, made by `npm run gen`).
// Types only: a field that the server renamed, dropped or made into something else does not compile here.

import type * as Ours from './contract';
import type { components } from './schema';

type Theirs = components['schemas'];

/** The server writes `null` where it has nothing; its description calls such fields optional. */
type Told<T> = T extends (infer Item)[]
  ? Told<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Told<Exclude<T[K], undefined>> }
    : T;

/** Codes are plain text in parts of the description: a union of words is compared as text. */
type Wide<T> = T extends string
  ? string
  : T extends (infer Item)[]
    ? Wide<Item>[]
    : T extends object
      ? { [K in keyof T]: Wide<T[K]> }
      : T;

/** What the server says has everything that the page reads. */
type Reads<Theirs, Ours> =
  Wide<Told<Theirs>> extends Wide<Ours> ? true : { page: Wide<Ours>; server: Wide<Told<Theirs>> };
/** What the page sends is something that the server takes. */
type Writes<Ours, Theirs> =
  Wide<Ours> extends Wide<Theirs> ? true : { page: Wide<Ours>; server: Wide<Theirs> };
type Must<Checks extends true[]> = Checks;

export type Contract = Must<
  [
    Reads<Theirs['Me'], Ours.Me>,
    Reads<Theirs['SignInWays'], Ours.SignInWays>,
    Reads<Theirs['OwnSession'], Ours.OwnSession>,
    Reads<Theirs['OwnTokens'], Ours.OwnTokens>,
    Reads<Theirs['Factors'], Ours.Factors>,
    Reads<Theirs['NewTotp'], Ours.NewTotp>,
    Reads<Theirs['FactorAdded'], Ours.FactorAdded>,
    Reads<Theirs['Organisation'], Ours.Organisation>,
    Reads<Theirs['Colleague'], Ours.Person>,
    Reads<Theirs['Unplaced'], Ours.Unplaced>,
    Reads<Theirs['Found'], Ours.Found>,
    Reads<Theirs['Duty'], Ours.Duty>,
    Reads<Theirs['Swap'], Ours.Swap>,
    Reads<Theirs['OrganisationDetail'], Ours.OrganisationDetail>,
    Reads<Theirs['PersonDetail'], Ours.PersonDetail>,
    Reads<Theirs['Agreement'], Ours.Agreement>,
    Reads<Theirs['ImportReport'], Ours.ImportReport>,
    Reads<Theirs['ActivationWaiting'], Ours.ActivationWaiting>,
    Reads<Theirs['ActivationSheet'], Ours.ActivationSheet>,
    Reads<Theirs['Patient'], Ours.Patient>,
    Writes<Ours.PatientInput, Theirs['PatientInput']>,
    Reads<Theirs['Revealed'], Ours.Revealed>,
    Reads<Theirs['BreakGlass'], Ours.BreakGlass>,
    Writes<Ours.BreakGlassInput, Theirs['BreakGlassInput']>,
    Reads<Theirs['BreakGlassCases'], Ours.BreakGlassCases>,
    Reads<Theirs['AccessLogEntry'], Ours.AccessLogEntry>,
    Reads<Theirs['AuditEntry'], Ours.AuditEntry>,
    Reads<Theirs['AuditPatient'], Ours.AuditPatient>,
    Reads<Theirs['Notice'], Ours.Notice>,
    Reads<Theirs['Notices'], Ours.NoticeList>,
    Reads<Theirs['NoticePreferences'], Ours.NoticePreferences>,
    Reads<Theirs['Webhooks'], Ours.Webhooks>,
    Reads<Theirs['NewWebhook'], Ours.NewWebhook>,
    Reads<Theirs['Deliveries'], Ours.Deliveries>,
    Reads<Theirs['Todos'], Ours.Todos>,
    Reads<Theirs['Study'], Ours.Study>,
    Reads<Theirs['Comparison'], Ours.Comparison>,
    Reads<Theirs['PendingStudies'], Ours.PendingStudies>,
    Reads<Theirs['Upload'], Ours.Upload>,
    Reads<Theirs['ConsultRow'], Ours.ConsultRow>,
    Reads<Theirs['Consult'], Ours.Consult>,
    Writes<Ours.ConsultInput, Theirs['ConsultInput']>,
    Reads<Theirs['LegRow'], Ours.LegRow>,
    Reads<Theirs['Leg'], Ours.Leg>,
    Reads<Theirs['BoardViews'], Ours.BoardViews>,
    Writes<Ours.BoardView, Theirs['BoardView']>,
    Reads<Theirs['Slip'], Ours.Slip>,
    Writes<Ours.LegInput, Theirs['LegInput']>,
    Reads<Theirs['Suggestions'], Ours.Suggestions>,
    Reads<Theirs['BedBoard'], Ours.BedBoard>,
    Reads<Theirs['BedReport'], Ours.BedReport>,
    Reads<Theirs['Facilities'], Ours.Facilities>,
    Reads<Theirs['SettingsState'], Ours.SettingsState>,
    Reads<Theirs['SettingsVersion'], Ours.SettingsVersion>,
    Reads<Theirs['FollowUp'], Ours.FollowUp>,
    Reads<Theirs['FollowUpPage'], Ours.FollowUpPage>,
    Writes<Ours.FollowUpInput, Theirs['FollowUpInput']>,
    Reads<Theirs['Package'], Ours.Package>,
    Reads<Theirs['NewPackage'], Ours.NewPackage>,
    Reads<Theirs['PackageContent'], Ours.PackageContent>,
    Reads<Theirs['TimelineEntry'], Ours.TimelineEntry>,
    Reads<Theirs['LegReceipts'], Ours.LegReceipts>,
    Reads<Theirs['LegCalls'], Ours.LegCalls>,
    Writes<Ours.LegCallInput, Theirs['CallInput']>,
    Reads<Theirs['Thread'], Ours.Thread>,
    Reads<Theirs['MessagePage'], Ours.MessagePage>,
    Writes<Ours.MessageInput, Theirs['MessageInput']>,
  ]
>;
