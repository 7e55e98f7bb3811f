//! What search engines and the tab are told of a page of the shop.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use shared::catalog::PublicSeo;

/// Takes away what the server wrote into the head of the page that was opened first: the app writes its own from here on.
pub(super) fn take_over() {
    while let Ok(Some(written)) = document().query_selector("[data-head]") {
        written.remove();
    }
}

#[component]
pub(super) fn Head(seo: PublicSeo) -> impl IntoView {
    take_over();
    view! {
        <Title text=seo.title />
        <Meta name="description" content=seo.description />
        {(!seo.indexable).then(|| view! { <Meta name="robots" content="noindex" /> })}
    }
}
