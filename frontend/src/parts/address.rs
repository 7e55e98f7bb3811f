//! Fields of a postal address: the country decides which regions there are.

use leptos::prelude::*;
use shared::identity::PostalAddress;
use ui::{SelectField, TextField};

use crate::api;
use crate::format;
use crate::i18n::t;
use crate::query::use_query;

/// An address being edited.
#[derive(Clone, Copy)]
pub struct AddressForm {
    pub line1: RwSignal<String>,
    pub line2: RwSignal<String>,
    pub city: RwSignal<String>,
    pub postcode: RwSignal<String>,
    pub country: RwSignal<String>,
    pub region: RwSignal<String>,
}

impl AddressForm {
    pub fn new(address: Option<&PostalAddress>) -> Self {
        let text = |pick: fn(&PostalAddress) -> &str| {
            RwSignal::new(address.map(pick).unwrap_or_default().to_owned())
        };
        Self {
            line1: text(|address| &address.line1),
            line2: text(|address| &address.line2),
            city: text(|address| &address.city),
            postcode: text(|address| &address.postcode),
            country: text(|address| &address.country),
            region: text(|address| address.region.as_deref().unwrap_or_default()),
        }
    }

    /// The address as it stands in the fields.
    pub fn read(self) -> PostalAddress {
        let region = self.region.get();
        PostalAddress {
            line1: self.line1.get().trim().to_owned(),
            line2: self.line2.get().trim().to_owned(),
            city: self.city.get().trim().to_owned(),
            postcode: self.postcode.get().trim().to_owned(),
            country: self.country.get(),
            region: (!region.is_empty()).then_some(region),
        }
    }
}

/// The fields of an address. `prefix` is where it stands in the request: `billing_address`.
#[component]
pub fn AddressFields(form: AddressForm, #[prop(into)] prefix: String) -> impl IntoView {
    let name =
        move |field: &str| if prefix.is_empty() { field.to_owned() } else { format!("{prefix}.{field}") };
    view! {
        <TextField name=name("line1") label=t().address_1 value=form.line1 max_length=200 wide=true autocomplete="address-line1" />
        <TextField name=name("line2") label=t().address_2 value=form.line2 max_length=200 wide=true autocomplete="address-line2" />
        <TextField name=name("postcode") label=t().postcode value=form.postcode max_length=20 autocomplete="postal-code" />
        <TextField name=name("city") label=t().city value=form.city max_length=100 autocomplete="address-level2" />
        <CountryField name=name("country") value=form.country required=true />
        <RegionField name=name("region") country=form.country value=form.region empty=t().none />
    }
}

/// A region of the chosen country, where it has any. That of another country is forgotten.
#[component]
pub fn RegionField(
    #[prop(into)] name: String,
    country: RwSignal<String>,
    value: RwSignal<String>,
    /// What no region says.
    empty: &'static str,
) -> impl IntoView {
    let regions = use_query(
        move || country.get(),
        move |country| async move {
            if country.is_empty() { Ok(Vec::new()) } else { api::auth::regions(&country).await }
        },
    );
    let options = Signal::derive(move || {
        regions.data().with(|regions| {
            let regions = regions.iter().flatten();
            regions.map(|region| (region.code.clone(), region.name.clone())).collect::<Vec<_>>()
        })
    });
    Effect::new(move |before: Option<String>| {
        let country = country.get();
        if before.is_some_and(|before| before != country) {
            value.set(String::new());
        }
        country
    });
    move || {
        (!options.get().is_empty())
            .then(|| view! { <SelectField name=name.clone() label=t().region value options empty /> })
    }
}

/// A country of ISO 3166-1.
#[component]
pub fn CountryField(
    #[prop(into)] name: String,
    value: RwSignal<String>,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] label: Option<String>,
) -> impl IntoView {
    let countries = use_query(|| (), |()| api::auth::countries());
    let options = Memo::new(move |_| {
        countries.data().with(|countries| {
            countries.as_ref().map(|countries| format::countries(countries)).unwrap_or_default()
        })
    });
    let label = label.unwrap_or_else(|| t().country.to_owned());
    if required {
        view! { <SelectField name label value options required /> }.into_any()
    } else {
        view! { <SelectField name label value options empty=t().none /> }.into_any()
    }
}
