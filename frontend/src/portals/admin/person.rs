//! What every login has, of staff and of clients: name, address, language; and taking its second factor off.

use leptos::prelude::*;
use shared::Language;
use shared::identity::{Reason, SecretText};
use ui::{Confirm, FormErrors, PasswordField, SelectField, TextArea, TextField, toast_ok};

use super::clients::language_options;
use crate::api::client::{Nothing, Reply};
use crate::i18n::{self, t, ta};
use crate::parts::submit;

/// What a login is called: its name, else its address.
pub(super) fn person_name(first_name: &str, last_name: &str, email: &str) -> String {
    let name = format!("{first_name} {last_name}").trim().to_owned();
    if name.is_empty() { email.to_owned() } else { name }
}

/// A login being edited.
#[derive(Clone, Copy)]
pub(super) struct PersonForm {
    first_name: RwSignal<String>,
    last_name: RwSignal<String>,
    email: RwSignal<String>,
    language: RwSignal<String>,
    password: RwSignal<String>,
}

impl PersonForm {
    pub(super) fn new(first_name: &str, last_name: &str, email: &str, language: Language) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            first_name: text(first_name),
            last_name: text(last_name),
            email: text(email),
            language: text(language.as_str()),
            password: text(""),
        }
    }

    pub(super) fn empty() -> Self {
        Self::new("", "", "", i18n::language())
    }

    pub(super) fn first_name(self) -> String {
        self.first_name.get().trim().to_owned()
    }

    pub(super) fn last_name(self) -> String {
        self.last_name.get().trim().to_owned()
    }

    pub(super) fn email(self) -> String {
        self.email.get().trim().to_owned()
    }

    pub(super) fn language(self) -> Language {
        self.language.get().parse().unwrap_or(Language::English)
    }

    /// Of a new login; `None`: it gets a link to choose one.
    pub(super) fn password(self) -> Option<SecretText> {
        Some(self.password.get()).filter(|text| !text.is_empty()).map(SecretText::new)
    }
}

/// The fields of a login; a new one may be given a password.
#[component]
pub(super) fn PersonFields(form: PersonForm, #[prop(optional)] new: bool) -> impl IntoView {
    let password = new.then(|| {
        view! {
            <PasswordField
                name="password"
                label=t().password
                value=form.password
                required=false
                autocomplete="new-password"
                help=ta().empty_password_help
            />
        }
    });
    view! {
        <TextField name="first_name" label=t().first_name value=form.first_name max_length=100 />
        <TextField name="last_name" label=t().last_name value=form.last_name max_length=100 />
        <TextField name="email" label=t().email value=form.email kind="email" required=true max_length=254 />
        {password}
        <SelectField name="language" label=t().language value=form.language options=language_options() />
    }
}

/// Takes the second factor of a login off, for a reason that is kept.
#[component]
pub(super) fn RemoveFactor(
    open: RwSignal<bool>,
    call: impl Fn(&Reason) -> Reply<Nothing> + 'static,
    done: Callback<()>,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || call(&Reason { reason: reason.get_untracked().trim().to_owned() }),
        move |_| {
            open.set(false);
            done.run(());
            toast_ok(t().saved);
        },
    );
    let title = ta().remove_two_factor;
    view! {
        <Confirm open title text=ta().remove_two_factor_text action=title errors busy=send.busy on_confirm=send.run>
            <TextArea name="reason" label=t().reason value=reason rows=2 required=true max_length=1000 />
        </Confirm>
    }
}
