//! What staff change while the program runs: settings, currencies and their rates, terms of service; and the countries of the
//! world.
//!
//! Settings are one typed value with a default for everything; it is stored whole under the key `settings`.

pub mod countries;
mod currencies;
pub mod rates;
mod routes;
mod store;
pub mod terms;
mod terms_routes;

pub use routes::routes;
pub use store::load;
