//! Templates of documents: how a home company prints each kind, in each language.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::DocumentKind;
use super::company::Paper;
use crate::Language;

/// The most bytes of a template.
pub const TEMPLATE_BYTES_MAX: usize = 200_000;

words! {
    /// Which template prints a kind in a language.
    TemplateState {
        /// The built-in one.
        BuiltIn = "built_in",
        /// The company's own.
        Own = "own",
        /// The company's own of the default language stands in.
        DefaultLanguage = "default_language",
    }
}

words! {
    /// A document made up to try a template with.
    TemplateSample {
        /// One line.
        Short = "short",
        /// Sixty lines, with units and discounts, over several pages.
        Long = "long",
        /// Without tax, with the sentence that the law asks for.
        ReverseCharge = "reverse_charge",
        /// Names, addresses and descriptions that hardly fit; two taxes.
        LongNames = "long_names",
        /// A Ukrainian buyer and hryvnias.
        Cyrillic = "cyrillic",
        /// Yen, which have no decimals.
        ZeroDecimals = "zero_decimals",
    }
}

/// How a company prints one kind of document in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateSummary {
    pub kind: DocumentKind,
    pub language: Language,
    pub state: TemplateState,
    /// Counts the changes; 0: there was none.
    pub version: i32,
    /// When it was changed last. `null`: never.
    pub changed_at: Option<Timestamp>,
}

/// What a template can print of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateVariable {
    /// As it is written in the template, where `data` is `sys.inputs.data`.
    #[cfg_attr(feature = "openapi", schema(examples("data.seller.name")))]
    pub name: String,
    /// What it is, in the reader's language.
    pub description: String,
}

/// A template with what its editor needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateDetail {
    pub kind: DocumentKind,
    pub language: Language,
    pub state: TemplateState,
    /// Counts the changes; 0: there was none. A change names it.
    pub version: i32,
    /// When it was changed last. `null`: never.
    pub changed_at: Option<Timestamp>,
    /// The company's own template, in Typst. `null`: it has none for this language.
    pub source: Option<String>,
    /// A template to begin with that prints what the built-in one prints.
    pub built_in: String,
    /// What can be printed.
    pub variables: Vec<TemplateVariable>,
}

/// Writes a company's own template. Documents issued from then on are printed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateInput {
    /// The version that was read.
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub version: i32,
    /// In Typst, at most 200,000 bytes. It can import `/layout.typ` and `/labels.typ`, and no other file.
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 200000,
            examples("#import \"/layout.typ\": sheet\n#sheet(sys.inputs.data, \"invoice\")")
        )
    )]
    pub source: String,
}

/// Which version goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct DeleteTemplate {
    /// The version that was read.
    pub version: i32,
}

/// Tries a template that is not saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateTrial {
    /// In Typst, at most 200,000 bytes.
    #[cfg_attr(
        feature = "openapi",
        schema(
            min_length = 1,
            max_length = 200000,
            examples("#import \"/layout.typ\": sheet\n#sheet(sys.inputs.data, \"invoice\")")
        )
    )]
    pub source: String,
    pub sample: TemplateSample,
    /// Size of the sheet. Left out: the company's.
    #[serde(default)]
    pub paper: Option<Paper>,
}

/// How a sample looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplatePreview {
    /// The first pages, each a drawing in SVG.
    #[cfg_attr(feature = "openapi", schema(max_items = 12, examples("<svg></svg>")))]
    pub pages: Vec<String>,
    /// Pages with those left out.
    pub pages_total: u32,
    /// What hardly was meant so, as `line:column: message`.
    #[cfg_attr(feature = "openapi", schema(examples("12:20: unknown font family: arial")))]
    pub warnings: Vec<String>,
}
