//! Attributes being edited: name and value in each language. Those that a product alone has, in the order of the storefront.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::Language;
use shared::catalog::{AttributeText, ProductAttribute};
use ui::{Button, Card, CheckField, EmptyState, TextField, lu};

use super::texts::{LanguageSegment, shown_language};
use crate::i18n::{LANGUAGES, t, ta, td};
use crate::parts::rows::{Remove, UpDown};

/// One attribute being edited: its name and value in each language.
#[derive(Clone, Copy)]
pub(super) struct AttributeForm {
    pub(super) key: RwSignal<String>,
    texts: [(Language, RwSignal<String>, RwSignal<String>); LANGUAGES.len()],
    pub(super) visible: RwSignal<bool>,
}

impl AttributeForm {
    pub(super) fn new(key: &str, texts: &BTreeMap<Language, AttributeText>, visible: bool) -> Self {
        let texts = LANGUAGES.map(|language| {
            let text = texts.get(&language);
            let pick = |pick: fn(&AttributeText) -> &str| {
                RwSignal::new(text.map(pick).unwrap_or_default().to_owned())
            };
            (language, pick(|text| &text.name), pick(|text| &text.value))
        });
        Self { key: RwSignal::new(key.to_owned()), texts, visible: RwSignal::new(visible) }
    }

    /// One that is still to be written.
    pub(super) fn empty() -> Self {
        Self::new("", &BTreeMap::new(), true)
    }

    pub(super) fn key(self) -> String {
        self.key.get().trim().to_owned()
    }

    /// Languages that have a name or a value.
    pub(super) fn texts(self) -> BTreeMap<Language, AttributeText> {
        let text = |(language, name, value): (Language, RwSignal<String>, RwSignal<String>)| {
            let text =
                AttributeText { name: name.get().trim().to_owned(), value: value.get().trim().to_owned() };
            (language, text)
        };
        let texts = self.texts.into_iter().map(text);
        texts.filter(|(_, text)| !text.name.is_empty() || !text.value.is_empty()).collect()
    }

    fn read(self) -> ProductAttribute {
        ProductAttribute { key: self.key(), texts: self.texts(), visible: self.visible.get() }
    }
}

/// Name and value in the chosen language.
#[component]
pub(super) fn AttributeTexts(
    form: AttributeForm,
    /// What the field of the texts is called in the request.
    #[prop(into)]
    at: String,
    language: RwSignal<String>,
) -> impl IntoView {
    let texts = form.texts.into_iter().map(|(of, name, value)| {
        let at = format!("{at}.{of}");
        view! {
            <div class="form-grid wide" hidden=move || language.with(|chosen| chosen != of.as_str())>
                <TextField name=format!("{at}.name") label=t().name value=name max_length=100 />
                <TextField name=format!("{at}.value") label=td().product.value value=value max_length=300 />
            </div>
        }
    });
    texts.collect_view()
}

/// The attributes that a product alone has, being edited.
#[derive(Clone, Copy)]
pub(super) struct AttributesForm(RwSignal<Vec<AttributeForm>>);

impl AttributesForm {
    pub(super) fn new(attributes: &[ProductAttribute]) -> Self {
        let form = |old: &ProductAttribute| AttributeForm::new(&old.key, &old.texts, old.visible);
        Self(RwSignal::new(attributes.iter().map(form).collect()))
    }

    pub(super) fn read(self) -> Vec<ProductAttribute> {
        self.0.with(|attributes| attributes.iter().map(|attribute| attribute.read()).collect())
    }
}

/// The list of attributes, a language at a time.
#[component]
pub(super) fn Attributes(form: AttributesForm) -> impl IntoView {
    let words = &td().product;
    let list = form.0;
    let language = shown_language();
    let rows = move || {
        let all = list.get();
        if all.is_empty() {
            return view! { <EmptyState icon=lu::LuTags title=td().product.no_attributes /> }.into_any();
        }
        let rows = all.into_iter().enumerate();
        rows.map(|(index, attribute)| view! { <Row index attribute list language /> })
            .collect_view()
            .into_any()
    };
    view! {
        <Card title=words.own_attributes text=words.attributes_text>
            <div class="mb-4">
                <LanguageSegment language />
            </div>
            <div class="grid gap-5">{rows}</div>
            <div class="mt-4">
                <Button
                    text=words.add_attribute
                    icon=lu::LuPlus
                    class="btn-sm"
                    on_click=Callback::new(move |()| list.update(|list| list.push(AttributeForm::empty())))
                />
            </div>
        </Card>
    }
}

#[component]
fn Row(
    index: usize,
    attribute: AttributeForm,
    list: RwSignal<Vec<AttributeForm>>,
    language: RwSignal<String>,
) -> impl IntoView {
    let at = format!("attributes.{index}");
    view! {
        <div class="grid gap-3 pb-5 border-b border-line last:border-b-0 last:pb-0">
            <div class="flex flex-wrap items-end gap-3">
                <div class="flex-1 min-w-40">
                    <TextField name=format!("{at}.key") label=ta().key value=attribute.key required=true max_length=63 mono=true />
                </div>
                <div class="pb-2">
                    <CheckField name=format!("{at}.visible") label=ta().visible value=attribute.visible />
                </div>
                <UpDown rows=list index />
                <Remove rows=list index />
            </div>
            <AttributeTexts form=attribute at=format!("{at}.texts") language />
        </div>
    }
}
