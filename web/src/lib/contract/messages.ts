// The conversation of a referral and what is attached to it.

import type { Id, Page, PersonRef, Time } from './common';

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
