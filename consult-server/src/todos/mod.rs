//! What somebody works through: what waits for them, what they started, what they are told for information, what they have done.
//! Reads legs, consults, swaps and notices together; changes nothing, and none of them knows it.

pub mod flow;
pub mod http;
mod rules;
mod sql;

use crate::refs::{OrganisationRef, Owed, PatientRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TodoClass)]
pub enum Class {
    /// 待我处理: owed by me, or by my organisation in my role.
    #[default]
    Todo,
    /// 我发起的: sent by me, and still open.
    Started,
    /// 抄送我的: told me for information, and asking nothing of me.
    Informed,
    /// 已处理: I did something about it lately, and it does not wait for me now.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TodoKind)]
pub enum Kind {
    Leg,
    Consult,
    DutySwap,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Todo {
    pub kind: Kind,
    pub id: String,
    pub number: Option<String>,
    pub patient: Option<PatientRef>,
    pub urgency: Option<String>,
    pub state: String,
    /// Who sent it.
    pub from: PersonRef,
    /// The other side.
    pub to: Option<OrganisationRef>,
    /// What is asked now, of whom, by when.
    pub owed: Option<Owed>,
    /// Until when it must be answered: the deadline, or the beginning of the duty.
    pub due_at: Option<Timestamp>,
    /// When it changed, was told or was done.
    pub at: Timestamp,
    /// Something about it has not been looked at yet.
    pub unread: bool,
    /// What was told, and by which notice; for `informed`.
    pub told: Option<Told>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TodoTold)]
pub struct Told {
    pub notice_id: String,
    pub r#type: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TodoCounts)]
pub struct Counts {
    pub todo: i64,
    pub started: i64,
    /// Those with something unread.
    pub informed: i64,
    /// Within the last seven days.
    pub done: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Todos {
    pub items: Vec<Todo>,
    pub next: Option<String>,
    pub counts: Counts,
}
