//! How a document can be paid: the methods of its home company, filled in.

use std::collections::BTreeMap;

use pdf::EpcPayment;
use shared::billing::DocumentKind;
use shared::billing::company::{BankAccount, GatewayModule, Labelled};
use shared::billing::payment::{PaymentChoice, PaymentMethod, PaymentPage, WalletPayment};
use shared::{ClientId, CompanyId, Currency, DocumentId, Language, Money};

use super::{from_wallet, store};
use crate::billing::document::{self, Document, Terms, frozen, paper};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::words;

/// The payment page of a document; nothing to choose once nothing is due.
pub async fn page(
    conn: &mut Conn,
    now: jiff::Timestamp,
    client: ClientId,
    id: DocumentId,
    language: Language,
) -> Result<PaymentPage> {
    let row = document::store::find(conn, client, id).await?.ok_or_else(Refusal::not_found)?;
    let today = Terms::load(conn).await?.today(now);
    let seller: frozen::Seller = serde_json::from_value(row.seller.clone())?;
    let gateways = store::gateways_of(conn, row.company_id).await?;
    let methods = gateways
        .into_iter()
        .filter(|gateway| !row.due().is_zero() && gateway.takes(row.currency))
        .map(|gateway| method(&gateway, &row, &seller, language))
        .collect::<Result<_>>()?;
    let wallet = match wallet::store::find(conn, client).await? {
        Some(wallet) if from_wallet::payable(&row) => Some(WalletPayment {
            amount: Money::rounded(from_wallet::open(&row), row.currency),
            available: Money::ledger(wallet.available(), row.currency),
            covered: wallet.available() >= from_wallet::open(&row),
            only_whole: row.kind == DocumentKind::Invoice,
        }),
        _ => None,
    };
    Ok(PaymentPage { document: document::show::summary(&row, today), methods, wallet })
}

/// How documents of a home company can be paid in a currency.
pub async fn choices(
    conn: &mut Conn,
    company: CompanyId,
    currency: Currency,
    language: Language,
) -> Result<Vec<PaymentChoice>> {
    let gateways = store::gateways_of(conn, company).await?;
    gateways
        .iter()
        .filter(|gateway| gateway.takes(currency))
        .map(|gateway| choice(gateway, language))
        .collect()
}

fn choice(gateway: &store::Gateway, language: Language) -> Result<PaymentChoice> {
    let text = |name: &str| {
        let texts = &gateway.texts;
        let own = texts.get(language.as_str()).or_else(|| texts.get("en"));
        own.and_then(|text| text.get(name)).and_then(|text| text.as_str()).unwrap_or_default().to_owned()
    };
    let name = text("name");
    Ok(PaymentChoice {
        gateway_id: gateway.id,
        module: gateway.module.parse::<GatewayModule>().map_err(anyhow::Error::new)?,
        name: if name.is_empty() { gateway.key.clone() } else { name },
        description: text("description"),
    })
}

fn method(
    gateway: &store::Gateway,
    row: &Document,
    seller: &frozen::Seller,
    language: Language,
) -> Result<PaymentMethod> {
    let number = row.number.clone().unwrap_or_default();
    let due = paper::plain(row.due(), row.currency);
    let instructions: BTreeMap<String, String> = gateway
        .settings
        .get("instructions")
        .cloned()
        .map(serde_json::from_value)
        .transpose()?
        .unwrap_or_default();
    let instructions = instructions
        .get(language.as_str())
        .or_else(|| instructions.get("en"))
        .or_else(|| instructions.values().next())
        .map_or("", String::as_str);
    let PaymentChoice { gateway_id, module, name, description } = choice(gateway, language)?;
    Ok(PaymentMethod {
        gateway_id,
        module,
        name,
        description,
        instructions: gateways::bank_transfer::instructions(instructions, &due, row.currency.code(), &number),
        details: details(&seller.bank, &seller.party.name, &due, row.currency, &number, language),
        qr_svg: code(seller, row, &due, &number),
    })
}

fn details(
    bank: &BankAccount,
    holder: &str,
    due: &str,
    currency: Currency,
    number: &str,
    language: Language,
) -> Vec<Labelled> {
    let labels = &words::of(language).payments;
    let field = |label: &str, value: String| Labelled { label: label.to_owned(), value };
    let mut details = vec![field(labels.recipient, holder.to_owned())];
    details.extend(paper::bank_fields(bank));
    details.push(field(labels.amount, format!("{due} {currency}")));
    details.push(field(labels.reference, number.to_owned()));
    details
}

/// The QR code that bank apps read; euro only.
fn code(seller: &frozen::Seller, row: &Document, due: &str, number: &str) -> Option<String> {
    if row.currency != Currency::EUR {
        return None;
    }
    let payment = EpcPayment {
        name: &seller.party.name,
        iban: &seller.bank.iban,
        bic: &seller.bank.bic,
        amount: due,
        reference: number,
    };
    pdf::epc_payload(&payment).and_then(|content| pdf::qr_svg(&content))
}
