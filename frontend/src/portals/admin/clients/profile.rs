//! The profile of a client: its data and its billing address.

use leptos::prelude::*;
use shared::identity::{ClientChange, ClientDetail};
use shared::{ClientId, Language, Permission};
use ui::{Button, Card, Form, FormErrors, SelectField, SwitchField, TextField, toast_ok};

use super::addresses::Addresses;
use super::create::{currency_options, language_options, use_company_options};
use super::vat_id::VatId;
use crate::api;
use crate::i18n::{t, ta};
use crate::parts::address::CountryField;
use crate::parts::{Part, submit};
use crate::query::Query;
use crate::session::may;

#[component]
pub(super) fn ProfileForms(id: ClientId, client: Query<ClientDetail>) -> impl IntoView {
    view! {
        <div class="stack-y max-w-4xl">
            <Part query=client pick=data let:data>
                <Data id before=data.0 fixed=data.1 client />
            </Part>
            <VatId id client />
            <Addresses id client />
        </div>
    }
}

/// What the form edits, without the version, which saving an address changes too; and whether the currency is fixed.
fn data(detail: &ClientDetail) -> (ClientChange, bool) {
    let detail = detail.clone();
    let change = ClientChange {
        version: 0,
        email: detail.email,
        first_name: detail.first_name,
        last_name: detail.last_name,
        company_name: detail.company_name,
        tax_id: detail.tax_id,
        phone_country: detail.phone_country,
        phone: detail.phone,
        language: detail.language,
        currency: detail.currency,
        company: detail.company,
        enforce_two_factor: detail.enforce_two_factor,
    };
    (change, !detail.currency_may_change)
}

#[component]
fn Data(id: ClientId, before: ClientChange, fixed: bool, client: Query<ClientDetail>) -> impl IntoView {
    let text = |text: &str| RwSignal::new(text.to_owned());
    let (first_name, last_name) = (text(&before.first_name), text(&before.last_name));
    let (email, company_name, tax_id) =
        (text(&before.email), text(&before.company_name), text(&before.tax_id));
    let phone_country = text(before.phone_country.as_deref().unwrap_or_default());
    let phone = text(before.phone.as_deref().unwrap_or_default());
    let language = text(before.language.as_str());
    let currency = text(before.currency.code());
    let company = text(&before.company.to_string());
    let enforce = RwSignal::new(before.enforce_two_factor);
    let (currency_before, company_before) = (before.currency, before.company);
    let read = move || ClientChange {
        version: 0,
        email: email.get().trim().to_owned(),
        first_name: first_name.get().trim().to_owned(),
        last_name: last_name.get().trim().to_owned(),
        company_name: company_name.get().trim().to_owned(),
        tax_id: tax_id.get().trim().to_owned(),
        phone_country: Some(phone_country.get()).filter(|text| !text.is_empty()),
        phone: Some(phone.get()).filter(|text| !text.is_empty()),
        language: language.get().parse().unwrap_or(Language::English),
        currency: currency.get().parse().unwrap_or(currency_before),
        company: company.get().parse().unwrap_or(company_before),
        enforce_two_factor: enforce.get(),
    };
    let first = StoredValue::new(untrack(read));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != read()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let version = client.data().with_untracked(|client| client.as_ref().map(|client| client.version));
            let body = ClientChange { version: version.unwrap_or_default(), ..untrack(read) };
            api::people::change_client(id, &body)
        },
        move |detail| {
            first.set_value(untrack(read));
            client.put(detail);
            toast_ok(t().saved);
        },
    );
    let locked = !may(Permission::ClientsEdit);
    view! {
        <Form errors on_submit=send.run>
            <Card title=ta().client_information>
                <div class="form-grid">
                    <TextField name="first_name" label=t().first_name value=first_name max_length=100 />
                    <TextField name="last_name" label=t().last_name value=last_name max_length=100 />
                    <TextField name="email" label=t().email value=email kind="email" required=true max_length=254 />
                    <SelectField name="language" label=t().language value=language options=language_options() />
                    <TextField name="company_name" label=t().company_name value=company_name max_length=200 />
                    <TextField name="tax_id" label=t().tax_id value=tax_id max_length=50 />
                    <CountryField name="phone_country" value=phone_country label=t().phone_country />
                    <TextField name="phone" label=t().phone value=phone kind="tel" max_length=30 />
                    <SelectField
                        name="currency"
                        label=t().currency
                        value=currency
                        options=currency_options()
                        disabled=fixed
                        help=if fixed { ta().currency_fixed } else { "" }
                    />
                    <SelectField name="company" label=ta().home_company value=company options=use_company_options() />
                    <SwitchField name="enforce_two_factor" label=t().two_factor help=ta().enforce_two_factor value=enforce />
                </div>
                <div class="form-bar mt-5">
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=Signal::derive(move || locked || !dirty.get())
                    />
                </div>
            </Card>
        </Form>
    }
}
