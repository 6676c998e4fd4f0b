// The texts that the first screens need: they come with the page itself. All others follow with `zh-CN.ts`.

import common from './zh-CN/common.json';
import consults from './zh-CN/consult-rows.json';
import duties from './zh-CN/duties.json';
import home from './zh-CN/home.json';
import problems from './zh-CN/problems.json';
import referrals from './zh-CN/referral-rows.json';
import session from './zh-CN/session.json';

export default { common, consults, duties, home, problems, referrals, session };
