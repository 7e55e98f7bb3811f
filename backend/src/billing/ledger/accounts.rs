//! The accounts of the ledger.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{ledger_accounts, wallets};
use shared::billing::AccountKind;
use shared::{ClientId, CompanyId, Currency, LedgerAccountId};

use crate::db::Conn;

/// The account of a home company, made when first asked for.
///
/// `name` is the gateway's id for gateway accounts, the tax's name for tax accounts, otherwise empty.
pub async fn company_account(
    tx: &mut Conn,
    company: CompanyId,
    currency: Currency,
    kind: AccountKind,
    name: &str,
    now: Timestamp,
) -> QueryResult<LedgerAccountId> {
    if let Some(found) = find(tx, company, currency, kind, name).await? {
        return Ok(found);
    }
    diesel::insert_into(ledger_accounts::table)
        .values((
            ledger_accounts::id.eq(LedgerAccountId::generate()),
            ledger_accounts::kind.eq(kind),
            ledger_accounts::company_id.eq(company),
            ledger_accounts::currency.eq(currency),
            ledger_accounts::name.eq(name),
            ledger_accounts::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    // Ours, or the one that somebody else made meanwhile.
    find(tx, company, currency, kind, name).await?.ok_or(diesel::result::Error::NotFound)
}

async fn find(
    conn: &mut Conn,
    company: CompanyId,
    currency: Currency,
    kind: AccountKind,
    name: &str,
) -> QueryResult<Option<LedgerAccountId>> {
    ledger_accounts::table
        .filter(ledger_accounts::company_id.eq(company))
        .filter(ledger_accounts::currency.eq(currency))
        .filter(ledger_accounts::kind.eq(kind))
        .filter(ledger_accounts::name.eq(name))
        .select(ledger_accounts::id)
        .first(conn)
        .await
        .optional()
}

/// Opens the wallet of a new client, with its ledger account. Harmless when it is open already.
pub async fn open_wallet(
    tx: &mut Conn,
    client: ClientId,
    company: CompanyId,
    currency: Currency,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(ledger_accounts::table)
        .values((
            ledger_accounts::id.eq(client.wallet_account()),
            ledger_accounts::kind.eq(AccountKind::Wallet),
            ledger_accounts::client_id.eq(client),
            ledger_accounts::currency.eq(currency),
            ledger_accounts::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    diesel::insert_into(wallets::table)
        .values((
            wallets::client_id.eq(client),
            wallets::company_id.eq(company),
            wallets::currency.eq(currency),
            wallets::charged_to.eq(jiff_diesel::Timestamp::from(rules::charging::whole_second(now))),
            wallets::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    Ok(())
}

/// Gives every home company that has wallets its revenue accounts, so that the charging run finds them.
pub async fn ensure_revenue_accounts(tx: &mut Conn, now: Timestamp) -> QueryResult<()> {
    let missing: Vec<(CompanyId, Currency)> = wallets::table
        .filter(diesel::dsl::not(diesel::dsl::exists(
            ledger_accounts::table
                .filter(ledger_accounts::company_id.eq(wallets::company_id.nullable()))
                .filter(ledger_accounts::currency.eq(wallets::currency))
                .filter(ledger_accounts::kind.eq(AccountKind::Revenue))
                .filter(ledger_accounts::name.eq("")),
        )))
        .select((wallets::company_id, wallets::currency))
        .distinct()
        .load(tx)
        .await?;
    for (company, currency) in missing {
        company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    }
    Ok(())
}
