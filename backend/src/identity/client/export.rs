//! The list of clients as CSV.

use shared::identity::ClientSummary;

use crate::http::csv::field;

/// The most rows of an export.
pub(super) const ROWS_MAX: i64 = 100_000;

const HEAD: &str = "id,name,company,email,status,owner,country,city,balance,currency,created_at\r\n";

pub(super) fn csv(clients: &[ClientSummary]) -> String {
    let mut out = HEAD.to_owned();
    for client in clients {
        let columns = [
            client.id.to_string(),
            field(&client.name),
            field(&client.company_name),
            field(&client.email),
            client.status.to_string(),
            field(client.owner.as_ref().map_or("", |owner| owner.email.as_str())),
            field(client.country.as_deref().unwrap_or("")),
            field(client.city.as_deref().unwrap_or("")),
            field(&client.balance.amount().to_string()),
            client.balance.currency().to_string(),
            client.created_at.to_string(),
        ];
        out.push_str(&columns.join(","));
        out.push_str("\r\n");
    }
    out
}
