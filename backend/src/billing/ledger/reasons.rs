//! What an amount is made of: lines that add up to it, in the reader's language.

use std::collections::HashMap;

use rules::charging::OptionChange;
use rules::pricing::{Amounts, PriceOf, PriceSnapshot, SnapshotRow};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;
use shared::billing::TransferKind;
use shared::billing::ledger::WhyLine;
use shared::{Language, OptionId};

use super::charges::Sold;
use super::store::Transfer;
use super::words::change;
use crate::catalog::text;
use crate::words::{self, Ledger, fill};

/// What options are called, in the reader's language.
pub type Names = HashMap<OptionId, String>;

/// The options that a snapshot has rows of.
pub fn options_of(snapshot: &PriceSnapshot) -> impl Iterator<Item = OptionId> + '_ {
    snapshot.options.iter().filter_map(|row| match row.of {
        PriceOf::Option { option_id } => Some(option_id),
        PriceOf::Product { .. } => None,
    })
}

/// One of the six amounts of a price, as the rows of product and options that it is the sum of.
pub fn price_lines(
    snapshot: &PriceSnapshot,
    product: &str,
    names: &Names,
    of: fn(&Amounts) -> Option<Decimal>,
) -> Vec<WhyLine> {
    let line = |row: &SnapshotRow| {
        let unit = of(&row.amounts).filter(|unit| row.price_id.is_some() && !unit.is_zero())?;
        let name = match row.of {
            PriceOf::Product { .. } => product,
            PriceOf::Option { option_id } => names.get(&option_id).map_or(row.key.as_str(), String::as_str),
        };
        let amount = unit.checked_mul(Decimal::from(row.quantity)).filter(|amount| !amount.is_zero())?;
        let text = match row.quantity {
            1 => name.to_owned(),
            quantity => format!("{name}, {quantity} × {}", unit.normalize()),
        };
        Some(WhyLine { text, amount })
    };
    std::iter::once(&snapshot.product).chain(&snapshot.options).filter_map(line).collect()
}

/// What a movement is made of; nothing for charges, which have their own.
pub fn lines(
    row: &Transfer,
    posting: &[Transfer],
    sold: Option<&Sold>,
    names: &Names,
    language: Language,
) -> Vec<WhyLine> {
    let texts = &words::of(language).ledger;
    let explained = |key: &str| row.explanation.get(key);
    if let (Some(fee), Some(sold)) = (explained("fee").and_then(Value::as_str), sold) {
        let product = text::name(&sold.product_texts, language, &sold.product_key);
        let of: fn(&Amounts) -> Option<Decimal> =
            if fee == "setup" { |row| row.setup } else { |row| row.uninstall };
        let mut lines = price_lines(&sold.snapshot, &product, names, of);
        lines.iter_mut().for_each(|line| line.amount = -line.amount);
        return lines;
    }
    if let Some(Ok(change)) = explained("change").map(OptionChange::deserialize) {
        return of_change(&change, texts);
    }
    match row.kind {
        // Money that waited in suspense until staff found out whose it is.
        TransferKind::Payment if explained("from").and_then(Value::as_str) == Some("suspense") => {
            let reason = explained("reason").and_then(Value::as_str).unwrap_or_default();
            vec![WhyLine { text: format!("{}: {reason}", texts.suspense), amount: change(row) }]
        }
        TransferKind::Payment => of_payment(row, posting, texts),
        TransferKind::Refund => of_refund(row, posting, texts),
        TransferKind::Charge if row.document_id.is_some() => of_document(row, texts),
        TransferKind::Adjustment | TransferKind::Credit => {
            let reason = explained("reason").and_then(Value::as_str).unwrap_or_default();
            vec![WhyLine { text: reason.to_owned(), amount: change(row) }]
        }
        _ => Vec::new(),
    }
}

/// The switch fee, and the difference of the prices for the rest of the paid period.
fn of_change(change: &OptionChange, texts: &Ledger) -> Vec<WhyLine> {
    let (new, old) = (change.new_price.normalize(), change.old_price.normalize());
    let rest = format!("({new} − {old}) × {} s / {} s", change.seconds_left, change.seconds);
    let lines = [(texts.change_fee.to_owned(), change.switch_fee), (rest, change.difference)];
    let paid = lines.into_iter().filter(|(_, amount)| !amount.is_zero());
    paid.map(|(text, amount)| WhyLine { text, amount: -amount }).collect()
}

/// What was paid back, less its taxes; of a posting only what went back with the same payment.
fn of_refund(row: &Transfer, posting: &[Transfer], texts: &Ledger) -> Vec<WhyLine> {
    let Some(back) = decimal(row, "back") else { return Vec::new() };
    let number = row.explanation.get("invoice").and_then(Value::as_str).unwrap_or_default();
    let text = fill(texts.paid_back, &[("number", &number)]);
    let sign = if change(row) < Decimal::ZERO { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let mut lines = vec![WhyLine { text, amount: sign * back }];
    let taxes = posting.iter().filter(|other| other.kind == TransferKind::Tax);
    lines.extend(
        taxes
            .filter(|other| other.payment_id == row.payment_id)
            .map(|tax| WhyLine { text: tax_text(tax, texts), amount: -sign * tax.amount }),
    );
    lines
}

/// A document that the wallet paid: its net, because that money has borne its tax.
fn of_document(row: &Transfer, texts: &Ledger) -> Vec<WhyLine> {
    let number = row.explanation.get("document").and_then(Value::as_str).unwrap_or_default();
    let whole = decimal(row, "net").is_none_or(|net| net == row.amount);
    let text = if whole { texts.net } else { texts.net_part };
    vec![WhyLine { text: fill(text, &[("number", &number)]), amount: change(row) }]
}

fn decimal(row: &Transfer, key: &str) -> Option<Decimal> {
    row.explanation.get(key).and_then(Value::as_str).and_then(|text| text.parse().ok())
}

fn tax_text(row: &Transfer, texts: &Ledger) -> String {
    let name = row.explanation.get("tax").and_then(Value::as_str).unwrap_or_default();
    fill(texts.named_tax, &[("name", &name)])
}

/// What came in, less the taxes and what is kept aside.
fn of_payment(row: &Transfer, posting: &[Transfer], texts: &Ledger) -> Vec<WhyLine> {
    let Some(gross) = decimal(row, "gross") else { return Vec::new() };
    let mut lines = vec![WhyLine { text: texts.came_in.to_owned(), amount: gross }];
    lines.extend(posting.iter().filter_map(|other| {
        let text = match other.kind {
            TransferKind::Tax => tax_text(other, texts),
            TransferKind::Suspense => texts.kept_aside.to_owned(),
            _ => return None,
        };
        Some(WhyLine { text, amount: -other.amount })
    }));
    lines
}
