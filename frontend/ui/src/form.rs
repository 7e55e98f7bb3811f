//! Forms.
//!
//! A [`Form`] brings a [`FormErrors`] context; each field finds the refusal that names it, shows it,
//! and forgets it when the person types. After a refusal the first bad field gets the focus. A form in which something was
//! typed and not sent is marked in the page (`data-typed`): see [`crate::guard`].

use std::cell::Cell;

use leptos::context::Provider;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use crate::{Icon, Note, Tone, lu};

/// A refused field: its name in the request and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: String,
    pub message: String,
}

thread_local! {
    static FORMS: Cell<u32> = const { Cell::new(0) };
}

/// The refusals of a form.
#[derive(Clone, Copy)]
pub struct FormErrors {
    /// Of the form among all that were drawn: fields of two forms on a page may have the same name.
    number: u32,
    typed: RwSignal<bool>,
    problems: RwSignal<Vec<FieldProblem>>,
    general: RwSignal<Option<String>>,
}

impl Default for FormErrors {
    fn default() -> Self {
        Self::new()
    }
}

impl FormErrors {
    pub fn new() -> Self {
        let number = FORMS.get().wrapping_add(1);
        FORMS.set(number);
        Self {
            number,
            typed: RwSignal::new(false),
            problems: RwSignal::new(Vec::new()),
            general: RwSignal::new(None),
        }
    }

    /// The element id of the field of this name.
    fn id(&self, name: &str) -> String {
        format!("f{}-{}", self.number, name.replace('.', "-"))
    }

    /// Something was changed and not sent.
    pub fn touch(&self) {
        if !self.typed.get_untracked() {
            self.typed.set(true);
        }
    }

    /// Whether something was changed and not sent.
    pub fn typed(&self) -> bool {
        self.typed.get()
    }

    /// What was typed has been sent.
    pub fn settle(&self) {
        self.typed.try_set(false);
    }

    /// Shows a refusal; the first bad field that is on the page gets the focus.
    pub fn refuse(&self, general: impl Into<String>, problems: Vec<FieldProblem>) {
        let ids: Vec<String> = problems.iter().map(|problem| self.id(&problem.field)).collect();
        self.general.try_set(Some(general.into()));
        self.problems.try_set(problems);
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(0).await;
            // The first on the page, not the first of the answer.
            let fields = ids.iter().filter_map(|id| document().get_element_by_id(id));
            let first = fields.reduce(|first, other| {
                let follows = first.compare_document_position(&other);
                if follows & web_sys::Node::DOCUMENT_POSITION_PRECEDING == 0 { first } else { other }
            });
            if let Some(field) = first.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                field.focus().ok();
            }
        });
    }

    pub fn clear(&self) {
        self.general.try_set(None);
        self.problems.try_set(Vec::new());
    }

    /// The names of the refused fields.
    pub fn fields(&self) -> Vec<String> {
        self.problems.with(|problems| problems.iter().map(|problem| problem.field.clone()).collect())
    }

    /// Shows what is wrong with single fields while the form is filled in: nothing was sent, and the focus stays.
    pub fn mark(&self, problems: Vec<FieldProblem>) {
        if !problems.is_empty() {
            self.problems.try_update(|all| {
                all.retain(|known| problems.iter().all(|problem| problem.field != known.field));
                all.extend(problems);
            });
        }
    }

    fn forget(&self, field: &str) {
        if self.problems.with_untracked(|problems| problems.iter().any(|problem| problem.field == field)) {
            self.problems.update(|problems| problems.retain(|problem| problem.field != field));
        }
    }

    fn of(&self, field: &str) -> Option<String> {
        self.problems.with(|problems| {
            problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.clone())
        })
    }
}

/// The element id of the field of this name in the form around it.
pub fn field_id(name: &str) -> String {
    match use_context::<FormErrors>() {
        Some(errors) => errors.id(name),
        None => format!("f-{}", name.replace('.', "-")),
    }
}

/// A form. Enter submits; the summary of refusals stands on top with links to the fields.
#[component]
pub fn Form(
    errors: FormErrors,
    #[prop(into)] on_submit: Callback<()>,
    #[prop(default = "grid gap-5")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        errors.clear();
        on_submit.run(());
    };
    view! {
        <form
            class=class
            novalidate
            data-typed=move || errors.typed.get().then_some("")
            on:input=move |_| errors.touch()
            on:submit=submit
        >
            <Provider value=errors>
                <FormSummary errors />
                {children()}
            </Provider>
        </form>
    }
}

/// What was refused, on top of a form. [`Form`] brings it.
#[component]
pub fn FormSummary(errors: FormErrors) -> impl IntoView {
    move || {
        errors.general.get().map(|general| {
            let problems = errors.problems.get();
            view! {
                <Note tone=Tone::Bad>
                    <div>{general}</div>
                    {(!problems.is_empty())
                        .then(|| {
                            view! {
                                <ul class="mt-1 grid gap-0.5">
                                    {problems
                                        .into_iter()
                                        .map(|problem| {
                                            let id = errors.id(&problem.field);
                                            let target = id.clone();
                                            let label = label_of(&id).map(|label| format!("{label}: "));
                                            view! {
                                                <li>
                                                    <a
                                                        href=format!("#{id}")
                                                        on:click=move |event| {
                                                            event.prevent_default();
                                                            event.stop_propagation();
                                                            focus(target.clone());
                                                        }
                                                    >
                                                        {label} {problem.message}
                                                    </a>
                                                </li>
                                            }
                                        })
                                        .collect_view()}
                                </ul>
                            }
                        })}
                </Note>
            }
        })
    }
}

/// What the field of this id is called on the page.
fn label_of(id: &str) -> Option<String> {
    let names = format!("label[for='{id}'], label:has(> [id='{id}']), [id='{id}'] > legend");
    let label = document().query_selector(&names).ok().flatten()?;
    let text = label.text_content()?.trim().trim_end_matches('*').to_owned();
    (!text.is_empty()).then_some(text)
}

/// Gives a field the focus, once the step that shows it is drawn.
fn focus(id: String) {
    leptos::task::spawn_local(async move {
        gloo_timers::future::TimeoutFuture::new(0).await;
        if let Some(element) = document().get_element_by_id(&id)
            && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
        {
            element.focus().ok();
        }
    });
}

/// What every kind of field shares: its id, its refusal, and the frame around the control.
#[derive(Clone)]
pub(crate) struct Slot {
    name: String,
    pub(crate) id: String,
    errors: Option<FormErrors>,
    /// In a cell of a table: small, its label only for screen readers.
    pub(crate) cell: bool,
}

impl Slot {
    pub(crate) fn new(name: String) -> Self {
        Self { id: field_id(&name), name, errors: use_context::<FormErrors>(), cell: false }
    }

    pub(crate) fn in_cell(mut self, cell: bool) -> Self {
        self.cell = cell;
        self
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.errors.and_then(|errors| errors.of(&self.name))
    }

    pub(crate) fn touched(&self) {
        if let Some(errors) = self.errors {
            errors.forget(&self.name);
        }
    }

    pub(crate) fn invalid(&self) -> impl Fn() -> &'static str + Clone + Send + Sync + use<> {
        let slot = self.clone();
        move || if slot.problem().is_some() { "true" } else { "false" }
    }

    pub(crate) fn described(&self) -> String {
        format!("{0}-help {0}-error", self.id)
    }

    pub(crate) fn frame(
        self,
        label: TextProp,
        help: Option<TextProp>,
        required: bool,
        wide: bool,
        control: AnyView,
    ) -> AnyView {
        let id = self.id.clone();
        view! {
            <div class=if wide { "field wide" } else { "field" }>
                <label class=if self.cell { "sr-only" } else { "field-label" } for=id.clone()>
                    {move || label.get()}
                    {required.then(|| view! { <span class="field-required" aria-hidden="true">"*"</span> })}
                </label>
                {control}
                {help
                    .map(|help| {
                        view! { <div class="field-help" id=format!("{id}-help")>{move || help.get()}</div> }
                    })}
                {self.refusal()}
            </div>
        }
        .into_any()
    }

    /// What is wrong with it, once something is.
    pub(crate) fn refusal(&self) -> AnyView {
        let (slot, error_id) = (self.clone(), format!("{}-error", self.id));
        (move || {
            slot.problem().map(|message| {
                view! {
                    <div class="field-error" id=error_id.clone()>
                        <Icon icon=lu::LuCircleAlert class="icon-sm" />
                        <span>{message}</span>
                    </div>
                }
            })
        })
        .into_any()
    }
}
