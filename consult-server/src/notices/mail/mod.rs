//! Mail: where it goes by the configuration, and how one is sent. The only folder that names `lettre`. Knows no subject: a letter
//! says what kind of thing waits and where, never whom it is about.

mod address;
pub mod letter;
mod smtp;

use super::delivery::{Attempt, Fault};
use crate::config::Config;
use crate::error::{Refusal, Result};
use crate::time::Timestamp;
use address::Place;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

pub use address::is_address;

/// What is to be sent, made ready.
pub struct Letter {
    /// The delivery's id: the same letter again has the same Message-ID.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub language: &'static str,
    pub written_at: Timestamp,
}

/// The way of mail as it is configured.
pub struct Mailer {
    place: Place,
    from: Mailbox,
    /// The host of `http.public_url`, behind the @ of every Message-ID.
    domain: String,
    timeout: Duration,
}

/// One going to the post office: letters that go at once share a connection.
pub enum Trip<'a> {
    Folder(&'a Mailer, &'a PathBuf),
    Smtp(&'a Mailer, Option<Box<smtp::Line>>),
}

impl Mailer {
    /// Refuses a configuration that cannot work, at the start rather than at the first mail.
    pub fn of(config: &Config) -> Result<Self> {
        let from = config
            .mail
            .from
            .parse()
            .map_err(|e| Refusal::internal(format!("mail.from is no address: {e}")))?;
        let domain = reqwest::Url::parse(&config.http.public_url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| "localhost".to_owned());
        let place = Place::of(&config.mail, &domain)?;
        Ok(Self { place, from, domain, timeout: Duration::from_secs(config.mail.timeout_seconds.max(1)) })
    }

    pub fn trip(&self) -> Trip<'_> {
        match &self.place {
            Place::Folder(folder) => Trip::Folder(self, folder),
            Place::Smtp(_) => Trip::Smtp(self, None),
        }
    }

    /// Whether mail could go now: connects, greets, makes the line private, signs in, and asks for nothing. The answer says where
    /// it got to; for an operator who checks an installation.
    pub async fn check(&self) -> std::result::Result<String, Fault> {
        match &self.place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|e| Fault::new("folder", e))?;
                Ok(format!("mail is written into {}", folder.display()))
            }
            Place::Smtp(server) => {
                let checked = async {
                    let mut line = smtp::Line::open(server).await?;
                    line.idle().await?;
                    line.close().await;
                    Ok(format!("{} takes mail", server.shown()))
                };
                tokio::time::timeout(self.timeout, checked).await.unwrap_or_else(|_| Err(too_long()))
            }
        }
    }

    fn message(&self, letter: &Letter) -> std::result::Result<Message, Fault> {
        let to: Mailbox = letter.to.parse().map_err(|e| Fault::new("address", e))?;
        let written = UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.written_at.0).unwrap_or(0));
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.as_str())
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)))
            .date(written)
            .header(AutoSubmitted)
            .header(ContentLanguage(letter.language))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|e| Fault::new("letter", e))
    }
}

impl Trip<'_> {
    /// Sends one letter, in no more time than is configured for it: a server may hang in the middle of every sentence.
    pub async fn send(&mut self, letter: &Letter) -> Attempt {
        let (Trip::Folder(mailer, _) | Trip::Smtp(mailer, _)) = self;
        let (mailer, patience) = (*mailer, mailer.timeout);
        let message = match mailer.message(letter) {
            Ok(message) => message,
            Err(fault) => return Attempt::Refused(fault),
        };
        match self {
            Trip::Folder(_, folder) => put(folder, &letter.id, message.formatted())
                .await
                .map_or_else(Attempt::Closed, |()| Attempt::Sent),
            Trip::Smtp(mailer, line) => {
                let Place::Smtp(server) = &mailer.place else { return Attempt::Closed(too_long()) };
                let sending = async {
                    if line.is_none() {
                        *line = Some(Box::new(smtp::Line::open(server).await.map_err(Attempt::Closed)?));
                    }
                    match line {
                        Some(open) => open.send(&message).await,
                        None => Err(Attempt::Closed(too_long())),
                    }
                };
                let attempt = match tokio::time::timeout(patience, sending).await {
                    Ok(Ok(())) => Attempt::Sent,
                    Ok(Err(attempt)) => attempt,
                    Err(_) => Attempt::Closed(too_long()),
                };
                if attempt != Attempt::Sent {
                    // What was said on this line is not known to have been heard.
                    *line = None;
                }
                attempt
            }
        }
    }

    pub async fn end(self) {
        if let Trip::Smtp(mailer, Some(line)) = self {
            // A server that does not say good-bye keeps nobody.
            let _gone = tokio::time::timeout(mailer.timeout, line.close()).await;
        }
    }
}

fn too_long() -> Fault {
    Fault::new("timeout", "the mail server did not answer in time")
}

/// Writes a letter whole or not at all; the same letter again is the same file.
async fn put(folder: &std::path::Path, id: &str, bytes: Vec<u8>) -> std::result::Result<(), Fault> {
    let fault = |e: std::io::Error| Fault::new("folder", e);
    let (beside, file) = (folder.join(format!(".{id}.new")), folder.join(format!("{id}.eml")));
    tokio::fs::create_dir_all(folder).await.map_err(fault)?;
    tokio::fs::write(&beside, bytes).await.map_err(fault)?;
    tokio::fs::rename(&beside, &file).await.map_err(fault)
}

/// RFC 3834: nobody's holiday notice answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// RFC 3282.
#[derive(Clone)]
struct ContentLanguage(&'static str);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("it is written only".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.to_owned())
    }
}
