//! The QR code that bank apps read: EPC069-12, version 002, SEPA credit transfer.

/// A transfer in euro that a bank app can fill in.
#[derive(Clone, Debug)]
pub struct EpcPayment<'a> {
    /// Name of the account's holder.
    pub name: &'a str,
    pub iban: &'a str,
    /// May be empty inside the EEA.
    pub bic: &'a str,
    /// Plain decimal with two decimals, 0.01 to 999999999.99.
    pub amount: &'a str,
    /// What the payer shall write: the document's number.
    pub reference: &'a str,
}

/// The content of the code; `None` when the standard cannot express this transfer.
pub fn epc_payload(payment: &EpcPayment<'_>) -> Option<String> {
    let iban: String = payment.iban.chars().filter(|c| !c.is_whitespace()).collect();
    let iban = iban.to_ascii_uppercase();
    let bic = payment.bic.trim().to_ascii_uppercase();
    let (whole, cents) = payment.amount.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let amount_fits = digits(whole) && whole.len() <= 9 && cents.len() == 2 && digits(cents);
    let is_zero = payment.amount.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if !iban_is_valid(&iban) || !amount_fits || is_zero || !matches!(bic.len(), 0 | 8 | 11) {
        return None;
    }
    let clean = |text: &str, length: usize| -> String {
        text.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(length)
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let name = clean(payment.name, 70);
    if name.is_empty() {
        return None;
    }
    let reference = clean(payment.reference, 140);
    Some(format!("BCD\n002\n1\nSCT\n{bic}\n{name}\n{iban}\nEUR{whole}.{cents}\n\n\n{reference}"))
}

/// ISO 13616: country, two check digits, account; modulo 97 of the rearranged number is 1. Spaces do not count.
pub fn iban_is_valid(iban: &str) -> bool {
    let iban: String = iban.chars().filter(|c| !c.is_whitespace()).collect();
    let shape = (15..=34).contains(&iban.len())
        && iban.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && iban.bytes().take(2).all(|byte| byte.is_ascii_uppercase())
        && iban.bytes().skip(2).take(2).all(|byte| byte.is_ascii_digit());
    if !shape {
        return false;
    }
    let (head, tail) = iban.split_at(4);
    let rest = tail.chars().chain(head.chars()).fold(0_u32, |rest, c| match c.to_digit(36) {
        Some(digit) if digit >= 10 => (rest * 100 + digit) % 97,
        Some(digit) => (rest * 10 + digit) % 97,
        None => rest,
    });
    rest == 1
}

/// The code as an SVG of squares, `None` when the text is too long for one.
pub fn qr_svg(content: &str) -> Option<String> {
    use qrcodegen::{QrCode, QrCodeEcc};
    use std::fmt::Write;
    let code = QrCode::encode_text(content, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in 0..size {
            if code.get_module(x, y) {
                write!(path, "M{x},{y}h1v1h-1z").ok()?;
            }
        }
    }
    Some(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"><path d="{path}"/></svg>"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payment() -> EpcPayment<'static> {
        EpcPayment {
            name: "Hostwright Sp. z o.o.",
            iban: "PL61 1090 1014 0000 0712 1981 2874",
            bic: "WBKPPLPP",
            amount: "123.00",
            reference: "PROFORMA/2026/11/1",
        }
    }

    #[test]
    fn a_transfer_in_euro_becomes_the_payload_of_the_standard() {
        let expected = "BCD\n002\n1\nSCT\nWBKPPLPP\nHostwright Sp. z o.o.\nPL61109010140000071219812874\nEUR123.00\n\n\nPROFORMA/2026/11/1";
        assert_eq!(epc_payload(&payment()).as_deref(), Some(expected));
    }

    #[test]
    fn a_wrong_account_or_amount_has_no_code() {
        assert_eq!(epc_payload(&EpcPayment { iban: "PL62109010140000071219812874", ..payment() }), None);
        for amount in ["0.00", "1", "1.5", "1234567890.00", "-1.00", ""] {
            assert_eq!(epc_payload(&EpcPayment { amount, ..payment() }), None, "{amount}");
        }
        assert_eq!(epc_payload(&EpcPayment { bic: "ABC", ..payment() }), None);
    }
}
