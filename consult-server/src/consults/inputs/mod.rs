//! The studies of a consult: what its signature will stand for. The rows are the studies'; who may add one and that it
//! is told on the consult's own timeline is decided here.

pub mod flow;

use crate::access::Call;
use crate::db::change::Author;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ids::{ConsultId, PatientId, StudyId};
use crate::studies::Consults;
use futures_util::future::BoxFuture;

/// What the studies ask of consults, handed to them by the composition.
pub struct Inputs;

impl Consults for Inputs {
    fn may_attach<'a>(
        &'a self,
        conn: &'a mut Conn,
        call: &'a Call,
        consult: &'a ConsultId,
        patient: &'a PatientId,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(flow::may_attach(conn, call, consult, patient))
    }

    fn takes<'a>(
        &'a self,
        conn: &'a mut Conn,
        consult: &'a ConsultId,
        patient: &'a PatientId,
    ) -> BoxFuture<'a, Result<bool>> {
        Box::pin(flow::takes(conn, consult, patient))
    }

    fn attached<'a>(
        &'a self,
        tx: &'a mut Tx,
        author: &'a Author,
        consult: &'a ConsultId,
        study: &'a StudyId,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(flow::attached(tx, author, consult, study))
    }
}
