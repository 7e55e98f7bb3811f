//! `/admin/countries`: all of ISO 3166-1, and the regions of ISO 3166-2.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::{Card, Dialog, EmptyState, PageHead, lu};

use crate::api;
use crate::i18n::{fill, t, ta};
use crate::parts::Loaded;
use crate::query::use_query;

/// The countries; a row opens its regions.
#[component]
pub fn CountriesPage() -> impl IntoView {
    let countries = use_query(|| (), |()| api::auth::countries());
    let typed = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<(String, String)>);
    view! {
        <Title text=ta().countries />
        <PageHead title=ta().countries text=ta().countries_text />
        <Loaded query=countries rows=12 let:all>
            {
                let all = StoredValue::new(all);
                let rows = move || {
                    let wanted = typed.get().to_lowercase();
                    all.with_value(|all| {
                        all.iter()
                            .filter(|country| {
                                country.name.to_lowercase().contains(&wanted)
                                    || country.native_name.to_lowercase().contains(&wanted)
                                    || country.code.to_lowercase() == wanted
                            })
                            .map(|country| {
                                let (code, name) = (country.code.clone(), country.name.clone());
                                view! {
                                    <tr>
                                        <th scope="row">
                                            {country.name.clone()} <small class="sub">{country.native_name.clone()}</small>
                                        </th>
                                        <td class="mono">{country.code.clone()}</td>
                                        <td>{format!("+{}", country.calling_code.trim_start_matches('+'))}</td>
                                        <td>{if country.eu { t().yes } else { "" }}</td>
                                        <td class="end">
                                            {country
                                                .has_regions
                                                .then(|| {
                                                    view! {
                                                        <button
                                                            type="button"
                                                            class="link"
                                                            on:click=move |_| chosen.set(Some((code.clone(), name.clone())))
                                                        >
                                                            {ta().regions}
                                                        </button>
                                                    }
                                                })}
                                        </td>
                                    </tr>
                                }
                            })
                            .collect_view()
                    })
                };
                view! {
                    <Card flush=true>
                        <div class="table-bar">
                            <input
                                class="input sm:w-72"
                                type="search"
                                aria-label=t().search
                                placeholder=t().search
                                on:input=move |event| typed.set(event_target_value(&event))
                            />
                            <span class="muted">{fill(ta().n_countries, &[("n", &all.with_value(Vec::len).to_string())])}</span>
                        </div>
                        <div class="table-wrap" tabindex="0" role="region" aria-label=ta().countries>
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th>{t().name}</th>
                                        <th>{ta().code}</th>
                                        <th>{ta().calling_code}</th>
                                        <th>{ta().in_eu}</th>
                                        <th></th>
                                    </tr>
                                </thead>
                                <tbody>{rows}</tbody>
                            </table>
                        </div>
                    </Card>
                }
            }
        </Loaded>
        <Dialog open=chosen title=move || chosen.get().map(|(_, name)| name).unwrap_or_default()>
            {move || chosen.get().map(|(code, _)| view! { <Regions code /> })}
        </Dialog>
    }
}

#[component]
fn Regions(code: String) -> impl IntoView {
    let regions =
        use_query(move || code.clone(), |code: String| async move { api::auth::regions(&code).await });
    view! {
        <Loaded query=regions rows=6 let:regions>
            {if regions.is_empty() {
                view! { <EmptyState icon=lu::LuGlobe title=ui::words().nothing_found /> }.into_any()
            } else {
                view! {
                    <table class="table">
                        <tbody>
                            {regions
                                .into_iter()
                                .map(|region| {
                                    view! {
                                        <tr>
                                            <th scope="row">{region.name}</th>
                                            <td class="muted">{region.kind}</td>
                                            <td class="mono end">{region.code}</td>
                                        </tr>
                                    }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                }
                    .into_any()
            }}
        </Loaded>
    }
}
