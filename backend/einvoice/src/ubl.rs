//! UBL 2.1 with the rules of EN 16931: an Invoice, or a CreditNote.

use rust_decimal::Decimal;

use crate::cii::plain;
use crate::facts::{Account, Facts, Kind, Line, Party};
use crate::unit;
use crate::vat::{Breakdown, Category, Group, registration};
use crate::xml::Xml;

const CUSTOMIZATION: &str = "urn:cen.eu:en16931:2017";

pub(crate) fn write(facts: &Facts, taxes: &Breakdown) -> String {
    let (root, namespace) = match facts.kind {
        Kind::Invoice => ("Invoice", "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"),
        Kind::CreditNote => ("CreditNote", "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"),
    };
    let namespaces = [
        ("xmlns", namespace),
        ("xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
        ("xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
    ];
    Xml::document(root, &namespaces, |xml| {
        header(xml, facts);
        let named = taxes.names_vat();
        xml.element("cac:AccountingSupplierParty", |xml| party(xml, &facts.seller, named, true));
        xml.element("cac:AccountingCustomerParty", |xml| party(xml, &facts.buyer, named, false));
        xml.element("cac:Delivery", |xml| xml.text("cbc:ActualDeliveryDate", facts.issued_on.to_string()));
        if let Some(account) = &facts.account {
            xml.element("cac:PaymentMeans", |xml| means(xml, facts, account));
        }
        xml.element("cac:TaxTotal", |xml| tax_total(xml, facts, taxes));
        xml.element("cac:LegalMonetaryTotal", |xml| {
            amount(xml, facts, "cbc:LineExtensionAmount", facts.net);
            amount(xml, facts, "cbc:TaxExclusiveAmount", facts.net);
            amount(xml, facts, "cbc:TaxInclusiveAmount", facts.total);
            amount(xml, facts, "cbc:PrepaidAmount", facts.paid);
            amount(xml, facts, "cbc:PayableAmount", facts.due());
        });
        let (element, quantity) = match facts.kind {
            Kind::Invoice => ("cac:InvoiceLine", "cbc:InvoicedQuantity"),
            Kind::CreditNote => ("cac:CreditNoteLine", "cbc:CreditedQuantity"),
        };
        for (place, one) in facts.lines.iter().enumerate() {
            xml.element(element, |xml| {
                xml.text("cbc:ID", (place + 1).to_string());
                let counted = one.quantity.normalize().to_string();
                xml.text_with(quantity, &[("unitCode", unit::code(&one.unit))], counted);
                line(xml, facts, one, taxes.of_line(one.taxed));
            });
        }
    })
}

fn header(xml: &mut Xml, facts: &Facts) {
    xml.text("cbc:CustomizationID", CUSTOMIZATION);
    xml.text("cbc:ID", &facts.number);
    xml.text("cbc:IssueDate", facts.issued_on.to_string());
    match facts.kind {
        Kind::Invoice => {
            if let Some(due_on) = facts.due_on {
                xml.text("cbc:DueDate", due_on.to_string());
            }
            xml.text("cbc:InvoiceTypeCode", "380");
        }
        Kind::CreditNote => xml.text("cbc:CreditNoteTypeCode", "381"),
    }
    xml.text_if("cbc:Note", &facts.remarks().join("\n"));
    xml.text("cbc:DocumentCurrencyCode", facts.currency.code());
    if let Some(corrected) = &facts.corrects {
        xml.element("cac:BillingReference", |xml| {
            xml.element("cac:InvoiceDocumentReference", |xml| {
                xml.text("cbc:ID", &corrected.number);
                xml.text("cbc:IssueDate", corrected.issued_on.to_string());
            });
        });
    }
}

fn party(xml: &mut Xml, party: &Party, names_vat: bool, sells: bool) {
    let vat_id = party.vat_id.as_deref().filter(|_| names_vat);
    xml.element("cac:Party", |xml| {
        if let Some(email) = &party.email {
            xml.text_with("cbc:EndpointID", &[("schemeID", "EM")], email);
        }
        let at = &party.address;
        xml.element("cac:PostalAddress", |xml| {
            xml.text_if("cbc:StreetName", &at.line1);
            xml.text_if("cbc:AdditionalStreetName", &at.line2);
            xml.text_if("cbc:CityName", &at.city);
            xml.text_if("cbc:PostalZone", &at.postcode);
            xml.text_if("cbc:CountrySubentity", &at.region);
            xml.element("cac:Country", |xml| xml.text("cbc:IdentificationCode", &at.country));
        });
        let number = match vat_id {
            Some(id) => Some(("VAT", id)),
            None if sells && names_vat => registration(party).map(|id| ("TAX", id)),
            None => None,
        };
        if let Some((scheme, id)) = number {
            xml.element("cac:PartyTaxScheme", |xml| {
                xml.text("cbc:CompanyID", id);
                xml.element("cac:TaxScheme", |xml| xml.text("cbc:ID", scheme));
            });
        }
        xml.element("cac:PartyLegalEntity", |xml| {
            xml.text("cbc:RegistrationName", &party.name);
            if let Some(id) = registration(party).filter(|_| vat_id.is_none()) {
                xml.text("cbc:CompanyID", id);
            }
        });
    });
}

fn means(xml: &mut Xml, facts: &Facts, account: &Account) {
    xml.text("cbc:PaymentMeansCode", account.means(facts.currency));
    xml.text("cbc:PaymentID", &facts.number);
    xml.element("cac:PayeeFinancialAccount", |xml| {
        xml.text("cbc:ID", &account.number);
        if !account.bic.is_empty() {
            xml.element("cac:FinancialInstitutionBranch", |xml| xml.text("cbc:ID", &account.bic));
        }
    });
}

fn tax_total(xml: &mut Xml, facts: &Facts, taxes: &Breakdown) {
    amount(xml, facts, "cbc:TaxAmount", facts.tax);
    for group in taxes.groups() {
        xml.element("cac:TaxSubtotal", |xml| {
            amount(xml, facts, "cbc:TaxableAmount", group.base);
            amount(xml, facts, "cbc:TaxAmount", group.amount);
            xml.element("cac:TaxCategory", |xml| {
                category(xml, group.category, group.rate, |xml| {
                    xml.text_if(
                        "cbc:TaxExemptionReasonCode",
                        group.category.reason_code().unwrap_or_default(),
                    );
                    xml.text_if("cbc:TaxExemptionReason", group.reason.as_deref().unwrap_or_default());
                });
            });
        });
    }
}

fn line(xml: &mut Xml, facts: &Facts, line: &Line, group: &Group) {
    amount(xml, facts, "cbc:LineExtensionAmount", line.amount);
    if !line.discount.is_zero() {
        xml.element("cac:AllowanceCharge", |xml| {
            xml.text("cbc:ChargeIndicator", "false");
            xml.text("cbc:AllowanceChargeReasonCode", "95");
            xml.text("cbc:AllowanceChargeReason", "Discount");
            amount(xml, facts, "cbc:Amount", line.discount);
        });
    }
    xml.element("cac:Item", |xml| {
        xml.text("cbc:Name", &line.description);
        xml.element("cac:ClassifiedTaxCategory", |xml| category(xml, group.category, group.rate, |_| ()));
    });
    xml.element("cac:Price", |xml| {
        let price = line.unit_price.normalize().to_string();
        xml.text_with("cbc:PriceAmount", &[("currencyID", facts.currency.code())], price);
    });
}

fn category(xml: &mut Xml, category: Category, rate: Option<Decimal>, reasons: impl FnOnce(&mut Xml)) {
    xml.text("cbc:ID", category.letters());
    if let Some(rate) = rate {
        xml.text("cbc:Percent", rate.to_string());
    }
    reasons(xml);
    xml.element("cac:TaxScheme", |xml| xml.text("cbc:ID", "VAT"));
}

fn amount(xml: &mut Xml, facts: &Facts, name: &str, amount: Decimal) {
    xml.text_with(name, &[("currencyID", facts.currency.code())], plain(amount));
}
