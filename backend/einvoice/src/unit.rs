//! Units of measure by UN/ECE Recommendation 20.

/// The code of a unit that somebody wrote; what is not known counts pieces.
pub(crate) fn code(unit: &str) -> &'static str {
    match unit.trim().trim_end_matches('.').to_lowercase().as_str() {
        "h" | "hr" | "hour" | "hours" | "godz" | "godzina" | "год" => "HUR",
        "min" | "minute" | "minutes" | "хв" => "MIN",
        "d" | "day" | "days" | "dzień" | "dni" | "день" | "дн" => "DAY",
        "week" | "weeks" | "tydz" | "тиж" => "WEE",
        "month" | "months" | "mo" | "mies" | "міс" => "MON",
        "year" | "years" | "rok" | "рік" => "ANN",
        "pc" | "pcs" | "piece" | "szt" | "шт" => "H87",
        "gb" => "E34",
        "tb" => "E35",
        "km" => "KMT",
        _ => "C62",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn units_are_known_in_three_languages() {
        let codes = ["h", "godz.", "міс.", "szt.", "GB", "", "smiles"].map(super::code);
        assert_eq!(codes, ["HUR", "HUR", "MON", "H87", "E34", "C62", "C62"]);
    }
}
