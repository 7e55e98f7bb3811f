//! Price rows: currency × period with six amounts, for a product or an option.

pub mod actions;
pub mod convert;
pub mod routes;
pub mod store;
