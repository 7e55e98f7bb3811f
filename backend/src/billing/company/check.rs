//! What a home company and its gateways may look like.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::Code;
use shared::billing::company::{
    CompanyInput, GatewayInput, LOGO_BYTES_MAX, LogoInput, LogoType, NumberSeriesInput,
};

use crate::billing::tax::actions::{check_place, check_rates};
use crate::billing::tax::vat_id;
use crate::busy::Broken;
use crate::http::Fields;
use crate::http::error::{Error, Refusal, Result};

/// Refuses a company with everything that is wrong with it.
pub fn company(input: &CompanyInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.required("name", &input.name, 200);
    for (field, value, length_max) in [
        ("line1", &input.line1, 200),
        ("line2", &input.line2, 200),
        ("city", &input.city, 100),
        ("postcode", &input.postcode, 20),
        ("phone", &input.phone, 50),
        ("website", &input.website, 200),
        ("vat_id", &input.vat_id, 20),
        ("pay_to", &input.pay_to, 1000),
        ("footer", &input.footer, 500),
        ("sender_name", &input.sender_name, 100),
        ("bank.bank", &input.bank.bank, 100),
        ("bank.account", &input.bank.account, 50),
    ] {
        fields.text(field, value, length_max);
    }
    for (field, value) in [("email", &input.email), ("sender_email", &input.sender_email)] {
        if !value.is_empty() {
            fields.email(field, value);
        }
    }
    check_place(&mut fields, Some(&input.country), input.region.as_deref());
    if !input.vat_id.is_empty() {
        let sound = vat_id::checksum_holds(&input.vat_id, &input.country);
        fields.check(
            sound,
            "vat_id",
            "invalid",
            "The check digits of this VAT id are wrong for the country.",
        );
    }
    if input.tax_ids.len() > 10 {
        fields.add("tax_ids", "too_long", "At most ten.");
    }
    for (place, id) in input.tax_ids.iter().take(10).enumerate() {
        fields.required(&format!("tax_ids.{place}.label"), &id.label, 50);
        fields.required(&format!("tax_ids.{place}.value"), &id.value, 100);
    }
    check_rates(&mut fields, "fallback_rates", &input.fallback_rates);
    if !input.bank.iban.is_empty() {
        let sound = pdf::iban_is_valid(&input.bank.iban);
        fields.check(sound, "bank.iban", "invalid", "The check digits of this IBAN are wrong.");
    }
    let bic = input.bank.bic.as_bytes();
    let bic_sound = matches!(bic.len(), 0 | 8 | 11) && bic.iter().all(u8::is_ascii_alphanumeric);
    fields.check(bic_sound, "bank.bic", "invalid", "A BIC has 8 or 11 letters and digits.");
    for (language, texts) in &input.item_texts {
        fields.text(&format!("item_texts.{language}.funds"), &texts.funds, 200);
    }
    if let Some(days) = input.due_days {
        fields.range("due_days", i64::from(days), 0, 365);
    }
    fields.finish()
}

/// Refuses a numbering whose format cannot be read or would repeat numbers.
pub fn series(input: &NumberSeriesInput, next_number: i64) -> Result<()> {
    let mut fields = Fields::new();
    if let Err(error) = rules::numbering::NumberFormat::parse(&input.format, input.reset) {
        fields.add("format", "invalid", error.to_string());
    }
    fields.range("next_number", input.next_number, 1, 999_999_999);
    let message = format!("Numbers are given once: {next_number} or more.");
    fields.check(input.next_number >= next_number, "next_number", "out_of_range", &message);
    fields.finish()
}

/// The bytes of a logo that can be printed.
pub fn logo(input: &LogoInput) -> Result<Vec<u8>> {
    let refuse = |code: &str, message: &str| Refusal::field("content", code, message);
    if input.content.len() > LOGO_BYTES_MAX.div_ceil(3) * 4 {
        return Err(refuse("too_long", "At most 1 MiB.").into());
    }
    let bytes = STANDARD.decode(&input.content).map_err(|_| refuse("invalid", "Send the file in Base64."))?;
    if bytes.is_empty() || bytes.len() > LOGO_BYTES_MAX {
        return Err(refuse("too_long", "1 byte to 1 MiB.").into());
    }
    let media_type = match input.media_type {
        LogoType::Png => pdf::LogoType::Png,
        LogoType::Svg => pdf::LogoType::Svg,
    };
    let logo = pdf::Logo { media_type, bytes };
    if let Err(error) = pdf::check_logo(&logo) {
        return Err(refuse("invalid", &format!("The logo cannot be printed: {error}.")).into());
    }
    if input.media_type == LogoType::Svg && is_active(&logo.bytes) {
        return Err(refuse("invalid", "Scripts, events and links do not belong into a logo.").into());
    }
    Ok(logo.bytes)
}

/// Why a logo was not drawn: its own fault only where drawing it took too long or did not end well.
pub fn undrawn(broken: Broken) -> Error {
    match broken {
        Broken::NoPlace(_) => Refusal::new(Code::Unavailable).retry_after(30).into(),
        Broken::BrokeOff(_, error) if !error.is_panic() => anyhow::Error::from(error).into(),
        its_own => {
            Refusal::field("content", "invalid", format!("The logo cannot be printed: {its_own}.")).into()
        }
    }
}

/// Whether an SVG does more than draw; browsers show it, too.
fn is_active(svg: &[u8]) -> bool {
    let text = String::from_utf8_lossy(svg).to_ascii_lowercase();
    let handles_events = text.split_whitespace().any(|word| {
        word.trim_start_matches(['"', '\'']).strip_prefix("on").is_some_and(|rest| {
            rest.split_once('=').is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_lowercase()))
        })
    });
    handles_events
        || [
            "<script",
            "javascript:",
            "<foreignobject",
            "<iframe",
            "<!entity",
            "xlink:href=\"http",
            " href=\"http",
        ]
        .iter()
        .any(|word| text.contains(word))
}

/// Refuses a gateway with everything that is wrong with it.
pub fn gateway(input: &GatewayInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    if input.currencies.len() > 200 {
        fields.add("currencies", "too_long", "At most 200.");
    }
    if input.texts.is_empty() {
        fields.add("texts", "required", "Write a name in at least one language.");
    }
    for (language, text) in &input.texts {
        fields.required(&format!("texts.{language}.name"), &text.name, 100);
        fields.text(&format!("texts.{language}.description"), &text.description, 500);
        fields.text(&format!("texts.{language}.instructions"), &text.instructions, 2000);
    }
    fields.range("sort", i64::from(input.sort), 0, 100_000);
    fields.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_drawings_are_logos() {
        assert!(!is_active(
            br##"<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h1" fill="#000"/></svg>"##
        ));
        for bad in [
            "<svg><script>1</script></svg>",
            "<svg onload=alert(1)>",
            "<svg><a xlink:href=\"http://x\"/></svg>",
        ] {
            assert!(is_active(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn a_logo_is_not_told_to_be_at_fault_when_others_take_all_places() {
        assert_eq!(undrawn(Broken::NoPlace("typesetting")).code(), Code::Unavailable);
        let problem = undrawn(Broken::TooLong("typesetting")).problem();
        assert_eq!(problem.code, Code::Invalid);
        assert_eq!(problem.fields[0].message, "The logo cannot be printed: typesetting took too long.");
    }
}
