//! A calendar month.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::problem::UnknownWord;

/// A calendar month (UTC) between the years 2000 and 2200; travels as `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month that an instant lies in.
    pub fn of(at: Timestamp) -> Self {
        Self::containing(at.to_zoned(TimeZone::UTC).date())
    }

    /// The month of a day.
    pub fn containing(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    pub const fn first_day(self) -> Date {
        self.0
    }

    /// When it begins. `None`: outside of what a clock can show.
    pub fn begins(self) -> Option<Timestamp> {
        Some(self.0.to_zoned(TimeZone::UTC).ok()?.timestamp())
    }

    /// When the one after it begins.
    pub fn ends(self) -> Option<Timestamp> {
        Self(self.0.checked_add(1.month()).ok()?).begins()
    }

    /// The month before it.
    pub fn before(self) -> Self {
        Self(self.0.checked_sub(1.month()).unwrap_or(self.0))
    }
}
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}
impl FromStr for Month {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok());
        let (year, month) = text.split_once('-').ok_or(UnknownWord)?;
        match (year.len(), month.len(), read(year).flatten(), read(month).flatten()) {
            (4, 2, Some(year @ 2000..=2200), Some(month @ 1..=12)) => {
                i8::try_from(month).map(|month: i8| Self(date(year, month, 1))).map_err(|_| UnknownWord)
            }
            _ => Err(UnknownWord),
        }
    }
}
impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> serde::Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("not a month such as 2026-03"))
    }
}
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Month {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("A calendar month (UTC)."))
            .pattern(Some(r"^2\d{3}-(0[1-9]|1[0-2])$"))
            .examples(["2026-03"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Month {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_read_as_it_is_written() {
        for text in ["2026-03", "2000-01", "2200-12"] {
            assert_eq!(text.parse::<Month>().unwrap().to_string(), text);
        }
        for bad in [
            "",
            "2026",
            "2026-3",
            "2026-13",
            "2026-00",
            "1999-12",
            "2201-01",
            "+026-03",
            "2026-03-01",
            "二〇",
        ] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_month_ends_where_the_next_one_begins() {
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.ends().unwrap().to_string(), "2027-01-01T00:00:00Z");
        assert_eq!(december.before().to_string(), "2026-11");
        assert_eq!(Month::of(december.ends().unwrap()).before(), december);
        assert_eq!(Month::of("2026-02-28T23:59:59Z".parse().unwrap()).to_string(), "2026-02");
    }
}
