//! Wallets as rows.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::{clients, wallets};
use shared::billing::wallet::WalletSummary;
use shared::{ClientId, CompanyId, Currency};

use crate::db::Conn;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = wallets)]
pub struct Wallet {
    pub client_id: ClientId,
    pub company_id: CompanyId,
    pub currency: Currency,
    pub balance: Decimal,
    pub held: Decimal,
    pub credit_limit: Decimal,
    /// Every hour in the stream that begins at or before it is charged.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub charged_to: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub next_due_at: Option<Timestamp>,
    /// When it moved last: what moves it next is not dated before that.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl Wallet {
    /// What may be spent; below zero in debt.
    pub fn available(&self) -> Decimal {
        self.balance - self.held + self.credit_limit
    }
}

impl From<Wallet> for WalletSummary {
    fn from(wallet: Wallet) -> Self {
        Self {
            available: wallet.available(),
            client_id: wallet.client_id,
            company_id: wallet.company_id,
            currency: wallet.currency,
            balance: wallet.balance,
            held: wallet.held,
            credit_limit: wallet.credit_limit,
        }
    }
}

/// Locks the client's wallet until the transaction ends.
pub async fn lock(tx: &mut Conn, client: ClientId) -> QueryResult<Option<Wallet>> {
    wallets::table.find(client).select(Wallet::as_select()).for_update().first(tx).await.optional()
}

/// Locks the client, then its wallet: for what may write to the client while it holds the wallet.
pub async fn lock_with_client(tx: &mut Conn, client: ClientId) -> QueryResult<Option<Wallet>> {
    let locked: Option<ClientId> =
        clients::table.find(client).select(clients::id).for_no_key_update().first(tx).await.optional()?;
    if locked.is_none() {
        return Ok(None);
    }
    lock(tx, client).await
}

/// The client's wallet, not locked.
pub async fn find(conn: &mut Conn, client: ClientId) -> QueryResult<Option<Wallet>> {
    wallets::table.find(client).select(Wallet::as_select()).first(conn).await.optional()
}

/// Changes what is set aside; the wallet is locked.
pub(crate) async fn add_held(tx: &mut Conn, client: ClientId, by: Decimal) -> QueryResult<()> {
    diesel::update(wallets::table.find(client)).set(wallets::held.eq(wallets::held + by)).execute(tx).await?;
    Ok(())
}

pub(crate) async fn set_credit_limit(tx: &mut Conn, client: ClientId, limit: Decimal) -> QueryResult<()> {
    diesel::update(wallets::table.find(client)).set(wallets::credit_limit.eq(limit)).execute(tx).await?;
    Ok(())
}
