//! Amounts add up the way EN 16931 asks (BR-CO-10 to BR-CO-17, BR-S-08), whatever was sold.

use einvoice::Facts;
use proptest::prelude::*;
use rules::document::Line;
use rust_decimal::Decimal;
use shared::Currency;

use crate::sample::{amount, amounts, credit_note, invoice, rate};

/// Lines of random quantities, prices and discounts; some without tax.
fn any_lines() -> impl Strategy<Value = Vec<Line>> {
    let line = (1_i64..1_000_000, 0_i64..10_000_000, 0_u32..100, any::<bool>());
    let line = line.prop_map(|(quantity, price, percent, taxed)| {
        let (quantity, unit_price) = (Decimal::new(quantity, 4), Decimal::new(price, 4));
        let share = quantity * unit_price * Decimal::from(percent) / Decimal::ONE_HUNDRED;
        let discount = share.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::ToZero);
        Line { quantity, unit_price, discount, taxed }
    });
    prop::collection::vec(line, 1..12)
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let rates = prop::collection::vec(0_i64..30_000, 0..4);
    (any_lines(), rates, any::<bool>()).prop_map(|(lines, rates, pays_back)| {
        let names = ["VAT", "GST", "QST"];
        let rates: Vec<_> = rates
            .iter()
            .zip(names)
            .map(|(percent, name)| rate(name, &Decimal::new(*percent, 3).to_string()))
            .collect();
        let mut facts = invoice(&lines, &rates, Currency::EUR);
        if rates.len().is_multiple_of(2) {
            facts.paid = Decimal::ZERO;
        }
        if pays_back { credit_note(&facts) } else { facts }
    })
}

fn sum(amounts: &[Decimal]) -> Decimal {
    amounts.iter().sum()
}

proptest! {
    #[test]
    fn a_cross_industry_invoice_adds_up(facts in any_facts()) {
        let xml = einvoice::cii(&facts).unwrap();
        let (mut lines, bases) = (amounts(&xml, "ram:LineTotalAmount"), amounts(&xml, "ram:BasisAmount"));
        let line_total = lines.pop().unwrap();
        prop_assert_eq!(lines.len(), facts.lines.len());
        prop_assert_eq!(sum(&lines), line_total, "BR-CO-10");
        prop_assert_eq!(amount(&xml, "ram:TaxBasisTotalAmount"), line_total, "BR-CO-13");
        let tax = amount(&xml, "ram:TaxTotalAmount");
        prop_assert_eq!(sum(&amounts(&xml, "ram:CalculatedAmount")), tax, "BR-CO-14");
        let total = amount(&xml, "ram:GrandTotalAmount");
        prop_assert_eq!(line_total + tax, total, "BR-CO-15");
        let paid = amount(&xml, "ram:TotalPrepaidAmount");
        prop_assert_eq!(total - paid, amount(&xml, "ram:DuePayableAmount"), "BR-CO-16");
        prop_assert_eq!(sum(&bases), line_total, "BR-S-08 and its like");
        prop_assert_eq!((line_total, tax, total, paid), (facts.net, facts.tax, facts.total, facts.paid));
    }

    #[test]
    fn an_ubl_document_says_the_same_amounts(facts in any_facts()) {
        let (cii, ubl) = (einvoice::cii(&facts).unwrap(), einvoice::ubl(&facts).unwrap());
        let mut lines = amounts(&cii, "ram:LineTotalAmount");
        lines.pop();
        let mut ubl_lines = amounts(&ubl, "cbc:LineExtensionAmount");
        prop_assert_eq!(ubl_lines.remove(0), facts.net);
        prop_assert_eq!(lines, ubl_lines);
        prop_assert_eq!(amounts(&cii, "ram:BasisAmount"), amounts(&ubl, "cbc:TaxableAmount"));
        let mut taxes = amounts(&ubl, "cbc:TaxAmount");
        prop_assert_eq!(taxes.remove(0), sum(&taxes[..]));
        prop_assert_eq!(sum(&taxes), facts.tax);
        prop_assert_eq!(amount(&ubl, "cbc:PayableAmount"), facts.total - facts.paid);
        prop_assert_eq!(amount(&ubl, "cbc:TaxInclusiveAmount"), facts.total);
    }

    #[test]
    fn a_polish_invoice_adds_up_and_a_correction_is_its_negative(lines in any_lines()) {
        let mut facts = invoice(&lines, &[rate("VAT", "23.000")], Currency::PLN);
        facts.notes = vec!["art. 43 ust. 1 ustawy".to_owned()];
        let xml = einvoice::fa3(&facts, None).unwrap();
        prop_assert_eq!(sum(&amounts(&xml, "P_11")), facts.net);
        let parts = ["P_13_1", "P_14_1", "P_13_7"].map(|name| sum(&amounts(&xml, name)));
        prop_assert_eq!(sum(&parts), amount(&xml, "P_15"));
        let back = einvoice::fa3(&credit_note(&facts), None).unwrap();
        for name in ["P_11", "P_13_1", "P_14_1", "P_13_7", "P_15"] {
            let negative: Vec<Decimal> = amounts(&xml, name).iter().map(|amount| -amount).collect();
            prop_assert_eq!(amounts(&back, name), negative, "{}", name);
        }
    }
}
