//! `/admin/activity`: who did what, newest first.

use leptos::prelude::*;
use leptos_meta::Title;
use serde_json::Value;
use shared::identity::{ActivityEntry, ActivityLevel};
use shared::{ClientId, Permission};
use ui::{Button, Card, EmptyState, PageHead, PerPage, SearchBox, TableWrap, lu, use_list};

use crate::i18n::{fill, t, ta, td};
use crate::parts::filters::{FilterChip, FilterSelect, options_of, word_options};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::{CsvButton, Live, LiveSwitch, Loaded, StateBadge};
use crate::portals::admin::person::person_name;
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

/// Lines about everything, or about one client; a page at a time by keyset.
#[component]
pub fn ActivityTable(client: Option<ClientId>) -> impl IntoView {
    let list = use_list("");
    let entries = use_query(
        move || {
            let client = client.map_or_else(|| list.filter("client"), |client| client.to_string());
            let parts = [
                ("search", list.search()),
                ("level", list.filter("level")),
                ("action", list.filter("action")),
                ("from", list.filter("from")),
                ("to", list.filter("to")),
                ("after", list.filter("after")),
                ("client", client),
                ("admin", list.filter("admin")),
                ("subject", list.filter("subject")),
                ("per_page", list.per_page().to_string()),
            ];
            let parts: Vec<(String, String)> = parts
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
            with_instants(&ui::list::encode(&parts), INSTANTS)
        },
        api::staff::activity,
    );
    let live = Live::every(10);
    entries.refresh_every(move || if list.filter("after").is_empty() { live.seconds() } else { 0 });
    let first = move || list.set(&[("after", String::new())], false);
    view! {
        <Card flush=true>
            <div class="table-bar">
                <SearchBox list hint=t().search />
                <FilterSelect
                    list
                    name="level"
                    label=t().kind
                    options=word_options(ActivityLevel::ALL, ActivityLevel::as_str)
                />
                {may(Permission::StaffView)
                    .then(|| view! { <FilterSelect list name="admin" label=td().client.who options=use_admin_options() /> })}
                <FilterRange list names=INSTANTS />
                <FilterChip list name="client" text=ta().client />
                <FilterChip list name="subject" text="ID" />
                <FilterChip list name="action" text=t().kind />
                <LiveSwitch live />
                <span class="flex-1"></span>
                <CsvButton asked=entries.asked() />
                <Show when=move || list.is_filtered()>
                    <Button
                        text=ui::words().clear_filters
                        class="btn-sm btn-ghost"
                        on_click=Callback::new(move |()| list.clear_filters())
                    />
                </Show>
            </div>
            <Loaded query=entries rows=10 let:page>
                {if page.items.is_empty() {
                    view! { <EmptyState icon=lu::LuActivity title=ui::words().nothing_found text=ta().activity_text /> }.into_any()
                } else {
                    view! {
                        <TableWrap label=ta().activity_log>
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th scope="col">{t().time}</th>
                                        <th scope="col">{t().kind}</th>
                                        <th scope="col">{t().description}</th>
                                        {client.is_none().then(|| view! { <th scope="col">{ta().client}</th> })}
                                        <th scope="col" class="end">{td().client.who}</th>
                                    </tr>
                                </thead>
                                <tbody>
                                    {page.items.into_iter().map(|entry| line(entry, client.is_none())).collect_view()}
                                </tbody>
                            </table>
                        </TableWrap>
                    }
                        .into_any()
                }}
                <div class="card-foot form-bar">
                    <PerPage list />
                    <span class="flex-1"></span>
                    <Button
                        text=td().client.newest
                        disabled=Signal::derive(move || list.filter("after").is_empty())
                        on_click=Callback::new(move |()| first())
                    />
                    {page
                        .next
                        .map(|next| {
                            view! {
                                <Button
                                    text=ta().older
                                    on_click=Callback::new(move |()| list.set(&[("after", next.clone())], false))
                                />
                            }
                        })}
                </div>
            </Loaded>
        </Card>
    }
}

/// The changes of one record, for staff who may read the log.
#[component]
pub fn History(subject: uuid::Uuid) -> impl IntoView {
    may(Permission::LogsView).then(|| {
        let lines = use_query(move || format!("subject={subject}&per_page=50"), api::staff::activity);
        lines.refresh_every(|| 15);
        view! {
            <Card title=ta().history flush=true>
                <Loaded query=lines rows=2 let:page>
                    {page.items.is_empty().then(|| view! { <EmptyState icon=lu::LuActivity title=ta().no_changes /> })}
                    <TableWrap label=ta().history>
                        <table class="table">
                            <tbody>{page.items.into_iter().map(|entry| line(entry, false)).collect_view()}</tbody>
                        </table>
                    </TableWrap>
                    {page
                        .next
                        .map(|_| {
                            let href = format!("/admin/activity?subject={subject}");
                            view! { <div class="card-foot"><a class="link text-sm" href=href>{ta().older}</a></div> }
                        })}
                </Loaded>
            </Card>
        }
    })
}

/// The activity log.
#[component]
pub fn ActivityPage() -> impl IntoView {
    view! {
        <Title text=ta().activity_log />
        <PageHead title=ta().activity_log text=ta().activity_text />
        <ActivityTable client=None />
    }
}

/// The page of what a line is about.
fn subject_link(entry: &ActivityEntry) -> Option<String> {
    if entry.action.ends_with(".deleted") {
        return None;
    }
    if entry.action.starts_with("schedule.") {
        return Some("/admin/scheduler".to_owned());
    }
    let place = match entry.subject_kind.as_deref()? {
        "payment" => "payments?payment=",
        "task" => "tasks?task=",
        "notification" => "messages?message=",
        "transfer" => "transactions?transaction=",
        "tax_rule" => return Some("/admin/tax-rules".to_owned()),
        // The page of a module is at its key, which the line does not hold.
        "module" => return Some("/admin/modules".to_owned()),
        "client" => "clients",
        "user" => "users",
        "admin" => "admins",
        "admin_group" => "admin-groups",
        "service" => "services",
        "order" => "orders",
        "document" => "documents",
        "company" => "companies",
        "product" => "products",
        "product_group" => "product-groups",
        "attribute_group" => "attribute-groups",
        "option_group" => "option-groups",
        _ => return None,
    };
    let slash = if place.ends_with('=') { "" } else { "/" };
    Some(format!("/admin/{place}{slash}{}", entry.subject?))
}

/// What was done, as a link to what it was done to.
pub fn described(entry: &ActivityEntry) -> AnyView {
    let description = entry.description.clone();
    match subject_link(entry) {
        Some(link) => view! { <a class="row-link" href=link>{description}</a> }.into_any(),
        None => view! { <span class="strong">{description}</span> }.into_any(),
    }
}

/// Members of staff as options of a select.
fn use_admin_options() -> Signal<Vec<(String, String)>> {
    let admins = use_query(|| (), |()| api::staff::admins("per_page=200&sort=last_name".to_owned()));
    options_of(admins, |admin| {
        (admin.id.to_string(), person_name(&admin.first_name, &admin.last_name, &admin.email))
    })
}

fn said(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "—".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// What a change did: the fields that are other now, before and after.
fn changes(old: Option<&Value>, new: Option<&Value>) -> Vec<(String, String, String)> {
    let fields = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new) = (fields(old), fields(new));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let other = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    other.map(|name| (name.clone(), said(old.get(name)), said(new.get(name)))).collect()
}

#[component]
fn Changes(fields: Vec<(String, String, String)>) -> impl IntoView {
    let row = |(name, before, after): (String, String, String)| {
        view! {
            <div>
                <dt class="mono">{name}</dt>
                <dd><span class="neg">{before}</span> " → " <span class="pos">{after}</span></dd>
            </div>
        }
    };
    view! {
        <details class="chart-table">
            <summary>{td().client.changes}</summary>
            <dl class="facts mt-2 max-w-2xl">{fields.into_iter().map(row).collect_view()}</dl>
        </details>
    }
}

fn line(entry: ActivityEntry, with_client: bool) -> impl IntoView {
    let description = described(&entry);
    let client = with_client.then(|| {
        let link = entry.client.map(|id| {
            view! { <a class="link" href=format!("/admin/clients/{id}")>{entry.client_name.clone().unwrap_or_default()}</a> }
        });
        view! { <td>{link}</td> }
    });
    let changed = changes(entry.old.as_ref(), entry.new.as_ref());
    view! {
        <tr>
            <td class="num">{format::date_time_exact(entry.at)}</td>
            <td><StateBadge state=entry.level.as_str() /></td>
            <td>
                {description}
                <small class="sub mono">{entry.action}</small>
                {(!changed.is_empty()).then(|| view! { <Changes fields=changed /> })}
            </td>
            {client}
            <td class="end">
                {entry.actor_name}
                {entry.on_behalf_of.map(|name| fill(td().sign_in_as.on_behalf, &[("name", &name)]))}
                " " <small class="sub">{entry.ip}</small>
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::changes;

    #[test]
    fn a_change_is_told_by_the_fields_that_are_other() {
        let (old, new) = (json!({ "name": "A", "same": 1 }), json!({ "name": "B", "same": 1, "more": [2] }));
        let field =
            |name: &str, before: &str, after: &str| (name.to_owned(), before.to_owned(), after.to_owned());
        let expected = [field("more", "—", "[2]"), field("name", "A", "B")];
        assert_eq!(changes(Some(&old), Some(&new)), expected);
        assert!(changes(None, None).is_empty());
    }
}
