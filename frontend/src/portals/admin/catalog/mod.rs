//! The catalogue: products, product groups, attribute groups, option groups, prices.

mod apply_prices;
mod attached;
mod attribute_groups;
mod attributes;
mod groups;
mod head;
mod listing;
mod module;
mod module_settings;
mod modules;
mod options;
mod order;
mod part;
mod pictures;
mod prices;
mod product;
mod product_form;
mod products;
mod seo;
mod texts;

pub use apply_prices::{ApplyPricesPage, PriceChangePage};
pub use attribute_groups::{AttributeGroupPage, AttributeGroupsPage, NewAttributeGroupPage};
pub use groups::{NewProductGroupPage, ProductGroupPage, ProductGroupsPage};
pub use module::ModulePage;
pub use modules::ModulesPage;
pub use options::{NewOptionGroupPage, OptionGroupPage, OptionGroupsPage};
pub use product::{NewProductPage, ProductPage};
pub use products::ProductsPage;
