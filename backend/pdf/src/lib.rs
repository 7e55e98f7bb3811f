//! Documents as PDF, typeset by Typst in a sandbox without files or network.
//!
//! What goes in is the frozen document, what comes out are bytes: the same document gives the same bytes, today and in
//! ten years, as long as the template version is the same. Rendering takes milliseconds of processor time and touches
//! nothing outside; call it where blocking is allowed, and bound the wait: Typst cannot be interrupted.

mod confined;
mod data;
mod epc;
mod facturx;
mod format;
mod logo;
mod own;
mod statement;
mod world;

pub use confined::{SIGNALS_OF_FAULTS, confined};
pub use data::{DocumentData, Field, Kind, Line, Logo, LogoType, Paper, Party, Related, Tax};
pub use epc::{EpcPayment, epc_payload, iban_is_valid, qr_svg};
pub use own::{Fault, Made, Output, PAGES_MAX, Work, start_source};
pub use statement::{StatementData, StatementLine, StatementService, render_statement};
pub use world::check_logo;

use anyhow::{Context, anyhow};
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// Which built-in templates made a document; goes up whenever their result changes. Always below `OWN_TEMPLATES_FROM`.
pub const TEMPLATE_VERSION: i32 = 2;
/// Template versions from here on are templates that staff wrote.
pub const OWN_TEMPLATES_FROM: i32 = 1000;

/// Typesets a document.
///
/// Fails only on a logo that cannot be drawn or an amount that is no plain decimal; both are refused when they come in.
pub fn render(kind: Kind, data: &DocumentData) -> anyhow::Result<Vec<u8>> {
    print_document(&world::Sandbox::new(kind, data)?, kind, data)
}

/// Typesets a document as PDF/A-3b with its electronic invoice inside, a Cross Industry Invoice of the profile EN 16931, the
/// way Factur-X wants it.
///
/// Fails as `render` does, and on what PDF/A cannot hold: a letter that no font has, for one.
pub fn render_with_einvoice(kind: Kind, data: &DocumentData, xml: &str) -> anyhow::Result<Vec<u8>> {
    print_with_einvoice(world::Sandbox::new(kind, data)?, kind, data, xml)
}

fn print_document(world: &world::Sandbox, kind: Kind, data: &DocumentData) -> anyhow::Result<Vec<u8>> {
    print(world, ident(kind, data), data.issued_at, PdfStandards::default())
}

fn print_with_einvoice(
    world: world::Sandbox,
    kind: Kind,
    data: &DocumentData,
    xml: &str,
) -> anyhow::Result<Vec<u8>> {
    let standards =
        PdfStandards::new(&[PdfStandard::A_3b]).map_err(|error| anyhow!("PDF/A-3b: {}", error.message()))?;
    facturx::describe(&print(&world.attaching(xml)?, ident(kind, data), data.issued_at, standards)?)
}

fn ident(kind: Kind, data: &DocumentData) -> String {
    format!("{}/{}/{}", data.seller.name, kind.as_str(), data.number)
}

/// Typesets what the sandbox holds. The same `ident` and instant give the same bytes.
fn print(
    world: &world::Sandbox,
    ident: String,
    at: jiff::Timestamp,
    standards: PdfStandards,
) -> anyhow::Result<Vec<u8>> {
    let compiled = typst::compile::<PagedDocument>(world).output;
    let result = compiled.map_err(|errors| first("typesetting", &errors)).and_then(|document| {
        let options = PdfOptions {
            ident: Smart::Custom(ident),
            creator: Smart::Custom(Some("Hostwright".to_owned())),
            timestamp: Some(instant(at)?),
            standards,
            ..PdfOptions::default()
        };
        typst_pdf::pdf(&document, &options).map_err(|errors| first("writing the PDF", &errors))
    });
    comemo::evict(10);
    result
}

fn first(step: &str, errors: &[SourceDiagnostic]) -> anyhow::Error {
    let message = errors.first().map_or("no reason given", |error| error.message.as_str());
    anyhow!("{step}: {message}")
}

fn instant(at: jiff::Timestamp) -> anyhow::Result<Timestamp> {
    let civil = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let part = |value: i8| u8::try_from(value).context("a part of a date");
    let datetime = Datetime::from_ymd_hms(
        i32::from(civil.year()),
        part(civil.month())?,
        part(civil.day())?,
        part(civil.hour())?,
        part(civil.minute())?,
        part(civil.second())?,
    );
    Ok(Timestamp::new_utc(datetime.context("an instant outside the calendar")?))
}
