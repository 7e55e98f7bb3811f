//! The activity log, as staff read it: newest first, by keyset.

mod export;
mod routes;
mod store;

pub use routes::routes;
pub use store::latest;
