//! Paying an invoice back: the form with what it would do, and the list of what went back.

use leptos::prelude::*;
use shared::billing::document::DocumentDetail;
use shared::billing::refund::{NewRefund, RefundEffect, RefundMethod, RefundSummary};
use ui::{Button, Card, Form, FormErrors, Note, NumberField, TextArea, TextField, settled, toast_ok};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{fill, t, td, word};
use crate::parts::submit;
use crate::query::{Query, use_query};

/// The form that pays an invoice back, whole or in part.
#[component]
pub(super) fn Refund(
    detail: DocumentDetail,
    document: Query<DocumentDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &td().refund;
    let id = detail.document.id;
    let currency = detail.document.total.currency();
    let left = detail.refundable.map(format::money).unwrap_or_default();
    // It goes back the way it came: without a payment it was paid out of the wallet.
    let method = if detail.payments.is_empty() { RefundMethod::Wallet } else { RefundMethod::ByHand };
    let by_hand = method == RefundMethod::ByHand;
    let (amount, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let reference = RwSignal::new(String::new());
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let body = move |amount: String, reason: String, reference: String| NewRefund {
        amount: Some(amount.trim().to_owned()).filter(|amount| !amount.is_empty()),
        method,
        reason,
        reference,
    };
    let send = submit(
        errors,
        move || async move {
            let reason = reason.get_untracked().trim().to_owned();
            let body = body(amount.get_untracked(), reason, reference.get_untracked().trim().to_owned());
            let answer = api::billing::refund(id, &body, false, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |effect: RefundEffect| {
            open.set(false);
            document.refetch();
            let number = effect.credit_note.and_then(|note| note.number).unwrap_or_default();
            toast_ok(fill(td().refund.done, &[("number", &number)]));
        },
    );
    let asked = settled(move || amount.get());
    let effect = use_query(
        move || asked.get(),
        move |amount| async move {
            // What it does does not depend on words. What is no amount yet does nothing; sending says why.
            let body = body(amount, "-".to_owned(), "-".to_owned());
            Ok(api::billing::refund(id, &body, true, &Key::new()).await.ok())
        },
    );
    let reference_field = by_hand.then(|| {
        view! { <TextField name="reference" label=words.reference value=reference required=true wide=true max_length=200 /> }
    });
    view! {
        <Form errors on_submit=send.run>
            <p class="text-ink-2">{fill(words.left, &[("left", &left)])}</p>
            <Note>{if by_hand { words.by_hand_text } else { words.wallet_text }}</Note>
            <NumberField
                name="amount"
                label=t().amount
                value=amount
                unit=currency.to_string()
                decimals=currency.decimals()
                help=words.whole
            />
            {reference_field}
            <TextArea name="reason" label=t().reason value=reason help=words.reason_help rows=2 required=true max_length=300 />
            <div aria-live="polite">
                {move || effect.data().get().flatten().map(|effect| view! { <Outcome effect /> })}
            </div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.action class="btn-danger" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// What goes back of net and taxes, which ways, and what is left afterwards.
#[component]
fn Outcome(effect: RefundEffect) -> impl IntoView {
    let words = &td().refund;
    let mut rows = vec![(t().net.to_owned(), effect.net)];
    rows.extend(effect.taxes.iter().map(|tax| (crate::parts::sheet::rate(tax), tax.amount)));
    rows.push((words.goes_back.to_owned(), effect.total));
    rows.extend(effect.ways.iter().map(|way| {
        let name = way.gateway_name.clone().unwrap_or_else(|| word(way.method.as_str()).to_owned());
        let id = way.external_id.clone().unwrap_or_default();
        (format!("→ {name} {id}"), way.amount)
    }));
    rows.push((td().money.balance_after.to_owned(), effect.balance_after));
    rows.push((words.left_after.to_owned(), effect.left));
    let row = |(name, value): (String, shared::Money)| {
        view! { <div><dt>{name}</dt><dd class="num">{format::money(value)}</dd></div> }
    };
    view! { <dl class="facts">{rows.into_iter().map(row).collect_view()}</dl> }
}

/// What was paid back of an invoice, or by a credit note; nothing when nothing was.
#[component]
pub(super) fn Refunds(refunds: Vec<RefundSummary>) -> impl IntoView {
    let words = &td().refund;
    let row = |refund: RefundSummary| {
        let number = refund.credit_note.number.clone().unwrap_or_default();
        view! {
            <tr>
                <td>
                    <a class="row-link" href=format!("/admin/documents/{}", refund.credit_note.id)>{number}</a>
                    <small class="sub">{format::date_time(refund.created_at)}</small>
                </td>
                <td>{refund.gateway_name.unwrap_or_else(|| word(refund.method.as_str()).to_owned())}</td>
                <td class="mono">{refund.reference}</td>
                <td>{refund.reason}</td>
                <td class="end num strong">{format::money(refund.amount)}</td>
            </tr>
        }
    };
    (!refunds.is_empty()).then(|| {
        view! {
            <Card title=words.list flush=true>
                <div class="table-wrap" tabindex="0" role="region" aria-label=words.list>
                    <table class="table">
                        <thead>
                            <tr>
                                <th>{word("credit_note")}</th>
                                <th>{words.way}</th>
                                <th>{words.reference}</th>
                                <th>{t().reason}</th>
                                <th class="end">{t().amount}</th>
                            </tr>
                        </thead>
                        <tbody>{refunds.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </Card>
        }
    })
}
