//! What a refund comes to, decided under the locks of its wallet, invoice and payments. Nothing is written here.

use anyhow::anyhow;
use rules::refund::Share;
use rust_decimal::Decimal;
use shared::billing::DocumentStatus;
use shared::billing::document::DocumentPurpose;
use shared::billing::payment::PaymentSummary;
use shared::billing::refund::{NewRefund, RefundMethod};
use shared::{Code, DocumentId, Language, Money};

use super::store;
use crate::billing::document::{self, Document};
use crate::billing::payment;
use crate::billing::wallet::{self, Wallet};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// A refund that was read and checked.
#[derive(Clone, Debug)]
pub struct Plan {
    pub wallet: Wallet,
    pub invoice: Document,
    /// The taxes of the invoice.
    pub taxes: Vec<document::store::Tax>,
    /// What of the invoice was left before.
    pub left: Share,
    /// What goes back now.
    pub part: Share,
    /// The ways it goes, the newest payment first.
    pub ways: Vec<Way>,
    pub reason: String,
    pub reference: String,
}

/// What goes back the way of one payment.
#[derive(Clone, Debug)]
pub struct Way {
    /// `None`: into the wallet.
    pub payment: Option<PaymentSummary>,
    /// Gross.
    pub amount: Decimal,
    /// Its net, then each tax in the order of the invoice.
    pub parts: Vec<Decimal>,
}

impl Way {
    pub fn method(&self) -> RefundMethod {
        if self.payment.is_some() { RefundMethod::ByHand } else { RefundMethod::Wallet }
    }

    pub fn net(&self) -> Decimal {
        self.parts.first().copied().unwrap_or_default()
    }
}

impl Plan {
    /// Whether nothing of the invoice is left afterwards.
    pub fn is_whole(&self) -> bool {
        self.part == self.left
    }

    /// What the balance changes by: money that topped it up leaves it, money that it paid comes back.
    pub fn balance_change(&self) -> Decimal {
        let back = self.ways.iter().filter(|way| way.method() == RefundMethod::Wallet);
        match self.invoice.purpose {
            DocumentPurpose::Funds => -self.part.net,
            DocumentPurpose::Lines => back.map(|way| way.amount).sum(),
        }
    }
}

/// Reads and checks a refund. Locks the client's wallet, then the invoice.
///
/// Refuses what is no paid invoice, more than is left of it, another way than the money came, and more than is free in the
/// wallet: balance without what is set aside; a credit limit is no money that could be paid out.
pub async fn plan(tx: &mut Conn, id: DocumentId, input: &NewRefund) -> Result<Plan> {
    let found = document::store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let wallet = wallet::store::lock(tx, found.client_id).await?.ok_or_else(Refusal::not_found)?;
    let invoice = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if !rules::states::document_refundable(invoice.kind, invoice.status) {
        return Err(Refusal::because(Code::Conflict, not_refundable(&invoice)).into());
    }
    let taxes = document::store::taxes(tx, id).await?;
    let left = store::left(tx, &invoice, &taxes).await?;
    let from_wallet = match invoice.proforma_id {
        Some(proforma) => {
            let paid = document::store::find_for_staff(tx, proforma).await?;
            paid.map_or(Decimal::ZERO, |proforma| proforma.from_wallet)
        }
        None => invoice.from_wallet,
    };
    let paid = invoice.proforma_id.unwrap_or(invoice.id);
    let mut payments = payment::store::of_document(tx, paid, Language::English).await?;
    // Money that came for a proforma that was paid already is not this invoice's.
    payments.retain(|payment| !(payment.to_wallet.amount() + payment.to_tax.amount()).is_zero());

    let method = if payments.is_empty() { RefundMethod::Wallet } else { RefundMethod::ByHand };
    let mut fields = Fields::new();
    let gross = match &input.amount {
        Some(text) => fields.positive_money("amount", text, invoice.currency).map(Money::amount),
        None => Some(left.total()),
    };
    if gross.is_some_and(|gross| gross > left.total()) {
        let left = Money::rounded(left.total(), invoice.currency);
        fields.add("amount", "out_of_range", format!("Only {left} of this invoice is left to pay back."));
    }
    let message = match method {
        RefundMethod::ByHand => "It was paid through a gateway that cannot pay back: do it by hand.",
        RefundMethod::Wallet => "It was paid from the wallet: it goes back there.",
    };
    fields.check(input.method == method, "method", "invalid", message);
    fields.required("reason", &input.reason, 300);
    match method {
        RefundMethod::ByHand => fields.required("reference", &input.reference, 200),
        RefundMethod::Wallet => fields.text("reference", &input.reference, 200),
    }
    fields.finish()?;
    let gross = gross.ok_or_else(|| anyhow!("an amount without a fault is read"))?;

    let part = left.part(gross, invoice.currency).map_err(anyhow::Error::new)?;
    let ways = ways(payments, from_wallet, &part, &invoice)?;
    let plan = Plan {
        wallet,
        invoice,
        taxes,
        left,
        part,
        ways,
        reason: input.reason.trim().to_owned(),
        reference: input.reference.trim().to_owned(),
    };
    require_free(&plan)?;
    Ok(plan)
}

fn not_refundable(row: &Document) -> String {
    match row.status {
        DocumentStatus::Refunded => "Nothing of it is left: it was paid back whole.".to_owned(),
        _ => format!("Only a paid invoice can be paid back; this is a {} {}.", row.status, row.kind),
    }
}

/// Shares a refund out over the payments that brought the money, the newest first; what the wallet paid goes back there after
/// them, and all of it without any.
fn ways(
    payments: Vec<PaymentSummary>,
    from_wallet: Decimal,
    part: &Share,
    invoice: &Document,
) -> Result<Vec<Way>> {
    let mut rest = part.total();
    let mut shares: Vec<(Option<PaymentSummary>, Decimal)> = Vec::new();
    if payments.is_empty() {
        shares.push((None, rest));
        rest = Decimal::ZERO;
    }
    for payment in payments.into_iter().rev() {
        let held = payment.to_wallet.amount() + payment.to_tax.amount() - payment.refunded.amount();
        let amount = held.min(rest);
        if !amount.is_zero() {
            rest -= amount;
            shares.push((Some(payment), amount));
        }
    }
    if !rest.is_zero() && rest <= from_wallet {
        shares.push((None, rest));
        rest = Decimal::ZERO;
    }
    if !rest.is_zero() {
        return Err(anyhow!("payments of invoice {} are {rest} short of it", invoice.id).into());
    }
    let amounts: Vec<Decimal> = shares.iter().map(|(_, amount)| *amount).collect();
    let parts = part.over(&amounts, invoice.currency).map_err(anyhow::Error::new)?;
    Ok(shares
        .into_iter()
        .zip(parts)
        .map(|((payment, amount), parts)| Way { payment, amount, parts })
        .collect())
}

fn require_free(plan: &Plan) -> Result<()> {
    let free = plan.wallet.balance - plan.wallet.held;
    let needed = -plan.balance_change();
    if needed <= Decimal::ZERO || free >= needed {
        return Ok(());
    }
    let currency = plan.invoice.currency;
    let message = format!(
        "This takes {} out of the wallet, and {} is free in it.",
        Money::rounded(needed, currency),
        Money::ledger(free.max(Decimal::ZERO), currency)
    );
    Err(Refusal::field("amount", "out_of_range", message).into())
}
