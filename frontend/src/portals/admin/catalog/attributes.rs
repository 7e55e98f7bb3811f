//! Attributes of a product: name and value in each language, in the order of the storefront.

use leptos::prelude::*;
use shared::Language;
use shared::catalog::{AttributeText, ProductAttribute};
use ui::{Button, Card, CheckField, EmptyState, Segment, TextField, lu};

use crate::i18n::{self, native_name, t, ta, td};
use crate::parts::rows::{Remove, UpDown};

const LANGUAGES: [Language; 3] = [Language::English, Language::Polish, Language::Ukrainian];

/// One attribute being edited: its name and value in each language.
#[derive(Clone, Copy)]
struct Attribute {
    key: RwSignal<String>,
    texts: [(Language, RwSignal<String>, RwSignal<String>); 3],
    visible: RwSignal<bool>,
}

impl Attribute {
    fn new(old: Option<&ProductAttribute>) -> Self {
        let texts = LANGUAGES.map(|language| {
            let text = old.and_then(|old| old.texts.get(&language));
            let pick = |pick: fn(&AttributeText) -> &str| {
                RwSignal::new(text.map(pick).unwrap_or_default().to_owned())
            };
            (language, pick(|text| &text.name), pick(|text| &text.value))
        });
        Self {
            key: RwSignal::new(old.map(|old| old.key.clone()).unwrap_or_default()),
            texts,
            visible: RwSignal::new(old.is_none_or(|old| old.visible)),
        }
    }

    fn read(self) -> ProductAttribute {
        let text = |(language, name, value): (Language, RwSignal<String>, RwSignal<String>)| {
            let text =
                AttributeText { name: name.get().trim().to_owned(), value: value.get().trim().to_owned() };
            (language, text)
        };
        let texts = self.texts.into_iter().map(text);
        ProductAttribute {
            key: self.key.get().trim().to_owned(),
            texts: texts.filter(|(_, text)| !text.name.is_empty() || !text.value.is_empty()).collect(),
            visible: self.visible.get(),
        }
    }
}

/// The attributes of a product being edited.
#[derive(Clone, Copy)]
pub(super) struct AttributesForm(RwSignal<Vec<Attribute>>);

impl AttributesForm {
    pub(super) fn new(attributes: &[ProductAttribute]) -> Self {
        Self(RwSignal::new(attributes.iter().map(|old| Attribute::new(Some(old))).collect()))
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
    let language = RwSignal::new(i18n::language().to_string());
    let languages =
        LANGUAGES.iter().map(|language| (language.to_string(), native_name(*language).to_owned())).collect();
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
        <Card title=words.attributes text=words.attributes_text>
            <div class="mb-4">
                <Segment
                    label=t().language
                    value=language
                    options=languages
                    on_change=move |chosen: String| language.set(chosen)
                />
            </div>
            <div class="grid gap-5">{rows}</div>
            <div class="mt-4">
                <Button
                    text=words.add_attribute
                    icon=lu::LuPlus
                    class="btn-sm"
                    on_click=Callback::new(move |()| list.update(|list| list.push(Attribute::new(None))))
                />
            </div>
        </Card>
    }
}

#[component]
fn Row(
    index: usize,
    attribute: Attribute,
    list: RwSignal<Vec<Attribute>>,
    language: RwSignal<String>,
) -> impl IntoView {
    let at = format!("attributes.{index}");
    let texts = attribute.texts.map(|(of, name, value)| {
        let at = format!("{at}.texts.{of}");
        view! {
            <div class="form-grid wide" hidden=move || language.with(|chosen| chosen != of.as_str())>
                <TextField name=format!("{at}.name") label=t().name value=name max_length=100 />
                <TextField name=format!("{at}.value") label=td().product.value value=value max_length=300 />
            </div>
        }
    });
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
            {texts}
        </div>
    }
}
