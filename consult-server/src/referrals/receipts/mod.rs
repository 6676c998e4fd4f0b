//! Who on the receiver's side has read a leg, and who has not (已读/未读): what its sender sees. The receiver's side is whoever
//! took the patient and the desk on duty, resolved when it is asked.

pub mod flow;
pub mod http;
pub mod sql;

use crate::refs::PersonRef;
use crate::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// How many have read, and how many of those it waits for have not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptCounts {
    pub read: i64,
    pub unread: i64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadBy {
    pub person: PersonRef,
    /// When they last looked.
    pub read_at: Timestamp,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LegReceipts {
    pub read: Vec<ReadBy>,
    pub unread: Vec<PersonRef>,
}
