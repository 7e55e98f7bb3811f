//! Ukrainian.

mod admin;
mod client;
mod common;
mod words;

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    common: common::TEXTS,
    admin: admin::TEXTS,
    client: client::TEXTS,
    words: words::WORDS,
    ui: words::UI,
};
