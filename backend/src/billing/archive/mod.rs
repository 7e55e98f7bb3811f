//! Months of `charges` in files.
//!
//! A month that is sealed and old enough is written to a folder, read back, compared, and only then taken out of the database,
//! in one transaction with what is kept of it: a row for each service, and one for each movement that it shares with another
//! month. Movements, documents and statements stay. Read back, the month is what it was, to the last byte.
//! `docs/decisions/archived-months.md` says why.

mod actions;
mod files;
mod kept;
mod ready;
mod store;

pub use actions::{archive, check, detach, read};
pub use files::{Manifest, folder, write};
pub use kept::{Kept, OfTransfer, detail_in_files, kept_of_service, kept_of_transfer};
pub use ready::{Ready, ready};
pub use store::{Archived, all};
