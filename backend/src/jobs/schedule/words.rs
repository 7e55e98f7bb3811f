//! Cron expressions in words of the languages that the library does not speak itself.

use std::collections::BTreeMap;

use croner::Cron;
use croner::describe::Language as Speech;
use shared::Language;

/// What `cron` means, in every language.
pub(super) fn all(cron: &Cron) -> BTreeMap<Language, String> {
    Language::ALL
        .iter()
        .map(|language| {
            let said = match language {
                Language::English => cron.describe(),
                Language::Polish => cron.describe_lang(POLISH),
                Language::Ukrainian => cron.describe_lang(UKRAINIAN),
            };
            (*language, said)
        })
        .collect()
}

/// The phrases of a language; `{}` is what is said in it. Names stand in their plain form, so that they need no cases.
#[derive(Clone, Copy)]
struct Phrases {
    every_minute: &'static str,
    every_second: &'static str,
    every_minutes: &'static str,
    every_seconds: &'static str,
    every_hours: &'static str,
    every_months: &'static str,
    at_time: &'static str,
    in_months: &'static str,
    second: &'static str,
    minute: &'static str,
    of_every_hour: &'static str,
    hour: &'static str,
    year: &'static str,
    day: &'static str,
    last_day: &'static str,
    nearest_weekday: &'static str,
    last_weekday: &'static str,
    nth_weekday: &'static str,
    if_also: &'static str,
    if_also_one_of: &'static str,
    and: &'static str,
    or: &'static str,
    days: [&'static str; 7],
    months: [&'static str; 12],
}

const POLISH: Phrases = Phrases {
    every_minute: "Co minutę",
    every_second: "Co sekundę",
    every_minutes: "co {} min",
    every_seconds: "co {} s",
    every_hours: "co {} godz.",
    every_months: "co {} mies.",
    at_time: "O {}",
    in_months: "miesiąc: {}",
    second: "sekunda {}",
    minute: "minuta {}",
    of_every_hour: "{} każdej godziny",
    hour: "godzina {}",
    year: "rok {}",
    day: "dzień miesiąca {}",
    last_day: "ostatni dzień miesiąca",
    nearest_weekday: "dzień roboczy najbliższy dniu {}",
    last_weekday: "{} – ostatni raz w miesiącu",
    nth_weekday: "{} – {n}. raz w miesiącu",
    if_also: "(jeśli to także {})",
    if_also_one_of: "(jeśli to także jeden z dni: {})",
    and: "i",
    or: "lub",
    days: ["niedziela", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota"],
    months: [
        "styczeń",
        "luty",
        "marzec",
        "kwiecień",
        "maj",
        "czerwiec",
        "lipiec",
        "sierpień",
        "wrzesień",
        "październik",
        "listopad",
        "grudzień",
    ],
};

const UKRAINIAN: Phrases = Phrases {
    every_minute: "Щохвилини",
    every_second: "Щосекунди",
    every_minutes: "кожні {} хв",
    every_seconds: "кожні {} с",
    every_hours: "кожні {} год",
    every_months: "кожні {} міс.",
    at_time: "О {}",
    in_months: "місяць: {}",
    second: "секунда {}",
    minute: "хвилина {}",
    of_every_hour: "{} кожної години",
    hour: "година {}",
    year: "рік {}",
    day: "день місяця {}",
    last_day: "останній день місяця",
    nearest_weekday: "робочий день, найближчий до дня {}",
    last_weekday: "{} – востаннє в місяці",
    nth_weekday: "{} – {n}-й раз у місяці",
    if_also: "(якщо це також {})",
    if_also_one_of: "(якщо це також один із днів: {})",
    and: "і",
    or: "або",
    days: ["неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"],
    months: [
        "січень",
        "лютий",
        "березень",
        "квітень",
        "травень",
        "червень",
        "липень",
        "серпень",
        "вересень",
        "жовтень",
        "листопад",
        "грудень",
    ],
};

fn say(phrase: &str, what: impl std::fmt::Display) -> String {
    phrase.replace("{}", &what.to_string())
}

impl Speech for Phrases {
    fn every_minute(&self) -> &'static str {
        self.every_minute
    }
    fn every_second_phrase(&self) -> &'static str {
        self.every_second
    }
    fn every_x_minutes(&self, step: u16) -> String {
        say(self.every_minutes, step)
    }
    fn every_x_seconds(&self, step: u16) -> String {
        say(self.every_seconds, step)
    }
    fn every_x_hours(&self, step: u16) -> String {
        say(self.every_hours, step)
    }
    fn every_minute_of_every_x_hours(&self, step: u16) -> String {
        self.every_past_phrase(self.every_minute, &self.every_x_hours(step))
    }
    fn every_x_months(&self, step: u16) -> String {
        say(self.every_months, step)
    }
    fn every_x_years(&self, step: u16) -> String {
        say(self.year, step)
    }
    fn at_time(&self, time: &str) -> String {
        say(self.at_time, time)
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
        say(self.in_months, phrase)
    }
    fn second_phrase(&self, s: &str) -> String {
        say(self.second, s)
    }
    fn minute_phrase(&self, s: &str) -> String {
        say(self.minute, s)
    }
    fn minute_past_every_hour_phrase(&self, s: &str) -> String {
        say(self.of_every_hour, s)
    }
    fn hour_phrase(&self, s: &str) -> String {
        say(self.hour, s)
    }
    fn every_past_phrase(&self, every: &str, hours: &str) -> String {
        format!("{every}, {hours}")
    }
    fn past_hour_phrase(&self, s: &str) -> String {
        say(self.hour, s)
    }
    fn year_phrase(&self, s: &str) -> String {
        say(self.year, s)
    }
    fn day_phrase(&self, s: &str) -> String {
        say(self.day, s)
    }
    fn the_last_day_of_the_month(&self) -> &'static str {
        self.last_day
    }
    fn the_weekday_nearest_day(&self, day: &str) -> String {
        say(self.nearest_weekday, day)
    }
    fn the_last_weekday_of_the_month(&self, day: &str) -> String {
        say(self.last_weekday, day)
    }
    fn the_nth_weekday_of_the_month(&self, n: u8, day: &str) -> String {
        say(self.nth_weekday, day).replace("{n}", &n.to_string())
    }
    fn dom_and_dow_if_also(&self, dow: &str) -> String {
        say(self.if_also, dow)
    }
    fn dom_and_dow_if_also_one_of(&self, dow: &str) -> String {
        say(self.if_also_one_of, dow)
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
