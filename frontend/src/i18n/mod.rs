//! Texts in the person's language. A language is a folder here; a text that lacks a translation does not compile.
//!
//! `t()` gives the common texts, `ta()` and `td()` those of the staff portal, `tc()` those of the client portal.
//! The app is drawn anew when the language changes, so texts are plain `&'static str`.

mod en;
mod keys;
mod pl;
mod uk;

use leptos::prelude::*;
use shared::Language;

pub use keys::{Admin, Client, Common, Desk, Parts};

/// Everything the pages say, in one language.
#[derive(Debug)]
pub struct Texts {
    pub common: Common,
    pub admin: Admin,
    pub client: Client,
    pub desk: Desk,
    pub parts: Parts,
    /// States and other words from fixed lists, as they travel in the API.
    pub words: &'static [(&'static str, &'static str)],
    pub ui: ui::Words,
}

const KEY: &str = "hw_language";

thread_local! {
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(Language::English);
}

/// The language that the pages are in, as a signal: the app redraws by it.
pub fn signal() -> ArcRwSignal<Language> {
    LANGUAGE.with(Clone::clone)
}

/// The language that the pages are in.
pub fn language() -> Language {
    signal().get_untracked()
}

fn stored() -> Option<Language> {
    window().local_storage().ok().flatten()?.get_item(KEY).ok().flatten()?.parse().ok()
}

/// Chooses the language of the first page: chosen before, else the browser's.
pub fn begin() {
    let browser = window().navigator().language().unwrap_or_default();
    show(stored().unwrap_or_else(|| Language::from_header(&browser)));
}

/// Takes the language of the person who signed in, unless this browser chose one.
pub fn follow(language: Language) {
    if stored().is_none() {
        show(language);
    }
}

/// Changes the language and keeps it in this browser.
pub fn choose(language: Language) {
    if let Some(storage) = window().local_storage().ok().flatten() {
        // Without storage the choice lasts for this visit.
        storage.set_item(KEY, language.as_str()).ok();
    }
    show(language);
}

fn show(language: Language) {
    ui::set_words(&texts(language).ui);
    if let Some(root) = document().document_element() {
        root.set_attribute("lang", language.as_str()).ok();
    }
    if self::language() != language {
        signal().set(language);
    }
}

fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &en::TEXTS,
        Language::Polish => &pl::TEXTS,
        Language::Ukrainian => &uk::TEXTS,
    }
}

/// Common texts.
pub fn t() -> &'static Common {
    &texts(language()).common
}

/// Texts of the staff portal.
pub fn ta() -> &'static Admin {
    &texts(language()).admin
}

/// Texts of single places in the staff portal.
pub fn td() -> &'static Desk {
    &texts(language()).desk
}

/// Texts of the client portal.
pub fn tc() -> &'static Client {
    &texts(language()).client
}

/// Texts of what both portals show: documents, "why?", states.
pub fn tp() -> &'static Parts {
    &texts(language()).parts
}

/// A state or another word of the API in the person's language.
pub fn word(word: &str) -> &'static str {
    find(texts(language()), word).or_else(|| find(&en::TEXTS, word)).unwrap_or("—")
}

/// A word of the API, when this language has one for it.
pub fn known_word(word: &str) -> Option<&'static str> {
    find(texts(language()), word)
}

fn find(texts: &'static Texts, word: &str) -> Option<&'static str> {
    texts.words.iter().find(|(key, _)| *key == word).map(|(_, text)| *text)
}

/// A text with its `{name}`s replaced.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// A language's name in itself.
pub const fn native_name(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Polish => "Polski",
        Language::Ukrainian => "Українська",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_knows_the_same_words() {
        let keys = |texts: &'static Texts| texts.words.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!(keys(&en::TEXTS), keys(&pl::TEXTS));
        assert_eq!(keys(&en::TEXTS), keys(&uk::TEXTS));
    }

    #[test]
    fn names_in_texts_are_replaced() {
        assert_eq!(fill("{a} of {b}", &[("a", "1"), ("b", "2")]), "1 of 2");
    }
}
