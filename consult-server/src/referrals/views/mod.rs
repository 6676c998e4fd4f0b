//! Saved views of the board: filters under a name, a list per person, kept here so that they follow the person from one
//! desk to the next. Knows no leg.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use super::{Direction, LegUrgency};
use crate::ids::{DepartmentId, OrganisationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which rows of the board, by what is to be done with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoardGroup {
    /// The desk decides or answers.
    #[default]
    Waiting,
    /// Accepted, and not here yet.
    Coming,
    /// Arrived or in care.
    Here,
    /// Whatever is not over.
    Open,
    /// Over, as far as the receiver goes.
    Done,
}

/// What a view shows; what is left out does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BoardFilter {
    pub group: BoardGroup,
    pub urgency: Option<LegUrgency>,
    pub direction: Option<Direction>,
    pub department_id: Option<DepartmentId>,
    /// The sender's organisation.
    pub from_organisation_id: Option<OrganisationId>,
    /// Only what is past its deadline.
    pub overdue: bool,
    /// Only what I own.
    pub mine: bool,
    /// In a name, a number or a complaint.
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BoardView {
    pub name: String,
    #[serde(default)]
    pub filter: BoardFilter,
}

/// All views of a person, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoardViews {
    /// 0 before the first was saved.
    pub version: i64,
    pub items: Vec<BoardView>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BoardViewsInput {
    pub items: Vec<BoardView>,
}
