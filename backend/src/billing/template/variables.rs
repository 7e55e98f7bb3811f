//! What a template can print: the fields of `sys.inputs.data`, as `pdf` hands them over.

use shared::Language;
use shared::billing::template::TemplateVariable;

use crate::words::{self, Variables};

/// Every variable, described in a language.
pub fn all(language: Language) -> Vec<TemplateVariable> {
    let texts = &words::of(language).variables;
    let variable = |(name, said): &Variable| TemplateVariable {
        name: (*name).to_owned(),
        description: said(texts).to_owned(),
    };
    VARIABLES.iter().map(variable).collect()
}

/// Name, and what it is.
type Variable = (&'static str, fn(&Variables) -> &'static str);

/// Amounts and dates are written as the language writes them; what may be `none` says so.
const VARIABLES: &[Variable] = &[
    ("data.number", |texts| texts.number),
    ("data.issued_on", |texts| texts.issued_on),
    ("data.due_on", |texts| texts.due_on),
    ("data.paid_on", |texts| texts.paid_on),
    ("data.language", |texts| texts.language),
    ("data.paper", |texts| texts.paper),
    ("data.logo", |texts| texts.logo),
    ("data.seller.name", |texts| texts.seller_name),
    ("data.seller.address", |texts| texts.seller_address),
    ("data.seller.tax_ids", |texts| texts.seller_tax_ids),
    ("data.seller.contacts", |texts| texts.seller_contacts),
    ("data.buyer.name", |texts| texts.buyer_name),
    ("data.buyer.address", |texts| texts.buyer_address),
    ("data.buyer.tax_ids", |texts| texts.buyer_tax_ids),
    ("data.buyer.contacts", |texts| texts.buyer_contacts),
    ("data.lines", |texts| texts.lines),
    ("data.has_unit", |texts| texts.has_unit),
    ("data.has_discount", |texts| texts.has_discount),
    ("data.taxes", |texts| texts.taxes),
    ("data.net", |texts| texts.net),
    ("data.tax", |texts| texts.tax),
    ("data.total", |texts| texts.total),
    ("data.paid", |texts| texts.paid),
    ("data.due", |texts| texts.due),
    ("data.currency", |texts| texts.currency),
    ("data.related", |texts| texts.related),
    ("data.notes", |texts| texts.notes),
    ("data.pay_to", |texts| texts.pay_to),
    ("data.bank", |texts| texts.bank),
    ("data.has_code", |texts| texts.has_code),
    ("data.footer", |texts| texts.footer),
];
