//! Check digits of VAT ids, verified offline for every EU country, Great Britain, Switzerland and Norway.

use rules::vat::VatNumber;

/// Whether a VAT id is well formed and its check digits are right. With or without the country's prefix.
pub fn checksum_holds(tax_id: &str, country: &str) -> bool {
    let plain: String = tax_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_uppercase();
    // Greece writes EL before its numbers.
    let prefix = if country == "GR" { "EL" } else { country };
    let with_prefix = if plain.starts_with(prefix) { plain } else { format!("{prefix}{plain}") };
    vat_id_validator::check_vat(&with_prefix).is_valid
}

/// The same for a number with the prefix of its office.
pub fn number_holds(number: &VatNumber) -> bool {
    // Northern Ireland gives the numbers of Great Britain.
    let prefix = if number.prefix == "XI" { "GB" } else { number.prefix };
    vat_id_validator::check_vat(&format!("{prefix}{}", number.number)).is_valid
}

#[cfg(test)]
mod tests {
    use rules::vat::vat_number;

    use super::{checksum_holds, number_holds};

    #[test]
    fn check_digits_decide() {
        for (tax_id, country) in [
            ("PL5260250274", "PL"),
            ("526-025-02-74", "PL"),
            ("DE136695976", "DE"),
            ("ATU13585627", "AT"),
            ("EL094259216", "GR"),
            ("CHE-116.281.710 MWST", "CH"),
        ] {
            assert!(checksum_holds(tax_id, country), "{tax_id}");
        }
        for (tax_id, country) in
            [("PL5260250275", "PL"), ("DE136695977", "DE"), ("", "PL"), ("1", "DE"), ("PL5260250274", "DE")]
        {
            assert!(!checksum_holds(tax_id, country), "{tax_id}");
        }
    }

    #[test]
    fn check_digits_of_numbers_with_the_prefix_of_their_office_decide() {
        for (tax_id, country, holds) in [
            ("136695976", "DE", true),
            ("GR 094259216", "GR", true),
            ("XI 980 7806 84", "GB", true),
            ("XI 980 7806 85", "GB", false),
            ("DE136695977", "DE", false),
            ("PL5260250274", "DE", false),
        ] {
            let number = vat_number(tax_id, country).expect(tax_id);
            assert_eq!(number_holds(&number), holds, "{tax_id} of {country}");
        }
    }
}
