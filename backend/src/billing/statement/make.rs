//! The monthly task: freezes the statements of months that are over, and tells the clients.

use std::collections::HashMap;

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::{ClientId, CompanyId, Money, Month};

use super::content::{self, Whole};
use super::store::{self, Lacking};
use crate::App;
use crate::billing::document::frozen::{self, Seller};
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::Job;
use crate::jobs::current::{self, Walk};
use crate::jobs::outbox::{self, Tags};
use crate::notify::{Event, Letter};

/// Clients of one transaction.
const BATCH: i64 = 100;
/// Months that are made up when the task did not run.
const MONTHS: usize = 3;
/// Transactions that were open when a month ended are long over by then.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Makes what lacks of the last three finished months. Each client gets a statement of a month once, however often this runs.
pub async fn run(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let mut months: Vec<Month> =
        std::iter::successors(Some(Month::of(now).before()), |month| Some(month.before()))
            .take(MONTHS)
            .collect();
    months.reverse();
    let (mut made, mut walk) = (0_usize, Walk::of(1));
    walk.begin("finished months", months.len());
    for month in months {
        made += of_month(&mut conn, now, month).await?;
        walk.step(&mut conn).await?;
    }
    if made > 0 {
        tracing::info!(statements = made, "made statements of finished months");
    }
    current::output(&json!({ "statements": made }))
}

/// Makes what lacks of a finished month: how many. None of a month that is over for less than an hour.
pub async fn of_month(conn: &mut Conn, now: Timestamp, month: Month) -> Result<usize> {
    let (_, to) = content::bounds(month)?;
    if now.duration_since(to) < PAUSE {
        return Ok(0);
    }
    let (mut made, mut after) = (0, None);
    loop {
        let batch = make_batch(conn, now, month, after).await?;
        made += batch.made;
        let Some(last) = batch.last else { return Ok(made) };
        after = Some(last);
    }
}

struct Batch {
    made: usize,
    /// `None`: nobody lacks one any more.
    last: Option<ClientId>,
}

async fn make_batch(conn: &mut Conn, now: Timestamp, month: Month, after: Option<ClientId>) -> Result<Batch> {
    conn.transaction(async |tx| {
        let (from, to) = content::bounds(month)?;
        let lacking = store::lacking(tx, month, from, to, after, BATCH).await?;
        let Some(last) = lacking.last().map(|one| one.client_id) else {
            return Ok(Batch { made: 0, last: None });
        };
        let mut wholes = Vec::with_capacity(lacking.len());
        let mut sellers: HashMap<CompanyId, Seller> = HashMap::new();
        for one in &lacking {
            wholes.push(empty(tx, now, month, one, &mut sellers).await?);
        }
        let languages = wholes.iter().map(|whole| (whole.client, whole.language)).collect();
        let mut taken = content::taken(tx, month, &languages).await?;
        let mut made = 0;
        for mut whole in wholes {
            let taken = taken.remove(&whole.client).unwrap_or_default();
            (whole.charged, whole.returned, whole.parts) = (taken.charged, taken.returned, taken.parts);
            made += usize::from(freeze(tx, now, whole).await?);
        }
        Ok::<_, crate::Error>(Batch { made, last: Some(last) })
    })
    .await
}

/// Both sides of a statement, without its figures.
async fn empty(
    tx: &mut Conn,
    now: Timestamp,
    month: Month,
    one: &Lacking,
    sellers: &mut HashMap<CompanyId, Seller>,
) -> Result<Whole> {
    let buying = frozen::buying(tx, now, one.client_id).await?;
    let seller = match sellers.get(&one.company_id) {
        Some(seller) => seller.clone(),
        None => {
            let mut seller = frozen::selling(tx, one.company_id).await?.seller;
            seller.logo = frozen::keep_logo(tx, one.company_id).await?;
            sellers.insert(one.company_id, seller.clone());
            seller
        }
    };
    Ok(Whole {
        client: one.client_id,
        month,
        company: one.company_id,
        currency: buying.currency,
        charged: rust_decimal::Decimal::ZERO,
        returned: rust_decimal::Decimal::ZERO,
        language: buying.language,
        seller,
        buyer: buying.buyer,
        parts: Vec::new(),
        made_at: None,
    })
}

/// Writes a statement; has its paper typeset and the client told. `false`: it was there before.
async fn freeze(tx: &mut Conn, now: Timestamp, whole: Whole) -> Result<bool> {
    let (client, month) = (whole.client, whole.month);
    let total = Money::ledger(whole.charged - whole.returned, whole.currency);
    if !store::insert(tx, whole.row(now)?).await? {
        return Ok(false);
    }
    let tags = Tags { client: Some(client), ..Tags::default() };
    outbox::send(tx, now, &Job::TypesetStatement { client, month }, tags).await?;
    let params = json!({ "statement": month, "total": total });
    Letter::new(Event::StatementReady, params)
        .once(format!("statement:{client}:{month}"))
        .client(tx, now, client)
        .await?;
    Ok(true)
}
