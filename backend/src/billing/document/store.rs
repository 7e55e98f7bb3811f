//! Documents as rows.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use rules::document::Totals;
use rust_decimal::Decimal;
use schema::{document_lines, document_taxes, documents};
use serde_json::Value;
use shared::billing::document::DocumentPurpose;
use shared::billing::draft::TaxClass;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{ClientId, CompanyId, Currency, DocumentId, Language, OrderId};

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::http::Paging;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = documents, check_for_backend(Pg))]
pub struct Document {
    pub id: DocumentId,
    pub company_id: CompanyId,
    pub client_id: ClientId,
    pub kind: DocumentKind,
    pub status: DocumentStatus,
    pub purpose: DocumentPurpose,
    pub number: Option<String>,
    pub currency: Currency,
    pub net: Decimal,
    pub tax: Decimal,
    pub total: Decimal,
    pub paid: Decimal,
    /// The net share of `paid`.
    pub paid_net: Decimal,
    pub language: Language,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub issued_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableDate)]
    pub issued_on: Option<Date>,
    #[diesel(deserialize_as = jiff_diesel::NullableDate)]
    pub due_on: Option<Date>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub paid_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub cancelled_at: Option<Timestamp>,
    /// `frozen::Seller`.
    pub seller: Value,
    /// `frozen::Buyer`.
    pub buyer: Value,
    /// `rules::tax::Decision`.
    pub tax_decision: Value,
    /// `frozen::Texts`.
    pub texts: Value,
    /// The template it was issued with: built-in ones, or from `pdf::OWN_TEMPLATES_FROM` on a row of `document_templates`.
    pub template_version: i32,
    pub proforma_id: Option<DocumentId>,
    pub invoice_id: Option<DocumentId>,
    pub order_id: Option<OrderId>,
    pub created_by: String,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    /// What of `paid` came out of the wallet: all of it net.
    pub from_wallet: Decimal,
    /// The tax that is not due because the wallet paid a part.
    pub waived: Decimal,
}

impl Document {
    /// Whether it is what the client pays: a proforma, or an invoice that was not issued for a paid one.
    pub fn asks_for_money(&self) -> bool {
        match self.kind {
            DocumentKind::Proforma => true,
            DocumentKind::Invoice => self.proforma_id.is_none(),
            DocumentKind::CreditNote => false,
        }
    }

    /// What is left to pay; zero unless it waits for money.
    pub fn due(&self) -> Decimal {
        if rules::states::document_payable(self.kind, self.status) {
            self.total - self.paid - self.waived
        } else {
            Decimal::ZERO
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = document_lines, check_for_backend(Pg))]
pub struct Line {
    pub document_id: DocumentId,
    pub position: i32,
    pub description: String,
    pub quantity: Decimal,
    pub unit: String,
    pub unit_price: Decimal,
    pub discount: Decimal,
    pub amount: Decimal,
    pub explanation: Value,
}

impl Line {
    /// Which taxes it bears: as sealed with it, the standard ones where nothing is said.
    pub fn tax_class(&self) -> TaxClass {
        let named = self.explanation.get("tax_class").and_then(Value::as_str);
        named.and_then(|word| word.parse().ok()).unwrap_or(TaxClass::Standard)
    }
}

#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = document_taxes, check_for_backend(Pg))]
pub struct Tax {
    pub document_id: DocumentId,
    pub position: i32,
    pub name: String,
    pub rate: Decimal,
    pub base: Decimal,
    pub amount: Decimal,
    /// How much of `amount` partial payments have paid.
    pub paid: Decimal,
}

/// A document that is issued now.
#[derive(Clone, Debug)]
pub struct Issued {
    pub id: DocumentId,
    pub company: CompanyId,
    pub client: ClientId,
    pub kind: DocumentKind,
    pub status: DocumentStatus,
    pub purpose: DocumentPurpose,
    pub number: String,
    pub currency: Currency,
    pub totals: Totals,
    pub language: Language,
    pub issued_on: Date,
    pub due_on: Date,
    pub paid: bool,
    pub seller: Value,
    pub buyer: Value,
    pub tax_decision: Value,
    pub texts: Value,
    pub proforma: Option<DocumentId>,
    /// Of a credit note: the invoice that it corrects.
    pub invoice: Option<DocumentId>,
    pub order: Option<OrderId>,
    pub created_by: String,
}

/// Which documents to list.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Days are compared with it.
    pub today: Date,
    /// Whether those that staff still write are among them.
    pub drafts: bool,
    pub client: Option<ClientId>,
    pub company: Option<CompanyId>,
    pub kind: Option<DocumentKind>,
    pub status: Option<DocumentStatus>,
    pub issued_from: Option<Date>,
    pub issued_to: Option<Date>,
    pub open: Option<bool>,
    pub overdue: Option<bool>,
}

/// What lists sort by; the first is the default.
pub const SORTS: &[&str] = &["-created_at", "issued_on", "due_on", "number", "total", "status"];

fn filtered<'a>(listing: &Listing, paging: &Paging) -> documents::BoxedQuery<'a, Pg> {
    let mut query = documents::table.into_boxed();
    if !listing.drafts {
        query = query.filter(documents::status.ne(DocumentStatus::Draft));
    }
    if let Some(client) = listing.client {
        query = query.filter(documents::client_id.eq(client));
    }
    if let Some(company) = listing.company {
        query = query.filter(documents::company_id.eq(company));
    }
    if let Some(kind) = listing.kind {
        query = query.filter(documents::kind.eq(kind));
    }
    if let Some(status) = listing.status {
        query = query.filter(documents::status.eq(status));
    }
    if let Some(from) = listing.issued_from {
        query = query.filter(documents::issued_on.ge(jiff_diesel::Date::from(from)));
    }
    if let Some(to) = listing.issued_to {
        query = query.filter(documents::issued_on.le(jiff_diesel::Date::from(to)));
    }
    let open = [DocumentStatus::Unpaid, DocumentStatus::PartiallyPaid];
    match listing.open {
        Some(true) => query = query.filter(documents::status.eq_any(open)),
        Some(false) => query = query.filter(documents::status.ne_all(open)),
        None => {}
    }
    let today = jiff_diesel::Date::from(listing.today);
    match listing.overdue {
        Some(true) => {
            query = query.filter(documents::status.eq_any(open)).filter(documents::due_on.lt(today))
        }
        Some(false) => {
            query = query.filter(
                documents::status
                    .ne_all(open)
                    .or(documents::due_on.is_null())
                    .or(documents::due_on.ge(today).assume_not_null()),
            );
        }
        None => {}
    }
    if let Some(pattern) = paging.pattern() {
        query = query.filter(
            sql::<Bool>("(documents.number ILIKE ")
                .bind::<Text, _>(pattern.clone())
                .sql(" OR documents.buyer->'party'->>'name' ILIKE ")
                .bind::<Text, _>(pattern)
                .sql(")"),
        );
    }
    query
}

fn ordered<'a>(listing: &Listing, paging: &Paging) -> documents::BoxedQuery<'a, Pg> {
    let query = filtered(listing, paging);
    macro_rules! order {
        ($down:expr, $up:expr) => {
            if paging.descending {
                query.order_by($down).then_order_by(documents::id.desc())
            } else {
                query.order_by($up).then_order_by(documents::id.asc())
            }
        };
        ($column:expr) => {
            order!($column.desc(), $column.asc())
        };
    }
    // Drafts lack some: they come last both ways. The others keep to their indexes.
    macro_rules! order_nulls_last {
        ($column:expr) => {
            order!($column.desc().nulls_last(), $column.asc().nulls_last())
        };
    }
    match paging.sort {
        "issued_on" => order_nulls_last!(documents::issued_on),
        "due_on" => order_nulls_last!(documents::due_on),
        "number" => order_nulls_last!(documents::number),
        "total" => order!(documents::total),
        "status" => order!(documents::status),
        _ => order!(documents::created_at),
    }
}

/// A page of documents, and how many there are.
pub async fn list(conn: &mut Conn, paging: &Paging, listing: &Listing) -> QueryResult<(Vec<Document>, i64)> {
    let query = ordered(listing, paging).select(Document::as_select());
    let rows = query.limit(paging.limit()).offset(paging.offset()).load(conn).await?;
    let total = filtered(listing, paging).count().get_result(conn).await?;
    Ok((rows, total))
}

/// All documents of the listing.
pub async fn all(tx: &mut Conn, paging: &Paging, listing: &Listing) -> QueryResult<Cursor<Document>> {
    Cursor::open(tx, ordered(listing, paging).select(Document::as_select())).await
}

/// An issued document of this client.
pub async fn find(conn: &mut Conn, client: ClientId, id: DocumentId) -> QueryResult<Option<Document>> {
    documents::table
        .find(id)
        .filter(documents::client_id.eq(client).and(documents::status.ne(DocumentStatus::Draft)))
        .select(Document::as_select())
        .first(conn)
        .await
        .optional()
}

/// A document of any client.
pub async fn find_for_staff(conn: &mut Conn, id: DocumentId) -> QueryResult<Option<Document>> {
    documents::table.find(id).select(Document::as_select()).first(conn).await.optional()
}

/// Locks a document until the transaction ends.
pub async fn lock(tx: &mut Conn, id: DocumentId) -> QueryResult<Option<Document>> {
    documents::table.find(id).select(Document::as_select()).for_update().first(tx).await.optional()
}

/// How many proformas that add funds, and pay for no order, a client has not paid.
pub async fn count_unpaid_funds(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    documents::table
        .filter(documents::client_id.eq(client).and(documents::order_id.is_null()))
        .filter(documents::kind.eq(DocumentKind::Proforma).and(documents::purpose.eq(DocumentPurpose::Funds)))
        .filter(documents::status.eq(DocumentStatus::Unpaid))
        .count()
        .get_result(conn)
        .await
}

pub async fn lines(conn: &mut Conn, id: DocumentId) -> QueryResult<Vec<Line>> {
    document_lines::table
        .filter(document_lines::document_id.eq(id))
        .order_by(document_lines::position)
        .select(Line::as_select())
        .load(conn)
        .await
}

pub async fn taxes(conn: &mut Conn, id: DocumentId) -> QueryResult<Vec<Tax>> {
    document_taxes::table
        .filter(document_taxes::document_id.eq(id))
        .order_by(document_taxes::position)
        .select(Tax::as_select())
        .load(conn)
        .await
}

/// Kind and number of documents.
/// The credit notes of an invoice, oldest first; at most 200.
pub async fn credit_notes(
    conn: &mut Conn,
    invoice: DocumentId,
) -> QueryResult<Vec<(DocumentId, Option<String>)>> {
    documents::table
        .filter(documents::kind.eq(DocumentKind::CreditNote).and(documents::invoice_id.eq(invoice)))
        .order_by(documents::id)
        .limit(200)
        .select((documents::id, documents::number))
        .load(conn)
        .await
}

pub async fn links(
    conn: &mut Conn,
    ids: &[DocumentId],
) -> QueryResult<Vec<(DocumentId, DocumentKind, Option<String>)>> {
    documents::table
        .filter(documents::id.eq_any(ids))
        .select((documents::id, documents::kind, documents::number))
        .load(conn)
        .await
}

/// Writes a document with its lines and taxes, and issues it: from then on the database refuses to change them. `template`
/// is the version that prints it.
pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    issued: &Issued,
    lines: Vec<Line>,
    template: i32,
) -> QueryResult<()> {
    let at = jiff_diesel::Timestamp::from(now);
    let totals = &issued.totals;
    let nothing = Decimal::ZERO;
    let (paid, paid_net, paid_at) =
        if issued.paid { (totals.total, totals.net, Some(at)) } else { (nothing, nothing, None) };
    diesel::insert_into(documents::table)
        .values((
            (
                documents::id.eq(issued.id),
                documents::company_id.eq(issued.company),
                documents::client_id.eq(issued.client),
                documents::kind.eq(issued.kind),
                documents::status.eq(DocumentStatus::Draft),
                documents::purpose.eq(issued.purpose),
                documents::currency.eq(issued.currency),
                documents::net.eq(totals.net),
                documents::tax.eq(totals.tax),
                documents::total.eq(totals.total),
                documents::paid.eq(paid),
                documents::paid_net.eq(paid_net),
                documents::paid_at.eq(paid_at),
            ),
            (
                documents::language.eq(issued.language),
                documents::issued_at.eq(at),
                documents::issued_on.eq(jiff_diesel::Date::from(issued.issued_on)),
                documents::due_on.eq(jiff_diesel::Date::from(issued.due_on)),
                documents::seller.eq(&issued.seller),
                documents::buyer.eq(&issued.buyer),
                documents::tax_decision.eq(&issued.tax_decision),
                documents::texts.eq(&issued.texts),
                documents::template_version.eq(template),
                documents::proforma_id.eq(issued.proforma),
                documents::invoice_id.eq(issued.invoice),
                documents::order_id.eq(issued.order),
                documents::created_by.eq(&issued.created_by),
                documents::created_at.eq(at),
                documents::updated_at.eq(at),
            ),
        ))
        .execute(tx)
        .await?;
    insert_parts(tx, issued.id, totals, issued.paid, lines).await?;
    diesel::update(documents::table.find(issued.id))
        .set((documents::status.eq(issued.status), documents::number.eq(&issued.number)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes the lines and taxes of a draft.
pub(super) async fn insert_parts(
    tx: &mut Conn,
    id: DocumentId,
    totals: &Totals,
    paid: bool,
    lines: Vec<Line>,
) -> QueryResult<()> {
    let taxes: Vec<Tax> = (1_i32..)
        .zip(&totals.taxes)
        .map(|(position, tax)| Tax {
            document_id: id,
            position,
            name: tax.name.clone(),
            rate: tax.rate,
            base: tax.base,
            amount: tax.amount,
            paid: if paid { tax.amount } else { Decimal::ZERO },
        })
        .collect();
    diesel::insert_into(document_lines::table).values(lines).execute(tx).await?;
    diesel::insert_into(document_taxes::table).values(taxes).execute(tx).await?;
    Ok(())
}

/// Writes what a payment paid: of the whole, of the net, and of each tax in order.
pub async fn add_paid(
    tx: &mut Conn,
    now: Timestamp,
    document: &Document,
    status: DocumentStatus,
    net: Decimal,
    taxes: &[(i32, Decimal)],
) -> QueryResult<()> {
    let tax: Decimal = taxes.iter().map(|(_, amount)| *amount).sum();
    let at = jiff_diesel::Timestamp::from(now);
    let settled = !matches!(status, DocumentStatus::PartiallyPaid);
    diesel::update(documents::table.find(document.id))
        .set((
            documents::paid.eq(document.paid + net + tax),
            documents::paid_net.eq(document.paid_net + net),
            documents::status.eq(status),
            documents::paid_at.eq(settled.then_some(at)),
            documents::version.eq(documents::version + 1),
            documents::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    for (position, amount) in taxes.iter().filter(|(_, amount)| !amount.is_zero()) {
        diesel::update(document_taxes::table.find((document.id, position)))
            .set(document_taxes::paid.eq(document_taxes::paid + amount))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Writes what the wallet paid of the net, and all the tax that is not due because of it.
pub async fn add_from_wallet(
    tx: &mut Conn,
    now: Timestamp,
    document: &Document,
    status: DocumentStatus,
    net: Decimal,
    waived: Decimal,
) -> QueryResult<()> {
    diesel::update(documents::table.find(document.id))
        .set((documents::from_wallet.eq(document.from_wallet + net), documents::waived.eq(waived)))
        .execute(tx)
        .await?;
    add_paid(tx, now, document, status, net, &[]).await
}

/// Names the invoice that a proforma became.
pub async fn set_invoice(tx: &mut Conn, proforma: DocumentId, invoice: DocumentId) -> QueryResult<()> {
    diesel::update(documents::table.find(proforma))
        .set(documents::invoice_id.eq(invoice))
        .execute(tx)
        .await?;
    Ok(())
}

/// Marks an invoice, or its proforma, as paid back whole.
pub async fn set_refunded(tx: &mut Conn, now: Timestamp, id: DocumentId) -> QueryResult<()> {
    diesel::update(documents::table.find(id))
        .set((
            documents::status.eq(DocumentStatus::Refunded),
            documents::version.eq(documents::version + 1),
            documents::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn set_cancelled(tx: &mut Conn, now: Timestamp, id: DocumentId) -> QueryResult<()> {
    let at = jiff_diesel::Timestamp::from(now);
    diesel::update(documents::table.find(id))
        .set((
            documents::status.eq(DocumentStatus::Cancelled),
            documents::cancelled_at.eq(at),
            documents::version.eq(documents::version + 1),
            documents::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(())
}
