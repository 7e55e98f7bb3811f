//! Numbers and dates as the reader of a language expects them.

use anyhow::bail;
use jiff::civil::Date;

/// `13478.50` as `13,478.50` (English) or `13 478,50` with a narrow no-break space (Polish, Ukrainian).
pub(crate) fn number(language: &str, plain: &str) -> anyhow::Result<String> {
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) {
        bail!("not a plain decimal: {plain:?}");
    }
    let (group, point) = if local(language) == "en" { (',', '.') } else { ('\u{202f}', ',') };
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if !decimals.is_empty() {
        text.push(point);
        text.push_str(decimals);
    }
    Ok(text)
}

/// A number without the zeros that say nothing: `2.0000` as `2`, `9.975` as it is.
pub(crate) fn short_number(language: &str, plain: &str) -> anyhow::Result<String> {
    let short = if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.') } else { plain };
    number(language, short)
}

/// `21 November 2026`, `21.11.2026`.
pub(crate) fn date(language: &str, on: Date) -> String {
    if local(language) == "en" {
        on.strftime("%-d %B %Y").to_string()
    } else {
        on.strftime("%d.%m.%Y").to_string()
    }
}

/// `2026-11-21 09:30`, `21.11.2026 09:30`; in UTC.
pub(crate) fn instant(language: &str, at: jiff::Timestamp) -> String {
    let format = if local(language) == "en" { "%Y-%m-%d %H:%M" } else { "%d.%m.%Y %H:%M" };
    at.strftime(format).to_string()
}

/// `November 2026`, `11.2026`: the month of a day.
pub(crate) fn month(language: &str, day: Date) -> String {
    day.strftime(if local(language) == "en" { "%B %Y" } else { "%m.%Y" }).to_string()
}

/// The language that labels exist in.
pub(crate) fn local(language: &str) -> &'static str {
    match language {
        "pl" => "pl",
        "uk" => "uk",
        _ => "en",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_the_language() {
        assert_eq!(number("en", "13478.50").unwrap(), "13,478.50");
        assert_eq!(number("pl", "1234567.00").unwrap(), "1\u{202f}234\u{202f}567,00");
        assert_eq!(number("uk", "-999.5").unwrap(), "-999,5");
        assert_eq!(number("en", "100").unwrap(), "100");
        assert_eq!(short_number("en", "23.000").unwrap(), "23");
        assert_eq!(short_number("pl", "9.975").unwrap(), "9,975");
        assert_eq!(short_number("en", "100").unwrap(), "100");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in ["", "-", "1e3", "NaN", "1,5", ".5", "1.2.3"] {
            assert!(number("en", bad).is_err(), "{bad}");
        }
    }
}
