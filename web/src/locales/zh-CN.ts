// The texts of the page in one language, a file per feature. Both languages list the same namespaces.

import common from './zh-CN/common.json';
import consults from './zh-CN/consults.json';
import duties from './zh-CN/duties.json';
import home from './zh-CN/home.json';
import patients from './zh-CN/patients.json';
import problems from './zh-CN/problems.json';
import referrals from './zh-CN/referrals.json';
import session from './zh-CN/session.json';
import studies from './zh-CN/studies.json';
import timeline from './zh-CN/timeline.json';
import uploads from './zh-CN/uploads.json';

export default {
  common,
  consults,
  duties,
  home,
  patients,
  problems,
  referrals,
  session,
  studies,
  timeline,
  uploads,
};
