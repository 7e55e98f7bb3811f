//! Gateways of a home company: the ways in which it is paid.

use leptos::prelude::*;
use shared::billing::company::{CompanyDetail, Gateway, GatewayInput, GatewayModule, GatewayText};
use shared::{CompanyId, Currency, Permission};
use ui::{
    Badge, Button, Card, Confirm, Dialog, EmptyState, FieldProblem, Form, FormErrors, Menu, NumberField,
    Open, SwitchField, TextArea, TextField, Tone, lu, toast_ok,
};

use crate::api;
use crate::i18n::{LANGUAGES, native_name, t, ta, td, word};
use crate::parts::{DeleteItem, Loaded, WouldHappen, submit, submit_with};
use crate::query::Query;
use crate::session::may;

/// The gateways of a company, and a form for one.
#[component]
pub(super) fn Gateways(company: Query<CompanyDetail>) -> impl IntoView {
    let edited = RwSignal::new(None::<Option<Gateway>>);
    let editable = may(Permission::CompaniesEdit);
    view! {
        <Loaded query=company let:detail>
            {
                let id = detail.id;
                let currency = detail.profile.currency;
                let cards = detail
                    .gateways
                    .iter()
                    .map(|gateway| view! { <GatewayCard gateway=gateway.clone() company edited /> })
                    .collect_view();
                view! {
                    <div class="stack-y max-w-4xl">
                        {editable
                            .then(|| {
                                view! {
                                    <div class="form-bar">
                                        <Button
                                            text=ta().add_gateway
                                            icon=lu::LuPlus
                                            class="btn-primary"
                                            on_click=Callback::new(move |()| edited.set(Some(None)))
                                        />
                                    </div>
                                }
                            })}
                        {if detail.gateways.is_empty() {
                            view! { <Card><EmptyState icon=lu::LuCreditCard title=ta().no_gateways /></Card> }.into_any()
                        } else {
                            cards.into_any()
                        }}
                    </div>
                    <Dialog open=edited title=ta().gateway class="dialog-wide">
                        {move || edited.get().map(|gateway| view! { <GatewayForm id currency gateway company open=edited.into() /> })}
                    </Dialog>
                }
            }
        </Loaded>
    }
}

#[component]
fn GatewayCard(
    gateway: Gateway,
    company: Query<CompanyDetail>,
    edited: RwSignal<Option<Option<Gateway>>>,
) -> impl IntoView {
    let id = gateway.id;
    let profile = gateway.profile.clone();
    let name = profile
        .texts
        .get(&crate::i18n::language())
        .or_else(|| profile.texts.values().next())
        .map(|text| text.name.clone())
        .unwrap_or_default();
    let currencies: Vec<String> = profile.currencies.iter().map(ToString::to_string).collect();
    let currencies =
        if currencies.is_empty() { td().company.all_currencies.to_owned() } else { currencies.join(", ") };
    let delete_open = RwSignal::new(false);
    let delete = submit_with(
        move || api::billing::delete_gateway(id),
        move |_| {
            delete_open.set(false);
            company.refetch();
            toast_ok(t().deleted);
        },
    );
    let stored = StoredValue::new(gateway);
    view! {
        <Card>
            <div class="flex flex-wrap items-center gap-4">
                <div class="flex-1 min-w-0">
                    <h2>{name}</h2>
                    <span class="sub">{profile.key} " · " {word(profile.module.as_str())} " · " {currencies}</span>
                </div>
                {profile.sandbox.then(|| view! { <Badge text=td().company.sandbox tone=Tone::Warn /> })}
                <Badge
                    text=if profile.enabled { t().on } else { t().off }
                    tone=if profile.enabled { Tone::Ok } else { Tone::Plain }
                />
                {may(Permission::CompaniesEdit)
                    .then(|| {
                        view! {
                            <Button
                                text=t().edit
                                class="btn-sm"
                                on_click=Callback::new(move |()| edited.set(Some(Some(stored.get_value()))))
                            />
                            <Menu label=t().actions><DeleteItem open=delete_open /></Menu>
                        }
                    })}
            </div>
        </Card>
        <Confirm
            open=delete_open
            title=t().delete
            text=td().company.delete_gateway_text
            action=t().delete
            type_name=stored.with_value(|gateway| gateway.profile.key.clone())
            busy=delete.busy
            on_confirm=delete.run
        >
            <WouldHappen ask=move || api::billing::rehearse_delete_gateway(id) />
        </Confirm>
    }
}

#[component]
fn GatewayForm(
    id: CompanyId,
    currency: Currency,
    gateway: Option<Gateway>,
    company: Query<CompanyDetail>,
    open: Open,
) -> impl IntoView {
    let before = gateway.as_ref().map(|gateway| gateway.profile.clone());
    let gateway_id = gateway.as_ref().map(|gateway| gateway.id);
    let key = RwSignal::new(before.as_ref().map_or_else(|| "bank".to_owned(), |profile| profile.key.clone()));
    let currencies = RwSignal::new(match &before {
        Some(profile) => profile.currencies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        None => currency.to_string(),
    });
    let enabled = RwSignal::new(before.as_ref().is_none_or(|profile| profile.enabled));
    let texts = LANGUAGES.map(|language| {
        let text = before.as_ref().and_then(|profile| profile.texts.get(&language));
        let pick =
            |pick: fn(&GatewayText) -> &str| RwSignal::new(text.map(pick).unwrap_or_default().to_owned());
        (language, pick(|text| &text.name), pick(|text| &text.description), pick(|text| &text.instructions))
    });
    let sort = RwSignal::new(before.as_ref().map_or(0, |profile| profile.sort).to_string());
    let sandbox = before.as_ref().is_some_and(|profile| profile.sandbox);
    let version = before.as_ref().and_then(|profile| profile.version);
    let module = before.as_ref().map_or(GatewayModule::BankTransfer, |profile| profile.module);
    let codes = move || {
        let text = currencies.get_untracked().to_uppercase();
        let codes: Vec<String> =
            text.split([' ', ',', ';']).filter(|code| !code.is_empty()).map(str::to_owned).collect();
        codes.into_iter().map(|code| code.parse::<Currency>())
    };
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = GatewayInput {
                version,
                key: key.get_untracked().trim().to_owned(),
                module,
                currencies: codes().filter_map(Result::ok).collect(),
                texts: texts
                    .iter()
                    .filter(|(_, name, ..)| !name.with_untracked(String::is_empty))
                    .map(|(language, name, description, instructions)| {
                        let text = GatewayText {
                            name: name.get_untracked(),
                            description: description.get_untracked(),
                            instructions: instructions.get_untracked(),
                        };
                        (*language, text)
                    })
                    .collect(),
                sandbox,
                enabled: enabled.get_untracked(),
                sort: sort.get_untracked().parse().unwrap_or(0),
            };
            match gateway_id {
                Some(gateway) => api::billing::change_gateway(gateway, &body).await,
                None => api::billing::create_gateway(id, &body).await,
            }
        },
        move |_| {
            open.close();
            company.refetch();
            toast_ok(t().saved);
        },
    );
    let check = Callback::new(move |()| {
        if codes().all(|code| code.is_ok()) {
            send.run.run(());
        } else {
            let message = ta().unknown_currency.to_owned();
            errors.refuse(message.clone(), vec![FieldProblem { field: "currencies".to_owned(), message }]);
        }
    });
    view! {
        <Form errors on_submit=check>
            <div class="form-grid">
                <TextField name="key" label=ta().key value=key required=true max_length=63 mono=true />
                <TextField name="currencies" label=ta().currencies value=currencies help=td().company.currencies_help max_length=200 />
                <SwitchField name="enabled" label=t().on value=enabled wide=false />
                <NumberField name="sort" label=td().company.sort value=sort />
                {texts
                    .map(|(language, name, description, instructions)| {
                        let at = format!("texts.{language}");
                        view! {
                            <h3 class="wide mt-2">{native_name(language)}</h3>
                            <TextField name=format!("{at}.name") label=t().name value=name max_length=100 />
                            <TextField name=format!("{at}.description") label=t().description value=description max_length=500 />
                            <TextArea
                                name=format!("{at}.instructions")
                                label=ta().instructions
                                help="{AMOUNT} {CURRENCY} {NUMBER}"
                                value=instructions
                                rows=3
                            />
                        }
                    })}
            </div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
