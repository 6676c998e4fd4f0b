// The resources of /api/v1 as the page uses them. Field names are the server's. One list, however long: it is read by name, and
// `contract.fits.ts` holds all of it against the generated description.

export type Id = string;
/** RFC 3339, UTC, milliseconds. */
export type Time = string;
/** YYYY-MM-DD */
export type Day = string;

export interface OrganisationRef {
  id: Id;
  name: string;
}
export interface DepartmentRef {
  id: Id;
  name: string;
}
export interface PersonRef {
  id: Id;
  name: string;
  organisation: OrganisationRef;
}
export type Role =
  | 'village_doctor'
  | 'township_doctor'
  | 'referral_desk'
  | 'receiving_doctor'
  | 'coordinator'
  | 'specialist'
  | 'family_doctor'
  | 'manager'
  | 'administrator'
  | 'security_administrator'
  | 'auditor';
export interface Position {
  id: Id;
  role: Role;
  organisation: OrganisationRef;
  department: DepartmentRef | null;
}
export interface Me {
  person: { id: Id; name: string; login: string };
  position: Position;
  positions: Position[];
  alliance: { id: Id; name: string; timezone: string };
  demo: boolean;
  /** What must be done before the server answers anything else. */
  owed: 'password' | 'second_factor' | null;
  second_factor_off: boolean;
  server_time: Time;
}
export interface SignInWays {
  /** What the button for the identity provider says. */
  oidc: string | null;
}
export interface OwnSession {
  id: Id;
  device: string;
  from_address: string;
  created_at: Time;
  seen_at: Time;
  expires_at: Time;
  current: boolean;
}
export interface OwnFactor {
  id: Id;
  kind: 'totp' | 'passkey';
  name: string;
  confirmed_at: Time;
  used_at: Time | null;
}
export interface Factors {
  factors: OwnFactor[];
  recovery_codes_left: number;
  required: boolean;
  passkeys_possible: boolean;
}
export interface NewTotp {
  id: Id;
  secret: string;
  uri: string;
  /** SVG */
  qr: string;
}
export interface NewPasskey {
  challenge: string;
  options: unknown;
}
export interface OwnToken {
  id: Id;
  name: string;
  scopes: string[];
  created_at: Time;
  used_at: Time | null;
  expires_at: Time;
}
export interface OwnTokens {
  items: OwnToken[];
  /** What my position can give a token. */
  scopes: string[];
}
export interface FactorAdded {
  /** Shown once. */
  recovery_codes: string[] | null;
}
export interface Organisation {
  id: Id;
  name: string;
  code: string;
  level: 'city_hospital' | 'county_hospital' | 'township_centre' | 'village_clinic';
  parent: OrganisationRef | null;
  external: boolean;
  /** Outside, and nobody there has an account. */
  without_account: boolean;
  departments: DepartmentRef[];
  agreements: { consult: boolean; referral: boolean };
}
export interface Person extends PersonRef {
  role: Role;
  department: DepartmentRef | null;
  title: string | null;
  has_account: boolean;
  /** A licence is on record and over. */
  licence_ended: boolean;
}
/** Somebody whom no position places anywhere. */
export interface Unplaced {
  id: Id;
  name: string;
  staff_number: string | null;
  title: string | null;
  has_account: boolean;
}
export type Level = Organisation['level'];
export interface Department {
  id: Id;
  version: number;
  code: string;
  name: string;
  national_code: string | null;
  ended_at: Time | null;
}
/** An organisation with everything that is kept of it. */
export interface OrganisationDetail {
  id: Id;
  version: number;
  code: string;
  name: string;
  level: string;
  parent: OrganisationRef | null;
  external: boolean;
  phone: string | null;
  codes: { system: string; value: string; valid_until: Time | null }[];
  departments: Department[];
  ended_at: Time | null;
}
export interface PositionDetail extends Position {
  valid_from: Time;
  valid_until: Time | null;
}
export interface PersonDetail {
  id: Id;
  version: number;
  name: string;
  title: string | null;
  specialty: string | null;
  work_phone: string | null;
  practice_years: number | null;
  licensed: boolean;
  positions: PositionDetail[];
  left_at: Time | null;
  /** For those who manage the directory. */
  private: {
    staff_number: string | null;
    email: string | null;
    licence_number: string | null;
    licence_from: Time | null;
    licence_until: Time | null;
    practising_since: Time | null;
    has_account: boolean;
  } | null;
}
export interface Agreement {
  id: Id;
  version: number;
  kind: 'consult' | 'referral';
  from: OrganisationRef;
  to: OrganisationRef;
  valid_from: Time;
  valid_until: Time | null;
}
export type ImportSheet = 'organisations' | 'departments' | 'people' | 'positions' | 'rosters';
export interface ImportFinding {
  sheet: ImportSheet | null;
  /** As the spreadsheet counts, from 1. */
  row: number;
  severity: 'error' | 'warning';
  code: string;
  field: string | null;
  value: string | null;
}
export interface ImportReport {
  applied: boolean;
  sheets: { sheet: ImportSheet; rows: number; created: number; changed: number; unchanged: number }[];
  errors: number;
  warnings: number;
  /** The first thousand. */
  findings: ImportFinding[];
}
export interface ActivationWaiting {
  without_account: number;
  with_code: number;
}
export interface ActivationSlip {
  person_id: Id;
  name: string;
  staff_number: string | null;
  department: string | null;
  /** A name to sign in with that is free; of an account that is there, its name. */
  login: string | null;
  /** For an account that is there: the code gives it a new password. */
  resets: boolean;
  code: string;
}
/** Shown once. */
export interface ActivationSheet {
  organisation: OrganisationRef;
  address: string;
  issued_at: Time;
  expires_at: Time;
  people: ActivationSlip[];
}
/** Somebody with the number they answer at work. */
export interface Reach {
  id: Id;
  name: string;
  work_phone: string | null;
}
export type DutyKind = 'department' | 'hospital' | 'alliance';
export type DutyRank = 'duty' | 'deputy';
export interface Duty {
  id: Id;
  version: number;
  kind: DutyKind;
  organisation: OrganisationRef | null;
  department: DepartmentRef | null;
  person: Reach;
  rank: DutyRank;
  starts_at: Time;
  ends_at: Time;
}
export interface Swap {
  id: Id;
  version: number;
  offered_duty_id: Id;
  wanted_duty_id: Id | null;
  from: Reach;
  to: Reach;
  state: 'offered' | 'accepted' | 'declined' | 'withdrawn';
  created_at: Time;
}
/** A person in one of their positions, as the box finds them. */
export interface Found {
  id: Id;
  position_id: Id;
  name: string;
  title: string | null;
  specialty: string | null;
  role: Role;
  organisation: OrganisationRef;
  department: DepartmentRef | null;
  work_phone: string | null;
  on_duty: { kind: DutyKind; rank: DutyRank; until: Time } | null;
  /** Who stands in: the deputy of their duty, or whoever is on duty for their department. */
  deputy: Reach | null;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Sex = 'male' | 'female' | 'unknown';
export type IdentityKind = 'resident_id' | 'passport' | 'newborn' | 'unidentified';
export interface PatientRef {
  id: Id;
  name: string;
  sex: Sex;
  birth_date: Day | null;
  age: number | null;
}
export interface Patient extends PatientRef {
  version: number;
  identity: { kind: IdentityKind; masked: string | null };
  phone_masked: string | null;
  address: string | null;
  registered_by: OrganisationRef;
  created_at: Time;
  updated_at: Time;
}
/** What the masks hide; asking for it is an act in the audit trail. */
export interface Revealed {
  identity: { kind: IdentityKind; value: string | null };
  phone: string | null;
}
export interface PatientInput {
  id: Id;
  name: string;
  sex: Sex;
  birth_date: Day | null;
  identity: { kind: IdentityKind; value: string | null };
  phone: string | null;
  address: string | null;
}

export type ConsultType = 'comprehensive' | 'imaging' | 'pathology' | 'ecg';
export type Mode = 'asynchronous' | 'live';
export type ConsultUrgency = 'critical' | 'urgent' | 'routine';
export type ConsultState =
  | 'draft'
  | 'submitted'
  | 'returned'
  | 'quality_checked'
  | 'assigned'
  | 'info_requested'
  | 'reading'
  | 'in_session'
  | 'drafted'
  | 'signed'
  | 'delivered'
  | 'acknowledged'
  | 'closed'
  | 'declined'
  | 'cancelled';
export interface Owed {
  party: 'requester' | 'invited' | 'sender' | 'receiver' | 'manager';
  organisation: OrganisationRef;
  person: PersonRef | null;
  /** What must be done, as a code. */
  duty: string;
  due_at: Time | null;
}
export interface ConsultRow {
  id: Id;
  version: number;
  number: string;
  patient: PatientRef;
  type: ConsultType;
  mode: Mode;
  urgency: ConsultUrgency;
  state: ConsultState;
  question: string;
  requester: PersonRef;
  invited: OrganisationRef;
  assignee: PersonRef | null;
  owed: Owed | null;
  submitted_at: Time | null;
  updated_at: Time;
  unread: boolean;
}
export interface Diagnosis {
  code: string | null;
  system: string | null;
  system_version: string | null;
  text: string;
}
export type ReportDisposition = 'treat_here' | 'refer_up' | 'send_down';
export interface Report {
  version: number;
  kind: 'opinion' | 'report';
  findings: string;
  diagnosis: Diagnosis;
  advice: string;
  disposition: ReportDisposition | null;
  author: PersonRef;
  drafted_at: Time;
  signed_at: Time | null;
  content_hash: string | null;
}
export type ConsultDeclineReason =
  | 'no_capability'
  | 'not_indicated'
  | 'insufficient_information'
  | 'other_hospital_better'
  | 'other';
export type Adoption = 'adopted' | 'partly' | 'not';
export type ConsentKind = 'written' | 'emergency_pending';
export interface Ask {
  text: string;
  asked_at: Time;
  answer: string | null;
}
export interface Consult extends ConsultRow {
  summary: string;
  consent: { kind: ConsentKind; recorded_at: Time } | null;
  invited_department: DepartmentRef | null;
  room_id: Id;
  studies: Study[];
  report: Report | null;
  report_versions: Report[];
  ask: Ask[];
  acknowledgement: { adoption: Adoption; reason: string | null; by: PersonRef; at: Time } | null;
  decision: { code: string; text: string | null } | null;
  /** Commands this caller may give now. */
  allowed: string[];
}
export interface ConsultInput {
  id: Id;
  patient_id: Id;
  type: ConsultType;
  mode: Mode;
  urgency: ConsultUrgency;
  question: string;
  summary: string;
  invited_organisation_id: Id;
  invited_department_id: Id | null;
  consent: { kind: ConsentKind } | null;
}
export interface ConsultList extends Page<ConsultRow> {
  counts: { todo: number; started: number };
}
export interface TimelineEntry {
  id: Id;
  seq: number;
  /** e.g. consult.claimed */
  type: string;
  version: number;
  actor: PersonRef | null;
  occurred_at: Time;
  recorded_at: Time;
  payload: Record<string, unknown>;
}

export type LegState =
  | 'draft'
  | 'discarded'
  | 'submitted'
  | 'received'
  | 'info_requested'
  | 'accepted'
  | 'reserved'
  | 'no_show'
  | 'arrived'
  | 'in_care'
  | 'outcome_sent'
  | 'closed'
  | 'declined'
  | 'redirected'
  | 'cancelled'
  | 'cancel_requested'
  | 'entered_in_error';
export type LegUrgency = 'emergency' | 'urgent' | 'routine';
export type Direction = 'up' | 'down' | 'lateral' | 'onward';
export type Transport = 'none' | 'departed' | 'arrived';
export type ReferralReason =
  | 'unclear_or_capability'
  | 'critical'
  | 'stable_for_lower'
  | 'patient_wish'
  | 'other';
export interface ReferralForm {
  reason: ReferralReason;
  complaint: string;
  history: string;
  past_history: string;
  allergies: string;
  vitals: Record<string, string>;
  examination: string;
  diagnosis: Diagnosis;
  treatment: string;
  purpose: string;
  /** Code of a question to its answer: `yes`, `no` or a number. */
  answers?: Record<string, string>;
  drugs: string;
  warning_signs: string;
  pregnancy: string;
  papers: ReferralPapers;
}
export type Insurance = 'employee' | 'resident' | 'commercial' | 'self_paid' | 'other';
/** What the offices ask for beside the illness. */
export interface ReferralPapers {
  record_number: string;
  insurance: Insurance | null;
  filing_number: string;
  filed_until: Day | null;
}
export interface LegRow {
  id: Id;
  version: number;
  number: string;
  case_id: Id;
  patient: PatientRef;
  direction: Direction;
  urgency: LegUrgency;
  state: LegState;
  transport: Transport;
  from: OrganisationRef;
  sender: PersonRef;
  /** Null while a draft has no destination yet. */
  to: OrganisationRef | null;
  to_department: DepartmentRef | null;
  owner: PersonRef | null;
  owed: Owed | null;
  complaint: string;
  submitted_at: Time | null;
  updated_at: Time;
  unread: boolean;
  /** In the list of what was sent, while it goes on. */
  receipts: { read: number; unread: number } | null;
}
export type OutcomeDisposition =
  | 'stays'
  | 'back_down'
  | 'onward'
  | 'died'
  | 'left_against_advice'
  | 'left_before_seen';
export interface Outcome {
  version: number;
  diagnosis: Diagnosis;
  treatment: string;
  plan: string;
  findings: string;
  drugs: string;
  warning_signs: string;
  /** The receiver has no account: the sender's people entered what it did. */
  by_proxy: boolean;
  disposition: OutcomeDisposition;
  /** Null when nobody of the receiving side wrote it. */
  author: PersonRef | null;
  at: Time;
}
export type ResourceKind = 'bed' | 'slot' | 'bay' | 'not_needed';
/** What a saved view of the board shows; null and false do not narrow. */
export interface BoardFilter {
  group: 'waiting' | 'coming' | 'here' | 'open' | 'done';
  urgency: LegUrgency | null;
  direction: Direction | null;
  department_id: Id | null;
  from_organisation_id: Id | null;
  overdue: boolean;
  mine: boolean;
  text: string;
}
export interface BoardView {
  name: string;
  filter: BoardFilter;
}
export interface BoardViews {
  /** 0 before the first was saved. */
  version: number;
  items: BoardView[];
}
/** What is printed on the patient's slip beside the leg: it proves the paper, and tells nothing about the patient. */
export interface Slip {
  number: string;
  code: string;
  url: string;
}
export type DeclineReason =
  | 'no_bed'
  | 'no_capability'
  | 'not_indicated'
  | 'insufficient_information'
  | 'other_hospital_better'
  | 'patient_unfit_for_transfer'
  | 'other';
export interface Leg extends LegRow {
  form: ReferralForm;
  /** Which criteria the form met when it was written. */
  criteria: { version: number; met: string[] } | null;
  consent: { kind: ConsentKind } | null;
  expected_at: Time | null;
  arrived_at: Time | null;
  /** What is held for the patient now. */
  reservation: { kind: ResourceKind; resource: string; hold_until: Time | null } | null;
  encounter_number: string | null;
  outcome: Outcome | null;
  outcomes: Outcome[];
  decision: { code: string; text: string | null; suggestion: string | null } | null;
  decision_acknowledged: boolean;
  replaces: Id | null;
  based_on: Id | null;
  follow_up: Id | null;
  ask: Ask[];
  notes: { text: string; late: boolean; author: PersonRef | null; at: Time }[];
  /** Nobody at the destination has an account. */
  external: boolean;
  /** What an emergency was sent without, by field; to be completed until `record_due_at`. */
  missing: string[];
  record_due_at: Time | null;
  allowed: string[];
  /** Whether the caller may read its conversation, which has the same id. */
  has_thread: boolean;
}
export interface LegReceipts {
  read: { person: PersonRef; read_at: Time }[];
  unread: PersonRef[];
}
export type Callee = 'sender' | 'receiver' | 'patient' | 'other';
export type CallResult = 'reached' | 'not_reached' | 'wrong_number' | 'call_back';
export interface LegCall {
  id: Id;
  callee: Callee;
  result: CallResult;
  whom: string;
  note: string;
  called_at: Time;
  author: PersonRef;
}
export interface LegCallInput {
  id: Id;
  callee: Callee;
  result: CallResult;
  whom: string;
  note: string;
  called_at: Time;
}
export interface Contact {
  callee: Callee;
  organisation: OrganisationRef;
  /** Null for the organisation's own number. */
  person: PersonRef | null;
  part: string;
  phone: string;
}
export interface LegCalls {
  items: LegCall[];
  contacts: Contact[];
}
export interface LegInput {
  id: Id;
  case_id: Id | null;
  patient_id: Id;
  direction: Direction;
  urgency: LegUrgency;
  to_organisation_id: Id;
  to_department_id: Id | null;
  form: ReferralForm;
  consent: { kind: ConsentKind } | null;
}
export interface LegList extends Page<LegRow> {
  counts: { incoming: number; sent: number };
}
/** A place a patient could go to, with the numbers it is ranked by; null is unknown. */
export interface Suggestion {
  rank: number;
  organisation: OrganisationRef;
  level: string;
  department: DepartmentRef | null;
  agreement: boolean;
  /** `yes`, `no` or `unknown`. */
  capable: string;
  capability_valid_until: Time | null;
  distance_km: number | null;
  open_legs: number;
  open_beds: number | null;
  legs_per_bed: number | null;
  free_beds: { count: number; at: Time; stale: boolean } | null;
  duty: { name: string; phone: string | null }[];
  decides: { median_minutes: number; decisions: number } | null;
}
export interface Suggestions {
  need: string | null;
  items: Suggestion[];
}
export interface BedFigure {
  open: number;
  occupied: number;
  free: number;
  expected_free: number | null;
  source: 'hand' | 'file' | 'feed';
  at: Time;
  set_by: PersonRef | null;
  stale: boolean;
}
export interface BedHold {
  leg_id: Id;
  leg_version: number;
  number: string;
  patient: PatientRef;
  kind: string;
  resource: string;
  hold_until: Time | null;
  may_release: boolean;
}
export interface BedRow {
  department: DepartmentRef;
  code: string;
  version: number;
  figure: BedFigure | null;
  available: number | null;
  over_held: number;
  holds: BedHold[];
}
export interface BedBoard {
  organisation: OrganisationRef;
  stale_minutes: number;
  may_edit: boolean;
  departments: BedRow[];
  other_holds: BedHold[];
}
export interface BedReport {
  applied: boolean;
  rows: number;
  changed: number;
  unchanged: number;
  older: number;
  errors: number;
  findings: { row: number; code: string; field: string; value: string }[];
}
export interface Capability {
  id: Id;
  version: number;
  organisation_id: Id;
  code: string;
  valid_from: Time;
  valid_until: Time | null;
}
export interface Facilities {
  version: number;
  coordinates: { latitude: number | null; longitude: number | null };
  capabilities: Capability[];
  catalogue: { code: string; text: unknown }[];
}
export interface SettingsChange {
  path: string;
  from: unknown;
  to: unknown;
}
export interface SettingsState {
  version: number;
  rules: unknown;
  defaults: unknown;
}
export interface SettingsVersion {
  version: number;
  changed_by: PersonRef | null;
  changed_at: Time;
  changes: SettingsChange[];
  restored_from: number | null;
}
export interface Case {
  id: Id;
  number: string;
  patient: PatientRef;
  state: 'open' | 'closed';
  legs: LegRow[];
}

export type FollowUpState = 'planned' | 'done' | 'not_reached' | 'cancelled';
export interface FollowUpResult {
  /** mmHg */
  systolic: number | null;
  diastolic: number | null;
  /** mmol/L */
  glucose: number | null;
  text: string;
}
export interface FollowUp {
  id: Id;
  version: number;
  case_id: Id;
  leg_id: Id;
  number: string;
  patient: PatientRef;
  /** Who owes it. */
  organisation: OrganisationRef;
  diagnosis: string;
  task: string;
  due_on: Day;
  overdue: boolean;
  state: FollowUpState;
  planned_by: PersonRef;
  result: FollowUpResult | null;
  attempts: { at: Time; note: string }[];
  reason: string | null;
  ended_by: PersonRef | null;
  ended_at: Time | null;
  allowed: string[];
}
export interface FollowUpInput {
  id: Id;
  leg_id: Id;
  organisation_id: Id | null;
  task: string;
  due_on: Day | null;
}
export interface FollowUpSuggestion {
  reason: 'after_discharge' | 'chronic';
  due_on: Day;
  organisations: OrganisationRef[];
}
export interface FollowUpPage extends Page<FollowUp> {
  counts: { overdue: number; today: number; later: number };
  suggestion: FollowUpSuggestion | null;
}

export interface Package {
  id: Id;
  state: 'waiting' | 'opened' | 'expired' | 'revoked';
  made_by: PersonRef;
  created_at: Time;
  expires_at: Time;
  opened_at: Time | null;
  revoked_at: Time | null;
}
export interface PackageSender {
  organisation: string;
  organisation_phone: string | null;
  doctor: string;
  doctor_phone: string | null;
}
/** Shown once. */
export interface NewPackage {
  package: Package;
  code: string;
  address: string;
  /** SVG */
  qr: string;
  sheet: { number: string; to: string; from: PackageSender };
}
/** What the other hospital reads. */
export interface PackageContent {
  number: string;
  direction: Direction;
  urgency: LegUrgency;
  submitted_at: Time | null;
  from: PackageSender;
  to: string;
  to_department: string | null;
  patient: {
    name: string;
    sex: Sex;
    birth_date: Day | null;
    age: number | null;
    identity: { kind: IdentityKind; masked: string | null };
    phone_masked: string | null;
  };
  form: ReferralForm;
  consent: ConsentKind | null;
  readable_until: Time;
}

export interface Series {
  series_uid: string;
  modality: string;
  description: string;
  number: number | null;
  instances: number;
}
export interface Study {
  id: Id;
  study_uid: string;
  patient_id: Id | null;
  status: 'matched' | 'unassigned' | 'quarantined';
  dicom_patient: { name: string; birth_date: Day | null; sex: string | null; local_id: string };
  mismatch: string[];
  /** The record that a quarantined one disagrees with; null where the caller may not see that patient. */
  sent_to: PatientRef | null;
  channel: string;
  study_date: Day | null;
  description: string;
  modalities: string[];
  series: Series[];
  instances: number;
  ecg: { instance_uid: string } | null;
  preview_url: string | null;
  received_at: Time;
}
/** A study beside a patient who may be the one: where they contradict each other, by the server's rule. */
export interface Comparison {
  patient: PatientRef;
  mismatch: string[];
}
export interface PendingStudies {
  unassigned: number;
  quarantined: number;
}
export type UploadOutcome = 'stored' | 'duplicate' | 'alternate' | 'quarantined' | 'unassigned' | 'refused';
export interface UploadResult {
  name: string;
  outcome: UploadOutcome;
  code: string | null;
  study_id: Id | null;
}
export interface Upload {
  id: Id;
  state: 'receiving' | 'done' | 'failed';
  size: number;
  offset: number;
  filename: string;
  results: UploadResult[];
}
export interface Notice {
  id: Id;
  type: string;
  class: NoticeClass;
  subject: {
    kind:
      | 'consult'
      | 'leg'
      | 'thread'
      | 'study'
      | 'duty'
      | 'duty_swap'
      | 'person'
      | 'break_glass'
      | 'patient';
    id: Id;
  };
  patient: { id: Id; name: string } | null;
  payload: Record<string, unknown>;
  created_at: Time;
  read_at: Time | null;
}
export interface NoticeList extends Page<Notice> {
  unread: number;
}

export type NoticeClass = 'tasks' | 'answers' | 'escalations' | 'messages' | 'administration';
export interface NoticeWays {
  mail: boolean;
  phone: boolean;
}
export type NoticeLanguage = 'zh-CN' | 'en';
export interface NoticePreferencesInput {
  language: NoticeLanguage;
  channels: Record<NoticeClass, NoticeWays>;
  /** HH:MM in the alliance's zone. */
  quiet: { from: string; until: string } | null;
}
export interface NoticePreferences extends NoticePreferencesInput {
  timezone: string;
  email: string | null;
  phone: string | null;
  phone_offered: boolean;
}

export type WebhookAdapter = 'standard' | 'dingtalk' | 'wecom' | 'sms_gateway';
export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'dead' | 'dropped';
export interface Webhook {
  id: Id;
  version: number;
  name: string;
  adapter: WebhookAdapter;
  /** Without its query. */
  url: string;
  has_secret: boolean;
  events: string[];
  language: NoticeLanguage;
  template: string | null;
  active: boolean;
  created_at: Time;
  last: {
    state: DeliveryState;
    kind: string;
    fault: string | null;
    fault_detail: string | null;
    created_at: Time;
    ended_at: Time | null;
  } | null;
}
export interface Webhooks {
  items: Webhook[];
  kinds: string[];
}
export interface WebhookInput {
  id: Id;
  name: string;
  adapter: WebhookAdapter;
  url: string;
  secret: string | null;
  events: string[];
  language: NoticeLanguage;
  template: string | null;
}
export interface NewWebhook {
  webhook: Webhook;
  /** Shown this once. */
  secret: string | null;
}
export interface DeliveryRow {
  id: Id;
  channel: 'mail' | 'phone' | 'webhook';
  state: DeliveryState;
  person: PersonRef | null;
  webhook: string | null;
  kind: string;
  tries: number;
  fault: string | null;
  fault_detail: string | null;
  due_at: Time | null;
  created_at: Time;
  ended_at: Time | null;
}
export interface DeliveryRoute {
  name: string;
  waiting: number;
  dead: number;
  failures: number;
  resume_at: Time | null;
  fault: string | null;
  fault_detail: string | null;
  succeeded_at: Time | null;
}
export interface Deliveries extends Page<DeliveryRow> {
  routes: DeliveryRoute[];
}

export type TodoClass = 'todo' | 'started' | 'informed' | 'done';
export interface Todo {
  kind: 'leg' | 'consult' | 'duty_swap';
  id: Id;
  number: string | null;
  patient: PatientRef | null;
  urgency: string | null;
  state: string;
  from: PersonRef;
  to: OrganisationRef | null;
  owed: Owed | null;
  due_at: Time | null;
  at: Time;
  unread: boolean;
  told: { notice_id: Id; type: string } | null;
}
export interface Todos extends Page<Todo> {
  counts: Record<TodoClass, number>;
}

export type BreakGlassReason = 'emergency_treatment' | 'unconscious' | 'mass_casualty' | 'other';
export interface BreakGlassInput {
  id: Id;
  /** By the identity number, or by name and birth date. */
  patient: { resident_id: string | null; name: string | null; birth_date: Day | null };
  reason: BreakGlassReason;
  explanation: string;
  minutes: number;
}
interface BrokenGlass {
  id: Id;
  version: number;
  reason: BreakGlassReason;
  explanation: string;
  opened_at: Time;
  ends_at: Time;
  is_open: boolean;
}
/** One's own. */
export interface BreakGlass extends BrokenGlass {
  patient: PatientRef;
}
export type BreakGlassVerdict = 'justified' | 'unjustified';
/** As it is reviewed. */
export interface BreakGlassCase extends BrokenGlass {
  person: PersonRef;
  patient: AuditPatient;
  review: { by: string; at: Time; verdict: BreakGlassVerdict; note: string } | null;
}
export interface BreakGlassCases extends Page<BreakGlassCase> {
  to_review: number;
}

export interface AuditPatient {
  id: Id;
  name_masked: string;
}
export type AuditOutcome = 'done' | 'read' | 'denied';
export interface AccessLogEntry {
  id: Id;
  at: Time;
  person: { id: Id; name: string } | null;
  role: Role | null;
  organisation: OrganisationRef | null;
  /** `patient.read`, `consult.signed`; of a refusal the route. */
  action: string;
  /** The legal basis; of a refusal its code. */
  basis: string;
  outcome: AuditOutcome;
}
export interface AuditEntry extends AccessLogEntry {
  /** Place in the chain; null for the second until it is sealed. */
  seq: number | null;
  from: string;
  request_id: string;
  subject_kind: string;
  subject_id: string;
  patient: AuditPatient | null;
  detail: unknown;
}

export interface Document {
  id: Id;
  name: string;
  media_type: string;
  size: number;
  /** Whether a page may show or play it. */
  inline: boolean;
}
export type AttachmentKind = 'file' | 'photo' | 'voice';
export interface Attachment {
  kind: AttachmentKind;
  document: Document;
  duration_ms: number | null;
}
export interface Message {
  id: Id;
  /** Its place in the thread, from 1. */
  ordinal: number;
  author: PersonRef;
  text: string;
  attachments: Attachment[];
  created_at: Time;
  withdrawn_at: Time | null;
  withdrawable_until: Time | null;
  read_by: Id[];
  unread_by: Id[];
}
export interface MessagePage extends Page<Message> {
  people: PersonRef[];
}
export interface MessageInput {
  id: Id;
  /** Who wrote it, whoever is signed in by now. */
  author_id: Id;
  text: string;
  attachments: { document_id: Id; kind: AttachmentKind; duration_ms: number | null }[];
}
export interface ThreadRow {
  id: Id;
  unread: number;
  last_at: Time;
}
export interface Thread extends ThreadRow {
  messages: number;
  previous_id: Id | null;
  members: PersonRef[];
}
