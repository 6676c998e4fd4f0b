//! The demo's referrals: a running emergency, one to open, one accepted, one that came back, one declined. Everybody in them
//! acts through the doors of `referrals`, at times counted back from now.

use super::{Place, Stage};
use crate::db::Tx;
use crate::db::change::Author;
use crate::error::{Code, Result};
use crate::ids::LegId;
use crate::referrals::flow::{self, Acting, millis};
use crate::referrals::{
    Direction, Insurance, LegInput, LegUrgency, ReferralConsentInput, ReferralConsentKind, ReferralForm,
    ReferralPapers, ReferralReason, rules,
};
use crate::refs::Diagnosis;
use crate::time::Timestamp;
use referral::{Command, ConsentKind, DeclineReason, Disposition, Millis, OutcomeNote, PersonId, Urgency};
use std::collections::BTreeMap;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What differs from one referral to the next.
struct Story {
    sender: &'static str,
    patient: &'static str,
    department: &'static str,
    urgency: Urgency,
    reason: referral::ReferralReason,
    complaint: &'static str,
    history: &'static str,
    vitals: &'static [(&'static str, &'static str)],
    diagnosis: (&'static str, &'static str),
    treatment: &'static str,
    purpose: &'static str,
    consent: ConsentKind,
}

const STROKE: Story = Story {
    sender: "village",
    patient: "李建国",
    department: "D01",
    urgency: Urgency::Emergency,
    reason: referral::ReferralReason::Critical,
    complaint: "突发右侧肢体无力、言语不清 1 小时",
    history: "晨起活动时突然发病，无头痛呕吐。高血压病史 12 年，不规律服药。",
    vitals: &[("血压", "178/102 mmHg"), ("脉搏", "88 次/分"), ("血氧饱和度", "96%")],
    diagnosis: ("I63.9", "急性脑卒中？"),
    treatment: "平卧、吸氧，未用降压药",
    purpose: "在溶栓时间窗内，请准备头颅 CT",
    consent: ConsentKind::EmergencyPending,
};

const BLEEDING: Story = Story {
    sender: "township",
    patient: "赵桂兰",
    department: "D05",
    urgency: Urgency::Routine,
    reason: referral::ReferralReason::UnclearOrCapability,
    complaint: "绝经后阴道少量出血 2 周",
    history: "无腹痛，超声提示子宫内膜增厚 9 mm。",
    vitals: &[("血压", "132/80 mmHg")],
    diagnosis: ("N95.0", "绝经后出血"),
    treatment: "未用药",
    purpose: "宫腔镜检查",
    consent: ConsentKind::Written,
};

const GALLSTONES: Story = Story {
    sender: "township",
    patient: "刘洋",
    department: "D04",
    urgency: Urgency::Urgent,
    reason: referral::ReferralReason::UnclearOrCapability,
    complaint: "右上腹痛伴发热 1 天",
    history: "进食油腻后发病，超声见胆囊结石、胆囊壁增厚。",
    vitals: &[("体温", "38.4 ℃"), ("血压", "126/78 mmHg"), ("脉搏", "96 次/分")],
    diagnosis: ("K80.0", "胆囊结石伴急性胆囊炎"),
    treatment: "禁食、补液、头孢曲松 2 g 静滴",
    purpose: "评估手术",
    consent: ConsentKind::Written,
};

const ANGINA: Story = Story {
    sender: "village",
    patient: "王秀英",
    department: "D02",
    urgency: Urgency::Urgent,
    reason: referral::ReferralReason::UnclearOrCapability,
    complaint: "反复胸闷 3 天，活动后加重",
    history: "休息 5 分钟可缓解。糖尿病 8 年。",
    vitals: &[("血压", "150/90 mmHg"), ("脉搏", "82 次/分")],
    diagnosis: ("I20.9", "心绞痛？"),
    treatment: "阿司匹林 100 mg 口服",
    purpose: "明确诊断",
    consent: ConsentKind::Written,
};

const HEADACHE: Story = Story {
    sender: "village",
    patient: "诚志强",
    department: "D03",
    urgency: Urgency::Routine,
    reason: referral::ReferralReason::PatientWish,
    complaint: "间断头痛 1 个月",
    history: "紧张时加重，无呕吐、无视物模糊，神经系统查体未见异常。",
    vitals: &[("血压", "128/82 mmHg")],
    diagnosis: ("G44.2", "紧张型头痛"),
    treatment: "布洛芬按需口服",
    purpose: "患者要求头颅磁共振",
    consent: ConsentKind::Written,
};

pub(super) async fn fill(tx: &mut Tx, stage: &Stage, zone: &jiff::tz::TimeZone) -> Result<()> {
    let now = tx.now;
    let mut told = Teller { tx, stage, zone, now };
    told.running_emergency().await?;
    told.waiting_to_be_opened().await?;
    told.accepted().await?;
    told.outcome_sent().await?;
    told.declined().await?;
    told.tx.now = now;
    Ok(())
}

struct Teller<'a> {
    tx: &'a mut Tx,
    stage: &'a Stage,
    zone: &'a jiff::tz::TimeZone,
    now: Timestamp,
}

impl Teller<'_> {
    async fn running_emergency(&mut self) -> Result<()> {
        let leg = self.submitted(&STROKE, -5 * MINUTE).await?;
        self.act("desk", &leg, -2 * MINUTE, Command::Open).await?;
        let depart = Command::Depart {
            at: self.at(-MINUTE),
            escort: Some("村医随车".to_owned()),
            vehicle: Some("县 120 救护车".to_owned()),
            vitals: BTreeMap::new(),
            eta: self.at(35 * MINUTE),
        };
        self.act("village", &leg, -MINUTE, depart).await
    }

    async fn waiting_to_be_opened(&mut self) -> Result<()> {
        self.submitted(&BLEEDING, -12 * MINUTE).await?;
        Ok(())
    }

    async fn accepted(&mut self) -> Result<()> {
        let leg = self.submitted(&GALLSTONES, -50 * MINUTE).await?;
        self.act("desk", &leg, -45 * MINUTE, Command::Open).await?;
        let accept = self.accept(3 * HOUR)?;
        self.act("desk", &leg, -30 * MINUTE, accept).await
    }

    async fn outcome_sent(&mut self) -> Result<()> {
        let leg = self.submitted(&ANGINA, -2 * DAY).await?;
        self.act("desk", &leg, -2 * DAY + 6 * MINUTE, Command::Open).await?;
        let accept = self.accept(-2 * DAY + 3 * HOUR)?;
        self.act("desk", &leg, -2 * DAY + 15 * MINUTE, accept).await?;
        let arrive =
            Command::Arrive { at: self.at(-2 * DAY + 3 * HOUR), signature: "王秀英家属".to_owned() };
        self.act("desk", &leg, -2 * DAY + 3 * HOUR, arrive).await?;
        let outcome = OutcomeNote {
            diagnosis: coded("I20.8", "稳定型心绞痛"),
            treatment: "单硝酸异山梨酯 20 mg 每日两次，阿托伐他汀 20 mg 每晚一次".to_owned(),
            plan: "两周后复诊；胸痛持续超过 15 分钟不缓解立即呼叫 120".to_owned(),
            findings: "心电图 ST 段压低 0.1 mV，肌钙蛋白正常；冠脉 CTA 前降支轻度狭窄".to_owned(),
            drugs: "单硝酸异山梨酯 20 mg 每日两次；阿托伐他汀 20 mg 每晚一次；阿司匹林 100 mg 每日一次"
                .to_owned(),
            warning_signs: "胸痛超过 15 分钟不缓解、大汗、气促".to_owned(),
            disposition: Disposition::Stays,
        };
        self.act("doctor", &leg, -5 * HOUR, Command::SendOutcome { outcome, next: None }).await
    }

    async fn declined(&mut self) -> Result<()> {
        let leg = self.submitted(&HEADACHE, -22 * HOUR).await?;
        self.act("desk", &leg, -21 * HOUR, Command::Open).await?;
        let decline = Command::Decline {
            reason: DeclineReason::NotIndicated,
            suggestion: "先在卫生室记录头痛日记两周；出现呕吐、视物模糊或肢体无力再转".to_owned(),
            text: Some("暂无影像检查指征".to_owned()),
        };
        self.act("desk", &leg, -20 * HOUR, decline).await
    }

    /// So many seconds from now.
    fn at(&self, seconds: i64) -> Millis {
        millis(self.now.plus_seconds(seconds))
    }

    fn accept(&self, expected_in: i64) -> Result<Command> {
        let owner = PersonId::new(self.place("doctor")?.person.as_str());
        Ok(Command::Accept { owner, expected_at: self.at(expected_in) })
    }

    fn place(&self, login: &str) -> Result<&Place> {
        self.stage.people.get(login).ok_or_else(|| Code::Internal.into())
    }

    fn acting(&self, login: &str) -> Result<Acting> {
        let place = self.place(login)?;
        let actor = rules::actor(&place.person, &place.organisation, place.role, &[]);
        Ok(Acting {
            alliance: self.stage.alliance.clone(),
            actor: actor.ok_or(Code::Internal)?,
            author: Author {
                person: Some(place.person.clone()),
                position: Some(place.position.clone()),
                organisation: Some(place.organisation.clone()),
                session: None,
                from: "demo".to_owned(),
                request_id: String::new(),
            },
            basis: "referral",
        })
    }

    async fn act(&mut self, login: &str, leg: &LegId, seconds: i64, command: Command) -> Result<()> {
        let acting = self.acting(login)?;
        self.tx.now = self.now.plus_seconds(seconds);
        flow::carry_out(self.tx, &acting, leg, &command).await?;
        Ok(())
    }

    /// Drafted and sent to the county hospital.
    async fn submitted(&mut self, story: &Story, seconds: i64) -> Result<LegId> {
        let acting = self.acting(story.sender)?;
        self.tx.now = self.now.plus_seconds(seconds - 4 * MINUTE);
        let id = LegId::trusted(self.tx.new_id());
        let patient = self.stage.patients.get(story.patient).ok_or(Code::Internal)?.clone();
        let input = LegInput {
            id: id.clone(),
            case_id: None,
            patient_id: patient,
            direction: Direction(referral::Direction::Up),
            urgency: LegUrgency(story.urgency),
            to_organisation_id: Some(self.stage.organisation("county")?.clone()),
            to_department_id: self.stage.departments.get(&("county", story.department)).cloned(),
            form: story.form(),
            consent: Some(ReferralConsentInput { kind: ReferralConsentKind(story.consent) }),
            replaces: None,
            based_on: None,
        };
        flow::begin(self.tx, &acting, self.zone, &input).await?;
        self.act(story.sender, &id, seconds, Command::Submit { external: false }).await?;
        Ok(id)
    }
}

impl Story {
    fn form(&self) -> ReferralForm {
        let (code, text) = self.diagnosis;
        let said = coded(code, text);
        ReferralForm {
            reason: ReferralReason(self.reason),
            complaint: self.complaint.to_owned(),
            history: self.history.to_owned(),
            past_history: String::new(),
            allergies: "否认药物过敏".to_owned(),
            vitals: self
                .vitals
                .iter()
                .map(|(sign, value)| ((*sign).to_owned(), (*value).to_owned()))
                .collect(),
            examination: String::new(),
            diagnosis: Diagnosis {
                code: said.code,
                system: said.system,
                system_version: said.system_version,
                text: said.text,
            },
            treatment: self.treatment.to_owned(),
            purpose: self.purpose.to_owned(),
            drugs: String::new(),
            warning_signs: String::new(),
            pregnancy: String::new(),
            papers: ReferralPapers {
                insurance: Some(Insurance(referral::Insurance::Resident)),
                ..ReferralPapers::default()
            },
            answers: std::collections::BTreeMap::new(),
        }
    }
}

fn coded(code: &str, text: &str) -> referral::Diagnosis {
    referral::Diagnosis {
        code: Some(code.to_owned()),
        system: Some("ICD-10".to_owned()),
        system_version: Some("国家临床版 2.0".to_owned()),
        text: text.to_owned(),
    }
}
