//! What the settings say about documents and adding funds.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use shared::Currency;
use shared::money::parse_decimal;
use shared::settings::FinanceSettings;

use crate::db::Conn;
use crate::http::error::Result;

/// The settings that documents follow.
#[derive(Clone, Debug)]
pub struct Terms {
    pub finance: FinanceSettings,
    zone: TimeZone,
}

/// How much clients may add in one currency; net amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub min: Decimal,
    pub max: Decimal,
    /// The balance may not go above it.
    pub balance_max: Decimal,
}

impl Terms {
    pub async fn load(conn: &mut Conn) -> Result<Self> {
        let settings = crate::settings::load(conn).await?;
        let zone = TimeZone::get(&settings.general.time_zone).map_err(anyhow::Error::new)?;
        Ok(Self { finance: settings.finance, zone })
    }

    /// The day that documents are dated with.
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }

    pub fn limits(&self, currency: Currency) -> Result<Limits> {
        Limits::of(&self.finance, currency)
    }
}

impl Limits {
    pub fn of(finance: &FinanceSettings, currency: Currency) -> Result<Self> {
        let own = finance.limits.iter().find(|limits| limits.currency == currency);
        let (min, max, balance_max) = match own {
            Some(own) => (&own.add_funds_min, &own.add_funds_max, &own.balance_max),
            None => (&finance.add_funds_min, &finance.add_funds_max, &finance.balance_max),
        };
        Ok(Self {
            min: parse_decimal(min)?,
            max: parse_decimal(max)?,
            balance_max: parse_decimal(balance_max)?,
        })
    }
}
