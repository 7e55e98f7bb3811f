//! A quarter of a calendar year.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::problem::UnknownWord;

/// A quarter between the years 2000 and 2200; travels as `2026Q3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quarter(Date);

impl Quarter {
    /// The quarter of a day.
    pub fn containing(day: Date) -> Self {
        let first = (day.month() - 1) / 3 * 3 + 1;
        Self(date(day.year(), first, 1))
    }

    /// Its first day.
    pub const fn first_day(self) -> Date {
        self.0
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.0.saturating_add(2.months()).last_of_month()
    }

    /// The quarter before it.
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(3.months()))
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}Q{}", self.0.year(), (self.0.month() + 2) / 3)
    }
}

impl FromStr for Quarter {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, quarter) = text.split_once('Q').ok_or(UnknownWord)?;
        let digits = year.bytes().all(|byte| byte.is_ascii_digit());
        match (year.len(), digits, year.parse::<i16>(), quarter) {
            (4, true, Ok(year @ 2000..=2200), "1" | "2" | "3" | "4") => {
                let quarter: i8 = quarter.parse().map_err(|_| UnknownWord)?;
                Ok(Self(date(year, quarter * 3 - 2, 1)))
            }
            _ => Err(UnknownWord),
        }
    }
}

impl serde::Serialize for Quarter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Quarter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a quarter such as 2026Q3"))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Quarter {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A quarter of a calendar year."))
            .pattern(Some(r"^2\d{3}Q[1-4]$"))
            .examples(["2026Q3"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Quarter {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_is_read_as_it_is_written_and_knows_its_days() {
        for (text, first, last) in [
            ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
            ("2026Q2", date(2026, 4, 1), date(2026, 6, 30)),
            ("2028Q4", date(2028, 10, 1), date(2028, 12, 31)),
        ] {
            let quarter: Quarter = text.parse().unwrap();
            assert_eq!(
                (quarter.to_string().as_str(), quarter.first_day(), quarter.last_day()),
                (text, first, last)
            );
            assert_eq!((Quarter::containing(first), Quarter::containing(last)), (quarter, quarter));
        }
        assert_eq!("2026Q1".parse::<Quarter>().unwrap().before().to_string(), "2025Q4");
        for bad in ["", "2026", "2026Q0", "2026Q5", "26Q1", "2026q1", "2026-Q1", "+026Q1", "2026Q01"] {
            assert!(bad.parse::<Quarter>().is_err(), "{bad}");
        }
    }
}
