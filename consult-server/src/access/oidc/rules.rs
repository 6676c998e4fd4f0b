//! Where a sign-in may lead, and what a claim says. Pure.

use crate::time::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// From leaving for the provider until coming back: time to find a phone.
pub const CEREMONY_SECONDS: i64 = 10 * 60;
/// How long what the provider says about itself is believed before it is read again.
pub const METADATA_SECONDS: i64 = 10 * 60;
/// So long a provider that did not answer is not asked again.
pub const SILENCE_SECONDS: i64 = 10;
/// Whoever proved themselves to the provider longer ago than a session lasts here does so again.
pub const LONGEST: Duration = Duration::from_secs(12 * 3600);
const NEXT_LIMIT: usize = 500;

/// A path of our own page, or its start: never another host (`//host`, `/\host`).
pub fn next(asked: Option<&str>) -> String {
    let is_own = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= NEXT_LIMIT
            && !path.contains('\\')
            && path.bytes().all(|byte| byte.is_ascii_graphic())
    };
    asked.filter(is_own).unwrap_or("/").to_owned()
}

/// A path as the value of a query parameter (RFC 3986 §3.4).
pub fn in_query(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// When the person proved who they are to the provider (Core 2, `auth_time`); the beginning of time where it does not say.
pub fn proved_at(claims: &Map<String, Value>) -> Timestamp {
    let seconds = claims.get("auth_time").and_then(Value::as_i64).unwrap_or_default();
    Timestamp(seconds.saturating_mul(1000))
}

/// A claim as a text; an address counts only where the provider has verified it.
pub fn claim(claims: &Map<String, Value>, name: &str) -> Option<String> {
    if name == "email" && claims.get("email_verified") != Some(&Value::Bool(true)) {
        return None;
    }
    match claims.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_our_own_page_and_nowhere_else() {
        assert_eq!(next(Some("/consults/7?tab=ecg")), "/consults/7?tab=ecg");
        for asked in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "",
            "/a\r\nset-cookie: x",
            "/\u{e9}",
        ] {
            assert_eq!(next(Some(asked)), "/", "{asked}");
        }
        assert_eq!(next(None), "/");
        assert_eq!(in_query("/a?b=c&d"), "/a%3Fb%3Dc%26d");
        assert_eq!(next(Some(&format!("/{}", "a".repeat(500)))), "/");
    }

    #[test]
    fn a_claim_is_a_text_or_a_number_and_an_address_must_be_verified() {
        let claims = |value: Value| value.as_object().cloned().unwrap_or_default();
        let given =
            claims(serde_json::json!({ "preferred_username": " village ", "employee": 7, "groups": ["a"] }));
        assert_eq!(claim(&given, "preferred_username").as_deref(), Some("village"));
        assert_eq!(claim(&given, "employee").as_deref(), Some("7"));
        assert_eq!((claim(&given, "groups"), claim(&given, "sub")), (None, None));
        let mut mail = claims(serde_json::json!({ "email": "a@b.example" }));
        assert_eq!(claim(&mail, "email"), None);
        mail.insert("email_verified".to_owned(), Value::Bool(true));
        assert_eq!(claim(&mail, "email").as_deref(), Some("a@b.example"));
    }
}
