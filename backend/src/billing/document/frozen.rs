//! What is frozen when a document is issued: both sides as they are on that day.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::tax::{self, Rate};
use schema::{client_addresses, clients, companies};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::billing::company::{BankAccount, ItemTexts, Labelled, Paper};
use shared::billing::document::DocumentParty;
use shared::{ClientId, Code, CompanyId, Currency, Language};
use std::collections::BTreeMap;

use crate::billing::tax::vat::evidence::Standing;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::settings::countries;
use crate::words;

/// The seller.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seller {
    /// What taxes are decided by.
    pub facts: tax::Seller,
    pub party: DocumentParty,
    pub bank: BankAccount,
    pub paper: Paper,
    pub pay_to: String,
    pub footer: String,
    /// SHA-256 of the logo in hexadecimal; its bytes are in `document_logos`.
    pub logo: Option<String>,
    /// The address in its parts. `None`: frozen before they were kept.
    #[serde(default)]
    pub place: Option<Place>,
    /// Whether the papers of invoices and credit notes carry their electronic invoice.
    #[serde(default)]
    pub embed_einvoice: bool,
}

/// The buyer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Buyer {
    /// What taxes are decided by.
    pub facts: tax::Buyer,
    pub party: DocumentParty,
    /// The address in its parts. `None`: frozen before they were kept.
    #[serde(default)]
    pub place: Option<Place>,
}

/// An address in its parts; the country is among the facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub postcode: String,
    /// In words; empty: none.
    pub region: String,
}

/// Sentences printed below the totals.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Texts {
    #[serde(default)]
    pub notes: Vec<String>,
}

/// The seller of the moment, with what only issuing needs.
#[derive(Clone, Debug)]
pub struct Selling {
    pub seller: Seller,
    /// `None`: the general setting.
    pub due_days: Option<i32>,
    pub item_texts: BTreeMap<Language, ItemTexts>,
}

/// The buyer of the moment, with what only issuing needs.
#[derive(Clone, Debug)]
pub struct Buying {
    pub buyer: Buyer,
    pub company: CompanyId,
    pub currency: Currency,
    pub language: Language,
    /// Name and address are there: a document can be issued.
    pub complete: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = companies, check_for_backend(diesel::pg::Pg))]
struct CompanyRow {
    name: String,
    line1: String,
    line2: String,
    city: String,
    postcode: String,
    country: String,
    region: Option<String>,
    email: String,
    phone: String,
    website: String,
    vat_id: String,
    tax_ids: Value,
    fallback_rates: Value,
    bank: Value,
    item_texts: Value,
    pay_to: String,
    footer: String,
    paper: Paper,
    due_days: Option<i32>,
    embed_einvoice: bool,
}

/// The company as it would be frozen now.
pub async fn selling(conn: &mut Conn, company: CompanyId) -> Result<Selling> {
    let row: CompanyRow = companies::table.find(company).select(CompanyRow::as_select()).first(conn).await?;
    let mut tax_ids: Vec<Labelled> = serde_json::from_value(row.tax_ids)?;
    let vat_shown = tax_ids.iter().any(|id| id.value.replace([' ', '-'], "") == row.vat_id);
    if !row.vat_id.is_empty() && !vat_shown {
        tax_ids.push(Labelled { label: "VAT".to_owned(), value: row.vat_id.clone() });
    }
    let fallback_rates: Vec<Rate> = serde_json::from_value(row.fallback_rates)?;
    let place = Place {
        line1: row.line1,
        line2: row.line2,
        city: row.city,
        postcode: row.postcode,
        region: region_name(&row.country, row.region.as_deref()),
    };
    let party = DocumentParty {
        name: row.name,
        address: address(&place, &row.country),
        tax_ids,
        contacts: [row.email, row.phone, row.website].into_iter().filter(|text| !text.is_empty()).collect(),
    };
    let seller = Seller {
        facts: tax::Seller { company, country: row.country, vat_id: row.vat_id, fallback_rates },
        party,
        bank: serde_json::from_value(row.bank)?,
        paper: row.paper,
        pay_to: row.pay_to,
        footer: row.footer,
        logo: None,
        place: Some(place),
        embed_einvoice: row.embed_einvoice,
    };
    Ok(Selling { seller, due_days: row.due_days, item_texts: serde_json::from_value(row.item_texts)? })
}

/// The seller that an earlier document froze, for one that follows it: only whether papers carry an electronic invoice is
/// what the company says now.
pub async fn sold_again(conn: &mut Conn, company: CompanyId, mut seller: Value) -> Result<Value> {
    let embed: bool = companies::table.find(company).select(companies::embed_einvoice).first(conn).await?;
    seller["embed_einvoice"] = embed.into();
    Ok(seller)
}

/// The name of the company's present logo, SHA-256 in hexadecimal. `None`: it has none.
pub async fn present_logo(conn: &mut Conn, company: CompanyId) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        sha256: Option<String>,
    }
    let row: Row =
        diesel::sql_query("SELECT encode(sha256(logo), 'hex') AS sha256 FROM companies WHERE id = $1")
            .bind::<SqlUuid, _>(company)
            .get_result(conn)
            .await?;
    Ok(row.sha256)
}

/// Keeps the company's present logo for ever and gives its name.
pub async fn keep_logo(tx: &mut Conn, company: CompanyId) -> Result<Option<String>> {
    diesel::sql_query(
        "INSERT INTO document_logos (sha256, media_type, bytes)
         SELECT sha256(logo), logo_type, logo FROM companies WHERE id = $1 AND logo IS NOT NULL
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(company)
    .execute(tx)
    .await?;
    Ok(present_logo(tx, company).await?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg))]
struct ClientRow {
    first_name: String,
    last_name: String,
    company_name: String,
    tax_id: String,
    tax_id_valid: Option<bool>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    tax_id_checked_at: Option<Timestamp>,
    tax_id_evidence: Option<Value>,
    email: String,
    language: Language,
    currency: Currency,
    company_id: CompanyId,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = client_addresses, check_for_backend(diesel::pg::Pg))]
struct AddressRow {
    line1: String,
    line2: String,
    city: String,
    postcode: String,
    country: String,
    region: Option<String>,
}

/// The client as it would be frozen now, with the answer about its VAT id that stands at `now`.
pub async fn buying(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<Buying> {
    let row: ClientRow = clients::table
        .find(client)
        .select(ClientRow::as_select())
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Refusal::not_found)?;
    let found: Option<AddressRow> = client_addresses::table
        .filter(client_addresses::client_id.eq(client).and(client_addresses::kind.eq("billing")))
        .select(AddressRow::as_select())
        .first(conn)
        .await
        .optional()?;
    let person = format!("{} {}", row.first_name, row.last_name).trim().to_owned();
    let name = if row.company_name.is_empty() { person.clone() } else { row.company_name.clone() };
    let at_home = found.is_some();
    let billing = found.unwrap_or(AddressRow {
        line1: String::new(),
        line2: String::new(),
        city: String::new(),
        postcode: String::new(),
        country: String::new(),
        region: None,
    });
    let complete = at_home && !name.is_empty() && !billing.line1.is_empty() && !billing.city.is_empty();
    let standing =
        Standing { valid: row.tax_id_valid, checked_at: row.tax_id_checked_at, stored: row.tax_id_evidence };
    let vat_evidence = standing.evidence(&row.tax_id, &billing.country, now)?;
    let mut tax_ids = Vec::new();
    if !row.tax_id.is_empty() {
        let label = if billing.country == "PL" { "NIP" } else { words::of(row.language).documents.tax_id };
        tax_ids.push(Labelled { label: label.to_owned(), value: row.tax_id.clone() });
    }
    let place = Place {
        line1: billing.line1,
        line2: billing.line2,
        city: billing.city,
        postcode: billing.postcode,
        region: region_name(&billing.country, billing.region.as_deref()),
    };
    let mut lines = address(&place, &billing.country);
    if !row.company_name.is_empty() && !person.is_empty() {
        lines.insert(0, person);
    }
    let buyer = Buyer {
        facts: tax::Buyer {
            country: billing.country,
            region: billing.region,
            class: tax::client_class(&row.company_name, &row.tax_id),
            vat_evidence,
        },
        party: DocumentParty { name, address: lines, tax_ids, contacts: vec![row.email] },
        place: Some(place),
    };
    Ok(Buying { buyer, company: row.company_id, currency: row.currency, language: row.language, complete })
}

/// Refuses a client whose profile lacks what a document must show.
pub fn require_complete(buying: &Buying) -> Result<()> {
    if buying.complete {
        return Ok(());
    }
    let detail = "The profile lacks a name or a billing address with street and city; complete it first.";
    Err(Refusal::because(Code::Conflict, detail).into())
}

fn region_name(country: &str, region: Option<&str>) -> String {
    region
        .and_then(|code| countries::regions(country).into_iter().find(|region| region.code == code))
        .map(|region| region.name)
        .unwrap_or_default()
}

fn address(place: &Place, country: &str) -> Vec<String> {
    let city = format!("{} {}", place.postcode, place.city).trim().to_owned();
    let country = countries::find(country).map(|country| country.name.clone()).unwrap_or_default();
    [place.line1.clone(), place.line2.clone(), city, place.region.clone(), country]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}
