//! How strong a password is, the same bar on both ends; and how passwords are kept.

use serde::{Deserialize, Serialize};

words! {
    /// How hard a password is to guess.
    Strength {
        VeryWeak = "very_weak",
        Weak = "weak",
        Fair = "fair",
        Good = "good",
        Strong = "strong",
    }
}

impl Strength {
    /// Filled parts of the bar, 1 to 5.
    pub const fn bars(self) -> u8 {
        match self {
            Self::VeryWeak => 1,
            Self::Weak => 2,
            Self::Fair => 3,
            Self::Good => 4,
            Self::Strong => 5,
        }
    }
}

words! {
    /// How a password is kept.
    PasswordScheme {
        /// Ours: what every other one becomes at the next good sign-in.
        Argon2id = "argon2id",
        Argon2i = "argon2i",
        Argon2d = "argon2d",
        Bcrypt = "bcrypt",
        Scrypt = "scrypt",
        Pbkdf2 = "pbkdf2",
        /// Of a system that we cannot verify: its people have to reset their password.
        Unknown = "unknown",
        /// No password was set yet.
        None = "none",
    }
}

/// How many accounts keep their password in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordSchemeCount {
    pub scheme: PasswordScheme,
    /// Users of the client portal.
    pub users: i64,
    /// Members of staff.
    pub staff: i64,
}

/// Bits that one more character of this kind adds: digits 3, letters of one case 4, everything else 6.
fn bits(character: char) -> u32 {
    match character {
        '0'..='9' => 3,
        'a'..='z' | 'A'..='Z' => 4,
        _ => 6,
    }
}

/// Estimates strength from length and variety; repeats and runs such as `aaa`, `123`, `cba` count little.
///
/// The server also refuses common passwords, whatever the bar says.
pub fn strength(password: &str) -> Strength {
    let characters: Vec<char> = password.chars().take(1024).collect();
    let mut total = 0;
    for (index, character) in characters.iter().enumerate() {
        let code = u32::from(character.to_ascii_lowercase());
        let follows = index
            .checked_sub(1)
            .and_then(|before| characters.get(before))
            .is_some_and(|before| u32::from(before.to_ascii_lowercase()).abs_diff(code) <= 1);
        let seen = characters.iter().take(index).any(|before| before == character);
        total += match (follows, seen) {
            (true, _) => 1,
            (false, true) => bits(*character) / 2,
            (false, false) => bits(*character),
        };
    }
    match total {
        0..20 => Strength::VeryWeak,
        20..32 => Strength::Weak,
        32..42 => Strength::Fair,
        42..54 => Strength::Good,
        _ => Strength::Strong,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_repeats_are_weak_however_long() {
        assert_eq!(strength(""), Strength::VeryWeak);
        assert_eq!(strength("aaaaaaaaaaaa"), Strength::VeryWeak);
        assert!(strength("abcdefghijklmnop") < Strength::Good);
        assert!(strength("123456789012") < Strength::Fair);
    }

    #[test]
    fn long_phrases_are_strong() {
        assert_eq!(strength("correct horse battery staple"), Strength::Strong);
        assert!(strength("T7#kq9!vLm2@") >= Strength::Good);
    }
}
