//! Numbers of documents, drawn from a locked counter.

use anyhow::Context;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use rules::numbering::{NumberFormat, Series};
use schema::number_series;
use shared::CompanyId;
use shared::billing::{DocumentKind, NumberReset};

use crate::db::Conn;
use crate::http::error::Result;

/// Draws the number of a document issued on a day. The counter stays locked until the transaction ends, so that a number
/// is never lost: who rolls back gives it back.
pub async fn draw(tx: &mut Conn, company: CompanyId, kind: DocumentKind, on: Date) -> Result<String> {
    let found: Option<(String, i64, NumberReset, String)> = number_series::table
        .find((company, kind))
        .select((
            number_series::format,
            number_series::next_number,
            number_series::reset,
            number_series::counting,
        ))
        .for_update()
        .first(tx)
        .await
        .optional()?;
    let (format, next_number, reset, counting) =
        found.with_context(|| format!("company {company} has no numbering of {kind}"))?;
    let format = NumberFormat::parse(&format, reset).context("a stored number format")?;
    let (number, series) = rules::numbering::draw(&Series { next_number, reset, counting }, on);
    diesel::update(number_series::table.find((company, kind)))
        .set((number_series::next_number.eq(series.next_number), number_series::counting.eq(series.counting)))
        .execute(tx)
        .await?;
    Ok(format.render(number, on))
}
