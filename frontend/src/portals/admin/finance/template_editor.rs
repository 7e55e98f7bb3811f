//! `/admin/companies/:id/templates/:kind/:language`: a template and what it prints, side by side.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use shared::billing::template::{
    TEMPLATE_BYTES_MAX, TemplateDetail, TemplateInput, TemplatePreview, TemplateSample, TemplateState,
    TemplateTrial, TemplateVariable,
};
use shared::{CompanyId, Permission};
use ui::form::field_id;
use ui::{Button, Card, Confirm, Form, FormErrors, Icon, Note, SelectField, Tone, lu, settled, toast_ok};

use super::company_templates::state_badge;
use super::template_caret::{self as caret, Place, read_fault};
use crate::api;
use crate::api::ApiError;
use crate::i18n::{fill, native_name, t, td, word};
use crate::parts::load::failure;
use crate::parts::{Arrived, by_id, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;

type Area = NodeRef<leptos::html::Textarea>;

/// The editor of one template. Stands below the head and the tabs of its company.
#[component]
pub fn TemplatePage() -> impl IntoView {
    let params = use_params_map();
    let place = Memo::new(move |_| {
        let part = |name: &str| params.with(|params| params.get(name)).unwrap_or_default();
        format!("{}/{}", part("kind"), part("language"))
    });
    by_id(move |id: CompanyId| {
        move || {
            let place = StoredValue::new(place.get());
            let template =
                use_query(move || place.get_value(), move |place| api::billing::template(id, &place));
            view! {
                <Arrived query=template>
                    <Editor id place template />
                </Arrived>
            }
        }
    })
}

/// What is edited.
#[derive(Clone, Copy)]
struct Editing {
    source: RwSignal<String>,
    node: Area,
    at: RwSignal<Place>,
}

impl Editing {
    fn look(self) {
        self.at.set(caret::place(self.node));
    }
}

/// What opens in the editor: the own template, else what the built-in one prints.
fn opened(template: &TemplateDetail) -> String {
    template.source.clone().unwrap_or_else(|| template.built_in.clone())
}

#[component]
fn Editor(id: CompanyId, place: StoredValue<String>, template: Query<TemplateDetail>) -> impl IntoView {
    let words = &td().template;
    let Some(first) = template.data().get_untracked() else { return ().into_any() };
    let edited =
        Editing { source: RwSignal::new(opened(&first)), node: NodeRef::new(), at: RwSignal::new((1, 1)) };
    let editable = may(Permission::CompaniesEdit);
    let title = format!("{} · {}", word(first.kind.as_str()), native_name(first.language));
    let version = move || template.data().with_untracked(|now| now.as_ref().map_or(0, |now| now.version));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = TemplateInput { version: version(), source: edited.source.get_untracked() };
            api::billing::set_template(id, &place.get_value(), &body)
        },
        move |detail| {
            template.put(detail);
            toast_ok(t().saved);
        },
    );
    let asking = RwSignal::new(false);
    let back = submit_with(
        move || api::billing::delete_template(id, &place.get_value(), version()),
        move |detail: TemplateDetail| {
            asking.set(false);
            edited.source.set(opened(&detail));
            errors.settle();
            template.put(detail);
            toast_ok(words.taken_back);
        },
    );
    let state = Memo::new(move |_| template.data().with(|now| now.as_ref().map(|now| now.state)));
    let own = Signal::derive(move || state.get() == Some(TemplateState::Own));
    view! {
        <Title text=title.clone() />
        <div class="grid gap-5 items-start lg:grid-cols-2">
            <Form errors on_submit=send.run class="grid gap-5 min-w-0">
                <Card title=title text=words.source_help>
                    <div class="grid gap-3">
                        <div>{move || state.get().map(state_badge)}</div>
                        <Source edited editable />
                        {editable
                            .then(|| {
                                view! {
                                    <div class="form-bar">
                                        <Button
                                            text=words.back
                                            disabled=Signal::derive(move || !own.get())
                                            on_click=Callback::new(move |()| asking.set(true))
                                        />
                                        <Button
                                            text=t().save
                                            class="btn-primary"
                                            submit=true
                                            busy=send.busy
                                            disabled=Signal::derive(move || own.get() && !errors.typed())
                                        />
                                    </div>
                                }
                            })}
                    </div>
                </Card>
                <Variables variables=first.variables edited errors />
            </Form>
            {if editable {
                view! { <Preview id place edited /> }.into_any()
            } else {
                view! { <Note tone=Tone::Info>{words.read_only}</Note> }.into_any()
            }}
        </div>
        <Confirm
            open=asking
            title=words.back
            text=words.back_text
            action=words.back
            busy=back.busy
            on_confirm=back.run
        />
    }
    .into_any()
}

/// The template itself, with the place of the caret below.
#[component]
fn Source(edited: Editing, editable: bool) -> impl IntoView {
    let words = &td().template;
    let id = field_id("source");
    view! {
        <label class="sr-only" for=id.clone()>
            {words.source}
        </label>
        <textarea
            class="input mono"
            id=id
            name="source"
            rows="28"
            wrap="off"
            spellcheck="false"
            autocapitalize="off"
            maxlength=TEMPLATE_BYTES_MAX.to_string()
            readonly=!editable
            node_ref=edited.node
            prop:value=move || edited.source.get()
            on:input=move |event| {
                edited.source.set(event_target_value(&event));
                edited.look();
            }
            on:keyup=move |_| edited.look()
            on:click=move |_| edited.look()
        ></textarea>
        <div class="sub num">
            {move || {
                let (line, column) = edited.at.get();
                fill(words.caret, &[("line", &line.to_string()), ("column", &column.to_string())])
            }}
        </div>
    }
}

/// What can be printed; a click inserts it at the caret.
#[component]
fn Variables(variables: Vec<TemplateVariable>, edited: Editing, errors: FormErrors) -> impl IntoView {
    let words = &td().template;
    let rows = variables.into_iter().map(|variable| {
        let TemplateVariable { name, description } = variable;
        let text = name.clone();
        let put = move |_| {
            if let Some(source) = caret::insert(edited.node, &text) {
                edited.source.set(source);
                edited.look();
                errors.touch();
            }
        };
        view! {
            <li class="flex flex-wrap items-baseline gap-2">
                <button type="button" class="btn btn-ghost btn-sm mono" disabled=!may(Permission::CompaniesEdit) on:click=put>
                    {name}
                </button>
                <span class="sub">{description}</span>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Card title=words.variables text=words.variables_help>
            <ul class="grid gap-1 max-h-80 overflow-auto">{rows}</ul>
        </Card>
    }
}

/// A sample printed with what is written, a moment after the last key. The last good one stays while it cannot be printed.
#[component]
fn Preview(id: CompanyId, place: StoredValue<String>, edited: Editing) -> impl IntoView {
    let words = &td().template;
    let sample = RwSignal::new(TemplateSample::Short.to_string());
    let asked = settled(move || (edited.source.get(), sample.get()));
    let preview = use_query(
        move || asked.get(),
        move |(source, sample)| {
            let sample = sample.parse().unwrap_or(TemplateSample::Short);
            let body = TemplateTrial { source, sample, paper: None };
            api::billing::preview_template(id, &place.get_value(), &body)
        },
    );
    let samples = TemplateSample::ALL
        .iter()
        .map(|sample| (sample.to_string(), word(&format!("sample_{sample}")).to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Card title=words.preview>
            <div class="grid gap-4" aria-busy=move || preview.loading().get().to_string()>
                <SelectField name="sample" label=words.sample value=sample options=samples />
                <div class="grid gap-2" role="status">
                    {move || preview.error().get().map(|error| faults(&error, edited.node))}
                </div>
                {move || preview.data().get().map(|shown| pages(shown, edited.node))}
            </div>
        </Card>
    }
}

/// Why it cannot be printed; a click goes where it is.
fn faults(error: &ApiError, node: Area) -> AnyView {
    let said: Vec<String> = match error {
        ApiError::SignedOut => return ().into_any(),
        ApiError::Problem(problem) if !problem.fields.is_empty() => {
            problem.fields.iter().map(|field| field.message.clone()).collect()
        }
        _ => vec![failure(error).0],
    };
    said.into_iter().map(|said| told(&said, Tone::Bad, node)).collect_view().into_any()
}

fn told(said: &str, tone: Tone, node: Area) -> AnyView {
    let (place, message) = read_fault(said);
    let message = message.to_owned();
    match place {
        Some((line, column)) => view! {
            <button type="button" class="btn btn-ghost btn-wide" on:click=move |_| caret::go(node, (line, column))>
                <Icon icon=lu::LuTriangleAlert class="icon-sm" />
                <span class="num">{format!("{line}:{column}")}</span>
                <span class="whitespace-normal text-left">{message}</span>
            </button>
        }
        .into_any(),
        None => view! { <Note tone>{message}</Note> }.into_any(),
    }
}

fn pages(shown: TemplatePreview, node: Area) -> AnyView {
    let words = &td().template;
    let drawn = shown.pages.len();
    let left_out = usize::try_from(shown.pages_total).unwrap_or(drawn).saturating_sub(drawn);
    let page = |(number, svg): (usize, String)| {
        let src = format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(&svg)));
        let alt = fill(words.page, &[("n", &number.to_string())]);
        view! { <img class="w-full rounded border border-line bg-white" src=src alt=alt /> }
    };
    view! {
        {(!shown.warnings.is_empty())
            .then(|| {
                view! {
                    <div class="grid gap-2">
                        <div class="sub">{words.warnings}</div>
                        {shown.warnings.iter().map(|said| told(said, Tone::Warn, node)).collect_view()}
                    </div>
                }
            })}
        {(1..).zip(shown.pages).map(page).collect_view()}
        {(left_out > 0).then(|| view! { <p class="sub">{fill(words.left_out, &[("n", &left_out.to_string())])}</p> })}
    }
    .into_any()
}
