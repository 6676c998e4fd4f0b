//! Opaque identifiers. The caller makes them (UUIDv7 text) and hands them in; nothing here
//! looks inside one, and nothing here invents one.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident,)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub fn new(value: impl Into<String>) -> Self { Self(value.into()) }
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) }
        }
    )+};
}

id! {
    /// A patient's episode: a chain of legs.
    CaseId,
    /// One hand-over of responsibility.
    LegId,
    PatientId,
    PersonId,
    OrganisationId,
    DepartmentId,
}
