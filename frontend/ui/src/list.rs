//! The state of a list, kept in the URL: a link reproduces the view.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

pub const PER_PAGE_DEFAULT: u32 = 25;
pub const PER_PAGE_CHOICES: [u32; 5] = [10, 25, 50, 100, 200];

type Params = Vec<(String, String)>;

/// Page, order, search and filters of the list on this page, read from the URL and written to it.
///
/// Parameters of the URL: `q`, `sort`, `page`, `per_page`, and one for each filter; defaults are left out.
#[derive(Clone, Copy)]
pub struct ListState {
    params: Memo<Params>,
    write: StoredValue<Callback<(Params, bool)>>,
    sort_default: &'static str,
}

/// The list state of this page. `sort_default` holds when the URL says nothing, e.g. `-created_at`.
pub fn use_list(sort_default: &'static str) -> ListState {
    let query = use_query_map();
    let path = use_location().pathname;
    let navigate = send_wrapper::SendWrapper::new(use_navigate());
    let params = Memo::new(move |_| {
        query.with(|query| {
            let pairs = query.clone().into_iter().map(|(name, value)| (name.into_owned(), value));
            pairs.filter(|(_, value)| !value.is_empty()).collect::<Params>()
        })
    });
    let write = Callback::new(move |(params, replace): (Params, bool)| {
        let search = encode(&params);
        let path = path.get_untracked();
        let to = if search.is_empty() { path } else { format!("{path}?{search}") };
        navigate(
            &to,
            NavigateOptions { resolve: false, replace, scroll: false, ..NavigateOptions::default() },
        );
    });
    ListState { params, write: StoredValue::new(write), sort_default }
}

/// `name=value&…`, percent-encoded.
pub fn encode(params: &[(String, String)]) -> String {
    params
        .iter()
        .map(|(name, value)| format!("{name}={}", String::from(js_sys::encode_uri_component(value))))
        .collect::<Vec<_>>()
        .join("&")
}

impl ListState {
    fn read(&self, name: &str) -> Option<String> {
        self.params.with(|params| params.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
    }

    /// Writes parameters; an empty value removes one. Anything but the page goes back to the first one.
    pub fn set(&self, changes: &[(&str, String)], replace: bool) {
        self.put(changes, replace, changes.iter().all(|(name, _)| *name == "page"));
    }

    /// Writes what is open beside the list or above it; an empty value closes it. It is no filter: the page stays.
    pub fn set_opened(&self, name: &str, value: String) {
        self.put(&[(name, value)], true, true);
    }

    fn put(&self, changes: &[(&str, String)], replace: bool, stays: bool) {
        let mut params = self.params.get_untracked();
        let place = |key: &str| matches!(key, "page" | "after");
        params.retain(|(key, _)| !changes.iter().any(|(name, _)| name == key) && (stays || !place(key)));
        params.extend(
            changes
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        self.write.with_value(|write| write.run((params, replace)));
    }

    pub fn page(&self) -> u32 {
        self.read("page").and_then(|page| page.parse().ok()).filter(|page| *page > 0).unwrap_or(1)
    }

    pub fn set_page(&self, page: u32) {
        self.set(&[("page", if page > 1 { page.to_string() } else { String::new() })], false);
    }

    pub fn per_page(&self) -> u32 {
        self.read("per_page")
            .and_then(|rows| rows.parse().ok())
            .filter(|rows| PER_PAGE_CHOICES.contains(rows))
            .unwrap_or(PER_PAGE_DEFAULT)
    }

    pub fn set_per_page(&self, rows: u32) {
        self.set(
            &[("per_page", if rows == PER_PAGE_DEFAULT { String::new() } else { rows.to_string() })],
            false,
        );
    }

    pub fn search(&self) -> String {
        self.read("q").unwrap_or_default()
    }

    /// For typing: replaces the history entry.
    pub fn set_search(&self, text: &str) {
        self.set(&[("q", text.to_owned())], true);
    }

    pub fn sort(&self) -> String {
        self.read("sort").unwrap_or_else(|| self.sort_default.to_owned())
    }

    /// Sorts by `column`; a second time the other way round.
    pub fn toggle_sort(&self, column: &str) {
        let next = if self.sort() == column { format!("-{column}") } else { column.to_owned() };
        self.set(&[("sort", if next == self.sort_default { String::new() } else { next })], false);
    }

    /// A filter's value; empty when it is off.
    pub fn filter(&self, name: &str) -> String {
        self.read(name).unwrap_or_default()
    }

    pub fn set_filter(&self, name: &str, value: &str) {
        self.set(&[(name, value.to_owned())], false);
    }

    /// Search or any filter is on.
    pub fn is_filtered(&self) -> bool {
        self.params.with(|params| {
            params.iter().any(|(key, _)| !matches!(key.as_str(), "page" | "after" | "per_page" | "sort"))
        })
    }

    pub fn clear_filters(&self) {
        let mut params = self.params.get_untracked();
        params.retain(|(key, _)| matches!(key.as_str(), "per_page" | "sort"));
        self.write.with_value(|write| write.run((params, false)));
    }

    /// The query of the API call: everything that the URL says, in the API's names.
    pub fn api_query(&self) -> String {
        let mut params = self.params.get();
        for (key, _) in &mut params {
            if key == "q" {
                "search".clone_into(key);
            }
        }
        if !params.iter().any(|(key, _)| key == "sort") && !self.sort_default.is_empty() {
            params.push(("sort".to_owned(), self.sort_default.to_owned()));
        }
        if !params.iter().any(|(key, _)| key == "per_page") {
            params.push(("per_page".to_owned(), PER_PAGE_DEFAULT.to_string()));
        }
        encode(&params)
    }
}
