//! Checks of single fields, collected so that a form learns all its faults at once.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::money::{AMOUNT_MAX, MoneyError, parse_decimal};
use shared::{Currency, FieldError, Money};

use crate::http::error::{Refusal, Result};

/// Faults found so far.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses with everything found, 422; or goes on.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::fields(self.0).into()) }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a fault of this field was found.
    pub fn names(&self, field: &str) -> bool {
        self.0.iter().any(|fault| fault.field == field)
    }

    pub fn into_faults(self) -> Vec<FieldError> {
        self.0
    }

    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError::new(field, code, message));
    }

    /// Adds the fault unless `holds`.
    pub fn check(&mut self, holds: bool, field: &str, code: &str, message: &str) {
        if !holds {
            self.add(field, code, message);
        }
    }

    /// Ids of rows that exist, each once: `list.0.id` is named where one is not.
    pub fn known_once<Id: Copy + Ord>(&mut self, list: &str, ids: &[Id], known: &BTreeSet<Id>) {
        let mut seen = BTreeSet::new();
        for (place, id) in ids.iter().enumerate() {
            let field = format!("{list}.{place}.id");
            self.check(known.contains(id), &field, "unknown", "This does not exist.");
            self.check(seen.insert(*id), &field, "taken", "This is in the list twice.");
        }
    }

    /// Text without control characters, at most `length_max` characters; line breaks are allowed when `length_max` is above 300.
    pub fn text(&mut self, field: &str, value: &str, length_max: usize) {
        if value.chars().count() > length_max {
            self.add(field, "too_long", format!("At most {length_max} characters."));
        }
        let allowed = |c: char| !c.is_control() || (length_max > 300 && matches!(c, '\n' | '\r' | '\t'));
        self.check(value.chars().all(allowed), field, "invalid", "Control characters are not allowed.");
    }

    /// Text that must not be empty.
    pub fn required(&mut self, field: &str, value: &str, length_max: usize) {
        if value.trim().is_empty() {
            self.add(field, "required", "This field is required.");
        } else {
            self.text(field, value, length_max);
        }
    }

    /// An e-mail address that a mail server would take.
    pub fn email(&mut self, field: &str, value: &str) {
        let sound = value.len() <= 254 && value.parse::<lettre::Address>().is_ok() && value.contains('.');
        self.check(sound, field, "invalid", "Write an e-mail address such as name@example.com.");
    }

    /// An amount as a person wrote it: plain digits, above zero, no more decimals than the currency has.
    pub fn positive_money(&mut self, field: &str, text: &str, currency: Currency) -> Option<Money> {
        let read = parse_decimal(text).and_then(|amount| Money::exact(amount, currency));
        match read {
            Ok(money) if money.is_positive() => return Some(money),
            Ok(_) => self.add(field, "out_of_range", "Must be above zero."),
            Err(error) => self.money_fault(field, error, currency.decimals()),
        }
        None
    }

    /// A price with up to four decimals, zero or more.
    pub fn price(&mut self, field: &str, text: &str) -> Option<Decimal> {
        self.decimal(field, text, 4, Decimal::ZERO, AMOUNT_MAX)
    }

    /// A plain decimal between two bounds with at most `decimals` decimals.
    pub fn decimal(
        &mut self,
        field: &str,
        text: &str,
        decimals: u32,
        min: Decimal,
        max: Decimal,
    ) -> Option<Decimal> {
        match parse_decimal(text) {
            Ok(value) if value.normalize().scale() > decimals => {
                self.money_fault(field, MoneyError::TooPrecise, decimals)
            }
            Ok(value) if value < min || value > max => {
                self.add(field, "out_of_range", format!("Must be between {min} and {max}."));
            }
            Ok(value) => return Some(value),
            Err(error) => self.money_fault(field, error, decimals),
        }
        None
    }

    /// A number between two bounds.
    pub fn range(&mut self, field: &str, value: i64, min: i64, max: i64) {
        if !(min..=max).contains(&value) {
            self.add(field, "out_of_range", format!("Must be between {min} and {max}."));
        }
    }

    /// An instant that the database can hold and that makes sense.
    pub fn instant(&mut self, field: &str, value: Timestamp) {
        let year = value.to_zoned(jiff::tz::TimeZone::UTC).year();
        self.check(
            (2000..=2200).contains(&year),
            field,
            "out_of_range",
            "Must be between the years 2000 and 2200.",
        );
    }

    /// A key for scripts: lower-case letters, digits and hyphens.
    pub fn key(&mut self, field: &str, value: &str) {
        let sound = (1..=63).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !value.starts_with('-');
        self.check(sound, field, "invalid", "Use 1 to 63 lower-case letters, digits and hyphens.");
    }

    fn money_fault(&mut self, field: &str, error: MoneyError, decimals: u32) {
        let (code, message) = match error {
            MoneyError::TooPrecise => ("too_precise", format!("At most {decimals} decimals.")),
            MoneyError::OutOfRange => ("out_of_range", format!("At most {AMOUNT_MAX}.")),
            _ => ("invalid", "Write a plain number such as 12.50.".to_owned()),
        };
        self.add(field, code, message);
    }
}
