//! Usage statements. `area` is whose: `/clients/{id}` for a client itself, `/admin/clients/{id}` for staff.

use shared::billing::statement::{StatementDetail, StatementSummary};
use shared::{Month, Page};

use super::client::{self, Reply};

pub fn list(area: &str, query: &str) -> Reply<Page<StatementSummary>> {
    client::get(&format!("{area}/statements?{query}"))
}

pub fn one(area: &str, month: Month) -> Reply<StatementDetail> {
    client::get(&format!("{area}/statements/{month}"))
}

/// Where a file of it is downloaded from; `kind` is `pdf` or `csv`.
pub fn file(area: &str, month: Month, kind: &str) -> String {
    client::file(&format!("{area}/statements/{month}/{kind}"))
}
