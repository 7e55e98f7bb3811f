//! Everything the pages say. A language is a folder here; a text that lacks a translation does not compile.
//!
//! A language is a file that `texts` writes when the pages are built, and that the browser of somebody who reads it loads: a
//! JSON list of texts in the order of their names. The pages themselves hold only the names.

mod en;
mod keys;
#[cfg(not(target_arch = "wasm32"))]
mod pl;
#[cfg(not(target_arch = "wasm32"))]
mod uk;

use en::TEXTS as ENGLISH;
use keys::Mark;
pub use keys::{Admin, Client, Common, Desk, Parts};

/// The languages that are files: their names in URLs, and what they say.
#[cfg(not(target_arch = "wasm32"))]
pub const FILES: [(&str, &Texts); 3] = [("en", &ENGLISH), ("pl", &pl::TEXTS), ("uk", &uk::TEXTS)];

/// Everything the pages say, in one language.
#[derive(Debug)]
pub struct Texts {
    pub common: Common,
    pub admin: Admin,
    pub client: Client,
    pub desk: Desk,
    pub parts: Parts,
    /// States and other words from fixed lists, as they travel in the API. Every language has the same, in one order.
    pub words: &'static [(&'static str, &'static str)],
}

/// Nothing said yet: what the pages begin with, until the file of a language has arrived.
pub static EMPTY: Texts = Texts::EMPTY;

/// The words that every language has a text for.
const KEYS: [&str; ENGLISH.words.len()] = {
    let mut keys = [""; ENGLISH.words.len()];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = ENGLISH.words[at].0;
        at = at.saturating_add(1);
    }
    keys
};

/// Of the English texts, and so of every file.
const MARK: Mark = {
    let mark = Mark::START;
    let mark = ENGLISH.common.mark(mark);
    let mark = ENGLISH.admin.mark(mark);
    let mark = ENGLISH.client.mark(mark);
    let mark = ENGLISH.desk.mark(mark);
    let mut mark = ENGLISH.parts.mark(mark);
    let mut words = ENGLISH.words;
    while let Some(((_, text), left)) = words.split_first() {
        mark = mark.with(text);
        words = left;
    }
    mark
};

/// How many of them the staff portal reads: those of the client portal stand last.
const OF_STAFF: usize = MARK.count.saturating_sub(ENGLISH.client.mark(Mark::START).count);

impl Texts {
    const EMPTY: Self = Self {
        common: Common::EMPTY,
        admin: Admin::EMPTY,
        client: Client::EMPTY,
        desk: Desk::EMPTY,
        parts: Parts::EMPTY,
        words: &[],
    };

    /// Whether nothing is said in it.
    pub const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The list that a file holds: the mark of the names, then the texts.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn list(&self) -> Vec<String> {
        let mut list = vec![format!("{:016x}", MARK.hash)];
        let put = &mut |text: &'static str| list.push(text.to_owned());
        self.common.each(put);
        self.admin.each(put);
        self.desk.each(put);
        self.parts.each(put);
        for (_, text) in self.words {
            put(text);
        }
        self.client.each(put);
        list
    }

    /// The list for the staff portal, which says nothing of the client's.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn list_of_staff(&self) -> Vec<String> {
        let mut list = self.list();
        list.truncate(1 + OF_STAFF);
        list
    }

    /// The texts of a file, those of the client portal empty when it is the staff's. `None`: it was written for other names. They stay in memory for good.
    pub fn read(list: Vec<String>) -> Option<&'static Self> {
        let (mark, texts) = list.split_first()?;
        if ![MARK.count, OF_STAFF].contains(&texts.len()) || *mark != format!("{:016x}", MARK.hash) {
            return None;
        }
        let mut texts = list.into_iter().skip(1).map(|text| &*text.leak());
        let mut read = Box::new(Self::EMPTY);
        let text: &mut dyn FnMut(&mut &'static str) = &mut |text| *text = texts.next().unwrap_or_default();
        read.common.fill(text);
        read.admin.fill(text);
        read.desk.fill(text);
        read.parts.fill(text);
        read.words = KEYS.into_iter().zip(texts.by_ref()).collect::<Vec<_>>().leak();
        read.client.fill(&mut |text| *text = texts.next().unwrap_or_default());
        Some(Box::leak(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_knows_the_same_words() {
        let words = |texts: &'static Texts| texts.words.iter().map(|(word, _)| *word).collect::<Vec<_>>();
        for (language, texts) in FILES {
            assert_eq!(words(&ENGLISH), words(texts), "{language}");
        }
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        for (_, texts) in FILES {
            let read = Texts::read(texts.list()).expect("it is of these names");
            assert_eq!(read.list(), texts.list());
            assert_eq!(read.common.save, texts.common.save);
            assert_eq!(read.words, texts.words);
            let read = Texts::read(texts.list_of_staff()).expect("it is of these names");
            assert_eq!(read.list_of_staff(), texts.list_of_staff());
            assert_eq!((read.words, read.client.nav.dashboard), (texts.words, ""));
        }
    }

    #[test]
    fn a_file_of_other_names_is_refused() {
        let mut list = ENGLISH.list();
        list.pop();
        assert!(Texts::read(list).is_none());
        let mut list = ENGLISH.list();
        list[0] = "0".repeat(16);
        assert!(Texts::read(list).is_none());
    }

    #[test]
    fn placeholders_are_the_same_in_every_language() {
        let names = |text: &str| {
            let mut names: Vec<_> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.to_owned()))
                .collect();
            names.sort();
            names.dedup();
            names
        };
        for (language, texts) in FILES {
            for (english, text) in ENGLISH.list().iter().zip(texts.list()).skip(1) {
                assert_eq!(names(english), names(&text), "{language}: {english:?} is {text:?}");
            }
        }
    }
}
