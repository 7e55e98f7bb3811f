//! `/admin/documents`: proformas, invoices and credit notes of all clients, or of one.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::document::DocumentSummary;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::bulk::{ARCHIVE_MAX, DocumentsCancel};
use shared::{ClientId, DocumentId, Permission};
use ui::{Column, EmptyState, Icon, PageHead, TextArea, lu, use_list};

use crate::api::client::file;
use crate::i18n::{fill, t, ta, td, tp, word};
use crate::parts::filters::{FilterSegment, FilterSelect, filter_yes, word_options};
use crate::parts::range::{FilterRange, ISSUED};
use crate::parts::states::DocumentBadge;
use crate::parts::{AddLink, Bulk, BulkAct, DataTable, StateBadge};
use crate::portals::admin::clients::{client_filter, client_link, of_client, use_company_options};
use crate::query::use_query;
use crate::session::may;
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
            client_link(document.client_id, document.client_name.clone())
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
        Column::new("pdf", "", |document: &DocumentSummary| {
            document.number.as_ref().map(|number| pdf(document.id, number))
        })
        .end(),
    ]);
    columns
}

/// The paper of a document, one click away.
fn pdf(id: DocumentId, number: &str) -> AnyView {
    let (href, label) = (file(&format!("/admin/documents/{id}/pdf")), format!("PDF: {number}"));
    view! {
        <a class="btn btn-ghost btn-icon btn-sm" href=href rel="external" download="" aria-label=label title="PDF">
            <Icon icon=lu::LuDownload />
        </a>
    }
    .into_any()
}

/// What staff do with many documents.
fn bulk() -> Bulk<DocumentSummary> {
    let reason = RwSignal::new(String::new());
    let cancel = BulkAct::new(ta().cancel_document, move |ids, dry_run, key| {
        let ids = ids.into_iter().map(DocumentId).collect();
        let body = DocumentsCancel { ids, reason: reason.get_untracked().trim().to_owned() };
        api::billing::cancel_documents(&body, dry_run, key)
    });
    let asked =
        move || view! { <TextArea name="reason" label=t().reason value=reason rows=2 max_length=300 /> };
    Bulk {
        key: |document| document.id.to_string(),
        name: |document| document.number.clone().unwrap_or_default(),
        acts: may(Permission::DocumentsCancel).then(|| cancel.with(asked).dangerous()).into_iter().collect(),
        more: Some(download),
    }
}

/// The papers of the chosen documents, in one file.
fn download(ids: Signal<Vec<uuid::Uuid>>) -> AnyView {
    let words = &tp().bulk;
    let most = fill(words.download_max, &[("n", &ARCHIVE_MAX.to_string())]);
    (move || {
        let ids = ids.get();
        if ids.is_empty() {
            return ().into_any();
        }
        if ids.len() > ARCHIVE_MAX {
            return view! { <span class="muted">{words.download} ": " {most.clone()}</span> }.into_any();
        }
        let href = api::billing::archive(&ids);
        view! { <a class="btn btn-sm" href=href rel="external" download=true>{words.download}</a> }.into_any()
    })
    .into_any()
}

/// Documents of all clients, or of one.
#[component]
pub fn DocumentsTable(client: Option<ClientId>) -> impl IntoView {
    let list = use_list("-created_at");
    let documents = use_query(move || of_client(list.api_query(), client), api::billing::documents);
    view! {
        <DataTable
            query=documents
            list
            columns=columns(client.is_none())
            bulk=Some(bulk())
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
                    {filter_yes(list, "open", word("to_pay"))}
                    {filter_yes(list, "overdue", word("overdue"))}
                    <FilterRange list names=ISSUED />
                    {client.is_none().then(|| client_filter(list))}
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
