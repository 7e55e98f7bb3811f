//! How search engines find and show what is sold: slugs, titles and descriptions in each language, the heads of pages, the
//! sitemap.
//!
//! A product group stands at `/shop/{slug}`, a product at `/shop/{slug of its group}/{its slug}`. Keys go on working in place
//! of slugs, and products without their group, too.

pub mod actions;
pub mod head;
pub mod routes;
pub mod sitemap;
pub mod store;
