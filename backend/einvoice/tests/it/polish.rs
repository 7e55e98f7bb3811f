//! FA(3): what KSeF wants to be told.

use einvoice::{Facts, Relief, Unfit};
use jiff::civil::date;
use shared::Currency;

use crate::sample::{credit_note, decimal, invoice, line, party, rate, values};

fn domestic(percent: &str, currency: Currency) -> Facts {
    invoice(&[line("1", "100")], &[rate("VAT", percent)], currency)
}

fn without_tax(relief: Relief, buyer: einvoice::Party) -> Facts {
    Facts { relief, buyer, ..invoice(&[line("1", "100")], &[], Currency::EUR) }
}

#[test]
fn domestic_rates_stand_in_their_own_fields() {
    for (percent, sum, tax) in [("23", "P_13_1", "23.00"), ("8", "P_13_2", "8.00"), ("5", "P_13_3", "5.00")] {
        let xml = einvoice::fa3(&domestic(percent, Currency::PLN), None).unwrap();
        assert_eq!(values(&xml, sum), ["100.00"], "{percent}");
        assert_eq!(values(&xml, &sum.replace("13", "14")), [tax], "{percent}");
        assert_eq!(values(&xml, "P_12"), [percent]);
        assert_eq!(values(&xml, "NIP"), ["5260250274", "7740001454"]);
        assert_eq!(values(&xml, "Zaplacono"), ["1"]);
    }
    let odd = einvoice::fa3(&domestic("19", Currency::PLN), None);
    assert_eq!(odd, Err(Unfit::Rate(decimal("19"))));
    let zero = einvoice::fa3(&domestic("0", Currency::PLN), None).unwrap();
    assert_eq!(values(&zero, "P_12"), ["0 KR"]);
}

#[test]
fn tax_in_another_currency_is_stated_in_zloty_at_the_given_rate() {
    let facts = domestic("23", Currency::EUR);
    assert_eq!(einvoice::fa3(&facts, None), Err(Unfit::PlnRate(Currency::EUR)));
    let xml = einvoice::fa3(&facts, Some(decimal("4.2512"))).unwrap();
    assert_eq!(values(&xml, "P_14_1W"), ["97.78"]);
    assert_eq!(values(&xml, "KursWaluty"), ["4.2512"]);
}

#[test]
fn sales_abroad_say_why_no_polish_tax_is_counted() {
    let german = party("Kunde GmbH", "DE", Some("DE136695976"));
    let xml = einvoice::fa3(&without_tax(Relief::ReverseCharge, german), None).unwrap();
    assert_eq!((values(&xml, "P_13_9"), values(&xml, "P_18")), (vec!["100.00"], vec!["1"]));
    assert_eq!((values(&xml, "KodUE"), values(&xml, "NrVatUE")), (vec!["DE"], vec!["136695976"]));
    assert_eq!(values(&xml, "P_12"), ["np II"]);

    let mut american = party("Buyer Inc.", "US", None);
    american.tax_id = None;
    let xml = einvoice::fa3(&without_tax(Relief::OutOfScope, american), None).unwrap();
    assert_eq!((values(&xml, "P_13_8"), values(&xml, "BrakID")), (vec!["100.00"], vec!["1"]));

    let mut french = domestic("20", Currency::EUR);
    french.buyer = party("Marie", "FR", None);
    let xml = einvoice::fa3(&french, None).unwrap();
    assert_eq!((values(&xml, "P_13_5"), values(&xml, "P_14_5")), (vec!["100.00"], vec!["20.00"]));
    assert_eq!(values(&xml, "P_12_XII"), ["20"]);
}

#[test]
fn an_exemption_names_its_law() {
    let mut facts = without_tax(Relief::Exempt, party("Klient", "PL", Some("PL7740001454")));
    assert_eq!(einvoice::fa3(&facts, None), Err(Unfit::ExemptionBasis));
    facts.notes = vec!["art. 113 ust. 1 ustawy o VAT".to_owned()];
    let xml = einvoice::fa3(&facts, None).unwrap();
    assert_eq!(values(&xml, "P_19C"), ["art. 113 ust. 1 ustawy o VAT"]);
    assert_eq!((values(&xml, "P_12"), values(&xml, "P_13_7")), (vec!["zw"], vec!["100.00"]));
}

#[test]
fn a_correction_names_what_it_corrects_and_why() {
    let xml = einvoice::fa3(&credit_note(&domestic("23", Currency::PLN)), None).unwrap();
    assert_eq!(values(&xml, "RodzajFaktury"), ["KOR"]);
    assert_eq!(values(&xml, "PrzyczynaKorekty"), ["Service not used"]);
    assert_eq!(values(&xml, "NrFaKorygowanej"), ["FAKTURA/2026/03/1"]);
    assert_eq!((values(&xml, "P_8B"), values(&xml, "P_15")), (vec!["-1"], vec!["-123.00"]));
    assert!(values(&xml, "Zaplacono").is_empty());
}

#[test]
fn what_waits_for_money_says_where_to_and_until_when() {
    let mut facts = domestic("23", Currency::PLN);
    facts.paid = decimal("0");
    let xml = einvoice::fa3(&facts, None).unwrap();
    assert_eq!(values(&xml, "Termin"), ["2026-03-17"]);
    assert_eq!(values(&xml, "NrRB"), ["PL61109010140000071219812874"]);
    assert_eq!(values(&xml, "SWIFT"), ["WBKPPLPP"]);
}

#[test]
fn what_fa3_cannot_say_is_refused() {
    let mut german = domestic("23", Currency::PLN);
    german.seller = party("Cloud GmbH", "DE", Some("DE136695976"));
    assert_eq!(einvoice::fa3(&german, None), Err(Unfit::NotPolish));
    let early = Facts { issued_on: date(2025, 8, 31), ..domestic("23", Currency::PLN) };
    assert_eq!(einvoice::fa3(&early, None), Err(Unfit::BeforeFa3));
    let two = [rate("GST", "5"), rate("QST", "8")];
    let two = invoice(&[line("1", "100")], &two, Currency::PLN);
    assert_eq!(einvoice::fa3(&two, None), Err(Unfit::SeveralTaxes(2)));
    let balance = without_tax(Relief::PaidFromBalance, party("Klient", "PL", Some("PL7740001454")));
    assert_eq!(einvoice::fa3(&balance, None), Err(Unfit::PaidFromBalance));
}
