//! Passwords: Argon2id. The work runs on a blocking thread, because it is meant to be slow. Knows no account.

use crate::error::{Refusal, Result};
use crate::ids::Entropy;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, Params, PasswordHash};

/// 19 MiB, two passes, one lane: the interactive setting of OWASP's password storage guide.
fn argon2() -> Argon2<'static> {
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, Params::default())
}

/// Each at work holds 19 MiB: a flood of guesses waits in line instead of filling the memory.
static AT_WORK: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(8);

pub async fn hash(password: String, entropy: &Entropy) -> Result<String> {
    let salt = entropy.bytes::<16>();
    let _turn = AT_WORK.acquire().await.map_err(Refusal::internal)?;
    tokio::task::spawn_blocking(move || {
        let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt).map_err(Refusal::internal)?;
        Ok(hash.to_string())
    })
    .await
    .map_err(Refusal::internal)?
}

/// Whether the password fits. Without an account the same work is done against a fixed hash, so that the time does not
/// tell which names exist.
pub async fn verify(password: String, stored: Option<String>) -> Result<bool> {
    let _turn = AT_WORK.acquire().await.map_err(Refusal::internal)?;
    tokio::task::spawn_blocking(move || {
        // An account that signs in at the identity provider only has no password.
        let stored = stored.filter(|stored| !stored.is_empty());
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&stored).map_err(Refusal::internal)?;
        Ok(argon2().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
    .map_err(Refusal::internal)?
}

/// The hash of no known password, with the parameters of `argon2()`.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_nobody_fits_no_account() {
        let hashed = hash("demo-only-2026".to_owned(), &Entropy::new(|b| b.fill(5))).await.unwrap();
        assert!(verify("demo-only-2026".to_owned(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("demo-only-2025".to_owned(), Some(hashed)).await.unwrap());
        assert!(!verify("".to_owned(), None).await.unwrap());
    }
}
