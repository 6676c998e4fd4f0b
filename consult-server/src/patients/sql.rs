//! Statements on patients and their identifiers; sealing and opening of the sealed columns. Decides nothing.

use super::rules::Checked;
use super::{Identity, IdentityKind, MaskedIdentity, Patient, PatientInput, Sex};
use crate::db::sealed::{Column, KeyRing};
use crate::db::{Conn, Tx, changed_once};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, OrganisationId, PatientId, PersonId};
use crate::names;
use crate::refs::{OrganisationRef, PatientRef, age};
use crate::time::Timestamp;
use sqlx::Row as _;

const INSERT: &str = "INSERT INTO patient (id, alliance_id, version, name, name_search, sex, birth_date, identity_kind, identity_sealed, \
     identity_masked, phone_sealed, phone_masked, address_sealed, registered_by, created_at, updated_at) \
     VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)";
const UPDATE: &str = "UPDATE patient SET version = version + 1, name = $3, name_search = $4, sex = $5, birth_date = $6, identity_kind = $7, \
     identity_sealed = $8, identity_masked = $9, phone_sealed = $10, phone_masked = $11, address_sealed = $12, updated_at = $13 \
     WHERE id = $1 AND version = $2";
macro_rules! columns {
    () => {
        "SELECT p.id, p.version, p.name, p.sex, p.birth_date, p.identity_kind, p.identity_masked, p.phone_masked, p.address_sealed, \
         o.id, o.name, p.created_at, p.updated_at, p.identity_sealed, p.phone_sealed FROM patient p JOIN organisation o ON o.id = p.registered_by "
    };
}
const BY_ID: &str = concat!(columns!(), "WHERE p.id = $1 AND p.alliance_id = $2");
const SEARCH: &str = concat!(
    columns!(),
    "WHERE p.alliance_id = $1 AND p.name_search LIKE $2 ESCAPE '\\' AND p.id < $3 AND EXISTS (SELECT 1 FROM access_grant g \
     WHERE g.patient_id = p.id AND g.organisation_id = $4 AND g.person_id IS NULL AND (g.ends_at IS NULL OR g.ends_at > $5)) ORDER BY p.id DESC LIMIT $6"
);
const INSERT_IDENTIFIER: &str = "INSERT INTO patient_identifier (id, alliance_id, patient_id, system, issuer_organisation_id, value_blind, valid_from) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const DELETE_IDENTIFIER: &str =
    "DELETE FROM patient_identifier WHERE patient_id = $1 AND system IN ('resident_id', 'passport')";
const BY_IDENTIFIER: &str = "SELECT patient_id FROM patient_identifier WHERE alliance_id = $1 AND system = $2 AND issuer_organisation_id = $3 AND value_blind = $4";
const REF: &str = "SELECT id, name, sex, birth_date FROM patient WHERE id = $1";

const ADD_TRY: &str = "INSERT INTO patient_try (person_id, alliance_id, tries, since) VALUES ($1, $2, 1, $3) ON CONFLICT (person_id) DO UPDATE \
     SET tries = CASE WHEN patient_try.since <= $4 THEN 1 ELSE patient_try.tries + 1 END, \
     since = CASE WHEN patient_try.since <= $4 THEN $3 ELSE patient_try.since END RETURNING tries, since";
const TAKE_BACK_TRY: &str = "UPDATE patient_try SET tries = tries - 1 WHERE person_id = $1 AND tries > 0";

pub const IDENTITY: Column = crate::sealed_column!("patient.identity", "patient", "id", "identity_sealed");
pub const PHONE: Column = crate::sealed_column!("patient.phone", "patient", "id", "phone_sealed");
pub const ADDRESS: Column = crate::sealed_column!("patient.address", "patient", "id", "address_sealed");

/// Sealed forms of one record's columns.
struct Sealed {
    identity: Option<String>,
    phone: Option<String>,
    address: Option<String>,
}

fn sealed(tx: &Tx, keys: &KeyRing, id: &PatientId, checked: &Checked) -> Result<Sealed> {
    let seal = |column: &Column, value: &Option<String>| {
        value.as_ref().map(|v| keys.seal(tx.entropy(), column, id.as_str(), v)).transpose()
    };
    Ok(Sealed {
        identity: seal(&IDENTITY, &checked.identity.value)?,
        phone: seal(&PHONE, &checked.phone)?,
        address: seal(&ADDRESS, &checked.address)?,
    })
}

pub async fn insert(
    tx: &mut Tx,
    keys: &KeyRing,
    alliance: &AllianceId,
    registered_by: &OrganisationId,
    id: &PatientId,
    checked: &Checked,
) -> Result<()> {
    let sealed = sealed(tx, keys, id, checked)?;
    let now = tx.now.0;
    sqlx::query(INSERT)
        .bind(id.as_str())
        .bind(alliance.as_str())
        .bind(checked.name.as_str())
        .bind(names::search_text(&checked.name))
        .bind(checked.sex.as_str())
        .bind(checked.birth_date.as_deref())
        .bind(checked.identity.kind.as_str())
        .bind(sealed.identity)
        .bind(checked.identity_masked())
        .bind(sealed.phone)
        .bind(checked.phone_masked())
        .bind(sealed.address)
        .bind(registered_by.as_str())
        .bind(now)
        .execute(tx.conn())
        .await?;
    insert_document(tx, keys, alliance, id, checked).await
}

/// Compare-and-set on the version.
pub async fn update(
    tx: &mut Tx,
    keys: &KeyRing,
    alliance: &AllianceId,
    id: &PatientId,
    version: i64,
    checked: &Checked,
) -> Result<()> {
    let sealed = sealed(tx, keys, id, checked)?;
    let now = tx.now.0;
    let done = sqlx::query(UPDATE)
        .bind(id.as_str())
        .bind(version)
        .bind(checked.name.as_str())
        .bind(names::search_text(&checked.name))
        .bind(checked.sex.as_str())
        .bind(checked.birth_date.as_deref())
        .bind(checked.identity.kind.as_str())
        .bind(sealed.identity)
        .bind(checked.identity_masked())
        .bind(sealed.phone)
        .bind(checked.phone_masked())
        .bind(sealed.address)
        .bind(now)
        .execute(tx.conn())
        .await?;
    changed_once(done.rows_affected())?;
    sqlx::query(DELETE_IDENTIFIER).bind(id.as_str()).execute(tx.conn()).await?;
    insert_document(tx, keys, alliance, id, checked).await
}

async fn insert_document(
    tx: &mut Tx,
    keys: &KeyRing,
    alliance: &AllianceId,
    id: &PatientId,
    checked: &Checked,
) -> Result<()> {
    match &checked.identity.value {
        Some(value) => {
            insert_identifier(tx, keys, alliance, id, checked.identity.kind.as_str(), None, value).await
        }
        None => Ok(()),
    }
}

/// Adds an identifier; one issued by an organisation (a record number, a device's PatientID) counts in that organisation only.
pub async fn insert_identifier(
    tx: &mut Tx,
    keys: &KeyRing,
    alliance: &AllianceId,
    patient: &PatientId,
    system: &str,
    issuer: Option<&OrganisationId>,
    value: &str,
) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now.0);
    sqlx::query(INSERT_IDENTIFIER)
        .bind(id)
        .bind(alliance.as_str())
        .bind(patient.as_str())
        .bind(system)
        .bind(issuer.map_or("", |o| o.as_str()).to_owned())
        .bind(keys.blind(system, value))
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Counts a person's registration of a record of others: how many since when, this one included. The time begins anew once it is over.
pub async fn add_try(
    tx: &mut Tx,
    alliance: &AllianceId,
    person: &PersonId,
    seconds: i64,
) -> Result<(i64, Timestamp)> {
    let now = tx.now;
    let row = sqlx::query(ADD_TRY)
        .bind(person.as_str())
        .bind(alliance.as_str())
        .bind(now.0)
        .bind(now.plus_seconds(-seconds).0)
        .fetch_one(tx.conn())
        .await?;
    Ok((row.try_get(0)?, Timestamp(row.try_get(1)?)))
}

pub async fn take_back_try(tx: &mut Tx, person: &PersonId) -> Result<()> {
    sqlx::query(TAKE_BACK_TRY).bind(person.as_str()).execute(tx.conn()).await?;
    Ok(())
}

/// The patient who has this identifier, by its blind index.
pub async fn by_identifier(
    conn: &mut Conn,
    keys: &KeyRing,
    alliance: &AllianceId,
    system: &str,
    issuer: Option<&OrganisationId>,
    value: &str,
) -> Result<Option<PatientId>> {
    let row = sqlx::query(BY_IDENTIFIER)
        .bind(alliance.as_str())
        .bind(system)
        .bind(issuer.map_or("", |o| o.as_str()).to_owned())
        .bind(keys.blind(system, value))
        .fetch_optional(conn)
        .await?;
    Ok(match row {
        Some(row) => Some(PatientId::trusted(row.try_get::<String, _>(0)?)),
        None => None,
    })
}

/// A record with what is sealed in it opened, for rules; `shown` is what callers see.
pub struct Stored {
    pub shown: Patient,
    identity_value: Option<String>,
    phone: Option<String>,
}

impl Stored {
    pub fn as_input(&self) -> PatientInput {
        let shown = &self.shown;
        PatientInput {
            id: shown.id.clone(),
            name: shown.name.clone(),
            sex: shown.sex,
            birth_date: shown.birth_date.clone(),
            identity: Identity { kind: shown.identity.kind, value: self.identity_value.clone() },
            phone: self.phone.clone(),
            address: shown.address.clone(),
        }
    }
}

pub async fn by_id(
    conn: &mut Conn,
    keys: &KeyRing,
    alliance: &AllianceId,
    id: &PatientId,
    today: jiff::civil::Date,
) -> Result<Option<Stored>> {
    let row = sqlx::query(BY_ID).bind(id.as_str()).bind(alliance.as_str()).fetch_optional(conn).await?;
    row.as_ref().map(|row| stored(row, keys, today)).transpose()
}

pub struct Search<'a> {
    pub alliance: &'a AllianceId,
    pub organisation: &'a OrganisationId,
    pub typed: &'a str,
    /// Ids below this one, newest first; empty for the first page.
    pub before: &'a str,
    pub now: Timestamp,
    pub limit: i64,
}

/// Patients whose names fit what was typed and whom the organisation may see, newest first.
pub async fn search(
    conn: &mut Conn,
    keys: &KeyRing,
    search: Search<'_>,
    today: jiff::civil::Date,
) -> Result<Vec<Patient>> {
    let before = if search.before.is_empty() { "g" } else { search.before };
    let rows = sqlx::query(SEARCH)
        .bind(search.alliance.as_str())
        .bind(names::search_pattern(search.typed))
        .bind(before)
        .bind(search.organisation.as_str())
        .bind(search.now.0)
        .bind(search.limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok(stored(row, keys, today)?.shown)).collect()
}

/// A patient for a row of a list, without anything sealed.
pub async fn patient_ref(conn: &mut Conn, id: &PatientId, today: jiff::civil::Date) -> Result<PatientRef> {
    let row = sqlx::query(REF).bind(id.as_str()).fetch_one(conn).await?;
    let birth_date: Option<String> = row.try_get(3)?;
    Ok(PatientRef {
        id: PatientId::trusted(row.try_get::<String, _>(0)?),
        name: row.try_get(1)?,
        sex: row.try_get(2)?,
        age: birth_date.as_deref().and_then(|b| age(b, today)),
        birth_date,
    })
}

fn stored(row: &sqlx::any::AnyRow, keys: &KeyRing, today: jiff::civil::Date) -> Result<Stored> {
    let id: String = row.try_get(0)?;
    let open = |column: &Column, sealed: Option<String>| {
        sealed.map(|s| keys.open_sealed(column, &id, &s)).transpose()
    };
    let identity_value = open(&IDENTITY, row.try_get(13)?)?;
    let phone = open(&PHONE, row.try_get(14)?)?;
    let address = open(&ADDRESS, row.try_get(8)?)?;
    let kind: String = row.try_get(5)?;
    let birth_date: Option<String> = row.try_get(4)?;
    let shown = Patient {
        id: PatientId::trusted(id.clone()),
        version: row.try_get(1)?,
        name: row.try_get(2)?,
        sex: match row.try_get::<String, _>(3)?.as_str() {
            "male" => Sex::Male,
            "female" => Sex::Female,
            _ => Sex::Unknown,
        },
        age: birth_date.as_deref().and_then(|b| age(b, today)),
        birth_date,
        identity: MaskedIdentity {
            kind: IdentityKind::parse(&kind)
                .ok_or_else(|| Refusal::internal(format!("patient {id} has no known identity kind")))?,
            masked: row.try_get(6)?,
        },
        phone_masked: row.try_get(7)?,
        address,
        registered_by: OrganisationRef {
            id: OrganisationId::trusted(row.try_get::<String, _>(9)?),
            name: row.try_get(10)?,
        },
        created_at: Timestamp(row.try_get(11)?),
        updated_at: Timestamp(row.try_get(12)?),
    };
    Ok(Stored { shown, identity_value, phone })
}
