//! Templates as rows.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::document_templates;
use shared::billing::DocumentKind;
use shared::{CompanyId, Language};

use crate::db::Conn;

/// What prints a kind of a company in a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub company: CompanyId,
    pub kind: DocumentKind,
    pub language: Language,
}

/// The newest version of a place, without its source.
#[derive(Clone, Debug, Queryable)]
pub struct Heading {
    pub kind: DocumentKind,
    pub language: Language,
    pub version: i32,
    /// False: back to the built-in one.
    pub is_own: bool,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub changed_at: Timestamp,
}

/// The newest version of a place.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = document_templates, check_for_backend(diesel::pg::Pg))]
pub struct Template {
    pub version: i32,
    /// `None`: back to the built-in one.
    pub source: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub changed_at: Timestamp,
}

/// The newest version of every place of a company that was ever changed.
pub async fn headings(conn: &mut Conn, company: CompanyId) -> QueryResult<Vec<Heading>> {
    document_templates::table
        .filter(document_templates::company_id.eq(company))
        .distinct_on((document_templates::kind, document_templates::language))
        .order_by((
            document_templates::kind,
            document_templates::language,
            document_templates::version.desc(),
        ))
        .select((
            document_templates::kind,
            document_templates::language,
            document_templates::version,
            document_templates::source.is_not_null(),
            document_templates::changed_at,
        ))
        .load(conn)
        .await
}

/// The newest version of a place. `None`: it was never changed.
pub async fn newest(conn: &mut Conn, place: Place) -> QueryResult<Option<Template>> {
    document_templates::table
        .filter(
            document_templates::company_id
                .eq(place.company)
                .and(document_templates::kind.eq(place.kind))
                .and(document_templates::language.eq(place.language)),
        )
        .order_by(document_templates::version.desc())
        .select(Template::as_select())
        .first(conn)
        .await
        .optional()
}

/// The version that a document of this place is issued with: the company's own in its language, else the own one in
/// `fallback`, else the built-in one.
pub async fn version_for(conn: &mut Conn, place: Place, fallback: Language) -> QueryResult<i32> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        id: i32,
    }
    let found: Option<Row> = diesel::sql_query(
        "SELECT id FROM (
             SELECT DISTINCT ON (language) id, language, source IS NOT NULL AS is_own FROM document_templates
             WHERE company_id = $1 AND kind = $2 AND language IN ($3, $4) ORDER BY language, version DESC
         ) newest
         WHERE is_own ORDER BY language = $3 DESC LIMIT 1",
    )
    .bind::<SqlUuid, _>(place.company)
    .bind::<Text, _>(place.kind)
    .bind::<Text, _>(place.language)
    .bind::<Text, _>(fallback)
    .get_result(conn)
    .await
    .optional()?;
    Ok(found.map_or(pdf::TEMPLATE_VERSION, |row| row.id))
}

/// What prints documents of this `template_version`. `None`: the built-in template.
pub async fn source(conn: &mut Conn, template_version: i32) -> QueryResult<Option<String>> {
    if template_version < pdf::OWN_TEMPLATES_FROM {
        return Ok(None);
    }
    document_templates::table.find(template_version).select(document_templates::source).first(conn).await
}

/// Writes the next version of a place.
pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    place: Place,
    version: i32,
    source: Option<&str>,
    changed_by: &str,
) -> QueryResult<()> {
    diesel::insert_into(document_templates::table)
        .values((
            document_templates::company_id.eq(place.company),
            document_templates::kind.eq(place.kind),
            document_templates::language.eq(place.language),
            document_templates::version.eq(version),
            document_templates::source.eq(source),
            document_templates::changed_by.eq(changed_by),
            document_templates::changed_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}
