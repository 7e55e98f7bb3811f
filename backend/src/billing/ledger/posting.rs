//! Writing to the ledger.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::{ledger_causes, ledger_transfers, wallets};
use serde_json::Value;
use shared::billing::TransferKind;
use shared::{
    ClientId, Code, Currency, DocumentId, LedgerAccountId, PaymentId, PostingId, ServiceId, TransferId,
};

use crate::billing::wallet::{self, Wallet};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// The movements of one event.
#[derive(Clone, Debug)]
pub struct Posting {
    /// Names the event; the same cause is posted once: `payment:0192…`.
    pub cause: String,
    /// Booked then, or when a wallet that it touches moved last, where that was later.
    pub at: Timestamp,
    /// As `Actor` displays.
    pub actor: String,
    pub spending: Spending,
    pub transfers: Vec<NewTransfer>,
}

/// How far a posting may empty a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spending {
    /// Only what balance, holds and credit limit leave; otherwise `CreditTooLow`.
    WithinLimits,
    /// Whatever is left: refunds, uninstall fees, corrections.
    IntoDebt,
}

/// One movement.
#[derive(Clone, Debug)]
pub struct NewTransfer {
    /// What it leaves.
    pub debit: LedgerAccountId,
    /// What it reaches.
    pub credit: LedgerAccountId,
    /// Above zero, at most four decimals.
    pub amount: Decimal,
    pub currency: Currency,
    pub kind: TransferKind,
    pub client: Option<ClientId>,
    pub service: Option<ServiceId>,
    pub document: Option<DocumentId>,
    pub payment: Option<PaymentId>,
    pub period: Option<(Timestamp, Timestamp)>,
    /// Ids and numbers that answer "why?".
    pub explanation: Value,
    pub reverses: Option<TransferId>,
}

impl NewTransfer {
    /// A movement without references; fill in the others with `..`.
    pub fn new(
        kind: TransferKind,
        debit: LedgerAccountId,
        credit: LedgerAccountId,
        amount: Decimal,
        currency: Currency,
    ) -> Self {
        Self {
            debit,
            credit,
            amount,
            currency,
            kind,
            client: None,
            service: None,
            document: None,
            payment: None,
            period: None,
            explanation: Value::Object(serde_json::Map::new()),
            reverses: None,
        }
    }
}

/// What became of a posting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Written now, with the ids of its transfers in order.
    Now(PostingId, Vec<TransferId>),
    /// The cause was posted before; nothing was written.
    Before(PostingId),
}

impl Posted {
    pub fn id(&self) -> PostingId {
        match self {
            Self::Now(id, _) | Self::Before(id) => *id,
        }
    }
}

/// Writes the movements of one event and changes the wallets they touch.
///
/// Locks the wallets first (in id order). Refuses with `CreditTooLow` when a wallet does not cover what leaves it.
pub async fn post(tx: &mut Conn, posting: &Posting) -> Result<Posted> {
    let mut touched: Vec<ClientId> =
        posting.transfers.iter().filter_map(|transfer| transfer.client).collect();
    touched.sort();
    touched.dedup();
    let mut locked: Vec<Wallet> = Vec::with_capacity(touched.len());
    for client in touched {
        let wallet = wallet::store::lock(tx, client).await?;
        locked.push(wallet.ok_or_else(|| anyhow!("client {client} has no wallet"))?);
    }
    // Movements of a wallet follow each other, whoever looked at the clock first.
    let at = locked.iter().map(|wallet| wallet.updated_at).fold(posting.at, Timestamp::max);
    let id = PostingId::generate();
    if let Some(before) = claim(tx, &posting.cause, id, at).await? {
        return Ok(Posted::Before(before));
    }

    let mut balances: Vec<Decimal> = locked.iter().map(|wallet| wallet.balance).collect();
    let mut rows = Vec::with_capacity(posting.transfers.len());
    let mut ids = Vec::with_capacity(posting.transfers.len());
    for transfer in &posting.transfers {
        if transfer.amount <= Decimal::ZERO {
            return Err(anyhow!("a transfer of {} has to be above zero", transfer.amount).into());
        }
        let mut balance_after = None;
        for (wallet, balance) in locked.iter().zip(balances.iter_mut()) {
            let account = wallet.client_id.wallet_account();
            let change = if transfer.debit == account {
                -transfer.amount
            } else if transfer.credit == account {
                transfer.amount
            } else {
                continue;
            };
            if wallet.currency != transfer.currency {
                return Err(anyhow!(
                    "{} does not go into a wallet of {}",
                    transfer.currency,
                    wallet.currency
                )
                .into());
            }
            *balance = balance.checked_add(change).ok_or_else(|| anyhow!("a balance overflows"))?;
            // A transfer between two wallets tells the balance of the one it names.
            if transfer.client == Some(wallet.client_id) {
                balance_after = Some(*balance);
            }
        }
        let transfer_id = TransferId::generate();
        ids.push(transfer_id);
        rows.push(Row { at, ..row(posting, id, transfer_id, transfer, balance_after) });
    }
    if posting.spending == Spending::WithinLimits {
        for (wallet, balance) in locked.iter().zip(&balances) {
            let spends = *balance < wallet.balance;
            if spends && *balance - wallet.held + wallet.credit_limit < Decimal::ZERO {
                return Err(too_low(wallet, wallet.balance - *balance));
            }
        }
    }

    diesel::insert_into(ledger_transfers::table).values(rows).execute(tx).await?;
    for (wallet, balance) in locked.iter().zip(&balances) {
        diesel::update(wallets::table.find(wallet.client_id))
            .set((
                wallets::balance.eq(balance),
                wallets::used.eq(true),
                wallets::updated_at.eq(jiff_diesel::Timestamp::from(at)),
            ))
            .execute(tx)
            .await?;
    }
    Ok(Posted::Now(id, ids))
}

/// Refuses with what is lacking.
pub(crate) fn too_low(wallet: &Wallet, needed: Decimal) -> crate::Error {
    let detail = format!("This needs {needed} {}, and {} can be spent.", wallet.currency, wallet.available());
    Refusal::because(Code::CreditTooLow, detail).into()
}

/// Takes a cause for a posting. `Some`: it was taken before, by this posting.
pub async fn claim(
    tx: &mut Conn,
    cause: &str,
    posting: PostingId,
    at: Timestamp,
) -> QueryResult<Option<PostingId>> {
    let taken = diesel::insert_into(ledger_causes::table)
        .values((
            ledger_causes::cause.eq(cause),
            ledger_causes::posting_id.eq(posting),
            ledger_causes::at.eq(jiff_diesel::Timestamp::from(at)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    if taken > 0 {
        return Ok(None);
    }
    ledger_causes::table.find(cause).select(ledger_causes::posting_id).first(tx).await.map(Some)
}

/// The posting that a cause has, if it was posted.
pub async fn posting_of(conn: &mut Conn, cause: &str) -> QueryResult<Option<PostingId>> {
    ledger_causes::table.find(cause).select(ledger_causes::posting_id).first(conn).await.optional()
}

#[derive(Insertable)]
#[diesel(table_name = ledger_transfers)]
pub(crate) struct Row {
    pub(crate) id: TransferId,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub(crate) at: Timestamp,
    pub(crate) posting_id: PostingId,
    pub(crate) debit_account: LedgerAccountId,
    pub(crate) credit_account: LedgerAccountId,
    pub(crate) amount: Decimal,
    pub(crate) currency: Currency,
    pub(crate) kind: TransferKind,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) service_id: Option<ServiceId>,
    pub(crate) document_id: Option<DocumentId>,
    pub(crate) payment_id: Option<PaymentId>,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub(crate) period_from: Option<Timestamp>,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub(crate) period_to: Option<Timestamp>,
    pub(crate) actor: String,
    pub(crate) explanation: Value,
    pub(crate) balance_after: Option<Decimal>,
    pub(crate) cause: String,
    pub(crate) reverses: Option<TransferId>,
}

fn row(
    posting: &Posting,
    posting_id: PostingId,
    id: TransferId,
    transfer: &NewTransfer,
    balance_after: Option<Decimal>,
) -> Row {
    Row {
        id,
        at: posting.at,
        posting_id,
        debit_account: transfer.debit,
        credit_account: transfer.credit,
        amount: transfer.amount,
        currency: transfer.currency,
        kind: transfer.kind,
        client_id: transfer.client,
        service_id: transfer.service,
        document_id: transfer.document,
        payment_id: transfer.payment,
        period_from: transfer.period.map(|(from, _)| from),
        period_to: transfer.period.map(|(_, to)| to),
        actor: posting.actor.clone(),
        explanation: transfer.explanation.clone(),
        balance_after,
        cause: posting.cause.clone(),
        reverses: transfer.reverses,
    }
}
