//! Identifiers: lower-case UUIDv7 text, made by the creator of a thing. Knows no subject's rules.
//! Each subject's id is a type of its own, so that a patient's cannot be passed for a consult's.

use crate::time::Timestamp;
use std::sync::Arc;

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// Where random bytes come from. Only `main.rs` makes one that asks the operating system.
#[derive(Clone)]
pub struct Entropy(Arc<Fill>);

impl Entropy {
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// A new UUIDv7 (RFC 9562 §5.7) for that instant.
    pub fn uuid(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.0).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes::<10>()).into_uuid().to_string()
    }

    /// An opaque 256-bit token in hexadecimal.
    pub fn token(&self) -> String {
        self.bytes::<32>().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Whether a text is an id as we write it: lower case, with hyphens, version 7.
pub fn is_id(text: &str) -> bool {
    text.len() == 36
        && !text.bytes().any(|b| b.is_ascii_uppercase())
        && uuid::Uuid::try_parse(text).is_ok_and(|u| u.get_version_num() == 7)
}

/// Declares an id type of a subject: parsed at the border, a plain text in SQL and JSON.
macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, utoipa::ToSchema)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(String);

        impl $name {
            /// An id that comes from our own store or generator.
            pub fn trusted(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            pub fn parse(text: &str) -> Option<Self> {
                $crate::ids::is_id(text).then(|| Self(text.to_owned()))
            }
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("an id is a lower-case UUIDv7"))
            }
        }
    };
}

id_type!(AllianceId);
id_type!(OrganisationId);
id_type!(DepartmentId);
id_type!(PersonId);
id_type!(PositionId);
id_type!(AgreementId);
id_type!(DutyId);
id_type!(SwapId);
id_type!(SessionId);
id_type!(ClientId);
id_type!(PatientId);
id_type!(ConsultId);
id_type!(CaseId);
id_type!(LegId);
id_type!(CallId);
id_type!(DocumentId);
id_type!(ThreadId);
id_type!(MessageId);
id_type!(StudyId);
id_type!(UploadId);
id_type!(RoomId);
id_type!(BreakGlassId);
id_type!(CapabilityId);
id_type!(FollowUpId);
id_type!(PackageId);
id_type!(WebhookId);
id_type!(DeliveryId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_from_a_clock_are_version_7_and_sort_by_time() {
        let entropy = Entropy::new(|bytes| bytes.fill(0xAB));
        let (early, late) = (entropy.uuid(Timestamp(1_000)), entropy.uuid(Timestamp(2_000)));
        assert!(is_id(&early) && is_id(&late) && early < late);
    }

    #[test]
    fn upper_case_other_versions_and_paths_are_no_ids() {
        for text in [
            "0192F3A0-0000-7000-8000-000000000000",
            "d9428888-122b-41e1-b85c-61de5ba7b6a1",
            "../etc/passwd",
            "",
        ] {
            assert!(PatientId::parse(text).is_none(), "{text}");
        }
    }
}
