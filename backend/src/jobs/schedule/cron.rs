//! Cron expressions of five fields, in a time zone.

use std::collections::BTreeMap;

use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use shared::Language;

use super::words;
use crate::http::fields::Fields;

/// A checked expression in its zone.
pub(super) struct Cron {
    cron: croner::Cron,
    zone: TimeZone,
}

impl Cron {
    /// `None` with the faults added to `fields`.
    pub(super) fn check(fields: &mut Fields, expression: &str, zone: &str) -> Option<Self> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        let cron = if expression.len() > 100 { None } else { parser.parse(expression).ok() };
        if cron.is_none() {
            fields.add(
                "cron",
                "invalid",
                "Write five fields: minute, hour, day of the month, month, day of the week.",
            );
        }
        let zone = if zone.len() > 64 { None } else { TimeZone::get(zone).ok() };
        if zone.is_none() {
            fields.add("time_zone", "unknown", "Write an IANA zone such as Europe/Warsaw.");
        }
        let read = Self { cron: cron?, zone: zone? };
        // An expression such as 31 February never comes.
        if read.next(Timestamp::UNIX_EPOCH).is_none() {
            fields.add("cron", "invalid", "This moment never comes.");
            return None;
        }
        Some(read)
    }

    /// The first run after `now`.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let now = now.to_zoned(self.zone.clone());
        self.cron.find_next_occurrence(&now, false).ok().map(|next| next.timestamp())
    }

    /// What it means, in every language.
    pub(super) fn words(&self) -> BTreeMap<Language, String> {
        words::all(&self.cron)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(expression: &str, zone: &str) -> Option<Cron> {
        Cron::check(&mut Fields::new(), expression, zone)
    }

    #[test]
    fn only_five_fields_that_come_once_are_taken() {
        assert!(read("30 2 * * 1-5", "Europe/Warsaw").is_some());
        for bad in ["", "* * * *", "0 * * * * *", "0 0 0 1 1 * 2030", "61 * * * *", "0 0 31 2 *", "word"] {
            assert!(read(bad, "UTC").is_none(), "{bad}");
        }
        assert!(read("* * * * *", "Mars/Olympus").is_none());
    }

    #[test]
    fn the_next_run_follows_the_zone_over_a_change_of_the_clocks() {
        let cron = read("0 3 * * *", "Europe/Warsaw").unwrap();
        let next = cron.next("2026-03-28T12:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(next.to_string(), "2026-03-29T01:00:00Z");
        assert_eq!(cron.next(next).unwrap().to_string(), "2026-03-30T01:00:00Z");
    }

    #[test]
    fn every_minute_stays_every_minute_when_the_clocks_go_back() {
        let cron = read("* * * * *", "Europe/Warsaw").unwrap();
        // From two to three o'clock comes twice on this night.
        let mut at: Timestamp = "2026-10-24T23:30:00Z".parse().unwrap();
        for minute in 1..=180 {
            let next = cron.next(at).unwrap();
            assert_eq!(next.as_second() - at.as_second(), 60, "minute {minute}, after {at}");
            at = next;
        }
        assert_eq!(at.to_string(), "2026-10-25T02:30:00Z");
    }
}
