//! Booking money that came in.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::document::{DocumentLink, DocumentPurpose};
use shared::billing::payment::{BookedPayment, NewPayment, PaymentRemark};
use shared::billing::{AccountKind, DocumentKind, DocumentStatus, TransferKind};
use shared::money::{AMOUNT_MAX, round_half_up};
use shared::{Code, Currency, DocumentId, Language, Money, PaymentId};

use super::from_wallet;
use super::store::{self, Gateway, NewRow};
use crate::audit::{self, Actor, Entry};
use crate::billing::document::{self, Document, Terms};
use crate::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use crate::billing::notices::{self, Booked};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};

/// A payment that was read and checked.
#[derive(Clone, Debug)]
struct Incoming {
    id: PaymentId,
    gross: Decimal,
    fee: Decimal,
    external_id: String,
    received_on: Date,
    note: String,
}

/// Where a payment goes. The parts add up to `gross`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Split {
    net: Decimal,
    /// Position in the document, name, amount.
    taxes: Vec<(i32, String, Decimal)>,
    suspense: Decimal,
    remarks: Vec<PaymentRemark>,
}

impl Split {
    fn tax(&self) -> Decimal {
        self.taxes.iter().map(|(_, _, amount)| *amount).sum()
    }
}

/// Books a payment that came in for a document.
///
/// Locks the client's wallet, then the document. When nothing is due any more, the invoice of a proforma is issued. What
/// the document does not lack goes to suspense and staff are told. Refuses, with `Conflict`, a payment whose external id
/// was booked before. The answer is in `language`. Once committed, `Job::WalletToppedUp` tells the rest of the system.
pub async fn book(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &NewPayment,
    language: Language,
) -> Result<BookedPayment> {
    let found = document::store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let terms = Terms::load(tx).await?;
    let today = terms.today(now);
    let gateway = check_gateway(tx, &found, input).await?;
    let incoming = read(input, found.currency, today)?;

    wallet::store::lock(tx, found.client_id).await?.ok_or_else(Refusal::not_found)?;
    let row = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if store::is_booked(tx, gateway.id, &incoming.external_id).await? {
        return Err(booked_before(&incoming));
    }
    if row.kind == DocumentKind::CreditNote || row.status == DocumentStatus::Draft {
        return Err(Refusal::because(Code::Conflict, "Nothing can be paid on this document.").into());
    }
    let taxes = from_wallet::taxes_left(&row, document::store::taxes(tx, id).await?)?;
    let split = split(&row, &taxes, incoming.gross, today)?;

    let accounts = accounts(tx, now, &row, &gateway, &split).await?;
    let posting = posting(accounts, now, actor, &row, &gateway, &incoming, &split);
    let Posted::Now(posting, _) = ledger::post(tx, &posting).await? else {
        return Err(booked_before(&incoming));
    };
    let written = store::insert(tx, now, &new_row(&row, &gateway, &incoming, &split, posting, actor)).await?;
    if !written {
        return Err(booked_before(&incoming));
    }
    let invoice = settle(tx, now, actor, &row, &split).await?;
    tell(tx, now, actor, &row, &incoming, &split).await?;

    let payment = store::find_for_staff(tx, incoming.id, language).await?;
    let payment = payment.ok_or_else(|| anyhow::anyhow!("a payment that was just written"))?;
    let row = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(BookedPayment {
        payment,
        document: document::show::summary(&row, today),
        invoice: invoice.map(|invoice| DocumentLink {
            id: invoice.id,
            kind: invoice.kind,
            number: invoice.number,
        }),
        remarks: split.remarks,
    })
}

fn booked_before(incoming: &Incoming) -> crate::Error {
    let detail = format!("A payment with the id {} of this gateway was booked before.", incoming.external_id);
    Refusal::because(Code::Conflict, detail).into()
}

async fn check_gateway(tx: &mut Conn, row: &Document, input: &NewPayment) -> Result<Gateway> {
    let gateway = store::gateway(tx, input.gateway_id).await?;
    let gateway = gateway.filter(|gateway| gateway.company_id == row.company_id);
    let Some(gateway) = gateway else {
        let message = "The document's home company has no such gateway.";
        return Err(Refusal::field("gateway_id", "unknown", message).into());
    };
    if !gateway.takes(row.currency) {
        let message = format!("This gateway does not take {}.", row.currency);
        return Err(Refusal::field("gateway_id", "invalid", message).into());
    }
    Ok(gateway)
}

fn read(input: &NewPayment, currency: Currency, today: Date) -> Result<Incoming> {
    let mut fields = Fields::new();
    let gross = fields.positive_money("amount", &input.amount, currency);
    let fee = fields.decimal("fee", &input.fee, currency.decimals(), Decimal::ZERO, AMOUNT_MAX);
    if let (Some(gross), Some(fee)) = (gross, fee) {
        fields.check(
            fee <= gross.amount(),
            "fee",
            "out_of_range",
            "A gateway cannot keep more than came in.",
        );
    }
    if let Some(external_id) = &input.external_id {
        fields.required("external_id", external_id, 200);
    }
    fields.text("note", &input.note, 300);
    let received_on = input.received_on.unwrap_or(today);
    let first = jiff::civil::date(2000, 1, 1);
    fields.check(
        (first..=today).contains(&received_on),
        "received_on",
        "out_of_range",
        "Must be between the year 2000 and today.",
    );
    fields.finish()?;
    let (Some(gross), Some(fee)) = (gross, fee) else {
        return Err(anyhow::anyhow!("amounts without a fault are read").into());
    };
    let id = PaymentId::generate();
    let external_id =
        input.external_id.as_deref().map_or_else(|| id.to_string(), |text| text.trim().to_owned());
    Ok(Incoming {
        id,
        gross: gross.amount(),
        fee,
        external_id,
        received_on,
        note: input.note.trim().to_owned(),
    })
}

/// Splits a payment over what the document lacks.
fn split(row: &Document, taxes: &[document::store::Tax], gross: Decimal, today: Date) -> Result<Split> {
    let mut remarks = Vec::new();
    let due = row.due();
    let applied = gross.min(due);
    let suspense = gross - applied;
    if row.status == DocumentStatus::Cancelled {
        remarks.push(PaymentRemark::Cancelled);
    } else if due.is_zero() {
        remarks.push(PaymentRemark::AlreadyPaid);
    } else {
        if row.due_on.is_some_and(|on| on < today) {
            remarks.push(PaymentRemark::Late);
        }
        if !suspense.is_zero() {
            remarks.push(PaymentRemark::Overpaid);
        }
    }
    if applied.is_zero() {
        return Ok(Split { net: Decimal::ZERO, taxes: Vec::new(), suspense, remarks });
    }
    let open: Vec<Decimal> = std::iter::once(row.net - row.paid_net)
        .chain(taxes.iter().map(|tax| tax.amount - tax.paid))
        .map(|open| round_half_up(open, row.currency.decimals()))
        .collect();
    let parts = rules::document::split_payment(applied, &open, row.currency).map_err(anyhow::Error::new)?;
    let mut parts = parts.into_iter();
    let net = parts.next().unwrap_or(Decimal::ZERO);
    let taxes = taxes.iter().zip(parts).map(|(tax, part)| (tax.position, tax.name.clone(), part)).collect();
    Ok(Split { net, taxes, suspense, remarks })
}

/// The ledger accounts that a payment moves between.
struct Accounts {
    gateway: shared::LedgerAccountId,
    net: shared::LedgerAccountId,
    taxes: Vec<shared::LedgerAccountId>,
    suspense: shared::LedgerAccountId,
    fees: shared::LedgerAccountId,
}

async fn accounts(
    tx: &mut Conn,
    now: Timestamp,
    row: &Document,
    gateway: &Gateway,
    split: &Split,
) -> Result<Accounts> {
    let (company, currency) = (row.company_id, row.currency);
    let gateway_name = gateway.id.to_string();
    let mut taxes = Vec::with_capacity(split.taxes.len());
    for (_, name, _) in &split.taxes {
        taxes.push(ledger::company_account(tx, company, currency, AccountKind::Tax, name, now).await?);
    }
    let net = match row.purpose {
        DocumentPurpose::Funds => row.client_id.wallet_account(),
        DocumentPurpose::Lines => {
            ledger::company_account(tx, company, currency, AccountKind::Revenue, "", now).await?
        }
    };
    Ok(Accounts {
        gateway: ledger::company_account(tx, company, currency, AccountKind::Gateway, &gateway_name, now)
            .await?,
        net,
        taxes,
        suspense: ledger::company_account(tx, company, currency, AccountKind::Suspense, "", now).await?,
        fees: ledger::company_account(tx, company, currency, AccountKind::Fees, "", now).await?,
    })
}

fn posting(
    accounts: Accounts,
    now: Timestamp,
    actor: &Actor,
    row: &Document,
    gateway: &Gateway,
    incoming: &Incoming,
    split: &Split,
) -> Posting {
    let explanation = json!({
        "document": row.number,
        "gross": incoming.gross,
        "fee": incoming.fee,
        "due_before": row.due(),
        "net_share": split.net,
        "tax_share": split.tax(),
        "suspense": split.suspense,
        "gateway": gateway.key,
        "external_id": incoming.external_id,
    });
    let transfer = |kind, debit, credit, amount| NewTransfer {
        client: Some(row.client_id),
        document: Some(row.id),
        payment: Some(incoming.id),
        explanation: explanation.clone(),
        ..NewTransfer::new(kind, debit, credit, amount, row.currency)
    };
    let mut transfers = vec![transfer(TransferKind::Payment, accounts.gateway, accounts.net, split.net)];
    for ((_, name, amount), account) in split.taxes.iter().zip(accounts.taxes) {
        let mut tax = transfer(TransferKind::Tax, accounts.gateway, account, *amount);
        tax.explanation["tax"] = json!(name);
        transfers.push(tax);
    }
    transfers.push(transfer(TransferKind::Suspense, accounts.gateway, accounts.suspense, split.suspense));
    transfers.push(transfer(TransferKind::Fee, accounts.fees, accounts.gateway, incoming.fee));
    transfers.retain(|transfer| !transfer.amount.is_zero());
    Posting {
        cause: format!("payment:{}", incoming.id),
        at: now,
        actor: actor.to_string(),
        spending: Spending::WithinLimits,
        transfers,
    }
}

fn new_row(
    row: &Document,
    gateway: &Gateway,
    incoming: &Incoming,
    split: &Split,
    posting: shared::PostingId,
    actor: &Actor,
) -> NewRow {
    NewRow {
        id: incoming.id,
        gateway: gateway.id,
        company: row.company_id,
        client: row.client_id,
        document: row.id,
        external_id: incoming.external_id.clone(),
        gross: incoming.gross,
        fee: incoming.fee,
        currency: row.currency,
        to_wallet: split.net,
        to_tax: split.tax(),
        to_suspense: split.suspense,
        received_on: incoming.received_on,
        note: incoming.note.clone(),
        booked_by: actor.to_string(),
        posting,
    }
}

/// Writes what was paid on the document; issues the invoice when nothing is due any more.
async fn settle(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    row: &Document,
    split: &Split,
) -> Result<Option<Document>> {
    let applied = split.net + split.tax();
    if applied.is_zero() {
        return Ok(None);
    }
    let settled = row.due() == applied;
    let status = match (settled, row.kind) {
        (false, _) => DocumentStatus::PartiallyPaid,
        (true, DocumentKind::Proforma) => DocumentStatus::Invoiced,
        (true, _) => DocumentStatus::Paid,
    };
    let taxes: Vec<(i32, Decimal)> =
        split.taxes.iter().map(|(position, _, amount)| (*position, *amount)).collect();
    document::store::add_paid(tx, now, row, status, split.net, &taxes).await?;
    if row.purpose == DocumentPurpose::Funds && !split.net.is_zero() {
        let tags = Tags { client: Some(row.client_id), document: Some(row.id), ..Tags::default() };
        outbox::send(tx, now, &Job::WalletToppedUp { client: row.client_id }, tags).await?;
    }
    if status == DocumentStatus::Invoiced {
        return document::invoice::issue(tx, now, actor, row).await.map(Some);
    }
    Ok(None)
}

/// Leaves the trail and tells client and staff.
async fn tell(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    row: &Document,
    incoming: &Incoming,
    split: &Split,
) -> Result<()> {
    let amount = Money::rounded(incoming.gross, row.currency);
    let number = row.number.as_deref().unwrap_or_default();
    let entry = Entry {
        action: "payment.booked",
        description: format!("Payment of {amount} booked for {number}"),
        client: Some(row.client_id),
        subject: Some(("payment", incoming.id.0)),
        new: Some(json!({
            "external_id": incoming.external_id,
            "to_wallet": split.net,
            "to_tax": split.tax(),
            "to_suspense": split.suspense,
        })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    let suspense = Money::rounded(split.suspense, row.currency);
    notices::booked(tx, now, row, Booked { gross: amount, suspense, remarks: &split.remarks }).await
}

#[cfg(test)]
mod tests {
    use shared::ClientId;

    use super::*;
    use proptest::prelude::*;

    fn document(net: i64, tax: i64, paid_net: i64, paid_tax: i64) -> Document {
        let cents = |value: i64| Decimal::new(value, 2);
        let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        Document {
            id: DocumentId::generate(),
            company_id: shared::CompanyId::generate(),
            client_id: ClientId::generate(),
            kind: DocumentKind::Proforma,
            status: if paid_net + paid_tax == 0 {
                DocumentStatus::Unpaid
            } else {
                DocumentStatus::PartiallyPaid
            },
            purpose: DocumentPurpose::Funds,
            number: Some("PROFORMA/1".to_owned()),
            currency: Currency::EUR,
            net: cents(net),
            tax: cents(tax),
            total: cents(net + tax),
            paid: cents(paid_net + paid_tax),
            paid_net: cents(paid_net),
            language: Language::English,
            issued_at: None,
            issued_on: None,
            due_on: None,
            paid_at: None,
            cancelled_at: None,
            seller: json!({}),
            buyer: json!({}),
            tax_decision: json!({}),
            texts: json!({}),
            template_version: 1,
            proforma_id: None,
            invoice_id: None,
            order_id: None,
            created_by: "system".to_owned(),
            version: 1,
            created_at: now,
            updated_at: now,
            from_wallet: Decimal::ZERO,
            waived: Decimal::ZERO,
        }
    }

    fn tax(row: &Document, paid: Decimal) -> document::store::Tax {
        document::store::Tax {
            document_id: row.id,
            position: 1,
            name: "VAT".to_owned(),
            rate: Decimal::from(23),
            base: row.net,
            amount: row.tax,
            paid,
        }
    }

    const TODAY: Date = jiff::civil::date(2026, 3, 10);

    #[test]
    fn more_than_is_due_waits_in_suspense() {
        let row = document(10_000, 2_300, 0, 0);
        let split = split(&row, &[tax(&row, Decimal::ZERO)], Decimal::new(13_000, 2), TODAY).unwrap();
        assert_eq!(
            (split.net, split.tax(), split.suspense),
            (Decimal::new(100, 0), Decimal::new(23, 0), Decimal::new(7, 0))
        );
        assert_eq!(split.remarks, [PaymentRemark::Overpaid]);
    }

    #[test]
    fn nothing_of_a_payment_for_a_cancelled_document_becomes_balance() {
        let row = Document { status: DocumentStatus::Cancelled, ..document(10_000, 2_300, 0, 0) };
        let split = split(&row, &[tax(&row, Decimal::ZERO)], Decimal::new(12_300, 2), TODAY).unwrap();
        assert_eq!(
            (split.net, split.tax(), split.suspense),
            (Decimal::ZERO, Decimal::ZERO, Decimal::new(123, 0))
        );
        assert_eq!(split.remarks, [PaymentRemark::Cancelled]);
    }

    proptest! {
        /// However a document is paid, the shares add up to its net and its tax, to the cent.
        #[test]
        fn partial_payments_add_up(net in 1_i64..100_000_000, tax_cents in 0_i64..30_000_000, steps in prop::collection::vec(1_i64..20_000_000, 1..12)) {
            let (mut paid_net, mut paid_tax) = (0_i64, 0_i64);
            let cents = |value: Decimal| i64::try_from((value * Decimal::ONE_HUNDRED).trunc()).unwrap();
            for step in steps.into_iter().chain([i64::from(u32::MAX)]) {
                let row = document(net, tax_cents, paid_net, paid_tax);
                let split = split(&row, &[tax(&row, Decimal::new(paid_tax, 2))], Decimal::new(step, 2), TODAY).unwrap();
                prop_assert!(split.net >= Decimal::ZERO && split.tax() >= Decimal::ZERO);
                prop_assert_eq!(split.net + split.tax() + split.suspense, Decimal::new(step, 2));
                paid_net += cents(split.net);
                paid_tax += cents(split.tax());
                if paid_net + paid_tax == net + tax_cents { break }
            }
            prop_assert_eq!((paid_net, paid_tax), (net, tax_cents));
        }
    }
}
