//! The storefront and ordering.

mod fields;
mod follow;
mod group;
mod head;
mod options;
mod order;
mod product;
mod storefront;
mod summary;
mod terms;

pub(super) use group::AddressPage;
pub(super) use options::{OptionsForm, OptionsState, taken};
pub(super) use order::OrderPage;
pub(super) use product::ProductPage;
pub(super) use storefront::ShopPage;
pub(super) use terms::TermsPage;
