//! Hashes of other systems: told apart by their prefix, verified within bounds.
//!
//! A hash says itself how much work it takes, so one that came from outside could ask for hours or for all memory. What would
//! take more than about a second or 256 MiB counts as unreadable.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordVerifier};
use pbkdf2::Pbkdf2;
use scrypt::Scrypt;
use shared::identity::PasswordScheme;

use super::hasher::is_weak;

/// Doublings of work of bcrypt.
const BCRYPT_COST_MAX: u32 = 14;
/// Memory of argon2, in KiB.
const ARGON2_MEMORY_MAX: u32 = 256 * 1024;
/// Memory of argon2 in KiB times its passes.
const ARGON2_WORK_MAX: u64 = 1024 * 1024;
const LANES_MAX: u32 = 16;
/// Memory of scrypt, in blocks of 128 bytes.
const SCRYPT_MEMORY_MAX: u64 = 2 * 1024 * 1024;
/// The same times its parallel runs.
const SCRYPT_WORK_MAX: u64 = 4 * 1024 * 1024;
const PBKDF2_ROUNDS_MAX: u32 = 2_000_000;

/// The scheme of what stands between the first two dollar signs of a hash.
pub(super) fn scheme(prefix: &str) -> PasswordScheme {
    match prefix {
        "argon2id" => PasswordScheme::Argon2id,
        "argon2i" => PasswordScheme::Argon2i,
        "argon2d" => PasswordScheme::Argon2d,
        "2a" | "2b" | "2y" => PasswordScheme::Bcrypt,
        "scrypt" => PasswordScheme::Scrypt,
        "pbkdf2-sha256" | "pbkdf2-sha512" => PasswordScheme::Pbkdf2,
        _ => PasswordScheme::Unknown,
    }
}

/// A kept hash that can be verified at a bearable cost.
#[derive(Debug)]
pub(super) enum Readable {
    Bcrypt(String),
    Argon2(PasswordHash),
    Scrypt(PasswordHash),
    Pbkdf2(PasswordHash),
}

impl Readable {
    /// Reads a kept hash. `None`: of an unknown system, broken, or too costly.
    pub(super) fn of(kept: &str) -> Option<Self> {
        let scheme = scheme(kept.strip_prefix('$')?.split('$').next()?);
        if scheme == PasswordScheme::Bcrypt {
            return is_bcrypt(kept).then(|| Self::Bcrypt(kept.to_owned()));
        }
        let hash = PasswordHash::new(kept).ok().filter(|hash| hash.salt.is_some() && hash.hash.is_some())?;
        match scheme {
            PasswordScheme::Argon2id | PasswordScheme::Argon2i | PasswordScheme::Argon2d => {
                is_bearable_argon2(&hash)?.then_some(Self::Argon2(hash))
            }
            PasswordScheme::Scrypt => is_bearable_scrypt(&hash)?.then_some(Self::Scrypt(hash)),
            PasswordScheme::Pbkdf2 => {
                let rounds = hash.params.get_decimal("i")?;
                // What the verifier itself refuses has to be known beforehand.
                let sound = pbkdf2::Params::try_from(&hash).is_ok() && rounds <= PBKDF2_ROUNDS_MAX;
                sound.then_some(Self::Pbkdf2(hash))
            }
            PasswordScheme::Bcrypt | PasswordScheme::Unknown | PasswordScheme::None => None,
        }
    }

    /// Whether it is the hash of this password.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        match self {
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).unwrap_or(false),
            Self::Argon2(hash) => Argon2::default().verify_password(password, hash).is_ok(),
            Self::Scrypt(hash) => Scrypt::default().verify_password(password, hash).is_ok(),
            Self::Pbkdf2(hash) => Pbkdf2::default().verify_password(password, hash).is_ok(),
        }
    }

    /// Whether it is to be replaced by one of ours.
    pub(super) fn is_weak(&self) -> bool {
        match self {
            Self::Argon2(hash) => is_weak(hash),
            Self::Bcrypt(_) | Self::Scrypt(_) | Self::Pbkdf2(_) => true,
        }
    }
}

/// `$2y$12$` and 53 characters of salt and hash in the alphabet of crypt.
fn is_bcrypt(kept: &str) -> bool {
    let parts: Vec<&str> = kept.split('$').collect();
    let [_, _, cost, rest] = parts.as_slice() else { return false };
    let two_digits = cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit());
    let bearable = two_digits && cost.parse().is_ok_and(|cost| (4..=BCRYPT_COST_MAX).contains(&cost));
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    bearable && rest.len() == 53 && rest.bytes().all(sound)
}

/// `None`: a parameter is missing.
fn is_bearable_argon2(hash: &PasswordHash) -> Option<bool> {
    let number = |name: &str| hash.params.get_decimal(name);
    let (memory, passes, lanes) = (number("m")?, number("t")?, number("p")?);
    let work = u64::from(memory) * u64::from(passes);
    let sound = argon2::Params::try_from(hash).is_ok();
    Some(sound && memory <= ARGON2_MEMORY_MAX && work <= ARGON2_WORK_MAX && lanes <= LANES_MAX)
}

/// `None`: a parameter is missing.
fn is_bearable_scrypt(hash: &PasswordHash) -> Option<bool> {
    let number = |name: &str| hash.params.get_decimal(name).map(u64::from);
    let (doublings, size, runs) = (number("ln")?, number("r")?, number("p")?);
    let memory = 1_u64.checked_shl(u32::try_from(doublings).ok()?)?.checked_mul(size)?;
    let work = memory.checked_mul(runs)?;
    let sound = scrypt::Params::try_from(hash).is_ok();
    Some(sound && memory <= SCRYPT_MEMORY_MAX && work <= SCRYPT_WORK_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by others from "correct horse": libxcrypt, OpenSSL.
    const MADE_BY_OTHERS: &[&str] = &[
        "$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
        "$2a$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
        "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2",
        "$scrypt$ln=10,r=8,p=1$c2FsdFNBTFRzYWx0U0FMVA$OgdwnDMpl2f2hsrcL9KLP+6Z1R1X1HLfNp24pxtvLbY",
        "$pbkdf2-sha256$i=2000,l=32$c2FsdFNBTFRzYWx0U0FMVA$Hl/fICa4nKWqDzp7OkGr91b1KlrDLiJJgAMuygigm90",
        "$pbkdf2-sha512$i=2000,l=64$c2FsdFNBTFRzYWx0U0FMVA\
         $2jG8w2sRri+WOr2zNgcC6WM79YupDbvm3L/5cJdYgVykv9FyAecIUsmETphAe+MlzoqyouZ7TcPBxGoHtYEmGA",
    ];

    #[test]
    fn hashes_of_other_systems_verify_and_are_to_be_replaced() {
        for kept in MADE_BY_OTHERS {
            let hash = Readable::of(kept).unwrap_or_else(|| panic!("{kept}"));
            assert!(hash.is_of(b"correct horse"), "{kept}");
            assert!(!hash.is_of(b"Correct horse"), "{kept}");
            assert!(hash.is_weak(), "{kept}");
        }
    }

    #[test]
    fn the_other_kinds_of_argon2_verify_too() {
        use argon2::{Algorithm, Params, PasswordHasher, Version};
        for algorithm in [Algorithm::Argon2i, Algorithm::Argon2d] {
            let params = Params::new(64, 3, 1, None).unwrap();
            let made: PasswordHash =
                Argon2::new(algorithm, Version::V0x13, params).hash_password(b"correct horse").unwrap();
            let hash = Readable::of(&made.to_string()).unwrap();
            assert!(hash.is_of(b"correct horse") && !hash.is_of(b"correct") && hash.is_weak());
        }
    }

    #[test]
    fn what_would_take_too_much_is_unreadable() {
        let tail = "c2FsdFNBTFRzYWx0U0FMVA$Hl/fICa4nKWqDzp7OkGr91b1KlrDLiJJgAMuygigm90";
        for costly in [
            "$argon2id$v=19$m=4294967295,t=1,p=1$",
            "$argon2id$v=19$m=65536,t=4294967295,p=1$",
            "$argon2id$v=19$m=262145,t=1,p=1$",
            "$argon2id$v=19$t=3,p=1$",
            "$scrypt$ln=63,r=8,p=1$",
            "$scrypt$ln=200,r=8,p=1$",
            "$scrypt$ln=17,r=4294967295,p=4294967295$",
            "$scrypt$ln=17,r=8,p=64$",
            "$pbkdf2-sha256$i=4294967295,l=32$",
            "$pbkdf2-sha256$l=32$",
            "$pbkdf2-sha1$i=1000,l=32$",
        ] {
            assert!(Readable::of(&format!("{costly}{tail}")).is_none(), "{costly}");
        }
        let bcrypt = "abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2";
        for costly in ["$2b$31$", "$2b$15$", "$2x$05$", "$2b$5$", "$2b$+5$", "$2$05$"] {
            assert!(Readable::of(&format!("{costly}{bcrypt}")).is_none(), "{costly}");
        }
        for broken in
            ["", "$", "$$", "plain", "$1$abc$def", "$2b$05$short", "$argon2id$", "$scrypt$ln=10,r=8,p=1$"]
        {
            assert!(Readable::of(broken).is_none(), "{broken}");
        }
    }
}
