//! Lists come in pages.

use serde::{Deserialize, Serialize};

use crate::Language;

/// Rows of a page when nothing is said.
pub const PER_PAGE_DEFAULT: u32 = 25;
/// The most rows of a page.
pub const PER_PAGE_MAX: u32 = 200;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Number of this page, from 1.
    pub page: u32,
    /// Rows asked for, at most 200.
    pub per_page: u32,
    /// Rows of all pages.
    pub total: i64,
}

/// One page of a log; `next` goes on where it ends, however many rows there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogPage<T> {
    pub items: Vec<T>,
    /// Number of this page, from 1; 1 when paged by `after`.
    pub page: u32,
    /// Rows asked for, at most 200.
    pub per_page: u32,
    /// Rows of all pages; `null` when paged by `after`, for counting takes longer than reading on.
    pub total: Option<i64>,
    /// Give it as `after` to read on. `null`: this was the last page, or it is sorted by something else than the instant.
    pub next: Option<String>,
}

/// What every list takes: `?page=1&per_page=25&sort=-created_at&search=text`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct PageQuery {
    /// Number of the page, from 1.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1_000_000, default = 1))]
    pub page: Option<u32>,
    /// Rows of a page, at most 200.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 200, default = 25))]
    pub per_page: Option<u32>,
    /// Column to sort by; a minus in front sorts downwards. Columns that the list has not are refused.
    #[cfg_attr(feature = "openapi", param(max_length = 64, example = "-created_at"))]
    pub sort: Option<String>,
    /// A text to look for in what the list searches; small and capital letters are the same.
    #[cfg_attr(feature = "openapi", param(max_length = 200))]
    pub search: Option<String>,
}

/// Whether to write, or only to say what would happen.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct DryRun {
    /// True: nothing is written.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(default = false))]
    pub dry_run: bool,
}

/// The version that was read of what is written; refused when somebody changed it meanwhile.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct VersionQuery {
    /// The version that was read; refused when somebody changed it meanwhile.
    pub version: i32,
}

/// How a stream of events is read.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct FollowQuery {
    /// The language of texts, before `Accept-Language`: browsers let no page say that of a stream.
    #[serde(default)]
    pub language: Option<Language>,
}

/// How a list is written as a file.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct FileQuery {
    /// The language of names and descriptions, before `Accept-Language`: a link sends no header of its own.
    #[serde(default)]
    pub language: Option<Language>,
    /// True: the file begins with a byte order mark, by which spreadsheets know UTF-8.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", param(default = false))]
    pub bom: bool,
}

/// Lists of staff that are also given as files: `/admin/clients` as `/admin/clients.csv`.
pub const STAFF_FILES: &[&str] = &[
    "activity",
    "clients",
    "documents",
    "notifications",
    "orders",
    "payments",
    "products",
    "services",
    "tasks",
    "transactions",
    "users",
];

/// Lists of a client that are also given as files: `/clients/{client_id}/documents.csv`.
pub const CLIENT_FILES: &[&str] = &["documents", "services", "transactions"];

/// Whether the list at this path, below `/api/v1`, is also given as a file: under the same path with `.csv`.
pub fn has_file(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("admin"), Some(list), None, None) => STAFF_FILES.contains(&list),
        (Some("clients"), Some(_), Some(list), None) => CLIENT_FILES.contains(&list),
        _ => false,
    }
}
