// The texts of the page in one language, a file per feature. Both languages list the same namespaces.

import common from './en/common.json';
import consults from './en/consults.json';
import duties from './en/duties.json';
import home from './en/home.json';
import patients from './en/patients.json';
import problems from './en/problems.json';
import referrals from './en/referrals.json';
import session from './en/session.json';
import studies from './en/studies.json';
import timeline from './en/timeline.json';
import uploads from './en/uploads.json';

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
