//! Secrets nobody can guess.

use anyhow::anyhow;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};

fn bytes<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("the system gives no random numbers: {error}"))?;
    Ok(bytes)
}

/// 256 bits as 43 characters that may stand in URLs and cookies.
pub(super) fn token() -> anyhow::Result<String> {
    Ok(BASE64URL_NOPAD.encode(&bytes::<32>()?))
}

/// Six digits, each code as likely as any other.
pub(super) fn six_digits() -> anyhow::Result<String> {
    // Drops what would make small numbers more likely.
    loop {
        let number = u32::from_be_bytes(bytes()?);
        if number < u32::MAX - u32::MAX % 1_000_000 {
            return Ok(format!("{:06}", number % 1_000_000));
        }
    }
}

/// A recovery code of 50 bits: `k3v2m-9qzp4` without the characters that look alike.
pub(super) fn recovery_code() -> anyhow::Result<String> {
    let text = BASE32_NOPAD.encode(&bytes::<10>()?).to_ascii_lowercase();
    let (first, second) = text[..10].split_at(5);
    Ok(format!("{first}-{second}"))
}

/// A password for a first sign-in.
pub(super) fn password() -> anyhow::Result<String> {
    Ok(BASE64URL_NOPAD.encode(&bytes::<15>()?))
}
