// What a person is told, by which ways, and the list of what is to do.

import type { Id, OrganisationRef, Owed, Page, PersonRef, Time } from './common';
import type { PatientRef } from './patients';

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
