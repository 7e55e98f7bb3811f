//! The route trees: `/` is the client portal, `/admin` the staff portal. Each is a program of its own.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::path;
use ui::Skeleton;

use crate::i18n;
use crate::parts::NotFound;
use crate::portals::admin::AdminRoutes;
use crate::portals::auth::{ConfirmPage, ForgotPage, InvitationPage, RegisterPage, ResetPage, SignInPage};
use crate::portals::client::{ClientRoutes, ShopRoutes};
use crate::session::{self, Portal};
use crate::{api, clock};

/// One portal. Asks once for what pages need before anybody is signed in, then for the portal's session.
#[component]
pub fn App(portal: Portal, pages: fn() -> AnyView) -> impl IntoView {
    provide_meta_context();
    ui::guard_history();
    let ready = RwSignal::new(false);
    let speechless = RwSignal::new(false);
    leptos::task::spawn_local(async {
        // Without it countdowns go by the browser's clock.
        if let Ok(state) = api::system::clock().await {
            clock::set(state.now);
        }
    });
    leptos::task::spawn_local(async move {
        if !i18n::begin().await {
            speechless.set(true);
            return;
        }
        // Without the settings pages fall back to English names and formats; the session still decides.
        if let Ok(settings) = api::auth::public_settings().await {
            session::settings().set(Some(settings));
        }
        session::load(portal).await;
        ready.set(true);
    });
    let language = i18n::signal();
    view! {
        <Title formatter=|text: String| format!("{text} · {}", session::brand()) />
        {move || {
            speechless
                .get()
                .then(|| view! { <div class="start-failed" role="alert">"The page could not be started. Please reload it."</div> })
        }}
        <Show when=move || ready.get() fallback=|| view! { <Skeleton rows=4 /> }>
            {
                let language = language.clone();
                view! {
                    <Router>
                        {move || {
                            language.track();
                            pages()
                        }}
                    </Router>
                }
            }
        </Show>
    }
}

/// Every page of the client portal.
pub fn client_pages() -> AnyView {
    view! {
        <Routes fallback=|| view! { <main class="page"><NotFound /></main> }>
            <Route path=path!("/sign-in") view=|| view! { <SignInPage portal=Portal::Client /> } />
            <Route path=path!("/forgotten") view=|| view! { <ForgotPage portal=Portal::Client /> } />
            <Route path=path!("/reset") view=ResetPage />
            <Route path=path!("/register") view=RegisterPage />
            <Route path=path!("/confirm") view=ConfirmPage />
            <Route path=path!("/invitation") view=InvitationPage />
            <ShopRoutes />
            <ClientRoutes />
        </Routes>
    }
    .into_any()
}

/// Every page of the staff portal.
pub fn staff_pages() -> AnyView {
    view! {
        <Routes fallback=|| view! { <main class="page"><NotFound /></main> }>
            <Route path=path!("/admin/sign-in") view=|| view! { <SignInPage portal=Portal::Admin /> } />
            <Route path=path!("/admin/forgotten") view=|| view! { <ForgotPage portal=Portal::Admin /> } />
            <Route path=path!("/admin/reset") view=ResetPage />
            <AdminRoutes />
        </Routes>
    }
    .into_any()
}
