//! Numbers of documents: `FAKTURA/{YEAR}/{MONTH}/{NUMBER}`.

use jiff::civil::Date;
use shared::billing::NumberReset;

use crate::{Result, RuleError};

/// A checked number format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFormat {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Year,
    Month,
    Day,
    /// Padded with zeros to so many digits.
    Number(usize),
}

impl NumberFormat {
    /// Reads a format. Refuses unknown placeholders, one without exactly one `{NUMBER}`, control characters, and one whose
    /// numbers would repeat after a reset: monthly needs `{YEAR}` and `{MONTH}`, yearly needs `{YEAR}`.
    pub fn parse(text: &str, reset: NumberReset) -> Result<Self> {
        if !(8..=100).contains(&text.chars().count()) || text.chars().any(char::is_control) {
            return Err(RuleError::BadFormat("A number format has 8 to 100 plain characters."));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(literal(&rest[..open])?);
            }
            let close = rest[open..].find('}').ok_or(RuleError::BadFormat("A { is never closed."))? + open;
            parts.push(placeholder(&rest[open + 1..close])?);
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(literal(rest)?);
        }
        if parts.iter().filter(|part| matches!(part, Part::Number(_))).count() != 1 {
            return Err(RuleError::BadFormat("A number format has {NUMBER} once."));
        }
        let (year, month) = (parts.contains(&Part::Year), parts.contains(&Part::Month));
        match reset {
            NumberReset::Monthly if !(year && month) => {
                Err(RuleError::BadFormat("Numbers that restart monthly need {YEAR} and {MONTH}."))
            }
            NumberReset::Yearly if !year => {
                Err(RuleError::BadFormat("Numbers that restart yearly need {YEAR}."))
            }
            _ => Ok(Self { parts }),
        }
    }

    /// The number of a document issued on a day.
    pub fn render(&self, number: i64, on: Date) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Year => format!("{:04}", on.year()),
                Part::Month => format!("{:02}", on.month()),
                Part::Day => format!("{:02}", on.day()),
                Part::Number(width) => format!("{number:0width$}", width = *width),
            })
            .collect()
    }
}

impl NumberFormat {
    /// The counter in a number that `render` gave on a day; `None` when it is of another format.
    pub fn read(&self, rendered: &str, on: Date) -> Option<i64> {
        let [before, after] =
            self.parts.split(|part| matches!(part, Part::Number(_))).collect::<Vec<_>>()[..]
        else {
            return None;
        };
        let text = |parts: &[Part]| Self { parts: parts.to_vec() }.render(0, on);
        let digits = rendered.strip_prefix(&text(before))?.strip_suffix(&text(after))?;
        digits.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

/// `{YEAR} {MONTH} {DAY}` in other texts, such as the item text of a top-up. Everything else stays as it is.
pub fn fill_dates(text: &str, on: Date) -> String {
    text.replace("{YEAR}", &format!("{:04}", on.year()))
        .replace("{MONTH}", &format!("{:02}", on.month()))
        .replace("{DAY}", &format!("{:02}", on.day()))
}

fn literal(text: &str) -> Result<Part> {
    if text.contains('}') {
        return Err(RuleError::BadFormat("A } is never opened."));
    }
    Ok(Part::Text(text.to_owned()))
}

fn placeholder(name: &str) -> Result<Part> {
    match name {
        "YEAR" => Ok(Part::Year),
        "MONTH" => Ok(Part::Month),
        "DAY" => Ok(Part::Day),
        "NUMBER" => Ok(Part::Number(1)),
        _ => {
            let width = name.strip_prefix("NUMBER:").and_then(|width| width.parse::<usize>().ok());
            match width {
                Some(width @ 1..=12) => Ok(Part::Number(width)),
                _ => Err(RuleError::BadFormat(
                    "known are {YEAR}, {MONTH}, {DAY}, {NUMBER} and {NUMBER:1} to {NUMBER:12}",
                )),
            }
        }
    }
}

/// A counter as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    pub next_number: i64,
    pub reset: NumberReset,
    /// The month or year that `next_number` counts in: `2026-11`, `2026` or empty.
    pub counting: String,
}

/// What a counter counts in on a day.
pub fn counting(reset: NumberReset, on: Date) -> String {
    match reset {
        NumberReset::Never => String::new(),
        NumberReset::Monthly => format!("{:04}-{:02}", on.year(), on.month()),
        NumberReset::Yearly => format!("{:04}", on.year()),
    }
}

/// Draws the next number: it, and the counter after it. A counter that was set by hand for this month goes on from there.
pub fn draw(series: &Series, on: Date) -> (i64, Series) {
    let now = counting(series.reset, on);
    let number = if series.counting == now || series.counting.is_empty() { series.next_number } else { 1 };
    (number, Series { next_number: number + 1, reset: series.reset, counting: now })
}

/// Whether the month or year of a day is over for a counter: a document of a later one drew from it already. Its own numbers
/// go on then without the counter.
pub fn is_over(series: &Series, on: Date) -> bool {
    let mine = counting(series.reset, on);
    // Of one kind they are written alike, so that the later one is the greater text.
    mine.len() == series.counting.len() && mine < series.counting
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formats_give_the_numbers_they_show() {
        let number =
            |format: &str, reset| NumberFormat::parse(format, reset).unwrap().render(1, date(2025, 9, 5));
        assert_eq!(number("PROFORMA/{YEAR}/{MONTH}/{NUMBER}", NumberReset::Monthly), "PROFORMA/2025/09/1");
        assert_eq!(number("{YEAR}{MONTH}{DAY}-{NUMBER:5}", NumberReset::Yearly), "20250905-00001");
    }

    #[test]
    fn formats_that_cannot_work_are_refused() {
        for bad in [
            "INVOICE/1",
            "{NUMBER}",
            "INV-{NUMBER",
            "INV-{COUNT}-{NUMBER}",
            "A}-{NUMBER:3}",
            "{NUMBER}/{NUMBER}",
            "INV-{NUMBER:99}",
        ] {
            let refused = NumberFormat::parse(bad, NumberReset::Never);
            // `{NUMBER}` alone is eight characters and sound.
            assert_eq!(refused.is_err(), bad != "{NUMBER}", "{bad}");
        }
        assert!(NumberFormat::parse("INV/{YEAR}/{NUMBER}", NumberReset::Monthly).is_err());
        assert!(NumberFormat::parse("INV/{MONTH}/{NUMBER}", NumberReset::Yearly).is_err());
    }

    #[test]
    fn a_new_month_begins_at_one() {
        let series = Series { next_number: 7, reset: NumberReset::Monthly, counting: "2026-10".to_owned() };
        let (number, after) = draw(&series, date(2026, 11, 1));
        assert_eq!((number, after.next_number, after.counting.as_str()), (1, 2, "2026-11"));
        let (number, _) = draw(&series, date(2026, 10, 31));
        assert_eq!(number, 7);
    }

    #[test]
    fn a_month_is_over_once_a_later_one_was_drawn_from() {
        let over = |reset, counting: &str, on| {
            is_over(&Series { next_number: 3, reset, counting: counting.to_owned() }, on)
        };
        assert!(over(NumberReset::Monthly, "2026-12", date(2026, 11, 30)));
        assert!(over(NumberReset::Yearly, "2027", date(2026, 12, 31)));
        assert!(!over(NumberReset::Monthly, "2026-11", date(2026, 11, 30)));
        assert!(!over(NumberReset::Monthly, "2026-11", date(2026, 12, 1)));
        assert!(!over(NumberReset::Monthly, "", date(2026, 11, 30)), "nothing was drawn yet");
        assert!(!over(NumberReset::Monthly, "2027", date(2026, 11, 30)), "it counted in years");
        assert!(!over(NumberReset::Never, "", date(2026, 11, 30)));
    }

    proptest! {
        #[test]
        fn numbers_are_unique_and_without_gaps(days in prop::collection::vec(0_i32..3, 1..60)) {
            let format = NumberFormat::parse("{YEAR}/{MONTH}/{NUMBER}", NumberReset::Monthly).unwrap();
            let mut series = Series { next_number: 1, reset: NumberReset::Monthly, counting: String::new() };
            let mut on = date(2026, 1, 1);
            let mut seen = std::collections::BTreeSet::new();
            let mut before: Option<(String, i64)> = None;
            for step in days {
                on = on.checked_add(jiff::ToSpan::days(step * 9)).unwrap();
                let (number, after) = draw(&series, on);
                prop_assert!(seen.insert(format.render(number, on)));
                prop_assert_eq!(format.read(&format.render(number, on), on), Some(number));
                match &before {
                    Some((month, last)) if *month == after.counting => prop_assert_eq!(number, last + 1),
                    _ => prop_assert_eq!(number, 1),
                }
                before = Some((after.counting.clone(), number));
                series = after;
            }
        }
    }
}
