//! `/documents` and `/documents/:id`: proformas, invoices and credit notes.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::DocumentId;
use shared::billing::document::{DocumentAction, DocumentDetail, DocumentLink, DocumentSummary};
use shared::billing::payment::PaymentSummary;
use shared::billing::refund::RefundSummary;
use shared::billing::{DocumentKind, DocumentStatus};
use ui::{Breadcrumbs, Card, Column, Crumb, EmptyState, Icon, LinkButton, ListState, PageHead, lu, use_list};

use super::statements::PaperTabs;
use crate::api;
use crate::format;
use crate::i18n::{self, t, tc};
use crate::parts::filters::{FilterSegment, FilterSelect, word_options};
use crate::parts::range::{FilterRange, ISSUED};
use crate::parts::sheet::{DocumentSheet, XmlMenu};
use crate::parts::states::DocumentBadge;
use crate::parts::{DataTable, Loaded, RecordId, by_id};
use crate::portals::client::kit;
use crate::query::use_query;

#[component]
pub(in crate::portals::client) fn DocumentsPage() -> impl IntoView {
    let words = &tc().docs;
    let client = kit::client();
    let list = use_list("-created_at");
    let rows =
        use_query(move || list.api_query(), move |query: String| api::money::documents(client, &query));
    let columns = vec![
        Column::new("number", words.number, |row: &DocumentSummary| {
            let text = row.number.clone().unwrap_or_else(|| "—".to_owned());
            view! {
                <a class="row-link num" href=format!("/documents/{}", row.id)>{text}</a>
                <div class="sub">{i18n::word(row.kind.as_str())}</div>
            }
        })
        .sorted_by("number"),
        Column::new("status", tc().common.status, |row: &DocumentSummary| {
            view! { <DocumentBadge status=row.status overdue=row.overdue /> }
        })
        .sorted_by("status"),
        Column::new("issued", words.issued, |row: &DocumentSummary| row.issued_on.map(format::day)).sorted_by("issued_on"),
        Column::new("due_on", words.due, |row: &DocumentSummary| row.due_on.map(format::day)).sorted_by("due_on"),
        Column::new("net", words.net, |row: &DocumentSummary| format::money(row.net)).end(),
        Column::new("tax", words.tax, |row: &DocumentSummary| format::money(row.tax)).end().hidden(),
        Column::new("total", words.total, |row: &DocumentSummary| {
            view! { <span class="strong">{format::money(row.total)}</span> }
        })
        .end()
        .sorted_by("total"),
        Column::new("actions", "", move |row: &DocumentSummary| {
            let open = matches!(row.status, DocumentStatus::Unpaid | DocumentStatus::PartiallyPaid);
            let number = row.number.clone().unwrap_or_default();
            view! {
                <div class="flex justify-end gap-1.5">
                    {open
                        .then(|| {
                            view! {
                                <a class="btn btn-sm btn-primary" href=format!("/documents/{}/pay", row.id)>{words.pay}</a>
                            }
                        })}
                    <a
                        class="btn btn-sm btn-icon btn-ghost"
                        href=api::money::pdf(client, row.id)
                        download=""
                        aria-label=format!("{}: {number}", words.download)
                    >
                        <Icon icon=lu::LuDownload />
                    </a>
                </div>
            }
        })
        .end(),
    ];
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text>
            <LinkButton text=tc().nav.add_funds href="/funds" icon=lu::LuPlus class="btn-primary" />
        </PageHead>
        <PaperTabs />
        <DataTable
            query=rows
            list
            columns
            label=words.title
            search_hint=words.search
            filters=Box::new(move || view! { <Filters list /> }.into_any())
            empty=ViewFn::from(|| {
                view! {
                    <EmptyState icon=lu::LuFileText title=tc().docs.empty text=tc().docs.empty_hint>
                        <LinkButton text=tc().nav.add_funds href="/funds" class="btn-primary" />
                    </EmptyState>
                }
            })
        />
    }
}

#[component]
fn Filters(list: ListState) -> impl IntoView {
    let statuses: Vec<_> =
        DocumentStatus::ALL.iter().copied().filter(|status| *status != DocumentStatus::Draft).collect();
    let statuses = word_options(&statuses, DocumentStatus::as_str);
    view! {
        <FilterSegment list name="kind" label=tc().docs.kind words=DocumentKind::ALL.iter().map(|kind| kind.as_str()).collect() />
        <FilterSelect list name="status" label=tc().common.status options=statuses />
        <FilterSelect
            list
            name="open"
            label=i18n::word("to_pay")
            options=vec![("true".to_owned(), t().yes.to_owned())]
        />
        <FilterSelect
            list
            name="overdue"
            label=i18n::word("overdue")
            options=vec![("true".to_owned(), t().yes.to_owned())]
        />
        <FilterRange list names=ISSUED />
    }
}

#[component]
pub(in crate::portals::client) fn DocumentPage() -> impl IntoView {
    by_id(|id: DocumentId| {
        let client = kit::client();
        let detail = use_query(|| (), move |()| api::money::document(client, id));
        view! {
            <Loaded query=detail rows=10 let:document>
                <Body detail=document />
            </Loaded>
        }
    })
}

fn other(link: &DocumentLink, title: &'static str) -> AnyView {
    let number = link.number.clone().unwrap_or_default();
    view! {
        <div>
            <dt>{title}</dt>
            <dd><a class="link num" href=format!("/documents/{}", link.id)>{number}</a></dd>
        </div>
    }
    .into_any()
}

#[component]
fn Body(detail: DocumentDetail) -> impl IntoView {
    let words = &tc().docs;
    let client = kit::client();
    let head = detail.document.clone();
    let number = head.number.clone().unwrap_or_default();
    let may_pay = detail.actions.contains(&DocumentAction::Pay);
    let xml_formats = detail.xml_formats.clone();
    let id = head.id;
    view! {
        <Title text=number.clone() />
        <div class="no-print">
            <Breadcrumbs crumbs=vec![Crumb::to(words.title, "/documents"), Crumb::here(number.clone())] />
            <PageHead title=format!("{} {number}", i18n::word(head.kind.as_str()))>
                <DocumentBadge status=head.status overdue=head.overdue />
                <RecordId id=id.0 path=format!("/clients/{client}/documents/{id}") />
                <a class="btn" href=api::money::pdf(client, id) download="">
                    <Icon icon=lu::LuDownload />
                    {words.download}
                </a>
                <XmlMenu formats=xml_formats path=format!("/clients/{client}/documents/{id}") />
                <a class="btn" href=api::money::pdf(client, id) target="_blank" rel="external noopener">
                    <Icon icon=lu::LuPrinter />
                    {words.print}
                </a>
                {may_pay
                    .then(|| {
                        view! { <LinkButton text=words.pay href=format!("/documents/{id}/pay") class="btn-primary" icon=lu::LuCreditCard /> }
                    })}
            </PageHead>
        </div>
        <div class="grid-2">
            <DocumentSheet detail=detail.clone() path=format!("/clients/{client}/documents/{id}") />
            <div class="stack-y">
                <Related detail=detail.clone() />
                <Payments payments=detail.payments.clone() />
                <Refunds refunds=detail.refunds.clone() />
            </div>
        </div>
    }
}

#[component]
fn Related(detail: DocumentDetail) -> impl IntoView {
    let words = &tc().docs;
    let proforma = detail.proforma.as_ref().map(|link| other(link, words.from_proforma));
    let corrects = detail.document.kind == DocumentKind::CreditNote;
    let title = if corrects { words.corrects } else { words.became_invoice };
    let invoice = detail.invoice.as_ref().map(|link| other(link, title));
    let corrected = detail.credit_notes.iter().map(|link| other(link, words.corrected_by)).collect_view();
    let any = proforma.is_some() || invoice.is_some() || !detail.credit_notes.is_empty();
    any.then(|| view! { <Card><dl class="facts">{proforma} {invoice} {corrected}</dl></Card> })
}

#[component]
fn Payments(payments: Vec<PaymentSummary>) -> impl IntoView {
    let words = &tc().docs;
    view! {
        <Card title=words.payments>
            {if payments.is_empty() {
                view! { <p class="text-sm text-ink-3">{words.payments_none}</p> }.into_any()
            } else {
                view! {
                    <ul class="grid gap-3">
                        {payments
                            .into_iter()
                            .map(|payment| {
                                view! {
                                    <li class="flex items-baseline justify-between gap-3 text-sm">
                                        <div>
                                            <div class="font-medium">{payment.gateway_name}</div>
                                            <div class="sub">{format::day(payment.received_on)}</div>
                                        </div>
                                        <span class="num font-semibold pos">{format::money(payment.gross)}</span>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                }
                    .into_any()
            }}
        </Card>
    }
}

/// What was paid back, with the credit notes that say so; nothing when nothing was.
#[component]
fn Refunds(refunds: Vec<RefundSummary>) -> impl IntoView {
    let words = &tc().docs;
    let row = |refund: RefundSummary| {
        let number = refund.credit_note.number.clone().unwrap_or_default();
        let way = refund.gateway_name.clone().unwrap_or_else(|| words.to_balance.to_owned());
        view! {
            <li class="flex items-baseline justify-between gap-3 text-sm">
                <div>
                    <a class="link num" href=format!("/documents/{}", refund.credit_note.id)>{number}</a>
                    <div class="sub">{[way, refund.reference, refund.reason].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")}</div>
                </div>
                <span class="num font-semibold">{format::money(refund.amount)}</span>
            </li>
        }
    };
    (!refunds.is_empty()).then(|| {
        view! {
            <Card title=words.refunds>
                <ul class="grid gap-3">{refunds.into_iter().map(row).collect_view()}</ul>
            </Card>
        }
    })
}
