//! Why bytes are not taken in. One enum for the whole border: the upload and STOW show the code, DIMSE a status
//! word. A released code keeps its meaning.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not DICOM, by its first bytes or because no element structure can be followed.
    NotDicom,
    /// An element, item or fragment claims more bytes than there are.
    Truncated,
    /// A UID that identifies the study, series or instance is missing or malformed.
    UidInvalid,
    /// More bytes than one instance, one value or one archive may have.
    TooLarge,
    /// Sequences nested deeper than any honest file.
    TooDeep,
    /// A DICOMDIR: the catalog of a disc, not an image.
    MediaDirectory,
    /// A zip archive that can't be read: damaged, encrypted, or packed by a method other than deflate.
    ArchiveInvalid,
    /// No room left where objects or rows are kept.
    StorageFull,
    /// The store or the index did not answer; sending again later may succeed.
    Unavailable,
}

impl Refusal {
    pub const ALL: [Refusal; 9] = [
        Refusal::NotDicom,
        Refusal::Truncated,
        Refusal::UidInvalid,
        Refusal::TooLarge,
        Refusal::TooDeep,
        Refusal::MediaDirectory,
        Refusal::ArchiveInvalid,
        Refusal::StorageFull,
        Refusal::Unavailable,
    ];

    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotDicom => "imaging.not-dicom",
            Refusal::Truncated => "imaging.truncated",
            Refusal::UidInvalid => "imaging.uid-invalid",
            Refusal::TooLarge => "imaging.too-large",
            Refusal::TooDeep => "imaging.too-deep",
            Refusal::MediaDirectory => "imaging.media-directory",
            Refusal::ArchiveInvalid => "imaging.archive-invalid",
            Refusal::StorageFull => "imaging.storage-full",
            Refusal::Unavailable => "imaging.unavailable",
        }
    }

    /// Whether the sender did nothing wrong, so that the same bytes may be taken in later.
    pub fn is_ours(&self) -> bool {
        matches!(self, Refusal::StorageFull | Refusal::Unavailable)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}
