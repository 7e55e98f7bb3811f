//! Catalogue: what is sold, with which options, at which prices.
//!
//! A **product** is sold, a **product group** shows products, an **attribute** out of an **attribute group** distinguishes
//! those that have it, an **option group** is attached to products and offers **options**; products and options have **price
//! rows**, one for each currency and period. A price that is empty is not
//! offered, zero is free. Products and their groups have **pictures** and are told to search engines with **slugs**. Nothing here reaches a running service: services keep what they were sold at.

use crate::http::routes::Routes;
pub mod attribute;
pub mod group;
pub mod image;
mod log;
pub mod module;
pub mod module_log;
pub mod offer;
pub mod option;
mod order;
mod parts;
pub mod price;
pub mod product;
pub mod public;
pub mod quote;
pub mod seo;
pub mod text;

/// Every operation of this domain.
pub fn routes(cfg: &mut Routes) {
    product::routes::routes(cfg);
    group::routes::routes(cfg);
    attribute::routes::routes(cfg);
    option::routes::routes(cfg);
    price::routes::routes(cfg);
    public::routes::routes(cfg);
    quote::routes(cfg);
    image::routes::routes(cfg);
    seo::routes::routes(cfg);
    module::routes::routes(cfg);
    module_log::routes::routes(cfg);
}
