//! English.

mod admin;
mod client;
mod common;
mod desk;
mod parts;
mod words;

use crate::Texts;

pub(crate) static TEXTS: Texts = Texts {
    common: common::TEXTS,
    admin: admin::TEXTS,
    client: client::TEXTS,
    desk: desk::TEXTS,
    parts: parts::TEXTS,
    words: words::WORDS,
};
