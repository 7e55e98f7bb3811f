//! Settings of the installation that staff change while it runs, and currencies.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Currency, Language};

/// All settings, each with a default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub general: GeneralSettings,
    pub registration: RegistrationSettings,
    pub security: SecuritySettings,
    pub finance: FinanceSettings,
    pub retention: RetentionSettings,
    /// Counts changes; send it back as read.
    #[serde(default)]
    pub version: i32,
}

/// The installation as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct GeneralSettings {
    /// Name shown in the portals and mails.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub brand_name: String,
    /// Language when nobody chose one.
    pub language: Language,
    /// IANA time zone that documents and the schedule are dated in.
    #[cfg_attr(feature = "openapi", schema(max_length = 64, example = "Europe/Warsaw"))]
    pub time_zone: String,
    /// Link to the terms of service, empty for none.
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub terms_url: String,
}

impl Default for GeneralSettings {
    fn default() -> Self {
        Self {
            brand_name: "Hostwright".to_owned(),
            language: Language::English,
            time_zone: "UTC".to_owned(),
            terms_url: String::new(),
        }
    }
}

/// How new clients come in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RegistrationSettings {
    /// Anybody may register.
    pub open: bool,
    /// Accounts count as confirmed at once; no link is mailed.
    pub automatic_confirmation: bool,
}

impl Default for RegistrationSettings {
    fn default() -> Self {
        Self { open: true, automatic_confirmation: false }
    }
}

/// Passwords, links and sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SecuritySettings {
    /// Characters of a password, at least.
    #[cfg_attr(feature = "openapi", schema(minimum = 6, maximum = 64))]
    pub password_length_min: u32,
    /// Passwords need a digit and a special character; always so below twelve characters.
    pub password_composition: bool,
    /// How long mailed links hold.
    #[cfg_attr(feature = "openapi", schema(minimum = 5, maximum = 1440))]
    pub link_minutes: u32,
    /// How long links to set a first password hold.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 30))]
    pub set_password_days: u32,
    /// Staff must set up a second factor before anything else opens.
    pub enforce_staff_two_factor: bool,
    /// Networks that staff may come from, as CIDR (`203.0.113.0/24`, `2001:db8::/32`) or single addresses; empty: any.
    #[cfg_attr(feature = "openapi", schema(max_items = 50, example = json!(["203.0.113.0/24"])))]
    pub staff_networks: Vec<String>,
    /// Staff are signed out after so many minutes without a request.
    #[cfg_attr(feature = "openapi", schema(minimum = 5, maximum = 10_080))]
    pub staff_idle_minutes: u32,
    /// Staff sign in again after so many hours.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 720))]
    pub staff_session_hours: u32,
    /// Users are signed out after so many minutes without a request.
    #[cfg_attr(feature = "openapi", schema(minimum = 5, maximum = 43_200))]
    pub user_idle_minutes: u32,
    /// Users sign in again after so many hours.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 720))]
    pub user_session_hours: u32,
    /// "Remember me": how many days a browser stays signed in.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 90))]
    pub remember_days: u32,
    /// How long a password counts as just given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 60))]
    pub sudo_minutes: u32,
}

impl Default for SecuritySettings {
    fn default() -> Self {
        Self {
            password_length_min: 12,
            password_composition: false,
            link_minutes: 60,
            set_password_days: 7,
            enforce_staff_two_factor: false,
            staff_networks: Vec::new(),
            staff_idle_minutes: 720,
            staff_session_hours: 24,
            user_idle_minutes: 1440,
            user_session_hours: 168,
            remember_days: 30,
            sudo_minutes: 10,
        }
    }
}

/// The reference rates of the European Central Bank: euro against some thirty currencies, every working day.
pub const RATES_FEED_URL: &str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml";

/// Money.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FinanceSettings {
    /// Smallest net amount that clients add at once, in currencies that `limits` does not name.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,11}(\.\d{1,4})?$", example = "5.00"))]
    pub add_funds_min: String,
    /// Largest net amount that clients add at once, likewise.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,11}(\.\d{1,4})?$", example = "10000.00"))]
    pub add_funds_max: String,
    /// Largest balance that clients may pay themselves up to, likewise.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,11}(\.\d{1,4})?$", example = "50000.00"))]
    pub balance_max: String,
    /// Limits of single currencies.
    #[cfg_attr(feature = "openapi", schema(max_items = 200))]
    pub limits: Vec<FundsLimits>,
    /// Days until a document is due, unless its home company says otherwise.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 365))]
    pub due_days: u32,
    /// Unpaid proformas are cancelled so many days after they were due; 0: never.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 365))]
    pub proforma_cancel_days: u32,
    /// Clients are told when the wallet lasts for fewer hours than these.
    #[cfg_attr(feature = "openapi", schema(max_items = 10, example = json!([72, 24, 3])))]
    pub wallet_low_hours: Vec<u32>,
    /// Unpaid documents are reminded of so many days before (negative) or after (positive) they are due.
    #[cfg_attr(feature = "openapi", schema(max_items = 10, example = json!([-3, 1, 7])))]
    pub reminder_days: Vec<i32>,
    /// Exchange rates are taken from the feed every day.
    pub rates_feed: bool,
    /// Where the feed is: XML in the form of the European Central Bank. `https://`, or `http://` on this machine.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 300, example = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml")
    )]
    pub rates_feed_url: String,
}

impl Default for FinanceSettings {
    fn default() -> Self {
        Self {
            add_funds_min: "10.00".to_owned(),
            add_funds_max: "1000.00".to_owned(),
            balance_max: "5000.00".to_owned(),
            limits: Vec::new(),
            due_days: 7,
            proforma_cancel_days: 30,
            wallet_low_hours: vec![72, 24, 3],
            reminder_days: vec![-3, 1, 7],
            rates_feed: false,
            rates_feed_url: RATES_FEED_URL.to_owned(),
        }
    }
}

/// How much clients may add in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FundsLimits {
    pub currency: Currency,
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,11}(\.\d{1,4})?$", example = "20.00"))]
    pub add_funds_min: String,
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,11}(\.\d{1,4})?$", example = "40000.00"))]
    pub add_funds_max: String,
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,11}(\.\d{1,4})?$", example = "200000.00"))]
    pub balance_max: String,
}

/// How long records are kept, in days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// Finished tasks.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    pub tasks_days: u32,
    /// Ended sessions, also those of support inside a client's portal.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    pub sessions_days: u32,
    /// Sent messages.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    pub notifications_days: u32,
    /// Calls of modules; dropped by whole months.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3650))]
    pub module_log_days: u32,
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self { tasks_days: 30, sessions_days: 180, notifications_days: 365, module_log_days: 90 }
    }
}

/// Characters of the terms in one language.
pub const TERMS_MAX: usize = 100_000;

/// Terms of service to be published; orders accept them from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTerms {
    /// Markdown for each language, at most 100,000 characters.
    pub texts: BTreeMap<Language, String>,
}

/// A published version of the terms of service. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TermsVersion {
    /// 1, 2, 3 …
    pub version: i32,
    /// Markdown for each language.
    pub texts: BTreeMap<Language, String>,
    /// Name of the member of staff; `admin:` and his id once he is gone.
    pub published_by: String,
    pub published_at: Timestamp,
    /// Orders whose buyer accepted it.
    pub orders: i64,
}

/// A version of the terms of service as somebody reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TermsText {
    pub version: i32,
    pub language: Language,
    /// Markdown.
    pub text: String,
    pub published_at: Timestamp,
}

/// Which version of the terms; the newest when it is not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct TermsWanted {
    /// The number of the version; the newest one when left out.
    #[cfg_attr(feature = "openapi", param(minimum = 1))]
    pub version: Option<i32>,
}

/// What the pages need before anybody is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicSettings {
    pub brand_name: String,
    pub language: Language,
    pub languages: Vec<Language>,
    pub registration_open: bool,
    pub terms_url: String,
    /// The newest version of the terms, which an order accepts; none was published when absent.
    pub terms_version: Option<i32>,
    pub password_length_min: u32,
    pub password_composition: bool,
    /// Enabled currencies, the default first.
    pub currencies: Vec<CurrencyInfo>,
}

words! {
    /// How numbers of a currency are written.
    NumberFormat {
        Plain = "1234.56",
        English = "1,234.56",
        Continental = "1.234,56",
        Spaced = "1 234,56",
    }
}

/// How a currency is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrencyInfo {
    pub code: Currency,
    pub name: String,
    /// Decimals by ISO 4217.
    pub decimals: u32,
    pub prefix: String,
    pub suffix: String,
    pub format: NumberFormat,
    pub is_default: bool,
}

/// A currency as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrencyDetail {
    pub code: Currency,
    pub name: String,
    /// Decimals by ISO 4217.
    pub decimals: u32,
    pub prefix: String,
    pub suffix: String,
    pub format: NumberFormat,
    /// How many of it one unit of the default currency buys.
    pub rate: String,
    pub is_default: bool,
    pub enabled: bool,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A currency to be sold in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCurrency {
    pub code: Currency,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10))]
    pub prefix: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10))]
    pub suffix: String,
    pub format: NumberFormat,
    /// How many of it one unit of the default currency buys: up to eight decimals.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,9}(\.\d{1,8})?$", example = "4.2655"))]
    pub rate: String,
}

/// Makes a currency the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MakeCurrencyDefault {
    /// Of the currency, as read; refused when somebody changed it, or all rates, meanwhile.
    pub version: i32,
}

/// A changed currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CurrencyChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10))]
    pub prefix: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10))]
    pub suffix: String,
    pub format: NumberFormat,
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,9}(\.\d{1,8})?$", example = "4.2655"))]
    pub rate: String,
    pub enabled: bool,
}
