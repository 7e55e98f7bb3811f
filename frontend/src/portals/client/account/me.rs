//! `/account`: the person's login.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Language;
use shared::identity::{SecretText, UserAccount, UserAccountChange};
use ui::{Button, Card, Form, FormErrors, Note, PageHead, PasswordField, SelectField, TextField, toast_ok};

use super::profile::{languages, some};
use crate::api;
use crate::i18n::{self, fill, tc};
use crate::parts::address::CountryField;
use crate::parts::{Loaded, submit};
use crate::query::{Query, use_query};
use crate::session::{self, Portal};

#[component]
pub(in crate::portals::client) fn MePage() -> impl IntoView {
    let words = &tc().me;
    let account = use_query(|| (), |()| api::account::user_account());
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <Loaded query=account rows=6 let:me>
            <MeForm me query=account />
        </Loaded>
    }
}

#[component]
fn MeForm(me: UserAccount, query: Query<UserAccount>) -> impl IntoView {
    let words = &tc().me;
    let signup = &tc().signup;
    let text = |text: &str| RwSignal::new(text.to_owned());
    let (first_name, last_name, email) = (text(&me.first_name), text(&me.last_name), text(&me.email));
    let phone_country = text(me.phone_country.as_deref().unwrap_or_default());
    let phone = text(me.phone.as_deref().unwrap_or_default());
    let language = text(me.language.as_str());
    let password = text("");
    let errors = FormErrors::new();
    let (version, was) = (me.version, me.language);
    let send = submit(
        errors,
        move || {
            let phone = some(&phone.get_untracked());
            let change = UserAccountChange {
                version,
                email: email.get_untracked().trim().to_owned(),
                first_name: first_name.get_untracked().trim().to_owned(),
                last_name: last_name.get_untracked().trim().to_owned(),
                phone_country: some(&phone_country.get_untracked()).filter(|_| phone.is_some()),
                phone,
                language: language.get_untracked().parse().unwrap_or(Language::English),
                current_password: SecretText::new(password.get_untracked()),
            };
            api::account::change_user_account(&change)
        },
        move |account| {
            toast_ok(tc().common.saved);
            let chosen = account.language;
            query.put(account);
            leptos::task::spawn_local(async move {
                session::load(Portal::Client).await;
                if chosen != was {
                    i18n::choose(chosen);
                }
            });
        },
    );
    let pending = me.email_pending.as_ref().map(|email| fill(words.pending, &[("email", email)]));
    view! {
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card>
                <div class="form-grid">
                    {pending.map(|text| view! { <div class="wide"><Note>{text}</Note></div> })}
                    <TextField name="first_name" label=signup.first_name value=first_name required=true max_length=100 autocomplete="given-name" />
                    <TextField name="last_name" label=signup.last_name value=last_name required=true max_length=100 autocomplete="family-name" />
                    <TextField name="email" kind="email" label=signup.email value=email required=true max_length=254 autocomplete="email" />
                    <SelectField name="language" label=words.language value=language options=languages() />
                    <CountryField name="phone_country" value=phone_country label=tc().profile.phone_country />
                    <TextField name="phone" kind="tel" label=tc().profile.phone value=phone max_length=30 autocomplete="tel-national" />
                </div>
            </Card>
            <Card>
                <div class="form-grid">
                    <PasswordField name="current_password" label=words.current value=password help=words.current_help />
                </div>
            </Card>
            <div class="form-bar">
                <Button text=tc().common.save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
