//! The border: bytes come in, typed facts about patient, study, series and instance go out, or a refusal with a
//! stable code. Nothing behind this module reads a tag to find out what a file is. Called by `ingest` and `dimse`.

pub mod facts;
pub mod frames;
pub mod limits;
pub mod meta;
pub mod normal;
pub mod parse;
pub mod walk;

pub use facts::{Date, Facts, InstanceFacts, PatientFacts, SeriesFacts, Sex, StudyFacts};
pub use frames::{FrameIndex, Segment};
pub use limits::Limits;
pub use normal::{Normal, normalize};
pub use parse::{Parsed, is_pixel_data, parse_data_set, parse_file};
