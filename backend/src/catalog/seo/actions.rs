//! Writing what search engines are told.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rules::slug;
use serde_json::json;
use shared::Language;
use shared::catalog::{SEO_DESCRIPTION_MAX, SEO_TITLE_MAX, SeoInput, Texts};

use super::store::{self, Owner};
use crate::audit::Actor;
use crate::catalog::{group, product, text};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// How many numbers are tried when the name of another one is the same.
const NUMBERS_MAX: u32 = 100;

fn check(input: &SeoInput) -> Result<()> {
    let mut fields = Fields::new();
    for (language, text) in &input.texts {
        let at = |field: &str| format!("texts.{language}.{field}");
        let message = "Use 1 to 63 lower-case letters and digits, with single hyphens between them.";
        fields.check(text.slug.is_empty() || slug::is_sound(&text.slug), &at("slug"), "invalid", message);
        fields.text(&at("title"), &text.title, SEO_TITLE_MAX);
        fields.text(&at("description"), &text.description, SEO_DESCRIPTION_MAX);
        let is_line = !text.description.contains(char::is_control);
        fields.check(is_line, &at("description"), "invalid", "Write it in one line.");
    }
    fields.finish()
}

/// The slug that was asked for, or one made of the name that nobody else has.
async fn free_slug(
    tx: &mut Conn,
    owner: Owner,
    language: Language,
    asked: &str,
    (key, names): (&str, &Texts),
) -> Result<String> {
    let wanted = if asked.is_empty() {
        let name = text::text(names, language, key).name;
        let made = slug::of(&name).or_else(|| slug::of(key)).unwrap_or_else(|| key.to_owned());
        let numbered = (2..=NUMBERS_MAX).map(|number| slug::numbered(&made, number));
        std::iter::once(made.clone()).chain(numbered).collect()
    } else {
        vec![asked.to_owned()]
    };
    let taken = store::taken(tx, owner, language, &wanted).await?;
    wanted.into_iter().find(|slug| !taken.contains(slug)).ok_or_else(|| store::slug_taken(language))
}

/// Writes what search engines are told of a product or group, in all languages at once.
///
/// Locks it. Refuses a version that is not the present one, what is too long, slugs that are none, and those of others.
pub async fn set(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    owner: Owner,
    input: &SeoInput,
) -> Result<()> {
    check(input)?;
    conn.transaction(async |tx| {
        let named = store::lock(tx, owner).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(named.version, input.version)?;
        let before = store::of(tx, owner).await?;
        let names = text::read(named.texts)?;
        let mut texts = input.texts.clone();
        for (language, text) in &mut texts {
            text.slug = free_slug(tx, owner, *language, &text.slug, (&named.key, &names)).await?;
        }
        store::replace(tx, owner, &texts).await?;
        store::touch(tx, now, owner).await?;
        let kind = match owner {
            Owner::Product(_) => product::actions::PRODUCT,
            Owner::Group(_) => group::actions::GROUP,
        };
        let (old, new) = (json!({ "seo": before }), json!({ "seo": texts }));
        kind.record(owner.id(), &named.key).changed(tx, now, actor, &old, &new).await
    })
    .await
}
