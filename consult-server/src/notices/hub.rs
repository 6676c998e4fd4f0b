//! The live stream inside one process: what the outbox brings is handed to every open page. Losing a signal is allowed,
//! the outbox is the truth and a page resumes from it. Knows no subject.

use super::Notice;
use crate::db::outbox::Entry;
use std::sync::Arc;
use tokio::sync::broadcast;

/// Slow pages that fall further behind than this start again from the outbox.
const DEPTH: usize = 1024;

#[derive(Clone, Debug)]
pub enum Signal {
    Changed(Arc<Entry>),
    Notice(Arc<Notice>),
}

#[derive(Clone)]
pub struct Hub(broadcast::Sender<Signal>);

impl Default for Hub {
    fn default() -> Self {
        Self(broadcast::channel(DEPTH).0)
    }
}

impl Hub {
    pub fn send(&self, signal: Signal) {
        // Nobody listening is fine.
        let _listeners = self.0.send(signal);
    }

    pub fn listen(&self) -> broadcast::Receiver<Signal> {
        self.0.subscribe()
    }
}
