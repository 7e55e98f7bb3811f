//! Forms that move a client's money: a proforma to top up, an adjustment, the credit limit.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use send_wrapper::SendWrapper;
use shared::Money;
use shared::billing::document::{DocumentDetail, FundsQuote, FundsRequestByStaff};
use shared::billing::ledger::{AdjustmentKind, NewAdjustment};
use shared::billing::wallet::CreditLimitChange;
use shared::identity::ClientDetail;
use ui::{Button, Form, FormErrors, Note, NumberField, SelectField, TextArea, Tone, settled, toast_ok};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{t, ta, td};
use crate::parts::submit;
use crate::query::{Query, use_query};

/// Issues a proforma whose payment tops up the wallet.
#[component]
pub(super) fn AddFunds(detail: ClientDetail, open: RwSignal<bool>) -> impl IntoView {
    let (client, currency) = (detail.id, detail.currency);
    let amount = RwSignal::new(String::new());
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let navigate = SendWrapper::new(use_navigate());
    let send = submit(
        errors,
        move || async move {
            let body = FundsRequestByStaff { client_id: client, amount: amount.get_untracked() };
            let answer = api::billing::create_funds(&body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |document: DocumentDetail| {
            open.set(false);
            navigate(&format!("/admin/documents/{}", document.document.id), Default::default());
        },
    );
    let asked = settled(move || amount.get());
    let quote = use_query(
        move || asked.get(),
        move |amount| async move {
            if amount.is_empty() {
                return Ok(None);
            }
            // What is not an amount yet has no quote; sending says why.
            Ok(api::billing::quote_funds(&FundsRequestByStaff { client_id: client, amount }).await.ok())
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <p class="text-ink-2">{ta().add_funds_text}</p>
            <NumberField
                name="amount"
                label=ta().net_amount
                value=amount
                unit=currency.to_string()
                decimals=currency.decimals()
                required=true
            />
            <div aria-live="polite">{move || quote.data().get().flatten().map(|quote| view! { <Quote quote /> })}</div>
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=ta().add_funds class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// Net, taxes, what is to pay, and the balance afterwards.
#[component]
fn Quote(quote: FundsQuote) -> impl IntoView {
    let row = |name: String, value: Money| view! { <div><dt>{name}</dt><dd class="num">{format::money(value)}</dd></div> };
    let taxes = quote.taxes.iter().map(|tax| row(crate::parts::sheet::rate(tax), tax.amount)).collect_view();
    view! {
        <dl class="facts">
            {row(t().net.to_owned(), quote.net)}
            {taxes}
            {row(td().money.client_pays.to_owned(), quote.total)}
            {row(td().money.balance_after.to_owned(), quote.balance_after)}
        </dl>
    }
}

/// Gives credit, or corrects the balance.
#[component]
pub(super) fn Adjust(
    detail: ClientDetail,
    client: Query<ClientDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (id, currency) = (detail.id, detail.currency);
    let kind = RwSignal::new(AdjustmentKind::Goodwill.to_string());
    let (amount, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = NewAdjustment {
                kind: kind.get_untracked().parse().unwrap_or(AdjustmentKind::Goodwill),
                amount: amount.get_untracked(),
                currency,
                reason: reason.get_untracked().trim().to_owned(),
                reverses: None,
            };
            let answer = api::billing::adjust(id, &body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |_| {
            open.set(false);
            client.refetch();
            toast_ok(t().saved);
        },
    );
    let kinds = vec![
        (AdjustmentKind::Goodwill.to_string(), ta().goodwill.to_owned()),
        (AdjustmentKind::CorrectUp.to_string(), ta().correct_up.to_owned()),
        (AdjustmentKind::CorrectDown.to_string(), ta().correct_down.to_owned()),
    ];
    view! {
        <Form errors on_submit=send.run>
            <Note tone=Tone::Warn>{ta().adjust_text}</Note>
            <SelectField name="kind" label=t().kind value=kind options=kinds />
            <NumberField
                name="amount"
                label=t().amount
                value=amount
                unit=currency.to_string()
                decimals=4
                required=true
            />
            <TextArea name="reason" label=t().reason value=reason rows=2 required=true max_length=1000 />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=ta().adjust_balance class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// How far below zero the balance may go.
#[component]
pub(super) fn CreditLimit(
    detail: ClientDetail,
    client: Query<ClientDetail>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let (id, currency) = (detail.id, detail.currency);
    let was = format::plain(detail.credit_limit);
    let limit = RwSignal::new(was.clone());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = CreditLimitChange { credit_limit: limit.get_untracked(), was: Some(was.clone()) };
            api::billing::set_credit_limit(id, &body)
        },
        move |_| {
            open.set(false);
            client.refetch();
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <NumberField
                name="credit_limit"
                label=t().credit_limit
                value=limit
                unit=currency.to_string()
                decimals=currency.decimals()
                required=true
            />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=t().save class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}
