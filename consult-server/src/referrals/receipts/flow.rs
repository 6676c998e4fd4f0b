//! The door of read marks, and who they are shown to. A first read is told to the sender at once. Knows no HTTP.

use super::{LegReceipts, ReadBy, ReceiptCounts, sql};
use crate::access::Call;
use crate::db::change::Subject;
use crate::db::{Conn, Tx};
use crate::directory;
use crate::error::{Refusal, Result};
use crate::ids::{DepartmentId, LegId, OrganisationId, PatientId, PersonId};
use crate::messages::members;
use crate::referrals::flow::read;
use crate::referrals::{Leg, LegRow, rules, sql as legs};
use std::collections::{BTreeMap, BTreeSet};

/// Live changes of receipts, apart from those of the leg: reading changes nothing in it.
pub const RECEIPTS: &str = "leg_receipts";

/// A person looks at a leg in that version. The first time is told to both sides.
pub async fn mark(tx: &mut Tx, call: &Call, leg: &Leg, basis: &str) -> Result<()> {
    let (id, person) = (&leg.row.id, &call.caller.person);
    let is_first = !sql::has_read(tx, id, person).await?;
    legs::mark_read(tx, id, person, leg.row.version).await?;
    let Some(to) = leg.row.to.as_ref().filter(|to| is_first && to.id == call.caller.organisation) else {
        return Ok(());
    };
    let audience = [leg.row.from.id.clone(), to.id.clone()];
    let subject = Subject { kind: RECEIPTS, id: id.as_str() };
    let mut change = call.change_of(subject, leg.row.version, "leg.first_read", basis);
    change.patient = Some(&leg.row.patient.id);
    change.audience = &audience;
    tx.record(change).await
}

/// Who of the receiver's side has read it, for who may see the leg.
pub async fn of_leg(
    conn: &mut Conn,
    call: &Call,
    id: &LegId,
) -> Result<(LegReceipts, PatientId, &'static str)> {
    let (case, leg, basis) = read::whole(conn, call, id).await?;
    let patient = PatientId::trusted(case.patient.as_str());
    let nobody = LegReceipts { read: Vec::new(), unread: Vec::new() };
    let (Some(_), Some(to)) = (leg.submitted_at, &leg.to) else { return Ok((nobody, patient, basis)) };
    let organisation = rules::our_org(&to.organisation);
    let department = to.department.as_ref().map(|id| DepartmentId::trusted(id.as_str()));
    let owner = leg.state.acceptance().map(|acceptance| PersonId::trusted(acceptance.owner.as_str()));
    let side = side(conn, call, &organisation, department.as_ref()).await?;
    let expected = waited_for(conn, call, &organisation, side, owner).await?;
    let readers = sql::readers(conn, id, &organisation).await?;
    let mut receipts = nobody;
    for (person, read_at) in &readers {
        let person = named(conn, person, &organisation).await?;
        receipts.read.push(ReadBy { person, read_at: *read_at });
    }
    for person in expected.iter().filter(|person| !readers.iter().any(|(reader, _)| reader == *person)) {
        receipts.unread.push(named(conn, person, &organisation).await?);
    }
    Ok((receipts, patient, basis))
}

async fn named(
    conn: &mut Conn,
    person: &PersonId,
    organisation: &OrganisationId,
) -> Result<crate::refs::PersonRef> {
    let found = directory::sql::named(conn, person, organisation).await?;
    found.ok_or_else(|| Refusal::internal(format!("person {person} is not known")))
}

/// The desk on duty of a receiver.
async fn side(
    conn: &mut Conn,
    call: &Call,
    organisation: &OrganisationId,
    department: Option<&DepartmentId>,
) -> Result<BTreeSet<PersonId>> {
    members::side(conn, &call.caller.alliance, organisation, department, BTreeSet::new(), call.now).await
}

async fn waited_for(
    conn: &mut Conn,
    call: &Call,
    organisation: &OrganisationId,
    mut side: BTreeSet<PersonId>,
    owner: Option<PersonId>,
) -> Result<BTreeSet<PersonId>> {
    if let Some(owner) = owner
        && members::reads(conn, &call.caller.alliance, organisation, &owner, call.now).await?
    {
        side.insert(owner);
    }
    Ok(side)
}

type Place = (OrganisationId, Option<DepartmentId>);

/// Counts for the rows of a list of sent legs: each receiver's side is resolved once for the page, who took a patient and who has
/// read in one statement each. What has ended waits for nobody; who read it is told on asking.
pub async fn count(conn: &mut Conn, call: &Call, rows: &mut [LegRow]) -> Result<()> {
    let is_open = |row: &&mut LegRow| row.submitted_at.is_some() && !row.state.0.is_terminal();
    let mut open: Vec<&mut LegRow> = rows.iter_mut().filter(is_open).collect();
    let owners: BTreeSet<(OrganisationId, PersonId)> = open.iter().filter_map(|row| owner(row)).collect();
    let owners = members::readers_among(conn, &call.caller.alliance, &owners, call.now).await?;
    let readers = sql::readers_of(conn, open.iter().map(|row| &row.id)).await?;
    let nobody = BTreeSet::new();
    let mut sides: BTreeMap<Place, BTreeSet<PersonId>> = BTreeMap::new();
    for row in &mut open {
        let Some(to) = &row.to else { continue };
        let place: Place = (to.id.clone(), row.to_department.as_ref().map(|d| d.id.clone()));
        if !sides.contains_key(&place) {
            let found = side(conn, call, &place.0, place.1.as_ref()).await?;
            sides.insert(place.clone(), found);
        }
        let owner = owner(row).filter(|owner| owners.contains(owner)).map(|(_, person)| person);
        let expected: BTreeSet<&PersonId> = sides.get(&place).into_iter().flatten().chain(&owner).collect();
        let readers = readers.get(&row.id).unwrap_or(&nobody);
        let unread = expected.into_iter().filter(|person| !readers.contains(*person)).count();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        row.receipts = Some(ReceiptCounts { unread: count(unread), read: count(readers.len()) });
    }
    Ok(())
}

/// Who took the patient, at the organisation that did.
fn owner(row: &LegRow) -> Option<(OrganisationId, PersonId)> {
    Some((row.to.as_ref()?.id.clone(), row.owner.as_ref()?.id.clone()))
}
