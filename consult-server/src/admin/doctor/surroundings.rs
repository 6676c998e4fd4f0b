//! What the server stands on: store, objects, keys, audit files, ports, certificates. Each is tried for real, and what is wrong is
//! said with what to do about it.

use super::Finding;
use crate::App;
use crate::config::Config;
use crate::db::audit;
use crate::tls::Tls;
use std::net::SocketAddr;

/// Everything, in the order in which the server needs it.
pub async fn check(app: &App) -> Vec<Finding> {
    let config = &app.ground.config;
    let mut findings = vec![
        Finding { what: "configuration", state: Ok(format!("public address {}", config.http.public_url)) },
        Finding { what: "store", state: store(app).await },
        Finding { what: "objects", state: objects(app).await },
        Finding { what: "keys", state: keys(config) },
        Finding { what: "audit", state: trail(app).await },
        Finding { what: "certificates", state: certificates(config) },
        Finding { what: "mail", state: mail(app).await },
    ];
    let ports = [
        ("http.listen", config.http.listen),
        ("dimse.listen", config.dimse.listen),
        ("metrics.listen", config.metrics.listen),
    ];
    for (what, address) in ports {
        findings.push(Finding { what, state: port(config, what, address).await });
    }
    findings
}

async fn store(app: &App) -> Result<String, String> {
    let said = |why: crate::error::Refusal| {
        format!("{}; see store.url", why.internal.unwrap_or_else(|| why.code.en().to_owned()))
    };
    let mut reader = app.ground.db.read().await.map_err(said)?;
    let anyone = crate::directory::editing::sql::any_alliance(&mut reader).await.map_err(said)?;
    let engine = format!("{:?}", app.ground.db.engine());
    Ok(if anyone {
        format!("{engine}, migrated")
    } else {
        format!("{engine}, migrated and empty: make the first administrator by `consult-server admin create`")
    })
}

async fn objects(app: &App) -> Result<String, String> {
    let tried = app.imaging.blobs.check().await;
    tried.map(|()| "an object can be written, read and deleted".to_owned()).map_err(|why| {
        format!(
            "{why}; see objects.url, and whether its disk is full or its credentials are in the environment"
        )
    })
}

/// Whoever reads the key file reads every identity number.
fn keys(config: &Config) -> Result<String, String> {
    use std::os::unix::fs::PermissionsExt as _;
    let file = &config.keys.file;
    let mode =
        std::fs::metadata(file).map_err(|why| format!("{}: {why}", file.display()))?.permissions().mode()
            & 0o777;
    if mode & 0o077 == 0 {
        Ok(format!("{}, mode {mode:o}", file.display()))
    } else {
        Err(format!("{0} can be read by others (mode {mode:o}): chmod 600 {0}", file.display()))
    }
}

async fn trail(app: &App) -> Result<String, String> {
    let anchors = app.ground.reads.anchors();
    let reader = app.ground.db.read().await;
    let standing = match reader {
        Ok(mut reader) => audit::standing(&mut reader, &anchors).await,
        Err(why) => Err(why),
    };
    match standing {
        Ok((sealed, anchored)) if anchored >= sealed => Ok(format!("{sealed} entries sealed and anchored")),
        Ok((sealed, anchored)) => Err(format!(
            "{sealed} entries are sealed, {anchored} are anchored in {}: if no server is running, run `consult-server verify-audit`",
            anchors.display()
        )),
        Err(why) => Err(why.internal.unwrap_or_else(|| why.code.en().to_owned())),
    }
}

async fn mail(app: &App) -> Result<String, String> {
    let checked = crate::notices::delivery::flow::check_mail(&app.post).await;
    checked.map_err(|fault| format!("{}: {}; see mail.url", fault.code, fault.detail))
}

fn certificates(config: &Config) -> Result<String, String> {
    match Tls::open(&config.http) {
        Ok(Some(_)) => Ok("the certificate and its key fit together".to_owned()),
        Ok(None) if config.http.listen.ip().is_loopback() => {
            Ok("none: reached from this machine only".to_owned())
        }
        Ok(None) => {
            Err("none, and http.listen is not loopback: set http.tls, or a proxy that speaks TLS before it"
                .to_owned())
        }
        Err(why) => Err(why.internal.unwrap_or_else(|| why.code.en().to_owned())),
    }
}

/// Free, or held by a server that answers as one of ours.
async fn port(config: &Config, what: &str, address: SocketAddr) -> Result<String, String> {
    if tokio::net::TcpListener::bind(address).await.is_ok() {
        return Ok(format!("{address} is free"));
    }
    if tokio::net::TcpStream::connect(config.http.listen).await.is_ok() {
        return Ok(format!("{address} is in use: a server is running"));
    }
    Err(format!(
        "{address} cannot be listened on: another program has it, or it needs more rights; choose another {what}"
    ))
}
