//! `/admin/account`: one's own data, password, second factor, sessions, tokens.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Language;
use shared::identity::{AdminAccount, AdminAccountChange, SecretText};
use ui::{
    Button, Card, Form, FormErrors, PageHead, PasswordField, SelectField, Tab, Tabs, TextField, toast_ok,
};

use super::clients::language_options;
use crate::api;
use crate::i18n::{self, t, ta, tp};
use crate::parts::account::{ChangePassword, Methods, Sessions, Tokens, TwoFactor};
use crate::parts::{Loaded, submit};
use crate::query::{Query, use_query};
use crate::session::{self, Portal};

#[component]
fn AccountTabs() -> impl IntoView {
    let tab = |text: &str, path: &str| Tab { text: text.to_owned(), href: format!("/admin/account{path}") };
    let tabs = vec![
        tab(t().my_account, ""),
        tab(t().security, "/security"),
        tab(tp().security.sessions_title, "/sessions"),
        tab(t().api_tokens, "/tokens"),
    ];
    view! { <Tabs tabs label=t().account /> }
}

/// One's own data.
#[component]
pub fn AccountPage() -> impl IntoView {
    let account = use_query(|| (), |()| api::account::admin_account());
    view! {
        <Title text=t().my_account />
        <PageHead title=t().my_account />
        <AccountTabs />
        <div class="max-w-3xl">
            <Loaded query=account rows=5 let:detail>
                <Data detail account />
            </Loaded>
        </div>
    }
}

#[component]
fn Data(detail: AdminAccount, account: Query<AdminAccount>) -> impl IntoView {
    let text = |text: &str| RwSignal::new(text.to_owned());
    let (email, first_name, last_name) =
        (text(&detail.email), text(&detail.first_name), text(&detail.last_name));
    let phone = text(detail.phone.as_deref().unwrap_or_default());
    let language = text(detail.language.as_str());
    let password = RwSignal::new(String::new());
    let (version, was) = (detail.version, detail.language);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = AdminAccountChange {
                version,
                email: email.get_untracked().trim().to_owned(),
                first_name: first_name.get_untracked().trim().to_owned(),
                last_name: last_name.get_untracked().trim().to_owned(),
                phone: Some(phone.get_untracked()).filter(|text| !text.is_empty()),
                language: language.get_untracked().parse().unwrap_or(Language::English),
                current_password: SecretText::new(password.get_untracked()),
            };
            api::account::change_admin_account(&body)
        },
        move |detail| {
            let chosen = detail.language;
            account.put(detail);
            toast_ok(t().saved);
            leptos::task::spawn_local(async move {
                session::load(Portal::Admin).await;
                if chosen != was {
                    i18n::choose(chosen);
                }
            });
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Card title=ta().profile>
                <div class="form-grid">
                    <TextField name="first_name" label=t().first_name value=first_name max_length=100 autocomplete="given-name" />
                    <TextField name="last_name" label=t().last_name value=last_name max_length=100 autocomplete="family-name" />
                    <TextField name="email" label=t().email value=email kind="email" required=true max_length=254 />
                    <TextField name="phone" label=t().phone value=phone kind="tel" max_length=30 />
                    <SelectField name="language" label=t().language value=language options=language_options() />
                    <PasswordField name="current_password" label=t().current_password value=password />
                </div>
                <div class="form-bar mt-5">
                    <Button text=t().save class="btn-primary" submit=true busy=send.busy />
                </div>
            </Card>
        </Form>
    }
}

/// Password, second factor, sessions.
#[component]
pub fn AccountSecurityPage() -> impl IntoView {
    let account = use_query(|| (), |()| api::account::admin_account());
    let center = use_query(|| Portal::Admin, api::account::factors);
    view! {
        <Title text=t().security />
        <PageHead title=t().my_account />
        <AccountTabs />
        <Loaded query=account rows=5 let:me>
            <div class="stack-y max-w-3xl">
                <TwoFactor portal=Portal::Admin center />
                <Methods portal=Portal::Admin center title=tp().factor.center_title email=me.email />
                <ChangePassword portal=Portal::Admin title=tp().security.password_title two_factor=me.two_factor changed_at=me.password_changed_at />
            </div>
        </Loaded>
    }
}

/// Where one is signed in.
#[component]
pub fn AccountSessionsPage() -> impl IntoView {
    view! {
        <Title text=tp().security.sessions_title />
        <Sessions portal=Portal::Admin title=t().my_account>
            <AccountTabs />
        </Sessions>
    }
}

/// API tokens of one's own.
#[component]
pub fn AccountTokensPage() -> impl IntoView {
    view! {
        <Title text=t().api_tokens />
        <Tokens base="/admin/me/tokens" title=t().my_account>
            <AccountTabs />
        </Tokens>
    }
}
