//! The form in which the European Central Bank publishes its reference rates: XML, euro against other currencies by day.
//!
//! <https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/>

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use jiff::civil::Date;
use roxmltree::{Document, Node, ParsingOptions};
use rust_decimal::Decimal;
use shared::Currency;
use shared::money::parse_decimal;
use shared::rates::RateFault;

/// The most nodes of a feed: the whole history of the bank has some three hundred thousand.
const NODES_MAX: u32 = 500_000;

/// The rates of one day as the feed wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Feed {
    pub on_date: Date,
    /// How many of a currency one euro buys, by its code.
    rates: BTreeMap<String, String>,
}

impl Feed {
    /// The newest day of a feed. Refuses what is not XML of the bank's form, and a currency that stands there twice.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        // A document type, and with it every entity, is refused.
        let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).context("the feed is not XML")?;
        let mut newest: Option<(Date, Node<'_, '_>)> = None;
        for node in cubes(document.root_element().descendants()) {
            let Some(time) = node.attribute("time") else { continue };
            let day: Date = time.parse().with_context(|| format!("{time} is no day"))?;
            if newest.is_none_or(|(other, _)| other < day) {
                newest = Some((day, node));
            }
        }
        let Some((on_date, node)) = newest else { bail!("the feed has no rates of any day") };
        let mut rates = BTreeMap::new();
        for cube in cubes(node.children()) {
            let (Some(code), Some(rate)) = (cube.attribute("currency"), cube.attribute("rate")) else {
                bail!("a rate of {on_date} lacks its currency or its number");
            };
            if rates.insert(code.to_owned(), rate.to_owned()).is_some() {
                bail!("{code} stands twice among the rates of {on_date}");
            }
        }
        if rates.is_empty() {
            bail!("the feed has no rates of {on_date}");
        }
        Ok(Self { on_date, rates })
    }

    /// How many of the currency one euro buys. `None`: the feed does not know it.
    pub(super) fn rate(&self, currency: Currency) -> Option<Result<Decimal, RateFault>> {
        if currency == Currency::EUR {
            return Some(Ok(Decimal::ONE));
        }
        let read = parse_decimal(self.rates.get(currency.code())?).map_err(|_| RateFault::NotANumber);
        Some(read.and_then(|rate| if rate > Decimal::ZERO { Ok(rate) } else { Err(RateFault::OutOfRange) }))
    }

    /// As it stands in the feed.
    pub(super) fn written(&self, currency: Currency) -> String {
        let text = self.rates.get(currency.code()).map_or("1", String::as_str);
        text.chars().take(40).collect()
    }
}

fn cubes<'a, 'input: 'a>(
    nodes: impl Iterator<Item = Node<'a, 'input>>,
) -> impl Iterator<Item = Node<'a, 'input>> {
    nodes.filter(|node| node.is_element() && node.tag_name().name() == "Cube")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_DAYS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
            xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
          <gesmes:subject>Reference rates</gesmes:subject>
          <Cube>
            <Cube time="2026-03-09"><Cube currency="PLN" rate="4.2"/></Cube>
            <Cube time="2026-03-10"><Cube currency="PLN" rate="4.2655"/><Cube currency="JPY" rate="0"/>
              <Cube currency="CAD" rate="1,5"/></Cube>
          </Cube>
        </gesmes:Envelope>"#;

    #[test]
    fn the_newest_day_of_a_feed_counts() {
        let feed = Feed::read(TWO_DAYS).unwrap();
        assert_eq!(feed.on_date, "2026-03-10".parse().unwrap());
        let rate = |code: &str| feed.rate(code.parse().unwrap());
        assert_eq!(rate("PLN"), Some(Ok("4.2655".parse().unwrap())));
        assert_eq!(rate("EUR"), Some(Ok(Decimal::ONE)));
        assert_eq!(rate("JPY"), Some(Err(RateFault::OutOfRange)));
        assert_eq!(rate("CAD"), Some(Err(RateFault::NotANumber)));
        assert_eq!(rate("USD"), None);
    }

    #[test]
    fn what_is_not_of_the_banks_form_is_refused_whole() {
        let day = |inside: &str| format!(r#"<E><Cube><Cube time="2026-03-10">{inside}</Cube></Cube></E>"#);
        let one = r#"<Cube currency="PLN" rate="4.2"/>"#;
        assert!(Feed::read(&day(one)).is_ok());
        for (text, says) in [
            ("{\"rates\": {}}".to_owned(), "not XML"),
            ("<E/>".to_owned(), "no rates of any day"),
            (day(""), "no rates of 2026-03-10"),
            (day(&format!("{one}{one}")), "PLN stands twice"),
            (day(r#"<Cube currency="PLN"/>"#), "lacks"),
            (day(one).replace("2026-03-10", "2026-02-30"), "2026-02-30 is no day"),
            (format!("<!DOCTYPE E [<!ENTITY x \"4\">]>{}", day(one)), "not XML"),
        ] {
            let said = format!("{:#}", Feed::read(&text).unwrap_err());
            assert!(said.contains(says), "{says}: {said}");
        }
    }
}
