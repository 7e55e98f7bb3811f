//! Billing: wallet, ledger, charges, documents, payments, tax.

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}
