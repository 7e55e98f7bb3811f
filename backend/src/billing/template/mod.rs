//! Templates that staff write: how a home company prints a kind of document in a language.
//!
//! Every change is a new version and stays; the newest holds for what is issued from then on. A document keeps the id of
//! the template it was issued with in `template_version`. What staff write is typeset in a process of its own, with little
//! time and memory and no files; nothing is kept that does not print all samples.

pub mod actions;
pub mod routes;
pub mod samples;
pub mod sandbox;
pub mod store;
pub mod variables;
