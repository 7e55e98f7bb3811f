//! `/admin/companies/:id`: a home company in tabs.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::billing::NumberReset;
use shared::billing::company::{CompanyDetail, LogoInput, LogoType, NumberSeries, NumberSeriesInput};
use shared::{CompanyId, Permission};
use ui::{
    Badge, Breadcrumbs, Button, Card, Confirm, Crumb, Form, FormErrors, Menu, MenuButton, NumberField,
    SelectField, Tab, Tabs, TextField, Tone, lu, toast_bad, toast_ok, use_unsaved_guard,
};
use wasm_bindgen::JsCast;

use super::company_gateways::Gateways;
use super::company_parts::{CompanyForm, GeneralFields, InvoiceFields, TaxFields};
use crate::api;
use crate::api::client::file;
use crate::i18n::{t, ta, td, word};
use crate::parts::filters::word_options;
use crate::parts::{Loaded, RecordId, by_id, submit, submit_with};
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
    by_id(|id: CompanyId| {
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
    })
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
    let restore = submit_with(move || api::billing::restore_company(id), put);
    let (archive_open, delete_open) = (RwSignal::new(false), RwSignal::new(false));
    let navigate = SendWrapper::new(use_navigate());
    let delete = submit_with(
        move || api::billing::delete_company(id),
        move |_| {
            toast_ok(t().deleted);
            navigate("/admin/companies", Default::default());
        },
    );
    let archived = detail.archived_at.is_some();
    let open_for_acts = may(Permission::CompaniesEdit) && !detail.is_default;
    view! {
        <Title text=detail.profile.name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().companies, "/admin/companies"), Crumb::here(detail.profile.name.clone())] />
        <header class="page-head">
            <div class="flex flex-wrap items-center gap-3">
                <h1>{detail.profile.name.clone()}</h1>
                {detail.is_default.then(|| view! { <Badge text=word("default") tone=Tone::Brand /> })}
                {archived.then(|| view! { <Badge text=ta().archived /> })}
                <RecordId id=id.0 path=format!("/admin/companies/{id}") />
            </div>
            {open_for_acts
                .then(|| {
                    view! {
                        <div class="page-actions">
                            {if archived {
                                view! {
                                    <Button
                                        text=td().company.restore
                                        icon=lu::LuArchiveRestore
                                        busy=restore.busy
                                        on_click=restore.run
                                    />
                                }
                                    .into_any()
                            } else {
                                view! {
                                    <Button text=t().make_default busy=default.busy on_click=default.run />
                                }
                                    .into_any()
                            }}
                            <Menu label=t().actions class="btn btn-icon">
                                {(!archived)
                                    .then(|| {
                                        view! {
                                            <MenuButton
                                                text=ta().archive
                                                icon=lu::LuArchive
                                                on_click=Callback::new(move |()| archive_open.set(true))
                                            />
                                        }
                                    })}
                                <MenuButton
                                    text=t().delete
                                    icon=lu::LuTrash
                                    danger=true
                                    on_click=Callback::new(move |()| delete_open.set(true))
                                />
                            </Menu>
                        </div>
                    }
                })}
        </header>
        <Confirm
            open=archive_open
            title=ta().archive
            text=td().company.archive_text
            action=ta().archive
            busy=archive.busy
            on_confirm=archive.run
        />
        <Confirm
            open=delete_open
            title=t().delete
            text=td().company.delete_text
            action=t().delete
            type_name=detail.profile.name.clone()
            busy=delete.busy
            on_confirm=delete.run
        />
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
    let remove = submit_with(
        move || api::billing::delete_logo(id),
        move |detail| {
            company.put(detail);
            toast_ok(t().deleted);
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
                                src=file(&format!("/admin/companies/{id}/logo?{}", detail.updated_at.as_millisecond()))
                            />
                        }
                    })}
                {may(Permission::CompaniesEdit)
                    .then(|| {
                        view! {
                            <label class="btn focus-within:outline-2">
                                {td().company.change_logo}
                                <input class="sr-only" type="file" accept="image/png,image/svg+xml" on:change=choose />
                            </label>
                        }
                    })}
                {(detail.logo_type.is_some() && may(Permission::CompaniesEdit))
                    .then(|| {
                        view! {
                            <Button text=td().company.delete_logo class="btn-danger" busy=remove.busy on_click=remove.run />
                        }
                    })}
            </div>
        </Card>
    }
}

#[component]
pub fn CompanyGatewaysTab() -> impl IntoView {
    let company = this();
    view! { <Gateways company /> }
}
