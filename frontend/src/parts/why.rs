//! "Why?": what made an amount, down to the price, the hours and every movement of the same event.

use leptos::prelude::*;
use rust_decimal::Decimal;
use shared::Currency;
use shared::billing::AccountKind;
use shared::billing::ledger::{ChargeDetail, LedgerAccount, TransactionDetail, WhyLine};
use ui::{Icon, lu};

use super::RecordId;
use super::amount::{Signed, amount, exact};
use crate::format;
use crate::i18n::{self, fill, tp};
use crate::session::Portal;

fn account_word(account: &LedgerAccount) -> String {
    let words = &tp().ledger;
    let word = match account.kind {
        AccountKind::Wallet => words.wallet,
        AccountKind::Gateway => words.gateway,
        AccountKind::Revenue => words.revenue,
        AccountKind::Tax => words.tax,
        AccountKind::Fees => words.fees,
        AccountKind::Goodwill => words.goodwill,
        AccountKind::Suspense => words.suspense,
        AccountKind::WriteOff => words.write_off,
    };
    match account.kind {
        AccountKind::Tax if !account.name.is_empty() => format!("{word}: {}", account.name),
        _ => word.to_owned(),
    }
}

/// `system`, `admin:…` and `user:…` for people.
pub(crate) fn actor_word(actor: &str) -> &'static str {
    let words = &tp().why;
    match actor.split(':').next() {
        Some("admin") => words.staff,
        Some("user" | "token") => words.person,
        _ => words.system,
    }
}

/// Where the records behind a transaction are, in the portal that shows it.
#[derive(Clone, Copy)]
pub(crate) struct WhyLinks {
    /// `/services` or `/admin/services`.
    pub(crate) services: &'static str,
    /// `/documents` or `/admin/documents`.
    pub(crate) documents: &'static str,
}

/// The lines that an amount is made of.
fn lines(lines: Vec<WhyLine>, currency: Currency, show: fn(Decimal, Currency) -> AnyView) -> impl IntoView {
    let line = |line: WhyLine| {
        view! {
            <li class="flex items-baseline justify-between gap-4">
                <span class="min-w-0 break-words">{line.text}</span>
                {show(line.amount, currency)}
            </li>
        }
    };
    view! { <ul class="mt-1 grid gap-1">{lines.into_iter().map(line).collect_view()}</ul> }
}

fn plain(part: Decimal, currency: Currency) -> AnyView {
    view! { <span class="num">{amount(part, currency)}</span> }.into_any()
}

fn signed(part: Decimal, currency: Currency) -> AnyView {
    view! { <Signed amount=part currency /> }.into_any()
}

#[component]
fn ChargeLine(charge: ChargeDetail, links: WhyLinks) -> impl IntoView {
    let words = &tp().why;
    let hours = charge.hours.as_ref().map(|hours| {
        fill(
            words.hours,
            &[
                ("from", &hours.first.to_string()),
                ("to", &hours.last.to_string()),
                ("n", &hours.of_month.to_string()),
                ("month", &hours.month),
            ],
        )
    });
    let price = charge.price.map(|price| {
        format!(
            "{} · {}",
            amount(price, charge.currency),
            fill(words.price_version, &[("version", &charge.price_version.to_string())])
        )
    });
    view! {
        <li class="py-3 border-b border-line last:border-b-0">
            <div class="flex items-baseline justify-between gap-4">
                <a class="link" href=format!("{}/{}", links.services, charge.service_id)>{charge.label.clone()}</a>
                <span class="num font-semibold text-ink">{exact(charge.amount, charge.currency)}</span>
            </div>
            <div class="sub mt-0.5">
                {charge.product.clone()} " · " {format::date_time(charge.period_from)} " – "
                {format::date_time(charge.period_to)}
            </div>
            {hours.map(|hours| view! { <div class="sub">{hours}</div> })}
            {price.map(|price| view! { <div class="sub">{price}</div> })}
            <div class="sub">{lines(charge.lines, charge.currency, plain)}</div>
            <div class="mono mt-1.5 text-ink-2 break-words">{charge.why.clone()}</div>
        </li>
    }
}

/// Everything that explains a transaction.
#[component]
pub(crate) fn WhyPanel(detail: TransactionDetail, links: WhyLinks) -> impl IntoView {
    let words = &tp().why;
    let row = detail.summary.clone();
    let currency = row.currency;
    let path = match Portal::current() {
        Portal::Admin => format!("/admin/transactions/{}", row.id),
        Portal::Client => format!("/clients/{}/transactions/{}", row.client_id, row.id),
    };
    let has_charges = !(detail.charges.is_empty() && detail.archived.is_empty());
    let archived =
        detail.archived.iter().map(|part| WhyLine { text: part.text.clone(), amount: part.amount });
    let archived: Vec<WhyLine> = archived.collect();
    let pretty = serde_json::to_string_pretty(&detail.explanation).unwrap_or_default();
    let facts = [
        (words.before, Some(exact(row.balance_before, currency))),
        (words.after, Some(exact(row.balance_after, currency))),
        (words.gross, row.gross.map(|gross| amount(gross, currency))),
        (words.fee, row.fee.filter(|fee| !fee.is_zero()).map(|fee| amount(fee, currency))),
        (words.posted_by, Some(actor_word(&detail.actor).to_owned())),
    ];
    view! {
        <div class="grid gap-5 lg:grid-cols-2 text-sm">
            <div class="grid gap-3 content-start min-w-0">
                <section>
                    <h3>{if has_charges { words.services.to_owned() } else { row.description.clone() }}</h3>
                    {if has_charges {
                        let charges = detail.charges.clone().into_iter();
                        let charges = charges.map(|charge| view! { <ChargeLine charge links /> }).collect_view();
                        view! {
                            <ul class="mt-1">{charges}</ul>
                            {lines(archived, currency, plain)}
                        }
                            .into_any()
                    } else {
                        lines(detail.lines.clone(), currency, signed).into_any()
                    }}
                    <div class="flex justify-between gap-4 mt-2 pt-3 border-t border-line font-semibold">
                        <span>{words.total}</span>
                        <Signed amount=row.amount currency />
                    </div>
                </section>
                <div class="flex flex-wrap gap-2">
                    {row
                        .document_id
                        .map(|id| {
                            view! {
                                <a class="btn btn-sm" href=format!("{}/{id}", links.documents)>
                                    <Icon icon=lu::LuFileText />
                                    {words.open_document}
                                </a>
                            }
                        })}
                    {row
                        .service_id
                        .map(|id| {
                            view! {
                                <a class="btn btn-sm" href=format!("{}/{id}", links.services)>
                                    <Icon icon=lu::LuServer />
                                    {words.open_service}
                                </a>
                            }
                        })}
                </div>
            </div>
            <div class="grid gap-4 content-start min-w-0">
                <dl class="facts">
                    {facts
                        .into_iter()
                        .filter_map(|(name, value)| {
                            value.map(|value| view! { <div><dt>{name}</dt><dd class="num">{value}</dd></div> })
                        })
                        .collect_view()}
                    <div>
                        <dt>{words.id}</dt>
                        <dd><RecordId id=row.id.0 path /></dd>
                    </div>
                </dl>
                <section>
                    <h3 class="mb-2">{words.movements}</h3>
                    <ul class="grid gap-1.5">
                        {detail
                            .movements
                            .iter()
                            .map(|movement| {
                                view! {
                                    <li class="flex items-baseline justify-between gap-4">
                                        <span class="text-ink-2">
                                            {i18n::word(movement.kind.as_str())} ": " {account_word(&movement.debit)} " → "
                                            {account_word(&movement.credit)}
                                        </span>
                                        <span class="num">{exact(movement.amount, movement.currency)}</span>
                                    </li>
                                }
                            })
                            .collect_view()}
                    </ul>
                </section>
                <details class="chart-table">
                    <summary>{words.explanation}</summary>
                    <pre class="json mt-2">{pretty}</pre>
                </details>
            </div>
        </div>
    }
}
