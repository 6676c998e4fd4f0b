//! Beds of an organisation by department: figures set by hand, by a file or by a feed, always with their age and source, and what
//! is held for patients on their way. A figure is what somebody said, not the truth: an old one is shown as stale.

pub mod console;
pub mod file;
pub mod flow;
pub mod http;
pub mod read;
pub mod rules;
pub mod sql;

use crate::error::Code;
use crate::ids::{DepartmentId, LegId};
use crate::referrals::ResourceKind;
use crate::refs::{DepartmentRef, OrganisationRef, PatientRef, PersonRef};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a figure came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BedSource)]
pub enum Source {
    Hand,
    File,
    Feed,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Hand => "hand",
            Source::File => "file",
            Source::Feed => "feed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Source::Hand, Source::File, Source::Feed].into_iter().find(|one| one.as_str() == text)
    }
}

/// The beds of one department as somebody counted them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BedInput {
    pub open: i64,
    pub occupied: i64,
    /// Open minus occupied unless said: a bed may be neither, e.g. while it is cleaned.
    #[serde(default)]
    pub free: Option<i64>,
    /// Comes free later today; null when nobody knows.
    #[serde(default)]
    pub expected_free: Option<i64>,
    /// When it was counted; now unless said.
    #[serde(default)]
    pub at: Option<Timestamp>,
}

/// One line of a feed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BedFeedItem {
    /// The department's id, code or name.
    pub department: String,
    #[serde(flatten)]
    pub beds: BedInput,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct BedFeed {
    pub items: Vec<BedFeedItem>,
}

/// The beds of the caller's organisation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BedBoard {
    pub organisation: OrganisationRef,
    /// A figure older than so many minutes is stale.
    pub stale_minutes: i64,
    pub may_edit: bool,
    pub departments: Vec<BedRow>,
    /// Held without a department.
    pub other_holds: Vec<BedHold>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BedRow {
    pub department: DepartmentRef,
    pub code: String,
    /// Of the figure; 0 while there is none.
    pub version: i64,
    /// Null while nobody has said anything.
    pub figure: Option<BedFigure>,
    /// Free beds without those we hold; null while nothing is known. Never negative.
    pub available: Option<i64>,
    /// So many more are held than are free.
    pub over_held: i64,
    pub holds: Vec<BedHold>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BedFigure {
    pub open: i64,
    pub occupied: i64,
    pub free: i64,
    pub expected_free: Option<i64>,
    pub source: Source,
    pub at: Timestamp,
    pub set_by: Option<PersonRef>,
    /// Too old to be relied on.
    pub stale: bool,
}

/// A bed or bay that is held for a patient on the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BedHold {
    pub leg_id: LegId,
    pub leg_version: i64,
    pub number: String,
    pub patient: PatientRef,
    pub kind: ResourceKind,
    pub resource: String,
    pub hold_until: Option<Timestamp>,
    /// False while a withdrawal is asked for.
    pub may_release: bool,
    #[serde(skip)]
    pub department: Option<DepartmentId>,
}

/// What a file or a feed came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BedReport)]
pub struct Report {
    pub applied: bool,
    pub rows: usize,
    pub changed: usize,
    /// Said already.
    pub unchanged: usize,
    /// Counted before what stands, and therefore left out.
    pub older: usize,
    pub errors: usize,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BedFinding)]
pub struct Finding {
    /// As the spreadsheet counts rows; the place in the list of a feed, from 1.
    pub row: u32,
    #[serde(serialize_with = "as_code")]
    #[schema(value_type = String)]
    pub code: Code,
    pub field: String,
    /// What stands there, shortened.
    pub value: String,
}

fn as_code<S: serde::Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.as_str())
}
