//! A product being edited: it is always sent whole.

use leptos::prelude::*;
use serde_json::{Map, Value};
use shared::Page;
use shared::catalog::{ModuleSummary, ProductInput};
use ui::{NumberField, SelectField, SwitchField, TextArea, TextField};

use super::attributes::AttributesForm;
use super::texts::{TextsFields, TextsForm};
use crate::i18n::{t, ta, word};
use crate::query::Query;

/// A product being edited: its general data.
#[derive(Clone, Copy)]
pub(super) struct ProductForm {
    version: Option<i32>,
    key: RwSignal<String>,
    texts: TextsForm,
    icon: RwSignal<String>,
    visible: RwSignal<bool>,
    direct_link: RwSignal<bool>,
    retired: RwSignal<bool>,
    stock_control: RwSignal<bool>,
    stock: RwSignal<String>,
    hourly_billing: RwSignal<bool>,
    allow_idle: RwSignal<bool>,
    convert_price: RwSignal<bool>,
    grace: RwSignal<String>,
    termination: RwSignal<String>,
    cancellation: RwSignal<String>,
    pub(super) module: RwSignal<String>,
    notes: RwSignal<String>,
    pub(super) attributes: AttributesForm,
    pub(super) settings: RwSignal<Map<String, Value>>,
}

impl ProductForm {
    pub(super) fn new(product: Option<ProductInput>) -> Self {
        let old = product.as_ref();
        let text = |text: Option<String>| RwSignal::new(text.unwrap_or_default());
        let number = |number: Option<i32>| text(number.map(|number| number.to_string()));
        let on = |pick: fn(&ProductInput) -> bool, new: bool| RwSignal::new(old.map_or(new, pick));
        Self {
            key: text(old.map(|product| product.key.clone())),
            texts: TextsForm::new(old.map(|product| &product.texts)),
            icon: text(Some(old.map_or_else(|| "box".to_owned(), |product| product.icon.clone()))),
            visible: on(|product| product.visible, true),
            direct_link: on(|product| product.direct_link, false),
            retired: on(|product| product.retired, false),
            stock_control: on(|product| product.stock_control, false),
            stock: number(old.and_then(|product| product.stock)),
            hourly_billing: on(|product| product.hourly_billing, true),
            allow_idle: on(|product| product.allow_idle, false),
            convert_price: on(|product| product.convert_price, false),
            grace: number(old.and_then(|product| product.suspension_grace_hours)),
            termination: number(old.map_or(Some(48), |product| product.termination_delay_hours)),
            cancellation: number(Some(old.map_or(48, |product| product.cancellation_delay_hours))),
            module: text(Some(old.map_or_else(|| "manual".to_owned(), |product| product.module.clone()))),
            notes: text(old.map(|product| product.notes.clone())),
            attributes: AttributesForm::new(old.map_or(&[], |product| product.attributes.as_slice())),
            settings: RwSignal::new(old.map(|product| product.module_settings.clone()).unwrap_or_default()),
            version: old.and_then(|product| product.version),
        }
    }

    /// The whole product as it stands in the fields.
    pub(super) fn read(self) -> ProductInput {
        ProductInput {
            version: self.version,
            key: self.key.get().trim().to_owned(),
            texts: self.texts.read(),
            icon: self.icon.get(),
            visible: self.visible.get(),
            direct_link: self.direct_link.get(),
            retired: self.retired.get(),
            stock_control: self.stock_control.get(),
            stock: self.stock.get().parse().ok(),
            hourly_billing: self.hourly_billing.get(),
            allow_idle: self.allow_idle.get(),
            convert_price: self.convert_price.get(),
            suspension_grace_hours: self.grace.get().parse().ok(),
            termination_delay_hours: self.termination.get().parse().ok(),
            cancellation_delay_hours: self.cancellation.get().parse().unwrap_or(48),
            module: self.module.get(),
            module_settings: self.settings.get(),
            attributes: self.attributes.read(),
            notes: self.notes.get(),
        }
    }
}

/// Its general data.
#[component]
pub(super) fn ProductFields(form: ProductForm, modules: Query<Page<ModuleSummary>>) -> impl IntoView {
    // The present one stays, whatever became of it.
    let present = form.module.get_untracked();
    let options = Signal::derive(move || {
        modules.data().with(|modules| {
            modules
                .iter()
                .flat_map(|page| &page.items)
                .filter(|module| module.status.takes_products() || module.info.key == present)
                .map(|module| (module.info.key.clone(), module.info.name.clone()))
                .collect::<Vec<_>>()
        })
    });
    view! {
        <div class="form-grid">
            <TextField name="key" label=ta().key help=ta().key_help value=form.key required=true max_length=63 mono=true />
            <TextField name="icon" label=ta().icon value=form.icon max_length=50 />
            <TextsFields form=form.texts />
            <SelectField name="module" label=ta().module value=form.module options />
            <NumberField name="stock" label=ta().stock value=form.stock help=ta().stock_help />
            <SwitchField name="visible" label=ta().visible help=ta().visible_help value=form.visible wide=false />
            <SwitchField name="direct_link" label=ta().direct_link help=ta().direct_link_help value=form.direct_link wide=false />
            <SwitchField name="retired" label=ta().retired help=ta().retired_help value=form.retired wide=false />
            <SwitchField name="stock_control" label=ta().stock_control value=form.stock_control wide=false />
            <SwitchField name="hourly_billing" label=ta().hourly_billing help=ta().hourly_billing_help value=form.hourly_billing wide=false />
            <SwitchField name="allow_idle" label=ta().allow_idle value=form.allow_idle wide=false />
            <SwitchField name="convert_price" label=ta().convert_price help=ta().convert_price_help value=form.convert_price wide=false />
            <NumberField name="suspension_grace_hours" label=ta().grace_hours unit=word("unit_h") value=form.grace help=ta().grace_help />
            <NumberField name="termination_delay_hours" label=ta().termination_hours unit=word("unit_h") value=form.termination help=ta().empty_is_never />
            <NumberField name="cancellation_delay_hours" label=ta().cancellation_hours unit=word("unit_h") value=form.cancellation />
            <TextArea name="notes" label=t().notes value=form.notes max_length=5000 />
        </div>
    }
}
