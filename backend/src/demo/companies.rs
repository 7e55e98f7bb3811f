//! The two legal entities of the demo provider, with their taxes and bank accounts.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::billing::company::{
    BankAccount, CompanyDetail, CompanyInput, Gateway, GatewayInput, GatewayModule, GatewayText, ItemTexts,
    Labelled, LogoInput, LogoType, Paper,
};
use shared::billing::tax::{TaxPreset, TaxPresetInput, TaxRate};
use shared::{CompanyId, Currency, GatewayId, Language};

use super::api::Api;
use super::people::Pays;

pub(super) struct Companies {
    poland: (CompanyId, GatewayId),
    canada: (CompanyId, GatewayId),
}

impl Companies {
    /// The company that sells in a currency.
    pub(super) fn seller(&self, pays: Pays) -> CompanyId {
        self.of(pays).0
    }

    /// Its bank transfer.
    pub(super) fn bank(&self, pays: Pays) -> GatewayId {
        self.of(pays).1
    }

    fn of(&self, pays: Pays) -> (CompanyId, GatewayId) {
        if pays == Pays::Cad { self.canada } else { self.poland }
    }
}

const POLISH_LOGO: &str = include_str!("baltyk.svg");
const CANADIAN_LOGO: &str = include_str!("maple.svg");

fn labelled(label: &str, value: &str) -> Labelled {
    Labelled { label: label.to_owned(), value: value.to_owned() }
}

fn rate(name: &str, rate: &str) -> TaxRate {
    TaxRate { name: name.to_owned(), rate: rate.parse().expect("a decimal written here") }
}

fn item_texts() -> BTreeMap<Language, ItemTexts> {
    let text = |funds: &str| ItemTexts { funds: funds.to_owned() };
    BTreeMap::from([
        (Language::English, text("Hosting services, account top-up {YEAR}/{MONTH}")),
        (Language::Polish, text("Usługi hostingowe, zasilenie konta {YEAR}/{MONTH}")),
        (Language::Ukrainian, text("Послуги хостингу, поповнення рахунку {YEAR}/{MONTH}")),
    ])
}

fn poland() -> CompanyInput {
    CompanyInput {
        version: None,
        name: "Bałtyk Cloud sp. z o.o.".to_owned(),
        line1: "ul. Portowa 12".to_owned(),
        line2: String::new(),
        city: "Gdańsk".to_owned(),
        postcode: "80-001".to_owned(),
        country: "PL".to_owned(),
        region: Some("PL-22".to_owned()),
        email: "billing@baltyk-cloud.example".to_owned(),
        phone: "+48 58 000 00 00".to_owned(),
        website: "https://baltyk-cloud.example".to_owned(),
        currency: Currency::EUR,
        vat_id: "PL5260250274".to_owned(),
        tax_ids: vec![labelled("NIP", "526-025-02-74"), labelled("VAT EU", "PL5260250274")],
        fallback_rates: vec![rate("VAT", "23.000")],
        bank: BankAccount {
            bank: "Bank Morski S.A.".to_owned(),
            iban: "PL61109010140000071219812874".to_owned(),
            bic: "WBKPPLPP".to_owned(),
            account: String::new(),
        },
        item_texts: item_texts(),
        pay_to: "Please put the document's number into the title of the transfer.".to_owned(),
        footer: "Bałtyk Cloud sp. z o.o. · KRS 0000000000 · Sąd Rejonowy Gdańsk-Północ".to_owned(),
        paper: Paper::A4,
        sender_name: "Bałtyk Cloud".to_owned(),
        sender_email: "billing@baltyk-cloud.example".to_owned(),
        due_days: None,
        embed_einvoice: false,
    }
}

fn canada() -> CompanyInput {
    CompanyInput {
        version: None,
        name: "Northern Maple Hosting Inc.".to_owned(),
        line1: "1200 Rue Sainte-Catherine".to_owned(),
        line2: String::new(),
        city: "Montréal".to_owned(),
        postcode: "H3B 1K1".to_owned(),
        country: "CA".to_owned(),
        region: Some("CA-QC".to_owned()),
        email: "billing@northern-maple.example".to_owned(),
        phone: "+1 514 555 0100".to_owned(),
        website: "https://northern-maple.example".to_owned(),
        currency: Currency::CAD,
        vat_id: String::new(),
        tax_ids: vec![labelled("GST/HST", "123456789 RT0001"), labelled("QST", "1234567890 TQ0001")],
        fallback_rates: Vec::new(),
        bank: BankAccount {
            bank: "Banque Laurentine".to_owned(),
            iban: String::new(),
            bic: String::new(),
            account: "00001-039-1234567".to_owned(),
        },
        item_texts: item_texts(),
        pay_to: "Please quote the document's number with your transfer.".to_owned(),
        footer: "Northern Maple Hosting Inc. · Montréal, Québec".to_owned(),
        paper: Paper::UsLetter,
        sender_name: "Northern Maple Hosting".to_owned(),
        sender_email: "billing@northern-maple.example".to_owned(),
        due_days: None,
        embed_einvoice: false,
    }
}

fn bank_transfer(currencies: &[Currency]) -> GatewayInput {
    let text = |name: &str, description: &str, instructions: &str| GatewayText {
        name: name.to_owned(),
        description: description.to_owned(),
        instructions: instructions.to_owned(),
    };
    GatewayInput {
        version: None,
        key: "bank".to_owned(),
        module: GatewayModule::BankTransfer,
        currencies: currencies.to_vec(),
        texts: BTreeMap::from([
            (
                Language::English,
                text(
                    "Bank transfer",
                    "Arrives within a working day.",
                    "Transfer {AMOUNT} {CURRENCY} with the title {NUMBER}.",
                ),
            ),
            (
                Language::Polish,
                text(
                    "Przelew bankowy",
                    "Księgowany w ciągu dnia roboczego.",
                    "Przelej {AMOUNT} {CURRENCY}, w tytule wpisz {NUMBER}.",
                ),
            ),
            (
                Language::Ukrainian,
                text(
                    "Банківський переказ",
                    "Надходить протягом робочого дня.",
                    "Перекажіть {AMOUNT} {CURRENCY}, призначення: {NUMBER}.",
                ),
            ),
        ]),
        sandbox: false,
        enabled: true,
        sort: 0,
    }
}

async fn company(
    api: &Api,
    profile: CompanyInput,
    logo: &str,
    currencies: &[Currency],
) -> anyhow::Result<(CompanyId, GatewayId)> {
    let made: CompanyDetail = api.post("/admin/companies", &profile).await?;
    let version = made.profile.version.unwrap_or_default();
    let logo = LogoInput { version, media_type: LogoType::Svg, content: STANDARD.encode(logo) };
    let _stored: Value = api.put(&format!("/admin/companies/{}/logo", made.id), &logo).await?;
    let gateway: Gateway =
        api.post(&format!("/admin/companies/{}/gateways", made.id), &bank_transfer(currencies)).await?;
    Ok((made.id, gateway.id))
}

/// Makes both companies, the Polish one the default, and the tax rules of the EU and Canada.
pub(super) async fn fill(api: &Api) -> anyhow::Result<Companies> {
    let poland = company(api, poland(), POLISH_LOGO, &[Currency::EUR, Currency::PLN]).await?;
    let canada = company(api, canada(), CANADIAN_LOGO, &[Currency::CAD]).await?;
    for (preset, (company_id, _)) in [(TaxPreset::Eu, poland), (TaxPreset::Canada, canada)] {
        let _added: Value =
            api.post("/admin/tax-rules/presets", &TaxPresetInput { preset, company_id }).await?;
    }
    Ok(Companies { poland, canada })
}

/// The three currencies of the demo, EUR the default.
pub(super) async fn currencies(api: &Api) -> anyhow::Result<()> {
    for (code, prefix, suffix, format, rate) in [
        ("EUR", "€", "", "1,234.56", "1"),
        ("PLN", "", " zł", "1 234,56", "4.26"),
        ("CAD", "C$", "", "1,234.56", "1.62"),
    ] {
        let input =
            json!({ "code": code, "prefix": prefix, "suffix": suffix, "format": format, "rate": rate });
        let _added: Value = api.post("/admin/currencies", &input).await?;
    }
    Ok(())
}
