//! Why a DICOMweb request is not answered: one enum with stable codes, and the status that PS3.18 gives each.

use crate::blobs::BlobError;
use crate::index::IndexError;
use crate::pixels::PixelError;
use crate::refusal::Refusal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebError {
    /// No such resource, or none that this caller sees.
    NotFound,
    /// A UID in the path is none.
    UidInvalid,
    /// A parameter of the query is unknown or its value malformed; which one.
    QueryInvalid(String),
    /// None of the media types or transfer syntaxes asked for can be given.
    NotAcceptable,
    /// The body is not `multipart/related; type="application/dicom"`.
    UnsupportedMediaType,
    /// The multipart body breaks off or is malformed.
    BodyInvalid,
    MethodNotAllowed,
    Pixels(PixelError),
    Refused(Refusal),
    Unavailable,
}

impl WebError {
    pub fn code(&self) -> &'static str {
        match self {
            WebError::NotFound => "dicomweb.not-found",
            WebError::UidInvalid => "imaging.uid-invalid",
            WebError::QueryInvalid(_) => "dicomweb.query-invalid",
            WebError::NotAcceptable => "dicomweb.not-acceptable",
            WebError::UnsupportedMediaType => "dicomweb.unsupported-media-type",
            WebError::BodyInvalid => "dicomweb.body-invalid",
            WebError::MethodNotAllowed => "dicomweb.method-not-allowed",
            WebError::Pixels(error) => error.code(),
            WebError::Refused(refusal) => refusal.code(),
            WebError::Unavailable => "imaging.unavailable",
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            WebError::NotFound | WebError::Pixels(PixelError::NoSuchFrame | PixelError::NoPixelData) => 404,
            WebError::UidInvalid | WebError::QueryInvalid(_) | WebError::BodyInvalid => 400,
            WebError::NotAcceptable | WebError::Pixels(PixelError::Unsupported) => 406,
            WebError::UnsupportedMediaType => 415,
            WebError::MethodNotAllowed => 405,
            WebError::Pixels(PixelError::TooLarge) | WebError::Refused(Refusal::TooLarge) => 413,
            WebError::Refused(Refusal::StorageFull) => 507,
            WebError::Unavailable | WebError::Refused(Refusal::Unavailable) => 503,
            // What is stored but cannot be decoded is a conflict between the request and the resource.
            WebError::Pixels(PixelError::Invalid) | WebError::Refused(_) => 409,
        }
    }
}

impl std::fmt::Display for WebError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WebError::QueryInvalid(parameter) => {
                write!(f, "the query parameter {parameter} is not understood")
            }
            other => f.write_str(other.code()),
        }
    }
}

impl std::error::Error for WebError {}

impl From<IndexError> for WebError {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Full => WebError::Refused(Refusal::StorageFull),
            IndexError::Unavailable(_) => WebError::Unavailable,
        }
    }
}

impl From<BlobError> for WebError {
    fn from(error: BlobError) -> Self {
        tracing::warn!(%error, "dicomweb.object_unavailable");
        WebError::Unavailable
    }
}

impl From<PixelError> for WebError {
    fn from(error: PixelError) -> Self {
        WebError::Pixels(error)
    }
}

impl From<Refusal> for WebError {
    fn from(refusal: Refusal) -> Self {
        WebError::Refused(refusal)
    }
}
