//! The console's doors to the keys of sealed columns: which rows stand on which key, going over to a new key while the server
//! serves, and taking an old key away. Knows every sealed column and nothing of what is inside.

pub mod flow;

use crate::access::{factors, oidc};
use crate::db::idempotency;
use crate::db::sealed::{Column, KeyName, Standing};
use crate::notices::webhooks;
use crate::patients;

/// Every sealed column of every subject. `seal` takes a `Column`, so that whoever adds one meets this list.
pub const COLUMNS: [&Column; 9] = [
    &patients::sql::IDENTITY,
    &patients::sql::PHONE,
    &patients::sql::ADDRESS,
    &factors::sql::SECRET,
    &factors::sql::STATE,
    &oidc::sql::ASKED,
    &webhooks::sql::URL,
    &webhooks::sql::SECRET,
    &idempotency::BODY,
];

/// Which keys there are, and how many values of each column stand on which.
#[derive(Debug)]
pub struct Status {
    pub keys: Vec<KeyName>,
    pub columns: Vec<(&'static str, Vec<Standing>)>,
}

/// How far a rotation is in one column.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    pub column: &'static str,
    pub moved: i64,
    pub of: i64,
}

/// What a rotation did.
#[derive(Debug)]
pub struct Rotation {
    pub key: KeyName,
    /// It went on with one that had been broken off, and made no new key.
    pub resumed: bool,
    pub moved: i64,
    /// Values that no key opens, as `column of row`: they stay as they are.
    pub broken: Vec<String>,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for key in &self.keys {
            let mark = if key.is_current { "current" } else { "opens only" };
            writeln!(f, "key {:<10} {:<14} {mark}", key.id, key.suite.as_str())?;
        }
        for (column, standings) in &self.columns {
            for standing in standings {
                // Envelopes of the first form do not say it.
                let key = standing.key.as_deref().unwrap_or("unnamed");
                writeln!(f, "{column:<18} {key:<10} {:>10} values", standing.rows)?;
            }
        }
        Ok(())
    }
}
