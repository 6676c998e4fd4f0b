// What stands on the printed 转诊单, in the order of the paper form. A new field of the form is one line here and one text in
// `paper.json`; a field without content keeps its line on the paper, to be filled in by hand, unless it is marked `spare`.

import type { Leg, OrganisationDetail, Patient, PersonDetail, Revealed } from '@/lib/contract';
import { formatDay, formatTime } from '@/lib/format';
import type { Language, TextKey } from '@/lib/i18n';

export interface Paper {
  leg: Leg;
  patient: Patient | null;
  /** The whole numbers, when somebody asked for them. */
  revealed: Revealed | null;
  from: OrganisationDetail | null;
  to: OrganisationDetail | null;
  sender: PersonDetail | null;
}

/** The words a field may need beside its own content. */
export interface Words {
  language: Language;
  coded: (key: string) => string;
  vitals: (signs: Record<string, string>) => string;
}

export interface Field {
  label: TextKey<'paper'>;
  text: (paper: Paper, words: Words) => string | null | undefined;
  /** Over the whole width of the paper. */
  wide?: true;
  /** Left out when empty. */
  spare?: true;
}

export interface Section {
  title: TextKey<'paper'>;
  fields: Field[];
}

const time = (at: string | null | undefined, words: Words) => (at ? formatTime(at, words.language, 0) : null);
const coded = (diagnosis: {
  text: string;
  code: string | null;
  system: string | null;
  system_version: string | null;
}) =>
  [
    diagnosis.text,
    diagnosis.code &&
      `(${[diagnosis.code, diagnosis.system, diagnosis.system_version].filter(Boolean).join(' ')})`,
  ]
    .filter(Boolean)
    .join(' ');

export const FORM: Section[] = [
  {
    title: 'section.patient',
    fields: [
      { label: 'field.name', text: ({ leg }) => leg.patient.name },
      { label: 'field.sex', text: ({ leg }, words) => words.coded(`sex.${leg.patient.sex}`) },
      { label: 'field.born', text: ({ leg }, words) => formatDay(leg.patient.birth_date, words.language) },
      { label: 'field.age', text: ({ leg }) => leg.patient.age?.toString() },
      {
        label: 'field.identity',
        text: ({ patient, revealed }, words) =>
          patient &&
          [words.coded(`kind.${patient.identity.kind}`), revealed?.identity.value ?? patient.identity.masked]
            .filter(Boolean)
            .join(' '),
      },
      { label: 'field.phone', text: ({ patient, revealed }) => revealed?.phone ?? patient?.phone_masked },
      { label: 'field.address', text: ({ patient }) => patient?.address, wide: true },
    ],
  },
  {
    title: 'section.transfer',
    fields: [
      { label: 'field.from', text: ({ leg }) => leg.from.name },
      { label: 'field.fromPhone', text: ({ from }) => from?.phone },
      {
        label: 'field.sender',
        text: ({ leg, sender }) => [leg.sender.name, sender?.title].filter(Boolean).join(' '),
      },
      { label: 'field.senderPhone', text: ({ sender }) => sender?.work_phone },
      { label: 'field.to', text: ({ leg }) => leg.to?.name },
      { label: 'field.toPhone', text: ({ to }) => to?.phone },
      { label: 'field.department', text: ({ leg }) => leg.to_department?.name },
      { label: 'field.owner', text: ({ leg }) => leg.owner?.name },
      { label: 'field.urgency', text: ({ leg }, words) => words.coded(`urgency.${leg.urgency}`) },
      { label: 'field.reason', text: ({ leg }, words) => words.coded(`reason.${leg.form.reason}`) },
      { label: 'field.submitted', text: ({ leg }, words) => time(leg.submitted_at, words) },
      { label: 'field.expected', text: ({ leg }, words) => time(leg.expected_at, words) },
      { label: 'field.held', text: ({ leg }) => leg.reservation?.resource, spare: true },
    ],
  },
  {
    title: 'section.clinical',
    fields: [
      { label: 'field.complaint', text: ({ leg }) => leg.form.complaint, wide: true },
      { label: 'field.history', text: ({ leg }) => leg.form.history, wide: true },
      { label: 'field.pastHistory', text: ({ leg }) => leg.form.past_history, wide: true },
      { label: 'field.allergies', text: ({ leg }) => leg.form.allergies, wide: true },
      { label: 'field.vitals', text: ({ leg }, words) => words.vitals(leg.form.vitals), wide: true },
      { label: 'field.examination', text: ({ leg }) => leg.form.examination, wide: true },
      { label: 'field.diagnosis', text: ({ leg }) => coded(leg.form.diagnosis), wide: true },
      { label: 'field.treatment', text: ({ leg }) => leg.form.treatment, wide: true },
      { label: 'field.purpose', text: ({ leg }) => leg.form.purpose, wide: true },
      {
        label: 'field.consent',
        text: ({ leg }, words) => words.coded(`consent.${leg.consent?.kind ?? 'none'}`),
        wide: true,
      },
    ],
  },
];

/** The part that comes back (回转单), printed once there is an outcome. */
export const BACK: Section = {
  title: 'section.back',
  fields: [
    { label: 'field.arrived', text: ({ leg }, words) => time(leg.arrived_at, words) },
    { label: 'field.encounter', text: ({ leg }) => leg.encounter_number },
    {
      label: 'field.finalDiagnosis',
      text: ({ leg }) => leg.outcome && coded(leg.outcome.diagnosis),
      wide: true,
    },
    { label: 'field.course', text: ({ leg }) => leg.outcome?.treatment, wide: true },
    { label: 'field.plan', text: ({ leg }) => leg.outcome?.plan, wide: true },
    {
      label: 'field.disposition',
      text: ({ leg }, words) => leg.outcome && words.coded(`disposition.${leg.outcome.disposition}`),
      wide: true,
    },
    { label: 'field.author', text: ({ leg }) => leg.outcome?.author?.name },
    { label: 'field.told', text: ({ leg }, words) => time(leg.outcome?.at, words) },
  ],
};
