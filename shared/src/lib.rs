//! What both ends of Hostwright say to each other.
//!
//! Builds natively and for the browser. `db` adds the diesel traits of types that are stored as they travel,
//! `openapi` adds the schemas; the pages compile neither.

#[macro_use]
mod macros;

pub mod billing;
pub mod bulk;
pub mod cart;
pub mod catalog;
pub mod dashboard;
pub mod effect;
pub mod identity;
pub mod ids;
pub mod language;
pub mod module_log;
pub mod money;
pub mod month;
pub mod notifications;
pub mod page;
pub mod period;
pub mod permission;
pub mod problem;
pub mod quarter;
pub mod rates;
pub mod schedule;
pub mod services;
pub mod settings;
pub mod tasks;

pub use effect::{Effect, EffectKind, Rehearsal, Tried};
pub use ids::*;
pub use language::{Language, Plural};
pub use money::{Currency, Money, MoneyError};
pub use month::Month;
pub use page::{DryRun, FileQuery, FollowQuery, LogPage, Page, PageQuery, VersionQuery};
pub use period::Period;
pub use permission::Permission;
pub use problem::{Code, FieldError, Problem};
pub use quarter::Quarter;
