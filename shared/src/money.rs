//! Money: exact, of one currency, never a float.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Decimals of the ledger, whatever the currency: NUMERIC(19,4).
pub const LEDGER_DECIMALS: u32 = 4;

/// The largest absolute amount we accept from outside, in whole units: a price, a top-up, a line.
///
/// Keeps `price x hours` inside 64-bit integers of 0.0001 and every sum inside NUMERIC(19,4).
pub const AMOUNT_MAX: Decimal = Decimal::from_parts(1_215_752_191, 23, 0, false, 0); // 99_999_999_999

/// Rounds half away from zero, as our terms and the database do.
pub fn round_half_up(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero)
}

/// A currency of ISO 4217, e.g. `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "db", derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow))]
#[cfg_attr(feature = "db", diesel(sql_type = diesel::sql_types::Text))]
pub struct Currency([u8; 3]);

impl Currency {
    pub const EUR: Self = Self(*b"EUR");
    pub const PLN: Self = Self(*b"PLN");
    pub const CAD: Self = Self(*b"CAD");

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters by construction")
    }

    /// Decimals of the currency by ISO 4217: EUR 2, JPY 0, KWD 3.
    pub fn decimals(self) -> u32 {
        iso_currency::Currency::from_code(self.code())
            .and_then(|currency| currency.exponent())
            .map_or(2, u32::from)
    }

    /// English name by ISO 4217.
    pub fn name(self) -> String {
        iso_currency::Currency::from_code(self.code())
            .map(|currency| currency.name().to_owned())
            .unwrap_or_default()
    }
}
impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| MoneyError::UnknownCurrency)?;
        iso_currency::Currency::from_code(text).ok_or(MoneyError::UnknownCurrency)?;
        Ok(Self(bytes))
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("Currency code by ISO 4217."))
            .pattern(Some("^[A-Z]{3}$"))
            .examples(["EUR"])
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Currency {}
#[cfg(feature = "db")]
impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for Currency {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(self.code(), out)
    }
}
#[cfg(feature = "db")]
impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for Currency {
    fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let text =
            <String as diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg>>::from_sql(
                bytes,
            )?;
        text.parse().map_err(|_| format!("unknown currency in the database: {text}").into())
    }
}

/// Why an amount was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("unknown currency")]
    UnknownCurrency,
    #[error("amounts of different currencies")]
    CurrencyMismatch,
    #[error("amount out of range")]
    OutOfRange,
    #[error("more decimals than the currency has")]
    TooPrecise,
    #[error("not a plain decimal number")]
    NotANumber,
}

/// An amount of one currency.
///
/// Exact to four decimals in the ledger, or to the currency's own decimals on documents; the way in says which.
/// Travels as `{ "amount": "12.3400", "currency": "EUR" }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Decimal number as a string: at most 15 digits before and 4 after the point.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("12.3400"), pattern = r"^-?\d{1,15}(\.\d{1,4})?$"))]
    amount: Decimal,
    currency: Currency,
}

impl Money {
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// Rounded to the currency's own decimals, half away from zero: 12.34 EUR, 1234 JPY.
    pub fn rounded(amount: Decimal, currency: Currency) -> Self {
        Self { amount: round_half_up(amount, currency.decimals()), currency }
    }

    /// Rounded up to the currency's own decimals: for what must not come to less.
    pub fn rounded_up(amount: Decimal, currency: Currency) -> Self {
        let up = RoundingStrategy::ToPositiveInfinity;
        Self { amount: amount.round_dp_with_strategy(currency.decimals(), up), currency }
    }

    /// Rounded to the ledger's four decimals, half away from zero.
    pub fn ledger(amount: Decimal, currency: Currency) -> Self {
        Self { amount: round_half_up(amount, LEDGER_DECIMALS), currency }
    }

    /// An amount as a person wrote it: refused, never rounded, when it has more decimals than the currency.
    pub fn exact(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount.normalize().scale() > currency.decimals() {
            return Err(MoneyError::TooPrecise);
        }
        if amount.abs() > AMOUNT_MAX {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Self::rounded(amount, currency))
    }

    pub const fn amount(self) -> Decimal {
        self.amount
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount = self.amount.checked_add(other.amount).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { amount, currency: self.currency })
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.checked_add(other.negated())
    }

    pub fn negated(self) -> Self {
        Self { amount: -self.amount, currency: self.currency }
    }

    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    pub fn is_positive(self) -> bool {
        self.amount > Decimal::ZERO
    }

    pub fn is_negative(self) -> bool {
        self.amount < Decimal::ZERO
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// Reads a plain decimal such as `12.50`: digits, one point, an optional sign. No exponents, no `NaN`, no grouping.
pub fn parse_decimal(text: &str) -> Result<Decimal, MoneyError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty()
        && digits.len() <= 28
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.matches('.').count() <= 1;
    if !plain {
        return Err(MoneyError::NotANumber);
    }
    Decimal::from_str_exact(text).map_err(|_| MoneyError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_amount_is_eleven_nines() {
        assert_eq!(AMOUNT_MAX.to_string(), "99999999999");
    }

    #[test]
    fn decimals_follow_iso_4217() {
        let decimals = |code: &str| code.parse::<Currency>().unwrap().decimals();
        assert_eq!(["JPY", "EUR", "KWD"].map(decimals), [0, 2, 3]);
    }

    #[test]
    fn halves_round_away_from_zero() {
        let rounded = |text: &str| Money::rounded(text.parse().unwrap(), Currency::EUR).amount().to_string();
        assert_eq!(rounded("3100.055"), "3100.06");
        assert_eq!(rounded("-0.005"), "-0.01");
    }

    #[test]
    fn only_plain_decimals_are_read() {
        for bad in ["", "NaN", "1e3", "+1", ".5", "5.", "1,5", "1.2.3", " 1", "--1", "Infinity"] {
            assert_eq!(parse_decimal(bad), Err(MoneyError::NotANumber), "{bad}");
        }
        assert_eq!(parse_decimal("-12.50").unwrap().to_string(), "-12.50");
    }

    #[test]
    fn what_a_person_wrote_is_refused_rather_than_rounded() {
        let eur = |text: &str| Money::exact(text.parse().unwrap(), Currency::EUR);
        assert_eq!(eur("1.005"), Err(MoneyError::TooPrecise));
        assert_eq!(eur("100000000000"), Err(MoneyError::OutOfRange));
        assert_eq!(eur("1.500").unwrap().amount().to_string(), "1.50");
    }
}
