//! The reading half of the index port over SQL, as one caller may see it: DICOMweb asks here. Decides nothing about who
//! sees what; it is made with the eyes (`Scope`) of a caller.

pub mod sql;

use super::register::index_error;
use super::sql::Scope;
use crate::error::Result;
use crate::ground::Ground;
use async_trait::async_trait;
use imaging::index::{
    Index, IndexError, InstanceQuery, InstanceRow, Page, SeriesQuery, SeriesRow, StudyQuery, StudyRow,
};
use imaging::uid::{InstanceUid, SeriesUid, StudyUid};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

pub struct View {
    ground: Ground,
    pub scope: Scope,
    /// The studies of the rows that were given out, for the audit trail. Held for one insertion, never across an await.
    given: Mutex<BTreeSet<StudyUid>>,
}

type Answer<T> = std::result::Result<T, IndexError>;

fn answer<T>(result: Result<T>) -> Answer<T> {
    result.map_err(index_error)
}

#[async_trait]
impl Index for View {
    async fn studies(&self, query: &StudyQuery, page: Page) -> Answer<Vec<StudyRow>> {
        answer(self.find_studies(query, page).await)
    }

    async fn series(&self, query: &SeriesQuery, page: Page) -> Answer<Vec<SeriesRow>> {
        answer(self.find_series(query, page).await)
    }

    async fn instances(&self, query: &InstanceQuery, page: Page) -> Answer<Vec<InstanceRow>> {
        answer(self.find_instances(query, page).await)
    }

    async fn instance(
        &self,
        study: &StudyUid,
        series: &SeriesUid,
        instance: &InstanceUid,
    ) -> Answer<Option<InstanceRow>> {
        answer(self.find_instance(study, series, instance).await)
    }
}

impl View {
    pub fn new(ground: Ground, scope: Scope) -> Self {
        Self { ground, scope, given: Mutex::default() }
    }

    /// The studies that were found in so far.
    pub fn given(&self) -> Vec<StudyUid> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn give(&self, studies: impl Iterator<Item = StudyUid>) {
        self.given.lock().unwrap_or_else(PoisonError::into_inner).extend(studies);
    }

    async fn find_studies(&self, query: &StudyQuery, page: Page) -> Result<Vec<StudyRow>> {
        let rows = sql::studies(&mut *self.ground.db.read().await?, &self.scope, query, page).await?;
        self.give(rows.iter().map(|row| row.study.uid.clone()));
        Ok(rows)
    }

    async fn find_series(&self, query: &SeriesQuery, page: Page) -> Result<Vec<SeriesRow>> {
        let rows = sql::series(&mut *self.ground.db.read().await?, &self.scope, query, page).await?;
        self.give(rows.iter().map(|row| row.study.study.uid.clone()));
        Ok(rows)
    }

    async fn find_instances(&self, query: &InstanceQuery, page: Page) -> Result<Vec<InstanceRow>> {
        let rows = sql::instances(&mut *self.ground.db.read().await?, &self.scope, query, page).await?;
        self.give(rows.iter().map(|row| row.study_uid.clone()));
        Ok(rows)
    }

    async fn find_instance(
        &self,
        study: &StudyUid,
        series: &SeriesUid,
        instance: &InstanceUid,
    ) -> Result<Option<InstanceRow>> {
        sql::instance(&mut *self.ground.db.read().await?, &self.scope, study, series, instance).await
    }
}
