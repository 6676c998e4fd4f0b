//! The door to a person's views: the whole list at once, on the version that was read. Builds no response.

use super::{BoardViews, BoardViewsInput, rules, sql};
use crate::access::Call;
use crate::access::policy::{Action, Relation, Resource};
use crate::db::Tx;
use crate::db::change::Subject;
use crate::error::{Refusal, Result};

const VIEWS: &str = "board_views";

/// Whoever may look at referrals has views of them; they are the caller's own by their statement.
pub fn may(call: &Call) -> Result<&'static str> {
    let own = Resource { alliance: call.caller.alliance.clone(), relation: Some(Relation::Referral) };
    call.require(Action::LegRead, Some(&own))
}

/// Replaces the caller's views; another device may have saved others meanwhile, which is refused and brings what stands.
pub async fn save(tx: &mut Tx, call: &Call, version: i64, input: BoardViewsInput) -> Result<BoardViews> {
    let basis = may(call)?;
    let items = rules::checked(input.items)?;
    let standing = sql::views(tx.conn(), &call.caller.person).await?;
    if standing.version != version {
        return Err(Refusal::changed(standing.version, &standing));
    }
    let saved = BoardViews { version: version + 1, items };
    sql::save(tx, &call.caller.alliance, &call.caller.person, &saved).await?;
    let subject = Subject { kind: VIEWS, id: call.caller.person.as_str() };
    tx.record(call.change_of(subject, saved.version, "board_views.saved", basis)).await?;
    Ok(saved)
}
