// The texts of the source language, a file per feature. Both languages list the same namespaces; those of the first
// screens stand in `zh-CN.start.ts`.

import account from './zh-CN/account.json';
import activation from './zh-CN/activation.json';
import audit from './zh-CN/audit.json';
import beds from './zh-CN/beds.json';
import call from './zh-CN/call.json';
import consultPages from './zh-CN/consults.json';
import desk from './zh-CN/desk.json';
import directory from './zh-CN/directory.json';
import ecg from './zh-CN/ecg.json';
import followUp from './zh-CN/follow-up.json';
import glass from './zh-CN/glass.json';
import messages from './zh-CN/messages.json';
import notices from './zh-CN/notices.json';
import office from './zh-CN/office.json';
import packages from './zh-CN/packages.json';
import paper from './zh-CN/paper.json';
import patients from './zh-CN/patients.json';
import people from './zh-CN/people.json';
import reading from './zh-CN/reading.json';
import referralPages from './zh-CN/referrals.json';
import refusals from './zh-CN/refusals.json';
import report from './zh-CN/report.json';
import roster from './zh-CN/roster.json';
import routing from './zh-CN/routing.json';
import settings from './zh-CN/settings.json';
import studies from './zh-CN/studies.json';
import timeline from './zh-CN/timeline.json';
import todos from './zh-CN/todos.json';
import uploads from './zh-CN/uploads.json';
import viewer from './zh-CN/viewer.json';
import worklist from './zh-CN/worklist.json';
import start from './zh-CN.start';

// Refusals of single subjects follow those that any request may meet, texts of pages those of rows in a list.
const problems = { ...start.problems, ...refusals };
const consults = { ...start.consults, ...consultPages };
const referrals = { ...start.referrals, ...referralPages };

export default {
  ...start,
  account,
  activation,
  audit,
  beds,
  call,
  consults,
  desk,
  directory,
  ecg,
  followUp,
  glass,
  messages,
  office,
  paper,
  packages,
  notices,
  patients,
  people,
  problems,
  reading,
  referrals,
  report,
  roster,
  routing,
  settings,
  studies,
  timeline,
  todos,
  uploads,
  viewer,
  worklist,
};
