//! The frame of sign-in pages: the form at the left, a quiet picture at the right.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Language;
use ui::{Icon, Menu, MenuButton, Toasts, lu};

use crate::i18n::{self, native_name, t};
use crate::parts::shell::ThemeButton;
use crate::session::{self, Portal};

/// The mark of the product.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 32 32" aria-hidden="true" width="28" height="28">
            <rect width="32" height="32" rx="8" fill="var(--brand)"></rect>
            <path d="M9 23V9h3.4v5.4h7.2V9H23v14h-3.4v-5.6h-7.2V23z" fill="var(--on-brand)"></path>
        </svg>
    }
}

/// Chooses the language of the pages.
#[component]
pub fn LanguageMenu() -> impl IntoView {
    view! {
        <Menu
            label=format!("{}: {}", t().language, i18n::language().as_str())
            class="btn btn-ghost"
            button=Box::new(|| {
                view! {
                    <Icon icon=lu::LuLanguages />
                    <span class="uppercase">{i18n::language().as_str()}</span>
                }
                    .into_any()
            })
        >
            {Language::ALL
                .iter()
                .map(|language| {
                    let language = *language;
                    view! {
                        <MenuButton
                            text=native_name(language)
                            checked=Signal::derive(move || i18n::language() == language)
                            on_click=Callback::new(move |()| i18n::choose(language))
                        />
                    }
                })
                .collect_view()}
        </Menu>
    }
}

/// A page before signing in. `title` names it, `text` stands below.
#[component]
pub fn AuthFrame(
    portal: Portal,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    children: Children,
) -> impl IntoView {
    let (claim, claim_text) = match portal {
        Portal::Admin => (t().staff_claim, t().staff_claim_text),
        Portal::Client => (t().auth_claim, t().auth_claim_text),
    };
    view! {
        <Title text=title.clone() />
        <div class="auth">
            <main class="auth-form">
                <div class="flex items-center justify-between">
                    <a class="side-brand p-0" href=portal.home()>
                        <Mark />
                        <span>{session::brand}</span>
                    </a>
                    <div class="flex items-center">
                        <LanguageMenu />
                        <ThemeButton />
                    </div>
                </div>
                <div class="auth-inner">
                    <div class="grid gap-1">
                        <h1>{title}</h1>
                        <p class="text-ink-2">{text}</p>
                    </div>
                    {children()}
                </div>
            </main>
            <aside class="auth-side" aria-hidden="true">
                <h2>{claim}</h2>
                <p>{claim_text}</p>
            </aside>
        </div>
        <Toasts />
    }
}
