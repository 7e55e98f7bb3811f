//! Templates that staff wrote: the same sandbox and the same data, with their source in place of ours.
//!
//! Such a source may ask for any amount of time and memory, so it is typeset in a process of its own: `confined` is that
//! process, `Work` what it reads and `Made` what it answers.

use serde::{Deserialize, Serialize};
use typst::diag::SourceDiagnostic;
use typst::syntax::DiagSpan;
use typst::{World, WorldExt};
use typst_layout::PagedDocument;
use typst_svg::SvgOptions;

use crate::data::{DocumentData, Kind, base64_text};
use crate::world::Sandbox;

/// The most pages of a document.
pub const PAGES_MAX: usize = 200;
/// The most faults that are told at once.
const FAULTS_MAX: usize = 10;
/// Processor time of a work, and of each of its documents, in seconds. An invoice takes hundredths of one.
const SECONDS: u64 = 8;
const SECONDS_EACH: u64 = 2;

/// What to typeset.
#[derive(Debug, Serialize, Deserialize)]
pub struct Work {
    pub kind: Kind,
    /// The template.
    pub source: String,
    /// One after the other, until one fails.
    pub documents: Vec<DocumentData>,
    pub output: Output,
    /// The electronic invoice that belongs into the PDF.
    #[serde(default)]
    pub einvoice: Option<String>,
}

/// What is wanted of it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Output {
    /// To know whether all of them can be typeset.
    Nothing,
    /// The PDF of the last one.
    Pdf,
    /// The first `most` pages of the last one, as SVG.
    Pages { most: usize },
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Made {
    /// The template cannot print one of the documents; at least one fault.
    Faults(Vec<Fault>),
    /// All of them can be typeset.
    Sound,
    Pdf {
        #[serde(with = "base64_text")]
        bytes: Vec<u8>,
        /// Why its electronic invoice is not inside: PDF/A cannot hold everything that a paper can.
        without_einvoice: Option<String>,
    },
    Pages {
        pages: Vec<String>,
        /// How many there are with those left out.
        total: usize,
        warnings: Vec<Fault>,
    },
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Line and column in the template, from 1; columns are characters. `None`: nowhere in particular.
    pub at: Option<(usize, usize)>,
    pub message: String,
}

impl Fault {
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self { at: None, message: message.into() }
    }
}

/// `12:5: unexpected end of block`.
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "{line}:{column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Work {
    /// Processor time that it may take, in seconds.
    pub fn seconds_max(&self) -> u64 {
        let documents = u64::try_from(self.documents.len()).unwrap_or(u64::MAX);
        SECONDS.saturating_add(documents.saturating_mul(SECONDS_EACH))
    }

    /// Typesets without limits of time and memory. Fails on what is no fault of the template: data that cannot be shown.
    pub fn run(&self) -> anyhow::Result<Made> {
        let mut made = Made::Sound;
        for (place, data) in self.documents.iter().enumerate() {
            let is_last = place + 1 == self.documents.len();
            let output = if is_last { self.output } else { Output::Nothing };
            made = self.one(data, output)?;
            if matches!(made, Made::Faults(_)) {
                break;
            }
        }
        Ok(made)
    }

    fn one(&self, data: &DocumentData, output: Output) -> anyhow::Result<Made> {
        let world = Sandbox::own(self.kind, data, &self.source)?;
        let compiled = typst::compile::<PagedDocument>(&world);
        let document = match compiled.output {
            Ok(document) => document,
            Err(errors) => return Ok(Made::Faults(faults(&world, &errors))),
        };
        let pages = document.pages();
        if pages.len() > PAGES_MAX {
            let message = format!("it gives {} pages: at most {PAGES_MAX}", pages.len());
            return Ok(Made::Faults(vec![Fault::nowhere(message)]));
        }
        Ok(match output {
            Output::Nothing => Made::Sound,
            Output::Pdf => self.pdf(&world, data),
            Output::Pages { most } => {
                let drawn = pages.iter().take(most);
                let pages = drawn.map(|page| typst_svg::svg(page, &SvgOptions::default())).collect();
                let warnings = faults(&world, &compiled.warnings);
                Made::Pages { pages, total: document.pages().len(), warnings }
            }
        })
    }
}

impl Work {
    fn pdf(&self, world: &Sandbox, data: &DocumentData) -> Made {
        let mut without_einvoice = None;
        if let Some(xml) = &self.einvoice {
            let made = Sandbox::own(self.kind, data, &self.source)
                .and_then(|world| crate::print_with_einvoice(world, self.kind, data, xml));
            match made {
                Ok(bytes) => return Made::Pdf { bytes, without_einvoice },
                Err(error) => without_einvoice = Some(format!("{error:#}")),
            }
        }
        match crate::print_document(world, self.kind, data) {
            Ok(bytes) => Made::Pdf { bytes, without_einvoice },
            Err(error) => Made::Faults(vec![Fault::nowhere(format!("{error:#}"))]),
        }
    }
}

fn faults(world: &Sandbox, diagnostics: &[SourceDiagnostic]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for fault in diagnostics.iter().map(|diagnostic| fault(world, diagnostic)) {
        if faults.len() < FAULTS_MAX && !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    faults
}

/// What happened in one of our files is told where the template called it.
fn fault(world: &Sandbox, diagnostic: &SourceDiagnostic) -> Fault {
    let trace = diagnostic.trace.iter().map(|point| DiagSpan::from(point.span));
    let at = std::iter::once(diagnostic.span).chain(trace).find_map(|span| place(world, span));
    let mut message = diagnostic.message.to_string();
    for hint in &diagnostic.hints {
        message += &format!("; {}", hint.v);
    }
    if let Some(id) = diagnostic.span.id().filter(|id| *id != world.main()) {
        message = format!("{}: {message}", id.get().vpath().get_with_slash());
    }
    Fault { at, message }
}

fn place(world: &Sandbox, span: DiagSpan) -> Option<(usize, usize)> {
    if span.id()? != world.main() {
        return None;
    }
    let start = world.range(span)?.start;
    let (line, column) = world.source(world.main()).ok()?.lines().byte_to_line_column(start)?;
    Some((line + 1, column + 1))
}

/// A source to begin with that prints what the built-in template of this kind prints. The words stay in `/labels.typ`.
pub fn start_source(kind: Kind) -> String {
    format!("{}\n#sheet(sys.inputs.data, \"{}\")\n", include_str!("../templates/layout.typ"), kind.as_str())
}
