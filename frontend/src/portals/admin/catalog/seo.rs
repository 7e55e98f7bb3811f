//! What search engines are told of products and product groups.

use leptos::prelude::*;
use shared::catalog::{SeoInput, SeoText, SeoTexts};
use shared::{Language, Permission};
use ui::{Button, Card, Form, FormErrors, SwitchField, TextField, toast_ok};

use super::texts::{LanguageSegment, shown_language};
use crate::api;
use crate::i18n::{LANGUAGES, t, td};
use crate::parts::submit;
use crate::session::may;

/// What is written in one language.
#[derive(Clone, Copy)]
struct Written {
    language: Language,
    slug: RwSignal<String>,
    title: RwSignal<String>,
    description: RwSignal<String>,
    indexable: RwSignal<bool>,
}

impl Written {
    fn new(language: Language, texts: &SeoTexts) -> Self {
        let old = texts.get(&language);
        let text = |pick: fn(&SeoText) -> &String| RwSignal::new(old.map(pick).cloned().unwrap_or_default());
        Self {
            language,
            slug: text(|text| &text.slug),
            title: text(|text| &text.title),
            description: text(|text| &text.description),
            indexable: RwSignal::new(old.is_none_or(|text| text.indexable)),
        }
    }

    /// `None`: nothing is said in this language.
    fn read(self) -> Option<(Language, SeoText)> {
        let text = SeoText {
            slug: self.slug.get().trim().to_owned(),
            title: self.title.get().trim().to_owned(),
            description: self.description.get().trim().to_owned(),
            indexable: self.indexable.get(),
        };
        let is_empty = text.slug.is_empty() && text.title.is_empty() && text.description.is_empty();
        (!is_empty || !text.indexable).then_some((self.language, text))
    }
}

/// How the page of the record at `path` is found and listed, a language at a time. `version`: the one that was read of it.
#[component]
pub(super) fn Seo(
    path: String,
    texts: SeoTexts,
    version: Signal<Option<i32>>,
    done: Callback<()>,
) -> impl IntoView {
    let words = &td().shop;
    let path = StoredValue::new(path);
    let languages = LANGUAGES.map(|language| Written::new(language, &texts));
    let chosen = shown_language();
    let errors = FormErrors::new();
    let save = submit(
        errors,
        move || {
            let path = format!("{}/seo", path.get_value());
            let body = untrack(|| SeoInput {
                version: version.get().unwrap_or_default(),
                texts: languages.into_iter().filter_map(Written::read).collect(),
            });
            api::catalog::set_seo(&path, &body)
        },
        move |_| {
            toast_ok(t().saved);
            done.run(());
        },
    );
    view! {
        <Card title=words.seo text=words.seo_text>
            <Form errors on_submit=save.run>
                <div class="grid gap-4">
                    <div>
                        <LanguageSegment language=chosen />
                    </div>
                    {languages
                        .map(|one| {
                            let at = |field: &str| format!("texts.{}.{field}", one.language);
                            let other = move || chosen.with(|chosen| chosen != one.language.as_str());
                            view! {
                                <div class="grid gap-4" hidden=other>
                                    <TextField name=at("slug") label=words.slug help=words.slug_help value=one.slug max_length=63 mono=true />
                                    <TextField name=at("title") label=words.page_title help=words.page_title_help value=one.title max_length=120 />
                                    <TextField
                                        name=at("description")
                                        label=words.page_text
                                        help=words.page_text_help
                                        value=one.description
                                        max_length=320
                                    />
                                    <SwitchField name=at("indexable") label=words.indexable value=one.indexable />
                                </div>
                            }
                        })}
                </div>
                <div class="form-bar">
                    <Button
                        text=t().save
                        class="btn-primary btn-sm"
                        submit=true
                        busy=save.busy
                        disabled=!may(Permission::ProductsEdit)
                    />
                </div>
            </Form>
        </Card>
    }
}
