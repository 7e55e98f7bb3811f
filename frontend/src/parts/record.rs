//! What every record carries: a page at its id, its head, the id to copy, itself as JSON, and how programs read it.

use std::str::FromStr;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};
use send_wrapper::SendWrapper;
use ui::{Breadcrumbs, Confirm, CopyId, Crumb, Icon, Menu, lu, toast_ok};

use super::{DeleteItem, NotFound, WouldHappen, submit_with};
use crate::api::client::{Nothing, delete, file};
use crate::format::short_id;
use crate::i18n::{t, td};

/// The page of the record whose id is in the path, drawn anew when that changes; what is no id is not found.
pub fn by_id<Id, V>(page: impl Fn(Id) -> V + Send + 'static) -> impl IntoView
where
    Id: FromStr + Copy + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse::<Id>().ok()));
    move || match id.get() {
        Some(id) => page(id).into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

/// The operation that reads such a record, as the documentation of the API calls it: `billing/getDocument`.
fn operation(path: &str) -> Option<String> {
    let mut parts = path.trim_start_matches('/').split('/');
    let (own, kind) = match parts.next()? {
        "admin" => ("", parts.next()?),
        _ => ("Own", parts.nth(1)?),
    };
    let tag = match kind {
        "admins" | "admin-groups" => "staff",
        "clients" | "users" => "clients",
        "companies" => "companies",
        "documents" | "payments" | "tax-rules" | "transactions" => "billing",
        "services" | "orders" => "services",
        "products" | "product-groups" | "attribute-groups" | "option-groups" => "catalog",
        "notifications" | "tasks" => "automation",
        "module-log" => return Some("automation/getModuleLogEntry".to_owned()),
        _ => return None,
    };
    let one = match kind.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => kind.trim_end_matches('s').to_owned(),
    };
    let capital = |word: &str| {
        let (first, rest) = word.split_at(usize::from(!word.is_empty()));
        first.to_uppercase() + rest
    };
    let name: String = one.split('-').map(capital).collect();
    Some(format!("{tag}/get{own}{name}"))
}

/// The id of a record, short and to be copied, the answer of the API that the page is drawn from, and its documentation.
#[component]
pub fn RecordId(
    id: uuid::Uuid,
    /// Its path in the API: `/admin/clients/…`.
    #[prop(into)]
    path: String,
) -> impl IntoView {
    let link = |href: String, title: &'static str, icon| {
        view! {
            <a class="btn btn-ghost btn-icon btn-sm" href=href target="_blank" rel="external noopener" aria-label=title title=title>
                <Icon icon class="icon-sm" />
            </a>
        }
    };
    view! {
        <span class="inline-flex items-center gap-1">
            <CopyId id=id.to_string() text=short_id(id) />
            {link(file(&path), td().record.json, lu::LuBraces)}
            {operation(&path).map(|name| link(format!("/api/docs/#/{name}"), td().record.docs, lu::LuBookOpen))}
        </span>
    }
}

/// The head of a record of staff: where it stands, its name and states, its acts, and deleting it once its name was typed.
#[component]
pub fn RecordHead(
    /// Title and address of its list, which is at the same path in the API.
    list: (&'static str, &'static str),
    #[prop(into)] name: String,
    id: uuid::Uuid,
    /// Behind the name.
    #[prop(optional)]
    badges: Option<AnyView>,
    /// What happens when it is deleted; `None`: it is not deleted here.
    delete_text: Option<&'static str>,
    /// The API says beforehand what deleting would do. Of an operation that does not, asking would delete.
    #[prop(optional)]
    rehearsed: bool,
    /// Further entries of the menu.
    #[prop(optional)]
    menu: Option<ViewFn>,
    /// The main acts.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let path = format!("{}/{id}", list.1);
    let open = RwSignal::new(false);
    let navigate = SendWrapper::new(use_navigate());
    let (asked, tried) = (path.clone(), format!("{path}?dry_run=true"));
    let send = submit_with(
        move || delete::<Nothing>(&asked),
        move |_| {
            toast_ok(t().deleted);
            navigate(list.1, Default::default());
        },
    );
    let has_menu = menu.is_some() || delete_text.is_some();
    let type_name = name.clone();
    let question = delete_text.map(|text| {
        let (title, action, busy, on_confirm) = (t().delete, t().delete, send.busy, send.run);
        let ask = rehearsed.then_some(tried);
        view! {
            <Confirm open title text action busy on_confirm type_name>
                {ask.clone().map(|tried| view! { <WouldHappen ask=move || delete(&tried) /> })}
            </Confirm>
        }
    });
    view! {
        <Title text=name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(list.0, list.1), Crumb::here(name.clone())] />
        <header class="page-head">
            <div class="flex flex-wrap items-center gap-3">
                <h1>{name}</h1>
                {badges}
                <RecordId id path />
            </div>
            <div class="page-actions">
                {children.map(|children| children())}
                {has_menu
                    .then(|| {
                        view! {
                            <Menu label=t().actions class="btn btn-icon">
                                {menu.as_ref().map(|menu| menu.run())}
                                {delete_text.map(|_| view! { <DeleteItem open /> })}
                            </Menu>
                        }
                    })}
            </div>
        </header>
        {question}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_knows_every_operation() {
        let document = include_str!("../../../openapi/openapi.json");
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        let paths = document["paths"].as_object().unwrap();
        let mut found = 0;
        for (path, operations) in paths {
            let path = path.trim_start_matches("/api/v1");
            if !path.ends_with("/{id}") || path.matches('{').count() > 2 {
                continue;
            }
            let (get, Some(named)) = (&operations["get"], operation(path)) else { continue };
            if let (Some(tag), Some(id)) = (get["tags"][0].as_str(), get["operationId"].as_str()) {
                assert_eq!(named, format!("{tag}/{id}"), "{path}");
                found += 1;
            }
        }
        assert_eq!(found, 22);
    }
}
