//! The doors for changes to organisations, departments and agreements: policy → rules → rows, event, audit and outbox in one
//! transaction. Changes of one alliance's directory wait for one another. Knows no HTTP.

use super::shown::sql as shown;
use super::sql::{self, NewDepartment, NewOrganisation, OrganisationRow};
use super::{
    AGREEMENT, Agreement, AgreementInput, By, DEPARTMENT, DepartmentDetail, DepartmentInput, DepartmentPatch,
    ORGANISATION, OrganisationDetail, OrganisationInput, OrganisationPatch, rules,
};
use crate::access::Call;
use crate::access::policy::Action;
use crate::db::change::{Change, Subject};
use crate::db::{Conn, Tx};
use crate::directory;
use crate::error::{Code, Refusal, Result};
use crate::ids::{AgreementId, DepartmentId, OrganisationId};
use serde_json::{Value, json};

/// Writes down what happened to a part of the directory; the payload holds ids and counts, no names.
pub async fn record(
    tx: &mut Tx,
    by: &By,
    subject: (&'static str, &str),
    version: i64,
    kind: &str,
    payload: Value,
) -> Result<()> {
    tx.record(Change {
        author: &by.author,
        alliance: &by.alliance,
        subject: Subject { kind: subject.0, id: subject.1 },
        version,
        kind,
        payload,
        occurred_at: None,
        patient: None,
        basis: by.basis,
        audience: &by.audience,
    })
    .await
}

/// Whoever manages the directory, with the directory held until the transaction ends.
pub async fn manager(tx: &mut Tx, call: &Call) -> Result<By> {
    let basis = call.require(Action::DirectoryManage, None)?;
    sql::hold(tx, &call.caller.alliance).await?;
    Ok(By::caller(call, basis))
}

/// What a field says, or a refusal that names it; blank is nothing.
pub fn field<T>(
    name: &str,
    value: Option<&str>,
    read: impl Fn(&str) -> std::result::Result<T, Code>,
) -> Result<Option<T>> {
    let value = value.map(str::trim).filter(|value| !value.is_empty());
    value.map(read).transpose().map_err(|code| Refusal::field(code, name))
}

pub fn needed<T>(name: &str, value: &str, read: impl Fn(&str) -> std::result::Result<T, Code>) -> Result<T> {
    field(name, Some(value), read)?.ok_or_else(|| Refusal::field(Code::DirectoryValueMissing, name))
}

pub async fn organisation(conn: &mut Conn, call: &Call, id: &OrganisationId) -> Result<OrganisationDetail> {
    shown::organisation(conn, &call.caller.alliance, id).await?.ok_or_else(Refusal::not_found)
}

/// An organisation that has not ended, named in a field.
pub async fn living(
    conn: &mut Conn,
    call: &Call,
    id: &OrganisationId,
    name: &str,
) -> Result<OrganisationDetail> {
    shown::organisation(conn, &call.caller.alliance, id)
        .await?
        .filter(|organisation| organisation.ended_at.is_none())
        .ok_or_else(|| Refusal::field(Code::DirectoryOrganisationUnknown, name))
}

pub async fn create_organisation(
    tx: &mut Tx,
    call: &Call,
    input: OrganisationInput,
) -> Result<OrganisationDetail> {
    let by = manager(tx, call).await?;
    let code = needed("code", &input.code, rules::code)?;
    let name = needed("name", &input.name, rules::line)?;
    let level = needed("level", &input.level, rules::level)?;
    let phone = field("phone", input.phone.as_deref(), rules::phone)?;
    if let Some(standing) = shown::organisation(tx.conn(), &by.alliance, &input.id).await? {
        let same = (standing.code == code && standing.name == name && standing.level == level)
            && standing.parent.as_ref().map(|p| &p.id) == input.parent_id.as_ref();
        return if same { Ok(standing) } else { Err(Code::RequestIdTaken.into()) };
    }
    if let Some(parent) = &input.parent_id {
        living(tx.conn(), call, parent, "parent_id").await?;
    }
    if shown::organisation_by_code(tx.conn(), &by.alliance, &code).await?.is_some() {
        return Err(Refusal::field(Code::DirectoryKeyTaken, "code"));
    }
    let new = NewOrganisation {
        id: &input.id,
        parent: input.parent_id.as_ref(),
        name: &name,
        code: &code,
        level,
        external: input.external,
        phone: phone.as_deref(),
    };
    sql::insert_organisation(tx, &by.alliance, new).await?;
    set_codes(tx, &by, &input.id, input.uscc.as_deref(), input.institution_code.as_deref()).await?;
    record(tx, &by, (ORGANISATION, input.id.as_str()), 1, "organisation.created", json!({})).await?;
    organisation(tx.conn(), call, &input.id).await
}

async fn set_codes(
    tx: &mut Tx,
    by: &By,
    id: &OrganisationId,
    uscc: Option<&str>,
    institution_code: Option<&str>,
) -> Result<()> {
    let codes = [
        ("uscc", "uscc", field("uscc", uscc, rules::uscc)?),
        (
            "institution",
            "institution_code",
            field("institution_code", institution_code, rules::institution_code)?,
        ),
    ];
    for (system, name, value) in codes {
        let Some(value) = value else { continue };
        let now = tx.now;
        let holder = sql::code_holder(tx.conn(), &by.alliance, system, &value, now).await?;
        if holder.is_some_and(|holder| holder != *id) {
            return Err(Refusal::field(Code::DirectoryCodeTaken, name));
        }
        sql::set_code(tx, &by.alliance, id, system, &value).await?;
    }
    Ok(())
}

pub async fn change_organisation(
    tx: &mut Tx,
    call: &Call,
    id: &OrganisationId,
    version: i64,
    patch: OrganisationPatch,
) -> Result<OrganisationDetail> {
    let by = manager(tx, call).await?;
    let standing = organisation(tx.conn(), call, id).await?;
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    let name = needed("name", patch.name.as_deref().unwrap_or(&standing.name), rules::line)?;
    let level = needed("level", patch.level.as_deref().unwrap_or(&standing.level), rules::level)?;
    let phone = field("phone", patch.phone.unwrap_or(standing.phone).as_deref(), rules::phone)?;
    let parent = patch.parent_id.clone().unwrap_or(standing.parent.map(|parent| parent.id));
    if let Some(Some(parent)) = &patch.parent_id {
        living(tx.conn(), call, parent, "parent_id").await?;
        let below = directory::sql::below(tx.conn(), &by.alliance, id).await?;
        if parent == id || below.contains(parent) {
            return Err(Refusal::field(Code::DirectoryCircle, "parent_id"));
        }
    }
    let row = OrganisationRow {
        name: &name,
        level,
        parent: parent.as_ref(),
        external: patch.external.unwrap_or(standing.external),
        phone: phone.as_deref(),
    };
    let version = sql::update_organisation(tx, id, Some(version), row).await?;
    set_codes(tx, &by, id, patch.uscc.as_deref(), patch.institution_code.as_deref()).await?;
    record(tx, &by, (ORGANISATION, id.as_str()), version, "organisation.changed", json!({})).await?;
    organisation(tx.conn(), call, id).await
}

/// Ends an organisation in which nobody works any more, and its agreements with it. What happened in it stays.
pub async fn end_organisation(
    tx: &mut Tx,
    call: &Call,
    id: &OrganisationId,
    version: i64,
) -> Result<OrganisationDetail> {
    let by = manager(tx, call).await?;
    let standing = organisation(tx.conn(), call, id).await?;
    if standing.ended_at.is_some() {
        return Ok(standing);
    }
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    if shown::organisation_in_use(tx, id).await? {
        return Err(Code::DirectoryInUse.into());
    }
    let version = shown::end_organisation(tx, id, version).await?;
    record(tx, &by, (ORGANISATION, id.as_str()), version, "organisation.ended", json!({})).await?;
    organisation(tx.conn(), call, id).await
}

pub async fn department(conn: &mut Conn, call: &Call, id: &DepartmentId) -> Result<DepartmentDetail> {
    shown::department(conn, &call.caller.alliance, id).await?.ok_or_else(Refusal::not_found)
}

pub async fn create_department(tx: &mut Tx, call: &Call, input: DepartmentInput) -> Result<DepartmentDetail> {
    let by = manager(tx, call).await?;
    let code = needed("code", &input.code, rules::code)?;
    let name = needed("name", &input.name, rules::line)?;
    let national = field("national_code", input.national_code.as_deref(), rules::national_code)?;
    if let Some(standing) = shown::department(tx.conn(), &by.alliance, &input.id).await? {
        let same = standing.organisation_id == input.organisation_id
            && standing.code == code
            && standing.name == name;
        return if same { Ok(standing) } else { Err(Code::RequestIdTaken.into()) };
    }
    let organisation = living(tx.conn(), call, &input.organisation_id, "organisation_id").await?;
    if organisation.departments.iter().any(|department| department.code == code) {
        return Err(Refusal::field(Code::DirectoryKeyTaken, "code"));
    }
    let new = NewDepartment {
        id: &input.id,
        organisation: &input.organisation_id,
        code: &code,
        name: &name,
        national_code: national.as_deref(),
    };
    sql::insert_department(tx, &by.alliance, new).await?;
    record(tx, &by, (DEPARTMENT, input.id.as_str()), 1, "department.created", json!({})).await?;
    department(tx.conn(), call, &input.id).await
}

pub async fn change_department(
    tx: &mut Tx,
    call: &Call,
    id: &DepartmentId,
    version: i64,
    patch: DepartmentPatch,
) -> Result<DepartmentDetail> {
    let by = manager(tx, call).await?;
    let standing = department(tx.conn(), call, id).await?;
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    let name = needed("name", patch.name.as_deref().unwrap_or(&standing.name), rules::line)?;
    let national = patch.national_code.unwrap_or(standing.national_code);
    let national = field("national_code", national.as_deref(), rules::national_code)?;
    let version = sql::update_department(tx, id, Some(version), &name, national.as_deref()).await?;
    record(tx, &by, (DEPARTMENT, id.as_str()), version, "department.changed", json!({})).await?;
    department(tx.conn(), call, id).await
}

pub async fn end_department(
    tx: &mut Tx,
    call: &Call,
    id: &DepartmentId,
    version: i64,
) -> Result<DepartmentDetail> {
    let by = manager(tx, call).await?;
    let standing = department(tx.conn(), call, id).await?;
    if standing.ended_at.is_some() {
        return Ok(standing);
    }
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    if shown::department_in_use(tx, id).await? {
        return Err(Code::DirectoryInUse.into());
    }
    let version = shown::end_department(tx, id, version).await?;
    record(tx, &by, (DEPARTMENT, id.as_str()), version, "department.ended", json!({})).await?;
    department(tx.conn(), call, id).await
}

/// Agrees that one organisation may ask another. One that ended begins anew.
pub async fn agree(tx: &mut Tx, call: &Call, input: AgreementInput) -> Result<Agreement> {
    let by = manager(tx, call).await?;
    let now = tx.now;
    if input.from_organisation_id == input.to_organisation_id {
        return Err(Refusal::field(Code::DirectorySameOrganisation, "to_organisation_id"));
    }
    living(tx.conn(), call, &input.from_organisation_id, "from_organisation_id").await?;
    living(tx.conn(), call, &input.to_organisation_id, "to_organisation_id").await?;
    let from = input.valid_from.unwrap_or(now);
    if input.valid_until.is_some_and(|until| until <= from) {
        return Err(Refusal::field(Code::DirectoryDateOrder, "valid_until"));
    }
    let standing = shown::agreement_between(tx.conn(), &by.alliance, &input).await?;
    if standing.as_ref().is_some_and(|standing| standing.valid_until.is_none_or(|until| until > now)) {
        return Err(Code::DirectoryAgreementStands.into());
    }
    let id = shown::keep_agreement(tx, &by.alliance, &input, from).await?;
    let agreement = shown::agreement(tx.conn(), &by.alliance, &id).await?.ok_or_else(Refusal::not_found)?;
    let payload =
        json!({ "kind": input.kind, "from": input.from_organisation_id, "to": input.to_organisation_id });
    record(tx, &by, (AGREEMENT, id.as_str()), agreement.version, "agreement.made", payload).await?;
    Ok(agreement)
}

pub async fn end_agreement(tx: &mut Tx, call: &Call, id: &AgreementId, version: i64) -> Result<Agreement> {
    let by = manager(tx, call).await?;
    let now = tx.now;
    let standing = shown::agreement(tx.conn(), &by.alliance, id).await?.ok_or_else(Refusal::not_found)?;
    if standing.valid_until.is_some_and(|until| until <= now) {
        return Ok(standing);
    }
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    shown::end_agreement(tx, id, version).await?;
    record(tx, &by, (AGREEMENT, id.as_str()), version + 1, "agreement.ended", json!({})).await?;
    shown::agreement(tx.conn(), &by.alliance, id).await?.ok_or_else(Refusal::not_found)
}
