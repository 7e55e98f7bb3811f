//! Paying an invoice back: what a part of it is made of, and which part goes back with which payment.

use rust_decimal::Decimal;
use shared::Currency;
use shared::money::round_half_up;

use crate::document::split_payment;
use crate::{Result, RuleError};

/// Net and taxes of an invoice, or of a part of it; none negative, in the currency's own decimals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    pub net: Decimal,
    /// One for each tax of the invoice, in its order.
    pub taxes: Vec<TaxShare>,
}

/// What of a tax is in a share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaxShare {
    /// The net that it was counted on.
    pub base: Decimal,
    pub amount: Decimal,
}

impl Share {
    pub fn tax(&self) -> Decimal {
        self.taxes.iter().map(|tax| tax.amount).sum()
    }

    /// Gross.
    pub fn total(&self) -> Decimal {
        self.net + self.tax()
    }

    /// What is left when another share of the same invoice is gone. Refuses more than there is.
    pub fn without(&self, gone: &Self) -> Result<Self> {
        let minus = |whole: Decimal, part: Decimal| match whole.checked_sub(part) {
            Some(left) if left >= Decimal::ZERO => Ok(left),
            _ => Err(RuleError::OutOfRange),
        };
        let gone_of = |place: usize| gone.taxes.get(place).copied().unwrap_or_default();
        let taxes = self.taxes.iter().enumerate().map(|(place, tax)| {
            let gone = gone_of(place);
            Ok(TaxShare { base: minus(tax.base, gone.base)?, amount: minus(tax.amount, gone.amount)? })
        });
        Ok(Self { net: minus(self.net, gone.net)?, taxes: taxes.collect::<Result<_>>()? })
    }

    /// Net, then each tax.
    fn parts(&self) -> Vec<Decimal> {
        std::iter::once(self.net).chain(self.taxes.iter().map(|tax| tax.amount)).collect()
    }

    /// A part of it by its gross amount: in proportion, rounded so that parts taken one after the other add up to the whole
    /// exactly; whoever takes all takes the rest. Refuses more than there is.
    pub fn part(&self, gross: Decimal, currency: Currency) -> Result<Self> {
        let split = split_payment(gross, &self.parts(), currency)?;
        let (net, amounts) = split.split_first().ok_or(RuleError::OutOfRange)?;
        let all = gross == self.total();
        let base_of = |base: Decimal| -> Result<Decimal> {
            if all {
                return Ok(base);
            }
            if self.net.is_zero() {
                return Ok(Decimal::ZERO);
            }
            let exact = base.checked_mul(*net).ok_or(RuleError::OutOfRange)? / self.net;
            Ok(round_half_up(exact, currency.decimals()))
        };
        let taxes = self.taxes.iter().zip(amounts);
        let taxes = taxes.map(|(tax, amount)| Ok(TaxShare { base: base_of(tax.base)?, amount: *amount }));
        Ok(Self { net: *net, taxes: taxes.collect::<Result<_>>()? })
    }

    /// Shares it out over the payments that it goes back with: of each its net, then each tax. `amounts` add up to its total.
    pub fn over(&self, amounts: &[Decimal], currency: Currency) -> Result<Vec<Vec<Decimal>>> {
        let mut open = self.parts();
        amounts
            .iter()
            .map(|amount| {
                let parts = split_payment(*amount, &open, currency)?;
                for (left, part) in open.iter_mut().zip(&parts) {
                    *left -= part;
                }
                Ok(parts)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cents(value: i64) -> Decimal {
        Decimal::new(value, 2)
    }

    fn share(net: i64, taxes: &[i64]) -> Share {
        let taxes = taxes.iter().map(|tax| TaxShare { base: cents(net), amount: cents(*tax) });
        Share { net: cents(net), taxes: taxes.collect() }
    }

    #[test]
    fn half_of_an_invoice_is_half_of_its_net_base_and_tax() {
        let half = share(10_000, &[2_300]).part(cents(6_150), Currency::EUR).unwrap();
        assert_eq!((half.net, half.tax(), half.taxes[0].base), (cents(5_000), cents(1_150), cents(5_000)));
    }

    #[test]
    fn more_than_is_left_is_refused() {
        let whole = share(10_000, &[2_300]);
        assert_eq!(whole.part(cents(12_301), Currency::EUR), Err(RuleError::OutOfRange));
        assert_eq!(whole.part(Decimal::new(1, 3), Currency::EUR), Err(RuleError::TooPrecise));
        assert_eq!(whole.without(&share(10_001, &[0])), Err(RuleError::OutOfRange));
    }

    proptest! {
        /// However an invoice is paid back, the parts add up to its net, its taxes and their bases, to the cent.
        #[test]
        fn partial_refunds_add_up_exactly(
            net in 1_i64..100_000_000, taxes in prop::collection::vec(0_i64..10_000_000, 0..4),
            steps in prop::collection::vec(1_i64..40_000_000, 0..8),
        ) {
            let whole = share(net, &taxes);
            let mut left = whole.clone();
            let mut given = Share { net: Decimal::ZERO, taxes: vec![TaxShare::default(); taxes.len()] };
            for step in steps.into_iter().map(cents).chain([Decimal::MAX]) {
                let part = left.part(step.min(left.total()), Currency::EUR).unwrap();
                prop_assert_eq!(part.total(), step.min(left.total()));
                left = left.without(&part).unwrap();
                given.net += part.net;
                for (sum, tax) in given.taxes.iter_mut().zip(&part.taxes) {
                    sum.base += tax.base;
                    sum.amount += tax.amount;
                }
            }
            prop_assert_eq!(left.total(), Decimal::ZERO);
            prop_assert_eq!(given, whole);
        }

        /// Whatever payments a refund goes back with: none gets more or less than its part, nor does a tax.
        #[test]
        fn a_refund_is_shared_out_over_its_payments_exactly(
            net in 1_i64..1_000_000, tax in 0_i64..300_000, cuts in prop::collection::vec(1_i64..400_000, 0..5),
        ) {
            let whole = share(net, &[tax]);
            let mut left = whole.total();
            let mut amounts: Vec<Decimal> = Vec::new();
            for cut in cuts.into_iter().map(cents).chain([Decimal::MAX]) {
                let amount = cut.min(left);
                left -= amount;
                amounts.push(amount);
            }
            let shared = whole.over(&amounts, Currency::EUR).unwrap();
            for (parts, amount) in shared.iter().zip(&amounts) {
                prop_assert_eq!(parts.iter().sum::<Decimal>(), *amount);
                prop_assert!(parts.iter().all(|part| *part >= Decimal::ZERO));
            }
            prop_assert_eq!(shared.iter().map(|parts| parts[0]).sum::<Decimal>(), whole.net);
            prop_assert_eq!(shared.iter().map(|parts| parts[1]).sum::<Decimal>(), whole.tax());
        }
    }
}
