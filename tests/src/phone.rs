//! A telephone with an authenticator. Knows no account.

use crate::harness::{Product, User, text};
use consult_server::access::factors::rules::code_at;
use serde_json::json;

pub const STEP_MS: i64 = 30_000;
pub const TOTP: &str = "/api/v1/session/factors/totp";

/// A telephone with an authenticator, whose clock is the product's.
pub struct Phone<'a> {
    pub product: &'a Product,
    pub secret: String,
    /// Recovery codes.
    pub codes: Vec<String>,
}

impl<'a> Phone<'a> {
    /// Enrols, and moves on to the next code: the first one is used up.
    pub async fn enrol(user: &User<'a>) -> Self {
        let begun = user.post(TOTP, json!({})).await.expect(201).json;
        let mut phone = Self { product: user.product, secret: text(&begun["secret"]), codes: Vec::new() };
        assert!(text(&begun["uri"]).contains(&phone.secret) && text(&begun["qr"]).contains("<svg"));
        let confirmation = json!({ "id": begun["id"], "code": phone.code(0) });
        let added = user.post(&format!("{TOTP}/confirm"), confirmation).await.expect(200).json;
        let codes = added["recovery_codes"].as_array().expect("recovery codes with the first factor");
        phone.codes = codes.iter().map(text).collect();
        user.product.clock.advance_ms(STEP_MS);
        phone
    }

    /// What it shows so many steps from now.
    pub fn code(&self, steps: i64) -> String {
        code_at(&self.secret, self.product.app.ground.now().plus_seconds(30 * steps)).unwrap()
    }
}
