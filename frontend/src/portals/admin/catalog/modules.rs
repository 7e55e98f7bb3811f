//! `/admin/modules`: what delivers the products.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::catalog::{ModuleStatus, ModuleSummary};
use ui::{Column, EmptyState, PageHead, lu, use_list};

use crate::i18n::{t, ta, td};
use crate::parts::filters::{FilterSelect, word_options};
use crate::parts::{DataTable, StateBadge};
use crate::query::use_query;
use crate::{api, format};

fn columns() -> Vec<Column<ModuleSummary>> {
    vec![
        Column::new("name", t().name, |module: &ModuleSummary| {
            view! {
                <a class="row-link" href=format!("/admin/modules/{}", module.info.key)>{module.info.name.clone()}</a>
                <small class="sub">{module.info.description.clone()}</small>
            }
        })
        .sorted_by("name"),
        Column::new("key", ta().key, |module: &ModuleSummary| {
            view! { <span class="mono">{module.info.key.clone()}</span> }
        })
        .sorted_by("key"),
        Column::new("version", ta().version, |module: &ModuleSummary| module.info.version.clone()),
        Column::new("author", td().modules.author, |module: &ModuleSummary| module.info.author.clone()),
        Column::new("selling", td().modules.selling, |module: &ModuleSummary| format::count(module.selling))
            .end()
            .sorted_by("selling"),
        Column::new("status", t().state, |module: &ModuleSummary| {
            view! { <StateBadge state=module.status.as_str() /> }
        })
        .sorted_by("status"),
    ]
}

/// Every module that ships.
#[component]
pub fn ModulesPage() -> impl IntoView {
    let words = &td().modules;
    let list = use_list("key");
    let modules = use_query(move || list.api_query(), api::catalog::modules);
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <DataTable
            query=modules
            list
            columns=columns()
            label=words.title
            filters=Box::new(move || {
                let options = word_options(ModuleStatus::ALL, ModuleStatus::as_str);
                view! { <FilterSelect list name="status" label=t().state options /> }.into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuPuzzle title=td().modules.none /> }
        />
    }
}
