//! `/admin/clients/:id`: one client; each tab has a URL of its own.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use shared::identity::ClientDetail;
use shared::{ClientId, Permission};
use ui::{Avatar, Breadcrumbs, Crumb, Tab, Tabs, use_list};

use super::actions::ClientActions;
use super::profile::ProfileForms;
use super::sessions::ClientSessions;
use super::summary::Summary;
use super::users::ClientUsers;
use crate::api;
use crate::i18n::{ta, td, tp};
use crate::parts::account::TokenTable;
use crate::parts::statement::{StatementOfMonth, StatementsTable};
use crate::parts::{ClientBadge, Loaded, RecordId, by_id};
use crate::portals::admin::finance::{DocumentsTable, PaymentsTable, TransactionsTable};
use crate::portals::admin::monitoring::{ActivityTable, MessagesTable};
use crate::portals::admin::services::ServicesTable;
use crate::query::{Query, use_query};
use crate::session::may;

/// The client of this page, for its tabs.
#[derive(Clone, Copy)]
struct ThisClient {
    client: Query<ClientDetail>,
    /// How often somebody wrote to it: the tab of messages reads them again.
    written: RwSignal<u32>,
}

/// Head and tabs; the tab's page stands below.
#[component]
pub fn ClientFrame() -> impl IntoView {
    by_id(|id: ClientId| {
        let client = use_query(move || id, api::people::client);
        let written = RwSignal::new(0);
        provide_context(ThisClient { client, written });
        view! {
            <Loaded query=client let:detail>
                <Head detail client written />
            </Loaded>
            <Show when=move || client.data().with(Option::is_some)>
                <ClientTabs id />
                <Outlet />
            </Show>
        }
    })
}

#[component]
fn ClientTabs(id: ClientId) -> impl IntoView {
    let tab = |permission: Permission, text: &str, path: &str| {
        let href = format!("/admin/clients/{id}{path}");
        may(permission).then(|| Tab { text: text.to_owned(), href })
    };
    let tabs = [
        tab(Permission::ClientsView, ta().summary, ""),
        tab(Permission::ClientsView, ta().profile, "/profile"),
        tab(Permission::ClientsView, ta().users, "/users"),
        tab(Permission::ServicesView, ta().services, "/services"),
        tab(Permission::DocumentsView, ta().documents, "/documents"),
        tab(Permission::TransactionsView, ta().transactions, "/transactions"),
        tab(Permission::PaymentsView, ta().payments, "/payments"),
        tab(Permission::LogsView, td().client.activity, "/activity"),
        tab(Permission::ClientsView, td().client.sessions, "/sessions"),
        tab(Permission::ClientsView, tp().token.title, "/tokens"),
        tab(Permission::NotificationsView, td().messages.tab, "/messages"),
    ];
    let tabs: Vec<Tab> = tabs.into_iter().flatten().collect();
    view! { <Tabs tabs label=ta().client /> }
}

#[component]
fn Head(detail: ClientDetail, client: Query<ClientDetail>, written: RwSignal<u32>) -> impl IntoView {
    let id = detail.id;
    view! {
        <Title text=detail.name.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().clients, "/admin/clients"), Crumb::here(detail.name.clone())] />
        <header class="page-head">
            <div class="flex items-center gap-4 min-w-0">
                <Avatar name=detail.name.clone() class="avatar-lg" />
                <div class="min-w-0">
                    <div class="flex flex-wrap items-center gap-3">
                        <h1 class="truncate">{detail.name.clone()}</h1>
                        <ClientBadge status=detail.status />
                    </div>
                    <div class="flex flex-wrap items-center gap-x-3 text-sm text-ink-2">
                        <span>{detail.email.clone()}</span>
                        <RecordId id=id.0 path=format!("/admin/clients/{id}") />
                    </div>
                </div>
            </div>
            <ClientActions detail client written />
        </header>
    }
}

fn context() -> ThisClient {
    use_context().expect("tabs stand below ClientFrame")
}

fn this() -> Query<ClientDetail> {
    context().client
}

fn this_id() -> Option<ClientId> {
    this().data().with_untracked(|client| client.as_ref().map(|client| client.id))
}

#[component]
pub fn ClientSummaryTab() -> impl IntoView {
    this_id().map(|id| view! { <Summary id client=this() /> })
}

#[component]
pub fn ClientProfileTab() -> impl IntoView {
    this_id().map(|id| view! { <ProfileForms id client=this() /> })
}

#[component]
pub fn ClientUsersTab() -> impl IntoView {
    this_id().map(|id| view! { <ClientUsers id client=this() /> })
}

#[component]
pub fn ClientServicesTab() -> impl IntoView {
    this_id().map(|client| view! { <ServicesTable client=Some(client) /> })
}

#[component]
pub fn ClientDocumentsTab() -> impl IntoView {
    this_id().map(|client| {
        view! {
            <PaperTabs client />
            <DocumentsTable client=Some(client) />
        }
    })
}

/// Documents and statements of a client, side by side.
#[component]
fn PaperTabs(client: ClientId) -> impl IntoView {
    let tab = |text: &str, page: &str| Tab {
        text: text.to_owned(),
        href: format!("/admin/clients/{client}/{page}"),
    };
    let tabs = vec![tab(ta().documents, "documents"), tab(tp().statement.title, "documents/statements")];
    view! { <Tabs tabs label=ta().documents /> }
}

#[component]
pub fn ClientStatementsTab() -> impl IntoView {
    this_id().map(|client| {
        let area = format!("/admin/clients/{client}");
        view! {
            <PaperTabs client />
            <StatementsTable page=format!("{area}/documents/statements") area />
        }
    })
}

#[component]
pub fn ClientStatementTab() -> impl IntoView {
    this_id().map(|client| {
        view! {
            <PaperTabs client />
            <StatementOfMonth area=format!("/admin/clients/{client}") />
        }
    })
}

#[component]
pub fn ClientTransactionsTab() -> impl IntoView {
    this_id().map(|client| view! { <TransactionsTable client=Some(client) /> })
}

#[component]
pub fn ClientPaymentsTab() -> impl IntoView {
    this_id().map(|client| view! { <PaymentsTable client=Some(client) /> })
}

#[component]
pub fn ClientActivityTab() -> impl IntoView {
    this_id().map(|client| view! { <ActivityTable client=Some(client) /> })
}

#[component]
pub fn ClientSessionsTab() -> impl IntoView {
    this_id().map(|client| view! { <ClientSessions client /> })
}

#[component]
pub fn ClientMessagesTab() -> impl IntoView {
    this_id().map(|client| view! { <MessagesTable client=Some(client) written=context().written /> })
}

/// The API tokens of all users of the client.
#[component]
pub fn ClientTokensTab() -> impl IntoView {
    this_id().map(|client| {
        let base = StoredValue::new(format!("/admin/clients/{client}/tokens"));
        let list = use_list("-created_at");
        let ask = move |query: String| api::account::tokens(&base.get_value(), &query);
        let rows = use_query(move || list.api_query(), ask);
        view! { <TokenTable base list rows owners=true revocable=may(Permission::UsersEdit) /> }
    })
}
