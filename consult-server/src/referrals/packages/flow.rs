//! The doors of packages: the sender makes, lists and revokes them; whoever holds the code opens one, once. A code that is
//! unknown, expired or revoked answers alike and is counted like a wrong password. Builds no response.

use super::sql::{self, Stored};
use super::{
    Announcement, NewPackage, Package, PackageContent, PackageInput, PackageLetter, PackagePatient,
    PackageSheet, PackageState, rules,
};
use crate::access::Call;
use crate::access::attempts::Attempt;
use crate::access::call::Visitor;
use crate::access::flow::hash_of;
use crate::access::policy::{Action, Relation, Resource};
use crate::db::change::{Author, Change, Subject};
use crate::db::{Conn, Tx, audit};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{DepartmentId, LegId, OrganisationId, PackageId, PatientId, PersonId};
use crate::patients;
use crate::referrals::flow::{LEG, member};
use crate::referrals::rules::{may_see, our_org, shown, time};
use crate::referrals::{Direction, LegUrgency, ReferralConsentKind};
use crate::time::Timestamp;
use qrcode::QrCode;
use qrcode::render::svg;
use referral::{Case, Leg};
use serde_json::{Value, json};

/// The legal basis of whoever reads without an account.
const BASIS: &str = "one-time-code";
const OPENED: &str = "leg.package_opened";
const QR_PIXELS: u32 = 220;

/// A leg of the caller's organisation as its sender, with the legal basis.
async fn sent_leg(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
    action: Action,
) -> Result<(Case, Leg, &'static str)> {
    let member = member(conn, call).await?;
    let found = leg_of(conn, &call.caller.alliance, id).await?;
    let found = found.filter(|(case, leg)| may_see(case, leg, &member, call.now));
    let relation = found.is_some().then_some(Relation::Referral);
    let resource = Resource { alliance: call.caller.alliance.clone(), relation };
    let basis = call.require(action, Some(&resource))?;
    let (case, leg) = found.ok_or_else(Refusal::not_found)?;
    if leg.from != member.organisation || !member.role.refers() {
        return Err(Code::ReferralWrongParty.into());
    }
    Ok((case, leg, basis))
}

async fn leg_of(
    conn: &mut Conn,
    alliance: &crate::ids::AllianceId,
    id: &LegId,
) -> Result<Option<(Case, Leg)>> {
    let Some(case_id) = crate::referrals::sql::case_of_leg(conn, alliance, id).await? else {
        return Ok(None);
    };
    let case = crate::referrals::sql::case(conn, alliance, &case_id).await?;
    Ok(case.and_then(|case| case.leg(&referral::LegId::new(id.as_str())).cloned().map(|leg| (case, leg))))
}

/// Makes a package; this answer is the only place where its code stands.
pub async fn make(tx: &mut Tx, call: &Call, id: &LegId, input: &PackageInput) -> Result<NewPackage> {
    let (case, leg, basis) = sent_leg(tx.conn(), call, id, Action::LegCommand).await?;
    rules::check(&leg)?;
    let email = rules::email(input.email.as_deref())?;
    if email.is_some() {
        let since = tx.now.plus_seconds(-rules::LETTERS_SECONDS);
        let (letters, first) = sql::letters(tx.conn(), &call.caller.person, since).await?;
        rules::may_send(letters, first, tx.now)?;
    }
    let (code, package_id) = (rules::code(tx.entropy().bytes()), PackageId::trusted(tx.new_id()));
    let expires_at = tx.now.plus_seconds(rules::VALID_SECONDS);
    sql::insert(tx, &call.caller, &package_id, id, &hash_of(&code), expires_at, email.as_deref()).await?;
    let payload = json!({ "package": package_id, "expires_at": expires_at, "email": email });
    record(tx, call, (&case, &leg), "leg.package_made", basis, payload).await?;
    let made = sql::by_id(tx.conn(), &package_id, id).await?.ok_or_else(Refusal::not_found)?;
    let address = address(&call.ground);
    let qr = QrCode::new(format!("{address}/{code}")).map_err(Refusal::internal)?;
    let qr = qr.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build();
    let sheet = PackageSheet {
        number: number(&case, &leg),
        to: to_name(tx.conn(), &leg).await?.0,
        from: sender(tx.conn(), &leg).await?,
    };
    Ok(NewPackage { package: shown_to_sender(made, tx.now), code, address, qr, sheet })
}

/// Where a code is typed.
fn address(ground: &Ground) -> String {
    format!("{}{}", ground.config.http.public_url.trim_end_matches('/'), rules::PAGE)
}

/// What the letter of a package says; `None` when its code counts no longer.
pub async fn announcement(ground: &Ground, id: &PackageId) -> Result<Option<Announcement>> {
    let mut conn = ground.db.read().await?;
    let Some(stored) = sql::with_letter(&mut conn, id).await? else { return Ok(None) };
    let Some((case, leg)) = leg_of(&mut conn, &stored.alliance, &stored.leg).await? else { return Ok(None) };
    let is_waiting = rules::state(&stored, ground.now()) == PackageState::Waiting;
    let Some(email) = stored.email.filter(|_| is_waiting && rules::check(&leg).is_ok()) else {
        return Ok(None);
    };
    Ok(Some(Announcement {
        email,
        number: number(&case, &leg),
        urgency: leg.urgency,
        to: to_name(&mut conn, &leg).await?.0,
        from: sender(&mut conn, &leg).await?,
        expires_at: stored.expires_at,
        address: address(ground),
    }))
}

async fn sender(conn: &mut Conn, leg: &Leg) -> Result<super::PackageSender> {
    sql::sender(conn, &our_org(&leg.from), &PersonId::trusted(leg.author.as_str())).await
}

async fn to_name(conn: &mut Conn, leg: &Leg) -> Result<(String, Option<String>)> {
    let Some(to) = &leg.to else { return Ok((String::new(), None)) };
    let department = match &to.department {
        Some(id) => Some(sql::department_name(conn, &DepartmentId::trusted(id.as_str())).await?),
        None => None,
    };
    Ok((sql::organisation_name(conn, &our_org(&to.organisation)).await?, department))
}

fn number(case: &Case, leg: &Leg) -> String {
    format!("{}-{}", case.number, leg.ordinal)
}

fn shown_to_sender(stored: Stored, now: Timestamp) -> Package {
    Package {
        state: rules::state(&stored, now),
        id: stored.id,
        made_by: stored.made_by,
        created_at: stored.created_at,
        expires_at: stored.expires_at,
        opened_at: stored.opened_at,
        revoked_at: stored.revoked_at,
        letter: stored
            .email
            .map(|email| PackageLetter { email, state: rules::letter_state(stored.delivery.as_deref()) }),
    }
}

/// The packages of a leg, newest first, with the patient they are about and the legal basis.
pub async fn list(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
) -> Result<(Vec<Package>, PatientId, &'static str)> {
    let (case, _, basis) = sent_leg(conn, call, id, Action::LegRead).await?;
    let all = sql::of_leg(conn, id).await?;
    let all = all.into_iter().map(|one| shown_to_sender(one, call.now)).collect();
    Ok((all, PatientId::trusted(case.patient.as_str()), basis))
}

/// Ends a package, opened or not; doing it again changes nothing.
pub async fn revoke(tx: &mut Tx, call: &Call, leg_id: &LegId, id: &PackageId) -> Result<Package> {
    let (case, leg, basis) = sent_leg(tx.conn(), call, leg_id, Action::LegCommand).await?;
    sql::by_id(tx.conn(), id, leg_id).await?.ok_or_else(Refusal::not_found)?;
    if sql::revoke(tx, id).await? {
        let payload = json!({ "package": id });
        record(tx, call, (&case, &leg), "leg.package_revoked", basis, payload).await?;
    }
    let after = sql::by_id(tx.conn(), id, leg_id).await?.ok_or_else(Refusal::not_found)?;
    Ok(shown_to_sender(after, tx.now))
}

async fn record(
    tx: &mut Tx,
    call: &Call,
    about: (&Case, &Leg),
    kind: &str,
    basis: &str,
    payload: Value,
) -> Result<()> {
    write(tx, &call.author, &call.caller.alliance, about, (kind, basis), payload).await
}

async fn write(
    tx: &mut Tx,
    author: &Author,
    alliance: &crate::ids::AllianceId,
    (case, leg): (&Case, &Leg),
    (kind, basis): (&str, &str),
    payload: Value,
) -> Result<()> {
    let audience: [OrganisationId; 1] = [our_org(&leg.from)];
    tx.record(Change {
        author,
        alliance,
        subject: Subject { kind: LEG, id: leg.id.as_str() },
        version: i64::try_from(leg.version).map_err(Refusal::internal)?,
        kind,
        payload,
        occurred_at: None,
        patient: Some(&PatientId::trusted(case.patient.as_str())),
        basis,
        audience: &audience,
    })
    .await
}

/// What was opened, and the token by which the same browser may look again.
pub struct Opened {
    pub content: PackageContent,
    /// New only at the first opening.
    pub token: Option<String>,
}

/// Opens a package with its code: once, and again by the browser that did, for half an hour.
pub async fn open(ground: &Ground, code: &str, token: Option<&str>, visitor: Visitor) -> Result<Opened> {
    let mut reader = ground.db.read().await?;
    let attempt =
        Attempt::of(ground, &mut reader, &format!("package {}", visitor.from), &visitor.from).await?;
    let now = ground.now();
    attempt.may_try(&mut reader, now).await?;
    let code_hash = hash_of(&rules::normal(code).unwrap_or_default());
    let Some(found) = living(&mut reader, &code_hash, now).await? else {
        drop(reader);
        ground.db.write(move |tx| Box::pin(async move { attempt.failed(tx, false).await })).await?;
        return Err(Refusal::field(Code::PackageUnknown, "code"));
    };
    drop(reader);
    let token_hash = token.map(hash_of);
    if let Some(opened_at) = found.stored.opened_at {
        let is_same = token_hash.is_some() && token_hash == found.stored.reader_hash;
        if !is_same || now >= opened_at.plus_seconds(rules::READABLE_SECONDS) {
            return Err(opened_before(opened_at));
        }
        let content = content(ground, &found, opened_at).await?;
        ground.reads.append(read_again(&found, &visitor, now))?;
        return Ok(Opened { content, token: None });
    }
    let token = ground.entropy.token();
    let content = content(ground, &found, now).await?;
    let reader_hash = hash_of(&token);
    let opened =
        ground.db.write(move |tx| Box::pin(async move { first(tx, &found, &reader_hash, visitor).await }));
    match opened.await? {
        Some(opened_at) => Err(opened_before(opened_at)),
        None => Ok(Opened { content, token: Some(token) }),
    }
}

fn opened_before(at: Timestamp) -> Refusal {
    Refusal::new(Code::PackageOpened).with("opened_at", at.to_string())
}

/// A package with what it is about.
#[derive(Clone)]
struct Found {
    stored: Stored,
    case: Case,
    leg: Leg,
}

/// One whose code still counts, or was used by somebody; `None` for all others alike.
async fn living(conn: &mut Conn, code_hash: &str, now: Timestamp) -> Result<Option<Found>> {
    let Some(stored) = sql::by_code(conn, code_hash).await? else { return Ok(None) };
    let Some((case, leg)) = leg_of(conn, &stored.alliance, &stored.leg).await? else { return Ok(None) };
    let counts = match rules::state(&stored, now) {
        PackageState::Waiting | PackageState::Opened => rules::check(&leg).is_ok(),
        PackageState::Expired | PackageState::Revoked => false,
    };
    Ok(counts.then_some(Found { stored, case, leg }))
}

/// Marks it as opened and tells the sender; answers when somebody else was faster, and when.
async fn first(tx: &mut Tx, found: &Found, reader_hash: &str, visitor: Visitor) -> Result<Option<Timestamp>> {
    let id = &found.stored.id;
    if !sql::open(tx, id, &visitor.device, reader_hash).await? {
        let standing = sql::by_id(tx.conn(), id, &found.stored.leg).await?;
        let opened_at = standing.and_then(|standing| standing.opened_at);
        return opened_at.map(Some).ok_or_else(|| Refusal::field(Code::PackageUnknown, "code"));
    }
    let author = Author { from: visitor.from, request_id: visitor.request_id, ..Author::default() };
    let about = (&found.case, &found.leg);
    write(tx, &author, &found.stored.alliance, about, (OPENED, BASIS), json!({ "package": id })).await?;
    Ok(None)
}

fn read_again(found: &Found, visitor: &Visitor, now: Timestamp) -> audit::Entry {
    audit::Entry {
        id: String::new(),
        at: now.0,
        alliance: found.stored.alliance.to_string(),
        person: None,
        position: None,
        organisation: None,
        session: None,
        from: visitor.from.clone(),
        request_id: visitor.request_id.clone(),
        action: "leg.read".to_owned(),
        subject_kind: LEG.to_owned(),
        subject_id: found.stored.leg.to_string(),
        patient: Some(found.case.patient.as_str().to_owned()),
        basis: BASIS.to_owned(),
        outcome: "read".to_owned(),
        detail: "{}".to_owned(),
    }
}

async fn content(ground: &Ground, found: &Found, opened_at: Timestamp) -> Result<PackageContent> {
    let Found { stored, case, leg } = found;
    let mut conn = ground.db.read().await?;
    let patient = PatientId::trusted(case.patient.as_str());
    let patient =
        patients::sql::by_id(&mut conn, &ground.keys, &stored.alliance, &patient, ground.today()).await?;
    let patient = patient.ok_or_else(Refusal::not_found)?.shown;
    let (to, to_department) = to_name(&mut conn, leg).await?;
    Ok(PackageContent {
        number: number(case, leg),
        direction: Direction(leg.direction),
        urgency: LegUrgency(leg.urgency),
        submitted_at: leg.submitted_at.map(time),
        from: sender(&mut conn, leg).await?,
        to,
        to_department,
        patient: PackagePatient {
            name: patient.name,
            sex: patient.sex,
            birth_date: patient.birth_date,
            age: patient.age,
            identity: patient.identity,
            phone_masked: patient.phone_masked,
        },
        form: shown::form(&leg.form),
        consent: leg.consent.as_ref().map(|consent| ReferralConsentKind(consent.kind)),
        readable_until: opened_at.plus_seconds(rules::READABLE_SECONDS),
    })
}
