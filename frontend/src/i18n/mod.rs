//! Texts in the person's language: the crate `texts` has them.
//!
//! `t()` gives the common texts, `ta()` and `td()` those of the staff portal, `tc()` those of the client portal.
//! The app is drawn anew when the language changes, so texts are plain `&'static str`.

mod components;

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use reqwasm::http::Request;
use shared::Language;
use texts::{Admin, Client, Common, Desk, Parts, Texts};

use crate::session::Portal;

const KEY: &str = "hw_language";

thread_local! {
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(Language::English);
    /// The texts of the language that the pages are in.
    static TEXTS: Cell<&'static Texts> = const { Cell::new(&texts::EMPTY) };
    /// Languages that were loaded.
    static LOADED: RefCell<Vec<(Language, &'static Texts)>> = const { RefCell::new(Vec::new()) };
    /// The language asked for last: one that arrives later than it is dropped.
    static WANTED: Cell<Language> = const { Cell::new(Language::English) };
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
    ui::kept(KEY)?.parse().ok()
}

/// Shows the language of the first page: chosen before, else the browser's, else English. False: none could be loaded.
pub async fn begin() -> bool {
    let browser = window().navigator().language().unwrap_or_default();
    show(stored().unwrap_or_else(|| Language::from_header(&browser))).await;
    if texts().is_empty() {
        show(Language::English).await;
    }
    !texts().is_empty()
}

/// Takes the language of the person who signed in, unless this browser chose one.
pub async fn follow(language: Language) {
    if stored().is_none() {
        show(language).await;
    }
}

/// Changes the language and keeps it in this browser.
pub fn choose(language: Language) {
    // The pages are drawn anew in it.
    if !ui::may_leave() {
        return;
    }
    ui::keep(KEY, language.as_str());
    leptos::task::spawn_local(show(language));
}

async fn show(language: Language) {
    WANTED.with(|wanted| wanted.set(language));
    // Without its file the pages stay as they are.
    let Some(texts) = load(language).await else { return };
    if WANTED.with(Cell::get) != language {
        return;
    }
    TEXTS.with(|shown| shown.set(texts));
    ui::set_words(match language {
        Language::English => &ui::words::ENGLISH,
        Language::Polish => &components::POLISH,
        Language::Ukrainian => &components::UKRAINIAN,
    });
    if let Some(root) = document().document_element() {
        root.set_attribute("lang", language.as_str()).ok();
    }
    if self::language() != language {
        signal().set(language);
    }
}

/// The texts of a language, loaded once.
async fn load(language: Language) -> Option<&'static Texts> {
    let known = LOADED.with_borrow(|all| all.iter().find(|(of, _)| *of == language).map(|(_, texts)| *texts));
    if known.is_some() {
        return known;
    }
    let folder = match Portal::current() {
        Portal::Admin => "/texts/staff",
        Portal::Client => "/texts",
    };
    let read = fetch(&format!("{folder}/{language}.json")).await.and_then(Texts::read);
    match read {
        Some(texts) => LOADED.with_borrow_mut(|all| all.push((language, texts))),
        None => leptos::logging::error!("the texts of {language} did not load"),
    }
    read
}

async fn fetch(url: &str) -> Option<Vec<String>> {
    let answer = Request::get(url).send().await.ok()?;
    if !answer.ok() {
        return None;
    }
    serde_json::from_str(&answer.text().await.ok()?).ok()
}

fn texts() -> &'static Texts {
    TEXTS.with(Cell::get)
}

/// Common texts.
pub fn t() -> &'static Common {
    &texts().common
}

/// Texts of the staff portal.
pub fn ta() -> &'static Admin {
    &texts().admin
}

/// Texts of single places in the staff portal.
pub fn td() -> &'static Desk {
    &texts().desk
}

/// Texts of the client portal.
pub fn tc() -> &'static Client {
    &texts().client
}

/// Texts of what both portals show: documents, "why?", states.
pub fn tp() -> &'static Parts {
    &texts().parts
}

/// A state or another word of the API in the person's language.
pub fn word(word: &str) -> &'static str {
    known_word(word).unwrap_or("—")
}

/// A word of the API, when this language has one for it.
pub fn known_word(word: &str) -> Option<&'static str> {
    texts().words.iter().find(|(key, _)| *key == word).map(|(_, text)| *text)
}

/// A text with its `{name}`s replaced.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Every language.
pub const LANGUAGES: [Language; Language::ALL.len()] = match Language::ALL.first_chunk() {
    Some(all) => *all,
    None => unreachable!(),
};

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
    use shared::billing::tax::TaxMismatch;
    use shared::{Code, EffectKind, Permission};

    use super::*;

    #[test]
    fn names_in_texts_are_replaced() {
        assert_eq!(fill("{a} of {b}", &[("a", "1"), ("b", "2")]), "1 of 2");
    }

    #[test]
    fn there_is_a_word_for_what_the_api_says() {
        let (_, english) = ::texts::FILES[0];
        let known = |word: &String| english.words.iter().any(|(key, _)| key == word);
        let said = Permission::ALL.iter().map(|permission| permission.as_str().to_owned());
        let said = said.chain(TaxMismatch::ALL.iter().map(|why| why.as_str().to_owned()));
        let said = said.chain(Code::ALL.iter().map(|code| format!("problem_{}", code.as_str())));
        let said = said.chain(EffectKind::ALL.iter().map(|kind| format!("effect_{}", kind.as_str())));
        let missing: Vec<String> = said.filter(|word| !known(word)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
