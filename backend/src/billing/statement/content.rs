//! What stands on a statement: gathered from the ledger, or read from what was frozen.

use std::collections::HashMap;

use anyhow::{Context, anyhow, ensure};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shared::billing::statement::{StatementDetail, StatementItem, StatementLine, StatementService};
use shared::services::ChargeBy;
use shared::{ClientId, CompanyId, Currency, Language, Money, Month, ServiceId};

use super::store::{self, Statement};
use crate::billing::archive;
use crate::billing::document::frozen::{self, Buyer, Seller};
use crate::billing::wallet;
use crate::catalog::text;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// One service, as frozen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    pub service: ServiceId,
    pub label: String,
    pub product: String,
    pub lines: Vec<Line>,
}

/// One line of a service, as frozen.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub what: StatementItem,
    pub from: Timestamp,
    pub to: Timestamp,
    pub charges: i64,
    pub hours: Option<i64>,
    pub price_version: Option<i32>,
    pub amount: Decimal,
}

/// A whole statement, frozen or not.
#[derive(Clone, Debug)]
pub struct Whole {
    pub client: ClientId,
    pub month: Month,
    pub company: CompanyId,
    pub currency: Currency,
    pub charged: Decimal,
    pub returned: Decimal,
    pub language: Language,
    pub seller: Seller,
    pub buyer: Buyer,
    pub parts: Vec<Part>,
    /// `None`: not frozen.
    pub made_at: Option<Timestamp>,
}

/// What the ledger took from one client, with the services it took it for.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    pub charged: Decimal,
    pub returned: Decimal,
    pub parts: Vec<Part>,
}

/// When a month begins and ends.
pub fn bounds(month: Month) -> anyhow::Result<(Timestamp, Timestamp)> {
    Ok((month.begins().context("a month of the calendar")?, month.ends().context("a month of the calendar")?))
}

/// Gathers what some clients were charged in a month. Product names are in the language of each.
///
/// Fails when the lines do not come to the sums of the ledger: such a statement must not exist.
pub async fn taken(
    conn: &mut Conn,
    month: Month,
    clients: &HashMap<ClientId, Language>,
) -> Result<HashMap<ClientId, Taken>> {
    let (from, to) = bounds(month)?;
    let ids: Vec<ClientId> = clients.keys().copied().collect();
    let mut taken: HashMap<ClientId, Taken> = HashMap::new();
    for row in store::lines(conn, &ids, from, to).await? {
        let parts = &mut taken.entry(row.client_id).or_default().parts;
        let language = clients.get(&row.client_id).copied().unwrap_or(Language::English);
        if parts.last().is_none_or(|part| part.service != row.service_id) {
            parts.push(Part {
                service: row.service_id,
                label: row.label,
                product: text::name(&row.product_texts, language, &row.product_key),
                lines: Vec::new(),
            });
        }
        let by_the_hour = row.charge_by == ChargeBy::Hours && row.what == StatementItem::Running;
        let line = Line {
            what: row.what,
            from: row.period_from.to_jiff(),
            to: row.period_to.to_jiff(),
            charges: row.charges,
            hours: by_the_hour.then_some(row.seconds / rules::charging::HOUR),
            price_version: row.price_version,
            amount: row.amount,
        };
        parts.last_mut().ok_or_else(|| anyhow!("a service was just added"))?.lines.push(line);
    }
    for sums in store::sums(conn, &ids, from, to).await? {
        let one = taken.entry(sums.client_id).or_default();
        (one.charged, one.returned) = (sums.charged, sums.returned);
    }
    for (client, one) in &taken {
        let listed: Decimal = one.parts.iter().flat_map(|part| &part.lines).map(|line| line.amount).sum();
        let total = one.charged - one.returned;
        ensure_equal(*client, month, listed, total)?;
    }
    Ok(taken)
}

fn ensure_equal(client: ClientId, month: Month, listed: Decimal, total: Decimal) -> anyhow::Result<()> {
    ensure!(
        listed == total,
        "the services of client {client} come to {listed} in {month}, the ledger to {total}"
    );
    Ok(())
}

/// The statement of a client's month: the frozen one, or what the ledger says by now. `None`: a month to come, or a client
/// without a wallet.
pub async fn read(conn: &mut Conn, now: Timestamp, client: ClientId, month: Month) -> Result<Option<Whole>> {
    if month > Month::of(now) {
        return Ok(None);
    }
    if let Some(row) = store::find(conn, client, month).await? {
        return thawed(row).map(Some);
    }
    let Some(wallet) = wallet::store::find(conn, client).await? else { return Ok(None) };
    let buying = frozen::buying(conn, now, client).await?;
    let seller = frozen::selling(conn, wallet.company_id).await?.seller;
    let languages = HashMap::from([(client, buying.language)]);
    let Taken { charged, returned, parts } =
        taken(conn, month, &languages).await?.remove(&client).unwrap_or_default();
    Ok(Some(Whole {
        client,
        month,
        company: wallet.company_id,
        currency: wallet.currency,
        charged,
        returned,
        language: buying.language,
        seller,
        buyer: buying.buyer,
        parts,
        made_at: None,
    }))
}

fn thawed(row: Statement) -> Result<Whole> {
    Ok(Whole {
        client: row.client_id,
        month: Month::containing(row.month),
        company: row.company_id,
        currency: row.currency,
        charged: row.charged,
        returned: row.returned,
        language: row.language,
        seller: serde_json::from_value(row.seller)?,
        buyer: serde_json::from_value(row.buyer)?,
        parts: serde_json::from_value(row.content)?,
        made_at: Some(row.made_at),
    })
}

/// Whether single charges of a client's month are in files. Only a frozen statement can lack them.
pub async fn is_archived(conn: &mut Conn, whole: &Whole) -> Result<bool> {
    if whole.made_at.is_none() {
        return Ok(false);
    }
    let (from, to) = bounds(whole.month)?;
    Ok(archive::detail_in_files(conn, whole.client, from, to).await?)
}

/// As `read`; "not found" when there is none.
pub async fn require(conn: &mut Conn, now: Timestamp, client: ClientId, month: Month) -> Result<Whole> {
    Ok(read(conn, now, client, month).await?.ok_or_else(Refusal::not_found)?)
}

impl Whole {
    /// As a row to be frozen.
    pub fn row(self, made_at: Timestamp) -> Result<Statement> {
        Ok(Statement {
            client_id: self.client,
            month: self.month.first_day(),
            company_id: self.company,
            currency: self.currency,
            charged: self.charged,
            returned: self.returned,
            services: i32::try_from(self.parts.len()).map_err(|error| anyhow!(error))?,
            language: self.language,
            seller: serde_json::to_value(self.seller)?,
            buyer: serde_json::to_value(self.buyer)?,
            content: serde_json::to_value(self.parts)?,
            made_at,
        })
    }

    /// As it is answered.
    pub fn detail(self, archived: bool, pdf_sha256: Option<Vec<u8>>) -> Result<StatementDetail> {
        let (from, to) = bounds(self.month)?;
        let money = |amount: Decimal| Money::ledger(amount, self.currency);
        let line = |line: Line| StatementLine {
            what: line.what,
            period_from: line.from,
            period_to: line.to,
            charges: line.charges,
            hours: line.hours,
            price_version: line.price_version,
            amount: money(line.amount),
        };
        let service = |part: Part| StatementService {
            service_id: part.service,
            label: part.label,
            product: part.product,
            total: money(part.lines.iter().map(|line| line.amount).sum()),
            lines: part.lines.into_iter().map(line).collect(),
        };
        Ok(StatementDetail {
            client_id: self.client,
            client_name: self.buyer.party.name,
            month: self.month,
            from,
            to,
            made_at: self.made_at,
            charged: money(self.charged),
            returned: money(self.returned),
            total: money(self.charged - self.returned),
            services: self.parts.into_iter().map(service).collect(),
            archived,
            pdf_sha256: pdf_sha256.map(|sha256| data_encoding::HEXLOWER.encode(&sha256)),
        })
    }
}
