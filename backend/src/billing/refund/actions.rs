//! Paying back.

use anyhow::anyhow;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::document::{DocumentLink, DocumentPurpose};
use shared::billing::refund::{NewRefund, RefundEffect, RefundMethod, RefundWay};
use shared::billing::{AccountKind, DocumentStatus, TransferKind};
use shared::{DocumentId, Language, LedgerAccountId, Money};

use super::plan::{self, Plan, Way};
use super::{note, store};
use crate::audit::{self, Actor, Entry};
use crate::billing::document::{self, Document, Terms, show};
use crate::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use crate::billing::notices;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};

/// What a refund would do.
pub async fn preview(
    tx: &mut Conn,
    now: Timestamp,
    id: DocumentId,
    input: &NewRefund,
    language: Language,
) -> Result<RefundEffect> {
    let plan = plan::plan(tx, id, input).await?;
    let mut invoice = plan.invoice.clone();
    if plan.is_whole() {
        invoice.status = DocumentStatus::Refunded;
    }
    effect(tx, now, &plan, &invoice, None, language).await
}

/// Pays an invoice back, whole or in part, and issues the credit note that says so.
///
/// Locks the client's wallet, then the invoice, then its proforma. Refuses as `plan::plan` does. Paid back whole, the
/// invoice and its proforma are `refunded`.
pub async fn refund(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &NewRefund,
    language: Language,
) -> Result<RefundEffect> {
    let plan = plan::plan(tx, id, input).await?;

    let note = note::issue(tx, now, actor, &plan).await?;
    let posting = posting(tx, now, actor, &plan, &note).await?;
    let Posted::Now(..) = ledger::post(tx, &posting).await? else {
        return Err(anyhow!("credit note {} was posted before", note.id).into());
    };
    for way in &plan.ways {
        store::insert(tx, now, &row(actor, &plan, &note, way)).await?;
        if let Some(payment) = &way.payment {
            store::add_to_payment(tx, now, payment.id, way.amount).await?;
        }
    }
    if plan.is_whole() {
        document::store::set_refunded(tx, now, id).await?;
        if let Some(proforma) = plan.invoice.proforma_id {
            document::store::lock(tx, proforma).await?;
            document::store::set_refunded(tx, now, proforma).await?;
        }
    }
    tell(tx, now, actor, &plan, &note).await?;

    let invoice = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    effect(tx, now, &plan, &invoice, Some(&note), language).await
}

async fn effect(
    tx: &mut Conn,
    now: Timestamp,
    plan: &Plan,
    invoice: &Document,
    note: Option<&Document>,
    language: Language,
) -> Result<RefundEffect> {
    let currency = plan.invoice.currency;
    let money = |amount: Decimal| Money::rounded(amount, currency);
    let today = Terms::load(tx).await?.today(now);
    let taxes = plan.taxes.iter().zip(&plan.part.taxes);
    let ways = plan.ways.iter().map(|way| RefundWay {
        method: way.method(),
        payment_id: way.payment.as_ref().map(|payment| payment.id),
        gateway_name: way.payment.as_ref().map(|payment| payment.gateway_name.clone()),
        external_id: way.payment.as_ref().map(|payment| payment.external_id.clone()),
        amount: money(way.amount),
    });
    Ok(RefundEffect {
        dry_run: note.is_none(),
        document: show::summary(invoice, today),
        net: money(plan.part.net),
        taxes: taxes
            .map(|(tax, share)| {
                show::tax((&tax.name, tax.rate), share.base, share.amount, currency, language)
            })
            .collect(),
        tax: money(plan.part.tax()),
        total: money(plan.part.total()),
        left: money(plan.left.total() - plan.part.total()),
        ways: ways.collect(),
        balance: Money::ledger(plan.wallet.balance, currency),
        balance_after: Money::ledger(plan.wallet.balance + plan.balance_change(), currency),
        credit_note: note.map(|note| DocumentLink {
            id: note.id,
            kind: note.kind,
            number: note.number.clone(),
        }),
    })
}

/// The movements: of each way its net, then its taxes.
async fn posting(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    plan: &Plan,
    note: &Document,
) -> Result<Posting> {
    let (company, currency) = (plan.invoice.company_id, plan.invoice.currency);
    let wallet = plan.invoice.client_id.wallet_account();
    let revenue = ledger::company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    let mut transfers = Vec::new();
    for way in &plan.ways {
        let to = match &way.payment {
            Some(payment) => {
                let gateway = payment.gateway_id.to_string();
                ledger::company_account(tx, company, currency, AccountKind::Gateway, &gateway, now).await?
            }
            None => wallet,
        };
        let from = match (way.method(), plan.invoice.purpose) {
            (RefundMethod::ByHand, DocumentPurpose::Funds) => wallet,
            _ => revenue,
        };
        transfers.push(transfer(plan, note, way, TransferKind::Refund, (from, to), way.net()));
        for (tax, amount) in plan.taxes.iter().zip(way.parts.iter().skip(1)) {
            let account =
                ledger::company_account(tx, company, currency, AccountKind::Tax, &tax.name, now).await?;
            let mut moved = transfer(plan, note, way, TransferKind::Tax, (account, to), *amount);
            moved.explanation["tax"] = json!(tax.name);
            transfers.push(moved);
        }
    }
    transfers.retain(|transfer| !transfer.amount.is_zero());
    Ok(Posting {
        cause: format!("refund:{}", note.id),
        at: now,
        actor: actor.to_string(),
        spending: Spending::WithinLimits,
        transfers,
    })
}

fn transfer(
    plan: &Plan,
    note: &Document,
    way: &Way,
    kind: TransferKind,
    (from, to): (LedgerAccountId, LedgerAccountId),
    amount: Decimal,
) -> NewTransfer {
    NewTransfer {
        client: Some(plan.invoice.client_id),
        document: Some(note.id),
        payment: way.payment.as_ref().map(|payment| payment.id),
        explanation: json!({
            "invoice": plan.invoice.number,
            "credit_note": note.number,
            "back": way.amount,
            "net_share": way.net(),
            "method": way.method(),
            "reference": plan.reference,
            "reason": plan.reason,
        }),
        ..NewTransfer::new(kind, from, to, amount, plan.invoice.currency)
    }
}

fn row(actor: &Actor, plan: &Plan, note: &Document, way: &Way) -> store::NewRow {
    store::NewRow {
        invoice: plan.invoice.id,
        credit_note: note.id,
        payment: way.payment.as_ref().map(|payment| payment.id),
        amount: way.amount,
        method: way.method(),
        reference: plan.reference.clone(),
        reason: plan.reason.clone(),
        created_by: actor.to_string(),
    }
}

/// Leaves the trail, tells the client, and lets services go on that lacked the money.
async fn tell(tx: &mut Conn, now: Timestamp, actor: &Actor, plan: &Plan, note: &Document) -> Result<()> {
    let amount = Money::rounded(plan.part.total(), plan.invoice.currency);
    let number = plan.invoice.number.as_deref().unwrap_or_default();
    let client = plan.invoice.client_id;
    let entry = Entry {
        action: "document.refunded",
        description: format!("{amount} of {number} paid back: {}", plan.reason),
        client: Some(client),
        subject: Some(("document", plan.invoice.id.0)),
        new: Some(json!({
            "credit_note": note.number,
            "net": plan.part.net,
            "tax": plan.part.tax(),
            "reference": plan.reference,
        })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    notices::refunded(tx, now, note, number, &plan.reason).await?;
    if plan.balance_change() > Decimal::ZERO {
        let tags = Tags { client: Some(client), document: Some(note.id), ..Tags::default() };
        outbox::send(tx, now, &Job::WalletToppedUp { client }, tags).await?;
    }
    Ok(())
}
