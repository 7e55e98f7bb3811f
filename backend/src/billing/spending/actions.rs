//! Asking the spend guard, telling of dear months, and setting it.

use anyhow::{Context, anyhow};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rules::spending::Growth;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::spending::{SpendGuard, SpendGuardChange, SpendingOutlook};
use shared::money::AMOUNT_MAX;
use shared::{ClientId, Code, Currency, Money, Month, Period, Permission};

use super::store::{self, Guard};
use crate::audit::{self, Actor, Entry};
use crate::billing::wallet::{self, Wallet};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::identity::client;
use crate::notify::{Event, Letter};

/// Who sets a guard: both have a cap of their own, the alert is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setter {
    Client,
    Staff,
}

/// Refuses with `SpendCapReached` what would bring the recurring cost of a month above the cap. `added` is what comes on top.
///
/// The client's wallet is locked: what others add at the same time counts.
pub async fn require(
    tx: &mut Conn,
    client: ClientId,
    currency: Currency,
    added: &[(Decimal, Period)],
) -> Result<()> {
    let Some(cap) = store::find(tx, client).await?.and_then(|guard| guard.cap()) else { return Ok(()) };
    let growth = Growth::of(&store::prices(tx, client).await?, added).context("adding up prices")?;
    if !growth.passes(cap) {
        return Ok(());
    }
    let money = |amount| Money::rounded(amount, currency);
    let detail = format!(
        "The spending cap is {} a month. The services cost {} a month now and would cost {}.",
        money(cap),
        money(growth.before),
        money(growth.after)
    );
    Err(Refusal::because(Code::SpendCapReached, detail).into())
}

/// What all services cost for a month, and the same with the setup fees of this month.
async fn spent(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<(Decimal, Decimal)> {
    let growth = Growth::of(&store::prices(conn, client).await?, &[]).context("adding up prices")?;
    Ok((growth.before, growth.before + setup_of_month(conn, now, client).await?))
}

async fn setup_of_month(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<Decimal> {
    let begins = Month::of(now).begins().ok_or_else(|| anyhow!("{now} is in no month"))?;
    Ok(store::setup_since(conn, client, begins).await?)
}

/// Tells client and staff, once in a month, that the month costs more than the guard was set to tell of.
pub async fn tell(tx: &mut Conn, now: Timestamp, client: ClientId, currency: Currency) -> Result<()> {
    let Some(alert) = store::find(tx, client).await?.and_then(|guard| guard.alert) else { return Ok(()) };
    let (_, spent) = spent(tx, now, client).await?;
    if spent <= alert {
        return Ok(());
    }
    let month = Month::of(now);
    let (spent, alert) = (Money::rounded(spent, currency), Money::rounded(alert, currency));
    Letter::new(Event::SpendAlert, json!({ "spent": spent, "alert": alert }))
        .once(format!("spend-alert:{client}:{month}"))
        .client(tx, now, client)
        .await?;
    let client_name = client::store::name(tx, client).await?;
    let params = json!({ "client_name": client_name, "client_id": client, "spent": spent, "alert": alert });
    Letter::new(Event::ClientSpendAlert, params)
        .once(format!("client-spend-alert:{client}:{month}"))
        .staff(tx, now, Permission::ClientsCredit)
        .await
}

/// What an order would do to the month. `None`: nothing is guarded.
pub async fn outlook(
    conn: &mut Conn,
    now: Timestamp,
    wallet: &Wallet,
    added: &[(Decimal, Period)],
    setup: Decimal,
) -> Result<Option<SpendingOutlook>> {
    let client = wallet.client_id;
    let Some(guard) = store::find(conn, client).await? else { return Ok(None) };
    let cap = guard.cap();
    if cap.is_none() && guard.alert.is_none() {
        return Ok(None);
    }
    let growth = Growth::of(&store::prices(conn, client).await?, added).context("adding up prices")?;
    let this_month = growth.after + setup_of_month(conn, now, client).await? + setup;
    let money = |amount| Money::rounded(amount, wallet.currency);
    Ok(Some(SpendingOutlook {
        monthly_before: money(growth.before),
        monthly_after: money(growth.after),
        this_month: money(this_month),
        alert: guard.alert.map(money),
        cap: cap.map(money),
        above_alert: guard.alert.is_some_and(|alert| this_month > alert),
        above_cap: cap.is_some_and(|cap| growth.passes(cap)),
    }))
}

/// The guard of a client, and what it guards.
pub async fn show(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<SpendGuard> {
    let wallet = wallet::store::find(conn, client).await?.ok_or_else(Refusal::not_found)?;
    let guard = store::find(conn, client).await?.unwrap_or(Guard::NONE);
    let (monthly, this_month) = spent(conn, now, client).await?;
    let money = |amount| Money::rounded(amount, wallet.currency);
    Ok(SpendGuard {
        alert: guard.alert.map(money),
        cap: guard.own_cap.map(money),
        cap_by_staff: guard.staff_cap.map(money),
        monthly: money(monthly),
        this_month: money(this_month),
        version: guard.version,
    })
}

/// Sets the guard of a client, and tells at once when the month costs more already. Locks the wallet.
///
/// Refuses a cap of the client's own above that of staff, and a version that is not the present one.
pub async fn set(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    setter: Setter,
    change: &SpendGuardChange,
) -> Result<SpendGuard> {
    conn.transaction(async |tx| {
        let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let before = store::find(tx, client).await?.unwrap_or(Guard::NONE);
        Refusal::if_changed(before.version, change.version)?;
        let after = read(&before, setter, wallet.currency, change)?;
        store::keep(tx, now, client, &after).await?;
        let shown = |guard: &Guard| {
            json!({ "alert": guard.alert, "cap_by_staff": guard.staff_cap, "cap": guard.own_cap })
        };
        let entry = Entry {
            action: "spend_guard.changed",
            description: format!("Spend guard in {}", wallet.currency),
            client: Some(client),
            old: Some(shown(&before)),
            new: Some(shown(&after)),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        tell(tx, now, client, wallet.currency).await?;
        show(tx, now, client).await
    })
    .await
}

/// The guard with what is to be changed.
fn read(before: &Guard, setter: Setter, currency: Currency, change: &SpendGuardChange) -> Result<Guard> {
    let mut fields = Fields::new();
    let mut amount = |field: &str, text: &Option<String>, most: Decimal| {
        let text = text.as_deref()?;
        fields.decimal(field, text, currency.decimals(), Decimal::ZERO, most)
    };
    let alert = amount("alert", &change.alert, AMOUNT_MAX);
    let after = match setter {
        Setter::Staff => Guard { alert, staff_cap: amount("cap", &change.cap, AMOUNT_MAX), ..before.clone() },
        Setter::Client => {
            let most = before.staff_cap.unwrap_or(AMOUNT_MAX).normalize();
            Guard { alert, own_cap: amount("cap", &change.cap, most), ..before.clone() }
        }
    };
    fields.finish()?;
    Ok(after)
}
