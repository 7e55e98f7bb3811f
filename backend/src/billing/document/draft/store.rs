//! Drafts as rows.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use rules::document::Totals;
use schema::{document_lines, document_taxes, documents};
use serde_json::Value;
use shared::billing::document::DocumentPurpose;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{ClientId, CompanyId, Currency, DocumentId, Language};

use crate::billing::document::store::{self, Line};
use crate::db::Conn;

/// A draft as it is at the moment: both sides, taxes and sums.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) company: CompanyId,
    pub(super) currency: Currency,
    pub(super) totals: Totals,
    pub(super) language: Language,
    /// `frozen::Seller`.
    pub(super) seller: Value,
    /// `frozen::Buyer`.
    pub(super) buyer: Value,
    /// `rules::tax::Decision`.
    pub(super) tax_decision: Value,
    /// `frozen::Texts`.
    pub(super) texts: Value,
}

pub(super) async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    id: DocumentId,
    client: ClientId,
    created_by: &str,
    content: &Content,
    lines: Vec<Line>,
) -> QueryResult<()> {
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(documents::table)
        .values((
            (
                documents::id.eq(id),
                documents::company_id.eq(content.company),
                documents::client_id.eq(client),
                documents::kind.eq(DocumentKind::Proforma),
                documents::status.eq(DocumentStatus::Draft),
                documents::purpose.eq(DocumentPurpose::Lines),
                documents::currency.eq(content.currency),
                documents::net.eq(content.totals.net),
                documents::tax.eq(content.totals.tax),
                documents::total.eq(content.totals.total),
            ),
            (
                documents::language.eq(content.language),
                documents::seller.eq(&content.seller),
                documents::buyer.eq(&content.buyer),
                documents::tax_decision.eq(&content.tax_decision),
                documents::texts.eq(&content.texts),
                documents::created_by.eq(created_by),
                documents::created_at.eq(at),
                documents::updated_at.eq(at),
            ),
        ))
        .execute(tx)
        .await?;
    store::insert_parts(tx, id, &content.totals, false, lines).await
}

/// Writes a draft anew, lines and taxes with it.
pub(super) async fn replace(
    tx: &mut Conn,
    now: Timestamp,
    id: DocumentId,
    content: &Content,
    lines: Vec<Line>,
) -> QueryResult<()> {
    diesel::delete(document_lines::table.filter(document_lines::document_id.eq(id))).execute(tx).await?;
    diesel::delete(document_taxes::table.filter(document_taxes::document_id.eq(id))).execute(tx).await?;
    diesel::update(documents::table.find(id))
        .set((
            documents::company_id.eq(content.company),
            documents::currency.eq(content.currency),
            documents::net.eq(content.totals.net),
            documents::tax.eq(content.totals.tax),
            documents::total.eq(content.totals.total),
            documents::language.eq(content.language),
            documents::seller.eq(&content.seller),
            documents::buyer.eq(&content.buyer),
            documents::tax_decision.eq(&content.tax_decision),
            documents::texts.eq(&content.texts),
            documents::version.eq(documents::version + 1),
            documents::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    store::insert_parts(tx, id, &content.totals, false, lines).await
}

/// What a draft gets when it is issued.
#[derive(Debug)]
pub(super) struct Issuing<'a> {
    pub(super) kind: DocumentKind,
    pub(super) number: &'a str,
    pub(super) issued_on: Date,
    pub(super) due_on: Date,
    /// The version that prints it.
    pub(super) template: i32,
}

/// Issues a draft: from then on the database refuses to change it.
pub(super) async fn issue(
    tx: &mut Conn,
    now: Timestamp,
    id: DocumentId,
    issuing: &Issuing<'_>,
) -> QueryResult<()> {
    diesel::update(documents::table.find(id))
        .set((
            documents::kind.eq(issuing.kind),
            documents::status.eq(DocumentStatus::Unpaid),
            documents::number.eq(issuing.number),
            documents::issued_at.eq(jiff_diesel::Timestamp::from(now)),
            documents::issued_on.eq(jiff_diesel::Date::from(issuing.issued_on)),
            documents::due_on.eq(jiff_diesel::Date::from(issuing.due_on)),
            documents::template_version.eq(issuing.template),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Deletes a draft with its lines. False: there is no such draft.
pub(super) async fn delete(tx: &mut Conn, id: DocumentId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        deleted: bool,
    }
    let row: Row =
        diesel::sql_query("SELECT delete_draft($1) AS deleted").bind::<SqlUuid, _>(id).get_result(tx).await?;
    Ok(row.deleted)
}
