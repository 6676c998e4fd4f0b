//! Passkeys (WebAuthn) by `webauthn-rs`: the two halves of registering one and of signing in with one. Pure but for the
//! library's own randomness; what must be remembered between the halves goes out and comes in as JSON.

use super::{Factor, FactorKind};
use crate::config::Http;
use crate::db::{from_json, to_json};
use crate::error::{Code, Refusal, Result};
use crate::ids::PersonId;
use serde_json::Value;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
    Url,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

/// What the page hands to the browser, and what the server remembers.
pub struct Begun {
    pub options: Value,
    pub state: String,
}

/// A passkey belongs to a name: an installation that is reached by address cannot have any.
pub fn are_possible(http: &Http) -> bool {
    relying_party(http).is_ok()
}

fn relying_party(http: &Http) -> Result<Webauthn> {
    let here = || Refusal::new(Code::PasskeyNotHere);
    let origin = Url::parse(&http.public_url).map_err(|_| here())?;
    let name = origin.domain().ok_or_else(here)?.to_owned();
    let builder = WebauthnBuilder::new(&name, &origin).map_err(|_| here())?;
    builder.rp_name("consult-server").build().map_err(|_| here())
}

pub fn begin_registration(
    http: &Http,
    person: &PersonId,
    login: &str,
    name: &str,
    factors: &[Factor],
) -> Result<Begun> {
    let known = passkeys(factors)?.into_iter().map(|(_, passkey)| passkey.cred_id().clone()).collect();
    let id = uuid::Uuid::parse_str(person.as_str()).map_err(Refusal::internal)?;
    let (options, state) = relying_party(http)?
        .start_passkey_registration(id, login, name, Some(known))
        .map_err(Refusal::internal)?;
    Ok(Begun { options: serde_json::to_value(options).map_err(Refusal::internal)?, state: to_json(&state)? })
}

/// The passkey as it is kept, if the browser's answer fits.
pub fn finish_registration(http: &Http, answer: Value, state: &str) -> Result<String> {
    let state: PasskeyRegistration = from_json(state)?;
    let answer: RegisterPublicKeyCredential = of_browser(answer)?;
    let passkey = relying_party(http)?
        .finish_passkey_registration(&answer, &state)
        .map_err(|_| Refusal::new(Code::PasskeyRefused))?;
    to_json(&passkey)
}

/// `None` if the person has no passkey, or none can be used here.
pub fn begin_authentication(http: &Http, factors: &[Factor]) -> Result<Option<Begun>> {
    let known: Vec<Passkey> = passkeys(factors)?.into_iter().map(|(_, passkey)| passkey).collect();
    let (false, Ok(party)) = (known.is_empty(), relying_party(http)) else { return Ok(None) };
    let (options, state) = party.start_passkey_authentication(&known).map_err(Refusal::internal)?;
    let options = serde_json::to_value(options).map_err(Refusal::internal)?;
    Ok(Some(Begun { options, state: to_json(&state)? }))
}

/// The factor that answered, with its passkey as it is to be kept; `None` if the answer does not fit.
pub fn finish_authentication(
    http: &Http,
    answer: Value,
    state: &str,
    factors: &[Factor],
) -> Result<Option<(String, String)>> {
    let state: PasskeyAuthentication = from_json(state)?;
    let answer: PublicKeyCredential = of_browser(answer)?;
    let Ok(result) = relying_party(http)?.finish_passkey_authentication(&answer, &state) else {
        return Ok(None);
    };
    for (id, mut passkey) in passkeys(factors)? {
        if passkey.update_credential(&result).is_some() {
            return Ok(Some((id, to_json(&passkey)?)));
        }
    }
    Ok(None)
}

fn passkeys(factors: &[Factor]) -> Result<Vec<(String, Passkey)>> {
    factors
        .iter()
        .filter(|factor| factor.kind == FactorKind::Passkey)
        .map(|factor| Ok((factor.id.clone(), from_json(&factor.secret)?)))
        .collect()
}

fn of_browser<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T> {
    serde_json::from_value(answer).map_err(|_| Refusal::new(Code::RequestJson).with("reason", "passkey"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_hold_passkeys_and_an_address_cannot() {
        let possible =
            |public_url: &str| are_possible(&Http { public_url: public_url.to_owned(), ..Http::default() });
        assert!(possible("http://localhost:8080") && possible("https://consult.example.org"));
        assert!(!possible("http://127.0.0.1:8080") && !possible("https://[::1]") && !possible("nonsense"));
    }
}
