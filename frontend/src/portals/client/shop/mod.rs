//! The storefront and ordering.

mod cart;
mod fields;
mod follow;
mod group;
mod head;
mod options;
mod order;
mod placing;
mod product;
mod storefront;
mod summary;
mod terms;

pub(super) use cart::{CartLink, CartPage, cart_of};
pub(super) use group::AddressPage;
pub(super) use options::{OptionsForm, OptionsState, mark_numbers, taken};
pub(super) use order::OrderPage;
pub(super) use product::ProductPage;
pub(super) use storefront::ShopPage;
pub(super) use terms::TermsPage;
