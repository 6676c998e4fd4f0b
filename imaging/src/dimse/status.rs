//! Status words of C-STORE (PS3.4 §B.2.3): the third rendering of the outcomes that HTTP shows as codes.

use crate::index::{Custody, Filing};
use crate::ingest::Taken;
use crate::refusal::Refusal;

pub const SUCCESS: u16 = 0x0000;
/// Warning: taken in, but not where the sender may think.
pub const WARNING: u16 = 0xb000;
pub const OUT_OF_RESOURCES: u16 = 0xa700;
pub const CANNOT_UNDERSTAND: u16 = 0xc000;
pub const UNRECOGNIZED_OPERATION: u16 = 0x0211;
/// The message lacks what its service needs (PS3.7 §C.5.17).
pub const MISTYPED_ARGUMENT: u16 = 0x0212;

/// The word, and the code that goes into Error Comment (0000,0902).
pub fn of(result: &Result<Taken, Refusal>) -> (u16, Option<&'static str>) {
    match result {
        Ok(taken) => match (&taken.outcome.custody, taken.outcome.filing) {
            (Custody::Quarantined { .. }, _) => (WARNING, Some("imaging.quarantined")),
            (_, Filing::Conflict) => (WARNING, Some("imaging.uid-conflict")),
            (
                Custody::Matched { .. } | Custody::Unassigned,
                Filing::Stored | Filing::Duplicate | Filing::Alternate,
            ) => (SUCCESS, None),
        },
        Err(refusal @ (Refusal::StorageFull | Refusal::Unavailable)) => {
            (OUT_OF_RESOURCES, Some(refusal.code()))
        }
        Err(
            refusal @ (Refusal::NotDicom
            | Refusal::Truncated
            | Refusal::UidInvalid
            | Refusal::TooLarge
            | Refusal::TooDeep
            | Refusal::MediaDirectory
            | Refusal::ArchiveInvalid),
        ) => (CANNOT_UNDERSTAND, Some(refusal.code())),
    }
}
