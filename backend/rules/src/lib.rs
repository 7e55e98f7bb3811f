//! Pure calculation: prices, charges, taxes, documents, numbers, states.
//!
//! Is given values and returns values: no clock, no I/O, no database. Every amount is exact; where a rule rounds, it says so,
//! and halves go away from zero.

pub mod charging;
pub mod document;
pub mod numbering;
pub mod oss;
pub mod pricing;
pub mod rates;
pub mod refund;
pub mod slug;
pub mod spending;
pub mod starting;
pub mod states;
pub mod tax;
pub mod units;
pub mod vat;

/// Why a calculation was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("amount out of range")]
    OutOfRange,
    #[error("more decimals than the ledger keeps")]
    TooPrecise,
    #[error("instant out of range")]
    BadInstant,
    /// No price for this currency and period.
    #[error("not offered")]
    NotOffered,
    /// A one-off price where a recurring one is needed.
    #[error("not a recurring period")]
    NotRecurring,
    #[error("{0}")]
    BadFormat(&'static str),
}

pub type Result<T, E = RuleError> = std::result::Result<T, E>;
