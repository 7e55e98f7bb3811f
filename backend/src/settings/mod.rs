//! What staff change while the program runs: settings, currencies, terms of service; and the countries of the world.
//!
//! Settings are one typed value with a default for everything; it is stored whole under the key `settings`.

pub mod countries;
mod currencies;
mod routes;
mod store;
pub mod terms;
mod terms_routes;

pub use routes::routes;
pub use store::load;
