//! One conversation with a mail server (RFC 5321). What it answers is sorted by whom it concerns: this letter, or everything that
//! goes this way. Whoever calls puts a time limit around each step.

use super::address::{Privacy, Server};
use crate::notices::delivery::{Attempt, Fault};
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};

/// The server is going away (RFC 5321 §3.8).
const CLOSING: u16 = 421;

pub struct Line(AsyncSmtpConnection);

impl Line {
    /// Connects, greets, makes the line private as the configuration asks, and signs in.
    pub async fn open(server: &Server) -> Result<Self, Fault> {
        let implicit = (server.privacy == Privacy::Implicit).then(|| server.tls.clone());
        let place = (server.host.as_str(), server.port);
        let mut line = AsyncSmtpConnection::connect_tokio1(place, None, &server.hello, implicit, None)
            .await
            .map_err(|e| fault(&e, "unreachable"))?;
        let upgrades = match server.privacy {
            Privacy::Required => true,
            Privacy::Offered => line.can_starttls(),
            Privacy::Implicit | Privacy::None => false,
        };
        if upgrades {
            line.starttls(server.tls.clone(), &server.hello).await.map_err(|e| fault(&e, "tls"))?;
        }
        if let Some(credentials) = &server.credentials {
            line.auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await
                .map_err(|e| fault(&e, "sign_in"))?;
        }
        Ok(Self(line))
    }

    pub async fn send(&mut self, message: &Message) -> Result<(), Attempt> {
        let envelope = message.envelope();
        // Who may not send from here may not send anything: it is the way that is closed.
        let from = Mail::new(envelope.from().cloned(), Vec::new());
        self.0.command(from).await.map_err(|e| Attempt::Closed(fault(&e, "sender_refused")))?;
        for to in envelope.to() {
            self.0
                .command(Rcpt::new(to.clone(), Vec::new()))
                .await
                .map_err(|e| concerning(&e, "recipient_refused"))?;
        }
        self.0.command(Data).await.map_err(|e| concerning(&e, "refused"))?;
        self.0.message(&message.formatted()).await.map_err(|e| concerning(&e, "refused"))?;
        Ok(())
    }

    pub async fn idle(&mut self) -> Result<(), Fault> {
        self.0.command(Noop).await.map(|_| ()).map_err(|e| fault(&e, "unreachable"))
    }

    pub async fn close(mut self) {
        let _farewell = self.0.quit().await;
    }
}

/// What an answer about one letter means for it.
fn concerning(error: &Error, code: &'static str) -> Attempt {
    match error.status().map(u16::from) {
        Some(CLOSING) => Attempt::Closed(fault(error, "unreachable")),
        Some(_) if error.is_permanent() => Attempt::Refused(fault(error, code)),
        Some(_) => Attempt::Later(fault(error, code)),
        None => Attempt::Closed(fault(error, "unreachable")),
    }
}

fn fault(error: &Error, code: &'static str) -> Fault {
    let code = if error.is_tls() || is_about_tls(error) { "tls" } else { code };
    Fault::new(code, error)
}

/// A certificate that is not believed comes as a failure of the connection, with its cause inside.
fn is_about_tls(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if inner.is::<rustls::Error>() || wrapped.is_some_and(|wrapped| wrapped.is::<rustls::Error>()) {
            return true;
        }
        cause = inner.source();
    }
    false
}
