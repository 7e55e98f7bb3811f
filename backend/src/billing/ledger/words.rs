//! The ledger in words: what a movement was, and why a charge was that much.

use jiff::Timestamp;
use rules::charging::hour_slices;
use rules::pricing::{Amounts, PriceSnapshot};
use rust_decimal::Decimal;
use serde_json::Value;
use shared::billing::TransferKind;
use shared::billing::ledger::{ArchivedPart, ChargeDetail, ChargedHours, Movement, TransactionSummary};
use shared::{Language, LedgerAccountId, Month, Period};

use super::charges::{Charge, Named};
use super::reasons::{Names, price_lines};
use super::store::{Transfer, Words};
use crate::billing::archive::{Kept, OfTransfer};
use crate::billing::charging::store::hourly_price;
use crate::catalog::text;
use crate::words::{self, fill};

/// What a movement was, for the client.
fn description(row: &Transfer, words: &Words, language: Language) -> String {
    let label = row.service_id.and_then(|id| words.services.get(&id)).map_or("", String::as_str);
    let number = row.document_id.and_then(|id| words.documents.get(&id)).map_or("", String::as_str);
    let text = |key: &str| row.explanation.get(key).and_then(Value::as_str).unwrap_or("");
    let texts = &words::of(language).ledger;
    let (what, detail) = match row.kind {
        TransferKind::Charge => match text("fee") {
            "setup" => (texts.setup, label),
            "uninstall" => (texts.uninstall, label),
            _ if row.explanation.get("change").is_some() => (texts.options_changed, label),
            _ if row.document_id.is_some() => (texts.from_balance, number),
            _ if row.service_id.is_some() => (texts.service_started, label),
            _ => (texts.running, ""),
        },
        TransferKind::Payment => (texts.payment, number),
        TransferKind::Refund if row.explanation.get("change").is_some() => (texts.unused_time, label),
        TransferKind::Refund => (texts.refund, number),
        TransferKind::Adjustment => (texts.adjustment, text("reason")),
        TransferKind::Credit => (texts.credit, text("reason")),
        TransferKind::Tax => (texts.tax, number),
        TransferKind::Fee => (texts.fee, number),
        TransferKind::Suspense => (texts.suspense, number),
    };
    if detail.is_empty() { what.to_owned() } else { format!("{what}: {detail}") }
}

/// What the wallet of the row's client gained; negative when it lost.
pub(super) fn change(row: &Transfer) -> Decimal {
    let wallet = row.client_id.map(|client| LedgerAccountId(client.0));
    if Some(row.credit_account) == wallet { row.amount } else { -row.amount }
}

/// A row of the list. `None` for a movement that touches no wallet.
pub fn summary(row: &Transfer, words: &Words, language: Language) -> Option<TransactionSummary> {
    let (client, after) = (row.client_id?, row.balance_after?);
    let amount = change(row);
    let intake = words.intakes.get(&row.posting_id);
    Some(TransactionSummary {
        id: row.id,
        at: row.at,
        kind: row.kind,
        client_id: client,
        client_name: words.clients.get(&client).cloned().unwrap_or_default(),
        currency: row.currency,
        amount,
        balance_before: after - amount,
        balance_after: after,
        gross: intake.and_then(|intake| intake.gross),
        fee: intake.and_then(|intake| intake.fee),
        description: description(row, words, language),
        service_id: row.service_id,
        document_id: row.document_id,
        payment_id: row.payment_id,
        period_from: row.period_from,
        period_to: row.period_to,
    })
}

/// Both sides of a movement. `None` when an account is unknown, which the audit would tell.
pub fn movement(
    row: &Transfer,
    accounts: &std::collections::HashMap<LedgerAccountId, shared::billing::ledger::LedgerAccount>,
) -> Option<Movement> {
    Some(Movement {
        id: row.id,
        kind: row.kind,
        debit: accounts.get(&row.debit_account)?.clone(),
        credit: accounts.get(&row.credit_account)?.clone(),
        amount: row.amount,
        currency: row.currency,
    })
}

/// A charge with its arithmetic.
pub fn explain(charge: Charge, names: &Names, language: Language) -> ChargeDetail {
    let product = text::name(&charge.product_texts, language, &charge.product_key);
    let snapshot = charge.snapshot.as_ref();
    let found = snapshot.and_then(|snapshot| arithmetic(&charge, snapshot, language));
    let (price, hours, why) = found.unwrap_or_else(|| (None, None, String::new()));
    let lines = snapshot.zip(price).map(|(snapshot, price)| {
        let of: fn(&Amounts) -> Option<Decimal> =
            if price == snapshot.total.base { |row| row.base } else { |row| row.idle.or(row.base) };
        price_lines(snapshot, &product, names, of)
    });
    ChargeDetail {
        service_id: charge.service_id,
        label: charge.label,
        product,
        period_from: charge.period_from,
        period_to: charge.period_to,
        amount: charge.amount,
        currency: charge.currency,
        price_version: charge.price_version,
        price,
        lines: lines.unwrap_or_default(),
        hours,
        archived: None,
        why,
    }
}

/// Charges of a month that are in files: how many, and since when.
fn in_files(charges: i64, month: Month, archived_at: Timestamp, language: Language) -> String {
    let on = archived_at.strftime("%Y-%m-%d");
    fill(words::of(language).ledger.in_files, &[("charges", &charges), ("month", &month), ("on", &on)])
}

/// Part of a movement whose charges are in files.
pub fn archived_part(part: &OfTransfer, language: Language) -> ArchivedPart {
    let (month, archived_at) = (part.month(), part.archived_at());
    ArchivedPart {
        month,
        charges: part.charges,
        amount: part.amount,
        archived_at,
        text: in_files(part.charges, month, archived_at, language),
    }
}

/// A month of a service whose charges are in files, as one row among its charges.
pub fn archived_month(kept: &Kept, of: &Named, language: Language) -> ChargeDetail {
    let (period_from, period_to) = kept.period();
    ChargeDetail {
        service_id: of.service_id,
        label: of.label.clone(),
        product: text::name(&of.product_texts, language, &of.product_key),
        period_from,
        period_to,
        amount: kept.amount,
        currency: kept.currency,
        price_version: kept.price_version,
        price: None,
        lines: Vec::new(),
        hours: None,
        archived: Some(kept.charges),
        why: in_files(kept.charges, kept.month(), kept.archived_at(), language),
    }
}

type Arithmetic = (Option<Decimal>, Option<ChargedHours>, String);

/// Finds the price of the snapshot that gives the amount, and says how.
fn arithmetic(charge: &Charge, snapshot: &PriceSnapshot, language: Language) -> Option<Arithmetic> {
    let seconds = charge.period_to.as_second() - charge.period_from.as_second();
    let prices = [Some(snapshot.total.base), snapshot.total.idle].into_iter().flatten();
    let monthly = charge.period == Period::Monthly;
    for price in prices {
        if charge.amount == price && !(monthly && seconds % 3600 == 0 && seconds < 28 * 86_400) {
            let shown = format!("{price} {}", charge.currency);
            let whole = fill(words::of(language).ledger.whole_period, &[("price", &shown)]);
            return Some((Some(price), None, whole));
        }
        let count = seconds / 3600;
        let slices = hour_slices(hourly_price(charge.period, price), charge.period_from, count).ok()?;
        let [slice] = slices[..] else { continue };
        if slice.amount != charge.amount {
            continue;
        }
        let hours = ChargedHours {
            first: u32::try_from(slice.first).ok()?,
            last: u32::try_from(slice.last).ok()?,
            of_month: u32::try_from(slice.of_month).ok()?,
            month: charge.period_from.strftime("%Y-%m").to_string(),
        };
        let why = if monthly {
            let (last, before, all) = (slice.last, slice.first - 1, slice.of_month);
            format!(
                "{price} × {last}/{all} − {price} × {before}/{all} = {} {}",
                charge.amount, charge.currency
            )
        } else {
            format!("{price} × {count} h = {} {}", charge.amount, charge.currency)
        };
        return Some((Some(price), monthly.then_some(hours), why));
    }
    None
}
