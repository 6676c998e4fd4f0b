//! The reading half of an index over what the memory index took in: exact keys only.

use async_trait::async_trait;
use imaging::index::{
    Arrival, Index, IndexError, InstanceQuery, InstanceRow, Outcome, Page, Refused, Register, SeriesQuery,
    SeriesRow, StudyQuery, StudyRow,
};
use imaging::uid::{InstanceUid, SeriesUid, StudyUid};

use super::memory::Memory;

pub struct Shelf(pub Memory);

#[async_trait]
impl Register for Shelf {
    async fn commit(&self, batch: Vec<Arrival>) -> Result<Vec<Outcome>, IndexError> {
        self.0.commit(batch).await
    }

    async fn note_refused(&self, refused: Vec<Refused>) -> Result<(), IndexError> {
        self.0.note_refused(refused).await
    }
}

#[async_trait]
impl Index for Shelf {
    async fn studies(&self, query: &StudyQuery, page: Page) -> Result<Vec<StudyRow>, IndexError> {
        let mut rows: Vec<StudyRow> = Vec::new();
        for arrival in self.of_study(query) {
            if !rows.iter().any(|row| row.study.uid == arrival.facts.study.uid) {
                rows.push(self.study(&arrival));
            }
        }
        Ok(cut(rows, page))
    }

    async fn series(&self, query: &SeriesQuery, page: Page) -> Result<Vec<SeriesRow>, IndexError> {
        let mut rows: Vec<SeriesRow> = Vec::new();
        for arrival in self.of_study(&query.study) {
            if !rows.iter().any(|row| row.series.uid == arrival.facts.series.uid) {
                let instances = self
                    .first_copies()
                    .iter()
                    .filter(|a| a.facts.series.uid == arrival.facts.series.uid)
                    .count();
                let series = arrival.facts.series.clone();
                rows.push(SeriesRow { study: self.study(&arrival), series, instances: instances as u32 });
            }
        }
        Ok(cut(rows, page))
    }

    async fn instances(&self, query: &InstanceQuery, page: Page) -> Result<Vec<InstanceRow>, IndexError> {
        let wanted = &query.series.series_uids;
        let rows = self.of_study(&query.series.study);
        let rows = rows.iter().filter(|a| wanted.is_empty() || wanted.contains(&a.facts.series.uid)).map(row);
        Ok(cut(rows.collect(), page))
    }

    async fn instance(
        &self,
        study: &StudyUid,
        series: &SeriesUid,
        instance: &InstanceUid,
    ) -> Result<Option<InstanceRow>, IndexError> {
        let all = self.first_copies();
        let found = all.iter().find(|Arrival { facts, .. }| {
            (&facts.study.uid, &facts.series.uid, &facts.instance.uid) == (study, series, instance)
        });
        Ok(found.map(row))
    }
}

impl Shelf {
    /// Of several copies of an instance the first is served.
    fn first_copies(&self) -> Vec<Arrival> {
        let mut seen = std::collections::BTreeSet::new();
        let arrivals = self.0.arrivals.lock().unwrap();
        arrivals.iter().filter(|arrival| seen.insert(arrival.facts.instance.uid.clone())).cloned().collect()
    }

    fn of_study(&self, query: &StudyQuery) -> Vec<Arrival> {
        let wanted = &query.study_uids;
        self.first_copies()
            .into_iter()
            .filter(|a| wanted.is_empty() || wanted.contains(&a.facts.study.uid))
            .collect()
    }

    fn study(&self, of: &Arrival) -> StudyRow {
        let all = self.first_copies();
        let mine: Vec<&Arrival> = all.iter().filter(|a| a.facts.study.uid == of.facts.study.uid).collect();
        let series: std::collections::BTreeSet<_> = mine.iter().map(|a| a.facts.series.uid.clone()).collect();
        StudyRow {
            patient: of.facts.patient.clone(),
            study: of.facts.study.clone(),
            modalities: vec![of.facts.series.modality.clone()],
            series: series.len() as u32,
            instances: mine.len() as u32,
        }
    }
}

fn row(arrival: &Arrival) -> InstanceRow {
    InstanceRow {
        study_uid: arrival.facts.study.uid.clone(),
        series_uid: arrival.facts.series.uid.clone(),
        instance: arrival.facts.instance.clone(),
        blob: arrival.blob.clone(),
        alternates: Vec::new(),
    }
}

fn cut<T>(rows: Vec<T>, page: Page) -> Vec<T> {
    rows.into_iter().skip(page.offset as usize).take(page.limit as usize).collect()
}
