//! Taxes: rules that staff write, read from top to bottom, and why a tax was decided.
//!
//! The decision itself is `rules::tax::decide`: a pure function of frozen facts.

pub mod actions;
pub mod explain;
pub mod presets;
pub mod rehearsal;
pub mod routes;
pub mod store;
pub mod vat;
pub mod vat_id;
