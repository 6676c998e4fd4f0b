//! The sections about what leaves the house: mail, and the addresses to which webhooks may go.

use super::{Net, Secret};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `folder:PATH` writes each mail into a file; `smtp://user:password@host:port` speaks STARTTLS, which may be missing only on
    /// this machine or with `?tls=none`; `smtps://…` speaks TLS from the first byte.
    pub url: Secret,
    /// Who it comes from: `address` or `name <address>`.
    pub from: String,
    /// An authority that is believed beside those of the system: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Longer than this one mail does not take, whatever the server does.
    pub timeout_seconds: u64,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            url: Secret("folder:data/mail".to_owned()),
            from: "consult-server <noreply@localhost>".to_owned(),
            ca_file: None,
            timeout_seconds: 30,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notices {
    /// What could not be sent for so many days is given up, and shown to the administrators.
    pub give_up_days: u32,
    pub webhooks: Webhooks,
}

impl Default for Notices {
    fn default() -> Self {
        Self { give_up_days: 3, webhooks: Webhooks::default() }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Addresses and networks that are not public and may be called all the same.
    pub allow: Vec<Net>,
}
