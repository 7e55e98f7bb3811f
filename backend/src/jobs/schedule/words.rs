//! Cron expressions in words: the library's own, else ours.

use std::collections::BTreeMap;

use croner::Cron;
use croner::describe::Language as Speech;
use shared::Language;

use crate::words::{self, Phrases, fill};

/// What `cron` means, in every language.
pub(super) fn all(cron: &Cron) -> BTreeMap<Language, String> {
    let said = |language: &Language| {
        let said = match words::of(*language).cron {
            Some(phrases) => cron.describe_lang(phrases),
            None => cron.describe(),
        };
        (*language, said)
    };
    Language::ALL.iter().map(said).collect()
}

impl Speech for Phrases {
    fn every_minute(&self) -> &'static str {
        self.every_minute
    }
    fn every_second_phrase(&self) -> &'static str {
        self.every_second
    }
    fn every_x_minutes(&self, step: u16) -> String {
        fill(self.every_minutes, &[("step", &step)])
    }
    fn every_x_seconds(&self, step: u16) -> String {
        fill(self.every_seconds, &[("step", &step)])
    }
    fn every_x_hours(&self, step: u16) -> String {
        fill(self.every_hours, &[("step", &step)])
    }
    fn every_minute_of_every_x_hours(&self, step: u16) -> String {
        self.every_past_phrase(self.every_minute, &self.every_x_hours(step))
    }
    fn every_x_months(&self, step: u16) -> String {
        fill(self.every_months, &[("step", &step)])
    }
    fn every_x_years(&self, step: u16) -> String {
        fill(self.year, &[("year", &step)])
    }
    fn at_time(&self, time: &str) -> String {
        fill(self.at_time, &[("time", &time)])
    }
    fn at_time_and_every_x_seconds(&self, time: &str, step: u16) -> String {
        format!("{}, {}", self.at_time(time), self.every_x_seconds(step))
    }
    fn at_time_at_second(&self, time: &str, second: &str) -> String {
        format!("{}, {}", self.at_time(time), self.second_phrase(second))
    }
    fn at_phrase(&self, phrase: &str) -> String {
        phrase.to_owned()
    }
    fn on_phrase(&self, phrase: &str) -> String {
        phrase.to_owned()
    }
    fn in_phrase(&self, phrase: &str) -> String {
        fill(self.in_months, &[("months", &phrase)])
    }
    fn second_phrase(&self, s: &str) -> String {
        fill(self.second, &[("second", &s)])
    }
    fn minute_phrase(&self, s: &str) -> String {
        fill(self.minute, &[("minute", &s)])
    }
    fn minute_past_every_hour_phrase(&self, s: &str) -> String {
        fill(self.of_every_hour, &[("minutes", &s)])
    }
    fn hour_phrase(&self, s: &str) -> String {
        fill(self.hour, &[("hour", &s)])
    }
    fn every_past_phrase(&self, every: &str, hours: &str) -> String {
        format!("{every}, {hours}")
    }
    fn past_hour_phrase(&self, s: &str) -> String {
        fill(self.hour, &[("hour", &s)])
    }
    fn year_phrase(&self, s: &str) -> String {
        fill(self.year, &[("year", &s)])
    }
    fn day_phrase(&self, s: &str) -> String {
        fill(self.day, &[("day", &s)])
    }
    fn the_last_day_of_the_month(&self) -> &'static str {
        self.last_day
    }
    fn the_weekday_nearest_day(&self, day: &str) -> String {
        fill(self.nearest_weekday, &[("day", &day)])
    }
    fn the_last_weekday_of_the_month(&self, day: &str) -> String {
        fill(self.last_weekday, &[("day", &day)])
    }
    fn the_nth_weekday_of_the_month(&self, n: u8, day: &str) -> String {
        fill(self.nth_weekday, &[("day", &day), ("n", &n)])
    }
    fn dom_and_dow_if_also(&self, dow: &str) -> String {
        fill(self.if_also, &[("day", &dow)])
    }
    fn dom_and_dow_if_also_one_of(&self, dow: &str) -> String {
        fill(self.if_also_one_of, &[("days", &dow)])
    }
    fn list_conjunction_and(&self) -> &'static str {
        self.and
    }
    fn list_conjunction_or(&self) -> &'static str {
        self.or
    }
    fn list_conjunction_and_comma(&self) -> &'static str {
        self.and
    }
    fn day_of_week_names(&self) -> [&'static str; 7] {
        self.days
    }
    fn month_names(&self) -> [&'static str; 12] {
        self.months
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(cron: &str, language: Language) -> String {
        all(&cron.parse().unwrap()).remove(&language).unwrap()
    }

    #[test]
    fn every_language_says_when() {
        for (cron, polish, ukrainian) in [
            ("* * * * *", "Co minutę.", "Щохвилини."),
            ("*/10 * * * *", "Co 10 min.", "Кожні 10 хв."),
            ("5 * * * *", "Minuta 5 każdej godziny.", "Хвилина 5 кожної години."),
            ("30 2 * * *", "O 02:30.", "О 02:30."),
            (
                "0 3 1 1,7 *",
                "O 03:00, dzień miesiąca 1, miesiąc: styczeń i lipiec.",
                "О 03:00, день місяця 1, місяць: січень і липень.",
            ),
            (
                "0 3 * * 1#2",
                "O 03:00, poniedziałek – 2. raz w miesiącu.",
                "О 03:00, понеділок – 2-й раз у місяці.",
            ),
        ] {
            assert_eq!(said(cron, Language::Polish), polish);
            assert_eq!(said(cron, Language::Ukrainian), ukrainian);
            assert!(said(cron, Language::English).ends_with('.'), "{cron}");
        }
    }
}
