//! The password once more, before what changes access, hands out a secret or moves money.

use leptos::prelude::*;
use shared::identity::{SecretText, SudoRequest};
use ui::{Button, Dialog, Form, FormErrors, PasswordField, effect};

use crate::api;
use crate::i18n::t;
use crate::parts::submit;
use crate::session::Portal;

thread_local! {
    static WANTED: ArcRwSignal<Option<Callback<()>>> = ArcRwSignal::new(None);
}

/// Asks for the password; runs `then` once it was given.
pub fn ask(then: Callback<()>) {
    WANTED.with(|wanted| wanted.set(Some(then)));
}

/// The dialog that asks. Once, in the shell.
#[component]
pub fn SudoDialog() -> impl IntoView {
    let wanted = WANTED.with(Clone::clone);
    let open = RwSignal::new(false);
    let password = RwSignal::new(String::new());
    let opening = wanted.clone();
    effect(move || {
        if opening.with(Option::is_some) {
            password.set(String::new());
            open.set(true);
        }
    });
    let closing = wanted.clone();
    effect(move || {
        if !open.get() && closing.with_untracked(Option::is_some) {
            closing.set(None);
        }
    });
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = SudoRequest { password: SecretText::new(password.get_untracked()) };
            api::auth::sudo(Portal::current(), &body)
        },
        move |_| {
            let then = wanted.get_untracked();
            open.set(false);
            if let Some(then) = then {
                then.run(());
            }
        },
    );
    view! {
        <Dialog open title=t().sudo_title>
            <Form errors on_submit=send.run>
                <p class="text-ink-2">{t().sudo_text}</p>
                <PasswordField name="password" label=t().password value=password />
                <div class="form-bar">
                    <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                    <Button text=t().confirm class="btn-primary" submit=true busy=send.busy />
                </div>
            </Form>
        </Dialog>
    }
}
