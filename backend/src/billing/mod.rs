//! Billing: wallet, ledger, charges, documents, payments, tax.
//!
//! What always holds: every movement has two sides; a wallet's balance is the sum of its movements; no two charges of a
//! service overlap; nothing in the ledger is ever changed. `audit` proves it.

pub mod audit;
pub mod charging;
pub mod ledger;
pub mod wallet;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}
