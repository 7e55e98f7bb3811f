//! Authenticator apps by RFC 6238: SHA-1, six digits, thirty seconds, one step of tolerance.

use anyhow::{Context, anyhow};
use data_encoding::BASE32_NOPAD;
use jiff::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};
use totp_rs::{Builder, Secret};

/// A fresh secret of 160 bits.
pub(super) fn new_secret() -> Vec<u8> {
    Secret::generate().as_bytes().to_vec()
}

/// The secret for typing.
pub(super) fn base32(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The address that authenticator apps read.
pub(super) fn uri(secret: &[u8], issuer: &str, account: &str) -> String {
    format!(
        "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        base32(secret),
        issuer = encoded(issuer),
        account = encoded(account),
    )
}

/// A QR code as an SVG image of dark squares on white.
pub(super) fn qr_svg(text: &str) -> anyhow::Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|error| anyhow!("QR code: {error}"))?;
    let side = code.size();
    let mut path = String::new();
    for y in 0..side {
        for x in 0..side {
            if code.get_module(x, y) {
                path.push_str(&format!("M{},{}h1v1h-1z", x + 4, y + 4));
            }
        }
    }
    let whole = side + 8;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0,0h{whole}v{whole}h-{whole}z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

/// The step of a right code; `None` for a wrong one.
pub(super) fn matched_step(secret: &[u8], code: &str, real_now: Timestamp) -> anyhow::Result<Option<i64>> {
    let totp =
        Builder::new().with_secret(secret.to_vec()).build().map_err(|error| anyhow!("TOTP: {error:?}"))?;
    let time = u64::try_from(real_now.as_second()).context("before 1970")?;
    totp.check(code, time).map(|step| i64::try_from(step).context("a step beyond all time")).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_standard_are_right_within_one_step() {
        // RFC 6238, appendix B: at 59 s the eight digits are 94287082; six of them are 287082.
        let secret = b"12345678901234567890";
        let at =
            |second: i64| matched_step(secret, "287082", Timestamp::from_second(second).unwrap()).unwrap();
        assert_eq!(at(59), Some(1));
        assert_eq!(at(89), Some(1));
        assert_eq!(at(120), None);
        assert_eq!(at(0), Some(1));
    }

    #[test]
    fn the_address_names_issuer_and_account() {
        let uri = uri(b"12345678901234567890", "My Cloud", "ada@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/My%20Cloud:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=My%20Cloud\
             &algorithm=SHA1&digits=6&period=30"
        );
        assert!(qr_svg(&uri).unwrap().starts_with("<svg xmlns="));
    }
}
