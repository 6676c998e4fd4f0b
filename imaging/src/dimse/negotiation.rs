//! What an association offers (PS3.8 §9.3): which presentation contexts are accepted, and under which names. Pure;
//! only `machine` calls it.

use dicom_ul::pdu::{
    PresentationContextProposed, PresentationContextResult, PresentationContextResultReason,
};

use crate::header::meta::{EXPLICIT_LITTLE, IMPLICIT_LITTLE};

pub(super) const APPLICATION_CONTEXT: &str = "1.2.840.10008.3.1.1.1";
pub(super) const VERIFICATION: &str = "1.2.840.10008.1.1";
/// Storage SOP classes lie below these (PS3.4 §B.5): images and documents, radiotherapy and implant templates.
const STORAGE: [&str; 2] = ["1.2.840.10008.5.1.4.1.1.", "1.2.840.10008.5.1.4.34.7"];
/// The transfer syntaxes of PS3.5 Annex A lie below this; they are kept as they come, whether we decode them or not.
const TRANSFER_SYNTAXES: &str = "1.2.840.10008.1.2.";

/// AE titles are padded with spaces on both sides (PS3.8 §9.3.2).
pub(super) fn title(padded: &str) -> String {
    padded.trim_matches([' ', '\0']).to_owned()
}

/// Accepts storage of everything, in the first transfer syntax that is offered and is one of the standard's: the
/// order is the sender's preference, and bytes are kept as they come.
pub(super) fn negotiate(proposed: &PresentationContextProposed) -> PresentationContextResult {
    let class = title(&proposed.abstract_syntax);
    let storage = STORAGE.iter().any(|prefix| class.starts_with(prefix));
    let syntax =
        proposed.transfer_syntaxes.iter().map(|syntax| title(syntax)).find(|syntax| match class.as_str() {
            VERIFICATION => syntax == IMPLICIT_LITTLE || syntax == EXPLICIT_LITTLE,
            _ => syntax == IMPLICIT_LITTLE || syntax.starts_with(TRANSFER_SYNTAXES),
        });
    let (reason, transfer_syntax) = match (storage || class == VERIFICATION, syntax) {
        (false, _) => {
            (PresentationContextResultReason::AbstractSyntaxNotSupported, IMPLICIT_LITTLE.to_owned())
        }
        (true, None) => {
            (PresentationContextResultReason::TransferSyntaxesNotSupported, IMPLICIT_LITTLE.to_owned())
        }
        (true, Some(syntax)) => (PresentationContextResultReason::Acceptance, syntax),
    };
    PresentationContextResult { id: proposed.id, reason, transfer_syntax }
}
