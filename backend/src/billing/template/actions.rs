//! Trying, saving and taking back templates.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use pdf::{DocumentData, Fault, Made, Output, Work};
use serde_json::json;
use shared::billing::template::{
    TEMPLATE_BYTES_MAX, TemplateDetail, TemplateInput, TemplatePreview, TemplateState, TemplateSummary,
    TemplateTrial,
};
use shared::billing::{DocumentKind, company};
use shared::{Code, CompanyId, Language};

use super::samples::{self, Setting};
use super::store::{self, Heading, Place};
use super::{sandbox, variables};
use crate::App;
use crate::audit::{self, Actor, Entry, Level};
use crate::billing::company::store as companies;
use crate::billing::document::{Document, frozen, paper};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::settings;

/// The most pages that a preview shows.
const PREVIEW_PAGES_MAX: usize = 12;

/// The version that a document of this place is issued with now: the company's own in its language, else the company's own
/// in the default language, else the built-in one.
pub async fn version_for(conn: &mut Conn, place: Place) -> Result<i32> {
    let default = settings::load(conn).await?.general.language;
    Ok(store::version_for(conn, place, default).await?)
}

/// What prints each kind in each language.
pub async fn list(conn: &mut Conn, company: CompanyId) -> Result<Vec<TemplateSummary>> {
    companies::find(conn, company).await?.ok_or_else(Refusal::not_found)?;
    let default = settings::load(conn).await?.general.language;
    let headings = store::headings(conn, company).await?;
    let places = DocumentKind::ALL
        .iter()
        .flat_map(|kind| Language::ALL.iter().map(move |language| (*kind, *language)));
    Ok(places.map(|(kind, language)| summary(&headings, kind, language, default)).collect())
}

fn summary(
    headings: &[Heading],
    kind: DocumentKind,
    language: Language,
    default: Language,
) -> TemplateSummary {
    let of = |language| headings.iter().find(|one| one.kind == kind && one.language == language);
    let is_own = |language| of(language).is_some_and(|heading| heading.is_own);
    let state = if is_own(language) {
        TemplateState::Own
    } else if is_own(default) {
        TemplateState::DefaultLanguage
    } else {
        TemplateState::BuiltIn
    };
    let heading = of(language);
    TemplateSummary {
        kind,
        language,
        state,
        version: heading.map_or(0, |heading| heading.version),
        changed_at: heading.map(|heading| heading.changed_at),
    }
}

/// A template with what its editor needs; descriptions in the language that the caller `reads`.
pub async fn show(conn: &mut Conn, place: Place, reads: Language) -> Result<TemplateDetail> {
    let all = list(conn, place.company).await?;
    let summary = all.into_iter().find(|one| one.kind == place.kind && one.language == place.language);
    let TemplateSummary { kind, language, state, version, changed_at } =
        summary.ok_or_else(Refusal::not_found)?;
    let source = store::newest(conn, place).await?.and_then(|template| template.source);
    Ok(TemplateDetail {
        kind,
        language,
        state,
        version,
        changed_at,
        source,
        built_in: pdf::start_source(paper::kind(kind)),
        variables: variables::all(reads),
    })
}

/// The company as samples show it.
async fn setting(conn: &mut Conn, place: Place, sheet: Option<company::Paper>) -> Result<Setting> {
    companies::find(conn, place.company).await?.ok_or_else(Refusal::not_found)?;
    let seller = frozen::selling(conn, place.company).await?.seller;
    let logo = companies::logo(conn, place.company).await?;
    Ok(Setting {
        paper: sheet.unwrap_or(seller.paper),
        seller,
        logo: logo.map(|(media_type, bytes)| paper::present_logo(media_type, bytes)),
        kind: paper::kind(place.kind),
        language: place.language,
    })
}

fn check(source: &str) -> Result<()> {
    let mut fields = Fields::new();
    let too_long = format!("At most {TEMPLATE_BYTES_MAX} bytes.");
    fields.check(!source.trim().is_empty(), "source", "required", "This field is required.");
    fields.check(source.len() <= TEMPLATE_BYTES_MAX, "source", "too_long", &too_long);
    let allowed = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    fields.check(source.chars().all(allowed), "source", "invalid", "Control characters are not allowed.");
    fields.finish()
}

/// Each fault with its line and column.
fn refused(faults: &[Fault]) -> Refusal {
    let mut fields = Fields::new();
    for fault in faults {
        fields.add("source", "template", fault.to_string());
    }
    match fields.finish() {
        Err(crate::Error::Refused(refusal)) => refusal,
        Err(_) | Ok(()) => Refusal::field("source", "template", "The template prints nothing."),
    }
}

/// Draws a sample with a template that is not saved. Refuses one that cannot print it.
pub async fn preview(app: &App, place: Place, trial: &TemplateTrial) -> Result<TemplatePreview> {
    check(&trial.source)?;
    let setting = setting(&mut *app.db.get().await?, place, trial.paper).await?;
    let work = Work {
        kind: setting.kind,
        source: trial.source.clone(),
        documents: vec![samples::one(&setting, trial.sample)],
        output: Output::Pages { most: PREVIEW_PAGES_MAX },
        einvoice: None,
    };
    match sandbox::typeset(app, &work).await? {
        Made::Pages { pages, total, warnings } => Ok(TemplatePreview {
            pages,
            pages_total: u32::try_from(total).unwrap_or(u32::MAX),
            warnings: warnings.iter().map(Fault::to_string).collect(),
        }),
        Made::Faults(faults) => Err(refused(&faults).into()),
        Made::Sound | Made::Pdf { .. } => Err(anyhow::anyhow!("no pages were made").into()),
    }
}

/// The PDF of an issued document by the template it was issued with, its electronic invoice inside where there is one; or why
/// that template cannot print it.
pub async fn print(
    app: &App,
    kind: pdf::Kind,
    data: &DocumentData,
    source: String,
    einvoice: Option<String>,
) -> Result<std::result::Result<Vec<u8>, Vec<Fault>>> {
    let work = Work { kind, source, documents: vec![data.clone()], output: Output::Pdf, einvoice };
    match sandbox::typeset(app, &work).await? {
        Made::Pdf { bytes, without_einvoice } => {
            if let Some(error) = without_einvoice {
                tracing::warn!(error, "a paper stays without its electronic invoice");
            }
            Ok(Ok(bytes))
        }
        Made::Faults(faults) => Ok(Err(faults)),
        Made::Sound | Made::Pages { .. } => Err(anyhow::anyhow!("no PDF was made").into()),
    }
}

/// Leaves in the trail that a document was printed with the built-in template, and why.
pub async fn tell_of_faults(
    tx: &mut Conn,
    now: Timestamp,
    document: &Document,
    faults: &[Fault],
) -> Result<()> {
    let number = document.number.as_deref().unwrap_or_default();
    let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
    tracing::error!(document.id = %document.id, "a document was printed with the built-in template");
    let entry = Entry {
        action: "document.template_failed",
        description: format!(
            "{number} could not be printed with the own template; the built-in one stood in"
        ),
        client: Some(document.client_id),
        subject: Some(("document", document.id.0)),
        new: Some(json!({ "template_version": document.template_version, "faults": faults })),
        level: Level::Error,
        ..Entry::default()
    };
    audit::record(tx, &Actor::system(), now, entry).await?;
    Ok(())
}

/// Refuses a change that was made from another version than the present one; gives the present one and its source.
async fn present(conn: &mut Conn, place: Place, given: i32) -> Result<(i32, Option<String>)> {
    let newest = store::newest(conn, place).await?;
    let (version, source) = newest.map_or((0, None), |template| (template.version, template.source));
    Refusal::if_changed(version, given)?;
    Ok((version, source))
}

/// Saves a template; documents issued from then on are printed with it.
///
/// Refuses one that does not print every sample. That is found out before anything is locked.
pub async fn save(app: &App, actor: &Actor, place: Place, input: &TemplateInput) -> Result<()> {
    check(&input.source)?;
    let mut conn = app.db.get().await?;
    let setting = setting(&mut conn, place, None).await?;
    present(&mut conn, place, input.version).await?;
    drop(conn);
    // An endless one is known by the first sample.
    let mut documents = samples::all(&setting);
    let rest = documents.split_off(1);
    for documents in [documents, rest] {
        let source = input.source.clone();
        let work = Work { kind: setting.kind, source, documents, output: Output::Nothing, einvoice: None };
        if let Made::Faults(faults) = sandbox::typeset(app, &work).await? {
            return Err(refused(&faults).into());
        }
    }
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    write(&mut conn, now, actor, place, input.version, Some(&input.source)).await
}

/// Goes back to the built-in template, or to the one of the default language. Refuses when there is nothing to take back.
pub async fn take_back(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    place: Place,
    version: i32,
) -> Result<()> {
    write(conn, now, actor, place, version, None).await
}

/// Writes the next version. Locks the company; what is there already is not written again.
async fn write(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    place: Place,
    version: i32,
    source: Option<&str>,
) -> Result<()> {
    conn.transaction(async |tx| {
        companies::lock(tx, place.company).await?.ok_or_else(Refusal::not_found)?;
        let (present, kept) = present(tx, place, version).await?;
        if source.is_none() && kept.is_none() {
            let detail = "The company has no template of its own here.";
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        if kept.as_deref() == source {
            return Ok(());
        }
        store::insert(tx, now, place, present + 1, source, &actor.to_string()).await?;
        let (kind, language) = (place.kind, place.language);
        let (action, what) = match source {
            Some(_) => ("company.template_changed", "changed"),
            None => ("company.template_removed", "removed"),
        };
        let entry = Entry {
            action,
            description: format!("Own template of {kind} in {language} {what}"),
            subject: Some(("company", place.company.0)),
            old: Some(json!({ "version": present, "bytes": kept.map(|kept| kept.len()) })),
            new: Some(json!({ "version": present + 1, "bytes": source.map(str::len) })),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}
