//! Taking money out of suspense: staff found out whose it is.

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::json;
use shared::billing::payment::{AssignPayment, PaymentStatus, PaymentSummary};
use shared::billing::{AccountKind, TransferKind};
use shared::{Code, Language, Money, PaymentId};

use super::store;
use crate::audit::{self, Actor, Entry};
use crate::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};

/// Credits a client's wallet with what of a payment waits in suspense, whole and once.
///
/// Locks the wallet, then the payment. Refuses a wallet of another currency or home company, a payment of which nothing
/// waits, and one whose money is not here: failed, disputed, sent back as a whole. The answer is in `language`. Once committed,
/// `Job::WalletToppedUp` tells the rest of the system.
pub async fn assign(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: PaymentId,
    input: &AssignPayment,
    language: Language,
) -> Result<PaymentSummary> {
    let mut fields = Fields::new();
    fields.required("reason", &input.reason, 300);
    fields.finish()?;
    let unknown = || Refusal::field("client_id", "unknown", "There is no such client.");
    let client = input.client_id;
    let wallet = wallet::store::lock(tx, client).await?.ok_or_else(unknown)?;
    let payment = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let mut fields = Fields::new();
    let message = format!("This client's wallet is not in {}.", payment.currency);
    fields.check(wallet.currency == payment.currency, "client_id", "invalid", &message);
    let message = "The payment came in at another home company than this client's.";
    fields.check(wallet.company_id == payment.company_id, "client_id", "invalid", message);
    fields.finish()?;
    // A refund gives back what an invoice took; what nobody asked for is still here.
    let is_here = match payment.status {
        PaymentStatus::Succeeded => true,
        PaymentStatus::Refunded => !payment.refunded.is_zero(),
        _ => false,
    };
    if !is_here {
        let detail = format!("This payment is {}: its money is not here to be assigned.", payment.status);
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    let amount = payment.to_suspense - payment.assigned;
    if amount.is_zero() {
        return Err(Refusal::because(Code::Conflict, "Nothing of this payment waits in suspense.").into());
    }

    let (company, currency) = (payment.company_id, payment.currency);
    let suspense = ledger::company_account(tx, company, currency, AccountKind::Suspense, "", now).await?;
    let transfer = NewTransfer {
        client: Some(client),
        payment: Some(id),
        explanation: json!({ "reason": input.reason.trim(), "from": "suspense" }),
        ..NewTransfer::new(TransferKind::Payment, suspense, client.wallet_account(), amount, currency)
    };
    let posting = Posting {
        cause: format!("assign:{id}"),
        at: now,
        actor: actor.to_string(),
        spending: Spending::WithinLimits,
        transfers: vec![transfer],
    };
    let Posted::Now(..) = ledger::post(tx, &posting).await? else {
        return Err(anyhow!("payment {id} was assigned before").into());
    };
    store::set_assigned(tx, now, id, payment.to_suspense).await?;
    let amount = Money::rounded(amount, currency);
    let entry = Entry {
        action: "payment.assigned",
        description: format!("{amount} of suspense assigned: {}", input.reason.trim()),
        client: Some(client),
        subject: Some(("payment", id.0)),
        new: Some(json!({ "client_id": client, "amount": amount })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    let tags = Tags { client: Some(client), ..Tags::default() };
    outbox::send(tx, now, &Job::WalletToppedUp { client }, tags).await?;
    let shown = store::find_for_staff(tx, id, language).await?;
    Ok(shown.ok_or_else(|| anyhow!("a payment that is locked"))?)
}
