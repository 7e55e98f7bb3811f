//! The few texts that components bring themselves.

use std::cell::Cell;

/// Texts of the components, in the language of the person.
#[derive(Debug)]
pub struct Words {
    pub close: &'static str,
    pub cancel: &'static str,
    pub retry: &'static str,
    pub undo: &'static str,
    pub copy: &'static str,
    pub copied: &'static str,
    /// Before what could not be copied.
    pub not_copied: &'static str,
    pub failed: &'static str,
    pub request_id: &'static str,
    pub nothing_found: &'static str,
    pub nothing_found_hint: &'static str,
    pub clear_filters: &'static str,
    pub search: &'static str,
    pub columns: &'static str,
    pub per_page: &'static str,
    /// `{from}`, `{to}`, `{total}`.
    pub range: &'static str,
    /// `{page}`, `{pages}`.
    pub page_of: &'static str,
    pub previous_page: &'static str,
    pub next_page: &'static str,
    pub show_password: &'static str,
    pub hide_password: &'static str,
    /// Weak to strong.
    pub strengths: [&'static str; 5],
    pub form_problems: &'static str,
    pub show_table: &'static str,
    pub actions: &'static str,
    pub unsaved: &'static str,
    pub choose: &'static str,
    pub loading: &'static str,
    pub palette_hint: &'static str,
    pub select_all: &'static str,
    pub select_row: &'static str,
    pub row_done: &'static str,
    pub type_to_confirm: &'static str,
    pub breadcrumbs: &'static str,
}

thread_local! {
    static WORDS: Cell<&'static Words> = const { Cell::new(&ENGLISH) };
}

/// Sets the texts; components drawn afterwards use them.
pub fn set_words(words: &'static Words) {
    WORDS.with(|cell| cell.set(words));
}

/// The texts of the components.
pub fn words() -> &'static Words {
    WORDS.with(Cell::get)
}

pub static ENGLISH: Words = Words {
    close: "Close",
    cancel: "Cancel",
    retry: "Try again",
    undo: "Undo",
    copy: "Copy",
    copied: "Copied",
    not_copied: "This browser does not copy here:",
    failed: "This did not load",
    request_id: "Request",
    nothing_found: "Nothing found",
    nothing_found_hint: "No row matches. Try other words or fewer filters.",
    clear_filters: "Clear filters",
    search: "Search",
    columns: "Columns",
    per_page: "Per page",
    range: "{from}–{to} of {total}",
    page_of: "Page {page} of {pages}",
    previous_page: "Previous page",
    next_page: "Next page",
    show_password: "Show password",
    hide_password: "Hide password",
    strengths: ["Far too weak", "Weak", "Fair", "Good", "Strong"],
    form_problems: "Some fields need another look:",
    show_table: "Show as table",
    actions: "Actions",
    unsaved: "What you changed here is not saved. Leave it anyway?",
    choose: "Choose…",
    loading: "Loading",
    palette_hint: "Where to? Type a page or a name…",
    select_all: "Select all rows",
    select_row: "Select this row",
    row_done: "Done",
    type_to_confirm: "Type {text} to confirm",
    breadcrumbs: "Where you are",
};
