//! The ground every subject stands on: store, clock, randomness, keys and the read spool, handed in from `main.rs`.
//! Knows no subject and no caller.

use crate::config::Config;
use crate::db::Db;
use crate::db::sealed::KeyRing;
use crate::db::spool::ReadSpool;
use crate::error::Result;
use crate::ids::Entropy;
use crate::time::{Clock, Timestamp};
use std::sync::Arc;

#[derive(Clone)]
pub struct Ground {
    pub db: Db,
    pub clock: Clock,
    pub entropy: Entropy,
    pub keys: KeyRing,
    pub reads: ReadSpool,
    pub config: Arc<Config>,
    /// The alliance's time zone: days and ages are counted in it.
    pub zone: jiff::tz::TimeZone,
}

impl Ground {
    pub async fn open(config: Config, clock: Clock, entropy: Entropy) -> Result<Self> {
        make_parent_of_sqlite(&config)?;
        let keys = KeyRing::open(&config.keys.file, config.keys.suite, &entropy)?;
        let db = Db::open(&config.store.url.0, clock.clone(), entropy.clone()).await?;
        let reads = ReadSpool::open(&config.audit.folder, clock.clone(), entropy.clone())?;
        let zone =
            jiff::tz::TimeZone::get(&config.alliance.timezone).map_err(crate::error::Refusal::internal)?;
        Ok(Self { db, clock, entropy, keys, reads, config: Arc::new(config), zone })
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn today(&self) -> jiff::civil::Date {
        self.now().day_in(&self.zone)
    }

    /// Whether only this machine can reach the server: demo accounts work nowhere else.
    pub fn on_loopback(&self) -> bool {
        // Behind a proxy on this machine everybody comes from loopback; an address that others can open gives away a proxy that the
        // configuration does not name.
        let http = &self.config.http;
        http.listen.ip().is_loopback()
            && http.trusted_proxies.is_empty()
            && is_loopback(host_of(&http.public_url))
    }
}

/// Host and port of an address.
fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// Whether a host, with or without a port, is this machine by its name.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

fn make_parent_of_sqlite(config: &Config) -> Result<()> {
    let Some(path) = config.store.url.0.strip_prefix("sqlite:") else { return Ok(()) };
    match std::path::Path::new(path).parent() {
        Some(folder) => crate::db::private::folder(folder).map_err(crate::error::Refusal::internal),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_by_name_not_by_prefix() {
        for own in [
            "http://localhost:8080",
            "http://127.0.0.1:8080/",
            "https://localhost",
            "http://[::1]:80",
            "http://[::1]/x",
        ] {
            assert!(is_loopback(host_of(own)), "{own}");
        }
        for other in [
            "https://tele.example.org",
            "http://localhost.example.org",
            "http://127.0.0.1.example.org:80",
            "http://localhost@a.org",
        ] {
            assert!(!is_loopback(host_of(other)), "{other}");
        }
    }
}
