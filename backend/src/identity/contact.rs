//! Phone numbers and addresses as people write them.

use shared::identity::PostalAddress;

use crate::http::Fields;
use crate::settings::countries;

/// `None` for what was left empty.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A phone number: digits with the usual signs between them, and the country it belongs to.
pub fn check_phone(fields: &mut Fields, country: Option<&str>, phone: Option<&str>) {
    if let Some(country) = given(country) {
        fields.check(countries::find(country).is_some(), "phone_country", "unknown", "Choose a country.");
    }
    let Some(phone) = given(phone) else { return };
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let sound = phone.len() <= 30
        && (4..=15).contains(&digits)
        && phone.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/'));
    fields.check(sound, "phone", "invalid", "Write a number such as 22 123 45 67: 4 to 15 digits.");
}

/// An address whose country is known and whose region, where one is given, lies in it.
///
/// `prefix` stands before the names of the fields, with its dot: `billing_address.`, or nothing.
pub fn check_address(fields: &mut Fields, prefix: &str, address: &PostalAddress) {
    let name = |field: &str| format!("{prefix}{field}");
    fields.text(&name("line1"), &address.line1, 200);
    fields.text(&name("line2"), &address.line2, 200);
    fields.text(&name("city"), &address.city, 100);
    fields.text(&name("postcode"), &address.postcode, 20);
    if countries::find(&address.country).is_none() {
        fields.add(name("country"), "unknown", "Choose a country.");
    } else if let Some(region) = given(address.region.as_deref()) {
        let known = countries::has_region(&address.country, region);
        fields.check(known, &name("region"), "unknown", "Choose a region of this country.");
    }
}

/// An address that an invoice can be sent to.
pub fn check_complete_address(fields: &mut Fields, prefix: &str, address: &PostalAddress) {
    check_address(fields, prefix, address);
    for (field, value) in [("line1", &address.line1), ("city", &address.city)] {
        fields.check(
            !value.trim().is_empty(),
            &format!("{prefix}{field}"),
            "required",
            "This field is required.",
        );
    }
}
