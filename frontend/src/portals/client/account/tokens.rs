//! `/tokens`: API tokens of the person for this client.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::i18n::tp;
use crate::parts::account::Tokens;
use crate::portals::client::kit;

#[component]
pub(in crate::portals::client) fn TokensPage() -> impl IntoView {
    let title = tp().token.title;
    view! {
        <Title text=title />
        <Tokens base=format!("/clients/{}/tokens", kit::client()) title />
    }
}
