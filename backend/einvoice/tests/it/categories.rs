//! Why a line bears the tax it bears, in the words of EN 16931.

use einvoice::{Facts, Line, Relief, Unfit, sorted_by_base};
use rules::document;
use rust_decimal::Decimal;
use shared::Currency;

use crate::sample::{amounts, credit_note, decimal, invoice, line, party, rate, values};

fn categories(xml: &str) -> Vec<&str> {
    values(xml, "ram:CategoryCode")
}

fn without_tax(relief: Relief) -> Facts {
    Facts { relief, ..invoice(&[line("1", "100")], &[], Currency::EUR) }
}

#[test]
fn a_domestic_sale_names_both_vat_ids_and_the_rate() {
    let facts = invoice(&[line("2", "13.50")], &[rate("VAT", "23.000")], Currency::PLN);
    let xml = einvoice::cii(&facts).unwrap();
    assert_eq!(categories(&xml), ["S", "S"]);
    assert_eq!(values(&xml, "ram:RateApplicablePercent"), ["23", "23"]);
    assert!(xml.contains("<ram:ID schemeID=\"VA\">PL5260250274</ram:ID>"), "{xml}");
    assert!(xml.contains("<ram:ID schemeID=\"VA\">PL7740001454</ram:ID>"), "{xml}");
    assert_eq!(values(&xml, "ram:Name")[0], "Serwer wirtualny &amp; &lt;kopie&gt;");
    assert!(xml.contains("unitCode=\"HUR\">2</ram:BilledQuantity>"), "{xml}");
}

#[test]
fn reverse_charge_says_so_with_its_code_and_the_sentence_of_the_law() {
    let mut facts = without_tax(Relief::ReverseCharge);
    facts.buyer = party("Kunde GmbH", "DE", Some("DE136695976"));
    facts.notes = vec!["Reverse charge (Article 196 of Directive 2006/112/EC).".to_owned()];
    let xml = einvoice::cii(&facts).unwrap();
    assert_eq!(categories(&xml), ["AE", "AE"]);
    assert_eq!(values(&xml, "ram:ExemptionReasonCode"), ["VATEX-EU-AE"]);
    assert_eq!(values(&xml, "ram:ExemptionReason"), [facts.notes[0].as_str()]);
    assert!(xml.contains("schemeID=\"VA\">DE136695976<"), "{xml}");
}

#[test]
fn out_of_scope_names_no_vat_id_and_no_rate() {
    for relief in [Relief::OutOfScope, Relief::PaidFromBalance] {
        let xml = einvoice::cii(&without_tax(relief)).unwrap();
        assert_eq!(categories(&xml), ["O", "O"]);
        assert!(!xml.contains("schemeID=\"VA\"") && !xml.contains("RateApplicablePercent"), "{xml}");
        assert!(xml.contains("<ram:ID>PL5260250274</ram:ID>"), "the seller is still known:\n{xml}");
    }
}

#[test]
fn a_rate_of_zero_is_not_an_exemption() {
    let zero = invoice(&[line("1", "10")], &[rate("VAT", "0.000")], Currency::EUR);
    assert_eq!(categories(&einvoice::cii(&zero).unwrap()), ["Z", "Z"]);
    let exempt = einvoice::cii(&without_tax(Relief::Exempt)).unwrap();
    assert_eq!(categories(&exempt), ["E", "E"]);
    assert_eq!(values(&exempt, "ram:ExemptionReason"), ["Exempt from tax"]);
}

#[test]
fn several_taxes_count_as_one_with_the_sum_of_their_rates() {
    let rates = [rate("GST", "5.000"), rate("QST", "9.975")];
    let lines = [line("3", "0.35"), line("1", "0.10")];
    let mut facts = invoice(&lines, &rates, Currency::CAD);
    facts.seller = party("Cloud Inc.", "CA", None);
    facts.seller.tax_id = Some("123456789RT0001".to_owned());
    let xml = einvoice::cii(&facts).unwrap();
    assert_eq!(values(&xml, "ram:RateApplicablePercent").last(), Some(&"14.975"));
    assert_eq!(amounts(&xml, "ram:CalculatedAmount"), [decimal("0.17")]);
    assert!(xml.contains("<ram:ID schemeID=\"FC\">123456789RT0001</ram:ID>"), "{xml}");
    facts.seller.tax_id = None;
    assert_eq!(einvoice::cii(&facts), Err(Unfit::SellerTaxId));
}

#[test]
fn a_line_without_tax_beside_taxed_ones_is_exempt_and_a_discount_is_an_allowance() {
    let lines = [
        document::Line { discount: decimal("5"), ..line("2", "10") },
        document::Line { taxed: false, ..line("1", "100") },
    ];
    let facts = invoice(&lines, &[rate("VAT", "20")], Currency::EUR);
    let xml = einvoice::cii(&facts).unwrap();
    assert_eq!(categories(&xml), ["S", "E", "S", "E"]);
    assert_eq!(amounts(&xml, "ram:BasisAmount"), [decimal("15"), decimal("100")]);
    assert_eq!(amounts(&xml, "ram:ActualAmount"), [decimal("5")]);
    let ubl = einvoice::ubl(&facts).unwrap();
    assert_eq!(values(&ubl, "cbc:AllowanceChargeReasonCode"), ["95"]);
}

#[test]
fn what_comes_back_of_mixed_goods_is_told_apart_again() {
    let whole = Line {
        description: "Partial refund".to_owned(),
        quantity: Decimal::ONE,
        unit: String::new(),
        unit_price: decimal("57.50"),
        discount: Decimal::ZERO,
        amount: decimal("57.50"),
        taxed: true,
    };
    let parts = sorted_by_base(vec![whole.clone()], decimal("7.50"));
    let told: Vec<_> = parts.iter().map(|part| (part.amount, part.taxed)).collect();
    assert_eq!(told, [(decimal("7.50"), true), (decimal("50.00"), false)]);
    assert_eq!(sorted_by_base(vec![whole.clone()], decimal("57.50")), [whole]);
}

#[test]
fn a_credit_note_names_its_invoice_and_is_paid() {
    let facts = invoice(&[line("1", "100")], &[rate("VAT", "23")], Currency::EUR);
    let note = credit_note(&facts);
    let (cii, ubl) = (einvoice::cii(&note).unwrap(), einvoice::ubl(&note).unwrap());
    assert_eq!(values(&cii, "ram:TypeCode")[0], "381");
    assert_eq!(values(&cii, "ram:IssuerAssignedID"), ["FAKTURA/2026/03/1"]);
    assert!(ubl.contains("<CreditNote ") && ubl.contains("<cbc:CreditedQuantity"), "{ubl}");
    assert_eq!(amounts(&ubl, "cbc:PayableAmount"), [Decimal::ZERO]);
    assert_eq!(values(&ubl, "cbc:Note"), ["Service not used"]);
}

#[test]
fn what_no_electronic_invoice_can_say_is_refused() {
    let dinar: Currency = "KWD".parse().unwrap();
    let fine = invoice(&[line("1", "1.234")], &[rate("VAT", "5")], dinar);
    assert_eq!(einvoice::cii(&fine), Err(Unfit::Decimals(dinar)));
    let mut muddled = invoice(&[line("1", "100")], &[rate("VAT", "23")], Currency::EUR);
    muddled.taxes[0].base = decimal("50");
    assert_eq!(einvoice::ubl(&muddled), Err(Unfit::TaxedLines));
    let mut coarse = invoice(&[line("1", "100")], &[rate("VAT", "23")], Currency::EUR);
    coarse.taxes[0].amount = decimal("24.50");
    (coarse.tax, coarse.total) = (decimal("24.50"), decimal("124.50"));
    assert_eq!(einvoice::ubl(&coarse), Err(Unfit::Rounding(Currency::EUR)));
}
