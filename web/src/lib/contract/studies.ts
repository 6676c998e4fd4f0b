// Images: studies, uploads and what waits for its patient.

import type { Day, Id, Time } from './common';
import type { PatientRef } from './patients';

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
