//! `/profile`: who the client is on documents, and where it pays tax.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Language;
use shared::identity::{ClientPermission, ClientProfile, ClientProfileChange};
use ui::{
    Button, Card, CheckField, Form, FormErrors, LinkButton, Note, PageHead, SelectField, TextField, Tone, lu,
    toast_ok,
};

use crate::api;
use crate::format;
use crate::i18n::{self, tc};
use crate::parts::address::{AddressFields, AddressForm, CountryField};
use crate::parts::{Loaded, submit};
use crate::portals::client::kit::{self, may, overview};
use crate::session::{self, Portal};

#[component]
pub(in crate::portals::client) fn ProfilePage() -> impl IntoView {
    let words = &tc().profile;
    let profile = overview().profile;
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <Loaded query=profile rows=8 let:profile>
            <ProfileForm profile />
        </Loaded>
    }
}

/// Languages by their own names.
pub(super) fn languages() -> Signal<Vec<(String, String)>> {
    Signal::stored(
        Language::ALL
            .iter()
            .map(|language| (language.as_str().to_owned(), i18n::native_name(*language).to_owned()))
            .collect(),
    )
}

/// What was typed, or nothing.
pub(super) fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[derive(Clone, Copy)]
struct Fields {
    first_name: RwSignal<String>,
    last_name: RwSignal<String>,
    email: RwSignal<String>,
    is_company: RwSignal<bool>,
    company_name: RwSignal<String>,
    tax_id: RwSignal<String>,
    phone_country: RwSignal<String>,
    phone: RwSignal<String>,
    language: RwSignal<String>,
    address: AddressForm,
}

impl Fields {
    fn new(profile: &ClientProfile) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Self {
            first_name: text(&profile.first_name),
            last_name: text(&profile.last_name),
            email: text(&profile.email),
            is_company: RwSignal::new(!profile.company_name.is_empty() || !profile.tax_id.is_empty()),
            company_name: text(&profile.company_name),
            tax_id: text(&profile.tax_id),
            phone_country: text(profile.phone_country.as_deref().unwrap_or_default()),
            phone: text(profile.phone.as_deref().unwrap_or_default()),
            language: text(profile.language.as_str()),
            address: AddressForm::new(profile.billing_address.as_ref()),
        }
    }

    /// What is in the fields. Tracks them all.
    fn read(self, version: i32) -> ClientProfileChange {
        let company = self.is_company.get();
        let when_company =
            |text: RwSignal<String>| if company { text.get().trim().to_owned() } else { String::new() };
        let (phone_country, phone) = (some(&self.phone_country.get()), some(&self.phone.get()));
        ClientProfileChange {
            version,
            first_name: self.first_name.get().trim().to_owned(),
            last_name: self.last_name.get().trim().to_owned(),
            email: self.email.get().trim().to_owned(),
            company_name: when_company(self.company_name),
            tax_id: when_company(self.tax_id),
            phone_country: phone_country.filter(|_| phone.is_some()),
            phone,
            language: self.language.get().parse().unwrap_or(Language::English),
            billing_address: self.address.read(),
        }
    }
}

#[component]
fn ProfileForm(profile: ClientProfile) -> impl IntoView {
    let words = &tc().profile;
    let signup = &tc().signup;
    let client = kit::client();
    let overview = overview();
    let fields = Fields::new(&profile);
    let version = profile.version;
    let complete = profile.is_complete;
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || api::own::change_profile(client, &untrack(|| fields.read(version))),
        move |profile| {
            toast_ok(if complete { tc().common.saved } else { words.next_funds });
            overview.profile.put(profile);
            overview.refresh();
            // The name of the client may be another one now.
            leptos::task::spawn_local(session::load(Portal::Client));
        },
    );
    let vat = match (profile.tax_id_valid, profile.tax_id_awaited) {
        (Some(true), _) => Some((Tone::Ok, words.vat_ok)),
        (Some(false), _) => Some((Tone::Warn, words.vat_bad)),
        (None, true) => Some((Tone::Info, words.vat_awaited)),
        (None, false) => None,
    };
    let checked_at = profile.tax_id_checked_at.map(format::date_time);
    let read_only = !may(ClientPermission::Profile);
    view! {
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            {read_only.then(|| view! { <Note>{words.read_only}</Note> })}
            <Card title=words.who text=words.who_text>
                <div class="form-grid">
                    <TextField name="first_name" label=signup.first_name value=fields.first_name required=true max_length=100 autocomplete="given-name" />
                    <TextField name="last_name" label=signup.last_name value=fields.last_name required=true max_length=100 autocomplete="family-name" />
                    <TextField name="email" kind="email" label=signup.email value=fields.email required=true max_length=254 autocomplete="email" />
                    <SelectField name="language" label=words.language value=fields.language options=languages() />
                    <CountryField name="phone_country" value=fields.phone_country label=words.phone_country />
                    <TextField name="phone" kind="tel" label=words.phone value=fields.phone max_length=30 autocomplete="tel-national" />
                    <div class="wide">
                        <CheckField name="is_company" label=words.is_company value=fields.is_company />
                    </div>
                    <Show when=move || fields.is_company.get()>
                        <TextField name="company_name" label=signup.company value=fields.company_name max_length=200 autocomplete="organization" />
                        <TextField name="tax_id" label=signup.tax_id value=fields.tax_id help=signup.tax_help max_length=50 />
                    </Show>
                    {vat
                        .map(|(tone, text)| {
                            view! {
                                <div class="wide">
                                    <Note tone>
                                        {text}
                                        {checked_at.map(|at| view! { <small class="sub block">{at}</small> })}
                                    </Note>
                                </div>
                            }
                        })}
                </div>
            </Card>
            <Card title=words.address text=words.address_text>
                <div class="form-grid">
                    <AddressFields form=fields.address prefix="billing_address" />
                </div>
            </Card>
            <div class="form-bar">
                {complete.then(|| view! { <LinkButton text=tc().nav.add_funds href="/funds" class="btn-ghost" icon=lu::LuWallet /> })}
                <Button text=tc().common.save class="btn-primary" submit=true busy=send.busy disabled=read_only />
            </div>
        </Form>
    }
}
