//! Parts of addresses: `serwer-w-chmurze` of "Serwer w chmurze".

use shared::catalog::SLUG_MAX;

/// Whether a text is a slug: lower-case letters, digits and single hyphens between them, at most 63 of them.
pub fn is_sound(text: &str) -> bool {
    (1..=SLUG_MAX).contains(&text.len())
        && text.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

/// A slug of a name; `None` when nothing of it can be written so.
///
/// Polish letters lose their marks, Ukrainian ones are written as the Cabinet of Ministers' resolution 55 of 2010 says,
/// everywhere as within a word; what has no Latin letter ends a word.
pub fn of(name: &str) -> Option<String> {
    let mut slug = String::new();
    let mut ends_word = false;
    for letter in name.chars().flat_map(char::to_lowercase) {
        let plain = letter.is_ascii_alphanumeric().then(|| letter.to_string());
        match latin(letter).map(str::to_owned).or(plain) {
            None => ends_word = true,
            // Signs within a word: the soft sign, the apostrophe.
            Some(written) if written.is_empty() => {}
            Some(written) => {
                if ends_word && !slug.is_empty() {
                    slug.push('-');
                }
                ends_word = false;
                slug.push_str(&written);
            }
        }
    }
    slug.truncate(SLUG_MAX);
    let slug = slug.trim_end_matches('-');
    is_sound(slug).then(|| slug.to_owned())
}

/// A slug like this one that is not the first of its kind: `vps-2`. Still a slug, however long the first was.
pub fn numbered(slug: &str, number: u32) -> String {
    let tail = format!("-{number}");
    let head: String = slug.chars().take(SLUG_MAX.saturating_sub(tail.len())).collect();
    format!("{}{tail}", head.trim_end_matches('-'))
}

/// How a letter outside of the English alphabet is written; empty when it is left out within its word.
const fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ą' | 'а' => "a",
        'ć' => "c",
        'ę' | 'е' => "e",
        'ł' | 'л' => "l",
        'ń' | 'н' => "n",
        'ó' | 'о' => "o",
        'ś' | 'с' => "s",
        'ź' | 'ż' | 'з' => "z",
        'б' => "b",
        'в' => "v",
        'г' => "h",
        'ґ' => "g",
        'д' => "d",
        'є' => "ie",
        'ж' => "zh",
        'и' => "y",
        'і' | 'ї' | 'й' => "i",
        'к' => "k",
        'м' => "m",
        'п' => "p",
        'р' => "r",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => "iu",
        'я' => "ia",
        'ь' | '\'' | '’' | 'ʼ' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_slugs_in_each_language() {
        for (name, slug) in [
            ("VPS S", "vps-s"),
            ("  Web -- hosting!  ", "web-hosting"),
            ("Serwer żółty, na łączu", "serwer-zolty-na-laczu"),
            ("Пам’ять і сховище", "pamiat-i-skhovyshche"),
        ] {
            assert_eq!(of(name).as_deref(), Some(slug));
        }
        assert_eq!(of("— ! —"), None);
        assert_eq!(of("日本"), None);
    }

    #[test]
    fn only_words_and_single_hyphens_are_slugs() {
        for sound in ["a", "vps-s", "2026"] {
            assert!(is_sound(sound), "{sound}");
        }
        for unsound in ["", "-a", "a-", "a--b", "A", "a b", "a/b", "ż", &"a".repeat(64)] {
            assert!(!is_sound(unsound), "{unsound}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_of_a_name_is_a_slug(name in any::<String>(), number in 2..10_000_u32) {
            if let Some(slug) = of(&name) {
                prop_assert!(is_sound(&slug));
                prop_assert!(is_sound(&numbered(&slug, number)));
            }
        }
    }
}
