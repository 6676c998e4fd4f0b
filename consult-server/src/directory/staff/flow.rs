//! The doors for people and positions. Leaving is one transaction: from its commit on the person has no position, no session, no
//! duty and no code, and those who answer for the role are told. Knows no HTTP.

use super::{PersonDetail, PersonInput, PersonPatch, PositionDetail, PositionInput, sql};
use crate::access::policy::{Action, Decision, administrator_gives, go_together, may, watches};
use crate::access::{Call, Role, sql as access};
use crate::db::{Conn, Tx};
use crate::directory::editing::flow::{field, living, manager, needed, record};
use crate::directory::editing::sql::{self as editing, NewPerson, NewPosition, PersonRow};
use crate::directory::editing::{By, PERSON, POSITION, rules};
use crate::directory::search::sql::{self as search, Changed};
use crate::error::{Code, Refusal, Result};
use crate::ids::{DepartmentId, PersonId, PositionId};
use crate::time::Timestamp;
use serde_json::json;

const YEAR_MS: i64 = 365 * 24 * 3600 * 1000;

/// A person as the caller may see them.
pub async fn person(conn: &mut Conn, call: &Call, id: &PersonId) -> Result<PersonDetail> {
    call.require(Action::DirectoryRead, None)?;
    let now = call.ground.now();
    let mut found =
        sql::person(conn, &call.caller.alliance, id, now).await?.ok_or_else(Refusal::not_found)?;
    if let Some(private) = &found.private {
        found.licensed = private.licence_from.is_none_or(|from| from <= now)
            && private.licence_until.is_some_and(|until| until > now);
        found.practice_years = private.practising_since.map(|since| (now.0 - since.0) / YEAR_MS);
    }
    if !matches!(may(&call.caller, Action::DirectoryManage, None), Decision::Allow { .. }) {
        found.private = None;
    }
    Ok(found)
}

/// What is kept of a person, checked.
struct Checked {
    name: String,
    title: Option<String>,
    specialty: Option<String>,
    work_phone: Option<String>,
    email: Option<String>,
    licence_number: Option<String>,
    licence_from: Option<Timestamp>,
    licence_until: Option<Timestamp>,
    practising_since: Option<Timestamp>,
}

impl Checked {
    fn of(input: &PersonInput) -> Result<Self> {
        if matches!((input.licence_from, input.licence_until), (Some(from), Some(until)) if from >= until) {
            return Err(Refusal::field(Code::DirectoryDateOrder, "licence_until"));
        }
        Ok(Self {
            name: needed("name", &input.name, rules::line)?,
            title: field("title", input.title.as_deref(), rules::line)?,
            specialty: field("specialty", input.specialty.as_deref(), rules::line)?,
            work_phone: field("work_phone", input.work_phone.as_deref(), rules::phone)?,
            email: field("email", input.email.as_deref(), rules::email)?,
            licence_number: field("licence_number", input.licence_number.as_deref(), rules::code)?,
            licence_from: input.licence_from,
            licence_until: input.licence_until,
            practising_since: input.practising_since,
        })
    }

    fn row(&self) -> PersonRow<'_> {
        PersonRow {
            name: &self.name,
            title: self.title.as_deref(),
            specialty: self.specialty.as_deref(),
            work_phone: self.work_phone.as_deref(),
            email: self.email.as_deref(),
            licence_number: self.licence_number.as_deref(),
            licence_from: self.licence_from,
            licence_until: self.licence_until,
            practising_since: self.practising_since,
        }
    }
}

pub async fn create(tx: &mut Tx, call: &Call, input: PersonInput) -> Result<PersonDetail> {
    let by = manager(tx, call).await?;
    let number = needed("staff_number", &input.staff_number, rules::code)?;
    let checked = Checked::of(&input)?;
    let now = tx.now;
    if let Some(standing) = sql::person(tx.conn(), &by.alliance, &input.id, now).await? {
        let known = standing.private.and_then(|private| private.staff_number);
        let same = standing.name == checked.name && known.as_deref() == Some(number.as_str());
        return if same {
            person(tx.conn(), call, &input.id).await
        } else {
            Err(Code::RequestIdTaken.into())
        };
    }
    if sql::by_staff_number(tx.conn(), &by.alliance, &number).await?.is_some() {
        return Err(Refusal::field(Code::DirectoryKeyTaken, "staff_number"));
    }
    let new = NewPerson { id: &input.id, staff_number: Some(&number), row: checked.row() };
    editing::insert_person(tx, &by.alliance, new).await?;
    record(tx, &by, (PERSON, input.id.as_str()), 1, "person.created", json!({})).await?;
    person(tx.conn(), call, &input.id).await
}

pub async fn change(
    tx: &mut Tx,
    call: &Call,
    id: &PersonId,
    version: i64,
    patch: PersonPatch,
) -> Result<PersonDetail> {
    let by = manager(tx, call).await?;
    let standing = person(tx.conn(), call, id).await?;
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    if standing.left_at.is_some() {
        return Err(Code::DirectoryEnded.into());
    }
    let Some(private) = standing.private else { return Err(Refusal::not_found()) };
    let whole = PersonInput {
        id: id.clone(),
        name: patch.name.unwrap_or(standing.name),
        staff_number: String::new(),
        title: patch.title.unwrap_or(standing.title),
        specialty: patch.specialty.unwrap_or(standing.specialty),
        work_phone: patch.work_phone.unwrap_or(standing.work_phone),
        email: patch.email.unwrap_or(private.email),
        licence_number: patch.licence_number.unwrap_or(private.licence_number),
        licence_from: patch.licence_from.unwrap_or(private.licence_from),
        licence_until: patch.licence_until.unwrap_or(private.licence_until),
        practising_since: patch.practising_since.unwrap_or(private.practising_since),
    };
    let checked = Checked::of(&whole)?;
    let version = editing::update_person(tx, id, Some(version), checked.row()).await?;
    record(tx, &by, (PERSON, id.as_str()), version, "person.changed", json!({})).await?;
    person(tx.conn(), call, id).await
}

/// A person leaves, now and everywhere. What they owed is owed by the role (I-3): those who answer for it are told.
pub async fn leave(tx: &mut Tx, call: &Call, id: &PersonId, version: i64) -> Result<PersonDetail> {
    let by = manager(tx, call).await?;
    let standing = person(tx.conn(), call, id).await?;
    if standing.left_at.is_some() {
        return Ok(standing);
    }
    if version != standing.version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    if *id == call.caller.person {
        return Err(Code::DirectoryYourself.into());
    }
    not_a_watcher(tx, id).await?;
    depart(tx, by, id, version).await?;
    person(tx.conn(), call, id).await
}

/// The leaving itself, whoever says so: an administrator, or the console.
pub async fn depart(tx: &mut Tx, by: By, id: &PersonId, version: i64) -> Result<()> {
    let places = sql::organisations_of(tx, id).await?;
    sql::leave(tx, id, version).await?;
    access::end_sessions_of(tx, id).await?;
    search::refresh(tx, Changed::Person(id)).await?;
    let by = By { audience: places, ..by };
    record(tx, &by, (PERSON, id.as_str()), version + 1, "person.left", json!({})).await
}

/// Nobody at a page touches those who watch over administrators: they would be abolished by the one they watch.
async fn not_a_watcher(tx: &mut Tx, person: &PersonId) -> Result<()> {
    let now = tx.now;
    let held = access::roles_not_over(tx.conn(), person, now).await?;
    if held.into_iter().any(watches) { Err(Code::DirectoryAtConsole.into()) } else { Ok(()) }
}

/// Tells the security administrators that somebody was given a power of administration; the trail says it of the person.
pub async fn tell_of_power(tx: &mut Tx, by: &By, person: &PersonId, role: Role) -> Result<()> {
    if role.is_clinical() {
        return Ok(());
    }
    let now = tx.now;
    let told = sql::holders_of(tx.conn(), &by.alliance, Role::SecurityAdministrator, now).await?;
    let payload = json!({ "role": role, "tell": told });
    record(tx, by, (PERSON, person.as_str()), 1, "person.empowered", payload).await
}

pub async fn place(tx: &mut Tx, call: &Call, input: PositionInput) -> Result<PositionDetail> {
    let by = manager(tx, call).await?;
    let now = tx.now;
    if let Some((person, standing)) = sql::position(tx.conn(), &by.alliance, &input.id).await? {
        let same = person == input.person_id
            && standing.role == input.role
            && standing.organisation.id == input.organisation_id;
        return if same { Ok(standing) } else { Err(Code::RequestIdTaken.into()) };
    }
    if !administrator_gives(input.role) {
        return Err(Refusal::field(Code::DirectoryRoleNotYours, "role"));
    }
    if input.person_id == call.caller.person {
        return Err(Refusal::field(Code::DirectoryOwnPosition, "person_id"));
    }
    let person = sql::person(tx.conn(), &by.alliance, &input.person_id, now).await?;
    if person.is_none_or(|person| person.left_at.is_some()) {
        return Err(Refusal::field(Code::DirectoryPersonUnknown, "person_id"));
    }
    not_a_watcher(tx, &input.person_id).await?;
    let held = access::roles_not_over(tx.conn(), &input.person_id, now).await?;
    if !held.into_iter().all(|role| go_together(role, input.role)) {
        return Err(Refusal::field(Code::DirectoryPowersApart, "role"));
    }
    let organisation = living(tx.conn(), call, &input.organisation_id, "organisation_id").await?;
    let fits =
        |id: &DepartmentId| organisation.departments.iter().any(|d| d.id == *id && d.ended_at.is_none());
    if !input.department_id.as_ref().is_none_or(fits) {
        return Err(Refusal::field(Code::DirectoryDepartmentElsewhere, "department_id"));
    }
    let valid_from = input.valid_from.unwrap_or(now);
    if input.valid_until.is_some_and(|until| until <= valid_from) {
        return Err(Refusal::field(Code::DirectoryDateOrder, "valid_until"));
    }
    let new = NewPosition {
        id: &input.id,
        person: &input.person_id,
        organisation: &input.organisation_id,
        department: input.department_id.as_ref(),
        role: input.role,
        valid_from,
        valid_until: input.valid_until,
    };
    editing::insert_position(tx, &by.alliance, new).await?;
    let payload = json!({ "person": input.person_id, "role": input.role });
    record(tx, &by, (POSITION, input.id.as_str()), 1, "position.created", payload).await?;
    tell_of_power(tx, &by, &input.person_id, input.role).await?;
    let made = sql::position(tx.conn(), &by.alliance, &input.id).await?;
    Ok(made.ok_or_else(Refusal::not_found)?.1)
}

/// Ends a position now; whoever acts in it is asked to sign in again.
pub async fn end_position(tx: &mut Tx, call: &Call, id: &PositionId) -> Result<PositionDetail> {
    let by = manager(tx, call).await?;
    let now = tx.now;
    let found = sql::position(tx.conn(), &by.alliance, id).await?;
    let (person, mut standing) = found.ok_or_else(Refusal::not_found)?;
    if standing.valid_until.is_some_and(|until| until <= now) {
        return Ok(standing);
    }
    if person == call.caller.person {
        return Err(Code::DirectoryYourself.into());
    }
    not_a_watcher(tx, &person).await?;
    editing::update_position(tx, id, standing.valid_from, Some(now)).await?;
    access::end_sessions_in(tx, id).await?;
    let payload = json!({ "person": person, "role": standing.role });
    record(tx, &by, (POSITION, id.as_str()), 1, "position.ended", payload).await?;
    standing.valid_until = Some(now);
    Ok(standing)
}
