//! The doors of rooms: a subject opens and closes its room in its own transaction; whoever holds a living grant of
//! that subject may come in, and coming and going is written down. Knows no HTTP and no media.

use super::sql::{self, Stored};
use super::{KIND, Room, RoomSubject, Rooms};
use crate::access::policy::Action;
use crate::access::{Call, grants, sql as access};
use crate::db::change::{Change, Subject};
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::ids::{AllianceId, PatientId, RoomId};

/// Makes the room of a subject; nobody may enter before the subject gives grants.
pub async fn open(
    tx: &mut Tx,
    id: &RoomId,
    alliance: &AllianceId,
    subject: (&str, &str),
    patient: &PatientId,
) -> Result<()> {
    sql::insert(tx, id, alliance, subject, patient).await
}

/// The subject has ended: nobody enters any more, and whoever is in is asked out at the next look.
pub async fn close(tx: &mut Tx, id: &RoomId) -> Result<()> {
    sql::close(tx, id).await
}

/// The subject lets people in, now or again, for this patient.
pub async fn reopen(tx: &mut Tx, id: &RoomId, patient: &PatientId) -> Result<()> {
    sql::reopen(tx, id, patient).await
}

/// A room the caller may enter now, with the legal basis; every other one is absent.
pub async fn admit(conn: &mut Conn, call: &Call, id: &RoomId) -> Result<(Stored, &'static str)> {
    let now = call.ground.now();
    let alliance = &call.caller.alliance;
    let found = sql::by_id(conn, alliance, id).await?.filter(|room| room.closed_at.is_none());
    let resource = match &found {
        Some(room) => {
            let subject = (room.subject_kind.as_str(), room.subject_id.as_str());
            Some(grants::of_subject(conn, alliance, call.organisation(), subject, now).await?)
        }
        None => None,
    };
    let basis = call.require(Action::RoomJoin, resource.as_ref())?;
    Ok((found.ok_or_else(Refusal::not_found)?, basis))
}

/// Whether somebody who is in may stay: the room is open to them and their session lives.
pub async fn may_stay(conn: &mut Conn, call: &Call, id: &RoomId) -> Result<bool> {
    let lives = access::session_lives(conn, &call.caller.session, call.ground.now()).await?;
    if !lives {
        return Ok(false);
    }
    match admit(conn, call, id).await {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code.status() < 500 => Ok(false),
        Err(fault) => Err(fault),
    }
}

/// Writes down that the caller came in (`room.joined`) or left (`room.left`).
pub async fn record(
    tx: &mut Tx,
    call: &Call,
    room: &RoomId,
    kind: &'static str,
    basis: &'static str,
    participant: &str,
) -> Result<()> {
    let Some(stored) = sql::by_id(tx.conn(), &call.caller.alliance, room).await? else {
        return Err(Refusal::not_found());
    };
    let now = tx.now;
    let subject = (stored.subject_kind.as_str(), stored.subject_id.as_str());
    let audience = grants::organisations_of(tx.conn(), subject, now).await?;
    let payload = serde_json::json!({
        "participant": participant,
        "subject": { "kind": stored.subject_kind, "id": stored.subject_id },
    });
    let change = call.change_of(Subject { kind: KIND, id: room.as_str() }, 1, kind, basis);
    tx.record(Change { patient: Some(&stored.patient), audience: &audience, payload, ..change }).await
}

/// A room with who is in it, as far as this process serves it.
pub fn shown(stored: Stored, rooms: &Rooms) -> Room {
    Room {
        participants: rooms.presence.of(&stored.id),
        id: stored.id,
        subject: RoomSubject { kind: stored.subject_kind, id: stored.subject_id },
    }
}
