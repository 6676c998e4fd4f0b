//! Who may speak DIMSE with us: AE titles are registered per organisation and bound to where they call from. The protocol
//! is `imaging`'s; what arrives goes the same path as everything else.

pub mod sql;

use super::Imaging;
use super::register::Door;
use crate::ground::Ground;
use async_trait::async_trait;
use imaging::dimse::{Admission, Call, Callers, Config};
use imaging::index::{Channel, Source};
use imaging::text::Fallback;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A sender as registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub organisation: String,
    pub title: String,
    /// An address, `loopback`, or empty for any.
    pub from_address: String,
}

/// Serves associations until shutdown.
pub async fn run(ground: Ground, imaging: Imaging, listener: TcpListener, shutdown: CancellationToken) {
    let door = Door {
        ground: ground.clone(),
        consults: imaging.consults.clone(),
        author: None,
        basis: "registered-device",
        consult: None,
    };
    let ingest = imaging.ingest(door);
    imaging::dimse::run(listener, Config::default(), Arc::new(Titles { ground }), ingest, shutdown).await;
}

struct Titles {
    ground: Ground,
}

#[async_trait]
impl Callers for Titles {
    async fn admit(&self, call: &Call) -> Admission {
        if call.called != self.ground.config.dimse.ae_title {
            return Admission::WrongCalled;
        }
        match self.known(&call.calling).await {
            Ok(known) => admission(&known, call.peer.ip()),
            Err(refusal) => {
                tracing::error!(cause = refusal.internal, "AE titles cannot be read");
                Admission::Unavailable
            }
        }
    }
}

impl Titles {
    async fn known(&self, title: &str) -> crate::error::Result<Vec<Sender>> {
        sql::by_title(&mut *self.ground.db.read().await?, title).await
    }
}

/// Exactly one organisation must own the title where the call comes from: two alliances may use the same word.
fn admission(known: &[Sender], peer: IpAddr) -> Admission {
    let mut fitting = known.iter().filter(|sender| comes_from(&sender.from_address, peer));
    match (fitting.next(), fitting.next()) {
        (Some(sender), None) => Admission::Admitted(Source {
            channel: Channel::Dimse,
            organisation: sender.organisation.clone(),
            patient: None,
            ae_title: Some(sender.title.clone()),
            fallback: Fallback::default(),
        }),
        (None | Some(_), _) => Admission::UnknownCaller,
    }
}

fn comes_from(address: &str, peer: IpAddr) -> bool {
    match address {
        "" => true,
        "loopback" => peer.is_loopback(),
        address => address.parse::<IpAddr>().is_ok_and(|known| known == peer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(organisation: &str, from_address: &str) -> Sender {
        Sender {
            organisation: organisation.to_owned(),
            title: "CLINIC".to_owned(),
            from_address: from_address.to_owned(),
        }
    }

    fn organisation(admission: Admission) -> Option<String> {
        match admission {
            Admission::Admitted(source) => Some(source.organisation),
            Admission::UnknownCaller | Admission::WrongCalled | Admission::Unavailable => None,
        }
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    #[test]
    fn a_registered_title_is_admitted_from_where_it_belongs_only() {
        let known = [sender("o1", "loopback")];
        assert_eq!(organisation(admission(&known, HERE)).as_deref(), Some("o1"));
        assert_eq!(organisation(admission(&known, THERE)), None);
        assert_eq!(organisation(admission(&[sender("o1", "10.0.0.7")], THERE)).as_deref(), Some("o1"));
        assert_eq!(organisation(admission(&[], HERE)), None);
    }

    #[test]
    fn a_title_that_two_organisations_could_mean_is_nobodys() {
        assert_eq!(organisation(admission(&[sender("o1", ""), sender("o2", "")], HERE)), None);
        let told_apart = [sender("o1", "loopback"), sender("o2", "10.0.0.7")];
        assert_eq!(organisation(admission(&told_apart, THERE)).as_deref(), Some("o2"));
    }
}
