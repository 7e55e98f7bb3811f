//! All pages of a list as a file of comma-separated values: what the filters leave, in the order shown.
//!
//! The long lists are files of the API, which are only linked to. Others are read page by page and written here.

use leptos::prelude::*;
use serde_json::{Map, Value};
use ui::{Button, Icon, lu, toast_bad};
use wasm_bindgen::{JsCast, JsValue};

use crate::api::{ApiError, client};
use crate::format;
use crate::i18n::{self, fill, t};
use crate::parts::submit::refuse;

/// Rows of one request, as many as the API gives.
const PER_PAGE: usize = 200;
/// No more rows than a browser holds with ease.
const ROWS_MAX: usize = 20_000;

/// What spreadsheets know UTF-8 by.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Saves what `asked` lists, whatever page of it is shown. Nothing to click while it is not known what was asked.
#[component]
pub fn CsvButton(asked: RwSignal<String>) -> impl IntoView {
    let done = RwSignal::new(None::<String>);
    let save = move |()| {
        if done.get_untracked().is_some() {
            return;
        }
        done.set(Some("0 %".to_owned()));
        leptos::task::spawn_local(async move {
            let path = asked.get_untracked();
            match collect(&path, done).await {
                Ok(rows) if offer(&path, &text(&rows.items)).is_none() => toast_bad(t().network_error),
                Ok(rows) if rows.cut => {
                    let count = i64::try_from(rows.items.len()).unwrap_or(i64::MAX);
                    toast_bad(fill(t().csv_cut, &[("n", &format::count(count))]));
                }
                Ok(_) => {}
                Err(error) => refuse(None, &error),
            }
            done.try_set(None);
        });
    };
    let file = Memo::new(move |_| asked.with(|asked| file(asked, i18n::language().as_str())));
    view! {
        <Show when=move || file.with(Option::is_some)>
            <a class="btn btn-sm btn-ghost" href=move || file.get() download="">
                <Icon icon=lu::LuDownload />
                "CSV"
            </a>
        </Show>
        <Show when=move || file.with(Option::is_none) && asked.with(|asked| !asked.is_empty())>
            <Button
                text=Signal::derive(move || done.get().unwrap_or_else(|| "CSV".to_owned()))
                icon=lu::LuDownload
                class="btn-sm btn-ghost"
                on_click=Callback::new(save)
            />
        </Show>
    }
}

/// The path, and what was asked for but its page.
fn unpaged(asked: &str) -> (&str, Vec<&str>) {
    let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
    let kept = query.split('&').filter(|part| {
        !part.is_empty() && !matches!(part.split('=').next(), Some("page" | "per_page" | "after"))
    });
    (path, kept.collect())
}

/// Where the API gives what was asked for as a file.
fn file(asked: &str, language: &str) -> Option<String> {
    let (path, kept) = unpaged(asked);
    let said = format!("bom=true&language={language}");
    let query = std::iter::once(said.as_str()).chain(kept).collect::<Vec<_>>().join("&");
    shared::page::has_file(path).then(|| client::file(&format!("{path}.csv?{query}")))
}

/// The rows of a list.
struct Rows {
    items: Vec<Map<String, Value>>,
    /// There are more, which are not among them.
    cut: bool,
}

async fn collect(asked: &str, done: RwSignal<Option<String>>) -> Result<Rows, ApiError> {
    let (path, kept) = unpaged(asked);
    let kept = kept.join("&");
    let mut rows = Vec::new();
    let mut cut = false;
    for page in 1.. {
        let Value::Object(mut answer) =
            client::get::<Value>(&format!("{path}?per_page={PER_PAGE}&page={page}&{kept}")).await?
        else {
            break;
        };
        let Some(Value::Array(items)) = answer.remove("items") else { break };
        let total = answer
            .get("total")
            .and_then(Value::as_u64)
            .and_then(|total| usize::try_from(total).ok())
            .unwrap_or(0);
        let all = items.len() < PER_PAGE;
        for item in items {
            let mut row = Map::new();
            flatten("", item, &mut row);
            rows.push(row);
        }
        if all {
            break;
        }
        if rows.len() >= ROWS_MAX {
            // Some lists count no further than to a limit.
            cut = total != rows.len();
            break;
        }
        done.try_set(Some(format!("{} %", (rows.len() * 100 / total.max(1)).min(99))));
    }
    Ok(Rows { items: rows, cut })
}

/// Puts the parts of a value under the names of their ways: `price.amount`.
fn flatten(name: &str, value: Value, row: &mut Map<String, Value>) {
    match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                let name = if name.is_empty() { part } else { format!("{name}.{part}") };
                flatten(&name, value, row);
            }
        }
        value => {
            row.insert(name.to_owned(), value);
        }
    }
}

fn text(rows: &[Map<String, Value>]) -> String {
    let mut names: Vec<&String> = Vec::new();
    for name in rows.iter().flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let head = names.iter().map(|name| (*name).clone()).collect::<Vec<_>>().join(",");
    let line = |row: &Map<String, Value>| {
        names.iter().map(|name| cell(row.get(*name))).collect::<Vec<_>>().join(",")
    };
    let lines = std::iter::once(head).chain(rows.iter().map(line)).collect::<Vec<_>>().join("\r\n");
    format!("{BYTE_ORDER_MARK}{lines}")
}

/// A value as a cell. A text that a spreadsheet would take for a formula is marked as text.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => {
            let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
            format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
        }
        Some(other) => format!("\"{}\"", other.to_string().replace('"', "\"\"")),
    }
}

/// Gives the browser a file to save, named after the last part of the path.
fn offer(asked: &str, text: &str) -> Option<()> {
    let path = asked.split('?').next()?;
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind).ok()?;
    let url = web_sys::Url::create_object_url_with_blob(&blob).ok()?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&url);
    link.set_download(&format!("{}.csv", path.rsplit('/').next()?));
    link.click();
    web_sys::Url::revoke_object_url(&url).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_page_is_chosen_anew_and_filters_stay() {
        let (path, kept) = unpaged("/admin/tasks?page=3&per_page=25&sort=-name&after=1.2");
        assert_eq!((path, kept.join("&").as_str()), ("/admin/tasks", "sort=-name"));
        assert_eq!(unpaged("/admin/tasks"), ("/admin/tasks", Vec::new()));
    }

    #[test]
    fn files_of_the_api_are_linked_to_with_the_filters() {
        assert_eq!(
            file("/admin/tasks?page=3&state=failed", "pl").as_deref(),
            Some("/api/v1/admin/tasks.csv?bom=true&language=pl&state=failed")
        );
        assert!(file("/clients/0192/documents", "en").is_some());
        for other in ["", "/admin/terms?page=1", "/clients/0192/users", "/admin/clients/0192/users"] {
            assert_eq!(file(other, "en"), None, "{other}");
        }
    }

    #[test]
    fn cells_are_quoted_parts_named_and_formulas_disarmed() {
        let mut row = Map::new();
        flatten("", json!({ "name": "=a \"b\"", "sum": { "amount": "-5.00" }, "none": null }), &mut row);
        let text = text(&[row]);
        let lines = text.strip_prefix(BYTE_ORDER_MARK).expect("the text says that it is UTF-8");
        let mut lines = lines.split("\r\n").map(str::to_owned).collect::<Vec<_>>();
        lines.sort();
        assert_eq!(lines, ["\"'=a \"\"b\"\"\",,\"-5.00\"", "name,none,sum.amount"]);
    }
}
