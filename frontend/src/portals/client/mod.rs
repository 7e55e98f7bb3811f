//! The client portal.

mod account;
mod finance;
mod found;
mod frame;
mod home;
mod icons;
mod kit;
mod prose;
mod services;
mod shop;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::parts::NotFound;
use account::{
    MePage, PasswordPage, ProfilePage, SessionsPage, SupportPage, SupportVisitPage, TokensPage,
    TwoFactorPage, UsersPage, VerificationPage,
};
use finance::documents::{DocumentPage, DocumentsPage};
use finance::funds::FundsPage;
use finance::pay::PayPage;
use finance::statements::{StatementPage, StatementsPage};
use finance::transactions::TransactionsPage;
use frame::{ClientFrame, OpenFrame};
use home::HomePage;
use services::{GroupPage, OrderStatusPage, OrdersPage, ServicePage, ServicesPage};
use shop::{AddressPage, CartPage, OrderPage, ProductPage, ShopPage, TermsPage};

/// The storefront, open to anybody.
#[component(transparent)]
pub fn ShopRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/") view=OpenFrame>
            <Route path=path!("/shop") view=ShopPage />
            <Route path=path!("/shop/:key") view=AddressPage />
            <Route path=path!("/shop/:group/:key") view=ProductPage />
            <Route path=path!("/order/:key") view=OrderPage />
            <Route path=path!("/terms") view=TermsPage />
        </ParentRoute>
    }
    .into_inner()
}

/// All pages of signed-in users.
#[component(transparent)]
pub fn ClientRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/") view=ClientFrame>
            <Route path=path!("/") view=HomePage />
            <Route path=path!("/services") view=ServicesPage />
            <Route path=path!("/groups/:id") view=GroupPage />
            <Route path=path!("/services/:id") view=ServicePage />
            <Route path=path!("/services/:id/:tab") view=ServicePage />
            <Route path=path!("/cart") view=CartPage />
            <Route path=path!("/orders") view=OrdersPage />
            <Route path=path!("/orders/:id") view=OrderStatusPage />
            <Route path=path!("/funds") view=FundsPage />
            <Route path=path!("/documents") view=DocumentsPage />
            <Route path=path!("/documents/:id") view=DocumentPage />
            <Route path=path!("/documents/:id/pay") view=PayPage />
            <Route path=path!("/statements") view=StatementsPage />
            <Route path=path!("/statements/:month") view=StatementPage />
            <Route path=path!("/transactions") view=TransactionsPage />
            <Route path=path!("/profile") view=ProfilePage />
            <Route path=path!("/company/users") view=UsersPage />
            <Route path=path!("/company/support") view=SupportPage />
            <Route path=path!("/company/support/:id") view=SupportVisitPage />
            <Route path=path!("/tokens") view=TokensPage />
            <Route path=path!("/account") view=MePage />
            <Route path=path!("/security/password") view=PasswordPage />
            <Route path=path!("/security/verification") view=VerificationPage />
            <Route path=path!("/security/two-factor") view=TwoFactorPage />
            <Route path=path!("/security/sessions") view=SessionsPage />
            <Route path=path!("/*any") view=NotFound />
        </ParentRoute>
    }
    .into_inner()
}
