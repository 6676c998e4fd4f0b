//! What a token request must look like (RFC 6749 §2.3, §4.4, §5.2), and how a refusal is named. Pure.

use crate::access::scopes::Scopes;
use crate::error::Refusal;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

/// Access tokens are short: whoever has the secret asks again.
pub const TOKEN_SECONDS: i64 = 15 * 60;

/// The errors of RFC 6749 §5.2, and what it has no word for.
#[derive(Debug)]
pub enum Denied {
    InvalidRequest,
    InvalidClient,
    UnsupportedGrantType,
    InvalidScope,
    /// Seconds to wait.
    TooMany(i64),
    Ours(Refusal),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Denied::Ours(refusal)
    }
}

/// Who asks, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub id: String,
    pub secret: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    pub credentials: Credentials,
    /// All of the client's unless said.
    pub scopes: Option<Scopes>,
}

/// Unknown parameters are ignored; one that comes twice is an error, which serde refuses.
#[derive(Deserialize)]
struct Form {
    grant_type: Option<String>,
    scope: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// Reads a request: credentials by Basic or in the body, not both (§2.3).
pub fn read(authorization: Option<&str>, body: &[u8]) -> Result<Asked, Denied> {
    let form: Form = serde_urlencoded::from_bytes(body).map_err(|_| Denied::InvalidRequest)?;
    // A parameter without a value counts as one that is not there (§3.2).
    let given = |field: Option<String>| field.filter(|value| !value.is_empty());
    match given(form.grant_type).as_deref() {
        None => return Err(Denied::InvalidRequest),
        Some("client_credentials") => {}
        Some(_) => return Err(Denied::UnsupportedGrantType),
    }
    let (id, secret) = (given(form.client_id), given(form.client_secret));
    let credentials = match (authorization, id, secret) {
        (Some(_), _, Some(_)) => return Err(Denied::InvalidRequest),
        (Some(header), id, None) => {
            let credentials = basic(header).ok_or(Denied::InvalidClient)?;
            if id.is_some_and(|id| id != credentials.id) {
                return Err(Denied::InvalidRequest);
            }
            credentials
        }
        (None, Some(id), Some(secret)) => Credentials { id, secret },
        (None, _, _) => return Err(Denied::InvalidClient),
    };
    // What cannot be a client's name is nobody's, and is not looked for.
    if !is_client_id(&credentials.id) {
        return Err(Denied::InvalidClient);
    }
    let scopes = match given(form.scope) {
        Some(text) => Some(Scopes::parse(&text).ok_or(Denied::InvalidScope)?),
        None => None,
    };
    Ok(Asked { credentials, scopes })
}

/// Name and secret of `Basic`, each encoded like a form before they were joined (§2.3.1).
fn basic(header: &str) -> Option<Credentials> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Credentials { id: plain(id)?, secret: plain(secret)? })
}

fn plain(encoded: &str) -> Option<String> {
    let encoded = encoded.replace('=', "%3D").replace('&', "%26");
    let mut pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("v={encoded}")).ok()?;
    pairs.pop().map(|(_, value)| value)
}

/// What a client gets: what it asked for, within what it has.
pub fn scopes(asked: Option<Scopes>, own: Scopes) -> Result<Scopes, Denied> {
    match asked {
        None => Ok(own),
        Some(asked) if asked.is_within(own) => Ok(asked),
        Some(_) => Err(Denied::InvalidScope),
    }
}

/// A client is named by letters, digits and a few marks, so that it needs no escaping anywhere.
pub fn is_client_id(text: &str) -> bool {
    (3..=60).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(id: &str, secret: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")))
    }

    const GRANT: &[u8] = b"grant_type=client_credentials";

    #[test]
    fn credentials_come_by_basic_or_in_the_body_and_not_by_both() {
        let expected = Credentials { id: "lab".to_owned(), secret: "a b:=&%".to_owned() };
        let by_header = read(Some(&header("lab", "a+b%3A%3D%26%25")), GRANT).unwrap();
        let by_body = b"grant_type=client_credentials&client_id=lab&client_secret=a+b%3A%3D%26%25";
        assert_eq!(by_header.credentials, expected);
        assert_eq!(read(None, by_body).unwrap().credentials, expected);
        assert!(matches!(read(Some(&header("lab", "x")), by_body), Err(Denied::InvalidRequest)));
        let other = b"grant_type=client_credentials&client_id=other";
        assert!(matches!(read(Some(&header("lab", "x")), other), Err(Denied::InvalidRequest)));
    }

    #[test]
    fn what_is_missing_doubled_or_unknown_is_named_as_the_rfc_names_it() {
        let read = |body: &[u8]| read(Some(&header("lab", "x")), body);
        assert!(matches!(read(b""), Err(Denied::InvalidRequest)));
        assert!(matches!(read(b"grant_type=&scope=patients.read"), Err(Denied::InvalidRequest)));
        let doubled = b"grant_type=client_credentials&grant_type=client_credentials";
        assert!(matches!(read(doubled), Err(Denied::InvalidRequest)));
        assert!(matches!(read(b"grant_type=password"), Err(Denied::UnsupportedGrantType)));
        let scope = b"grant_type=client_credentials&scope=everything";
        assert!(matches!(read(scope), Err(Denied::InvalidScope)));
        assert!(read(b"grant_type=client_credentials&scope=&resource=x").unwrap().scopes.is_none());
    }

    #[test]
    fn a_header_that_is_none_is_an_unknown_client() {
        for header in ["", "Basic", "Basic !", "Bearer abc", "Basic bGFi", "Basic /w=="] {
            assert!(matches!(read(Some(header), GRANT), Err(Denied::InvalidClient)), "{header}");
        }
        assert!(matches!(read(None, GRANT), Err(Denied::InvalidClient)));
    }

    #[test]
    fn a_client_gets_no_more_than_it_has() {
        let own = Scopes::parse("patients.read studies.read").unwrap();
        assert_eq!(scopes(None, own).unwrap(), own);
        assert_eq!(scopes(Scopes::parse("studies.read"), own).unwrap().to_string(), "studies.read");
        assert!(matches!(scopes(Scopes::parse("studies.write"), own), Err(Denied::InvalidScope)));
    }
}
