//! Billing: wallet, ledger, charges, documents, payments, tax.
//!
//! What always holds: every movement has two sides; a wallet's balance is the sum of its movements; no two charges of a
//! service overlap; nothing in the ledger is ever changed. `audit` proves it.

use crate::http::routes::Routes;
pub mod archive;
pub mod audit;
pub mod charging;
pub mod company;
pub mod document;
pub mod ledger;
pub mod notices;
pub mod oss;
pub mod payment;
pub mod refund;
pub mod spending;
pub mod statement;
pub mod tax;
pub mod template;
pub mod wallet;

/// Every operation of this domain.
pub fn routes(cfg: &mut Routes) {
    company::routes::routes(cfg);
    company::routes_gateway::routes(cfg);
    oss::routes(cfg);
    template::routes::routes(cfg);
    tax::routes::routes(cfg);
    tax::vat::routes(cfg);
    document::bulk::routes(cfg);
    document::routes_staff::routes(cfg);
    document::routes_client::routes(cfg);
    statement::routes::routes(cfg);
    document::draft::routes::routes(cfg);
    payment::routes::routes(cfg);
    refund::routes::routes(cfg);
    ledger::routes::routes(cfg);
    wallet::routes::routes(cfg);
    spending::routes::routes(cfg);
}
