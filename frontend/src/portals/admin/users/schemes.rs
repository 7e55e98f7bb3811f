//! How many accounts keep their password in which way.

use leptos::prelude::*;
use shared::identity::PasswordScheme;
use ui::Card;

use crate::api;
use crate::i18n::{t, ta, td};
use crate::parts::Loaded;
use crate::query::use_query;

/// What a scheme is called: by its own name, unless it is none.
fn name_of(scheme: PasswordScheme) -> &'static str {
    match scheme {
        PasswordScheme::Unknown => td().access.unknown,
        PasswordScheme::None => td().access.no_password,
        scheme => scheme.as_str(),
    }
}

#[component]
pub(super) fn PasswordSchemes() -> impl IntoView {
    let words = &td().access;
    let counts = use_query(|| (), |()| api::people::password_schemes());
    view! {
        <Card title=words.schemes text=words.schemes_text flush=true>
            <Loaded query=counts rows=3 let:counts>
                <div class="table-wrap" tabindex="0" role="region" aria-label=words.schemes>
                    <table class="table">
                        <thead>
                            <tr>
                                <th>{words.scheme}</th>
                                <th class="end">{ta().users}</th>
                                <th class="end">{words.staff}</th>
                                <th class="end">{t().total}</th>
                            </tr>
                        </thead>
                        <tbody>
                            {counts
                                .into_iter()
                                .map(|count| {
                                    view! {
                                        <tr>
                                            <th scope="row">{name_of(count.scheme)}</th>
                                            <td class="end num">{count.users}</td>
                                            <td class="end num">{count.staff}</td>
                                            <td class="end num">{count.users + count.staff}</td>
                                        </tr>
                                    }
                                })
                                .collect_view()}
                        </tbody>
                    </table>
                </div>
            </Loaded>
        </Card>
    }
}
