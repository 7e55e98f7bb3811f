//! Every call of a module: what it was given, what it answered, how long it took. Secrets are masked before a row is made.
//!
//! Only calls that reach out are rows: what modules check before an order asks nobody. Rows are never changed; they go with
//! their month when it is past the retention.

pub mod entry;
pub mod routes;
pub mod store;
