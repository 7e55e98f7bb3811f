//! `/admin/companies`: the legal entities that sell.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::Permission;
use shared::billing::company::{CompanyDetail, CompanySummary};
use ui::{
    Badge, Breadcrumbs, Button, Card, Column, Crumb, EmptyState, Form, FormErrors, PageHead, Tone, lu,
    toast_ok, use_list,
};

use super::company_parts::{CompanyForm, GeneralFields};
use crate::i18n::{t, ta, word};
use crate::parts::{AddLink, DataTable, Place, submit};
use crate::query::use_query;
use crate::{api, format};

fn columns() -> Vec<Column<CompanySummary>> {
    vec![
        Column::new("name", t().name, |company: &CompanySummary| {
            view! {
                <a class="row-link" href=format!("/admin/companies/{}", company.id)>{company.name.clone()}</a>
                " "
                {company.is_default.then(|| view! { <Badge text=word("default") tone=Tone::Brand /> })}
                {company.archived_at.map(|_| view! { <Badge text=ta().archived /> })}
            }
        })
        .sorted_by("name"),
        Column::new("located", ta().located, |company: &CompanySummary| {
            view! { <Place country=Some(company.country.clone()) city=Some(company.city.clone()) /> }
        })
        .sorted_by("country"),
        Column::new("currency", t().currency, |company: &CompanySummary| company.currency.to_string()),
        Column::new("clients", ta().clients, |company: &CompanySummary| format::count(company.clients))
            .end()
            .sorted_by("clients"),
        Column::new("documents", ta().documents, |company: &CompanySummary| format::count(company.documents))
            .end()
            .sorted_by("documents"),
        Column::new("gateways", ta().gateways, |company: &CompanySummary| format::count(company.gateways))
            .end(),
        Column::new("created", t().created_at, |company: &CompanySummary| format::date(company.created_at))
            .sorted_by("created_at"),
    ]
}

/// The list of home companies.
#[component]
pub fn CompaniesPage() -> impl IntoView {
    let list = use_list("name");
    let companies = use_query(move || list.api_query(), api::billing::companies);
    view! {
        <Title text=ta().companies />
        <PageHead title=ta().companies text=ta().companies_text>
            <AddLink permission=Permission::CompaniesEdit text=ta().add_company href="/admin/companies/new" />
        </PageHead>
        <DataTable
            query=companies
            list
            columns=columns()
            label=ta().companies
            empty=|| {
                view! {
                    <EmptyState icon=lu::LuLandmark title=ta().no_companies text=ta().companies_text>
                        <AddLink permission=Permission::CompaniesEdit text=ta().add_company href="/admin/companies/new" />
                    </EmptyState>
                }
            }
        />
    }
}

/// The form of a new home company: its general data; the rest follows on its page.
#[component]
pub fn NewCompanyPage() -> impl IntoView {
    let form = CompanyForm::new(None);
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || {
            let body = untrack(|| form.read());
            api::billing::create_company(&body)
        },
        move |company: CompanyDetail| {
            toast_ok(t().created);
            navigate(&format!("/admin/companies/{}", company.id), Default::default());
        },
    );
    view! {
        <Title text=ta().add_company />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().companies, "/admin/companies"), Crumb::here(ta().add_company)] />
        <PageHead title=ta().add_company />
        <Form errors on_submit=send.run class="stack-y max-w-4xl">
            <Card title=ta().general>
                <GeneralFields form />
            </Card>
            <div class="form-bar">
                <Button text=ta().add_company class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
