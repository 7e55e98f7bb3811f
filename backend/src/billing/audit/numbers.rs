//! Numbers of documents have no gaps.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use rules::numbering::{NumberFormat, counting};
use schema::{documents, number_series};
use shared::CompanyId;
use shared::billing::{DocumentKind, NumberReset};

use super::Finding;
use crate::db::Conn;

/// Counts, for each series and what it counts in, that the numbers in today's format follow each other.
///
/// Numbers of a format that staff changed later are looked at for uniqueness only, which the database keeps.
pub(super) async fn gapless(tx: &mut Conn) -> QueryResult<Finding> {
    let series: Vec<(CompanyId, DocumentKind, String, NumberReset, i64, String)> = number_series::table
        .select((
            number_series::company_id,
            number_series::kind,
            number_series::format,
            number_series::reset,
            number_series::next_number,
            number_series::counting,
        ))
        .load(tx)
        .await?;
    let mut finding = Finding {
        title: "Numbers of documents follow each other without a gap".to_owned(),
        seen: 0,
        broken: 0,
        samples: Vec::new(),
    };
    for (company, kind, format, reset, next_number, current) in series {
        let Ok(format) = NumberFormat::parse(&format, reset) else {
            miss(&mut finding, format!("{kind} of company {company}: unreadable format"));
            continue;
        };
        let issued: Vec<(String, jiff_diesel::Date)> = documents::table
            .filter(documents::company_id.eq(company))
            .filter(documents::kind.eq(kind))
            .filter(documents::number.is_not_null())
            .filter(documents::issued_on.is_not_null())
            .select((documents::number.assume_not_null(), documents::issued_on.assume_not_null()))
            .load(tx)
            .await?;
        let mut counted: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for (number, on) in issued {
            finding.seen += 1;
            let on: Date = on.to_jiff();
            if let Some(number) = format.read(&number, on) {
                counted.entry(counting(reset, on)).or_default().push(number);
            }
        }
        for (period, mut numbers) in counted {
            numbers.sort_unstable();
            for pair in numbers.windows(2) {
                if pair[1] != pair[0] + 1 {
                    miss(
                        &mut finding,
                        format!("{kind} of company {company} {period}: {} then {}", pair[0], pair[1]),
                    );
                }
            }
            if period == current && numbers.last().is_some_and(|last| last + 1 != next_number) {
                miss(&mut finding, format!("{kind} of company {company} {period}: next is {next_number}"));
            }
        }
    }
    Ok(finding)
}

fn miss(finding: &mut Finding, sample: String) {
    finding.broken += 1;
    if finding.samples.len() < 5 {
        finding.samples.push(sample);
    }
}
