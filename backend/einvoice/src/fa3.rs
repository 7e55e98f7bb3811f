//! The Polish structured invoice FA(3), schema 1-0E, as the National e-Invoice System (KSeF) takes it.
//!
//! A credit note is a correction (`KOR`) by difference: its amounts and quantities are negative. Names of elements are the
//! schema's: P_13_x are sums of net, P_14_x of tax, P_15 the whole.

use rules::tax::EU;
use rust_decimal::Decimal;
use shared::Currency;
use shared::money::round_half_up;

use crate::Unfit;
use crate::cii::plain;
use crate::facts::{Account, Facts, Kind, Line, Party};
use crate::vat::{Breakdown, Relief};
use crate::xml::Xml;

const NAMESPACE: &str = "http://crd.gov.pl/wzor/2025/06/25/13775/";
/// Days before it are outside the schema.
const FIRST_DAY: jiff::civil::Date = jiff::civil::date(2025, 9, 1);

/// What FA(3) calls a rate, and where its sums stand.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Band {
    /// Domestic rates: the place of their sums, and the rate as lines name it.
    Domestic(&'static str, String),
    /// The rate of the buyer's country, declared in the one-stop shop.
    OneStopShop(Decimal),
    Zero,
    Exempt,
    /// Outside Poland, and not a service to a business in the EU.
    Abroad,
    /// A service to a business in the EU, which accounts for the tax.
    ReverseCharge,
}

/// The bands of a document's lines.
struct Bands {
    taxed: Option<Band>,
    untaxed: Option<Band>,
}

pub(crate) fn write(facts: &Facts, pln_rate: Option<Decimal>) -> Result<String, Unfit> {
    // The same sums have to hold.
    Breakdown::of(facts)?;
    let nip = nip(&facts.seller).ok_or(Unfit::NotPolish)?;
    if facts.issued_on < FIRST_DAY {
        return Err(Unfit::BeforeFa3);
    }
    let bands = bands(facts)?;
    let foreign = facts.currency != Currency::PLN;
    let rate = match &bands.taxed {
        Some(Band::Domestic(..)) if foreign => Some(pln_rate.ok_or(Unfit::PlnRate(facts.currency))?),
        _ => None,
    };
    Ok(Xml::document("Faktura", &[("xmlns", NAMESPACE)], |xml| {
        xml.element("Naglowek", |xml| {
            let system = [("kodSystemowy", "FA (3)"), ("wersjaSchemy", "1-0E")];
            xml.text_with("KodFormularza", &system, "FA");
            xml.text("WariantFormularza", "3");
            let at = facts.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            xml.text("DataWytworzeniaFa", at);
            xml.text("SystemInfo", "Hostwright");
        });
        xml.element("Podmiot1", |xml| {
            xml.element("DaneIdentyfikacyjne", |xml| {
                xml.text("NIP", nip);
                xml.text("Nazwa", cut(&facts.seller.name, 512));
            });
            reached_at(xml, &facts.seller);
        });
        xml.element("Podmiot2", |xml| {
            xml.element("DaneIdentyfikacyjne", |xml| buyer(xml, &facts.buyer));
            reached_at(xml, &facts.buyer);
            // Neither a part of a local government nor of a VAT group.
            xml.text("JST", "2");
            xml.text("GV", "2");
        });
        xml.element("Fa", |xml| body(xml, facts, &bands, rate));
    }))
}

/// The ten digits of a Polish number.
fn nip(party: &Party) -> Option<&str> {
    let digits = party.vat_id.as_deref().filter(|_| party.address.country == "PL")?.strip_prefix("PL")?;
    (digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

fn bands(facts: &Facts) -> Result<Bands, Unfit> {
    let any = |taxed: bool| facts.lines.iter().any(|line| line.taxed == taxed);
    let taxed = match facts.taxes.as_slice() {
        _ if !any(true) => None,
        [tax] => Some(taxed(tax.rate.normalize(), &facts.buyer.address.country)?),
        more => return Err(Unfit::SeveralTaxes(more.len())),
    };
    let relief = if taxed.is_some() { Relief::Exempt } else { facts.relief };
    let untaxed = match relief {
        _ if !any(false) => None,
        Relief::PaidFromBalance => return Err(Unfit::PaidFromBalance),
        Relief::ReverseCharge => Some(Band::ReverseCharge),
        Relief::OutOfScope => Some(Band::Abroad),
        Relief::Exempt if facts.notes.iter().all(|note| note.trim().is_empty()) => {
            return Err(Unfit::ExemptionBasis);
        }
        Relief::Exempt => Some(Band::Exempt),
    };
    Ok(Bands { taxed, untaxed })
}

fn taxed(rate: Decimal, country: &str) -> Result<Band, Unfit> {
    let abroad = country != "PL" && EU.contains(&country);
    let text = rate.to_string();
    let place = match text.as_str() {
        _ if abroad && !rate.is_zero() => return Ok(Band::OneStopShop(rate)),
        "0" => return Ok(Band::Zero),
        "23" | "22" => "1",
        "8" | "7" => "2",
        "5" => "3",
        _ => return Err(Unfit::Rate(rate)),
    };
    Ok(Band::Domestic(place, text))
}

fn buyer(xml: &mut Xml, party: &Party) {
    match (nip(party), party.vat_id.as_deref(), party.tax_id.as_deref()) {
        (Some(nip), ..) => xml.text("NIP", nip),
        (None, Some(id), _) if EU.contains(&party.address.country.as_str()) => {
            let (prefix, number) = id.split_at_checked(2).unwrap_or((id, ""));
            xml.text("KodUE", prefix);
            xml.text("NrVatUE", number);
        }
        (None, Some(id), _) | (None, None, Some(id)) => {
            xml.text_if("KodKraju", &party.address.country);
            xml.text("NrID", cut(id, 50));
        }
        (None, None, None) => xml.text("BrakID", "1"),
    }
    xml.text("Nazwa", cut(&party.name, 512));
}

fn reached_at(xml: &mut Xml, party: &Party) {
    let at = &party.address;
    let street = format!("{} {}", at.line1, at.line2);
    let place = format!("{} {}", at.postcode, at.city);
    let mut lines =
        [street.trim(), place.trim(), at.country.as_str()].into_iter().filter(|line| !line.is_empty());
    xml.element("Adres", |xml| {
        xml.text("KodKraju", &at.country);
        xml.text("AdresL1", cut(lines.next().unwrap_or_default(), 512));
        xml.text_if("AdresL2", cut(lines.next().filter(|line| *line != at.country).unwrap_or_default(), 512));
    });
    if let Some(email) = party.email.as_deref().filter(|email| email.len() <= 255) {
        xml.element("DaneKontaktowe", |xml| xml.text("Email", email));
    }
}

fn body(xml: &mut Xml, facts: &Facts, bands: &Bands, pln_rate: Option<Decimal>) {
    xml.text("KodWaluty", facts.currency.code());
    xml.text("P_1", facts.issued_on.to_string());
    xml.text("P_2", cut(&facts.number, 256));
    sums(xml, facts, bands, pln_rate);
    xml.text("P_15", signed(facts, facts.total));
    xml.element("Adnotacje", |xml| remarks(xml, facts, bands));
    xml.text("RodzajFaktury", if facts.kind == Kind::Invoice { "VAT" } else { "KOR" });
    if let Some(corrected) = &facts.corrects {
        xml.text_if("PrzyczynaKorekty", cut(&corrected.reason, 256));
        xml.element("DaneFaKorygowanej", |xml| {
            xml.text("DataWystFaKorygowanej", corrected.issued_on.to_string());
            xml.text("NrFaKorygowanej", cut(&corrected.number, 256));
            // The number that KSeF gave is not known here.
            xml.text("NrKSeFN", "1");
        });
    }
    for (place, one) in facts.lines.iter().enumerate() {
        let band = if one.taxed { &bands.taxed } else { &bands.untaxed };
        xml.element("FaWiersz", |xml| {
            xml.text("NrWierszaFa", (place + 1).to_string());
            line(xml, facts, one, band.as_ref(), pln_rate.filter(|_| one.taxed));
        });
    }
    if facts.kind == Kind::Invoice {
        xml.element("Platnosc", |xml| payment(xml, facts));
    }
}

/// In the order of the schema: domestic rates, one-stop shop, zero, exempt, abroad, reverse charge.
fn sums(xml: &mut Xml, facts: &Facts, bands: &Bands, pln_rate: Option<Decimal>) {
    let base = facts.taxes.first().map_or(Decimal::ZERO, |tax| tax.base);
    match &bands.taxed {
        Some(Band::Domestic(place, _)) => {
            xml.text(&format!("P_13_{place}"), signed(facts, base));
            xml.text(&format!("P_14_{place}"), signed(facts, facts.tax));
            if let Some(rate) = pln_rate {
                let tax = round_half_up(facts.tax * rate, 2);
                xml.text(&format!("P_14_{place}W"), signed(facts, tax));
            }
        }
        Some(Band::OneStopShop(_)) => {
            xml.text("P_13_5", signed(facts, base));
            xml.text("P_14_5", signed(facts, facts.tax));
        }
        Some(Band::Zero) => xml.text("P_13_6_1", signed(facts, base)),
        _ => {}
    }
    let name = match &bands.untaxed {
        Some(Band::Exempt) => "P_13_7",
        Some(Band::Abroad) => "P_13_8",
        Some(Band::ReverseCharge) => "P_13_9",
        _ => return,
    };
    xml.text(name, signed(facts, facts.net - base));
}

/// 1 is yes, 2 is no; the N of a name says that there is none.
fn remarks(xml: &mut Xml, facts: &Facts, bands: &Bands) {
    let reversed = bands.untaxed == Some(Band::ReverseCharge);
    for (name, value) in [
        // Cash accounting, self-billing, reverse charge, split payment.
        ("P_16", "2"),
        ("P_17", "2"),
        ("P_18", if reversed { "1" } else { "2" }),
        ("P_18A", "2"),
    ] {
        xml.text(name, value);
    }
    xml.element("Zwolnienie", |xml| {
        if bands.untaxed == Some(Band::Exempt) {
            xml.text("P_19", "1");
            xml.text("P_19C", cut(&facts.notes.join(" "), 256));
        } else {
            xml.text("P_19N", "1");
        }
    });
    xml.element("NoweSrodkiTransportu", |xml| xml.text("P_22N", "1"));
    xml.text("P_23", "2");
    xml.element("PMarzy", |xml| xml.text("P_PMarzyN", "1"));
}

fn line(xml: &mut Xml, facts: &Facts, line: &Line, band: Option<&Band>, pln_rate: Option<Decimal>) {
    let sign = if facts.kind == Kind::Invoice { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
    let unit = line.unit.trim();
    xml.text("P_7", cut(&line.description, 512));
    xml.text("P_8A", if unit.is_empty() { "szt." } else { cut(unit, 256) });
    xml.text("P_8B", (line.quantity * sign).normalize().to_string());
    xml.text("P_9A", line.unit_price.normalize().to_string());
    if !line.discount.is_zero() {
        xml.text("P_10", (line.discount * sign).normalize().to_string());
    }
    xml.text("P_11", signed(facts, line.amount));
    match band {
        Some(Band::OneStopShop(rate)) => xml.text("P_12_XII", rate.to_string()),
        Some(Band::Domestic(_, rate)) => xml.text("P_12", rate),
        Some(Band::Zero) => xml.text("P_12", "0 KR"),
        Some(Band::Exempt) => xml.text("P_12", "zw"),
        Some(Band::Abroad) => xml.text("P_12", "np I"),
        Some(Band::ReverseCharge) => xml.text("P_12", "np II"),
        None => {}
    }
    if let Some(rate) = pln_rate {
        xml.text("KursWaluty", rate.normalize().to_string());
    }
}

fn payment(xml: &mut Xml, facts: &Facts) {
    if facts.due().is_zero() {
        xml.text("Zaplacono", "1");
        xml.text("DataZaplaty", facts.issued_on.to_string());
        return;
    }
    if let Some(due_on) = facts.due_on {
        xml.element("TerminPlatnosci", |xml| xml.text("Termin", due_on.to_string()));
    }
    // The schema takes 10 to 34 characters.
    if let Some(account) = facts.account.as_ref().filter(|account| (10..=34).contains(&account.number.len()))
    {
        // A transfer.
        xml.text("FormaPlatnosci", "6");
        xml.element("RachunekBankowy", |xml| bank_account(xml, account));
    }
}

fn bank_account(xml: &mut Xml, account: &Account) {
    xml.text("NrRB", &account.number);
    let (bank, place) = account.bic.split_at_checked(6).unwrap_or_default();
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if bank.bytes().all(|byte| byte.is_ascii_uppercase()) && place.bytes().all(upper) {
        xml.text_if("SWIFT", &account.bic);
    }
    xml.text_if("NazwaBanku", cut(&account.bank, 256));
}

/// Negative on a correction.
fn signed(facts: &Facts, amount: Decimal) -> String {
    match facts.kind {
        Kind::CreditNote if !amount.is_zero() => plain(-amount),
        _ => plain(amount),
    }
}

/// At most so many characters, which is all that the schema takes.
fn cut(text: &str, length_max: usize) -> &str {
    text.char_indices().nth(length_max).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}
