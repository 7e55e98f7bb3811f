//! The paper of a usage statement.

use serde_json::{Value as Json, json};
use typst_pdf::PdfStandards;

use crate::data::{Logo, Paper, Party};
use crate::{format, world};

/// Everything that is printed of a statement. Amounts are plain decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementData {
    /// `en`, `pl` or `uk`; anything else is printed in English.
    pub language: String,
    pub paper: Paper,
    /// `2026-03`, as in the footer.
    pub number: String,
    /// The first day of the month.
    pub month: jiff::civil::Date,
    /// The PDF's own date: same statement, same bytes.
    pub made_at: jiff::Timestamp,
    /// The month is not over.
    pub preliminary: bool,
    /// ISO 4217 code.
    pub currency: String,
    pub seller: Party,
    pub buyer: Party,
    pub services: Vec<StatementService>,
    pub charged: String,
    /// `None` prints nothing about it.
    pub returned: Option<String>,
    pub total: String,
    pub logo: Option<Logo>,
    pub footer: String,
}

/// A service with its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementService {
    pub label: String,
    pub product: String,
    pub lines: Vec<StatementLine>,
    pub total: String,
}

/// What it was charged for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// A word of the labels: `running`, `setup`, `options_change`, `unused_time`, `removal`.
    pub what: &'static str,
    pub from: jiff::Timestamp,
    pub to: jiff::Timestamp,
    pub charges: i64,
    pub hours: Option<i64>,
    pub amount: String,
}

/// Typesets a statement. Fails as `render` does.
pub fn render_statement(data: &StatementData) -> anyhow::Result<Vec<u8>> {
    let world = world::Sandbox::showing("statement", view(data)?, data.logo.as_ref())?;
    let ident = format!("{}/statement/{}/{}", data.seller.name, data.buyer.name, data.number);
    crate::print(&world, ident, data.made_at, PdfStandards::default())
}

fn view(data: &StatementData) -> anyhow::Result<Json> {
    let language = format::local(&data.language);
    let number = |plain: &str| format::number(language, plain);
    let mut services = Vec::with_capacity(data.services.len());
    for service in &data.services {
        let mut lines = Vec::with_capacity(service.lines.len());
        for line in &service.lines {
            let (count, unit) = match line.hours {
                Some(hours) => (hours, "hours"),
                None => (line.charges, "times"),
            };
            lines.push(json!({
                "what": line.what,
                "from": format::instant(language, line.from),
                "to": (line.to > line.from).then(|| format::instant(language, line.to)),
                "count": number(&count.to_string())?,
                "unit": unit,
                "amount": number(&line.amount)?,
            }));
        }
        services.push(json!({
            "label": service.label,
            "product": service.product,
            "lines": lines,
            "total": number(&service.total)?,
        }));
    }
    let made_on = data.made_at.to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(json!({
        "language": language,
        "paper": data.paper,
        "number": data.number,
        "month": format::month(language, data.month),
        "made_on": format::date(language, made_on),
        "preliminary": data.preliminary,
        "currency": data.currency,
        "seller": world::party(&data.seller),
        "buyer": world::party(&data.buyer),
        "services": services,
        "charged": number(&data.charged)?,
        "returned": data.returned.as_deref().map(number).transpose()?,
        "total": number(&data.total)?,
        "footer": data.footer,
    }))
}
