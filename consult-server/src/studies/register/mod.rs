//! The writing half of the index port: one batch of arrivals becomes rows, events and audit rows in one transaction.
//! Made for one door (a person's upload, a device's association) and told who stands behind it. Called by `imaging::ingest`.

pub mod merge;
pub mod sql;

use super::rules;
use super::{Consults, KIND, sql as studies};
use crate::access::{grants, sql as access};
use crate::db::Tx;
use crate::db::change::{Author, Change, Subject};
use crate::error::{Code, Refusal, Result};
use crate::ground::Ground;
use crate::ids::{AllianceId, ConsultId, OrganisationId, PatientId, StudyId};
use crate::patients::identity::ResidentId;
use crate::patients::{IdentityKind, sql as patients};
use crate::refs::PatientRef;
use async_trait::async_trait;
use imaging::filing;
use imaging::header::PatientFacts;
use imaging::index::{Arrival, Channel, Custody, Filing, IndexError, Outcome, Refused, Register, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The system of identifiers that an organisation and its devices give: PatientID, for one.
pub const LOCAL: &str = "local";

/// One door.
#[derive(Clone)]
pub struct Door {
    pub ground: Ground,
    pub consults: Arc<dyn Consults>,
    /// The person behind it; a device speaks for its organisation.
    pub author: Option<Author>,
    /// Why it may: goes into the audit trail.
    pub basis: &'static str,
    /// Where studies that are matched are attached.
    pub consult: Option<ConsultId>,
}

/// What a batch did to one study.
struct Touched {
    patient: Option<PatientId>,
    added: i64,
    status: super::Status,
    channel: Channel,
    organisation: OrganisationId,
    author: Author,
}

/// Records found in this batch, by what led to them: 300 slices of one person ask once.
#[derive(Default)]
struct Found(BTreeMap<(Option<String>, String, String), Option<PatientRef>>);

#[async_trait]
impl Register for Door {
    async fn commit(&self, batch: Vec<Arrival>) -> std::result::Result<Vec<Outcome>, IndexError> {
        let door = self.clone();
        let written =
            self.ground.db.write(move |tx| Box::pin(async move { door.enter(tx, &batch).await })).await;
        written.map_err(index_error)
    }

    async fn note_refused(&self, refused: Vec<Refused>) -> std::result::Result<(), IndexError> {
        let door = self.clone();
        let written =
            self.ground.db.write(move |tx| Box::pin(async move { door.note(tx, &refused).await })).await;
        written.map_err(index_error)
    }
}

impl Door {
    async fn enter(&self, tx: &mut Tx, batch: &[Arrival]) -> Result<Vec<Outcome>> {
        self.still_open(tx).await?;
        let (mut found, mut touched) = (Found::default(), BTreeMap::new());
        let mut outcomes = Vec::with_capacity(batch.len());
        for arrival in batch {
            outcomes.push(self.place(tx, arrival, &mut found, &mut touched).await?);
        }
        for (study, touched) in &touched {
            self.close(tx, &StudyId::trusted(study.as_str()), touched).await?;
        }
        Ok(outcomes)
    }

    /// Whoever left, or was put out, while their files travelled adds nothing.
    async fn still_open(&self, tx: &mut Tx) -> Result<()> {
        let Some(session) = self.author.as_ref().and_then(|author| author.session.as_ref()) else {
            return Ok(());
        };
        let now = tx.now;
        let lives = access::session_lives(tx.conn(), session, now).await?;
        if lives { Ok(()) } else { Err(Code::AccessSessionExpired.into()) }
    }

    /// Gives one arrival its rows.
    async fn place(
        &self,
        tx: &mut Tx,
        arrival: &Arrival,
        found: &mut Found,
        touched: &mut BTreeMap<String, Touched>,
    ) -> Result<Outcome> {
        let organisation = OrganisationId::trusted(arrival.source.organisation.as_str());
        let alliance = sql::alliance_of(tx.conn(), &organisation).await?;
        let file = &arrival.facts.patient;
        let patient = self.patient(tx, &alliance, &arrival.source, file, found).await?;
        let custody = rules::custody(file, patient.as_ref());
        let holder = rules::holder(
            &custody,
            patient.as_ref().map(|p| &p.id),
            arrival.source.organisation.as_str(),
            file,
        );
        let matched = match &custody {
            Custody::Matched { patient } => Some(PatientId::trusted(patient.as_str())),
            Custody::Unassigned | Custody::Quarantined { .. } => None,
        };
        let new = sql::NewStudy {
            alliance: &alliance,
            organisation: &organisation,
            holder: &holder,
            custody: &custody,
            patient: matched.as_ref(),
        };
        let study = sql::keep_study(tx, &new, &arrival.facts).await?;
        let filing = file_instance(tx, &alliance, &study, arrival).await?;
        let entry = touched.entry(study.as_str().to_owned()).or_insert_with(|| Touched {
            patient: matched,
            added: 0,
            status: rules::status(&custody),
            channel: arrival.source.channel,
            author: self.author_of(&arrival.source),
            organisation,
        });
        entry.added += i64::from(filing != Filing::Duplicate);
        Ok(Outcome { filing, custody, study: study.as_str().to_owned() })
    }

    /// The record that the sender chose, or that the file's identifier leads to.
    async fn patient(
        &self,
        tx: &mut Tx,
        alliance: &AllianceId,
        source: &Source,
        file: &PatientFacts,
        found: &mut Found,
    ) -> Result<Option<PatientRef>> {
        let key = (source.patient.clone(), source.organisation.clone(), file.local_id.clone());
        if let Some(known) = found.0.get(&key) {
            return Ok(known.clone());
        }
        let id = match &source.patient {
            Some(chosen) => Some(PatientId::trusted(chosen.as_str())),
            None => {
                let issuer = OrganisationId::trusted(source.organisation.as_str());
                self.by_identifier(tx, alliance, &issuer, &file.local_id).await?
            }
        };
        let patient = match id {
            Some(id) => Some(patients::patient_ref(tx.conn(), &id, self.ground.today()).await?),
            None => None,
        };
        found.0.insert(key, patient.clone());
        Ok(patient)
    }

    /// A local number of the organisation, or a resident identity number that somebody typed at the device.
    async fn by_identifier(
        &self,
        tx: &mut Tx,
        alliance: &AllianceId,
        issuer: &OrganisationId,
        number: &str,
    ) -> Result<Option<PatientId>> {
        if number.is_empty() {
            return Ok(None);
        }
        let keys = &self.ground.keys;
        let local = patients::by_identifier(tx.conn(), keys, alliance, LOCAL, Some(issuer), number).await?;
        if local.is_some() {
            return Ok(local);
        }
        let Ok(resident) = ResidentId::parse(number, self.ground.today()) else { return Ok(None) };
        let system = IdentityKind::ResidentId.as_str();
        let found =
            patients::by_identifier(tx.conn(), keys, alliance, system, None, resident.as_str()).await?;
        let Some(patient) = found else { return Ok(None) };
        // A number that anybody may know leads nobody to a patient whom their organisation does not care for.
        let now = tx.now;
        let cares = grants::holders(tx.conn(), alliance, &patient, now).await?.contains(issuer);
        Ok(cares.then_some(patient))
    }

    /// Counts, attaches and records what the batch did to one study.
    async fn close(&self, tx: &mut Tx, study: &StudyId, touched: &Touched) -> Result<()> {
        let alliance = sql::alliance_of(tx.conn(), &touched.organisation).await?;
        if touched.added > 0 {
            sql::share(tx, study, &touched.organisation).await?;
            let version = sql::count(tx, study).await?;
            let mut audience = BTreeSet::from([touched.organisation.clone()]);
            if let Some(patient) = &touched.patient {
                let now = tx.now;
                audience.extend(grants::holders(tx.conn(), &alliance, patient, now).await?);
            }
            let audience: Vec<OrganisationId> = audience.into_iter().collect();
            tx.record(Change {
                author: &touched.author,
                alliance: &alliance,
                subject: Subject { kind: KIND, id: study.as_str() },
                version,
                kind: "study.received",
                payload: serde_json::json!({
                    "instances": touched.added, "status": touched.status, "channel": touched.channel,
                }),
                occurred_at: None,
                patient: touched.patient.as_ref(),
                basis: self.basis,
                audience: &audience,
            })
            .await?;
        }
        if let (Some(consult), Some(patient)) = (&self.consult, &touched.patient)
            && self.consults.takes(tx.conn(), consult, patient).await?
            && studies::attach(tx, &alliance, consult, study, touched.author.person.as_ref()).await?
        {
            self.consults.attached(tx, &touched.author, consult, study).await?;
        }
        Ok(())
    }

    async fn note(&self, tx: &mut Tx, refused: &[Refused]) -> Result<()> {
        for refused in refused {
            let organisation = OrganisationId::trusted(refused.source.organisation.as_str());
            let alliance = sql::alliance_of(tx.conn(), &organisation).await?;
            let id = sql::insert_refused(tx, &alliance, refused).await?;
            tx.record(Change {
                author: &self.author_of(&refused.source),
                alliance: &alliance,
                subject: Subject { kind: "refused", id: &id },
                version: 1,
                kind: "study.refused",
                payload: serde_json::json!({ "code": refused.code, "channel": refused.source.channel }),
                occurred_at: None,
                patient: None,
                basis: self.basis,
                audience: &[],
            })
            .await?;
        }
        Ok(())
    }

    fn author_of(&self, source: &Source) -> Author {
        self.author.clone().unwrap_or_else(|| Author {
            organisation: Some(OrganisationId::trusted(source.organisation.as_str())),
            from: match &source.ae_title {
                Some(title) => format!("dimse:{title}"),
                None => "import".to_owned(),
            },
            ..Author::default()
        })
    }
}

/// Files an arrival among the copies of its UID in this study.
async fn file_instance(
    tx: &mut Tx,
    alliance: &AllianceId,
    study: &StudyId,
    arrival: &Arrival,
) -> Result<Filing> {
    let facts = &arrival.facts;
    let copies = sql::copies(tx.conn(), study, &facts.study.uid, facts.instance.uid.as_str()).await?;
    let known: Vec<_> = copies.iter().map(|(_, known)| known.clone()).collect();
    let filing = filing::file(arrival, &known);
    match (filing, copies.first()) {
        (Filing::Duplicate, _) => {}
        (Filing::Alternate | Filing::Conflict, Some((instance, _))) => {
            sql::insert_copy(tx, alliance, instance, filing, arrival).await?;
        }
        (Filing::Stored | Filing::Alternate | Filing::Conflict, _) => {
            let series = sql::keep_series(tx, alliance, study, &facts.series).await?;
            sql::insert_instance(tx, alliance, study, &series, arrival).await?;
        }
    }
    Ok(filing)
}

pub(super) fn index_error(refusal: Refusal) -> IndexError {
    match refusal.code {
        Code::StoreFull => IndexError::Full,
        code => {
            let cause = refusal.internal.unwrap_or_default();
            IndexError::Unavailable(format!("{}: {cause}", code.as_str()).into())
        }
    }
}
