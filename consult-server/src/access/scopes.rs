//! What a program may do with a token: scopes, which narrow what its position's role may do and never widen it. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! scopes {
    ($($(#[$meta:meta])* $name:ident = $text:literal;)*) => {
        /// One thing a program may do, as OAuth 2.0 names it (RFC 6749 §3.3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Scope { $($(#[$meta])* #[serde(rename = $text)] $name,)* }

        impl Scope {
            pub const ALL: &'static [Scope] = &[$(Scope::$name,)*];
            pub fn as_str(self) -> &'static str { match self { $(Scope::$name => $text,)* } }
        }

        // The derived description would name the variants: it does not see through the macro.
        impl utoipa::PartialSchema for Scope {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{ObjectBuilder, Type};
                let words = [$($text,)*];
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }
        impl ToSchema for Scope {}
    };
}

scopes! {
    DirectoryRead = "directory.read";
    DirectoryWrite = "directory.write";
    PatientsRead = "patients.read";
    PatientsWrite = "patients.write";
    ConsultsRead = "consults.read";
    ConsultsWrite = "consults.write";
    ReferralsRead = "referrals.read";
    ReferralsWrite = "referrals.write";
    StudiesRead = "studies.read";
    StudiesWrite = "studies.write";
    RoomsJoin = "rooms.join";
    /// Live changes and notices.
    NoticesRead = "notices.read";
    BedsRead = "beds.read";
    /// The feed of a hospital information system.
    BedsWrite = "beds.write";
}

impl Scope {
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.as_str() == text)
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes(u32);

impl Scopes {
    /// A list with spaces between; `None` if a word of it is no scope.
    pub fn parse(text: &str) -> Option<Self> {
        text.split_whitespace().map(Scope::parse).collect()
    }

    /// As our own store holds it: a scope that is no longer known allows nothing.
    pub fn stored(text: &str) -> Self {
        text.split_whitespace().filter_map(Scope::parse).collect()
    }

    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |set, scope| set | scope.bit()))
    }
}

impl std::fmt::Display for Scopes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.iter().map(Scope::as_str).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_scopes_is_written_as_it_is_read() {
        let set = Scopes::parse(" studies.read  patients.read studies.read ").unwrap();
        assert_eq!(set.to_string(), "patients.read studies.read");
        assert!(set.contains(Scope::StudiesRead) && !set.contains(Scope::StudiesWrite));
        assert!(set.is_within(Scope::ALL.iter().copied().collect()) && Scopes::default().is_within(set));
        assert!(!Scopes::parse("patients.write").unwrap().is_within(set));
    }

    #[test]
    fn an_unknown_scope_is_refused_when_it_is_asked_for_and_allows_nothing_when_it_is_stored() {
        assert_eq!(Scopes::parse("patients.read everything"), None);
        assert_eq!(Scopes::stored("patients.read everything").to_string(), "patients.read");
    }
}
