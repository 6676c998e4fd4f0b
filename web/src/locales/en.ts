// The texts of the page in one language, a file per feature. Both languages list the same namespaces.

import account from './en/account.json';
import activation from './en/activation.json';
import audit from './en/audit.json';
import beds from './en/beds.json';
import call from './en/call.json';
import common from './en/common.json';
import consultRows from './en/consult-rows.json';
import consultPages from './en/consults.json';
import desk from './en/desk.json';
import directory from './en/directory.json';
import duties from './en/duties.json';
import ecg from './en/ecg.json';
import followUp from './en/follow-up.json';
import glass from './en/glass.json';
import home from './en/home.json';
import messages from './en/messages.json';
import notices from './en/notices.json';
import office from './en/office.json';
import packages from './en/packages.json';
import paper from './en/paper.json';
import patients from './en/patients.json';
import people from './en/people.json';
import general from './en/problems.json';
import reading from './en/reading.json';
import referralRows from './en/referral-rows.json';
import referralPages from './en/referrals.json';
import refusals from './en/refusals.json';
import report from './en/report.json';
import roster from './en/roster.json';
import routing from './en/routing.json';
import session from './en/session.json';
import settings from './en/settings.json';
import studies from './en/studies.json';
import timeline from './en/timeline.json';
import todos from './en/todos.json';
import uploads from './en/uploads.json';
import viewer from './en/viewer.json';
import worklist from './en/worklist.json';

const problems = { ...general, ...refusals };
const consults = { ...consultRows, ...consultPages };
const referrals = { ...referralRows, ...referralPages };

export default {
  account,
  activation,
  audit,
  beds,
  call,
  common,
  consults,
  desk,
  directory,
  duties,
  ecg,
  followUp,
  glass,
  home,
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
  session,
  settings,
  studies,
  timeline,
  todos,
  uploads,
  viewer,
  worklist,
};
