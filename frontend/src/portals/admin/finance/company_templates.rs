//! `/admin/companies/:id/templates`: what prints each kind of document in each language.

use leptos::prelude::*;
use shared::CompanyId;
use shared::billing::template::{TemplateState, TemplateSummary};
use ui::{Badge, Card, TableWrap, Tone};

use crate::i18n::{native_name, t, td, word};
use crate::parts::{Loaded, by_id};
use crate::query::use_query;
use crate::{api, format};

/// What the word of a state is called.
pub(super) fn state_badge(state: TemplateState) -> AnyView {
    let tone = if state == TemplateState::BuiltIn { Tone::default() } else { Tone::Brand };
    view! { <Badge text=word(&format!("template_{state}")) tone /> }.into_any()
}

fn row(company: CompanyId, one: TemplateSummary) -> AnyView {
    let TemplateSummary { kind, language, state, version, changed_at } = one;
    view! {
        <tr>
            <td>
                <a class="row-link" href=format!("/admin/companies/{company}/templates/{kind}/{language}")>
                    {word(kind.as_str())}
                    " · "
                    {native_name(language)}
                </a>
            </td>
            <td>{state_badge(state)}</td>
            <td class="end num">{version}</td>
            <td>{changed_at.map(format::date_time)}</td>
        </tr>
    }
    .into_any()
}

#[component]
pub fn CompanyTemplatesTab() -> impl IntoView {
    by_id(|id: CompanyId| {
        let words = &td().template;
        let templates = use_query(move || id, api::billing::templates);
        view! {
            <Card title=words.title text=words.text>
                <Loaded query=templates let:all>
                    <TableWrap label=words.title>
                        <table class="table">
                            <thead>
                                <tr>
                                    <th scope="col">{words.source}</th>
                                    <th scope="col">{words.printed_with}</th>
                                    <th scope="col" class="end">{td().terms.version}</th>
                                    <th scope="col">{t().updated_at}</th>
                                </tr>
                            </thead>
                            <tbody>{all.into_iter().map(|one| row(id, one)).collect_view()}</tbody>
                        </table>
                    </TableWrap>
                </Loaded>
            </Card>
        }
    })
}
