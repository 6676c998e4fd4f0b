//! How long a token may live, what it may be called, and which scopes a role can give. Pure.

use crate::access::Role;
use crate::access::policy::Action;
use crate::access::scopes::{Scope, Scopes};
use crate::error::{Code, Refusal, Result};

pub const MOST_TOKENS: i64 = 20;
const LONGEST_DAYS: i64 = 365;
const NAME_LIMIT: usize = 60;

/// The scopes that mean anything for a role: those under which it may do something.
pub fn grantable(role: Role) -> Scopes {
    let of_actions =
        Action::ALL.iter().filter(|action| action.is_of(role)).filter_map(|action| action.scope());
    of_actions.chain([Scope::NoticesRead]).collect()
}

/// What was asked for, if the role can give it.
pub fn scopes(asked: &[Scope], role: Role) -> Result<Scopes> {
    let scopes: Scopes = asked.iter().copied().collect();
    if scopes.is_empty() || !scopes.is_within(grantable(role)) {
        return Err(Refusal::field(Code::TokenScopes, "scopes"));
    }
    Ok(scopes)
}

pub fn days(asked: i64) -> Result<i64> {
    if (1..=LONGEST_DAYS).contains(&asked) { Ok(asked) } else { Err(Refusal::field(Code::TokenDays, "days")) }
}

pub fn name(typed: &str) -> Result<String> {
    let name: String = typed.trim().chars().filter(|c| !c.is_control()).take(NAME_LIMIT).collect();
    if name.is_empty() { Err(Refusal::field(Code::TokenName, "name")) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_gives_only_scopes_under_which_it_may_do_something() {
        assert!(grantable(Role::VillageDoctor).contains(Scope::PatientsWrite));
        assert!(grantable(Role::Administrator).contains(Scope::DirectoryWrite));
        assert!(!grantable(Role::Auditor).contains(Scope::PatientsRead));
        assert!(
            scopes(&[Scope::PatientsRead], Role::Auditor).is_err() && scopes(&[], Role::Manager).is_err()
        );
    }

    #[test]
    fn a_token_lives_for_a_day_to_a_year_and_has_a_name() {
        assert!(days(0).is_err() && days(366).is_err() && days(365).is_ok());
        assert_eq!(name(" 影像\n上传 ").unwrap(), "影像上传");
        assert!(name(" \t").is_err());
    }
}
