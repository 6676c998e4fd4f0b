//! Resumable uploads (tus 1.0): bytes are staged in a file as they come, and taken in when they are all here. How many
//! bytes there are, the file itself says; the row says whose it is and what became of it.

pub mod flow;
pub mod http;
pub mod sql;
pub mod tus;

use crate::error::{Code, Result};
use crate::ids::{StudyId, UploadId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// The largest upload, in bytes: as much as the entries of one archive may become.
pub const MAX_SIZE: i64 = 16 << 30;
/// How long a request waits for the one before it to let go.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UploadState)]
pub enum State {
    Receiving,
    Done,
    /// Nothing of it could be taken in.
    Failed,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Receiving => "receiving",
            State::Done => "done",
            State::Failed => "failed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Receiving, Self::Done, Self::Failed].into_iter().find(|s| s.as_str() == text)
    }
}

/// An upload as shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Upload {
    pub id: UploadId,
    pub state: State,
    /// Bytes announced.
    pub size: i64,
    /// Bytes that need not be sent again.
    pub offset: i64,
    pub filename: String,
    /// Why a failed one failed.
    pub code: Option<String>,
    /// One for a file, one for each file of a zip.
    pub results: Vec<UploadResult>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadResult {
    /// The file, or its path in the archive.
    pub name: String,
    pub outcome: UploadOutcome,
    /// Why it was refused, or what to look at.
    pub code: Option<String>,
    pub study_id: Option<StudyId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UploadOutcome {
    Stored,
    Duplicate,
    Alternate,
    Quarantined,
    Unassigned,
    Refused,
}

/// Which uploads a request is at work on. A connection that was cut without a word still holds its upload; whoever
/// comes again for it makes the old one let go.
#[derive(Clone, Default)]
pub struct Active(Arc<Mutex<BTreeMap<String, Arc<Slot>>>>);

#[derive(Default)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    /// A std mutex: held to swap a token, never across an await.
    stop: Mutex<CancellationToken>,
}

/// The right to work on one upload.
pub struct Turn {
    _guard: OwnedMutexGuard<()>,
    /// Cancelled when somebody else wants the upload.
    pub stop: CancellationToken,
}

impl Active {
    pub async fn turn(&self, upload: &UploadId) -> Result<Turn> {
        let slot = {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.entry(upload.as_str().to_owned()).or_default().clone()
        };
        slot.stop.lock().unwrap_or_else(PoisonError::into_inner).cancel();
        let guard = tokio::time::timeout(PATIENCE, slot.turn.clone().lock_owned())
            .await
            .map_err(|_| Code::UploadBusy)?;
        let stop = CancellationToken::new();
        *slot.stop.lock().unwrap_or_else(PoisonError::into_inner) = stop.clone();
        Ok(Turn { _guard: guard, stop })
    }

    /// Forgets an upload that is over.
    pub fn forget(&self, upload: &UploadId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(upload.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_comes_again_makes_the_one_before_let_go() {
        let active = Active::default();
        let upload = UploadId::trusted("0192f3a0-0000-7000-8000-000000000000");
        let first = active.turn(&upload).await.unwrap();
        let second = tokio::spawn({
            let (active, upload) = (active.clone(), upload.clone());
            async move { active.turn(&upload).await.map(|turn| turn.stop.is_cancelled()) }
        });
        first.stop.cancelled().await;
        assert!(!second.is_finished());
        drop(first);
        assert!(!second.await.unwrap().unwrap());
    }
}
