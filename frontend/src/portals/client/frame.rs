//! The frame of the client portal: menu, balance, notices, and the guard that only signed-in people pass.

use leptos::prelude::*;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::{use_location, use_navigate};
use shared::ClientId;
use shared::billing::wallet::CostSummary;
use shared::identity::{ClientPermission, ClientStatus, LinkRequest};
use ui::{EmptyState, Icon, Menu, MenuButton, Note, Skeleton, Tone, effect, lu, settled, toast_ok};

use super::found::find;
use super::icons;
use super::kit::{self, Overview, may, overview, signed_in};
use super::shop::{CartLink, cart_of};
use crate::api;
use crate::format;
use crate::i18n::{fill, t, tc};
use crate::parts::amount::short;
use crate::parts::bell::BellButton;
use crate::parts::shell::{Entry, Group, Person, Shell};
use crate::parts::{FailedNote, submit_with};
use crate::query::use_query;
use crate::session::{self, Portal, Who};

/// Menu and top bar of the client portal; who is not signed in goes to the sign-in page.
#[component]
pub(super) fn ClientFrame() -> impl IntoView {
    let who = session::user();
    let location = use_location();
    let state = Memo::new(move |_| {
        who.with(|who| match who {
            Who::In(_) => Who::In(()),
            Who::Unknown => Who::Unknown,
            Who::Nobody => Who::Nobody,
            Who::Failed(error) => Who::Failed(error.clone()),
        })
    });
    let acting = Memo::new(|_| session::acting_client());
    let asked = RwSignal::new(false);
    effect(move || {
        if state.get() == Who::Unknown && !asked.get_untracked() {
            asked.set(true);
            leptos::task::spawn_local(session::load(Portal::Client));
        }
    });
    move || match state.get() {
        Who::Unknown => view! { <Skeleton rows=6 /> }.into_any(),
        Who::Nobody => {
            view! { <Redirect path=session::sign_in_again(Portal::Client, &location) /> }.into_any()
        }
        Who::Failed(error) => view! {
            <main class="page">
                <FailedNote
                    error
                    retry=Callback::new(|()| {
                        leptos::task::spawn_local(session::load(Portal::Client));
                    })
                />
            </main>
        }
        .into_any(),
        Who::In(()) => match acting.get() {
            Some(client) => view! { <Frame client /> }.into_any(),
            None => view! { <Homeless /> }.into_any(),
        },
    }
}

/// A login that belongs to no client.
#[component]
fn Homeless() -> impl IntoView {
    view! {
        <main class="page">
            <EmptyState icon=lu::LuUserX title=tc().common.no_client text=tc().common.no_client_hint>
                <button
                    type="button"
                    class="btn"
                    on:click=move |_| leptos::task::spawn_local(session::sign_out(Portal::Client))
                >
                    {tc().nav.sign_out}
                </button>
            </EmptyState>
        </main>
    }
}

/// The frame for one client; drawn anew when the person acts for another.
#[component]
fn Frame(client: ClientId) -> impl IntoView {
    let overview = Overview {
        client,
        cost: use_query(|| (), move |()| api::own::cost(client)),
        counters: use_query(|| (), move |()| api::own::counters(client)),
        profile: use_query(|| (), move |()| api::own::profile(client)),
        cart: cart_of(client),
    };
    overview.cost.refresh_every(|| 60);
    overview.counters.refresh_every(|| 60);
    provide_context(overview);
    let typed = RwSignal::new(String::new());
    let asked = settled(move || typed.get());
    let found =
        use_query(move || asked.get(), move |typed| async move { Ok(find(client, typed.trim()).await) });
    let person = Signal::derive(|| {
        let session = signed_in();
        let user = session.map(|session| session.user);
        Person {
            name: user
                .as_ref()
                .map(|user| format!("{} {}", user.first_name, user.last_name))
                .unwrap_or_default(),
            email: user.map(|user| user.email).unwrap_or_default(),
            links: personal(),
        }
    });
    view! {
        <Shell
            portal=Portal::Client
            groups=Signal::derive(menu)
            person
            typed
            found=Signal::derive(move || found.data().get().unwrap_or_default())
            top=ViewFn::from(|| view! { <Top /> })
            strip=ViewFn::from(|| view! { <StatusStrip /> })
        >
            <Outlet />
        </Shell>
    }
}

fn entry(text: &str, href: impl Into<String>, icon: &'static icondata_core::IconData) -> Entry {
    Entry { text: text.to_owned(), href: href.into(), icon, count: 0 }
}

/// Pages about the person himself.
fn personal() -> Vec<Entry> {
    let words = &tc().nav;
    // They are closed to support.
    if kit::support().is_some() {
        return Vec::new();
    }
    vec![
        entry(words.me, "/account", lu::LuUser),
        entry(words.password, "/security/password", lu::LuLock),
        entry(words.verification, "/security/verification", lu::LuShieldCheck),
        entry(words.two_factor, "/security/two-factor", lu::LuSmartphone),
        entry(words.sessions, "/security/sessions", lu::LuMonitor),
    ]
}

fn menu() -> Vec<Group> {
    let words = &tc().nav;
    let mut menu = vec![Group {
        title: String::new(),
        entries: vec![
            entry(words.dashboard, "/", lu::LuLayoutDashboard),
            entry(words.order, "/shop", lu::LuShoppingBag),
        ],
    }];
    if may(ClientPermission::Services) {
        let mut entries = vec![entry(words.all_services, "/services", lu::LuServer)];
        overview().counters.data().with(|counters| {
            entries.extend(counters.iter().flat_map(|counters| &counters.groups).map(|group| Entry {
                text: group.name.clone(),
                href: format!("/groups/{}", group.id),
                icon: icons::product(&group.icon),
                count: group.services,
            }));
        });
        entries.push(entry(words.orders, "/orders", lu::LuClipboardList));
        menu.push(Group { title: words.services.to_owned(), entries });
    }
    if may(ClientPermission::Documents) {
        menu.push(Group {
            title: words.finance.to_owned(),
            entries: vec![
                entry(words.add_funds, "/funds", lu::LuWallet),
                entry(words.documents, "/documents", lu::LuFileText),
                entry(words.transactions, "/transactions", lu::LuArrowLeftRight),
            ],
        });
    }
    let mut account = Vec::new();
    if may(ClientPermission::Profile) {
        account.push(entry(words.profile, "/profile", lu::LuBuilding2));
    }
    if may(ClientPermission::Users) {
        account.push(entry(words.users, "/company/users", lu::LuUsers));
        account.push(entry(words.support, "/company/support", lu::LuLifeBuoy));
    }
    if may(ClientPermission::Api) {
        account.push(entry(words.tokens, "/tokens", lu::LuKeyRound));
    }
    if !account.is_empty() {
        menu.push(Group { title: words.company.to_owned(), entries: account });
    }
    let personal = personal();
    if !personal.is_empty() {
        menu.push(Group { title: words.person.to_owned(), entries: personal });
    }
    menu
}

/// The right end of the top bar: client, balance, and the way to add funds.
#[component]
fn Top() -> impl IntoView {
    let wallet = Memo::new(move |_| overview().cost.data().get().map(|cost| cost.wallet));
    view! {
        <ClientSwitch />
        <CartLink />
        {may(ClientPermission::Documents)
            .then(|| {
                view! {
                    {move || {
                        wallet
                            .get()
                            .map(|wallet| {
                                let low = wallet.balance.is_sign_negative() || wallet.balance.is_zero();
                                view! {
                                    <a class="balance top-balance" href="/transactions">
                                        <span class="sr-only">{tc().nav.balance}</span>
                                        <Icon icon=lu::LuWallet />
                                        <span class=if low { "num neg" } else { "num" }>
                                            {short(wallet.balance, wallet.currency)}
                                        </span>
                                        <span class="sub num hidden xl:inline">
                                            {tc().home.credit} ": " {short(wallet.credit_limit, wallet.currency)}
                                        </span>
                                    </a>
                                }
                            })
                    }}
                    <a class="btn btn-primary" href="/funds" aria-label=tc().nav.add_funds>
                        <Icon icon=lu::LuPlus />
                        <span class="only-wide">{tc().nav.add_funds}</span>
                    </a>
                }
            })}
        {untrack(kit::support).is_none().then(|| view! { <BellButton portal=Portal::Client /> })}
    }
}

/// Which client the person acts for, and a way to another.
#[component]
fn ClientSwitch() -> impl IntoView {
    let acting = overview().client;
    let clients = untrack(signed_in).map(|session| session.clients).unwrap_or_default();
    let name = clients
        .iter()
        .find(|client| client.id == acting)
        .map(|client| client.name.clone())
        .unwrap_or_default();
    if clients.len() < 2 {
        return view! { <span class="text-sm font-medium truncate only-wide max-w-48">{name}</span> }
            .into_any();
    }
    let navigate = send_wrapper::SendWrapper::new(use_navigate());
    view! {
        <Menu
            label=format!("{}: {name}", tc().nav.switch_client)
            class="btn btn-ghost min-w-0"
            button=Box::new(move || {
                view! {
                    <Icon icon=lu::LuBuilding2 />
                    <span class="truncate max-w-24 sm:max-w-48 only-wide">{name}</span>
                    <Icon icon=lu::LuChevronsUpDown class="icon-sm" />
                }
                    .into_any()
            })
        >
            {clients
                .iter()
                .map(|client| {
                    let (id, navigate) = (client.id, navigate.clone());
                    view! {
                        <MenuButton
                            text=client.name.clone()
                            checked=Signal::derive(move || id == acting)
                            on_click=Callback::new(move |()| {
                                if ui::may_leave() {
                                    navigate("/", leptos_router::NavigateOptions::default());
                                    session::choose_client(id);
                                }
                            })
                        />
                    }
                })
                .collect_view()}
        </Menu>
    }
    .into_any()
}

/// What needs the person, the gravest first.
#[component]
fn StatusStrip() -> impl IntoView {
    let overview = overview();
    let words = &tc().strip;
    let path = use_location().pathname;
    let session = Memo::new(|_| signed_in());
    let access = Memo::new(|_| kit::access());
    let cost = Memo::new(move |_| overview.cost.data().get());
    let past_due = Memo::new(move |_| {
        overview.counters.data().with(|counters| counters.as_ref().map_or(0, |c| c.past_due))
    });
    let incomplete = Memo::new(move |_| {
        overview.profile.data().with(|profile| profile.as_ref().is_some_and(|profile| !profile.is_complete))
    });
    let resend = submit_with(
        move || {
            let email = session.get_untracked().map(|session| session.user.email).unwrap_or_default();
            api::auth::resend_confirmation(&LinkRequest { email })
        },
        move |_| toast_ok(words.resent),
    );
    // Back to the staff's page of the client.
    let leave = submit_with(
        || api::auth::sign_out(Portal::Client),
        move |_| {
            let page = format!("{}/clients/{}", Portal::Admin.home(), overview.client);
            window().location().assign(&page).unwrap_or_default();
        },
    );
    move || {
        let mut notes: Vec<AnyView> = Vec::new();
        if let Some(session) = session.get()
            && let Some(visit) = &session.support
        {
            let text = if visit.acts { words.support_acts } else { words.support_reads };
            let name = format!("{} {}", session.user.first_name, session.user.last_name);
            let until = format::date_time(session.expires_at);
            let text = fill(text, &[("staff", &visit.staff), ("name", name.trim()), ("until", &until)]);
            notes.push(
                view! {
                    <Note tone=Tone::Bad>
                        <b>{words.support_title}</b> " " {text} " "
                        <ui::Button text=words.support_end class="btn-sm" busy=leave.busy on_click=leave.run />
                    </Note>
                }
                .into_any(),
            );
        }
        let mut note = |tone: Tone, text: String, href: &'static str, action: &'static str| {
            let link = (!href.is_empty()).then(|| view! { " " <a href=href>{action}</a> });
            notes.push(view! { <Note tone>{text} {link}</Note> }.into_any());
        };
        if let Some(access) = access.get() {
            if access.status == ClientStatus::Suspended {
                let text = match &access.status_reason {
                    Some(reason) if !reason.is_empty() => fill(words.suspended, &[("reason", reason)]),
                    _ => words.suspended_plain.to_owned(),
                };
                note(Tone::Bad, text, "", "");
            }
            if access.second_factor_required {
                note(
                    Tone::Warn,
                    words.factor_required.to_owned(),
                    "/security/verification",
                    words.factor_action,
                );
            }
        }
        if past_due.get() > 0 {
            let text = fill(words.past_due, &[("count", &past_due.get().to_string())]);
            note(Tone::Bad, text, "/funds", tc().nav.add_funds);
        } else if let Some((tone, text)) = cost.get().as_ref().and_then(low_wallet) {
            note(tone, text, "/funds", tc().nav.add_funds);
        }
        if incomplete.get() && path.get() != "/profile" {
            note(Tone::Warn, words.complete_profile.to_owned(), "/profile", words.complete_action);
        }
        if let Some(session) = session.get().filter(|session| !session.user.email_verified) {
            let text = fill(words.confirm_email, &[("email", &session.user.email)]);
            notes.push(
                view! {
                    <Note tone=Tone::Warn>
                        {text} " "
                        <button type="button" class="link" disabled=resend.busy on:click=move |_| resend.run.run(())>
                            {words.resend}
                        </button>
                    </Note>
                }
                .into_any(),
            );
        }
        (!notes.is_empty()).then(|| view! { <div class="grid gap-3 mb-6 no-print">{notes}</div> })
    }
}

/// Says that the wallet is, or within three days will be, used up.
fn low_wallet(cost: &CostSummary) -> Option<(Tone, String)> {
    let words = &tc().strip;
    let until = cost.lasts_until.filter(|_| cost.services > 0)?;
    match until.as_second() - format::now_seconds() {
        ..=0 => Some((Tone::Bad, words.empty_wallet.to_owned())),
        1..=259_200 => Some((Tone::Warn, fill(words.low_wallet, &[("until", &format::date_time(until))]))),
        _ => None,
    }
}

/// The frame of pages that are open to anybody: the storefront. Signed-in people get their own frame.
#[component]
pub(super) fn OpenFrame() -> impl IntoView {
    let known = Memo::new(|_| {
        session::user().with(|who| matches!(who, Who::In(_))) && session::acting_client().is_some()
    });
    let asked = StoredValue::new(false);
    effect(move || {
        let unknown = session::user().with(|who| matches!(who, Who::Unknown));
        if unknown && !asked.get_value() {
            asked.set_value(true);
            leptos::task::spawn_local(session::load(Portal::Client));
        }
    });
    move || {
        if known.get() {
            return view! { <ClientFrame /> }.into_any();
        }
        view! {
            <a class="btn sr-only focus:not-sr-only" href="#content" target="_self">{t().skip_to_content}</a>
            <header class="shell-top">
                <a class="side-brand px-0" href="/shop">
                    <crate::parts::auth_frame::Mark />
                    <span>{session::brand}</span>
                </a>
                <span class="flex-1"></span>
                <crate::parts::auth_frame::LanguageMenu />
                <crate::parts::shell::ThemeButton />
                <a class="btn btn-ghost" href="/sign-in">{tc().nav.sign_in}</a>
                <a class="btn btn-primary only-wide" href="/register">{tc().nav.register}</a>
            </header>
            <main id="content" class="page" tabindex="-1">
                <Outlet />
            </main>
            <crate::parts::shell::PageNews />
            <ui::Toasts />
        }
        .into_any()
    }
}
