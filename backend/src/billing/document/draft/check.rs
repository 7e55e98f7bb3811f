//! Reading the lines that staff write.

use rules::document::{Line, line_amount};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::Currency;
use shared::billing::draft::{DraftLine, LINES_MAX, TaxClass};
use shared::money::AMOUNT_MAX;

use crate::billing::document::store;
use crate::http::Fields;
use crate::http::error::Result;

/// The most that can be counted on one line.
const QUANTITY_MAX: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// A line that was read and checked.
#[derive(Clone, Debug)]
pub(super) struct Drafted {
    pub(super) line: Line,
    pub(super) description: String,
    pub(super) unit: String,
}

impl Drafted {
    /// What it is kept with: the tax class is sealed with the line.
    pub(super) fn explanation(&self) -> Value {
        let class = if self.line.taxed { TaxClass::Standard } else { TaxClass::Exempt };
        json!({ "for": "manual", "tax_class": class })
    }

    /// As it was kept.
    pub(super) fn kept(row: store::Line) -> Self {
        let taxed = row.tax_class() == TaxClass::Standard;
        Self {
            line: Line { quantity: row.quantity, unit_price: row.unit_price, discount: row.discount, taxed },
            description: row.description,
            unit: row.unit,
        }
    }
}

/// Reads lines in the client's currency. Refuses none, too many, and each fault by the path of its field.
pub(super) fn read(lines: &[DraftLine], currency: Currency) -> Result<Vec<Drafted>> {
    let mut fields = Fields::new();
    fields.check(!lines.is_empty(), "lines", "required", "Write at least one line.");
    fields.check(lines.len() <= LINES_MAX, "lines", "out_of_range", &format!("At most {LINES_MAX} lines."));
    // What is beyond the limit is not read at all.
    let read: Vec<Option<Drafted>> = lines
        .iter()
        .take(LINES_MAX)
        .enumerate()
        .map(|(place, line)| read_line(&mut fields, place, line, currency))
        .collect();
    fields.finish()?;
    Ok(read.into_iter().flatten().collect())
}

fn read_line(fields: &mut Fields, place: usize, line: &DraftLine, currency: Currency) -> Option<Drafted> {
    let field = |name: &str| format!("lines.{place}.{name}");
    fields.required(&field("description"), &line.description, 1000);
    fields.text(&field("unit"), &line.unit, 20);
    let least = Decimal::new(1, 4);
    let quantity = fields.decimal(&field("quantity"), &line.quantity, 4, least, QUANTITY_MAX);
    let unit_price = fields.price(&field("unit_price"), &line.unit_price);
    let decimals = currency.decimals();
    let discount = fields.decimal(&field("discount"), &line.discount, decimals, Decimal::ZERO, AMOUNT_MAX);
    let line_of = |discount: Decimal| {
        Some(Line {
            quantity: quantity?,
            unit_price: unit_price?,
            discount,
            taxed: line.tax_class == TaxClass::Standard,
        })
    };
    let full = line_amount(&line_of(Decimal::ZERO)?, currency);
    match (full, discount) {
        (Err(_), _) => {
            fields.add(field("unit_price"), "out_of_range", "The line comes to more than can be asked for.")
        }
        (Ok(full), Some(discount)) if discount > full => {
            fields.add(
                field("discount"),
                "out_of_range",
                format!("Not more than the line comes to: {full}."),
            );
        }
        _ => {}
    }
    let (description, unit) = (line.description.trim().to_owned(), line.unit.trim().to_owned());
    Some(Drafted { line: line_of(discount?)?, description, unit })
}
