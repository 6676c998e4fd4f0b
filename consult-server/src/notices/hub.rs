//! The live stream inside one process: what the outbox brings is handed to every open page. Losing a signal is allowed,
//! the outbox is the truth and a page resumes from it. Knows no subject.

use super::Notice;
use crate::db::outbox::Entry;
use crate::ids::SessionId;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Slow pages that fall further behind than this start again from the outbox.
const DEPTH: usize = 1024;
/// A browser holds one stream for all its tabs, an old one holds one for each. Whoever opens more loses the oldest.
const STREAMS_OF_A_SESSION: usize = 6;

#[derive(Clone, Debug)]
pub enum Signal {
    Changed(Arc<Entry>),
    Notice(Arc<Notice>),
}

#[derive(Clone)]
pub struct Hub {
    signals: broadcast::Sender<Signal>,
    seats: Arc<Mutex<Seats>>,
}

#[derive(Default)]
struct Seats {
    next: u64,
    /// Oldest first; a session without an open stream is not in it.
    of: BTreeMap<String, VecDeque<(u64, CancellationToken)>>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { signals: broadcast::channel(DEPTH).0, seats: Arc::default() }
    }
}

impl Hub {
    pub fn send(&self, signal: Signal) {
        // Nobody listening is fine.
        let _listeners = self.signals.send(signal);
    }

    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    /// A place for one more stream of a session. Where that is one too many, the oldest is told that it is over.
    pub fn sit(&self, session: &SessionId) -> Seat {
        let over = CancellationToken::new();
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let number = seats.next;
        seats.next += 1;
        let standing = seats.of.entry(session.as_str().to_owned()).or_default();
        standing.push_back((number, over.clone()));
        if standing.len() > STREAMS_OF_A_SESSION
            && let Some((_, oldest)) = standing.pop_front()
        {
            oldest.cancel();
        }
        Seat { hub: self.clone(), session: session.as_str().to_owned(), number, over }
    }
}

/// The place of an open stream, free again when it is dropped.
pub struct Seat {
    hub: Hub,
    session: String,
    number: u64,
    over: CancellationToken,
}

impl Seat {
    /// Waits until a newer stream of the session has taken the place.
    pub async fn is_over(&self) {
        self.over.cancelled().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.hub.seats.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(standing) = seats.of.get_mut(&self.session) else { return };
        standing.retain(|(number, _)| *number != self.number);
        if standing.is_empty() {
            seats.of.remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_stream_too_many_ends_the_oldest_of_that_session_and_a_closed_one_makes_room() {
        let hub = Hub::default();
        let (mine, other) = (SessionId::trusted("mine"), SessionId::trusted("other"));
        let elsewhere = hub.sit(&other);
        let mut open: Vec<Seat> = (0..STREAMS_OF_A_SESSION).map(|_| hub.sit(&mine)).collect();
        assert!(open.iter().all(|seat| !seat.over.is_cancelled()));
        open.push(hub.sit(&mine));
        let over: Vec<bool> = open.iter().map(|seat| seat.over.is_cancelled()).collect();
        assert_eq!(over.iter().filter(|over| **over).count(), 1);
        assert!(over[0] && !elsewhere.over.is_cancelled());
        open.truncate(STREAMS_OF_A_SESSION - 1);
        open.push(hub.sit(&mine));
        assert!(open[1..].iter().all(|seat| !seat.over.is_cancelled()));
        drop((open, elsewhere));
        assert!(hub.seats.lock().unwrap().of.is_empty());
    }
}
