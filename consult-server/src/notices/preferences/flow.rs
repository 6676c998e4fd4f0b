//! The door to my own preferences. Builds no response.

use super::sql::Reach;
use super::{NoticePreferences, Preferences, PreferencesInput, rules, sql};
use crate::access::Call;
use crate::access::account::flow::record;
use crate::db::change::Subject;
use crate::db::{Conn, Tx};
use crate::error::{Refusal, Result};
use crate::notices::webhooks;

/// My preferences, with where I can be reached.
pub async fn mine(conn: &mut Conn, call: &Call) -> Result<NoticePreferences> {
    let reach = sql::reach(conn, &call.caller.person).await?.ok_or_else(Refusal::not_found)?;
    let gateway = webhooks::sql::gateway(conn, &call.caller.alliance).await?;
    let Reach { email, phone, preferences } = reach;
    Ok(NoticePreferences {
        language: preferences.language,
        channels: preferences.channels,
        quiet: preferences.quiet.map(rules::written),
        timezone: call.ground.config.alliance.timezone.clone(),
        email,
        phone,
        phone_offered: gateway.is_some(),
    })
}

pub async fn put(tx: &mut Tx, call: &Call, input: PreferencesInput) -> Result<NoticePreferences> {
    let caller = &call.caller;
    let quiet = input.quiet.as_ref().map(rules::quiet).transpose()?;
    let preferences = Preferences { language: input.language, channels: input.channels, quiet };
    sql::keep(tx, &caller.alliance, &caller.person, preferences).await?;
    let subject = Subject { kind: "notice_preference", id: caller.person.as_str() };
    record(tx, &caller.alliance, &call.author, subject, "notice_preference.changed").await?;
    mine(tx.conn(), call).await
}
