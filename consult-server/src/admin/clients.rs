//! Service accounts at the console: whoever installs the other system makes its client here and takes the secret along, which is
//! shown once.

use super::{author, one_of, sql};
use crate::access::Role;
use crate::access::clients::Client;
use crate::access::clients::flow::{self, New};
use crate::access::clients::rules::is_client_id;
use crate::access::clients::sql::{self as clients, Known};
use crate::access::scopes::Scopes;
use crate::error::{Refusal, Result};
use crate::ground::Ground;

/// As it is typed.
pub struct NewClient {
    pub client_id: String,
    pub name: String,
    /// Needed where there are several.
    pub alliance: Option<String>,
    /// By name or code.
    pub organisation: String,
    pub role: String,
    /// With spaces between.
    pub scopes: String,
}

/// Makes a client and answers its secret.
pub async fn create(ground: &Ground, new: NewClient) -> Result<String> {
    let role = Role::parse(&new.role).filter(|role| role.is_clinical());
    let role = role.ok_or_else(|| Refusal::internal("the role is one of those who care for patients"))?;
    let scopes = Scopes::parse(&new.scopes).filter(|scopes| !scopes.is_empty());
    let scopes = scopes.ok_or_else(|| Refusal::internal("there is no such scope"))?;
    if !is_client_id(&new.client_id) {
        return Err(Refusal::internal("a client's id has 3 to 60 letters a-z, digits, and - _ ."));
    }
    let mut reader = ground.db.read().await?;
    if clients::known(&mut reader, &new.client_id).await?.is_some() {
        return Err(Refusal::internal("this client's id is taken"));
    }
    let alliance = one_of(&sql::alliances(&mut reader).await?, new.alliance.as_deref())?;
    let organisation = sql::organisation(&mut reader, &alliance, &new.organisation).await?;
    let organisation = organisation.ok_or_else(|| Refusal::internal("there is no such organisation"))?;
    drop(reader);
    let secret = ground.entropy.token();
    let shown = secret.clone();
    let (client_id, name) = (new.client_id, new.name);
    let new = New { client_id, name, alliance, organisation, role, scopes, demo: false };
    ground
        .db
        .write(move |tx| Box::pin(async move { flow::create(tx, new, &secret, &author()).await }))
        .await?;
    Ok(shown)
}

/// Every client, those revoked too.
pub async fn list(ground: &Ground) -> Result<Vec<Client>> {
    clients::list(&mut *ground.db.read().await?, None).await
}

/// Gives a client another secret and answers it; the old one and the tokens it had are worth nothing.
pub async fn renew_secret(ground: &Ground, client_id: &str) -> Result<String> {
    let known = living(ground, client_id).await?;
    let secret = ground.entropy.token();
    let shown = secret.clone();
    ground
        .db
        .write(move |tx| Box::pin(async move { flow::renew_secret(tx, &known, &secret, &author()).await }))
        .await?;
    Ok(shown)
}

pub async fn revoke(ground: &Ground, client_id: &str) -> Result<()> {
    let known = living(ground, client_id).await?;
    ground
        .db
        .write(move |tx| Box::pin(async move { flow::revoke(tx, &known, &author(), "console").await }))
        .await
}

async fn living(ground: &Ground, client_id: &str) -> Result<Known> {
    let known = clients::known(&mut *ground.db.read().await?, client_id).await?;
    known.filter(|known| !known.revoked).ok_or_else(|| Refusal::internal("there is no such client"))
}
