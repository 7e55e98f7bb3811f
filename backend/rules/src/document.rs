//! Amounts of documents: lines, taxes, totals, and what each payment pays of them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shared::Currency;
use shared::money::{AMOUNT_MAX, round_half_up};

use crate::tax::Rate;
use crate::units::{amount, divide_half_up, units};
use crate::{Result, RuleError};

/// A line as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub quantity: Decimal,
    pub unit_price: Decimal,
    /// An amount, not a percentage.
    pub discount: Decimal,
    /// False: no tax is counted on it.
    pub taxed: bool,
}

/// One tax of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAmount {
    pub name: String,
    /// Percent.
    pub rate: Decimal,
    /// The net that it is counted on.
    pub base: Decimal,
    pub amount: Decimal,
}

/// The amounts of a document, in the currency's own decimals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// One for each line, in order.
    pub lines: Vec<Decimal>,
    pub net: Decimal,
    pub taxes: Vec<TaxAmount>,
    pub tax: Decimal,
    pub total: Decimal,
}

/// quantity × unit price − discount, rounded to the currency's decimals, half away from zero.
pub fn line_amount(line: &Line, currency: Currency) -> Result<Decimal> {
    let full = line.quantity.checked_mul(line.unit_price).ok_or(RuleError::OutOfRange)?;
    let amount = full.checked_sub(line.discount).ok_or(RuleError::OutOfRange)?;
    if amount.abs() > AMOUNT_MAX {
        return Err(RuleError::OutOfRange);
    }
    Ok(round_half_up(amount, currency.decimals()))
}

/// Adds a document up. Each tax is rate × Σ taxed net, rounded once, half away from zero.
pub fn totals(lines: &[Line], rates: &[Rate], currency: Currency) -> Result<Totals> {
    let amounts: Vec<Decimal> =
        lines.iter().map(|line| line_amount(line, currency)).collect::<Result<_>>()?;
    let sum = |only_taxed: bool| -> Result<Decimal> {
        lines
            .iter()
            .zip(&amounts)
            .filter(|(line, _)| line.taxed || !only_taxed)
            .try_fold(Decimal::ZERO, |sum, (_, amount)| sum.checked_add(*amount).ok_or(RuleError::OutOfRange))
    };
    let (net, base) = (sum(false)?, sum(true)?);
    let taxes: Vec<TaxAmount> = rates
        .iter()
        .map(|rate| {
            let exact = base.checked_mul(rate.rate).ok_or(RuleError::OutOfRange)? / Decimal::ONE_HUNDRED;
            let amount = round_half_up(exact, currency.decimals());
            Ok(TaxAmount { name: rate.name.clone(), rate: rate.rate, base, amount })
        })
        .collect::<Result<_>>()?;
    let tax: Decimal = taxes.iter().map(|tax| tax.amount).sum();
    let total = net.checked_add(tax).ok_or(RuleError::OutOfRange)?;
    Ok(Totals { lines: amounts, net, taxes, tax, total })
}

/// Splits a payment over what a document still lacks: first its net, then each tax, as they stand in `open`.
///
/// In proportion, rounded to the currency's decimals; the parts add up to the payment, none is negative or more than what
/// is open, and the payment that settles the document takes exactly the rest. Refuses more than is open.
pub fn split_payment(payment: Decimal, open: &[Decimal], currency: Currency) -> Result<Vec<Decimal>> {
    // In the smallest coins of the currency: they cannot be divided further.
    let coin = Decimal::new(1, currency.decimals());
    let coins = |value: Decimal| -> Result<i128> {
        let (value, coin) = (units(value)?, units(coin)?);
        if value % coin == 0 { Ok(value / coin) } else { Err(RuleError::TooPrecise) }
    };
    let open: Vec<i128> = open.iter().map(|part| coins(*part)).collect::<Result<_>>()?;
    let paid = coins(payment)?;
    let whole: i128 = open.iter().sum();
    if paid < 0 || paid > whole || open.iter().any(|part| *part < 0) {
        return Err(RuleError::OutOfRange);
    }
    if whole == 0 {
        return Ok(vec![Decimal::ZERO; open.len()]);
    }
    let mut parts = Vec::with_capacity(open.len());
    let (mut reached, mut given) = (0_i128, 0_i128);
    for part in open {
        reached += part;
        let upto = divide_half_up(reached.checked_mul(paid).ok_or(RuleError::OutOfRange)?, whole)?;
        parts.push(amount((upto - given) * units(coin)?)?);
        given = upto;
    }
    Ok(parts)
}

/// The taxes of a document of which the wallet paid `from_wallet` of the net: counted on the rest alone, because the money of a
/// wallet has borne its tax. Each base shrinks in proportion and is rounded; its tax is counted anew, and is never more.
pub fn taxes_beside_wallet(
    net: Decimal,
    taxes: &[TaxAmount],
    from_wallet: Decimal,
    currency: Currency,
) -> Result<Vec<TaxAmount>> {
    if from_wallet.is_zero() {
        return Ok(taxes.to_vec());
    }
    if from_wallet < Decimal::ZERO || from_wallet > net {
        return Err(RuleError::OutOfRange);
    }
    let part = |whole: Decimal, of: Decimal, per: Decimal| -> Result<Decimal> {
        let exact = whole.checked_mul(of).ok_or(RuleError::OutOfRange)? / per;
        Ok(round_half_up(exact, currency.decimals()))
    };
    taxes
        .iter()
        .map(|tax| {
            let base = part(tax.base, net - from_wallet, net)?;
            let amount = part(base, tax.rate, Decimal::ONE_HUNDRED)?.min(tax.amount);
            Ok(TaxAmount { name: tax.name.clone(), rate: tax.rate, base, amount })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }
    fn line(quantity: &str, unit_price: &str) -> Line {
        Line {
            quantity: decimal(quantity),
            unit_price: decimal(unit_price),
            discount: Decimal::ZERO,
            taxed: true,
        }
    }
    fn rate(name: &str, rate: &str) -> Rate {
        Rate { name: name.to_owned(), rate: decimal(rate) }
    }

    #[test]
    fn tax_is_counted_on_what_the_wallet_did_not_pay() {
        let sums = totals(&[line("1", "100.00")], &[rate("VAT", "23")], Currency::EUR).unwrap();
        let left = |paid: &str| {
            let left = taxes_beside_wallet(sums.net, &sums.taxes, decimal(paid), Currency::EUR).unwrap();
            (left[0].base, left[0].amount)
        };
        assert_eq!(left("0"), (decimal("100.00"), decimal("23.00")));
        assert_eq!(left("40.00"), (decimal("60.00"), decimal("13.80")));
        assert_eq!(left("99.99"), (decimal("0.01"), decimal("0.00")));
        assert_eq!(left("100.00"), (decimal("0.00"), decimal("0.00")));
        assert!(taxes_beside_wallet(sums.net, &sums.taxes, decimal("100.01"), Currency::EUR).is_err());
    }

    #[test]
    fn lines_without_tax_take_their_share_of_what_the_wallet_paid() {
        let exempt = Line { taxed: false, ..line("1", "50.00") };
        let sums = totals(&[line("1", "100.00"), exempt], &[rate("VAT", "23")], Currency::EUR).unwrap();
        let left = taxes_beside_wallet(sums.net, &sums.taxes, decimal("75.00"), Currency::EUR).unwrap();
        assert_eq!((left[0].base, left[0].amount), (decimal("50.00"), decimal("11.50")));
    }

    #[test]
    fn the_example_of_the_terms_holds() {
        let sums = totals(&[line("1", "13478.50")], &[rate("VAT", "23")], Currency::EUR).unwrap();
        assert_eq!((sums.tax, sums.total), (decimal("3100.06"), decimal("16578.56")));
    }

    #[test]
    fn each_tax_is_rounded_once() {
        let sums = totals(
            &[line("3", "0.35"), line("1", "0.10")],
            &[rate("GST", "5.000"), rate("QST", "9.975")],
            Currency::CAD,
        )
        .unwrap();
        // 1.15 x 5 % = 0.0575, 1.15 x 9.975 % = 0.1147…
        assert_eq!(sums.taxes[0].amount, decimal("0.06"));
        assert_eq!(sums.taxes[1].amount, decimal("0.11"));
        assert_eq!(sums.total, decimal("1.32"));
    }

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        let sum = |code: &str| {
            totals(&[line("1", "10.5555")], &[], code.parse().unwrap()).unwrap().total.to_string()
        };
        assert_eq!([sum("JPY"), sum("EUR"), sum("KWD")], ["11", "10.56", "10.556"]);
    }

    #[test]
    fn discounts_and_untaxed_lines_count_as_they_say() {
        let lines =
            [Line { discount: decimal("5"), ..line("2", "10") }, Line { taxed: false, ..line("1", "100") }];
        let sums = totals(&lines, &[rate("VAT", "20")], Currency::EUR).unwrap();
        assert_eq!((sums.net, sums.tax, sums.total), (decimal("115"), decimal("3"), decimal("118")));
    }

    #[test]
    fn more_than_is_open_is_refused() {
        let open = [decimal("100"), decimal("23")];
        assert_eq!(split_payment(decimal("123.01"), &open, Currency::EUR), Err(RuleError::OutOfRange));
        assert_eq!(split_payment(decimal("1.001"), &open, Currency::EUR), Err(RuleError::TooPrecise));
        assert_eq!(
            split_payment(decimal("61.50"), &open, Currency::EUR).unwrap(),
            [decimal("50"), decimal("11.5")]
        );
    }

    proptest! {
        #[test]
        fn partial_payments_add_up_exactly(
            net in 1_i64..100_000_000, taxes in prop::collection::vec(0_i64..10_000_000, 0..4),
            payments in prop::collection::vec(1_i64..50_000_000, 0..8),
        ) {
            let mut open: Vec<Decimal> = std::iter::once(net).chain(taxes).map(|cents| Decimal::new(cents, 2)).collect();
            let whole = open.clone();
            let mut given = vec![Decimal::ZERO; open.len()];
            let mut take = |payment: Decimal, open: &mut Vec<Decimal>| {
                let parts = split_payment(payment, open, Currency::EUR).unwrap();
                assert_eq!(parts.iter().sum::<Decimal>(), payment);
                for (index, part) in parts.iter().enumerate() {
                    assert!(*part >= Decimal::ZERO && *part <= open[index]);
                    open[index] -= part;
                    given[index] += part;
                }
            };
            for cents in payments {
                let left: Decimal = open.iter().sum();
                take(Decimal::new(cents, 2).min(left), &mut open);
            }
            let left: Decimal = open.iter().sum();
            take(left, &mut open);
            prop_assert_eq!(given, whole);
        }

        #[test]
        fn the_total_is_the_net_and_its_taxes(prices in prop::collection::vec((1_i64..1_000_000, 0_i64..10_000_000), 1..10), percent in 0_i64..30_000) {
            let lines: Vec<Line> = prices
                .iter()
                .map(|(quantity, price)| Line {
                    quantity: Decimal::new(*quantity, 3),
                    unit_price: Decimal::new(*price, 4),
                    discount: Decimal::ZERO,
                    taxed: true,
                })
                .collect();
            let rates = [Rate { name: "VAT".to_owned(), rate: Decimal::new(percent, 3) }];
            let sums = totals(&lines, &rates, Currency::EUR).unwrap();
            prop_assert_eq!(sums.lines.iter().sum::<Decimal>(), sums.net);
            prop_assert_eq!(sums.net + sums.tax, sums.total);
            let exact = sums.net * rates[0].rate / Decimal::ONE_HUNDRED;
            prop_assert!((sums.tax - exact).abs() <= Decimal::new(5, 3));
        }
    }
}
