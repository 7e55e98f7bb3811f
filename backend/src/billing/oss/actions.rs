//! Making the file.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rules::oss::{DatedRate, euro_rate};
use rules::tax::EU;
use rust_decimal::Decimal;
use shared::billing::oss::{OssAmount, OssFile, OssLine, OssPart};
use shared::{Code, CompanyId, Currency, Money, Quarter};

use super::store::{self, Sold};
use crate::billing::document::Terms;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// The file of a quarter. Refuses a company outside the EU, and a currency that has no rate on the last day.
pub(super) async fn file(
    conn: &mut Conn,
    now: Timestamp,
    company: CompanyId,
    quarter: Quarter,
) -> Result<OssFile> {
    let country = store::country(conn, company).await?.ok_or_else(Refusal::not_found)?;
    if !EU.contains(&country.as_str()) {
        let detail = "The One Stop Shop is for home companies in the EU.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    let today = Terms::load(conn).await?.today(now);
    let sold = store::sold(conn, company, quarter, &EU).await?;
    let lines = lines(conn, quarter, sold).await?;
    let sum = |part: OssPart, of: fn(&OssLine) -> Money| {
        euro(lines.iter().filter(|line| line.part == part).map(|line| of(line).amount()).sum())
    };
    let (net, tax) = (sum(OssPart::Supply, |line| line.net), sum(OssPart::Supply, |line| line.tax));
    let corrections = sum(OssPart::Correction, |line| line.tax);
    Ok(OssFile {
        company_id: company,
        quarter,
        from: quarter.first_day(),
        to: quarter.last_day(),
        complete: quarter.last_day() < today && lines.iter().all(|line| rates_stay(line, today)),
        net,
        tax,
        corrections,
        due: tax.checked_add(corrections)?,
        at_home: store::at_home(conn, company, quarter, &EU).await?,
        lines,
    })
}

/// Whether the rates of a line stay as they are: none is of a day before the end of its quarter, or none is published for that
/// end any more.
fn rates_stay(line: &OssLine, today: Date) -> bool {
    let last = line.quarter.last_day();
    let dated = |amount: &OssAmount| amount.euro_rate_on.is_none_or(|on| on >= last);
    today > last.saturating_add(store::NEXT_PUBLISHED.days()) || line.amounts.iter().all(dated)
}

fn euro(amount: Decimal) -> Money {
    Money::rounded(amount, Currency::EUR)
}

/// Supplies, then corrections. What corrects an earlier quarter is converted at the rate that the quarter was declared at.
async fn lines(conn: &mut Conn, quarter: Quarter, sold: Vec<Sold>) -> Result<Vec<OssLine>> {
    let mut rates: BTreeMap<Quarter, Vec<DatedRate>> = BTreeMap::new();
    let mut lines: BTreeMap<(OssPart, Quarter, String, Decimal), OssLine> = BTreeMap::new();
    for row in sold {
        let of = row.quarter();
        if let std::collections::btree_map::Entry::Vacant(vacant) = rates.entry(of) {
            vacant.insert(store::rates(conn, of.last_day()).await?);
        }
        let known = rates.get(&of).map_or(&[][..], Vec::as_slice);
        let part = if of == quarter { OssPart::Supply } else { OssPart::Correction };
        let amount = amount(&row, of, known)?;
        let line = lines.entry((part, of, row.country.clone(), row.rate)).or_insert_with(|| OssLine {
            part,
            quarter: of,
            country: row.country.clone(),
            rate: row.rate.to_string(),
            net: euro(Decimal::ZERO),
            tax: euro(Decimal::ZERO),
            amounts: Vec::new(),
        });
        line.net = line.net.checked_add(amount.net_eur)?;
        line.tax = line.tax.checked_add(amount.tax_eur)?;
        line.amounts.push(amount);
    }
    Ok(lines.into_values().collect())
}

fn amount(row: &Sold, quarter: Quarter, rates: &[DatedRate]) -> Result<OssAmount> {
    let Some(rate) = euro_rate(rates, row.currency) else {
        let detail = format!(
            "No rate between EUR and {} is known for {}. Write it under Settings → Currencies.",
            row.currency,
            quarter.last_day()
        );
        return Err(Refusal::because(Code::Conflict, detail).into());
    };
    let converted =
        |amount: Decimal| -> Result<Money> { Ok(euro(rate.of(amount).map_err(anyhow::Error::new)?)) };
    Ok(OssAmount {
        currency: row.currency,
        documents: row.documents,
        net: Money::rounded(row.net, row.currency),
        tax: Money::rounded(row.tax, row.currency),
        euro_rate: rate.rate.normalize().to_string(),
        euro_rate_on: rate.on,
        net_eur: converted(row.net)?,
        tax_eur: converted(row.tax)?,
    })
}
