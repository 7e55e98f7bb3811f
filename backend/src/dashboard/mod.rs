//! Figures of the admin portal's first page: a fixed number of set-based reads, whatever the size of the business.

mod routes;
mod store;

pub use routes::routes;
