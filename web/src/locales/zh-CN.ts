// The texts of the page in one language, a file per feature. Both languages list the same namespaces.

import call from './zh-CN/call.json';
import common from './zh-CN/common.json';
import consults from './zh-CN/consults.json';
import duties from './zh-CN/duties.json';
import ecg from './zh-CN/ecg.json';
import home from './zh-CN/home.json';
import patients from './zh-CN/patients.json';
import problems from './zh-CN/problems.json';
import reading from './zh-CN/reading.json';
import referrals from './zh-CN/referrals.json';
import report from './zh-CN/report.json';
import session from './zh-CN/session.json';
import studies from './zh-CN/studies.json';
import timeline from './zh-CN/timeline.json';
import uploads from './zh-CN/uploads.json';
import viewer from './zh-CN/viewer.json';
import worklist from './zh-CN/worklist.json';

export default {
  call,
  common,
  consults,
  duties,
  ecg,
  home,
  patients,
  problems,
  reading,
  referrals,
  report,
  session,
  studies,
  timeline,
  uploads,
  viewer,
  worklist,
};
