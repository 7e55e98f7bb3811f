//! Pieces that pages of both portals share.

pub mod address;
pub mod auth_frame;
pub mod load;
pub mod shell;
pub mod state;
pub mod submit;
pub mod sudo;

pub use load::{DataTable, FailedNote, Loaded, NotFound, failure};
pub use state::{ClientBadge, StateBadge, tone_of};
pub use submit::{Submit, submit, submit_with};
