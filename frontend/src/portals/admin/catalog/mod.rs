//! The catalogue: products, product groups, option groups, prices.

mod apply_prices;
mod attached;
mod attributes;
mod groups;
mod head;
mod module;
mod module_settings;
mod modules;
mod options;
mod order;
mod pictures;
mod prices;
mod product;
mod product_form;
mod products;
mod seo;
mod texts;

pub use apply_prices::{ApplyPricesPage, PriceChangePage};
pub use groups::{NewProductGroupPage, ProductGroupPage, ProductGroupsPage};
pub use module::ModulePage;
pub use modules::ModulesPage;
pub use options::{NewOptionGroupPage, OptionGroupPage, OptionGroupsPage};
pub use product::{NewProductPage, ProductPage};
pub use products::ProductsPage;
