// A busy day for the transfer desk, made through the API by the people whose work it is: patients, referrals, and what others do
// to them while a test looks at the board.

import assert from 'node:assert/strict';
import { PASSWORD } from './people.mjs';

export const COUNTY = '清河县人民医院';
export const LIULIN = '柳林镇卫生院';
export const CITY = '邢州市第一医院';

const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const GIVEN = ['秀兰', '建国', '桂英', '志强', '玉珍', '国庆', '淑芬', '文华', '海燕', '德胜'];
const COMPLAINTS = [
  '胸闷、气短 3 天，活动后加重，夜间不能平卧',
  '右上腹痛 2 天伴发热',
  '头晕、视物旋转 1 天',
  '咳嗽、咳痰 1 周，痰中带血 1 天',
  '左膝关节肿痛 1 月，行走困难',
  '血糖控制不佳，空腹 14.2 mmol/L',
];

/** The `n`th name of a list long enough for a whole board. */
export const nameOf = (n) => `${SURNAMES[n % 20]}${GIVEN[Math.floor(n / 20) % 10]}`;

/** RFC 9562 UUIDv7. */
export function uuidv7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const millis = Date.now();
  for (let at = 0; at < 6; at += 1) bytes[at] = Math.floor(millis / 256 ** (5 - at)) % 256;
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Somebody who acts beside the page. */
export class Colleague {
  static async signIn(product, login) {
    const one = new Colleague();
    one.base = `${product.address}/api/v1`;
    const answer = await one.ask('POST', '/session', { body: { login, password: PASSWORD } });
    one.token = answer.token;
    one.me = answer.me;
    return one;
  }

  async ask(method, path, { body, version } = {}) {
    const headers = { 'content-type': 'application/json' };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (version !== undefined) headers['if-match'] = `"${version}"`;
    const init = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(this.base + path, init);
    const answer = await response.json();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  }

  async organisation(name) {
    this.organisations ??= (await this.ask('GET', '/organisations?limit=200')).items;
    return this.organisations.find((one) => one.name === name);
  }

  async patient(name, { sex = 'female', born = '1958-03-14' } = {}) {
    const body = {
      id: uuidv7(),
      name,
      sex,
      birth_date: born,
      identity: { kind: 'unidentified', value: null },
      phone: '13803190000',
      address: '河北省邢州市清河县柳林镇东沟村 12 号',
    };
    return this.ask('POST', '/patients', { body });
  }

  /** A referral up to the county hospital, sent. */
  async refer(name, { urgency = 'routine', department = '心血管内科', to = COUNTY, complaint, n = 0 } = {}) {
    const patient = await this.patient(name);
    const host = await this.organisation(to);
    const body = {
      id: uuidv7(),
      case_id: null,
      patient_id: patient.id,
      direction: 'up',
      urgency,
      to_organisation_id: host.id,
      to_department_id: host.departments.find((one) => one.name === department)?.id ?? host.departments[0].id,
      form: {
        reason: 'unclear_or_capability',
        complaint: complaint ?? COMPLAINTS[n % COMPLAINTS.length],
        history: '既往体健，3 天前受凉后起病，村卫生室对症处理无好转。',
        past_history: '高血压病史 10 年，规律服药。',
        allergies: '青霉素过敏',
        vitals: { blood_pressure: '168/96', spo2: '93', pulse: '102' },
        examination: '双肺底湿啰音，双下肢轻度水肿。',
        diagnosis: { code: 'I50.9', system: 'ICD-10', system_version: '2019', text: '心力衰竭待查' },
        treatment: '吸氧，呋塞米 20 mg 口服。',
        purpose: '明确诊断，住院治疗。',
      },
      consent: { kind: 'written' },
      replaces: null,
      based_on: null,
    };
    const draft = await this.ask('POST', '/legs', { body });
    return this.give(draft, 'submit');
  }

  /** A command on the leg as it stands now. */
  async give(leg, command, body = {}) {
    const { version } = await this.ask('GET', `/legs/${leg.id}`);
    return this.ask('POST', `/legs/${leg.id}/${command}`, { body, version });
  }
}

/** So many open referrals of every urgency, in the states in which a board really stands. */
export async function fillBoard(product, count) {
  const [village, desk, doctor] = await Promise.all(
    ['village', 'desk', 'doctor'].map((login) => Colleague.signIn(product, login)),
  );
  const urgencies = ['routine', 'urgent', 'routine', 'routine', 'urgent', 'emergency', 'routine'];
  const departments = (await village.organisation(COUNTY)).departments.map((one) => one.name);
  for (let n = 0; n < count; n += 1) {
    const urgency = urgencies[n % urgencies.length];
    const leg = await village.refer(nameOf(n), { urgency, department: departments[n % departments.length], n });
    if (n % 3 === 0) continue;
    await desk.give(leg, 'open');
    if (n % 3 === 1) continue;
    const expected_at = new Date(Date.now() + 3 * 3_600_000).toISOString();
    await desk.give(leg, 'accept', { owner_id: doctor.me.person.id, expected_at });
    if (n % 6 === 5) await desk.give(leg, 'reserve', { kind: 'bed', resource: `${n} 床`, hold_until: expected_at });
  }
  return { village, desk, doctor };
}
