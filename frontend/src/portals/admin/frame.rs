//! The frame of the staff portal: its menu by permission, and the guard.

use leptos::prelude::*;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use shared::billing::document::DocumentSummary;
use shared::identity::ClientSummary;
use shared::services::ServiceSummary;
use shared::{Page, Permission};
use ui::{Badge, Command, LinkButton, Note, Skeleton, Tone, lu, settled};

use crate::api::{self, client::Reply};
use crate::i18n::{t, ta, td, word};
use crate::parts::FailedNote;
use crate::parts::bell::BellButton;
use crate::parts::shell::{Entry, Group, Person, Shell};
use crate::query::{Query, use_query};
use crate::session::{self, Portal, Who, may};

fn menu() -> Vec<Group> {
    let entry = |permission: Permission, text: &str, href: &str, icon| {
        may(permission).then(|| Entry {
            text: text.to_owned(),
            href: format!("/admin{href}"),
            icon,
            count: 0,
        })
    };
    let group = |title: &str, entries: Vec<Option<Entry>>| Group {
        title: title.to_owned(),
        entries: entries.into_iter().flatten().collect(),
    };
    let groups = vec![
        group("", vec![entry(Permission::DashboardView, ta().dashboard, "", lu::LuLayoutDashboard)]),
        group(
            ta().clients,
            vec![
                entry(Permission::ClientsView, ta().clients, "/clients", lu::LuBuilding),
                entry(Permission::UsersView, ta().users, "/users", lu::LuUsers),
            ],
        ),
        group(
            ta().services,
            vec![
                entry(Permission::ServicesView, ta().all_services, "/services", lu::LuServer),
                entry(Permission::ServicesView, td().orders.title, "/orders", lu::LuShoppingCart),
                entry(Permission::ServicesCreate, ta().create_service, "/services/new", lu::LuPlus),
            ],
        ),
        group(
            ta().finance,
            vec![
                entry(Permission::DocumentsView, ta().documents, "/documents", lu::LuReceipt),
                entry(Permission::TransactionsView, ta().transactions, "/transactions", lu::LuArrowLeftRight),
                entry(Permission::PaymentsView, ta().payments, "/payments", lu::LuCreditCard),
                entry(Permission::CompaniesView, ta().companies, "/companies", lu::LuLandmark),
                entry(Permission::TaxesView, ta().tax_rules, "/tax-rules", lu::LuPercent),
            ],
        ),
        group(
            ta().products,
            vec![
                entry(Permission::ProductsView, ta().products, "/products", lu::LuPackage),
                entry(Permission::ProductsView, ta().product_groups, "/product-groups", lu::LuLayers),
                entry(Permission::ProductsView, ta().attribute_groups, "/attribute-groups", lu::LuTags),
                entry(
                    Permission::ProductsView,
                    ta().option_groups,
                    "/option-groups",
                    lu::LuSlidersHorizontal,
                ),
            ],
        ),
        group(
            word("monitoring"),
            vec![
                entry(Permission::TasksView, ta().task_queue, "/tasks", lu::LuListChecks),
                entry(Permission::TasksView, td().queues.title, "/queues", lu::LuRows3),
                entry(Permission::LogsView, ta().activity_log, "/activity", lu::LuActivity),
                entry(Permission::LogsView, td().module_log.title, "/module-log", lu::LuFileText),
                entry(Permission::NotificationsView, td().messages.title, "/messages", lu::LuMail),
            ],
        ),
        group(
            ta().settings,
            vec![
                entry(Permission::SettingsView, ta().general, "/settings", lu::LuSettings),
                entry(Permission::SettingsView, ta().currencies, "/currencies", lu::LuCoins),
                entry(Permission::SettingsView, td().terms.title, "/terms", lu::LuScrollText),
                entry(Permission::SettingsView, ta().countries, "/countries", lu::LuGlobe),
                entry(Permission::StaffView, ta().admins, "/admins", lu::LuUserCog),
                entry(Permission::StaffView, ta().admin_groups, "/admin-groups", lu::LuShield),
                entry(Permission::ProductsView, td().modules.title, "/modules", lu::LuPuzzle),
                entry(Permission::SchedulerView, ta().scheduler, "/scheduler", lu::LuCalendarClock),
            ],
        ),
    ];
    groups.into_iter().filter(|group| !group.entries.is_empty()).collect()
}

fn person() -> Person {
    session::admin().with(|who| match who {
        Who::In(session) => Person {
            name: format!("{} {}", session.admin.first_name, session.admin.last_name),
            email: session.admin.email.clone(),
            links: vec![
                Entry {
                    text: t().my_account.to_owned(),
                    href: "/admin/account".to_owned(),
                    icon: lu::LuUser,
                    count: 0,
                },
                Entry {
                    text: t().security.to_owned(),
                    href: "/admin/account/security".to_owned(),
                    icon: lu::LuShieldCheck,
                    count: 0,
                },
                Entry {
                    text: t().api_tokens.to_owned(),
                    href: "/admin/account/tokens".to_owned(),
                    icon: lu::LuKey,
                    count: 0,
                },
            ],
        },
        _ => Person { name: String::new(), email: String::new(), links: Vec::new() },
    })
}

/// Menu and top bar of the staff portal; who is not signed in goes to the sign-in page.
#[component]
pub fn AdminFrame() -> impl IntoView {
    let who = session::admin();
    let location = use_location();
    let state = Memo::new(move |_| {
        who.with(|who| match who {
            Who::In(session) => Who::In(session.second_factor_required),
            Who::Unknown => Who::Unknown,
            Who::Nobody => Who::Nobody,
            Who::Failed(error) => Who::Failed(error.clone()),
        })
    });
    Effect::new(move || {
        if state.get() == Who::Unknown {
            leptos::task::spawn_local(session::load(Portal::Admin));
        }
    });
    move || match state.get() {
        Who::Unknown => view! { <Skeleton rows=6 /> }.into_any(),
        Who::Nobody => {
            view! { <Redirect path=session::sign_in_again(Portal::Admin, &location) /> }.into_any()
        }
        Who::Failed(error) => {
            let again = Callback::new(|()| leptos::task::spawn_local(session::load(Portal::Admin)));
            view! { <main class="page"><FailedNote error retry=again /></main> }.into_any()
        }
        Who::In(second_factor_required) => view! { <Signed second_factor_required /> }.into_any(),
    }
}

/// What the palette finds in a list by what was typed. What cannot be asked for is not found.
fn use_found<T: 'static>(
    asked: RwSignal<String>,
    permission: Permission,
    list: fn(String) -> Reply<Page<T>>,
    command: fn(T) -> Command,
) -> Query<Vec<Command>> {
    use_query(
        move || asked.get(),
        move |typed| async move {
            let typed = typed.trim();
            if typed.chars().count() < 2 || !may(permission) {
                return Ok(Vec::new());
            }
            let query = [("search".to_owned(), typed.to_owned()), ("per_page".to_owned(), "4".to_owned())];
            let page = list(ui::list::encode(&query)).await;
            Ok(page.map_or_else(|_| Vec::new(), |page| page.items.into_iter().map(command).collect()))
        },
    )
}

fn client(client: ClientSummary) -> Command {
    Command {
        text: format!("{} · {}", client.name, client.email),
        hint: ta().client.to_owned(),
        href: format!("/admin/clients/{}", client.id),
        icon: lu::LuBuilding,
    }
}

fn service(service: ServiceSummary) -> Command {
    Command {
        text: format!("{} · {}", service.label, service.client_name),
        hint: ta().service.to_owned(),
        href: format!("/admin/services/{}", service.id),
        icon: lu::LuServer,
    }
}

fn document(document: DocumentSummary) -> Command {
    let number = document.number.unwrap_or_else(|| word("draft").to_owned());
    Command {
        text: format!("{number} · {}", document.client_name),
        hint: ta().document.to_owned(),
        href: format!("/admin/documents/{}", document.id),
        icon: lu::LuReceipt,
    }
}

/// At the foot of the menu: whether the automation is well, and the version that runs it.
#[component]
fn Health() -> impl IntoView {
    may(Permission::TasksView).then(|| {
        let status = use_query(|| (), |()| api::system::automation());
        status.refresh_every(|| 60);
        let told = Memo::new(move |_| {
            status.data().with(|status| {
                let status = status.as_ref()?;
                let version = status.processes.first().map(|process| process.version.clone());
                Some((status.healthy, version.unwrap_or_default()))
            })
        });
        move || {
            told.get().map(|(healthy, version)| {
                let (text, tone) =
                    if healthy { (ta().all_well, Tone::Ok) } else { (ta().needs_attention, Tone::Bad) };
                view! {
                    <a href="/admin/queues"><Badge text tone /></a>
                    <span>{version}</span>
                }
            })
        }
    })
}

#[component]
fn Signed(second_factor_required: bool) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let asked = settled(move || typed.get());
    let found = [
        use_found(asked, Permission::ClientsView, api::people::clients, client),
        use_found(asked, Permission::ServicesView, api::services::services, service),
        use_found(asked, Permission::DocumentsView, api::billing::documents, document),
    ];
    let found = Signal::derive(move || {
        found.iter().flat_map(|list| list.data().get().unwrap_or_default()).collect::<Vec<_>>()
    });
    let path = use_location().pathname;
    view! {
        <Shell
            portal=Portal::Admin
            groups=Signal::derive(menu)
            person=Signal::derive(person)
            typed
            found
            top=|| view! { <BellButton portal=Portal::Admin /> }
            foot=|| view! { <Health /> }
            strip=move || {
                let blocked = second_factor_required
                    && path.with(|path| !path.starts_with("/admin/account/security"));
                blocked
                    .then(|| {
                        view! {
                            <div class="mb-5">
                                <Note tone=Tone::Warn>
                                    <div class="flex flex-wrap items-center gap-4">
                                        <span>{t().two_factor_required}</span>
                                        <LinkButton text=t().security href="/admin/account/security" class="btn-sm" />
                                    </div>
                                </Note>
                            </div>
                        }
                    })
            }
        >
            <Outlet />
        </Shell>
    }
}
