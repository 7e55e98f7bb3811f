//! `/documents/:id/pay`: how to pay a document; notices by itself when it is paid.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use rust_decimal::Decimal;
use shared::billing::DocumentStatus;
use shared::billing::document::DocumentSummary;
use shared::billing::payment::{
    PaidFromWallet, PayFromWallet, PaymentChoice, PaymentMethod, PaymentPage, WalletPayment,
};
use shared::{DocumentId, GatewayId, Money};
use ui::{
    Button, Card, CopyId, EmptyState, Form, FormErrors, Icon, LinkButton, Note, NumberField, PageHead, Tone,
    lu,
};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{fill, t, tc};
use crate::parts::{Arrived, Part, by_id, submit};
use crate::portals::client::kit::{self, overview};
use crate::query::{Query, use_query};

#[component]
pub(in crate::portals::client) fn PayPage() -> impl IntoView {
    by_id(|id: DocumentId| view! { <Pay id /> })
}

/// Pays a document, and follows the payment. `order`: an order waits for it.
#[component]
pub(in crate::portals::client) fn Pay(id: DocumentId, #[prop(optional)] order: bool) -> impl IntoView {
    let client = kit::client();
    let overview = overview();
    let page_query = use_query(|| (), move |()| api::money::payment_page(client, id));
    let paid = Memo::new(move |_| {
        page_query.data().with(|page| page.as_ref().is_some_and(|page| is_paid(page.document.status)))
    });
    page_query.refresh_every(move || if paid.get() { 0 } else { 5 });
    Effect::new(move |before: Option<bool>| {
        let now = paid.get();
        if now && before == Some(false) {
            overview.refresh();
        }
        now
    });
    view! {
        <Arrived query=page_query rows=6>
            {move || {
                if paid.get() {
                    view! { <Part query=page_query pick=document let:document><Paid document order /></Part> }.into_any()
                } else {
                    view! { <PayBody query=page_query /> }.into_any()
                }
            }}
        </Arrived>
    }
}

fn document(page: &PaymentPage) -> DocumentSummary {
    page.document.clone()
}

fn is_paid(status: DocumentStatus) -> bool {
    matches!(status, DocumentStatus::Paid | DocumentStatus::Invoiced | DocumentStatus::Refunded)
}

fn title(document: &DocumentSummary) -> String {
    fill(tc().pay.title, &[("number", document.number.as_deref().unwrap_or_default())])
}

#[component]
fn Paid(document: DocumentSummary, order: bool) -> impl IntoView {
    let words = &tc().pay;
    let title = title(&document);
    let (next, there) = if order { (tc().nav.all_services, "/services") } else { (tc().nav.dashboard, "/") };
    view! {
        <Title text=title.clone() />
        <PageHead title=title />
        <section class="card">
            <EmptyState icon=lu::LuCircleCheck title=words.done_title text=words.done_text>
                <LinkButton text=words.see_invoice href=format!("/documents/{}", document.id) class="btn-primary" />
                <LinkButton text=next href=there />
            </EmptyState>
        </section>
    }
}

/// Each part follows what it shows by itself: the page is asked again while somebody types.
#[component]
fn PayBody(query: Query<PaymentPage>) -> impl IntoView {
    let methods = |page: &PaymentPage| (page.methods.clone(), page.document.due);
    let wallet = |page: &PaymentPage| {
        let wallet = page.wallet.as_ref()?;
        let payable = if wallet.only_whole { wallet.covered } else { !covered(wallet).is_zero() };
        Some((page.document.id, wallet.amount, payable, wallet.only_whole))
    };
    view! {
        <Part query pick=document let:document><Head document /></Part>
        <div class="grid-2">
            <div class="stack-y">
                <Part query pick=document let:document><Standing document /></Part>
                <Part query pick=wallet let:wallet>
                    {wallet.map(|(id, amount, payable, only_whole)| view! { <FromWallet id amount payable only_whole query /> })}
                </Part>
                <Part query pick=methods let:shown>
                    <Methods methods=shown.0 due=format::money(shown.1) />
                </Part>
            </div>
            <Part query pick=document let:document><Status document /></Part>
        </div>
    }
}

#[component]
fn Head(document: DocumentSummary) -> impl IntoView {
    let words = &tc().pay;
    let title = title(&document);
    let pdf = api::money::pdf(document.client_id, document.id);
    view! {
        <Title text=title.clone() />
        <PageHead title=title>
            <a class="btn" href=pdf download="">
                <Icon icon=lu::LuDownload />
                {tc().docs.download}
            </a>
            <LinkButton text=words.later href="/" class="btn-ghost" />
        </PageHead>
    }
}

/// What is to be known before it is paid.
#[component]
fn Standing(document: DocumentSummary) -> impl IntoView {
    let words = &tc().pay;
    match document.status {
        DocumentStatus::Cancelled => view! { <Note tone=Tone::Warn>{words.cancelled}</Note> }.into_any(),
        DocumentStatus::PartiallyPaid => {
            let text = fill(
                words.partly,
                &[
                    ("paid", &format::money(document.paid)),
                    ("total", &format::money(document.total)),
                    ("due", &format::money(document.due)),
                ],
            );
            view! { <Note>{text}</Note> }.into_any()
        }
        _ => ().into_any(),
    }
}

/// What the balance covers of it, in amounts that can be paid.
fn covered(wallet: &WalletPayment) -> Money {
    let currency = wallet.amount.currency();
    let least = wallet.available.amount().min(wallet.amount.amount());
    Money::rounded(least.max(Decimal::ZERO).trunc_with_scale(currency.decimals()), currency)
}

/// Paying it out of the wallet, when the document can be: all that is left, or what the balance covers of it.
#[component]
fn FromWallet(
    id: DocumentId,
    amount: Money,
    payable: bool,
    only_whole: bool,
    query: Query<PaymentPage>,
) -> impl IntoView {
    let words = &tc().pay;
    let client = kit::client();
    let currency = amount.currency();
    // The balance goes on changing while a part is typed.
    let wallet = move |page: &Option<PaymentPage>| page.as_ref().and_then(|page| page.wallet.clone());
    let begin = query.data().with_untracked(wallet).map(|wallet| format::plain(covered(&wallet)));
    let part = RwSignal::new(begin.unwrap_or_default());
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let pay = submit(
        errors,
        move || async move {
            let body = PayFromWallet { amount: (!only_whole).then(|| part.get_untracked()) };
            let answer = api::money::pay_from_wallet(client, id, &body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |_: PaidFromWallet| {
            // Another part is another payment.
            key.try_set_value(Key::new());
            query.refetch();
        },
    );
    let text = move || {
        let Some(wallet) = query.data().with(wallet) else { return String::new() };
        let (available, amount) = (format::money(wallet.available), format::money(wallet.amount));
        let values = [("available", available.as_str()), ("amount", amount.as_str())];
        fill(if wallet.covered { words.balance_text } else { words.balance_short }, &values)
    };
    let action = move || {
        let typed = part.with(|part| part.parse::<Decimal>().ok()).filter(|_| !only_whole);
        let typed = typed.or(only_whole.then(|| amount.amount()));
        let typed = typed.map(|typed| format::money(Money::rounded(typed, currency)));
        fill(words.balance_pay, &[("amount", &typed.unwrap_or_default())])
    };
    view! {
        <Card title=words.balance text>
            {payable
                .then(|| {
                    view! {
                        <Form errors on_submit=pay.run class="grid gap-4">
                            {if only_whole {
                                view! { <p class="sub">{words.balance_whole}</p> }.into_any()
                            } else {
                                view! {
                                    <NumberField
                                        name="amount"
                                        label=t().amount
                                        value=part
                                        unit=currency.to_string()
                                        decimals=currency.decimals()
                                        help=words.balance_part
                                        required=true
                                    />
                                }
                                    .into_any()
                            }}
                            <div>
                                <Button
                                    text=Signal::derive(action)
                                    class="btn-primary"
                                    icon=lu::LuWallet
                                    submit=true
                                    busy=pay.busy
                                />
                            </div>
                        </Form>
                    }
                })}
        </Card>
    }
}

#[component]
fn Methods(methods: Vec<PaymentMethod>, due: String) -> impl IntoView {
    let words = &tc().pay;
    // Chosen on the page that led here, else the first.
    let asked = use_query_map().with_untracked(|query| query.get("method")?.parse().ok());
    let first = methods.first().map(|method| method.gateway_id);
    let known = |id: &GatewayId| methods.iter().any(|method| method.gateway_id == *id);
    let chosen = RwSignal::new(asked.filter(known).or(first));
    if methods.is_empty() {
        return view! {
            <section class="card">
                <EmptyState icon=lu::LuCreditCard title=words.no_methods text=words.no_methods_hint />
            </section>
        }
        .into_any();
    }
    let choices = methods.iter().map(PaymentMethod::choice).collect();
    view! {
        <MethodCards choices chosen />
        {move || {
            methods
                .iter()
                .find(|method| Some(method.gateway_id) == chosen.get())
                .map(|method| view! { <Transfer method=method.clone() due=due.clone() /> })
        }}
    }
    .into_any()
}

/// Ways to pay, as cards of which one is chosen.
#[component]
pub(super) fn MethodCards(choices: Vec<PaymentChoice>, chosen: RwSignal<Option<GatewayId>>) -> impl IntoView {
    view! {
        <fieldset class="grid gap-3">
            <legend class="font-semibold mb-3">{tc().pay.methods}</legend>
            {choices
                .into_iter()
                .map(|choice| {
                    let id = choice.gateway_id;
                    view! {
                        <label class="choice">
                            <input
                                class="sr-only"
                                type="radio"
                                name="method"
                                prop:checked=move || chosen.get() == Some(id)
                                on:change=move |_| chosen.set(Some(id))
                            />
                            <span class="tile tile-sm"><Icon icon=lu::LuLandmark /></span>
                            <span>
                                <span class="field-label block">{choice.name}</span>
                                <span class="field-help">{choice.description}</span>
                            </span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}

/// What to type into the bank's form, each value with a button that copies it.
#[component]
fn Transfer(method: PaymentMethod, due: String) -> impl IntoView {
    let words = &tc().pay;
    let qr = method.qr_svg.clone();
    view! {
        <Card title=words.transfer text=words.transfer_text>
            <div class="flex flex-wrap gap-8">
                <dl class="facts flex-1 min-w-64">
                    <div>
                        <dt>{words.to_pay}</dt>
                        <dd class="num text-lg">{due}</dd>
                    </div>
                    {method
                        .details
                        .iter()
                        .map(|row| {
                            view! {
                                <div>
                                    <dt>{row.label.clone()}</dt>
                                    <dd class="min-w-0"><CopyId id=row.value.clone() /></dd>
                                </div>
                            }
                        })
                        .collect_view()}
                </dl>
                {qr
                    .map(|svg| {
                        view! {
                            <figure class="grid gap-2 justify-items-center mx-auto">
                                <div class="qr" role="img" aria-label=words.qr inner_html=svg></div>
                                <figcaption class="sub">{words.qr}</figcaption>
                            </figure>
                        }
                    })}
            </div>
            {(!method.instructions.is_empty())
                .then(|| view! { <p class="mt-5 pt-5 border-t border-line text-sm text-ink-2 whitespace-pre-line">{method.instructions.clone()}</p> })}
        </Card>
    }
}

#[component]
fn Status(document: DocumentSummary) -> impl IntoView {
    let words = &tc().pay;
    let rows = [
        (tc().docs.net, Some(format::money(document.net))),
        (tc().docs.tax, Some(format::money(document.tax))),
        (tc().docs.total, Some(format::money(document.total))),
        (words.paid, (!document.paid.is_zero()).then(|| format::money(document.paid))),
        (words.due, document.due_on.map(format::day)),
    ];
    view! {
        <Card title=tc().order.summary>
            <dl class="facts">
                {rows
                    .into_iter()
                    .filter_map(|(name, value)| {
                        value.map(|value| view! { <div><dt>{name}</dt><dd class="num">{value}</dd></div> })
                    })
                    .collect_view()}
                <div class="pt-3 border-t border-line text-lg">
                    <dt class="font-semibold text-ink">{words.to_pay}</dt>
                    <dd class="num font-semibold">{format::money(document.due)}</dd>
                </div>
            </dl>
            {(!document.due.is_zero())
                .then(|| {
                    view! {
                        <p class="flex items-center gap-2 mt-5 text-sm text-ink-2" role="status">
                            <span class="live-dot"></span>
                            {words.waiting}
                        </p>
                    }
                })}
        </Card>
    }
}
