//! Where somebody is: flag and code of the country, and the city.

use leptos::prelude::*;

use crate::format;

/// `🇵🇱 PL · Warszawa`; screen readers are told the name of the country.
#[component]
pub fn Place(country: Option<String>, city: Option<String>) -> impl IntoView {
    let country = country.filter(|code| !code.is_empty()).map(|code| {
        let name = format::country(&code);
        view! {
            <span title=name.clone() aria-hidden="true">
                <span class="flag">{format::flag(&code)} " "</span>
                {code}
            </span>
            <span class="sr-only">{name}</span>
        }
    });
    let dot = country.is_some() && city.as_ref().is_some_and(|city| !city.is_empty());
    view! {
        {country}
        {dot.then_some(" · ")}
        {city}
    }
}
