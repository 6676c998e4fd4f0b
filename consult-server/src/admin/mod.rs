//! The console's doors: the first administrator, forgotten passwords, and the keys of sealed columns. No route leads here. A password made here is for
//! one sign-in: it must be changed then, so that whoever sat at the console does not keep it.

pub mod clients;
pub mod doctor;
pub mod keys;
mod sql;

use crate::access::account::{self, flow::set_password};
use crate::access::activation::rules;
use crate::access::attempts::Attempt;
use crate::access::{Role, factors, letters, oidc, password, sql as access};
use crate::db::Tx;
use crate::db::change::{Author, Subject};
use crate::directory::editing::By;
use crate::directory::editing::sql::{
    self as directory, NewAlliance, NewOrganisation, NewPerson, NewPosition, PersonRow,
};
use crate::directory::staff;
use crate::error::{Refusal, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, Entropy, OrganisationId, PersonId, PositionId};

/// How the audit trail names whoever sits at the console.
const CONSOLE: &str = "console";

#[derive(Clone)]
pub struct NewAdmin {
    /// Needed in an empty store, and where there are several.
    pub alliance: Option<String>,
    pub organisation: String,
    pub name: String,
    pub login: String,
    pub role: String,
}

pub async fn is_empty(ground: &Ground) -> Result<bool> {
    Ok(!directory::any_alliance(&mut *ground.db.read().await?).await?)
}

/// Makes an administrator and answers their one-time password.
pub async fn create(ground: &Ground, new: NewAdmin) -> Result<String> {
    let new = NewAdmin { login: rules::typed(&new.login), ..new };
    let role = Role::parse(&new.role).filter(|role| !role.is_clinical());
    let role = role.ok_or_else(|| {
        Refusal::internal(
            "the role is administrator, security_administrator or auditor: others are made by them",
        )
    })?;
    if access::account(&mut *ground.db.read().await?, &new.login).await?.is_some() {
        return Err(Refusal::internal("this login is taken"));
    }
    let password = one_time(&ground.entropy);
    let hash = password::hash(password.clone(), &ground.entropy).await?;
    let timezone = ground.config.alliance.timezone.clone();
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                let (alliance, organisation) = place(tx, &new, &timezone).await?;
                let person = PersonId::trusted(tx.new_id());
                let position = PositionId::trusted(tx.new_id());
                let row = NewPerson {
                    id: &person,
                    staff_number: None,
                    row: PersonRow {
                        name: &new.name,
                        title: None,
                        specialty: None,
                        work_phone: None,
                        email: None,
                        licence_number: None,
                        licence_from: None,
                        licence_until: None,
                        practising_since: None,
                    },
                };
                directory::insert_person(tx, &alliance, row).await?;
                let row = NewPosition {
                    id: &position,
                    person: &person,
                    organisation: &organisation,
                    department: None,
                    role,
                    valid_from: tx.now,
                    valid_until: None,
                };
                directory::insert_position(tx, &alliance, row).await?;
                access::insert_account(tx, &person, &alliance, &new.login, &hash, false).await?;
                account::sql::set_password(tx, &person, &hash, true).await?;
                let subject = Subject { kind: "account", id: person.as_str() };
                account::flow::record(tx, &alliance, &author(), subject, "account.created").await
            })
        })
        .await?;
    Ok(password)
}

/// The alliance and the organisation of a new administrator: those named, made where the store is empty.
async fn place(tx: &mut Tx, new: &NewAdmin, timezone: &str) -> Result<(AllianceId, OrganisationId)> {
    let alliances = sql::alliances(tx.conn()).await?;
    let alliance = match (alliances.as_slice(), &new.alliance) {
        ([], Some(name)) => {
            let id = AllianceId::trusted(tx.new_id());
            directory::insert_alliance(tx, NewAlliance { id: &id, name, timezone }).await?;
            id
        }
        ([], None) => return Err(Refusal::internal("the store is empty: name the alliance")),
        (several, name) => one_of(several, name.as_deref())?,
    };
    if let Some(id) = sql::organisation(tx.conn(), &alliance, &new.organisation).await? {
        return Ok((alliance, id));
    }
    if !alliances.is_empty() {
        return Err(Refusal::internal("there is no such organisation"));
    }
    let id = OrganisationId::trusted(tx.new_id());
    let row = NewOrganisation {
        id: &id,
        parent: None,
        name: &new.organisation,
        code: "0001",
        level: "county_hospital",
        external: false,
        phone: None,
    };
    directory::insert_organisation(tx, &alliance, row).await?;
    Ok((alliance, id))
}

/// The alliance that is meant: the one named, or the only one.
fn one_of(alliances: &[(AllianceId, String)], name: Option<&str>) -> Result<AllianceId> {
    let found = match (alliances, name) {
        (several, Some(name)) => several.iter().find(|(_, own)| own == name),
        ([only], None) => Some(only),
        (_, None) => return Err(Refusal::internal("there are several alliances, or none: name one")),
    };
    found.map(|(id, _)| id.clone()).ok_or_else(|| Refusal::internal("there is no such alliance"))
}

/// Gives an account a one-time password, ends its sessions and its lock-out, and answers the password.
pub async fn reset_password(ground: &Ground, login: &str, second_factor: bool) -> Result<String> {
    let login = &rules::typed(login);
    let mut reader = ground.db.read().await?;
    let found = access::account(&mut reader, login).await?;
    let found = found.ok_or_else(|| Refusal::internal("there is no such account"))?;
    let attempt = Attempt::of(ground, &mut reader, login, CONSOLE).await?;
    drop(reader);
    let password = one_time(&ground.entropy);
    let hash = password::hash(password.clone(), &ground.entropy).await?;
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                attempt.forgiven(tx).await?;
                set_password(tx, &found.alliance, &author(), &found.person, &hash, true).await?;
                for session in account::sql::end_all(tx, &found.person, "").await? {
                    let subject = Subject { kind: "session", id: session.as_str() };
                    account::flow::record(tx, &found.alliance, &author(), subject, "session.ended").await?;
                }
                if second_factor {
                    factors::sql::remove_all(tx, &found.person).await?;
                    let subject = Subject { kind: "account", id: found.person.as_str() };
                    account::flow::record(tx, &found.alliance, &author(), subject, "factor.removed").await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(password)
}

/// Says whose account a subject of the identity provider is.
pub async fn link(ground: &Ground, login: &str, subject: &str) -> Result<()> {
    let oidc = ground.config.access.oidc.as_ref();
    let issuer = oidc.ok_or_else(|| Refusal::internal("access.oidc is not configured"))?.issuer.clone();
    let (found, subject) = (account_of(ground, login).await?, subject.to_owned());
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                oidc::flow::link(tx, &issuer, &subject, (&found.alliance, &found.person), &author()).await
            })
        })
        .await
        .map_err(|_| Refusal::internal("the account or the subject is linked already: unlink it first"))
}

/// Forgets whose account it is for the identity provider: for somebody who got a new identity there.
pub async fn unlink(ground: &Ground, login: &str) -> Result<()> {
    let found = account_of(ground, login).await?;
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                if !oidc::sql::unlink(tx, &found.person).await? {
                    return Err(Refusal::internal("the account is not linked"));
                }
                // Whoever came in by the link goes out with it, and so do their programs.
                for session in account::sql::end_all(tx, &found.person, "").await? {
                    let subject = Subject { kind: "session", id: session.as_str() };
                    account::flow::record(tx, &found.alliance, &author(), subject, "session.ended").await?;
                }
                let subject = Subject { kind: "account", id: found.person.as_str() };
                account::flow::record(tx, &found.alliance, &author(), subject, "account.unlinked").await
            })
        })
        .await
}

/// The person of an account leaves, now and everywhere: so do those who watch over administrators, whom nobody releases at a page.
pub async fn leave(ground: &Ground, login: &str) -> Result<()> {
    let found = account_of(ground, login).await?;
    ground
        .db
        .write(move |tx| {
            Box::pin(async move {
                directory::hold(tx, &found.alliance).await?;
                let now = tx.now;
                let standing = staff::sql::person(tx.conn(), &found.alliance, &found.person, now).await?;
                let standing = standing.ok_or_else(|| Refusal::internal("there is no such person"))?;
                if standing.left_at.is_some() {
                    return Ok(());
                }
                let by =
                    By { alliance: found.alliance, author: author(), basis: CONSOLE, audience: Vec::new() };
                staff::flow::depart(tx, by, &found.person, standing.version).await
            })
        })
        .await
}

async fn account_of(ground: &Ground, login: &str) -> Result<access::Account> {
    let found = access::account(&mut *ground.db.read().await?, &rules::typed(login)).await?;
    found.ok_or_else(|| Refusal::internal("there is no such account"))
}

fn author() -> Author {
    Author { from: CONSOLE.to_owned(), ..Author::default() }
}

/// Read from a screen, typed once.
fn one_time(entropy: &Entropy) -> String {
    letters::code(&entropy.bytes::<16>(), 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_password_passes_the_rules_for_passwords() {
        let entropy = Entropy::new(|bytes| bytes.iter_mut().zip(7..).for_each(|(byte, n)| *byte = n * 5));
        let password = one_time(&entropy);
        assert_eq!(password.len(), 19, "{password}");
        assert!(account::rules::check(&password, "admin").is_ok(), "{password}");
    }
}
