//! The activity log, as staff read it: newest first.

mod export;
mod routes;
mod store;

pub use routes::routes;
pub use store::latest;
