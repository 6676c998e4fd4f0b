//! The door of an activation sheet. Its answer is the only place where the codes stand, so it is not kept for a repetition of the
//! request: a repetition makes new codes, and those before it end. Knows no HTTP.

use super::{Sheet, Slip, Waiting, sql};
use crate::access::Call;
use crate::access::activation::{self, rules};
use crate::access::policy::Action;
use crate::db::{Conn, Tx};
use crate::directory::editing::flow::{manager, organisation, record};
use crate::directory::editing::{By, PERSON};
use crate::error::{Code, Refusal, Result};
use crate::ids::{OrganisationId, PersonId};
use crate::refs::OrganisationRef;
use serde_json::json;

/// Where the page of activation is, below the server's public address.
const PAGE: &str = "/activate";

/// Fresh codes for the people of an organisation who have no account; or for one of its people, whose forgotten password it then
/// replaces.
pub async fn sheet(call: Call, id: OrganisationId, person: Option<PersonId>) -> Result<Sheet> {
    call.require(Action::DirectoryManage, None)?;
    let db = call.ground.db.clone();
    db.write(move |tx| Box::pin(async move { issue(tx, &call, &id, person.as_ref()).await })).await
}

async fn issue(tx: &mut Tx, call: &Call, id: &OrganisationId, person: Option<&PersonId>) -> Result<Sheet> {
    // Nobody else is told: a sheet is between an administrator and a printer.
    let by = By { audience: Vec::new(), ..manager(tx, call).await? };
    let organisation = organisation(tx.conn(), call, id).await?;
    if organisation.ended_at.is_some() {
        return Err(Code::DirectoryEnded.into());
    }
    let (issued_at, expires_at) = (tx.now, tx.now.plus_seconds(rules::VALID_SECONDS));
    let holders = sql::for_whom(tx.conn(), &by.alliance, id, person, issued_at).await?;
    // Whoever sits at the screen of somebody signed in must not get a password for it.
    let is_own = person == Some(&call.caller.person);
    if person.is_some() && (holders.is_empty() || is_own) {
        return Err(Refusal::field(Code::DirectoryPersonUnknown, "person_id"));
    }
    let mut people = Vec::with_capacity(holders.len());
    for one in holders {
        let code = activation::flow::issue(tx, &by.alliance, &one.person, expires_at).await?;
        let subject = ("account", one.person.as_str());
        record(tx, &by, subject, 1, "activation.issued", json!({ "organisation": id })).await?;
        if one.has_account {
            // They learn of it while the old password still opens.
            let subject = (PERSON, one.person.as_str());
            record(tx, &by, subject, 1, "person.reset_issued", json!({ "tell": [one.person] })).await?;
        }
        people.push(Slip {
            person_id: one.person,
            name: one.name,
            staff_number: one.staff_number,
            department: one.department,
            login: one.login,
            resets: one.has_account,
            code,
        });
    }
    let address = format!("{}{PAGE}", call.ground.config.http.public_url.trim_end_matches('/'));
    let organisation = OrganisationRef { id: organisation.id, name: organisation.name };
    Ok(Sheet { organisation, address, issued_at, expires_at, people })
}

/// For whom a sheet would make codes, and whose slips it would end.
pub async fn waiting(conn: &mut Conn, call: &Call, id: &OrganisationId) -> Result<Waiting> {
    call.require(Action::DirectoryManage, None)?;
    organisation(conn, call, id).await?;
    let (without_account, with_code) = sql::waiting(conn, &call.caller.alliance, id, call.now).await?;
    Ok(Waiting { without_account, with_code })
}
