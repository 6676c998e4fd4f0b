//! An index in memory, and where test instances come from.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use imaging::filing::{self, Known};
use imaging::index::{Arrival, Channel, Custody, Field, IndexError, Outcome, Refused, Register, Source};
use imaging::text::Fallback;

pub fn source(channel: Channel) -> Source {
    Source {
        channel,
        organisation: "clinic".into(),
        patient: None,
        ae_title: None,
        fallback: Fallback::default(),
    }
}

/// An index that files like a real one and is told how to answer otherwise.
#[derive(Default)]
pub struct Memory {
    pub rows: Mutex<BTreeMap<String, Vec<Known>>>,
    /// Everything that was committed, in order.
    pub arrivals: Mutex<Vec<Arrival>>,
    pub batches: Mutex<Vec<usize>>,
    pub refused: Mutex<Vec<Refused>>,
    pub full: Mutex<bool>,
    /// Patients by local id; others are unassigned. A `None` is one whose record disagrees.
    pub patients: BTreeMap<String, Option<String>>,
}

#[async_trait]
impl Register for Memory {
    async fn commit(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>, IndexError> {
        if *self.full.lock().unwrap() {
            return Err(IndexError::Full);
        }
        self.batches.lock().unwrap().push(batch.len());
        let mut rows = self.rows.lock().unwrap();
        let outcomes = batch.iter().map(|arrival| {
            let known = rows.entry(arrival.facts.instance.uid.to_string()).or_default();
            let filing = filing::file(arrival, known);
            known.push(Known::from_arrival(arrival));
            let custody = match self.patients.get(&arrival.facts.patient.local_id) {
                None => Custody::Unassigned,
                Some(None) => Custody::Quarantined { fields: vec![Field::Name] },
                Some(Some(patient)) => Custody::Matched { patient: patient.clone() },
            };
            Outcome { filing, custody, study: arrival.facts.study.uid.to_string() }
        });
        let outcomes = outcomes.collect();
        self.arrivals.lock().unwrap().extend(batch);
        Ok(outcomes)
    }

    async fn note_refused(&self, refused: Vec<Refused>) -> Result<(), IndexError> {
        self.refused.lock().unwrap().extend(refused);
        Ok(())
    }
}
