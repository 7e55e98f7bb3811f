//! Pieces that pages of both portals share.

pub mod address;
pub mod amount;
pub mod auth_frame;
pub mod load;
pub mod sheet;
pub mod shell;
pub mod state;
pub mod states;
pub mod submit;
pub mod sudo;
pub mod why;

pub use load::{DataTable, FailedNote, Loaded, NotFound, failure};
pub use state::{ClientBadge, StateBadge, tone_of};
pub use submit::{Submit, submit, submit_with};
