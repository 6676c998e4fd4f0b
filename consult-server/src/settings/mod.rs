//! The rules of an alliance that its security administrator may change: deadlines with ladders, criteria and templates of the
//! referral form, how old a bed figure may be. Data, with what is shipped as default; every version is kept. Knows no leg.

pub mod flow;
pub mod http;
pub mod rules;
pub mod sql;

use crate::directory::facilities::CapabilityKind;
use crate::refs::PersonRef;
use crate::time::Timestamp;
use referral::{CriteriaSet, Deadlines, Words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The rules whole, as they are in force: what the alliance set, and the shipped defaults for the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    pub deadlines: Deadlines,
    pub criteria: CriteriaSet,
    pub templates: Vec<Template>,
    pub beds: BedRules,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BedRules {
    /// A figure older than so many minutes is shown as stale.
    pub stale_minutes: i64,
}

impl Default for BedRules {
    fn default() -> Self {
        Self { stale_minutes: 12 * 60 }
    }
}

/// What one tap fills into the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub code: String,
    pub text: Words,
    #[serde(default = "on")]
    pub active: bool,
    pub urgency: referral::Urgency,
    /// A code of the catalogue of capabilities.
    pub need: String,
    /// Codes of the national department list, the best first.
    pub departments: Vec<String>,
    pub reason: referral::ReferralReason,
    pub complaint: Words,
    /// The signs and questions that matter, in the order in which they are asked.
    pub vitals: Vec<String>,
    pub questions: Vec<String>,
}

fn on() -> bool {
    true
}

/// What may be asked beside the vital signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub code: String,
    /// `yes_no` or `number`.
    pub kind: String,
    pub unit: String,
    pub text: Words,
}

/// One value that differs between two versions, by its path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = SettingsChange)]
pub struct RuleChange {
    /// E.g. `deadlines.open.within.emergency`, in milliseconds.
    pub path: String,
    #[schema(value_type = Object)]
    pub from: Value,
    #[schema(value_type = Object)]
    pub to: Value,
}

/// The rules in force, for whoever may change them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettingsState {
    /// 0 until somebody changed something.
    pub version: i64,
    #[schema(value_type = Object)]
    pub rules: Value,
    /// What is shipped.
    #[schema(value_type = Object)]
    pub defaults: Value,
}

/// What is to change; what is left out stays. Objects are merged, lists replaced.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsPatch {
    #[schema(value_type = Option<Object>)]
    pub deadlines: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub criteria: Option<Value>,
    #[schema(value_type = Option<Vec<Object>>)]
    pub templates: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub beds: Option<Value>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettingsPreview {
    pub changes: Vec<RuleChange>,
}

/// One version the rules had.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SettingsVersion {
    pub version: i64,
    /// Null for what was there before anybody changed it.
    pub changed_by: Option<PersonRef>,
    pub changed_at: Timestamp,
    pub changes: Vec<RuleChange>,
    /// Which version was put back.
    pub restored_from: Option<i64>,
}

/// What the form needs of the rules.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FormRules {
    #[schema(value_type = Object)]
    pub criteria: CriteriaSet,
    #[schema(value_type = Vec<Object>)]
    pub templates: Vec<Template>,
    #[schema(value_type = Vec<Object>)]
    pub questions: Vec<Question>,
    pub capabilities: Vec<CapabilityKind>,
}
