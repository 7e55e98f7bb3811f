//! Hostwright: the program.
//!
//! One folder per domain; the layers are its files: `routes.rs` (HTTP), `actions.rs` (transactions, locks, order of steps),
//! `store.rs` (the only one that speaks diesel). Domains call down this list, upwards they leave a job in the outbox:
//! `identity`, `catalog`, `billing`, `services`. Below them all: `db`, `jobs`, `notify`, `live`, `audit`, `busy`, `http`,
//! `words`.

pub mod app;
pub mod audit;
pub mod busy;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod db;
pub mod demo;
pub mod http;
pub mod jobs;
pub mod live;
pub mod notify;
pub mod rotation;
pub mod seal;
mod words;

pub mod billing;
pub mod catalog;
pub mod identity;
pub mod services;
pub mod settings;

pub use app::App;
pub use http::error::{Error, Refusal, Result};
