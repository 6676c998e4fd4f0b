//! Browsers in which somebody got in before. A guesser anywhere can make a name wait; in a browser that is known for it its owner has a
//! small budget of their own, so that they are not kept out of their work. Knows no HTTP: the handler makes the cookie.

use super::sql;
use crate::access::flow::hash_of;
use crate::access::sql::Account;
use crate::db::Tx;
use crate::error::Result;

pub const COOKIE: &str = "consult_device";
/// The longest that browsers keep a cookie.
pub const DAYS: i64 = 400;
/// Somebody who signs in on more devices is asked to wait like everybody else on the oldest.
const MOST: i64 = 20;
/// After so many failures in a row a browser is known no more: whoever has the cookie has not the password.
pub const FAILURES: i64 = 10;

/// Knows this browser for the account from now on and answers its new token. The one it came with, `before`, is worth nothing any more: what
/// a stranger may have put into the browser does not become known. Others who use the browser keep it.
pub async fn remember(tx: &mut Tx, account: &Account, before: Option<&str>) -> Result<String> {
    let token = tx.entropy().token();
    let hash = hash_of(&token);
    if let Some(before) = before {
        sql::move_devices(tx, before, &hash).await?;
    }
    sql::remember_device(tx, &hash, &account.person, &account.alliance).await?;
    let oldest = tx.now.plus_seconds(-DAYS * 24 * 3600);
    sql::forget_devices(tx, &account.person, oldest, MOST).await?;
    Ok(token)
}
