//! Documents: proformas, invoices, credit notes.
//!
//! A **proforma** asks for money. When nothing of it is due any more an **invoice** is issued and the proforma is
//! `invoiced`. Issuing freezes seller, buyer, lines, taxes with their reasons, texts and language; the paper is typeset
//! from what was frozen, once. What staff wrote can be issued as an invoice at once, which is paid afterwards; a **credit
//! note** corrects it. Numbers come from a counter that is locked by the transaction that issues: they have no
//! gaps.

pub mod actions;
pub mod bulk;
pub mod credit_note;
pub mod draft;
pub mod einvoice;
mod export;
pub mod files;
pub mod frozen;
pub mod invoice;
pub mod number;
pub mod paper;
mod rehearsal;
pub mod reminders;
pub mod routes_client;
pub mod routes_staff;
pub mod show;
pub mod store;
pub mod terms;
pub mod typesetting;

pub use actions::issue_funds;
pub use store::Document;
pub use terms::{Limits, Terms};
