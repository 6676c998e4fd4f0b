//! `mail.url`, read: a folder, or a server with how private the line must be and who signs in. Opens nothing.

use crate::config;
use crate::error::{Refusal, Result};
use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use std::net::IpAddr;
use std::path::PathBuf;

pub enum Place {
    Folder(PathBuf),
    Smtp(Box<Server>),
}

/// How the line to a mail server is made private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// TLS from the first byte (RFC 8314).
    Implicit,
    /// STARTTLS (RFC 3207), or nothing is sent.
    Required,
    /// STARTTLS where it is offered: on this machine.
    Offered,
    /// By an explicit word in the configuration.
    None,
}

pub struct Server {
    pub host: String,
    pub port: u16,
    pub privacy: Privacy,
    pub tls: TlsParameters,
    pub credentials: Option<Credentials>,
    /// What we call ourselves.
    pub hello: ClientId,
}

impl Server {
    /// For people: without the password.
    pub fn shown(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Whether a text is an address that mail can be sent to.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

impl Place {
    pub fn of(mail: &config::Mail, domain: &str) -> Result<Self> {
        if let Some(folder) = mail.url.0.strip_prefix("folder:") {
            return Ok(Self::Folder(folder.into()));
        }
        let wrong = |what: &str| Refusal::internal(format!("mail.url: {what}"));
        let url = reqwest::Url::parse(&mail.url.0)
            .map_err(|_| wrong("write folder:PATH, smtp://HOST or smtps://HOST"))?;
        let host = url.host_str().ok_or_else(|| wrong("the host is missing"))?;
        let host = host.trim_matches(|c| c == '[' || c == ']').to_owned();
        let without = match url.query() {
            None => false,
            Some("tls=none") => true,
            Some(_) => return Err(wrong("the only option is tls=none")),
        };
        let (privacy, port) = match (url.scheme(), without) {
            ("smtps", false) => (Privacy::Implicit, 465),
            ("smtp", true) => (Privacy::None, 25),
            ("smtp", false) if is_this_machine(&host) => (Privacy::Offered, 25),
            ("smtp", false) => (Privacy::Required, 587),
            ("smtps", true) => return Err(wrong("smtps without TLS is smtp://…?tls=none")),
            (_, _) => return Err(wrong("write folder:PATH, smtp://HOST or smtps://HOST")),
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => Some(Credentials::new(
                unescaped(user).ok_or_else(|| wrong("the user name is not escaped well"))?,
                unescaped(password.unwrap_or_default())
                    .ok_or_else(|| wrong("the password is not escaped well"))?,
            )),
        };
        Ok(Self::Smtp(Box::new(Server {
            port: url.port().unwrap_or(port),
            privacy,
            tls: tls(&host, mail)?,
            credentials,
            hello: hello(domain),
            host,
        })))
    }
}

fn tls(host: &str, mail: &config::Mail) -> Result<TlsParameters> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(file) = &mail.ca_file {
        let wrong =
            |e: &dyn std::fmt::Display| Refusal::internal(format!("mail.ca_file {}: {e}", file.display()));
        let pem = std::fs::read(file).map_err(|e| wrong(&e))?;
        tls = tls.add_root_certificate(Certificate::from_pem(&pem).map_err(|e| wrong(&e))?);
    }
    tls.build_rustls().map_err(|e| {
        Refusal::internal(format!("mail: no TLS (is the package ca-certificates installed?): {e}"))
    })
}

fn hello(domain: &str) -> ClientId {
    match domain.parse() {
        Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
        Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
        Err(_) => ClientId::Domain(domain.to_owned()),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A part of an address with its percent signs read (RFC 3986 §2.1).
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let digits = rest.get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn place(url: &str) -> Result<Place> {
        crate::use_one_cryptography();
        Place::of(&config::Mail { url: Secret(url.to_owned()), ..config::Mail::default() }, "county.example")
    }

    fn server(url: &str) -> Server {
        match place(url) {
            Ok(Place::Smtp(server)) => *server,
            Ok(Place::Folder(_)) => panic!("{url} is a folder"),
            Err(refusal) => panic!("{url}: {:?}", refusal.internal),
        }
    }

    #[test]
    fn a_line_is_private_unless_it_stays_on_this_machine_or_somebody_said_so() {
        for (url, privacy, port) in [
            ("smtp://mail.example", Privacy::Required, 587),
            ("smtp://mail.example:2525", Privacy::Required, 2525),
            ("smtps://mail.example", Privacy::Implicit, 465),
            ("smtp://127.0.0.1:1025", Privacy::Offered, 1025),
            ("smtp://[::1]", Privacy::Offered, 25),
            ("smtp://localhost", Privacy::Offered, 25),
            ("smtp://mail.example?tls=none", Privacy::None, 25),
        ] {
            let server = server(url);
            assert_eq!((server.privacy, server.port), (privacy, port), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_read_with_their_escapes() {
        assert_eq!(unescaped("p%40ss%2Fw%C3%A9").as_deref(), Some("p@ss/wé"));
        assert!(unescaped("100%").is_none() && unescaped("%zz").is_none());
        let server = server("smtp://notices%40county:se%3Acret@mail.example");
        let known = Credentials::new("notices@county".to_owned(), "se:cret".to_owned());
        assert!(server.credentials == Some(known));
        assert_eq!(server.shown(), "mail.example:587");
    }

    #[test]
    fn what_cannot_work_is_refused_at_the_start() {
        for url in
            ["", "mail.example", "http://mail.example", "smtp://", "smtps://m?tls=none", "smtp://m?x=1"]
        {
            assert!(place(url).is_err(), "{url}");
        }
        assert!(matches!(place("folder:data/mail"), Ok(Place::Folder(_))));
    }
}
