//! VAT ids as the tax offices of the EU know them.

use crate::tax::EU;

/// A number with the prefix of its office: `DE` 136695976, `EL` 094259216.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VatNumber {
    /// As VIES names the office: Greece is `EL`, Northern Ireland `XI`.
    pub prefix: &'static str,
    /// Without the prefix; capital letters, digits, and the `+` and `*` of old Irish numbers.
    pub number: String,
}

impl std::fmt::Display for VatNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.prefix, self.number)
    }
}

/// The number that a tax id of this country stands for, with or without its prefix, however it is spaced. `None`: no office
/// of the EU answers about it.
///
/// A prefix of another country is no prefix here: `PL5260250274` of a client in Germany asks Germany about just that.
pub fn vat_number(tax_id: &str, country: &str) -> Option<VatNumber> {
    let plain: String = tax_id
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '*'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let prefix = match country {
        "GR" => "EL",
        "GB" if plain.starts_with("XI") => "XI",
        _ => EU.iter().copied().find(|member| *member == country)?,
    };
    let number = plain.strip_prefix(prefix).or_else(|| plain.strip_prefix(country)).unwrap_or(&plain);
    (!number.is_empty()).then(|| VatNumber { prefix, number: number.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_gets_the_prefix_of_its_office() {
        for (tax_id, country, number) in [
            ("DE136695976", "DE", "DE136695976"),
            ("de 136 695 976", "DE", "DE136695976"),
            ("136695976", "DE", "DE136695976"),
            ("EL094259216", "GR", "EL094259216"),
            ("GR 094259216", "GR", "EL094259216"),
            ("094259216", "GR", "EL094259216"),
            ("XI 123 456 789", "GB", "XI123456789"),
            ("IE8D79739I", "IE", "IE8D79739I"),
            ("1+23456A", "IE", "IE1+23456A"),
            ("PL5260250274", "DE", "DEPL5260250274"),
        ] {
            let found = vat_number(tax_id, country).expect(tax_id);
            assert_eq!(found.to_string(), number, "{tax_id} of {country}");
        }
    }

    #[test]
    fn nobody_answers_about_other_numbers() {
        for (tax_id, country) in [
            ("GB123456789", "GB"),
            ("CHE116281710", "CH"),
            ("", "DE"),
            ("DE", "DE"),
            (" - ", "PL"),
            ("DE136695976", ""),
        ] {
            assert_eq!(vat_number(tax_id, country), None, "{tax_id:?} of {country:?}");
        }
    }
}
