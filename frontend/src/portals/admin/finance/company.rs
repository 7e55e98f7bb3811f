//! `/admin/companies/:id`: a home company in tabs.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_params_map;
use shared::billing::NumberReset;
use shared::billing::company::{
    CompanyDetail, Gateway, GatewayInput, GatewayModule, GatewayText, LogoInput, LogoType, NumberSeries,
    NumberSeriesInput,
};
use shared::{CompanyId, Currency, Language, Permission};
use ui::{
    Badge, Breadcrumbs, Button, Card, Crumb, Dialog, EmptyState, Form, FormErrors, NumberField, SelectField,
    SwitchField, Tab, Tabs, TextArea, TextField, Tone, lu, toast_bad, toast_ok, use_unsaved_guard,
};
use wasm_bindgen::JsCast;

use super::company_parts::{CompanyForm, GeneralFields, InvoiceFields, TaxFields};
use crate::api;
use crate::api::client::file;
use crate::i18n::{native_name, t, ta, word};
use crate::parts::filters::word_options;
use crate::parts::{Loaded, NotFound, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;

#[derive(Clone, Copy)]
struct ThisCompany(Query<CompanyDetail>);

fn this() -> Query<CompanyDetail> {
    use_context::<ThisCompany>().expect("tabs stand below CompanyFrame").0
}

/// Head and tabs of a home company.
#[component]
pub fn CompanyFrame() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id")).and_then(|id| id.parse::<CompanyId>().ok())
    });
    move || match id.get() {
        None => view! { <NotFound /> }.into_any(),
        Some(id) => {
            let company = use_query(move || id, api::billing::company);
            provide_context(ThisCompany(company));
            view! {
                <Loaded query=company let:detail>
                    <Head detail company />
                </Loaded>
                <Show when=move || company.data().with(Option::is_some)>
                    <CompanyTabs id />
                    <Outlet />
                </Show>
            }
            .into_any()
        }
    }
}

#[component]
fn CompanyTabs(id: CompanyId) -> impl IntoView {
    let tab =
        |text: &str, path: &str| Tab { text: text.to_owned(), href: format!("/admin/companies/{id}{path}") };
    let tabs = vec![
        tab(ta().general, ""),
        tab(ta().tax_settings, "/tax"),
        tab(ta().invoice_settings, "/invoices"),
        tab(ta().gateways, "/gateways"),
    ];
    view! { <Tabs tabs label=ta().home_company /> }
}

#[component]
fn Head(detail: CompanyDetail, company: Query<CompanyDetail>) -> impl IntoView {
    let id = detail.id;
    let put = move |detail| {
        company.put(detail);
        toast_ok(t().saved);
    };
    let default = submit_with(move || api::billing::make_company_default(id), put);
    let archive = submit_with(move || api::billing::archive_company(id), put);
    let open_for_acts = may(Permission::CompaniesEdit) && !detail.is_default && detail.archived_at.is_none();
    view! {
        <Title text=detail.profile.name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().companies, "/admin/companies"), Crumb::here(detail.profile.name.clone())] />
        <header class="page-head">
            <div class="flex flex-wrap items-center gap-3">
                <h1>{detail.profile.name.clone()}</h1>
                {detail.is_default.then(|| view! { <Badge text=word("default") tone=Tone::Brand /> })}
                {detail.archived_at.map(|_| view! { <Badge text=ta().archived /> })}
            </div>
            {open_for_acts
                .then(|| {
                    view! {
                        <div class="page-actions">
                            <Button text=ta().archive icon=lu::LuArchive busy=archive.busy on_click=archive.run />
                            <Button text=t().make_default busy=default.busy on_click=default.run />
                        </div>
                    }
                })}
        </header>
    }
}

/// A card of the company's form with its own save button; the company is always sent whole.
#[component]
fn CompanyCard(
    detail: CompanyDetail,
    title: &'static str,
    fields: fn(CompanyForm) -> AnyView,
) -> impl IntoView {
    let company = this();
    let id = detail.id;
    let form = CompanyForm::new(Some(&detail.profile));
    let first = StoredValue::new(untrack(|| form.read()));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != form.read()));
    use_unsaved_guard(dirty.into());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = untrack(|| form.read());
            async move { api::billing::change_company(id, &body).await }
        },
        move |detail| {
            first.set_value(untrack(|| form.read()));
            company.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Card title=title>
                {fields(form)}
                <div class="form-bar mt-5">
                    <Button
                        text=t().save
                        class="btn-primary"
                        submit=true
                        busy=send.busy
                        disabled=Signal::derive(move || !may(Permission::CompaniesEdit) || !dirty.get())
                    />
                </div>
            </Card>
        </Form>
    }
}

#[component]
pub fn CompanyGeneralTab() -> impl IntoView {
    let company = this();
    view! {
        <Loaded query=company let:detail>
            <div class="stack-y max-w-4xl">
                <CompanyCard
                    detail=detail.clone()
                    title=ta().general
                    fields=|form| view! { <GeneralFields form /> }.into_any()
                />
                <Logo detail company />
            </div>
        </Loaded>
    }
}

#[component]
pub fn CompanyTaxTab() -> impl IntoView {
    let company = this();
    view! {
        <Loaded query=company let:detail>
            <div class="max-w-4xl">
                <CompanyCard detail title=ta().tax_settings fields=|form| view! { <TaxFields form /> }.into_any() />
            </div>
        </Loaded>
    }
}

#[component]
pub fn CompanyInvoicesTab() -> impl IntoView {
    let company = this();
    view! {
        <Loaded query=company let:detail>
            <div class="stack-y max-w-4xl">
                {
                    let id = detail.id;
                    detail
                        .series
                        .clone()
                        .into_iter()
                        .map(|series| view! { <Series id series company /> })
                        .collect_view()
                }
                <CompanyCard
                    detail
                    title=ta().invoice_settings
                    fields=|form| view! { <InvoiceFields form /> }.into_any()
                />
            </div>
        </Loaded>
    }
}

#[component]
fn Series(id: CompanyId, series: NumberSeries, company: Query<CompanyDetail>) -> impl IntoView {
    let kind = series.kind;
    let format = RwSignal::new(series.format);
    let next = RwSignal::new(series.next_number.to_string());
    let reset = RwSignal::new(series.reset.to_string());
    let version = series.version;
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = NumberSeriesInput {
                version,
                format: format.get_untracked().trim().to_owned(),
                next_number: next.get_untracked().parse().unwrap_or(0),
                reset: reset.get_untracked().parse().unwrap_or(NumberReset::Never),
            };
            api::billing::set_series(id, kind, &body).await
        },
        move |detail| {
            company.put(detail);
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <Card title=format!("{} · {}", ta().numbering, word(kind.as_str())) text=format!("{}: {}", ta().next_number, series.next)>
                <div class="form-grid">
                    <TextField
                        name="format"
                        label=ta().number_format
                        help="{YEAR} {MONTH} {DAY} {NUMBER} {NUMBER:5}"
                        value=format
                        max_length=100
                        wide=true
                        mono=true
                    />
                    <NumberField name="next_number" label=ta().next_number value=next />
                    <SelectField
                        name="reset"
                        label=ta().number_reset
                        value=reset
                        options=word_options(NumberReset::ALL, NumberReset::as_str)
                    />
                </div>
                <div class="form-bar mt-4">
                    <Button text=t().save class="btn-sm" submit=true busy=send.busy disabled=!may(Permission::CompaniesEdit) />
                </div>
            </Card>
        </Form>
    }
}

#[component]
fn Logo(detail: CompanyDetail, company: Query<CompanyDetail>) -> impl IntoView {
    let id = detail.id;
    let logo = RwSignal::new(None::<LogoInput>);
    let send = submit_with(
        move || async move {
            match logo.get_untracked() {
                Some(logo) => api::billing::set_logo(id, &logo).await,
                None => api::billing::company(id).await,
            }
        },
        move |detail| {
            company.put(detail);
            toast_ok(t().saved);
        },
    );
    let choose = move |event: web_sys::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        let Some(chosen) = input.files().and_then(|files| files.get(0)) else { return };
        let Ok(media_type) = chosen.type_().parse::<LogoType>() else {
            toast_bad(ta().logo_help);
            return;
        };
        leptos::task::spawn_local(async move {
            let bytes = wasm_bindgen_futures::JsFuture::from(chosen.array_buffer()).await;
            let Ok(bytes) = bytes else {
                toast_bad(t().network_error);
                return;
            };
            let bytes = js_sys::Uint8Array::new(&bytes.unchecked_into::<js_sys::ArrayBuffer>()).to_vec();
            // Latin-1 text of the bytes is what btoa encodes.
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            if let Ok(content) = window().btoa(&text) {
                logo.set(Some(LogoInput { media_type, content }));
                send.run.run(());
            }
        });
    };
    view! {
        <Card title=ta().logo text=ta().logo_help>
            <div class="flex flex-wrap items-center gap-6">
                {detail
                    .logo_type
                    .map(|_| {
                        view! {
                            <img
                                class="max-h-20 max-w-60 rounded border border-line bg-sunken p-2"
                                alt=ta().logo
                                src=file(&format!("/admin/companies/{id}/logo"))
                            />
                        }
                    })}
                <label class="btn">
                    {t().edit}
                    <input class="sr-only" type="file" accept="image/png,image/svg+xml" on:change=choose />
                </label>
            </div>
        </Card>
    }
}

#[component]
pub fn CompanyGatewaysTab() -> impl IntoView {
    let company = this();
    let edited = RwSignal::new(None::<Option<Gateway>>);
    let open = RwSignal::new(false);
    Effect::new(move || open.set(edited.with(Option::is_some)));
    Effect::new(move || {
        if !open.get() && edited.with_untracked(Option::is_some) {
            edited.set(None);
        }
    });
    view! {
        <Loaded query=company let:detail>
            {
                let id = detail.id;
                let currency = detail.profile.currency;
                let gateways = detail.gateways.clone();
                view! {
                    <div class="stack-y max-w-4xl">
                        <div class="form-bar">
                            <Button
                                text=ta().add_gateway
                                icon=lu::LuPlus
                                class="btn-primary"
                                on_click=Callback::new(move |()| edited.set(Some(None)))
                            />
                        </div>
                        {if gateways.is_empty() {
                            view! { <Card><EmptyState icon=lu::LuCreditCard title=ta().no_gateways /></Card> }.into_any()
                        } else {
                            gateways
                                .into_iter()
                                .map(|gateway| {
                                    let name = gateway
                                        .profile
                                        .texts
                                        .get(&crate::i18n::language())
                                        .or_else(|| gateway.profile.texts.values().next())
                                        .map(|text| text.name.clone())
                                        .unwrap_or_default();
                                    let currencies: Vec<String> = gateway.profile.currencies.iter().map(ToString::to_string).collect();
                                    let enabled = gateway.profile.enabled;
                                    let key = gateway.profile.key.clone();
                                    let module = gateway.profile.module;
                                    let stored = StoredValue::new(gateway);
                                    view! {
                                        <Card>
                                            <div class="flex flex-wrap items-center gap-4">
                                                <div class="flex-1 min-w-0">
                                                    <h3>{name}</h3>
                                                    <span class="sub">{key} " · " {word(module.as_str())} " · " {currencies.join(", ")}</span>
                                                </div>
                                                <Badge
                                                    text=if enabled { t().on } else { t().off }
                                                    tone=if enabled { Tone::Ok } else { Tone::Plain }
                                                />
                                                <Button
                                                    text=t().edit
                                                    class="btn-sm"
                                                    on_click=Callback::new(move |()| edited.set(Some(Some(stored.get_value()))))
                                                />
                                            </div>
                                        </Card>
                                    }
                                })
                                .collect_view()
                                .into_any()
                        }}
                    </div>
                    <Dialog open title=ta().gateway class="dialog-wide">
                        {move || edited.get().map(|gateway| view! { <GatewayForm id currency gateway company open /> })}
                    </Dialog>
                }
            }
        </Loaded>
    }
}

#[component]
fn GatewayForm(
    id: CompanyId,
    currency: Currency,
    gateway: Option<Gateway>,
    company: Query<CompanyDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let before = gateway.as_ref().map(|gateway| gateway.profile.clone());
    let gateway_id = gateway.as_ref().map(|gateway| gateway.id);
    let key = RwSignal::new(before.as_ref().map_or_else(|| "bank".to_owned(), |profile| profile.key.clone()));
    let currencies = RwSignal::new(match &before {
        Some(profile) => profile.currencies.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        None => currency.to_string(),
    });
    let enabled = RwSignal::new(before.as_ref().is_none_or(|profile| profile.enabled));
    let texts = [Language::English, Language::Polish, Language::Ukrainian].map(|language| {
        let text = before.as_ref().and_then(|profile| profile.texts.get(&language));
        let pick =
            |pick: fn(&GatewayText) -> &str| RwSignal::new(text.map(pick).unwrap_or_default().to_owned());
        (language, pick(|text| &text.name), pick(|text| &text.description), pick(|text| &text.instructions))
    });
    let sort = before.as_ref().map_or(0, |profile| profile.sort);
    let sandbox = before.as_ref().is_some_and(|profile| profile.sandbox);
    let version = before.as_ref().and_then(|profile| profile.version);
    let module = before.as_ref().map_or(GatewayModule::BankTransfer, |profile| profile.module);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = GatewayInput {
                version,
                key: key.get_untracked().trim().to_owned(),
                module,
                currencies: currencies
                    .get_untracked()
                    .split([' ', ','])
                    .filter_map(|code| code.to_uppercase().parse().ok())
                    .collect(),
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
                sort,
            };
            match gateway_id {
                Some(gateway) => api::billing::change_gateway(gateway, &body).await,
                None => api::billing::create_gateway(id, &body).await,
            }
        },
        move |_| {
            open.set(false);
            company.refetch();
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <TextField name="key" label=ta().key value=key required=true max_length=63 mono=true />
                <TextField name="currencies" label=ta().currencies value=currencies required=true max_length=200 />
                <SwitchField name="enabled" label=t().on value=enabled />
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
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
