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
}
