//! The file for spreadsheets: a row for each line and currency.

use shared::Money;
use shared::billing::oss::OssFile;

const HEAD: &str =
    "part,quarter,country,rate,currency,documents,net,tax,euro_rate,euro_rate_on,net_eur,tax_eur\r\n";

pub(super) fn text(file: &OssFile) -> String {
    let mut text = HEAD.to_owned();
    for line in &file.lines {
        for of in &line.amounts {
            // Words, dates and numbers: nothing that would have to be quoted.
            let on = of.euro_rate_on.map_or_else(String::new, |on| on.to_string());
            text.push_str(&format!(
                "{},{},{},{},{},{},{},{},{},{on},{},{}\r\n",
                line.part,
                line.quarter,
                line.country,
                line.rate,
                of.currency,
                of.documents,
                in_full(of.net),
                in_full(of.tax),
                of.euro_rate,
                in_full(of.net_eur),
                in_full(of.tax_eur),
            ));
        }
    }
    text
}

/// With all decimals of its currency.
fn in_full(money: Money) -> String {
    let mut amount = money.amount();
    amount.rescale(money.currency().decimals());
    amount.to_string()
}
