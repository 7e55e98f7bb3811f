//! Ready sets of tax rules, as of November 2026. They are added, never written over what exists.

use rust_decimal::Decimal;
use shared::CompanyId;
use shared::billing::tax::{TaxPreset, TaxRate, TaxRuleInput};

/// Standard rates of the EU, in thousandths of a percent.
const EU: [(&str, i64); 27] = [
    ("AT", 20_000),
    ("BE", 21_000),
    ("BG", 20_000),
    ("CY", 19_000),
    ("CZ", 21_000),
    ("DE", 19_000),
    ("DK", 25_000),
    ("EE", 24_000),
    ("ES", 21_000),
    ("FI", 25_500),
    ("FR", 20_000),
    ("GR", 24_000),
    ("HR", 25_000),
    ("HU", 27_000),
    ("IE", 23_000),
    ("IT", 22_000),
    ("LT", 21_000),
    ("LU", 17_000),
    ("LV", 21_000),
    ("MT", 18_000),
    ("NL", 21_000),
    ("PL", 23_000),
    ("PT", 23_000),
    ("RO", 21_000),
    ("SE", 25_000),
    ("SI", 22_000),
    ("SK", 23_000),
];

/// Provinces and territories of Canada.
const CANADA: [(&str, &[(&str, i64)]); 13] = [
    ("CA-ON", &[("HST", 13_000)]),
    ("CA-NS", &[("HST", 14_000)]),
    ("CA-NB", &[("HST", 15_000)]),
    ("CA-NL", &[("HST", 15_000)]),
    ("CA-PE", &[("HST", 15_000)]),
    ("CA-BC", &[("GST", 5_000), ("PST", 7_000)]),
    ("CA-QC", &[("GST", 5_000), ("QST", 9_975)]),
    ("CA-AB", &[("GST", 5_000)]),
    ("CA-NT", &[("GST", 5_000)]),
    ("CA-NU", &[("GST", 5_000)]),
    ("CA-YT", &[("GST", 5_000)]),
    ("CA-MB", &[("GST", 5_000), ("PST", 7_000)]),
    ("CA-SK", &[("GST", 5_000), ("PST", 6_000)]),
];

/// The rules of a preset for a company, in the order that they are added.
pub fn rules(preset: TaxPreset, company: CompanyId) -> Vec<TaxRuleInput> {
    let rate =
        |name: &str, thousandths: i64| TaxRate { name: name.to_owned(), rate: Decimal::new(thousandths, 3) };
    let rule = |country: &str, region: Option<&str>, rates: Vec<TaxRate>| TaxRuleInput {
        version: None,
        company_id: Some(company),
        country: Some(country.to_owned()),
        region: region.map(str::to_owned),
        for_private: true,
        for_company: true,
        for_taxed_company: true,
        rates,
        note: String::new(),
        valid_from: None,
        valid_to: None,
    };
    match preset {
        TaxPreset::Eu => {
            EU.iter().map(|(country, vat)| rule(country, None, vec![rate("VAT", *vat)])).collect()
        }
        TaxPreset::Canada => CANADA
            .iter()
            .map(|(region, rates)| {
                rule("CA", Some(region), rates.iter().map(|(name, percent)| rate(name, *percent)).collect())
            })
            .collect(),
    }
}
