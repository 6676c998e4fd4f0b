//! DICOM unique identifiers (PS3.5 §9), parsed once at the border: one type per thing they name, so that a
//! series can't be passed for a study. A value of these types is safe as part of an object key or a path.
//! Knows nothing else; everybody here uses it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// The longest UID that PS3.5 §9.1 permits, in characters.
pub const MAX_LENGTH: usize = 64;

/// The text is not a UID: empty, over 64 characters, other characters than digits and dots, or an empty
/// component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidUid;

impl fmt::Display for InvalidUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a DICOM UID: at most 64 digits and dots, no empty component")
    }
}

impl std::error::Error for InvalidUid {}

/// Checks the syntax and returns the UID without its padding (one NUL by the standard; some devices pad with
/// spaces). Leading zeros in a component are against §9.1 but common in the field: they are accepted.
fn check(text: &str) -> Result<&str, InvalidUid> {
    let uid = text.trim_matches(['\0', ' ']);
    let well_formed = uid.len() <= MAX_LENGTH
        && uid.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if well_formed { Ok(uid) } else { Err(InvalidUid) }
}

macro_rules! uid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Parses the text of a UI value; trailing padding is dropped.
            pub fn parse(text: &str) -> Result<Self, InvalidUid> {
                check(text).map(|uid| Self(uid.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidUid;

            fn from_str(text: &str) -> Result<Self, InvalidUid> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

uid! {
    /// Study Instance UID (0020,000D).
    StudyUid
}
uid! {
    /// Series Instance UID (0020,000E).
    SeriesUid
}
uid! {
    /// SOP Instance UID (0008,0018).
    InstanceUid
}
uid! {
    /// SOP Class UID (0008,0016): what kind of object an instance is.
    ClassUid
}
uid! {
    /// Transfer Syntax UID (0002,0010): how the bytes of a data set are encoded.
    TransferSyntaxUid
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn padding_is_not_part_of_a_uid() {
        assert_eq!(StudyUid::parse("1.2.840.10008\0").unwrap().as_str(), "1.2.840.10008");
        assert_eq!(StudyUid::parse("1.2.840 ").unwrap().as_str(), "1.2.840");
    }

    #[test]
    fn what_could_escape_from_a_path_is_no_uid() {
        for text in ["", ".", "..", "1..2", ".1", "1.", "../1", "1/2", "1.2a", "１.２", "1 .2", "1\0.2"] {
            assert_eq!(StudyUid::parse(text), Err(InvalidUid), "{text:?}");
        }
    }

    #[test]
    fn sixty_four_characters_are_a_uid_and_sixty_five_are_not() {
        assert!(InstanceUid::parse(&"1".repeat(64)).is_ok());
        assert!(InstanceUid::parse(&"1".repeat(65)).is_err());
    }

    proptest! {
        #[test]
        fn whatever_parses_holds_only_digits_and_dots(text in "[0-9./ \\\\a\0]{0,70}") {
            if let Ok(uid) = SeriesUid::parse(&text) {
                prop_assert!(uid.as_str().len() <= MAX_LENGTH);
                prop_assert!(uid.as_str().bytes().all(|b| b.is_ascii_digit() || b == b'.'));
                prop_assert_eq!(SeriesUid::parse(uid.as_str()).unwrap(), uid);
            }
        }
    }
}
