//! Texts per language: shared by everything in the catalogue.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::Language;
use shared::catalog::CatalogText;
use ui::{FormErrors, Segment, TextArea, TextField};

use crate::i18n::{self, LANGUAGES, native_name, t, ta};

/// The language whose texts are shown: at first that of the page.
pub(super) fn shown_language() -> RwSignal<String> {
    RwSignal::new(i18n::language().to_string())
}

/// Chooses the language whose texts are shown. A refusal that names texts of another one turns to that.
#[component]
pub(super) fn LanguageSegment(language: RwSignal<String>) -> impl IntoView {
    if let Some(errors) = use_context::<FormErrors>() {
        let before = StoredValue::new(0);
        ui::effect(move || {
            let fields = errors.fields();
            let more = fields.len() > before.get_value();
            before.set_value(fields.len());
            let refused = |language: &str| {
                let texts = format!("texts.{language}.");
                fields.iter().any(|field| field.contains(&texts))
            };
            if more
                && !language.with_untracked(|shown| refused(shown))
                && let Some(other) = LANGUAGES.iter().find(|language| refused(language.as_str()))
            {
                language.set(other.to_string());
            }
        });
    }
    let options =
        LANGUAGES.iter().map(|language| (language.to_string(), native_name(*language).to_owned())).collect();
    view! {
        <Segment
            label=t().language
            value=language
            options
            on_change=move |chosen: String| language.set(chosen)
        />
    }
}

/// Texts being edited, a set for each language.
#[derive(Clone, Copy)]
pub(super) struct TextsForm([(Language, [RwSignal<String>; 3]); LANGUAGES.len()]);

impl TextsForm {
    pub(super) fn new(texts: Option<&BTreeMap<Language, CatalogText>>) -> Self {
        Self(LANGUAGES.map(|language| {
            let text = texts.and_then(|texts| texts.get(&language));
            let pick =
                |pick: fn(&CatalogText) -> &str| RwSignal::new(text.map(pick).unwrap_or_default().to_owned());
            (language, [pick(|text| &text.name), pick(|text| &text.short), pick(|text| &text.description)])
        }))
    }

    /// Languages that have a name.
    pub(super) fn read(self) -> BTreeMap<Language, CatalogText> {
        self.0
            .iter()
            .map(|(language, [name, short, description])| {
                let text = CatalogText {
                    name: name.get().trim().to_owned(),
                    short: short.get(),
                    description: description.get(),
                };
                (*language, text)
            })
            .filter(|(_, text)| {
                !text.name.is_empty() || !text.short.is_empty() || !text.description.is_empty()
            })
            .collect()
    }
}

/// Name, short text and description, a language at a time.
#[component]
pub(super) fn TextsFields(form: TextsForm, #[prop(optional)] name_only: bool) -> impl IntoView {
    let chosen = shown_language();
    view! {
        <div class="wide grid gap-4">
            <div>
                <LanguageSegment language=chosen />
            </div>
            {form
                .0
                .map(|(language, [name, short, description])| {
                    let at = format!("texts.{language}");
                    view! {
                        <div class="grid gap-4" hidden=move || chosen.with(|chosen| chosen != language.as_str())>
                            <TextField name=format!("{at}.name") label=t().name value=name max_length=200 />
                            {(!name_only)
                                .then(|| {
                                    view! {
                                        <TextField name=format!("{at}.short") label=ta().short_text value=short max_length=500 />
                                        <TextArea
                                            name=format!("{at}.description")
                                            label=t().description
                                            help=ta().markdown
                                            value=description
                                            max_length=20_000
                                        />
                                    }
                                })}
                        </div>
                    }
                })}
        </div>
    }
}
