//! How a page is framed: head, crumbs, cards, tabs, steps.

use icondata_core::IconData;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use leptos_router::hooks::use_location;

use crate::{Icon, Sparkline, lu, words};

/// A step of the path to a page. The last has no link.
#[derive(Clone, Debug)]
pub struct Crumb {
    pub text: String,
    pub href: Option<String>,
}

impl Crumb {
    pub fn to(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self { text: text.into(), href: Some(href.into()) }
    }

    pub fn here(text: impl Into<String>) -> Self {
        Self { text: text.into(), href: None }
    }
}

/// Where the page stands.
#[component]
pub fn Breadcrumbs(crumbs: Vec<Crumb>) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label=words().breadcrumbs>
            {crumbs
                .into_iter()
                .enumerate()
                .map(|(index, crumb)| {
                    view! {
                        {(index > 0).then(|| view! { <Icon icon=lu::LuChevronRight class="icon-sm" /> })}
                        {match crumb.href {
                            Some(href) => view! { <a href=href>{crumb.text}</a> }.into_any(),
                            None => view! { <span aria-current="page">{crumb.text}</span> }.into_any(),
                        }}
                    }
                })
                .collect_view()}
        </nav>
    }
}

/// Title, a line below it, and the actions of the page (children).
#[component]
pub fn PageHead(
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: Option<TextProp>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <header class="page-head">
            <div class="min-w-0">
                <h1>{move || title.get()}</h1>
                {text.map(|text| view! { <p>{move || text.get()}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </header>
    }
}

/// A white box. Without a title only the frame.
#[component]
pub fn Card(
    #[prop(optional, into)] title: Option<TextProp>,
    #[prop(optional, into)] text: Option<TextProp>,
    /// Right end of the head.
    #[prop(optional)]
    tools: Option<Children>,
    /// Content up to the edge: tables and lists.
    #[prop(optional)]
    flush: bool,
    /// `card-plain`: no line below the head.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("card {class}")>
            {title
                .map(|title| {
                    view! {
                        <div class="card-head">
                            <div class="min-w-0">
                                <h2>{move || title.get()}</h2>
                                {text.map(|text| view! { <p>{move || text.get()}</p> })}
                            </div>
                            {tools.map(|tools| view! { <div class="flex gap-2 items-center">{tools()}</div> })}
                        </div>
                    }
                })}
            <div class=if flush { "" } else { "card-body" }>{children()}</div>
        </section>
    }
}

/// A figure with its name, a remark and perhaps a line of its past.
#[component]
pub fn StatCard(
    #[prop(into)] title: TextProp,
    #[prop(into)] figure: TextProp,
    #[prop(optional, into)] remark: Option<TextProp>,
    #[prop(optional, into)] href: Option<String>,
    #[prop(optional, into)] spark: Vec<i64>,
) -> impl IntoView {
    let body = view! {
        <div class="text-sm text-ink-2">{move || title.get()}</div>
        <div class="flex items-end justify-between gap-3">
            <div class="stat-figure">{move || figure.get()}</div>
            {(spark.len() > 1).then(|| view! { <Sparkline values=spark.clone() /> })}
        </div>
        {remark.map(|remark| view! { <div class="text-xs text-ink-3">{move || remark.get()}</div> })}
    };
    match href {
        Some(href) => view! { <a class="card stat hover:bg-sunken" href=href>{body}</a> }.into_any(),
        None => view! { <div class="card stat">{body}</div> }.into_any(),
    }
}

/// A tab that has a URL of its own.
#[derive(Clone, Debug)]
pub struct Tab {
    pub text: String,
    pub href: String,
}

/// Which of these addresses is open, or is the nearest above the page that is.
pub fn nearest<'a>(hrefs: impl Iterator<Item = &'a str>, path: &str) -> Option<&'a str> {
    let path = path.trim_end_matches('/');
    let above =
        |href: &&str| path.strip_prefix(*href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    hrefs.filter(above).max_by_key(|href| href.len())
}

/// Tabs as links; the one whose page is open, or a page below it, is marked.
#[component]
pub fn Tabs(tabs: Vec<Tab>, #[prop(into)] label: String) -> impl IntoView {
    let path = use_location().pathname;
    let hrefs: Vec<String> = tabs.iter().map(|tab| tab.href.clone()).collect();
    let current = Memo::new(move |_| {
        path.with(|path| nearest(hrefs.iter().map(String::as_str), path).map(str::to_owned))
    });
    view! {
        <nav class="tabs mb-5" aria-label=label>
            {tabs
                .into_iter()
                .map(|tab| {
                    let href = tab.href.clone();
                    view! {
                        <a
                            href=tab.href
                            aria-current=move || {
                                current.with(|current| current.as_deref() == Some(&*href)).then_some("page")
                            }
                        >
                            {tab.text}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
    }
}

/// A few choices in a row, one taken. `options` are (value, text).
#[component]
pub fn Segment(
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    options: Vec<(String, String)>,
    #[prop(into)] on_change: Callback<String>,
) -> impl IntoView {
    view! {
        <div class="segment" role="group" aria-label=label>
            {options
                .into_iter()
                .map(|(option, text)| {
                    let mine = option.clone();
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || value.with(|value| *value == mine).to_string()
                            on:click=move |_| on_change.run(option.clone())
                        >
                            {text}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Where one is in an order of steps.
#[component]
pub fn Stepper(steps: Vec<String>, #[prop(into)] current: Signal<usize>) -> impl IntoView {
    view! {
        <ol class="steps mb-6">
            {steps
                .into_iter()
                .enumerate()
                .map(|(index, text)| {
                    view! {
                        <li
                            data-state=move || (index < current.get()).then_some("done")
                            aria-current=move || (index == current.get()).then_some("step")
                        >
                            {text}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

/// How far a step of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Waiting,
    Now,
    Done,
    Failed,
}

/// A step of work that runs by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub text: String,
    pub detail: String,
    pub state: StepState,
}

/// Work that runs by itself, step by step.
#[component]
pub fn ProgressSteps(steps: Vec<Step>) -> impl IntoView {
    view! {
        <ol class="progress-steps" aria-live="polite">
            {steps
                .into_iter()
                .map(|step| {
                    let (state, icon): (_, Option<&'static IconData>) = match step.state {
                        StepState::Waiting => ("waiting", None),
                        StepState::Now => ("now", None),
                        StepState::Done => ("done", Some(lu::LuCheck)),
                        StepState::Failed => ("failed", Some(lu::LuX)),
                    };
                    view! {
                        <li data-state=state>
                            <span class="dot">{icon.map(|icon| view! { <Icon icon class="icon-sm" /> })}</span>
                            <div>
                                <div class="font-medium text-ink">{step.text}</div>
                                <div class="sub">{step.detail}</div>
                            </div>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn of_two_addresses_above_a_page_the_nearer_is_marked() {
        let tabs = ["/companies/1", "/companies/1/templates", "/companies/1/tax"];
        let marked = |path| nearest(tabs.into_iter(), path);
        assert_eq!(marked("/companies/1/"), Some("/companies/1"));
        assert_eq!(marked("/companies/1/templates/invoice/en"), Some("/companies/1/templates"));
        assert_eq!(marked("/companies/1/taxes"), Some("/companies/1"));
        assert_eq!(marked("/companies/12"), None);
    }
}
