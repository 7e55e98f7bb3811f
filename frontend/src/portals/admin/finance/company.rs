//! `/admin/companies/:id`: a home company in tabs.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use leptos_router::components::Outlet;
use shared::billing::company::{
    CompanyDetail, CompanyInput, LogoInput, LogoType, NumberSeries, NumberSeriesInput,
};
use shared::billing::{DocumentKind, NumberReset};
use shared::{CompanyId, Permission, Quarter};
use ui::{
    Badge, Button, Card, Confirm, Form, FormErrors, Icon, MenuButton, NumberField, SelectField, Tab, Tabs,
    TextField, Tone, lu, toast_bad, toast_ok,
};

use super::company_gateways::Gateways;
use super::company_parts::{CompanyForm, GeneralFields, InvoiceFields, TaxFields};
use crate::api::client::file;
use crate::i18n::{t, ta, td, word};
use crate::parts::filters::word_options;
use crate::parts::{
    Arrived, AskButton, ChooseFile, Chosen, Loaded, Part, RecordHead, WouldHappen, by_id, submit, submit_with,
};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

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
            <Arrived query=company>
                <Loaded query=company let:detail>
                    <Head detail company />
                </Loaded>
                <CompanyTabs id />
                <Outlet />
            </Arrived>
        }
    })
}

#[component]
fn CompanyTabs(id: CompanyId) -> impl IntoView {
    let tab =
        |text: &str, path: &str| Tab { text: text.to_owned(), href: format!("/admin/companies/{id}{path}") };
    let mut tabs = vec![
        tab(ta().general, ""),
        tab(ta().tax_settings, "/tax"),
        tab(ta().invoice_settings, "/invoices"),
        tab(td().template.title, "/templates"),
        tab(ta().gateways, "/gateways"),
    ];
    if may(Permission::LogsView) {
        tabs.push(tab(ta().history, "/history"));
    }
    view! { <Tabs tabs label=ta().home_company /> }
}

#[component]
fn Head(detail: CompanyDetail, company: Query<CompanyDetail>) -> impl IntoView {
    let id = detail.id;
    let put = move |detail| {
        company.put(detail);
        toast_ok(t().saved);
    };
    let default_open = RwSignal::new(false);
    let default = submit_with(
        move || api::billing::make_company_default(id),
        move |detail| {
            default_open.set(false);
            put(detail);
        },
    );
    let archive = submit_with(move || api::billing::archive_company(id), put);
    let restore = submit_with(move || api::billing::restore_company(id), put);
    let archive_open = RwSignal::new(false);
    let archived = detail.archived_at.is_some();
    let badges = view! {
        {detail.is_default.then(|| view! { <Badge text=word("default") tone=Tone::Brand /> })}
        {archived.then(|| view! { <Badge text=ta().archived /> })}
    }
    .into_any();
    let (list, name) = ((ta().companies, "/admin/companies"), detail.profile.name);
    if !may(Permission::CompaniesEdit) || detail.is_default {
        return view! { <RecordHead list name id=id.0 badges delete_text=None /> }.into_any();
    }
    let menu = move || {
        (!archived).then(|| {
            view! {
                <MenuButton
                    text=ta().archive
                    icon=lu::LuArchive
                    on_click=Callback::new(move |()| archive_open.set(true))
                />
            }
        })
    };
    view! {
        <RecordHead
            list
            name
            id=id.0
            badges
            delete_text=Some(td().company.delete_text)
            rehearsed=true
            menu=menu.into()
        >
            {if archived {
                view! {
                    <Button text=td().company.restore icon=lu::LuArchiveRestore busy=restore.busy on_click=restore.run />
                }
            } else {
                view! { <Button text=t().make_default on_click=Callback::new(move |()| default_open.set(true)) /> }
            }}
        </RecordHead>
        <Confirm
            open=default_open
            title=t().make_default
            text=td().company.default_text
            action=t().make_default
            danger=false
            busy=default.busy
            on_confirm=default.run
        >
            <WouldHappen ask=move || api::billing::rehearse_default_company(id) />
        </Confirm>
        <Confirm
            open=archive_open
            title=ta().archive
            text=td().company.archive_text
            action=ta().archive
            busy=archive.busy
            on_confirm=archive.run
        >
            <WouldHappen ask=move || api::billing::rehearse_archive_company(id) />
        </Confirm>
    }
    .into_any()
}

/// What the cards edit. The version is that of the company, whose other parts are saved by themselves.
fn profile(detail: &CompanyDetail) -> CompanyInput {
    CompanyInput { version: None, ..detail.profile.clone() }
}

/// A card of the company's form with its own save button; the company is always sent whole.
#[component]
fn CompanyCard(title: &'static str, fields: fn(CompanyForm) -> AnyView) -> impl IntoView {
    let company = this();
    view! {
        <Part query=company pick=profile let:before>
            <ProfileCard before company title fields />
        </Part>
    }
}

#[component]
fn ProfileCard(
    before: CompanyInput,
    company: Query<CompanyDetail>,
    title: &'static str,
    fields: fn(CompanyForm) -> AnyView,
) -> impl IntoView {
    let form = CompanyForm::new(Some(&before));
    let first = StoredValue::new(untrack(|| form.read()));
    let dirty = Memo::new(move |_| first.with_value(|first| *first != form.read()));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let now = company.data().get_untracked();
            let version = now.as_ref().and_then(|now| now.profile.version);
            let body = CompanyInput { version, ..untrack(|| form.read()) };
            async move {
                match now {
                    Some(now) => api::billing::change_company(now.id, &body).await,
                    None => Err(api::ApiError::SignedOut),
                }
            }
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
        <div class="stack-y max-w-4xl">
            <CompanyCard title=ta().general fields=|form| view! { <GeneralFields form /> }.into_any() />
            <Loaded query=company let:detail>
                <Logo detail company />
            </Loaded>
        </div>
    }
}

#[component]
pub fn CompanyTaxTab() -> impl IntoView {
    let company = this();
    view! {
        <div class="stack-y max-w-4xl">
            <CompanyCard title=ta().tax_settings fields=|form| view! { <TaxFields form /> }.into_any() />
            {may(Permission::DocumentsView).then(|| view! { <Part query=company pick=declares children=oss /> })}
        </div>
    }
}

/// The company, when it has a VAT id of the EU.
fn declares(detail: &CompanyDetail) -> Option<CompanyId> {
    (!detail.profile.vat_id.is_empty()).then_some(detail.id)
}

/// The file of a quarter for the One Stop Shop: two years back, the last one that is over first.
fn oss(company: Option<CompanyId>) -> Option<AnyView> {
    let company = company?;
    let now = Timestamp::from_second(format::now_seconds()).ok()?;
    let running = Quarter::containing(now.to_zoned(TimeZone::UTC).date());
    let quarters = std::iter::successors(Some(running.before()), |quarter| Some(quarter.before())).take(8);
    let quarters: Vec<String> = quarters.chain([running]).map(|quarter| quarter.to_string()).collect();
    let quarter = RwSignal::new(quarters.first().cloned().unwrap_or_default());
    let options: Vec<(String, String)> =
        quarters.into_iter().map(|quarter| (quarter.clone(), quarter)).collect();
    let words = &td().oss;
    let view = view! {
        <Card title=words.title text=words.text>
            <div class="flex flex-wrap items-end gap-4">
                <SelectField name="quarter" label=words.quarter value=quarter options />
                <a
                    class="btn"
                    href=move || api::billing::oss(company, &quarter.get())
                    download=move || format!("oss-{}.csv", quarter.get())
                    rel="external"
                >
                    <Icon icon=lu::LuDownload />
                    "CSV"
                </a>
            </div>
        </Card>
    };
    Some(view.into_any())
}

#[component]
pub fn CompanyHistoryTab() -> impl IntoView {
    let id = this().data().with_untracked(|company| company.as_ref().map(|company| company.id.0));
    id.map(|subject| view! { <History subject /> })
}

#[component]
pub fn CompanyInvoicesTab() -> impl IntoView {
    let company = this();
    let series = DocumentKind::ALL.iter().map(|kind| {
        let of = move |detail: &CompanyDetail| {
            let series = detail.series.iter().find(|series| series.kind == *kind).cloned();
            series.map(|series| (detail.id, series))
        };
        let card = move |series: Option<(CompanyId, NumberSeries)>| {
            series.map(|(id, series)| view! { <Series id series company /> })
        };
        view! { <Part query=company pick=of children=card /> }
    });
    view! {
        <div class="stack-y max-w-4xl">
            {series.collect_view()}
            <CompanyCard title=ta().invoice_settings fields=|form| view! { <InvoiceFields form /> }.into_any() />
        </div>
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
        move || {
            let body = NumberSeriesInput {
                version,
                format: format.get_untracked().trim().to_owned(),
                next_number: next.get_untracked().parse().unwrap_or(0),
                reset: reset.get_untracked().parse().unwrap_or(NumberReset::Never),
            };
            api::billing::set_series(id, kind, &body)
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
    let version = detail.profile.version.unwrap_or_default();
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
        move || api::billing::delete_logo(id, version),
        move |detail| {
            company.put(detail);
            toast_ok(t().deleted);
        },
    );
    let choose = Callback::new(move |chosen: Chosen| match chosen.media_type.parse::<LogoType>() {
        Ok(media_type) => {
            logo.set(Some(LogoInput { version, media_type, content: chosen.content }));
            send.run.run(());
        }
        Err(_) => toast_bad(ta().logo_help),
    });
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
                            <ChooseFile text=td().company.change_logo accept="image/png,image/svg+xml" on_chosen=choose />
                        }
                    })}
                {(detail.logo_type.is_some() && may(Permission::CompaniesEdit))
                    .then(|| {
                        view! {
                            <AskButton
                                text=td().company.delete_logo
                                question=t().delete_picture_text
                                act=remove
                                class="btn-danger"
                            />
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
