//! The One Stop Shop of the EU: what a home company declares of its sales to private clients in other member states.
//!
//! It is read out of issued invoices and credit notes; nothing is kept. A sale is in it when its tax was decided by a rule (the
//! country of consumption), its client is in another member state, and no VAT id of the client was found valid. Sales that bear
//! the company's own rates are taxed at home and only counted. `rules::oss` names the law.

mod actions;
mod csv;
mod routes;
mod store;

pub use routes::routes;
