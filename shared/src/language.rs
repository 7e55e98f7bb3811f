//! Languages of the interface, mails and documents.

words! {
    /// A language of the interface, mails and documents, as its ISO 639-1 code.
    Language {
        English = "en",
        Polish = "pl",
        Ukrainian = "uk",
    }
}

impl Language {
    /// The first language of an `Accept-Language` header that we speak; English otherwise.
    pub fn from_header(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|part| part.trim().get(..2)?.to_ascii_lowercase().parse().ok())
            .next()
            .unwrap_or(Self::English)
    }

    /// The form that words take after a number. English has one for 1 and one for all others; by the rules of Unicode (CLDR).
    pub const fn plural(self, count: u64) -> Plural {
        let few = matches!(count % 10, 2..=4) && !matches!(count % 100, 12..=14);
        match self {
            Self::English | Self::Polish if count == 1 => Plural::One,
            Self::English => Plural::Many,
            Self::Ukrainian if count % 10 == 1 && count % 100 != 11 => Plural::One,
            Self::Polish | Self::Ukrainian if few => Plural::Few,
            Self::Polish | Self::Ukrainian => Plural::Many,
        }
    }
}

/// The form of words after a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plural {
    One,
    Few,
    Many,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_their_number() {
        let forms =
            |language: Language| [0, 1, 2, 5, 11, 12, 21, 22, 111].map(|count| language.plural(count));
        use Plural::{Few, Many, One};
        assert_eq!(forms(Language::English), [Many, One, Many, Many, Many, Many, Many, Many, Many]);
        assert_eq!(forms(Language::Polish), [Many, One, Few, Many, Many, Many, Many, Few, Many]);
        assert_eq!(forms(Language::Ukrainian), [Many, One, Few, Many, Many, Many, One, Few, Many]);
    }
}
