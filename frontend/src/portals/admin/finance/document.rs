//! `/admin/documents/:id`: a document as the paper it is, what was paid, and what can be done.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::billing::DocumentKind;
use shared::billing::document::{CancelDocument, DocumentAction, DocumentDetail, DocumentLink};
use shared::billing::payment::{PaidFromWallet, PayFromWallet as Part, PaymentSummary};
use shared::{DocumentId, Money, Permission};
use ui::{
    Breadcrumbs, Button, Card, Confirm, CopyId, Crumb, Dialog, EmptyState, Facts, FormErrors, Icon,
    NumberField, TableWrap, TextArea, lu, toast_ok,
};

use super::book_payment::BookPayment;
use super::draft::{DraftActions, EditDraft};
use super::refund::{Refund, Refunds};
use crate::api::Key;
use crate::api::client::file;
use crate::i18n::{fill, t, ta, td, word};
use crate::parts::sheet::{DocumentSheet, TaxWhy, XmlMenu};
use crate::parts::states::DocumentBadge;
use crate::parts::{Loaded, RecordId, StateBadge, by_id, submit};
use crate::portals::admin::monitoring::History;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The page of a document.
#[component]
pub fn DocumentPage() -> impl IntoView {
    by_id(|id: DocumentId| {
        let document = use_query(move || id, api::billing::document);
        view! {
            <Loaded query=document rows=10 let:detail>
                <Page detail document />
            </Loaded>
        }
    })
}

fn link(link: DocumentLink) -> AnyView {
    let number = link.number.unwrap_or_else(|| word(link.kind.as_str()).to_owned());
    view! { <a class="link" href=format!("/admin/documents/{}", link.id)>{number}</a> }.into_any()
}

#[component]
fn Page(detail: DocumentDetail, document: Query<DocumentDetail>) -> impl IntoView {
    let head = detail.document.clone();
    let id = head.id;
    let title = head.number.clone().unwrap_or_else(|| word("draft").to_owned());
    let (pay_open, cancel_open) = (RwSignal::new(false), RwSignal::new(false));
    let (refund_open, wallet_open) = (RwSignal::new(false), RwSignal::new(false));
    let editing = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let version = detail.version;
    let errors = FormErrors::new();
    let cancel = submit(
        errors,
        move || {
            let body = CancelDocument { version, reason: reason.get_untracked().trim().to_owned() };
            api::billing::cancel_document(id, &body)
        },
        move |detail| {
            cancel_open.set(false);
            document.put(detail);
            toast_ok(t().saved);
        },
    );
    let can = |action: DocumentAction| detail.actions.contains(&action);
    let can_pay = can(DocumentAction::AddPayment) && may(Permission::PaymentsBook);
    let can_draft = can(DocumentAction::Draft) && may(Permission::DocumentsCreate);
    let can_refund = can(DocumentAction::Refund) && may(Permission::PaymentsRefund);
    let from_wallet = can(DocumentAction::PayFromWallet) && may(Permission::PaymentsBook);
    let can_cancel = can(DocumentAction::Cancel) && may(Permission::DocumentsCancel);
    let mut facts = vec![
        (ta().client.to_owned(), view! { <a class="link" href=format!("/admin/clients/{}", head.client_id)>{head.client_name.clone()}</a> }.into_any()),
        (ta().home_company.to_owned(), head.company_name.clone().into_any()),
        (ta().issued_on.to_owned(), head.issued_on.map(format::day).into_any()),
        (ta().due_on.to_owned(), head.due_on.map(format::day).into_any()),
        (t().total.to_owned(), format::money(head.total).into_any()),
        (ta().paid.to_owned(), format::money(head.paid).into_any()),
        (ta().still_due.to_owned(), format::money(head.due).into_any()),
    ];
    if let Some(invoice) = detail.invoice.clone() {
        facts.push((word("invoice").to_owned(), link(invoice)));
    }
    if let Some(proforma) = detail.proforma.clone() {
        facts.push((word("proforma").to_owned(), link(proforma)));
    }
    for note in detail.credit_notes.clone() {
        facts.push((word("credit_note").to_owned(), link(note)));
    }
    if let Some(sha) = detail.pdf_sha256.clone() {
        let short: String = sha.chars().take(12).collect();
        facts.push(("SHA-256".to_owned(), view! { <CopyId id=sha text=short /> }.into_any()));
    }
    let number = title.clone();
    let refund_title = fill(td().refund.title, &[("number", &title)]);
    let payments = detail.payments.clone();
    let decision = detail.tax_decision.clone();
    let refunds = detail.refunds.clone();
    let xml_formats = detail.xml_formats.clone();
    // What the wallet has paid is net, and a document that a gateway paid a part of is not paid from there.
    let net = head.net.checked_sub(head.paid).unwrap_or(head.net);
    let shown = StoredValue::new(detail);
    view! {
        <Title text=title.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().documents, "/admin/documents"), Crumb::here(title.clone())] />
        <header class="page-head">
            <div>
                <div class="flex flex-wrap items-center gap-3">
                    <h1>{title.clone()}</h1>
                    <StateBadge state=head.kind.as_str() />
                    <DocumentBadge status=head.status overdue=head.overdue />
                </div>
                <div class="text-sm">
                    <RecordId id=id.0 path=format!("/admin/documents/{id}") />
                </div>
            </div>
            <div class="page-actions">
                {head
                    .number
                    .is_some()
                    .then(|| {
                        view! {
                            <a
                                class="btn"
                                href=file(&format!("/admin/documents/{id}/pdf"))
                                target="_blank"
                                rel="external noopener"
                                download=true
                            >
                                <Icon icon=lu::LuDownload />
                                "PDF"
                            </a>
                        }
                    })}
                <XmlMenu formats=xml_formats path=format!("/admin/documents/{id}") />
                {can_draft.then(|| view! { <DraftActions detail=shown.get_value() document editing /> })}
                {can_refund
                    .then(|| {
                        view! {
                            <Button
                                text=td().refund.action
                                icon=lu::LuUndo2
                                on_click=Callback::new(move |()| refund_open.set(true))
                            />
                        }
                    })}
                {from_wallet
                    .then(|| {
                        view! {
                            <Button
                                text=td().draft.pay
                                icon=lu::LuWallet
                                on_click=Callback::new(move |()| wallet_open.set(true))
                            />
                        }
                    })}
                {can_cancel
                    .then(|| {
                        view! {
                            <Button
                                text=ta().cancel_document
                                class="btn-danger"
                                icon=lu::LuBan
                                on_click=Callback::new(move |()| cancel_open.set(true))
                            />
                        }
                    })}
                {can_pay
                    .then(|| {
                        view! {
                            <Button
                                text=ta().add_payment
                                class="btn-primary"
                                icon=lu::LuPlus
                                on_click=Callback::new(move |()| pay_open.set(true))
                            />
                        }
                    })}
            </div>
        </header>
        <div class="grid-2">
            <div class="stack-y">
                {move || {
                    let detail = shown.get_value();
                    if editing.get() {
                        view! { <EditDraft detail document editing /> }.into_any()
                    } else {
                        view! { <DocumentSheet detail path=format!("/admin/documents/{id}") /> }.into_any()
                    }
                }}
                <Payments id payments />
                <Refunds refunds />
            </div>
            <div class="stack-y">
                <Card title=ta().facts>
                    <Facts rows=facts />
                </Card>
                <Card title=ta().why_this_tax>
                    <TaxWhy decision />
                </Card>
            </div>
        </div>
        <div class="mt-5">
            <History subject=id.0 />
        </div>
        <Dialog open=pay_open title=ta().add_payment>
            <BookPayment detail=shown.get_value() document open=pay_open />
        </Dialog>
        <Dialog open=refund_open title=refund_title>
            <Refund detail=shown.get_value() document open=refund_open />
        </Dialog>
        <PayFromWallet id net only_whole=head.kind == DocumentKind::Invoice document open=wallet_open />
        <Confirm
            open=cancel_open
            title=ta().cancel_document
            text=if head.kind == DocumentKind::Invoice { td().draft.take_back_text } else { ta().cancel_document_text }
            action=ta().cancel_document
            type_name=number
            errors
            busy=cancel.busy
            on_confirm=cancel.run
        >
            <TextArea name="reason" label=t().reason value=reason rows=2 max_length=300 />
        </Confirm>
    }
}

/// What was paid on it.
#[component]
fn Payments(id: DocumentId, payments: Vec<PaymentSummary>) -> impl IntoView {
    view! {
        <Card
            title=ta().payments
            flush=true
            tools=Box::new(move || {
                let href = format!("/admin/transactions?document={id}");
                may(Permission::TransactionsView)
                    .then(|| view! { <a class="link text-sm" href=href>{ta().transactions}</a> })
                    .into_any()
            })
        >
            {if payments.is_empty() {
                view! { <EmptyState icon=lu::LuCreditCard title=ta().no_payments /> }.into_any()
            } else {
                payments_table(payments)
            }}
        </Card>
    }
}

/// Where the money of payments went; what went nowhere else has no columns.
fn payments_table(payments: Vec<PaymentSummary>) -> AnyView {
    type Amount = fn(&PaymentSummary) -> Money;
    let amounts: [(&str, Amount, bool); 5] = [
        (ta().gross, |payment| payment.gross, true),
        (ta().to_wallet, |payment| payment.to_wallet, true),
        (ta().to_tax, |payment| payment.to_tax, true),
        (ta().to_suspense, |payment| payment.to_suspense, false),
        (word("refunded"), |payment| payment.refunded, false),
    ];
    let is_shown = |(_, of, always): &(&str, Amount, bool)| {
        *always || payments.iter().any(|payment| !of(payment).is_zero())
    };
    let amounts: Vec<(&str, Amount)> =
        amounts.into_iter().filter(is_shown).map(|(title, of, _)| (title, of)).collect();
    let heads = amounts.iter().map(|(title, _)| view! { <th scope="col" class="end">{*title}</th> });
    let heads = heads.collect_view();
    let row = |payment: PaymentSummary| {
        let cells =
            amounts.iter().map(|(_, of)| view! { <td class="end num">{format::money(of(&payment))}</td> });
        let cells = cells.collect_view();
        view! {
            <tr>
                <th scope="row">
                    <a class="row-link" href=format!("/admin/payments?payment={}", payment.id)>
                        {format::day(payment.received_on)}
                    </a>
                    <small class="sub">{payment.gateway_name}</small>
                    <small class="sub mono break-all">{payment.external_id}</small>
                </th>
                {cells}
            </tr>
        }
    };
    let rows = payments.iter().cloned().map(row).collect_view();
    view! {
        <TableWrap label=ta().payments>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{ta().received_on}</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </TableWrap>
    }
    .into_any()
}

/// Asks before a document is paid out of its client's wallet.
#[component]
fn PayFromWallet(
    id: DocumentId,
    net: Money,
    /// An invoice.
    only_whole: bool,
    document: Query<DocumentDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &td().draft;
    let key = StoredValue::new(Key::new());
    let amount = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let pay = submit(
        errors,
        move || async move {
            let amount = Some(amount.get_untracked()).filter(|amount| !amount.is_empty());
            let answer = api::billing::pay_from_wallet(id, &Part { amount }, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |paid: PaidFromWallet| {
            // Another part is another payment.
            key.try_set_value(Key::new());
            open.set(false);
            document.refetch();
            amount.set(String::new());
            let number = |link: DocumentLink| link.number.unwrap_or_default();
            toast_ok(match (paid.invoice, paid.credit_note) {
                (Some(invoice), _) => fill(td().draft.paid, &[("number", &number(invoice))]),
                (None, Some(note)) => fill(td().draft.paid_noted, &[("number", &number(note))]),
                (None, None) => fill(
                    td().draft.paid_part,
                    &[("amount", &format::money(paid.amount)), ("due", &format::money(paid.document.due))],
                ),
            });
        },
    );
    let text = if only_whole { words.pay_whole } else { words.pay_text };
    let text = fill(text, &[("amount", &format::money(net))]);
    view! {
        <Confirm
            open
            title=words.pay
            text
            action=words.pay
            danger=false
            errors
            busy=pay.busy
            on_confirm=pay.run
        >
            {(!only_whole)
                .then(|| {
                    view! {
                        <NumberField
                            name="amount"
                            label=t().amount
                            value=amount
                            unit=net.currency().to_string()
                            decimals=net.currency().decimals()
                            help=td().draft.pay_part
                        />
                    }
                })}
        </Confirm>
    }
}
