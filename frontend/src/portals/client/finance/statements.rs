//! `/statements` and `/statements/:month`: what services were charged, month by month.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::{PageHead, Tab, Tabs};

use crate::i18n::{tc, tp};
use crate::parts::statement::{StatementOfMonth, StatementsTable};
use crate::portals::client::kit;

/// Documents and statements, side by side.
#[component]
pub(super) fn PaperTabs() -> impl IntoView {
    let tabs = vec![
        Tab { text: tc().docs.title.to_owned(), href: "/documents".to_owned() },
        Tab { text: tp().statement.title.to_owned(), href: "/statements".to_owned() },
    ];
    view! { <Tabs tabs label=tc().docs.title /> }
}

#[component]
pub(in crate::portals::client) fn StatementsPage() -> impl IntoView {
    let words = &tp().statement;
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <PaperTabs />
        <StatementsTable area=format!("/clients/{}", kit::client()) page="/statements" />
    }
}

#[component]
pub(in crate::portals::client) fn StatementPage() -> impl IntoView {
    view! {
        <PaperTabs />
        <StatementOfMonth area=format!("/clients/{}", kit::client()) />
    }
}
