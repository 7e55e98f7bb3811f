//! `/admin/countries`: all of ISO 3166-1, and the regions of ISO 3166-2.

use leptos::prelude::*;
use leptos_meta::Title;
use ui::{Card, Dialog, EmptyState, PageHead, SearchBox, lu, use_list};

use crate::i18n::{fill, t, ta};
use crate::parts::Loaded;
use crate::query::use_query;
use crate::{api, format};

/// The countries; a row opens its regions.
#[component]
pub fn CountriesPage() -> impl IntoView {
    let countries = use_query(|| (), |()| api::auth::countries());
    let list = use_list("");
    let chosen = RwSignal::new(None::<(String, String)>);
    view! {
        <Title text=ta().countries />
        <PageHead title=ta().countries text=ta().countries_text />
        <Loaded query=countries rows=12 let:all>
            {
                // By their names in the person's language, and in its order.
                let named = format::countries(&all).into_iter().filter_map(|(code, name)| {
                    let country = all.iter().find(|country| country.code == code)?;
                    Some((name, country.clone()))
                });
                let all = StoredValue::new(named.collect::<Vec<_>>());
                let rows = move || {
                    let wanted = list.search().to_lowercase();
                    all.with_value(|all| {
                        all.iter()
                            .filter(|(name, country)| {
                                [name, &country.name, &country.native_name]
                                    .iter()
                                    .any(|name| name.to_lowercase().contains(&wanted))
                                    || country.code.to_lowercase() == wanted
                            })
                            .map(|(name, country)| {
                                let (code, title) = (country.code.clone(), name.clone());
                                view! {
                                    <tr>
                                        <th scope="row">
                                            {name.clone()} <small class="sub">{country.native_name.clone()}</small>
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
                                                            on:click=move |_| chosen.set(Some((code.clone(), title.clone())))
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
                            <SearchBox list hint=t().search />
                            <span class="muted">{fill(ta().n_countries, &[("n", &all.with_value(Vec::len).to_string())])}</span>
                        </div>
                        <div class="table-wrap" tabindex="0" role="region" aria-label=ta().countries>
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th scope="col">{t().name}</th>
                                        <th scope="col">{ta().code}</th>
                                        <th scope="col">{ta().calling_code}</th>
                                        <th scope="col">{ta().in_eu}</th>
                                        <th scope="col">
                                            <span class="sr-only">{t().actions}</span>
                                        </th>
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
    let regions = use_query(move || code.clone(), |code: String| api::auth::regions(&code));
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
