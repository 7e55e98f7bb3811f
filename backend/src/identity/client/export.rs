//! The list of clients as CSV by RFC 4180, safe to open in a spreadsheet.

use shared::identity::ClientSummary;

/// The most rows of an export.
pub(super) const ROWS_MAX: i64 = 100_000;

const HEAD: &str = "id,name,company,email,status,owner,country,city,balance,currency,created_at\r\n";

/// One field: quoted where needed, and never a formula.
fn field(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<rust_decimal::Decimal>().is_err();
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

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

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_and_never_formulas() {
        assert_eq!(field("Ada, Ltd \"A\""), "\"Ada, Ltd \"\"A\"\"\"");
        assert_eq!(field("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(field("-12.5000"), "-12.5000");
    }
}
