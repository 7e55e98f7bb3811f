//! `/security/…`: password, verification center, second step and sessions of the person.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::PageHead;

use crate::api;
use crate::i18n::tp;
use crate::parts::Loaded;
use crate::parts::account::{ChangePassword, Methods, Sessions, TwoFactor};
use crate::portals::client::kit::signed_in;
use crate::query::use_query;
use crate::session::Portal;

#[component]
pub(in crate::portals::client) fn PasswordPage() -> impl IntoView {
    let words = &tp().security;
    let account = use_query(|| (), |()| api::account::user_account());
    view! {
        <Title text=words.password_title />
        <PageHead title=words.password_title text=words.password_text />
        <div class="max-w-xl">
            <Loaded query=account rows=5 let:me>
                <ChangePassword portal=Portal::Client two_factor=me.two_factor changed_at=me.password_changed_at />
            </Loaded>
        </div>
    }
}

#[component]
pub(in crate::portals::client) fn VerificationPage() -> impl IntoView {
    let words = &tp().factor;
    let center = use_query(|| Portal::Client, api::account::factors);
    let email = signed_in().map(|session| session.user.email).unwrap_or_default();
    view! {
        <Title text=words.center_title />
        <PageHead title=words.center_title text=words.center_text />
        <Methods portal=Portal::Client center title=words.methods email switch_page="/security/two-factor" />
    }
}

#[component]
pub(in crate::portals::client) fn TwoFactorPage() -> impl IntoView {
    let words = &tp().factor;
    let center = use_query(|| Portal::Client, api::account::factors);
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <div class="max-w-2xl stack-y">
            <TwoFactor portal=Portal::Client center methods_page="/security/verification" />
        </div>
    }
}

#[component]
pub(in crate::portals::client) fn SessionsPage() -> impl IntoView {
    let title = tp().security.sessions_title;
    view! {
        <Title text=title />
        <Sessions portal=Portal::Client title />
    }
}
