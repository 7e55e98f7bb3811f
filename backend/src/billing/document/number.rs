//! Numbers of documents, drawn from a locked counter.

use std::ops::RangeInclusive;

use anyhow::Context;
use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use rules::numbering::{NumberFormat, Series};
use schema::{number_runs, number_series};
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
    let parsed = NumberFormat::parse(&format, reset).context("a stored number format")?;
    let series = Series { next_number, reset, counting };
    if rules::numbering::is_over(&series, on) {
        // Two documents at midnight, or two clocks: the later month began already, and its counter stays.
        let counting = rules::numbering::counting(reset, on);
        let run = Run { company, kind, counting: &counting, format: &format };
        let number = run.last(tx).await?.map_or(1, |last| last + 1);
        run.note(tx, number).await?;
        return Ok(parsed.render(number, on));
    }
    let (number, series) = rules::numbering::draw(&series, on);
    Run { company, kind, counting: &series.counting, format: &format }.note(tx, number).await?;
    diesel::update(number_series::table.find((company, kind)))
        .set((number_series::next_number.eq(series.next_number), number_series::counting.eq(series.counting)))
        .execute(tx)
        .await?;
    Ok(parsed.render(number, on))
}

/// Numbers of one format that follow each other, as the audit of the books counts them.
struct Run<'a> {
    company: CompanyId,
    kind: DocumentKind,
    counting: &'a str,
    format: &'a str,
}

impl Run<'_> {
    /// Notes a number that was drawn: its run ends with it now.
    async fn note(&self, tx: &mut Conn, number: i64) -> QueryResult<()> {
        let runs = || {
            number_runs::table.filter(
                number_runs::company_id
                    .eq(self.company)
                    .and(number_runs::kind.eq(self.kind))
                    .and(number_runs::counting.eq(self.counting.to_owned()))
                    .and(number_runs::format.eq(self.format.to_owned())),
            )
        };
        let begun: Option<i64> = runs()
            .filter(number_runs::first_number.le(number))
            .select(max(number_runs::first_number))
            .first(tx)
            .await?;
        let Some(first) = begun else { return self.begin(tx, number..=number).await };
        diesel::update(runs().filter(number_runs::first_number.eq(first)))
            .set(number_runs::last_number.eq(number))
            .execute(tx)
            .await?;
        Ok(())
    }

    /// The last number that was drawn, or the one before the first to be drawn. `None`: there is none in this month and format.
    async fn last(&self, tx: &mut Conn) -> QueryResult<Option<i64>> {
        number_runs::table
            .filter(number_runs::company_id.eq(self.company).and(number_runs::kind.eq(self.kind)))
            .filter(number_runs::counting.eq(self.counting).and(number_runs::format.eq(self.format)))
            .select(max(number_runs::last_number))
            .first(tx)
            .await
    }

    /// A run of these numbers; an empty one is to be drawn from.
    async fn begin(&self, tx: &mut Conn, numbers: RangeInclusive<i64>) -> QueryResult<()> {
        diesel::insert_into(number_runs::table)
            .values((
                number_runs::company_id.eq(self.company),
                number_runs::kind.eq(self.kind),
                number_runs::counting.eq(self.counting),
                number_runs::format.eq(self.format),
                number_runs::first_number.eq(numbers.start()),
                number_runs::last_number.eq(numbers.end()),
            ))
            .on_conflict_do_nothing()
            .execute(tx)
            .await?;
        Ok(())
    }
}

/// Notes that staff let the numbers go on at another one.
pub async fn begin_at(
    tx: &mut Conn,
    company: CompanyId,
    kind: DocumentKind,
    counting: &str,
    format: &str,
    next: i64,
) -> QueryResult<()> {
    Run { company, kind, counting, format }.begin(tx, next..=next - 1).await
}
