//! Hashing and verifying, a bounded number at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use shared::Code;
use shared::identity::SecretText;
use tokio::sync::Semaphore;

use super::imported::Readable;
use crate::http::error::{Refusal, Result};

const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// Requests that may wait for their turn.
const WAITING_MAX: usize = 32;

/// Verified in place of an account that does not exist, so that the answer takes as long.
const NOBODY: &str = "$argon2id$v=19$m=65536,t=3,p=1$c29tZSBzYWx0IG9mIG91cnM$\
                      BdnxIzAG7Kj8iwNCQFTaInQ7y2m0fMmlDU1v8hPxXqY";

/// Whether a password was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right,
    /// Right, and kept in another way or with weaker parameters than ours: hash it again.
    RightButWeak,
    /// Kept in a way that we cannot verify, or that would cost too much: only a new password helps.
    Unreadable,
}

impl Verdict {
    pub fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::RightButWeak)
    }
}

/// Hashes and verifies passwords off the async threads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hasher {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// A place among those who wait; given back also by who hangs up meanwhile.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    /// `None`: too many wait.
    fn among(waiting: &'a AtomicUsize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(waiting);
        (before < WAITING_MAX).then_some(place)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn ours() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| anyhow::anyhow!("argon2 does not take our parameters: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a hash of argon2 is weaker than what we make ourselves.
pub(super) fn is_weak(hash: &PasswordHash) -> bool {
    let number = |name: &str| hash.params.get_decimal(name).unwrap_or(0);
    hash.algorithm.as_str() != "argon2id" || number("m") < MEMORY_KIB || number("t") < PASSES
}

/// The verdict; `stand_in` works as long as a hash of ours takes, where what is kept took less and the password is not right.
fn compare(
    password: &[u8],
    kept: Option<&str>,
    stand_in: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Verdict> {
    let Some(readable) = kept.and_then(Readable::of) else {
        stand_in()?;
        return Ok(if kept.is_some() { Verdict::Unreadable } else { Verdict::Wrong });
    };
    Ok(match (readable.is_of(password), readable.is_weak()) {
        (false, false) => Verdict::Wrong,
        (false, true) => {
            stand_in()?;
            Verdict::Wrong
        }
        (true, false) => Verdict::Right,
        (true, true) => Verdict::RightButWeak,
    })
}

impl Hasher {
    /// Lets `at_once` passwords be worked on at the same time: 64 MiB each.
    pub fn new(at_once: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(at_once.max(1))), waiting: Arc::new(AtomicUsize::new(0)) }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let waiting = Waiting::among(&self.waiting)
            .ok_or_else(|| Refusal::new(Code::TooManyRequests).retry_after(3))?;
        let permit = self.permits.clone().acquire_owned().await;
        drop(waiting);
        let permit = permit.context("the password pool is closed")?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(permit);
            done
        });
        Ok(done.await.context("hashing a password")?)
    }

    /// The PHC string to keep.
    pub async fn hash(&self, password: &SecretText) -> Result<String> {
        let password = password.clone();
        self.run(move || {
            let hash: PasswordHash = ours()?
                .hash_password(password.expose().as_bytes())
                .map_err(|error| anyhow::anyhow!("hashing failed: {error}"))?;
            anyhow::Ok(hash.to_string())
        })
        .await?
        .map_err(Into::into)
    }

    /// Compares a password with what is kept, of whichever system. A wrong one takes no less than with a hash of ours, whatever
    /// is kept.
    pub async fn verify(&self, password: &SecretText, kept: Option<String>) -> Result<Verdict> {
        let password = password.clone();
        self.run(move || {
            let password = password.expose().as_bytes();
            compare(password, kept.as_deref(), || {
                let nobody = PasswordHash::new(NOBODY).context("the stand-in hash is sound")?;
                // The result is known; only the time counts.
                let _always_wrong = ours()?.verify_password(password, &nobody);
                Ok(())
            })
        })
        .await?
        .map_err(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let hasher = Hasher::new(2);
        let kept = hasher.hash(&SecretText::new("correct horse")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"), "{kept}");
        let verify = async |text: &str, kept: &str| {
            hasher.verify(&SecretText::new(text), Some(kept.to_owned())).await.unwrap()
        };
        assert_eq!(verify("correct horse", &kept).await, Verdict::Right);
        assert_eq!(verify("Correct horse", &kept).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn who_hangs_up_while_he_waits_gives_his_place_back() {
        let hasher = Hasher::new(1);
        let busy = hasher.permits.clone().acquire_owned().await.unwrap();
        let password = SecretText::new("correct horse");
        for _ in 0..2 * WAITING_MAX {
            let hung_up = tokio::time::timeout(std::time::Duration::from_millis(1), hasher.hash(&password));
            assert!(hung_up.await.is_err(), "nobody is refused as long as few wait");
        }
        drop(busy);
        assert!(hasher.hash(&password).await.is_ok());
    }

    #[tokio::test]
    async fn what_we_cannot_read_is_told_and_no_error() {
        let hasher = Hasher::new(2);
        for kept in ["$2y$10$abcdefghijklmnopqrstuv", "plain", ""] {
            let verdict = hasher.verify(&SecretText::new("x"), Some(kept.to_owned())).await.unwrap();
            assert_eq!(verdict, Verdict::Unreadable, "{kept}");
        }
        assert_eq!(hasher.verify(&SecretText::new("x"), None).await.unwrap(), Verdict::Wrong);
        assert!(PasswordHash::new(NOBODY).is_ok());
    }

    #[test]
    fn a_wrong_password_costs_a_hash_of_ours_whatever_is_kept() {
        let bcrypt = "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
        let hashings = |password: &str, kept: Option<&str>| {
            let mut stood_in = 0;
            let verdict = compare(password.as_bytes(), kept, || {
                stood_in += 1;
                Ok(())
            });
            (verdict.unwrap(), stood_in)
        };
        assert_eq!(hashings("Correct horse", None), (Verdict::Wrong, 1));
        assert_eq!(hashings("Correct horse", Some("plain")), (Verdict::Unreadable, 1));
        assert_eq!(hashings("Correct horse", Some(bcrypt)), (Verdict::Wrong, 1));
        assert_eq!(hashings("Correct horse", Some(NOBODY)), (Verdict::Wrong, 0));
        // Who has the right one learns nothing from the time.
        assert_eq!(hashings("correct horse", Some(bcrypt)), (Verdict::RightButWeak, 0));
    }

    #[tokio::test]
    async fn weaker_hashes_are_noticed() {
        let params = Params::new(19456, 2, 1, None).unwrap();
        let weak: PasswordHash =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password(b"correct horse").unwrap();
        let verdict = Hasher::new(1).verify(&SecretText::new("correct horse"), Some(weak.to_string())).await;
        assert_eq!(verdict.unwrap(), Verdict::RightButWeak);
    }
}
