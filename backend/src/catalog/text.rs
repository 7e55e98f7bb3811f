//! Texts that staff write, one for each language.

use std::collections::BTreeMap;

use serde_json::Value;
use shared::catalog::{
    ATTRIBUTE_NAME_MAX, ATTRIBUTE_VALUE_MAX, AttributeText, CatalogText, DESCRIPTION_MAX, NAME_MAX, NewCopy,
    SHORT_MAX, Texts, text_in,
};
use shared::{Code, Language};

use crate::http::Paging;
pub use crate::http::Reads;
use crate::http::error::{Error, Refusal, Result};
use crate::http::fields::Fields;

/// Texts out of their column.
pub fn read(column: Value) -> Result<Texts> {
    Ok(serde_json::from_value(column)?)
}

/// What a list of things with texts is ordered by: `alias` is their table, `counts` are columns that the query computes.
pub fn order(paging: &Paging, language: Language, alias: &str, counts: &[&str]) -> String {
    let column = match paging.sort {
        "name" => format!("{alias}.texts->'{language}'->>'name'"),
        count if counts.contains(&count) => count.to_owned(),
        column => format!("{alias}.{column}"),
    };
    format!("{column} {}, {alias}.id", if paging.descending { "DESC" } else { "ASC" })
}

/// What is searched of the texts of products and of all kinds of groups.
pub const SEARCHED: &[&str] = &["name", "short"];

/// What is searched of the texts of attributes.
pub const SEARCHED_OF_ATTRIBUTES: &[&str] = &["name", "value"];

/// The condition that a search finds a row by its key, or by one of these `fields` of its texts in any language: `alias` is its
/// table, `pattern` the parameter of the query, such as `$1`.
pub fn found(alias: &str, fields: &[&str], pattern: &str) -> String {
    let written: Vec<String> =
        fields.iter().map(|field| format!("t.value->>'{field}' ILIKE {pattern}")).collect();
    format!(
        "({alias}.key ILIKE {pattern} OR EXISTS (SELECT FROM jsonb_each({alias}.texts) t WHERE {}))",
        written.join(" OR ")
    )
}

/// The name in `language`, else in English, else in any; the key when there is none.
pub fn name(texts: &Value, language: Language, key: &str) -> String {
    named(texts, language).unwrap_or_else(|| key.to_owned())
}

fn named(texts: &Value, language: Language) -> Option<String> {
    let texts: BTreeMap<String, CatalogText> = serde_json::from_value(texts.clone()).ok()?;
    let wanted =
        texts.get(language.as_str()).or_else(|| texts.get("en")).or_else(|| texts.values().next())?;
    Some(wanted.name.clone())
}

/// The whole text in `language`, with the key for a name when nothing was written.
pub fn text(texts: &Texts, language: Language, key: &str) -> CatalogText {
    text_in(texts, language)
        .cloned()
        .unwrap_or_else(|| CatalogText { name: key.to_owned(), ..CatalogText::default() })
}

/// Checks that there are texts in some language.
pub fn check_some<Text>(fields: &mut Fields, texts: &BTreeMap<Language, Text>) {
    fields.check(!texts.is_empty(), "texts", "required", "Write a name in at least one language.");
}

/// Checks texts: at least one language, a name in each.
pub fn check(fields: &mut Fields, texts: &Texts) {
    check_some(fields, texts);
    for (language, text) in texts {
        fields.required(&format!("texts.{language}.name"), &text.name, NAME_MAX);
        fields.text(&format!("texts.{language}.short"), &text.short, SHORT_MAX);
        fields.text(&format!("texts.{language}.description"), &text.description, DESCRIPTION_MAX);
    }
}

/// The name and value of an attribute in `language`, with the key for a name when nothing was written.
pub fn attribute(texts: &BTreeMap<Language, AttributeText>, language: Language, key: &str) -> AttributeText {
    text_in(texts, language)
        .cloned()
        .unwrap_or_else(|| AttributeText { name: key.to_owned(), value: String::new() })
}

/// Checks name and value of an attribute in each language. `at`: what the field of its texts is called.
pub fn check_attribute(fields: &mut Fields, at: &str, texts: &BTreeMap<Language, AttributeText>) {
    for (language, text) in texts {
        fields.required(&format!("{at}.{language}.name"), &text.name, ATTRIBUTE_NAME_MAX);
        fields.text(&format!("{at}.{language}.value"), &text.value, ATTRIBUTE_VALUE_MAX);
    }
}

/// Checks the key of a copy.
pub fn check_copy(copy: &NewCopy) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &copy.key);
    fields.finish()
}

/// The version that a change was made from; refused with the field's name when it is missing.
pub fn version(given: Option<i32>) -> Result<i32> {
    given.ok_or_else(|| Refusal::field("version", "required", "Send the version that you read.").into())
}

/// What a lost race is answered with, and a row that is not there.
pub fn lost(exists: bool) -> Refusal {
    if exists { Refusal::new(Code::VersionConflict) } else { Refusal::not_found() }
}

/// A key that another row has.
pub fn taken(error: diesel::result::Error) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::UniqueViolation, info)
            if info.constraint_name().is_some_and(|name| name.ends_with("_key")) =>
        {
            Refusal::field("key", "taken", "This key is in use.").into()
        }
        other => other.into(),
    }
}

/// Something that other rows still need.
pub fn in_use(error: diesel::result::Error, detail: &str) -> Error {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};
    match error {
        Diesel::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            Refusal::because(Code::InUse, detail).into()
        }
        other => other.into(),
    }
}
