//! The demo's consults: one waiting for whoever takes it, one asked about, one answered, one whole. Everybody in them acts
//! through the doors of `consults`, at times counted back from now.

use super::{Stage, cast};
use crate::App;
use crate::access::{Call, Caller, Role};
use crate::consults::lists::sql::{PageStart, Viewer};
use crate::consults::report::{Disposition, ReportText};
use crate::consults::rules::Command;
use crate::consults::{
    Adoption, ConsentInput, ConsentKind, ConsultBox, ConsultInput, ConsultRow, ConsultType, Mode, Urgency,
    drafting, flow, inputs, lists,
};
use crate::db::change::Author;
use crate::db::{Conn, Tx};
use crate::error::{Code, Result};
use crate::ground::Ground;
use crate::ids::{ConsultId, PersonId, SessionId};
use crate::patients::sql as patients;
use crate::refs::Diagnosis;
use crate::studies;
use crate::studies::sql::{Filter, Scope};
use crate::time::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const FROM: &str = "demo";

struct Story {
    requester: &'static str,
    patient: &'static str,
    kind: ConsultType,
    mode: Mode,
    urgency: Urgency,
    department: &'static str,
    question: &'static str,
    summary: &'static str,
}

/// Of the patient whose CT and ECG the demo has.
const NODULE: Story = Story {
    requester: "village",
    patient: cast::PATIENTS[0].name,
    kind: ConsultType::Imaging,
    mode: Mode::Asynchronous,
    urgency: Urgency::Routine,
    department: "D01",
    question: "体检发现右肺结节，请判断性质并建议随访时间。",
    summary: "男，咳嗽 2 周，无发热、无咯血。吸烟 30 年，每日 20 支。昨日在镇卫生院行胸部 CT 平扫和心电图。",
};

const DIZZINESS: Story = Story {
    requester: "township",
    patient: "刘洋",
    kind: ConsultType::Comprehensive,
    mode: Mode::Live,
    urgency: Urgency::Routine,
    department: "D03",
    question: "反复头晕半年，是否需要进一步检查？",
    summary: "起床或转头时发作，每次数十秒，伴恶心，无耳鸣、无听力下降。血压 124/78 mmHg。",
};

const PALPITATIONS: Story = Story {
    requester: "village",
    patient: "王秀英",
    kind: ConsultType::Ecg,
    mode: Mode::Asynchronous,
    urgency: Urgency::Urgent,
    department: "D02",
    question: "心悸 1 天，心电图是否为房颤？能否在村里处理？",
    summary: "糖尿病 8 年，活动后胸闷 3 天。血压 150/90 mmHg，脉搏 82 次/分，律齐。",
};

const COUGH: Story = Story {
    requester: "village",
    patient: "诚志强",
    kind: ConsultType::Comprehensive,
    mode: Mode::Asynchronous,
    urgency: Urgency::Routine,
    department: "D04",
    question: "长期服用依那普利后干咳，能否换药？",
    summary: "高血压 5 年，依那普利 10 mg 每日一次，近 2 个月干咳，夜间明显。胸部听诊无异常。",
};

pub(super) async fn fill(tx: &mut Tx, stage: &Stage, ground: &Ground) -> Result<()> {
    let now = tx.now;
    let mut told = Teller { tx, stage, ground, now };
    told.whole().await?;
    told.answered().await?;
    told.asked_about().await?;
    told.submitted(&NODULE, -25 * MINUTE).await?;
    told.tx.now = now;
    Ok(())
}

/// Lays the demo's images beside the question about them, once.
pub(super) async fn attach_studies(app: &App) -> Result<()> {
    let Some((alliance, _, patient)) = super::studies::places(app).await? else { return Ok(()) };
    let (ground, today) = (&app.ground, app.ground.today());
    let mut reader = ground.db.read().await?;
    let Some(found) = patients::by_id(&mut reader, &ground.keys, &alliance, &patient, today).await? else {
        return Ok(());
    };
    let organisation = found.shown.registered_by.id;
    // The organisation's eyes: nobody in particular.
    let person = PersonId::trusted("");
    let scope = Scope { alliance: alliance.clone(), organisation, person, desk: false, now: ground.now() };
    let Some(consult) = standing(&mut reader, &scope, today).await? else { return Ok(()) };
    if !studies::sql::of_consult(&mut reader, &alliance, &consult).await?.is_empty() {
        return Ok(());
    }
    let filter = Filter { patient: patient.as_str(), status: "matched", before: "", limit: 10 };
    let found = studies::sql::list(&mut reader, &scope, filter).await?;
    drop(reader);
    let written = ground.db.write(move |tx| {
        Box::pin(async move {
            let author = Author { from: FROM.to_owned(), ..Author::default() };
            for study in found {
                let id = &study.shown.id;
                if studies::sql::attach(tx, &alliance, &consult, id, None).await? {
                    inputs::flow::attached(tx, &author, &consult, id).await?;
                }
            }
            Ok(())
        })
    });
    written.await
}

/// The question that the images belong to, unless somebody has ended it.
async fn standing(conn: &mut Conn, scope: &Scope, today: jiff::civil::Date) -> Result<Option<ConsultId>> {
    let nobody = PersonId::trusted("");
    let viewer = Viewer {
        alliance: &scope.alliance,
        person: &nobody,
        organisation: &scope.organisation,
        role: Role::VillageDoctor,
        now: scope.now,
        today,
    };
    let (all, start) = (ConsultBox::All, PageStart::first(ConsultBox::All));
    let rows = lists::sql::list(conn, viewer, all, None, start, 200).await?;
    let is_it = |row: &ConsultRow| row.question == NODULE.question && row.state.is_open();
    Ok(rows.into_iter().find(is_it).map(|row| row.id))
}

struct Teller<'a> {
    tx: &'a mut Tx,
    stage: &'a Stage,
    ground: &'a Ground,
    now: Timestamp,
}

impl Teller<'_> {
    async fn whole(&mut self) -> Result<()> {
        let consult = self.submitted(&COUGH, -26 * HOUR).await?;
        self.act("specialist", &consult, -25 * HOUR, Command::Claim).await?;
        self.act("specialist", &consult, -25 * HOUR + MINUTE, Command::Start { room: None }).await?;
        let report = ReportText {
            findings: "服用 ACEI 后出现干咳，时间关系明确，无感染和心衰表现。".to_owned(),
            diagnosis: coded("I10", "原发性高血压；ACEI 相关性咳嗽"),
            advice: "停依那普利，改用缬沙坦 80 mg 每日一次；两周后复测血压，咳嗽多在 4 周内消失。".to_owned(),
            disposition: Some(Disposition::TreatHere),
        };
        self.signed("specialist", &consult, -24 * HOUR, report).await?;
        let acknowledge = Command::Acknowledge { adoption: Adoption::Adopted, reason: None };
        self.act("village", &consult, -23 * HOUR, acknowledge).await
    }

    async fn answered(&mut self) -> Result<()> {
        let consult = self.submitted(&PALPITATIONS, -3 * HOUR).await?;
        self.act("specialist2", &consult, -3 * HOUR + 2 * MINUTE, Command::Claim).await?;
        self.act("specialist2", &consult, -3 * HOUR + 3 * MINUTE, Command::Start { room: None }).await?;
        let report = ReportText {
            findings: "窦性心律，心率 80 次/分。未见房颤，未见急性缺血性 ST-T 改变。".to_owned(),
            diagnosis: coded("R00.2", "心悸；目前心电图大致正常"),
            advice: "可在村里观察，避免浓茶咖啡；再次发作时立即做心电图，胸痛超过 15 分钟不缓解即转诊。"
                .to_owned(),
            disposition: Some(Disposition::TreatHere),
        };
        self.signed("specialist2", &consult, -3 * HOUR + 8 * MINUTE, report).await
    }

    async fn asked_about(&mut self) -> Result<()> {
        let consult = self.submitted(&DIZZINESS, -2 * HOUR).await?;
        self.act("specialist", &consult, -90 * MINUTE, Command::Claim).await?;
        let text = "请补充：Dix-Hallpike 试验结果，以及近期用药。".to_owned();
        self.act("specialist", &consult, -80 * MINUTE, Command::Ask { text }).await
    }

    async fn submitted(&mut self, story: &Story, at: i64) -> Result<ConsultId> {
        self.tx.now = self.now.plus_seconds(at - 10 * MINUTE);
        let call = self.call(story.requester)?;
        let id = ConsultId::trusted(self.tx.new_id());
        let input = ConsultInput {
            id: id.clone(),
            patient_id: self.stage.patients.get(story.patient).ok_or(Code::Internal)?.clone(),
            r#type: story.kind,
            mode: story.mode,
            urgency: story.urgency,
            question: story.question.to_owned(),
            summary: story.summary.to_owned(),
            invited_organisation_id: self.stage.organisation("city")?.clone(),
            invited_department_id: self.stage.departments.get(&("city", story.department)).cloned(),
            consent: Some(ConsentInput { kind: ConsentKind::Written }),
        };
        drafting::flow::create(self.tx, &call, input).await?;
        self.act(story.requester, &id, at, Command::Submit).await?;
        Ok(id)
    }

    async fn signed(&mut self, by: &str, consult: &ConsultId, at: i64, report: ReportText) -> Result<()> {
        self.act(by, consult, at - MINUTE, Command::DraftReport(report)).await?;
        self.act(by, consult, at, Command::Sign).await
    }

    async fn act(&mut self, login: &str, consult: &ConsultId, at: i64, command: Command) -> Result<()> {
        self.tx.now = self.now.plus_seconds(at);
        let call = self.call(login)?;
        let (standing, _) = flow::visible(self.tx.conn(), &call, consult).await?;
        flow::command(self.tx, &call, consult, standing.version, command).await?;
        Ok(())
    }

    fn call(&self, login: &str) -> Result<Call> {
        let place = self.stage.people.get(login).ok_or(Code::Internal)?;
        let caller = Caller {
            alliance: self.stage.alliance.clone(),
            person: place.person.clone(),
            name: place.name.to_owned(),
            position: place.position.clone(),
            role: place.role,
            organisation: place.organisation.clone(),
            organisation_name: String::new(),
            department: None,
            session: SessionId::trusted(""),
            scopes: None,
        };
        Ok(Call::acting(self.ground.clone(), caller, FROM))
    }
}

fn coded(code: &str, text: &str) -> Diagnosis {
    Diagnosis {
        code: Some(code.to_owned()),
        system: Some("ICD-10".to_owned()),
        system_version: Some("2019".to_owned()),
        text: text.to_owned(),
    }
}
