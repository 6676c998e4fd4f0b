//! Studies: images and ECGs, how they come in, whose they are and who sees them. Every door (uploads, STOW, DIMSE,
//! the demo) ends in `imaging::ingest` with a `register` of this folder, so that each change leaves its trail.
//! Knows no consult's rules: a consult hears of what was attached to it through `Consults`.

pub mod dicomweb;
pub mod dimse;
pub mod ecg;
pub mod flow;
pub mod http;
pub mod index;
pub mod register;
pub mod rules;
pub mod sql;
pub mod uploads;

use crate::access::Call;
use crate::db::change::Author;
use crate::db::{Conn, Tx, private};
use crate::error::{Refusal, Result};
use crate::ground::Ground;
use crate::ids::{ConsultId, PatientId, StudyId};
use crate::refs::PatientRef;
use crate::time::Timestamp;
use futures_util::future::BoxFuture;
use imaging::blobs::Blobs;
use imaging::index::Register;
use imaging::ingest::{Config, Ingest, Previews};
use imaging::pictures::Pictures;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// How often uploads that were given up are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);

/// The kind of a study in events, audit rows and notices.
pub const KIND: &str = "study";

/// Whose a study is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StudyStatus)]
pub enum Status {
    /// A patient's.
    Matched,
    /// Of somebody we do not know: its organisation sees it until someone assigns it.
    Unassigned,
    /// Of somebody other than its identifier says: the doctors and coordinators of its organisation see it.
    Quarantined,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Matched => "matched",
            Status::Unassigned => "unassigned",
            Status::Quarantined => "quarantined",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Matched, Self::Unassigned, Self::Quarantined].into_iter().find(|s| s.as_str() == text)
    }
}

/// A study as shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Study {
    pub id: StudyId,
    pub study_uid: String,
    pub patient_id: Option<PatientId>,
    pub status: Status,
    pub dicom_patient: DicomPatient,
    /// Where file and record disagree: `name`, `birth_date`, `sex`.
    pub mismatch: Vec<String>,
    /// The record that a quarantined one disagrees with, where the caller may see that patient.
    pub sent_to: Option<PatientRef>,
    /// How its first file came: `upload`, `stow`, `dimse` or `import`.
    pub channel: String,
    /// `YYYY-MM-DD`
    pub study_date: Option<String>,
    pub description: String,
    pub modalities: Vec<String>,
    pub series: Vec<StudySeries>,
    /// How many in all.
    pub instances: i64,
    /// The first ECG in it, if there is one.
    pub ecg: Option<StudyEcg>,
    pub preview_url: Option<String>,
    pub received_at: Timestamp,
}

/// The patient as the files say.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DicomPatient {
    pub name: String,
    /// `YYYY-MM-DD`
    pub birth_date: Option<String>,
    /// `M`, `F` or `O`.
    pub sex: Option<String>,
    pub local_id: String,
}

/// What a study says of its person beside a patient who may be the one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Comparison {
    pub patient: PatientRef,
    /// Where they contradict each other, by the rule that quarantines: `name`, `birth_date`, `sex`.
    pub mismatch: Vec<String>,
}

/// How many studies of the caller's organisation wait for somebody to say whose they are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PendingStudies {
    pub unassigned: i64,
    pub quarantined: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StudySeries {
    pub series_uid: String,
    pub modality: String,
    pub description: String,
    pub number: Option<i64>,
    pub instances: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StudyEcg {
    pub instance_uid: String,
}

/// What the consults tell this subject, which comes before them: handed in by the composition.
pub trait Consults: Send + Sync {
    /// Whether the caller may add studies of that patient to that consult; absent ones answer 404.
    fn may_attach<'a>(
        &'a self,
        conn: &'a mut Conn,
        call: &'a Call,
        consult: &'a ConsultId,
        patient: &'a PatientId,
    ) -> BoxFuture<'a, Result<()>>;

    /// Whether the consult still takes images of that patient: it may have ended, or changed hands, while they travelled.
    fn takes<'a>(
        &'a self,
        conn: &'a mut Conn,
        consult: &'a ConsultId,
        patient: &'a PatientId,
    ) -> BoxFuture<'a, Result<bool>>;

    /// A study was attached, in the transaction of that: the place for the consult's own event.
    fn attached<'a>(
        &'a self,
        tx: &'a mut Tx,
        author: &'a Author,
        consult: &'a ConsultId,
        study: &'a StudyId,
    ) -> BoxFuture<'a, Result<()>>;
}

/// The parts that handle images, put together once.
#[derive(Clone)]
pub struct Imaging {
    pub blobs: Blobs,
    pub previews: Previews,
    pub uploads: uploads::Active,
    pub consults: Arc<dyn Consults>,
    ingest: Config,
}

impl Imaging {
    pub fn open(ground: &Ground, consults: Arc<dyn Consults>) -> Result<Self> {
        let url = &ground.config.objects.url;
        let Some(folder) = url.strip_prefix("file:") else {
            return Err(Refusal::internal(format!("objects.url = {url}: only file:FOLDER is known")));
        };
        let staging = ground.config.objects.staging.clone();
        private::own_folder(&staging)
            .map_err(|e| Refusal::internal(format!("objects.staging = {}: {e}", staging.display())))?;
        private::own_folder(Path::new(folder))
            .map_err(|e| Refusal::internal(format!("objects.url = {url}: {e}")))?;
        let blobs = Blobs::local(Path::new(folder)).map_err(Refusal::internal)?;
        Ok(Self {
            previews: Previews::new(blobs.clone(), Arc::new(Pictures)),
            blobs,
            uploads: uploads::Active::default(),
            consults,
            ingest: Config { staging, ..Config::default() },
        })
    }

    /// The one path by which instances come in, for one door.
    pub fn ingest(&self, register: impl Register + 'static) -> Ingest {
        Ingest::new(self.blobs.clone(), Arc::new(register), Some(self.previews.clone()), self.ingest.clone())
    }

    /// Where bytes are kept until they are whole.
    pub fn staging(&self) -> &Path {
        &self.ingest.staging
    }
}

/// Receives by DIMSE and clears away given-up uploads, until shutdown.
pub async fn run(ground: Ground, imaging: Imaging, listener: TcpListener, shutdown: CancellationToken) {
    let sweeping = async {
        loop {
            if let Err(refusal) = uploads::flow::sweep(&ground, &imaging).await {
                tracing::error!(cause = refusal.internal, "given-up uploads are not cleared away");
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(SWEEP_EVERY) => {}
            }
        }
    };
    let receiving = dimse::run(ground.clone(), imaging.clone(), listener, shutdown.clone());
    tokio::join!(sweeping, receiving);
}
