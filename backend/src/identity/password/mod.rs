//! Passwords: what is accepted, and how they are kept.
//!
//! Stored as PHC strings of argon2id (64 MiB, three passes, one lane). Hashing runs off the async threads, a few at once; who
//! would have to wait too long is told to come back. Hashes of other systems verify until their first good sign-in.

mod hasher;
mod imported;
mod schemes;

use std::collections::HashSet;
use std::sync::OnceLock;

use shared::identity::{SecretText, Strength, strength};
use shared::settings::SecuritySettings;

use crate::http::Fields;
use crate::http::error::Result;

pub use hasher::{Hasher, Verdict};
pub use schemes::routes;

/// The most characters of a password.
const LENGTH_MAX: usize = 256;

/// Passwords that everybody tries first, in lower case, one a line.
const COMMON: &str = include_str!("common.txt");

fn is_common(password: &str) -> bool {
    static LIST: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let list = LIST.get_or_init(|| COMMON.lines().collect());
    let lower = password.to_lowercase();
    let stem = lower.trim_end_matches(|c: char| !c.is_alphanumeric());
    list.contains(lower.as_str()) || list.contains(stem)
}

/// Adds what is wrong with a new password, and says how strong it is.
///
/// `personal` are the words an attacker knows: address and names.
pub fn check(
    fields: &mut Fields,
    field: &str,
    password: &SecretText,
    settings: &SecuritySettings,
    personal: &[&str],
) -> Strength {
    let text = password.expose();
    let length = text.chars().count();
    let strength = strength(text);
    let wanted = usize::try_from(settings.password_length_min).unwrap_or(12);
    if length < wanted {
        fields.add(field, "too_short", format!("At least {wanted} characters."));
    } else if length > LENGTH_MAX {
        fields.add(field, "too_long", format!("At most {LENGTH_MAX} characters."));
    } else if settings.password_composition || wanted < 12 {
        let digit = text.chars().any(|c| c.is_ascii_digit());
        let special = text.chars().any(|c| !c.is_alphanumeric());
        fields.check(
            digit && special,
            field,
            "too_weak",
            "Use at least one digit and one special character.",
        );
    }
    let lower = text.to_lowercase();
    let is_personal = personal.iter().map(|word| word.trim().to_lowercase()).any(|word| {
        let local = word.split('@').next().unwrap_or("").to_owned();
        !word.is_empty() && (lower == word || (!local.is_empty() && lower == local))
    });
    if is_common(text) || is_personal {
        fields.add(field, "too_common", "This password is among the first that are guessed. Choose another.");
    } else if strength == Strength::VeryWeak && length >= wanted {
        fields.add(field, "too_weak", "Repeats and runs are easy to guess. Choose another.");
    }
    strength
}

/// The most characters of a hash of another system.
const HASH_LENGTH_MAX: usize = 500;

/// Adds what is wrong with a password of a new account: given as text, or as a hash of another system, not as both.
pub fn check_new(
    fields: &mut Fields,
    password: Option<&SecretText>,
    hash: Option<&SecretText>,
    settings: &SecuritySettings,
    personal: &[&str],
) {
    if let Some(password) = password {
        check(fields, "password", password, settings, personal);
    }
    let Some(hash) = hash else { return };
    fields.check(password.is_none(), "password_hash", "invalid", "Give the password or its hash, not both.");
    let readable = hash.expose().len() <= HASH_LENGTH_MAX && imported::Readable::of(hash.expose()).is_some();
    let message = "Not a hash that can be verified: bcrypt, argon2, scrypt or PBKDF2 of bearable cost.";
    fields.check(readable, "password_hash", "invalid", message);
}

/// What to keep for a new account: the hash of its password, or the one it came with. `None`: it has neither yet.
pub async fn to_keep(
    hasher: &Hasher,
    password: Option<&SecretText>,
    hash: Option<&SecretText>,
) -> Result<Option<String>> {
    match (password, hash) {
        (Some(password), _) => Ok(Some(hasher.hash(password).await?)),
        (None, Some(hash)) => Ok(Some(hash.expose().to_owned())),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(password: &str, settings: &SecuritySettings) -> bool {
        let mut fields = Fields::new();
        check(
            &mut fields,
            "password",
            &SecretText::new(password),
            settings,
            &["ada.lovelace@example.com", "Lovelace"],
        );
        fields.finish().is_err()
    }

    #[test]
    fn common_personal_short_and_monotonous_passwords_are_refused() {
        let settings = SecuritySettings::default();
        for bad in [
            "short-1!",
            "qwertyuiop123",
            "Password1234",
            "passwordpassword",
            "ada.lovelace",
            "aaaaaaaaaaaaaaaa",
            "Welcome12345",
            "administrator1",
        ] {
            assert!(faults(bad, &settings), "{bad}");
        }
        for good in ["correct horse battery", "Wroclaw-rain-1947", "жовтий човен на Дніпрі"]
        {
            assert!(!faults(good, &settings), "{good}");
        }
    }

    #[test]
    fn short_minimums_ask_for_variety() {
        let settings = SecuritySettings { password_length_min: 8, ..SecuritySettings::default() };
        assert!(faults("kettledrum", &settings));
        assert!(!faults("kettle-drum7", &settings));
    }
}
