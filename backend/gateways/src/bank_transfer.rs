//! Bank transfer: nobody is called. The client is told what to write on the transfer, staff book what arrives.

/// Instructions with `{AMOUNT} {CURRENCY} {NUMBER}` filled in. Everything else stays as staff wrote it.
pub fn instructions(template: &str, amount: &str, currency: &str, number: &str) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    // One pass: a number that looks like a placeholder stays a number.
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        filled.push_str(before);
        let known = [("{AMOUNT}", amount), ("{CURRENCY}", currency), ("{NUMBER}", number)]
            .into_iter()
            .find(|(name, _)| from.starts_with(name));
        match known {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &from[name.len()..];
            }
            None => {
                filled.push('{');
                rest = &from[1..];
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::instructions;

    #[test]
    fn placeholders_are_filled_once() {
        let text = "Send {AMOUNT} {CURRENCY}, title {NUMBER}. {OTHER} {";
        assert_eq!(instructions(text, "1.00", "EUR", "{AMOUNT}"), "Send 1.00 EUR, title {AMOUNT}. {OTHER} {");
    }
}
