//! UN/CEFACT Cross Industry Invoice D16B in the Factur-X profile EN 16931.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::facts::{Account, Facts, Kind, Line, Party};
use crate::unit;
use crate::vat::{Breakdown, Group, registration};
use crate::xml::Xml;

const PROFILE: &str = "urn:cen.eu:en16931:2017";

pub(crate) fn write(facts: &Facts, taxes: &Breakdown) -> String {
    let namespaces = [
        ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
        ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
        ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
        ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
    ];
    Xml::document("rsm:CrossIndustryInvoice", &namespaces, |xml| {
        xml.element("rsm:ExchangedDocumentContext", |xml| {
            xml.element("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.text("ram:ID", PROFILE));
        });
        xml.element("rsm:ExchangedDocument", |xml| header(xml, facts));
        xml.element("rsm:SupplyChainTradeTransaction", |xml| {
            for (place, one) in facts.lines.iter().enumerate() {
                xml.element("ram:IncludedSupplyChainTradeLineItem", |xml| {
                    line(xml, place + 1, one, taxes.of_line(one.taxed));
                });
            }
            let named = taxes.names_vat();
            xml.element("ram:ApplicableHeaderTradeAgreement", |xml| {
                xml.element("ram:SellerTradeParty", |xml| party(xml, &facts.seller, named, true));
                xml.element("ram:BuyerTradeParty", |xml| party(xml, &facts.buyer, named, false));
            });
            xml.element("ram:ApplicableHeaderTradeDelivery", |xml| {
                xml.element("ram:ActualDeliverySupplyChainEvent", |xml| {
                    xml.element("ram:OccurrenceDateTime", |xml| day(xml, facts.issued_on));
                });
            });
            xml.element("ram:ApplicableHeaderTradeSettlement", |xml| settlement(xml, facts, taxes));
        });
    })
}

fn header(xml: &mut Xml, facts: &Facts) {
    xml.text("ram:ID", &facts.number);
    xml.text("ram:TypeCode", if facts.kind == Kind::Invoice { "380" } else { "381" });
    xml.element("ram:IssueDateTime", |xml| day(xml, facts.issued_on));
    for note in facts.remarks() {
        xml.element("ram:IncludedNote", |xml| xml.text("ram:Content", note));
    }
}

fn line(xml: &mut Xml, number: usize, line: &Line, group: &Group) {
    xml.element("ram:AssociatedDocumentLineDocument", |xml| xml.text("ram:LineID", number.to_string()));
    xml.element("ram:SpecifiedTradeProduct", |xml| xml.text("ram:Name", &line.description));
    xml.element("ram:SpecifiedLineTradeAgreement", |xml| {
        xml.element("ram:NetPriceProductTradePrice", |xml| {
            xml.text("ram:ChargeAmount", line.unit_price.normalize().to_string());
        });
    });
    xml.element("ram:SpecifiedLineTradeDelivery", |xml| {
        let quantity = line.quantity.normalize().to_string();
        xml.text_with("ram:BilledQuantity", &[("unitCode", unit::code(&line.unit))], quantity);
    });
    xml.element("ram:SpecifiedLineTradeSettlement", |xml| {
        xml.element("ram:ApplicableTradeTax", |xml| {
            xml.text("ram:TypeCode", "VAT");
            xml.text("ram:CategoryCode", group.category.letters());
            rate(xml, group);
        });
        if !line.discount.is_zero() {
            xml.element("ram:SpecifiedTradeAllowanceCharge", |xml| {
                xml.element("ram:ChargeIndicator", |xml| xml.text("udt:Indicator", "false"));
                amount(xml, "ram:ActualAmount", line.discount);
                xml.text("ram:ReasonCode", "95");
                xml.text("ram:Reason", "Discount");
            });
        }
        xml.element("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
            amount(xml, "ram:LineTotalAmount", line.amount);
        });
    });
}

fn party(xml: &mut Xml, party: &Party, names_vat: bool, sells: bool) {
    let vat_id = party.vat_id.as_deref().filter(|_| names_vat);
    xml.text("ram:Name", &party.name);
    if let Some(id) = registration(party).filter(|_| vat_id.is_none()) {
        xml.element("ram:SpecifiedLegalOrganization", |xml| xml.text("ram:ID", id));
    }
    let at = &party.address;
    xml.element("ram:PostalTradeAddress", |xml| {
        xml.text_if("ram:PostcodeCode", &at.postcode);
        xml.text_if("ram:LineOne", &at.line1);
        xml.text_if("ram:LineTwo", &at.line2);
        xml.text_if("ram:CityName", &at.city);
        xml.text("ram:CountryID", &at.country);
        xml.text_if("ram:CountrySubDivisionName", &at.region);
    });
    if let Some(email) = &party.email {
        xml.element("ram:URIUniversalCommunication", |xml| {
            xml.text_with("ram:URIID", &[("schemeID", "EM")], email);
        });
    }
    let number = match vat_id {
        Some(id) => Some(("VA", id)),
        None if sells && names_vat => registration(party).map(|id| ("FC", id)),
        None => None,
    };
    if let Some((scheme, id)) = number {
        xml.element("ram:SpecifiedTaxRegistration", |xml| {
            xml.text_with("ram:ID", &[("schemeID", scheme)], id)
        });
    }
}

fn settlement(xml: &mut Xml, facts: &Facts, taxes: &Breakdown) {
    xml.text("ram:PaymentReference", &facts.number);
    xml.text("ram:InvoiceCurrencyCode", facts.currency.code());
    if let Some(account) = &facts.account {
        xml.element("ram:SpecifiedTradeSettlementPaymentMeans", |xml| means(xml, facts, account));
    }
    for group in taxes.groups() {
        xml.element("ram:ApplicableTradeTax", |xml| {
            amount(xml, "ram:CalculatedAmount", group.amount);
            xml.text("ram:TypeCode", "VAT");
            xml.text_if("ram:ExemptionReason", group.reason.as_deref().unwrap_or_default());
            amount(xml, "ram:BasisAmount", group.base);
            xml.text("ram:CategoryCode", group.category.letters());
            xml.text_if("ram:ExemptionReasonCode", group.category.reason_code().unwrap_or_default());
            rate(xml, group);
        });
    }
    if let Some(due_on) = facts.due_on {
        xml.element("ram:SpecifiedTradePaymentTerms", |xml| {
            xml.element("ram:DueDateDateTime", |xml| day(xml, due_on));
        });
    }
    xml.element("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        amount(xml, "ram:LineTotalAmount", facts.net);
        amount(xml, "ram:TaxBasisTotalAmount", facts.net);
        xml.text_with("ram:TaxTotalAmount", &[("currencyID", facts.currency.code())], plain(facts.tax));
        amount(xml, "ram:GrandTotalAmount", facts.total);
        amount(xml, "ram:TotalPrepaidAmount", facts.paid);
        amount(xml, "ram:DuePayableAmount", facts.due());
    });
    if let Some(corrected) = &facts.corrects {
        xml.element("ram:InvoiceReferencedDocument", |xml| {
            xml.text("ram:IssuerAssignedID", &corrected.number);
            xml.element("ram:FormattedIssueDateTime", |xml| {
                let on = corrected.issued_on.strftime("%Y%m%d").to_string();
                xml.text_with("qdt:DateTimeString", &[("format", "102")], on);
            });
        });
    }
}

fn means(xml: &mut Xml, facts: &Facts, account: &Account) {
    xml.text("ram:TypeCode", account.means(facts.currency));
    xml.element("ram:PayeePartyCreditorFinancialAccount", |xml| {
        let name = if account.is_iban { "ram:IBANID" } else { "ram:ProprietaryID" };
        xml.text(name, &account.number);
    });
    if !account.bic.is_empty() {
        xml.element("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| {
            xml.text("ram:BICID", &account.bic);
        });
    }
}

fn rate(xml: &mut Xml, group: &Group) {
    if let Some(rate) = group.rate {
        xml.text("ram:RateApplicablePercent", rate.to_string());
    }
}

fn day(xml: &mut Xml, day: Date) {
    xml.text_with("udt:DateTimeString", &[("format", "102")], day.strftime("%Y%m%d").to_string());
}

fn amount(xml: &mut Xml, name: &str, amount: Decimal) {
    xml.text(name, plain(amount));
}

/// An amount with two decimals.
pub(crate) fn plain(amount: Decimal) -> String {
    let mut amount = amount;
    amount.rescale(2);
    amount.to_string()
}
