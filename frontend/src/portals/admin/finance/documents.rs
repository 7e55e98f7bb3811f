//! `/admin/documents`: proformas, invoices and credit notes of all clients, or of one.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::document::DocumentSummary;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{ClientId, Permission};
use ui::{Column, EmptyState, PageHead, lu, use_list};

use crate::i18n::{t, ta, td, word};
use crate::parts::filters::{FilterSegment, FilterSelect, word_options};
use crate::parts::range::{FilterRange, ISSUED};
use crate::parts::states::DocumentBadge;
use crate::parts::{AddLink, DataTable, StateBadge};
use crate::portals::admin::clients::use_company_options;
use crate::query::use_query;
use crate::{api, format};

fn columns(with_client: bool) -> Vec<Column<DocumentSummary>> {
    let mut columns = vec![
        Column::new("number", ta().number, |document: &DocumentSummary| {
            let number = document.number.clone().unwrap_or_else(|| word("draft").to_owned());
            view! {
                <a class="row-link" href=format!("/admin/documents/{}", document.id)>{number}</a>
                <small class="sub">{document.company_name.clone()}</small>
            }
        })
        .sorted_by("number"),
        Column::new(
            "kind",
            t().kind,
            |document: &DocumentSummary| view! { <StateBadge state=document.kind.as_str() /> },
        ),
    ];
    if with_client {
        columns.push(Column::new("client", ta().client, |document: &DocumentSummary| {
            view! { <a class="link" href=format!("/admin/clients/{}", document.client_id)>{document.client_name.clone()}</a> }
        }));
    }
    columns.extend([
        Column::new("status", t().status, |document: &DocumentSummary| {
            view! { <DocumentBadge status=document.status overdue=document.overdue /> }
        })
        .sorted_by("status"),
        Column::new("issued", ta().issued_on, |document: &DocumentSummary| {
            document.issued_on.map(format::day)
        })
        .sorted_by("issued_on"),
        Column::new("due", ta().due_on, |document: &DocumentSummary| document.due_on.map(format::day))
            .sorted_by("due_on"),
        Column::new("net", t().net, |document: &DocumentSummary| format::money(document.net)).end().hidden(),
        Column::new("tax", t().tax, |document: &DocumentSummary| format::money(document.tax)).end().hidden(),
        Column::new("total", t().total, |document: &DocumentSummary| {
            view! { <span class="strong">{format::money(document.total)}</span> }
        })
        .end()
        .sorted_by("total"),
        Column::new("owed", ta().still_due, |document: &DocumentSummary| format::money(document.due)).end(),
    ]);
    columns
}

/// Documents of all clients, or of one.
#[component]
pub fn DocumentsTable(client: Option<ClientId>) -> impl IntoView {
    let list = use_list("-created_at");
    let documents = use_query(
        move || match client {
            Some(client) => format!("{}&client={client}", list.api_query()),
            None => list.api_query(),
        },
        api::billing::documents,
    );
    view! {
        <DataTable
            query=documents
            list
            columns=columns(client.is_none())
            label=ta().documents
            search_hint=ta().search_documents
            filters=Box::new(move || {
                let kinds: Vec<_> = DocumentKind::ALL.iter().map(|kind| kind.as_str()).collect();
                view! {
                    <FilterSegment
                        list
                        name="kind"
                        label=t().kind
                        words=kinds
                    />
                    <FilterSelect
                        list
                        name="status"
                        label=t().status
                        options=word_options(DocumentStatus::ALL, DocumentStatus::as_str)
                    />
                    <FilterSelect list name="company" label=ta().home_company options=use_company_options() />
                    <FilterSelect
                        list
                        name="overdue"
                        label=word("overdue")
                        options=vec![("true".to_owned(), t().yes.to_owned())]
                    />
                    <FilterRange list names=ISSUED />
                }
                    .into_any()
            })
            empty=|| {
                view! { <EmptyState icon=lu::LuReceipt title=ta().no_documents text=ta().no_documents_text /> }
            }
        />
    }
}

/// The global list of documents.
#[component]
pub fn DocumentsPage() -> impl IntoView {
    view! {
        <Title text=ta().documents />
        <PageHead title=ta().documents text=ta().documents_text>
            <AddLink permission=Permission::DocumentsCreate text=td().draft.new href="/admin/documents/new" />
        </PageHead>
        <DocumentsTable client=None />
    }
}
