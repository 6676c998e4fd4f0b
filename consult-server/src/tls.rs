//! TLS for HTTP: certificate and key from PEM files, read again when they change, so that a renewed certificate needs no restart.
//! Connections that are open go on. A new pair that does not fit leaves the old one in place. Knows no route.

use crate::config::{self, Http};
use crate::error::{Refusal, Result};
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Tls {
    pub served: RustlsConfig,
    files: config::Tls,
    /// What was read last, whether it was any good or not: a broken file is said once.
    seen: Stamp,
}

/// Tells a file that was replaced or rewritten: its number, time and size, of both files.
type Stamp = [Option<(u64, i64, i64, u64)>; 2];

impl Tls {
    /// Reads the files, or says what is wrong with them: before anything is served.
    pub fn open(http: &Http) -> Result<Option<Self>> {
        let Some(files) = http.tls.clone() else { return Ok(None) };
        if !http.public_url.starts_with("https://") {
            return Err(Refusal::internal(format!(
                "http.tls is set, but http.public_url = {} does not begin with https://",
                http.public_url
            )));
        }
        let seen = stamp(&files);
        let served = RustlsConfig::from_config(load(&files).map_err(Refusal::internal)?);
        Ok(Some(Self { served, files, seen }))
    }

    /// Looks at the files until it is stopped.
    pub async fn watch(mut self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => self.look(),
            }
        }
    }

    fn look(&mut self) {
        let now = stamp(&self.files);
        if now == self.seen {
            return;
        }
        self.seen = now;
        match load(&self.files) {
            Ok(config) => {
                self.served.reload_from_config(config);
                tracing::info!("the certificate was read again");
            }
            // Of two files one is replaced first: the next look finds the other one.
            Err(cause) => tracing::warn!(cause, "the certificate in use stays"),
        }
    }
}

fn stamp(files: &config::Tls) -> Stamp {
    [&files.cert, &files.key].map(|file| {
        let of = std::fs::metadata(file).ok()?;
        Some((of.ino(), of.mtime(), of.mtime_nsec(), of.size()))
    })
}

fn load(files: &config::Tls) -> std::result::Result<Arc<ServerConfig>, String> {
    let wrong = |key: &str, file: &Path, cause: &dyn std::fmt::Display| {
        format!("http.tls.{key} = {}: {cause}", file.display())
    };
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect)
        .map_err(|e| wrong("cert", &files.cert, &e))?;
    if certificates.is_empty() {
        return Err(wrong("cert", &files.cert, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| wrong("key", &files.key, &e))?;
    let mut config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|e| wrong("key", &files.key, &format!("it does not fit http.tls.cert ({e})")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
