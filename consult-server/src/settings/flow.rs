//! The doors for changes to an alliance's rules: policy → check → the version in force, the version kept, event, audit and outbox in
//! one transaction. Duties that run already keep the time they were given. Knows no HTTP.

use super::rules;
use super::sql::{self, Kept};
use super::{FormRules, RuleChange, Rules, SettingsPatch, SettingsPreview, SettingsState};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::{Change, Subject};
use crate::db::{Conn, Tx};
use crate::directory::facilities;
use crate::error::{Refusal, Result};
use serde_json::{Value, json};

pub const SETTINGS: &str = "settings";

fn state(settings: &Value, version: i64) -> Result<SettingsState> {
    let whole = |rules: &Rules| serde_json::to_value(rules).map_err(Refusal::internal);
    Ok(SettingsState {
        version,
        rules: whole(&rules::in_force(settings)?)?,
        defaults: whole(&Rules::default())?,
    })
}

pub async fn read(conn: &mut Conn, call: &Call) -> Result<SettingsState> {
    call.require(Action::SettingsManage, None)?;
    let (settings, version) = sql::standing(conn, &call.caller.alliance).await?;
    state(&settings, version)
}

/// What a form needs: active criteria and templates with their questions.
pub async fn for_forms(conn: &mut Conn, call: &Call) -> Result<FormRules> {
    call.require(Action::DirectoryRead, None)?;
    let mut rules = sql::in_force(conn, &call.caller.alliance).await?;
    rules.criteria.items.retain(|one| one.active);
    rules.templates.retain(|one| one.active);
    Ok(FormRules {
        criteria: rules.criteria,
        templates: rules.templates,
        questions: rules::QUESTIONS.clone(),
        capabilities: facilities::rules::CAPABILITIES.clone(),
    })
}

/// What a patch would change. Refuses what saving it would refuse.
pub async fn preview(conn: &mut Conn, call: &Call, patch: SettingsPatch) -> Result<SettingsPreview> {
    call.require(Action::SettingsManage, None)?;
    let (standing, _) = sql::standing(conn, &call.caller.alliance).await?;
    let next = rules::patched(&standing, patch)?;
    Ok(SettingsPreview { changes: differences(&standing, &next)? })
}

fn differences(standing: &Value, next: &Value) -> Result<Vec<RuleChange>> {
    let after = rules::in_force(next)?;
    rules::check(&after)?;
    rules::changes(&rules::in_force(standing)?, &after)
}

pub async fn change(tx: &mut Tx, call: &Call, version: i64, patch: SettingsPatch) -> Result<SettingsState> {
    let basis = call.require(Action::SettingsManage, None)?;
    let standing = standing_at(tx, call, version).await?;
    let next = rules::patched(&standing, patch)?;
    put(tx, call, basis, (version, &standing), &next, None).await
}

/// Puts back a version there was; that is a new version.
pub async fn restore(tx: &mut Tx, call: &Call, version: i64, earlier: &str) -> Result<SettingsState> {
    let basis = call.require(Action::SettingsManage, None)?;
    // What is no number is no version.
    let earlier: i64 = earlier.parse().map_err(|_| Refusal::not_found())?;
    let standing = standing_at(tx, call, version).await?;
    let kept = sql::version(tx.conn(), &call.caller.alliance, earlier).await?;
    let next = rules::put_back(&standing, kept.ok_or_else(Refusal::not_found)?)?;
    put(tx, call, basis, (version, &standing), &next, Some(earlier)).await
}

async fn standing_at(tx: &mut Tx, call: &Call, version: i64) -> Result<Value> {
    let (standing, stands) = sql::standing(tx.conn(), &call.caller.alliance).await?;
    if stands == version { Ok(standing) } else { Err(Refusal::changed(stands, state(&standing, stands)?)) }
}

async fn put(
    tx: &mut Tx,
    call: &Call,
    basis: &'static str,
    (version, standing): (i64, &Value),
    next: &Value,
    restored_from: Option<i64>,
) -> Result<SettingsState> {
    let changes = differences(standing, next)?;
    if changes.is_empty() {
        return state(standing, version);
    }
    let alliance = &call.caller.alliance;
    sql::replace(tx, alliance, version, next).await?;
    // The first change keeps what was there before it, too.
    let before = Kept { version, settings: standing, changes: &[], by: None, restored_from: None };
    sql::keep(tx, alliance, before).await?;
    let by = Some((&call.caller.person, &call.caller.organisation));
    let after = Kept { version: version + 1, settings: next, changes: &changes, by, restored_from };
    sql::keep(tx, alliance, after).await?;
    let audience = [call.caller.organisation.clone()];
    let subject = Subject { kind: SETTINGS, id: alliance.as_str() };
    tx.record(Change {
        payload: json!({ "changes": changes, "restored_from": restored_from }),
        audience: &audience,
        ..call.change_of(subject, version + 1, "settings.changed", basis)
    })
    .await?;
    state(next, version + 1)
}
