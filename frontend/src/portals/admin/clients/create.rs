//! `/admin/clients/new`: a client with its owner.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::identity::{ClientDetail, NewClient, NewClientStatus, SecretText};
use shared::{CompanyId, Language, Permission};
use ui::{
    Breadcrumbs, Button, Card, Crumb, Form, FormErrors, PageHead, PasswordField, SelectField, TextField,
    toast_ok,
};

use crate::i18n::{self, native_name, t, ta};
use crate::parts::address::{AddressFields, AddressForm};
use crate::parts::filters::word_options;
use crate::parts::submit;
use crate::query::use_query;
use crate::session::{self, may};
use crate::{api, i18n::word};

/// Languages as options of a select.
pub(in crate::portals::admin) fn language_options() -> Vec<(String, String)> {
    Language::ALL.iter().map(|language| (language.to_string(), native_name(*language).to_owned())).collect()
}

/// Enabled currencies as options of a select, the default first.
pub(in crate::portals::admin) fn currency_options() -> Vec<(String, String)> {
    session::settings().with(|settings| {
        let known = settings.iter().flat_map(|settings| &settings.currencies);
        known.map(|known| (known.code.to_string(), format!("{} · {}", known.code, known.name))).collect()
    })
}

/// Home companies as options of a select.
pub(in crate::portals::admin) fn use_company_options() -> Signal<Vec<(String, String)>> {
    let companies = use_query(
        || (),
        |()| async move {
            if may(Permission::CompaniesView) {
                Ok(api::billing::companies("per_page=200".to_owned()).await?.items)
            } else {
                Ok(Vec::new())
            }
        },
    );
    Signal::derive(move || {
        companies.data().with(|page| {
            let companies = page.iter().flatten();
            companies.map(|company| (company.id.to_string(), company.name.clone())).collect()
        })
    })
}

/// The form of a new client.
#[component]
pub fn NewClientPage() -> impl IntoView {
    let text = || RwSignal::new(String::new());
    let (email, password, first_name, last_name) = (text(), text(), text(), text());
    let (company_name, tax_id, phone_country, phone) = (text(), text(), text(), text());
    let language = RwSignal::new(i18n::language().to_string());
    let currency =
        RwSignal::new(currency_options().first().map(|(code, _)| code.clone()).unwrap_or_default());
    let status = RwSignal::new(NewClientStatus::Active.to_string());
    let company = text();
    let address = AddressForm::new(None);
    let companies = use_company_options();
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let read = move || NewClient {
        password_hash: None,
        email: email.get_untracked().trim().to_owned(),
        password: Some(password.get_untracked()).filter(|text| !text.is_empty()).map(SecretText::new),
        first_name: first_name.get_untracked().trim().to_owned(),
        last_name: last_name.get_untracked().trim().to_owned(),
        company_name: company_name.get_untracked().trim().to_owned(),
        tax_id: tax_id.get_untracked().trim().to_owned(),
        phone_country: Some(phone_country.get_untracked()).filter(|text| !text.is_empty()),
        phone: Some(phone.get_untracked()).filter(|text| !text.is_empty()),
        language: language.get_untracked().parse().unwrap_or(Language::English),
        currency: currency.get_untracked().parse().ok(),
        status: status.get_untracked().parse().ok(),
        company: company.get_untracked().parse::<CompanyId>().ok(),
        billing_address: address.read(),
    };
    let send = submit(
        errors,
        move || {
            let body = read();
            api::people::create_client(&body)
        },
        move |client: ClientDetail| {
            toast_ok(t().created);
            navigate(&format!("/admin/clients/{}", client.id), Default::default());
        },
    );
    view! {
        <Title text=ta().add_client />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().clients, "/admin/clients"), Crumb::here(ta().add_client)] />
        <PageHead title=ta().add_client text=ta().add_client_text />
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card title=ta().owner text=ta().owner_text>
                <div class="form-grid">
                    <TextField name="email" label=t().email value=email kind="email" required=true max_length=254 />
                    <PasswordField
                        name="password"
                        label=t().password
                        value=password
                        required=false
                        autocomplete="new-password"
                        help=ta().empty_password_help
                    />
                    <TextField name="first_name" label=t().first_name value=first_name max_length=100 />
                    <TextField name="last_name" label=t().last_name value=last_name max_length=100 />
                    <crate::parts::address::CountryField name="phone_country" value=phone_country label=t().phone_country />
                    <TextField name="phone" label=t().phone value=phone kind="tel" max_length=30 />
                    <SelectField name="language" label=t().language value=language options=language_options() />
                </div>
            </Card>
            <Card title=ta().account>
                <div class="form-grid">
                    <TextField name="company_name" label=t().company_name value=company_name max_length=200 />
                    <TextField name="tax_id" label=t().tax_id value=tax_id max_length=50 />
                    <SelectField name="currency" label=t().currency value=currency options=currency_options() />
                    <SelectField
                        name="company"
                        label=ta().home_company
                        value=company
                        options=companies
                        empty=word("default")
                    />
                    <SelectField
                        name="status"
                        label=t().status
                        value=status
                        options=word_options(NewClientStatus::ALL, NewClientStatus::as_str)
                    />
                </div>
            </Card>
            <Card title=t().billing_address>
                <div class="form-grid">
                    <AddressFields form=address prefix="billing_address" />
                </div>
            </Card>
            <div class="form-bar">
                <Button text=ta().add_client class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
