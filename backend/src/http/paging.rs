//! Pages of lists: bounds, order and the way into SQL.

use std::str::FromStr;

use jiff::Timestamp;
use shared::page::{PER_PAGE_DEFAULT, PER_PAGE_MAX};
use shared::{LogPage, Page, PageQuery};
use uuid::Uuid;

use crate::http::error::{Refusal, Result};

/// A checked page request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    pub page: u32,
    pub per_page: u32,
    /// One of the columns the list offers.
    pub sort: &'static str,
    pub descending: bool,
    /// Trimmed; `None` when empty.
    pub search: Option<String>,
}

impl Paging {
    /// Checks a query against the columns that the list sorts by; the first is the default, downwards when it begins with
    /// a minus: `&["-created_at", "name"]`.
    pub fn read(query: &PageQuery, columns: &'static [&'static str]) -> Result<Self> {
        let page = query.page.unwrap_or(1);
        if !(1..=1_000_000).contains(&page) {
            return Err(Refusal::field("page", "out_of_range", "Must be between 1 and 1000000.").into());
        }
        let per_page = query.per_page.unwrap_or(PER_PAGE_DEFAULT);
        if !(1..=PER_PAGE_MAX).contains(&per_page) {
            return Err(Refusal::field("per_page", "out_of_range", "Must be between 1 and 200.").into());
        }
        let wanted = query.sort.as_deref().unwrap_or(columns[0]);
        let (descending, name) = match wanted.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, wanted),
        };
        let known =
            columns.iter().map(|column| column.trim_start_matches('-')).find(|column| *column == name);
        let Some(sort) = known else {
            return Err(Refusal::field("sort", "unknown", "This list cannot be sorted by that.").into());
        };
        let search =
            query.search.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        if search.as_ref().is_some_and(|text| text.chars().count() > 200 || text.contains('\0')) {
            return Err(Refusal::field("search", "too_long", "At most 200 characters.").into());
        }
        Ok(Self { page, per_page, sort, descending, search })
    }

    pub fn limit(&self) -> i64 {
        i64::from(self.per_page)
    }

    pub fn offset(&self) -> i64 {
        i64::from(self.page - 1) * i64::from(self.per_page)
    }

    /// As SQL has it.
    pub const fn direction(&self) -> &'static str {
        if self.descending { "DESC" } else { "ASC" }
    }

    /// As SQL has it, with what is missing before everything else.
    pub const fn direction_nulls_low(&self) -> &'static str {
        if self.descending { "DESC NULLS LAST" } else { "ASC NULLS FIRST" }
    }

    /// The search as a pattern for `ILIKE`, with its own wildcards taken literally.
    pub fn pattern(&self) -> Option<String> {
        self.search.as_ref().map(|text| like_pattern(text))
    }

    pub fn page<T>(&self, items: Vec<T>, total: i64) -> Page<T> {
        Page { items, page: self.page, per_page: self.per_page, total }
    }

    /// A page of a log, with where the next one begins: `end` is what its last row says of itself. `total` is `None` when
    /// it was read by `after`.
    pub fn log_page<T>(&self, items: Vec<T>, total: Option<i64>, end: Option<After>) -> LogPage<T> {
        let full = i64::try_from(items.len()).is_ok_and(|found| found == self.limit());
        let next = end.filter(|_| full && self.sort == BY_INSTANT).map(|end| end.to_string());
        LogPage { items, page: self.page, per_page: self.per_page, total, next }
    }

    /// Where a log is read on, when something was given as `after`: only in the order of `created_at`.
    pub fn after(&self, given: Option<&str>) -> Result<Option<After>> {
        if given.is_some() && self.sort != BY_INSTANT {
            let message = "Pages go on only in the order of `created_at`.";
            return Err(Refusal::field("after", "invalid", message).into());
        }
        Ok(given.map(After::from_str).transpose()?)
    }
}

/// Rows of a long log are counted up to this; beyond it a list says so much.
pub const COUNT_MAX: i64 = 10_000;

/// The column of a log that its pages go on by.
const BY_INSTANT: &str = "created_at";

/// Where a page of a log ended: the instant, to the microsecond, and the id of its last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub at: Timestamp,
    pub id: Uuid,
}

impl FromStr for After {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let read = text.split_once('.').and_then(|(at, id)| {
            let at = Timestamp::from_microsecond(at.parse().ok()?).ok()?;
            Some(Self { at, id: Uuid::try_parse(id).ok()? })
        });
        read.ok_or_else(|| Refusal::field("after", "invalid", "Give the `next` of the page before."))
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.at.as_microsecond(), self.id)
    }
}

/// `%text%` for `ILIKE`, with wildcards in the text taken literally.
pub fn like_pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
