//! Numbers of documents have no gaps.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use rules::numbering::{NumberFormat, counting};
use schema::{documents, number_runs, number_series};
use shared::CompanyId;
use shared::billing::{DocumentKind, NumberReset};

use super::Finding;
use crate::db::Conn;

/// Numbers that were drawn one after the other, as noted beside the counter.
#[derive(Queryable, Selectable)]
#[diesel(table_name = number_runs, check_for_backend(diesel::pg::Pg))]
struct Run {
    counting: String,
    format: String,
    first_number: i64,
    last_number: i64,
}

impl Run {
    /// What its counter began again with: nothing, `2026` or `2026-11`.
    fn reset(&self) -> NumberReset {
        match self.counting.len() {
            0 => NumberReset::Never,
            4 => NumberReset::Yearly,
            _ => NumberReset::Monthly,
        }
    }

    /// Its numbers that documents bear. `None`: its format cannot be read.
    fn borne(&self, issued: &[(String, Date)]) -> Option<BTreeSet<i64>> {
        let format = NumberFormat::parse(&self.format, self.reset()).ok()?;
        let mine = issued.iter().filter(|(_, on)| counting(self.reset(), *on) == self.counting);
        let numbers = mine.filter_map(|(number, on)| format.read(number, *on));
        Some(numbers.filter(|number| (self.first_number..=self.last_number).contains(number)).collect())
    }

    /// The stretches of its numbers that no document bears.
    fn gaps(&self, borne: &BTreeSet<i64>) -> Vec<(i64, i64)> {
        let mut expected = self.first_number;
        let mut gaps = Vec::new();
        for number in borne.iter().copied().chain([self.last_number + 1]) {
            if number > expected {
                gaps.push((expected, number - 1));
            }
            expected = number + 1;
        }
        gaps
    }
}

/// Looks for the document of every number that was drawn, from the first of each month or year to the last; and that the
/// counter goes on behind the last.
pub(super) async fn gapless(tx: &mut Conn) -> QueryResult<Finding> {
    let mut finding = Finding {
        title: "Numbers of documents follow each other without a gap".to_owned(),
        seen: 0,
        broken: 0,
        samples: Vec::new(),
    };
    let series: Vec<(CompanyId, DocumentKind, String, i64, String)> = number_series::table
        .select((
            number_series::company_id,
            number_series::kind,
            number_series::format,
            number_series::next_number,
            number_series::counting,
        ))
        .load(tx)
        .await?;
    for (company, kind, format, next_number, counting) in series {
        let what = format!("{kind} of company {company}");
        let issued = issued(tx, company, kind).await?;
        finding.seen += i64::try_from(issued.len()).unwrap_or(i64::MAX);
        let mut last = None;
        for run in runs(tx, company, kind).await? {
            match run.borne(&issued) {
                None => miss(&mut finding, format!("{what}: unreadable format {}", run.format)),
                Some(borne) => {
                    for (from, to) in run.gaps(&borne) {
                        miss(&mut finding, format!("{what} {}: {from} to {to} are missing", run.counting));
                    }
                }
            }
            if run.counting == counting && run.format == format {
                last = Some(run.last_number);
            }
        }
        if last.is_some_and(|last| last + 1 != next_number) {
            miss(&mut finding, format!("{what} {counting}: next is {next_number}"));
        }
    }
    Ok(finding)
}

/// The runs of a series, by where they begin.
async fn runs(tx: &mut Conn, company: CompanyId, kind: DocumentKind) -> QueryResult<Vec<Run>> {
    number_runs::table
        .filter(number_runs::company_id.eq(company).and(number_runs::kind.eq(kind)))
        .order((number_runs::counting, number_runs::first_number))
        .select(Run::as_select())
        .load(tx)
        .await
}

/// Number and day of every document of a series.
async fn issued(tx: &mut Conn, company: CompanyId, kind: DocumentKind) -> QueryResult<Vec<(String, Date)>> {
    let rows: Vec<(String, jiff_diesel::Date)> = documents::table
        .filter(documents::company_id.eq(company).and(documents::kind.eq(kind)))
        .filter(documents::number.is_not_null().and(documents::issued_on.is_not_null()))
        .select((documents::number.assume_not_null(), documents::issued_on.assume_not_null()))
        .load(tx)
        .await?;
    Ok(rows.into_iter().map(|(number, on)| (number, on.to_jiff())).collect())
}

fn miss(finding: &mut Finding, sample: String) {
    finding.broken += 1;
    if finding.samples.len() < 5 {
        finding.samples.push(sample);
    }
}

#[cfg(test)]
mod tests {
    use super::Run;

    #[test]
    fn gaps_are_found_at_both_ends_and_between() {
        let run = Run { counting: String::new(), format: String::new(), first_number: 1, last_number: 9 };
        let gaps = |borne: &[i64]| run.gaps(&borne.iter().copied().collect());
        assert_eq!(gaps(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), []);
        assert_eq!(gaps(&[3, 4, 7]), [(1, 2), (5, 6), (8, 9)]);
        assert_eq!(gaps(&[]), [(1, 9)]);
        let begun = Run { first_number: 500, last_number: 499, ..run };
        assert_eq!(begun.gaps(&[].into()), []);
    }
}
