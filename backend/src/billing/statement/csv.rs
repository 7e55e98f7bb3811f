//! A statement as a file that spreadsheets read: every single charge, streamed, so that memory stays flat.

use std::collections::HashMap;

use actix_web::web::Bytes;
use async_stream::try_stream;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::{Stream, TryStreamExt};
use rust_decimal::Decimal;
use shared::ServiceId;

use super::content::{self, Whole};
use crate::App;
use crate::http::csv::field;
use crate::http::error::Error;

#[derive(QueryableByName)]
struct Charge {
    #[diesel(sql_type = Timestamptz)]
    at: jiff_diesel::Timestamp,
    #[diesel(sql_type = SqlUuid)]
    service_id: ServiceId,
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = Nullable<Integer>)]
    price_version: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    period_from: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    period_to: jiff_diesel::Timestamp,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
}

const QUERY: &str = concat!(
    "WITH ",
    include_str!("moved.sql"),
    "SELECT at, service_id, what, price_version, period_from, period_to, amount
     FROM single ORDER BY at, service_id, period_from"
);

const HEAD: &str =
    "at,service_id,service,product,what,price_version,period_from,period_to,amount,currency\r\n";

/// The file of a month whose single charges are archived: the lines that were frozen, each of which sums up charges of no one
/// instant.
pub fn lines(whole: &Whole) -> String {
    let mut text = HEAD.to_owned();
    for part in &whole.parts {
        let names = format!("{},{}", field(&part.label), field(&part.product));
        for line in &part.lines {
            let version = line.price_version.map_or_else(String::new, |version| version.to_string());
            text.push_str(&format!(
                ",{},{names},{},{version},{},{},{},{}\r\n",
                part.service, line.what, line.from, line.to, line.amount, whole.currency,
            ));
        }
    }
    text
}

/// The file, in pieces, oldest charge first. Services are called as on the statement.
pub fn stream(app: App, whole: Whole) -> impl Stream<Item = Result<Bytes, Error>> {
    try_stream! {
        let (from, to) = content::bounds(whole.month)?;
        let names: HashMap<ServiceId, String> = whole
            .parts
            .iter()
            .map(|part| (part.service, format!("{},{}", field(&part.label), field(&part.product))))
            .collect();
        let mut conn = app.db.get().await?;
        let mut charges = diesel::sql_query(QUERY)
            .bind::<Array<SqlUuid>, _>(vec![whole.client])
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
            .load_stream::<Charge>(&mut conn)
            .await?;
        let mut piece = HEAD.to_owned();
        while let Some(charge) = charges.try_next().await? {
            let version = charge.price_version.map_or_else(String::new, |version| version.to_string());
            piece.push_str(&format!(
                "{},{},{},{},{version},{},{},{},{}\r\n",
                charge.at.to_jiff(),
                charge.service_id,
                names.get(&charge.service_id).map_or(",", String::as_str),
                charge.what,
                charge.period_from.to_jiff(),
                charge.period_to.to_jiff(),
                charge.amount,
                whole.currency,
            ));
            if piece.len() > 32 * 1024 {
                yield Bytes::from(std::mem::take(&mut piece));
            }
        }
        yield Bytes::from(piece);
    }
}
