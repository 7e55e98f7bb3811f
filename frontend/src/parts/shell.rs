//! The frame of both portals: side menu, top bar, and the guard that only signed-in people pass.

use gloo_timers::future::TimeoutFuture;
use icondata_core::IconData;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use ui::{
    Avatar, Command, CommandPalette, Icon, Menu, MenuButton, MenuLink, SideDrawer, Toasts, keep, kept, lu,
    nearest, use_typed_guard,
};
use wasm_bindgen::JsCast;

use crate::format;
use crate::i18n::{fill, t};
use crate::parts::auth_frame::{LanguageMenu, Mark};
use crate::parts::sudo::SudoDialog;
use crate::session::{self, Portal};
use crate::theme;

/// An entry of the side menu.
#[derive(Clone)]
pub struct Entry {
    pub text: String,
    pub href: String,
    pub icon: &'static IconData,
    /// A small number at its right end; 0 shows none.
    pub count: i64,
}

/// Entries under a title; the first group may have none.
#[derive(Clone)]
pub struct Group {
    pub title: String,
    pub entries: Vec<Entry>,
}

/// Name and address of the person in the account menu, and the pages about himself.
#[derive(Clone)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub links: Vec<Entry>,
}

/// The entry of the page that is open: of two above it the nearer. Only the first page itself is marked as that.
fn current(groups: &[Group], path: &str, home: &str) -> String {
    if path.trim_end_matches('/') == home.trim_end_matches('/') {
        return home.to_owned();
    }
    let entries = groups.iter().flat_map(|group| &group.entries).map(|entry| entry.href.as_str());
    nearest(entries.filter(|href| *href != home), path).unwrap_or_default().to_owned()
}

const FOLDED: &str = "hw_menu_folded";
const NARROW: &str = "hw_menu_narrow";

#[component]
fn Navigation(
    portal: Portal,
    groups: Signal<Vec<Group>>,
    #[prop(into)] on_go: Callback<()>,
) -> impl IntoView {
    let path = use_location().pathname;
    let home = portal.home();
    let current = Memo::new(move |_| groups.with(|groups| path.with(|path| current(groups, path, home))));
    // Groups by their first entry: titles change with the language.
    let folded = RwSignal::new(kept(FOLDED).unwrap_or_default());
    let is_folded = move |key: &str| folded.with(|folded| folded.split(' ').any(|folded| folded == key));
    let fold = move |key: &str| {
        let now = folded.get_untracked();
        let mut all: Vec<&str> =
            now.split(' ').filter(|folded| !folded.is_empty() && *folded != key).collect();
        if !now.split(' ').any(|folded| folded == key) {
            all.push(key);
        }
        let all = all.join(" ");
        keep(FOLDED, &all);
        folded.set(all);
    };
    view! {
        <a class="side-brand" href=home on:click=move |_| on_go.run(())>
            <Mark />
            <span class="side-name truncate">{session::brand}</span>
        </a>
        <nav class="side-nav" aria-label=t().menu>
            {move || {
                groups
                    .get()
                    .into_iter()
                    .map(|group| {
                        let key = group.entries.first().map(|entry| entry.href.clone()).unwrap_or_default();
                        let (closed, hidden) = (key.clone(), key.clone());
                        let title = (!group.title.is_empty())
                            .then(|| {
                                view! {
                                    <button
                                        type="button"
                                        class="side-title"
                                        aria-expanded=move || (!is_folded(&closed)).to_string()
                                        on:click=move |_| fold(&key)
                                    >
                                        {group.title}
                                        <Icon icon=lu::LuChevronDown class="icon-sm" />
                                    </button>
                                }
                            });
                        view! {
                            {title}
                            <ul class:folded=move || is_folded(&hidden)>
                                {group
                                    .entries
                                    .into_iter()
                                    .map(|entry| {
                                        let (href, title) = (entry.href.clone(), entry.text.clone());
                                        view! {
                                            <li>
                                                <a
                                                    class="side-link"
                                                    href=entry.href
                                                    title=title
                                                    aria-current=move || current.with(|current| *current == href).then_some("page")
                                                    on:click=move |_| on_go.run(())
                                                >
                                                    <Icon icon=entry.icon />
                                                    <span class="side-text flex-1 truncate">{entry.text}</span>
                                                    {(entry.count > 0)
                                                        .then(|| view! { <span class="count side-text">{entry.count}</span> })}
                                                </a>
                                            </li>
                                        }
                                    })
                                    .collect_view()}
                            </ul>
                        }
                    })
                    .collect_view()
            }}
        </nav>
    }
}

/// Tells those who do not see it which page has opened, and gives that the focus when what had it is gone.
#[component]
pub fn PageNews() -> impl IntoView {
    let path = use_location().pathname;
    let said = RwSignal::new(String::new());
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            leptos::task::spawn_local(async move {
                TimeoutFuture::new(100).await;
                let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
                let page = document().get_element_by_id("content").filter(|_| lost);
                if let Some(page) = page.and_then(|page| page.dyn_into::<web_sys::HtmlElement>().ok()) {
                    page.focus().ok();
                }
                // The title of a record comes with it.
                TimeoutFuture::new(900).await;
                said.try_set(document().title());
            });
        }
        now
    });
    view! {
        <div class="sr-only" role="status">
            {move || said.get()}
        </div>
    }
}

/// Menu, top bar and page. `top` stands at the right of the search, `foot` at the bottom of the menu.
#[component]
pub fn Shell(
    portal: Portal,
    #[prop(into)] groups: Signal<Vec<Group>>,
    #[prop(into)] person: Signal<Person>,
    #[prop(optional, into)] top: Option<ViewFn>,
    #[prop(optional, into)] foot: Option<ViewFn>,
    /// Above the page: what needs the person.
    #[prop(optional, into)]
    strip: Option<ViewFn>,
    #[prop(default = RwSignal::new(String::new()))] typed: RwSignal<String>,
    #[prop(optional, into)] found: Signal<Vec<Command>>,
    children: Children,
) -> impl IntoView {
    use_typed_guard();
    let narrow = RwSignal::new(kept(NARROW).is_some_and(|kept| kept == "true"));
    let drawer = RwSignal::new(false);
    let palette = RwSignal::new(false);
    let commands = Signal::derive(move || {
        let own = Group { title: t().account.to_owned(), entries: person.get().links };
        let mut commands: Vec<Command> = Vec::new();
        for group in groups.get().into_iter().chain([own]) {
            for entry in group.entries {
                // The person's own pages may stand in the menu as well.
                if commands.iter().all(|known| known.href != entry.href) {
                    let hint = group.title.clone();
                    commands.push(Command { text: entry.text, hint, href: entry.href, icon: entry.icon });
                }
            }
        }
        commands
    });
    let foot_wide = foot.clone();
    view! {
        <a class="btn sr-only focus:not-sr-only" href="#content" target="_self">{t().skip_to_content}</a>
        <div class="shell" data-narrow=move || narrow.get().to_string()>
            <aside class="shell-side">
                <Navigation portal groups on_go=Callback::new(|()| ()) />
                {foot_wide.map(|foot| view! { <div class="side-foot side-text">{foot.run()}</div> })}
            </aside>
            <div class="min-w-0">
                <header class="shell-top">
                    <button
                        type="button"
                        class="btn btn-ghost btn-icon only-narrow"
                        aria-label=t().menu
                        on:click=move |_| drawer.set(true)
                    >
                        <Icon icon=lu::LuMenu />
                    </button>
                    <button
                        type="button"
                        class="btn btn-ghost btn-icon btn-sm only-wide"
                        aria-label=t().collapse_menu
                        aria-pressed=move || narrow.get().to_string()
                        on:click=move |_| {
                            narrow.update(|narrow| *narrow = !*narrow);
                            keep(NARROW, &narrow.get_untracked().to_string());
                        }
                    >
                        <Icon icon=lu::LuPanelLeft />
                    </button>
                    <button type="button" class="top-search" on:click=move |_| palette.set(true)>
                        <Icon icon=lu::LuSearch />
                        <span>{t().search}</span>
                        <kbd>"Ctrl K"</kbd>
                    </button>
                    <span class="flex-1"></span>
                    {top.map(|top| top.run())}
                    <LanguageMenu />
                    <ThemeButton />
                    <AccountMenu portal person />
                </header>
                <main id="content" class="page" tabindex="-1">
                    {strip.map(|strip| strip.run())}
                    {children()}
                    <p class="mt-8 text-xs text-ink-3 no-print">{fill(t().times_in, &[("zone", &format::zone())])}</p>
                </main>
            </div>
        </div>
        <SideDrawer open=drawer title=t().menu>
            <div class="flex flex-col h-full">
                <Navigation portal groups on_go=Callback::new(move |()| drawer.set(false)) />
            </div>
        </SideDrawer>
        <CommandPalette open=palette commands typed found />
        <PageNews />
        <SudoDialog />
        <Toasts />
    }
}

/// Turns the pages dark or light.
#[component]
pub fn ThemeButton() -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=move || if theme::dark().get() { t().light_theme } else { t().dark_theme }
            on:click=move |_| theme::choose(!theme::dark().get_untracked())
        >
            {move || {
                if theme::dark().get() {
                    view! { <Icon icon=lu::LuSun /> }
                } else {
                    view! { <Icon icon=lu::LuMoon /> }
                }
            }}
        </button>
    }
}

fn shown_name(person: &Person) -> String {
    if person.name.trim().is_empty() { person.email.clone() } else { person.name.clone() }
}

#[component]
fn AccountMenu(portal: Portal, person: Signal<Person>) -> impl IntoView {
    view! {
        <Menu
            label=move || format!("{}: {}", t().account, ui::initials(&shown_name(&person.get())))
            class="rounded-full"
            button=Box::new(move || {
                (move || {
                    view! { <Avatar name=shown_name(&person.get()) /> }
                })
                    .into_any()
            })
        >
            <div class="px-2.5 py-2 border-b border-line mb-1">
                <div class="font-semibold">{move || person.get().name}</div>
                <div class="sub">{move || person.get().email}</div>
            </div>
            {move || {
                person
                    .get()
                    .links
                    .into_iter()
                    .map(|link| view! { <MenuLink text=link.text href=link.href icon=link.icon /> })
                    .collect_view()
            }}
            <MenuButton
                text=t().sign_out
                icon=lu::LuLogOut
                on_click=Callback::new(move |()| {
                    if ui::may_leave() {
                        leptos::task::spawn_local(session::sign_out(portal));
                    }
                })
            />
        </Menu>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_entries_above_a_page_the_nearer_is_marked() {
        let entry =
            |href: &str| Entry { text: String::new(), href: href.to_owned(), icon: lu::LuUser, count: 0 };
        let entries = ["/admin", "/admin/services", "/admin/services/new"].map(entry).to_vec();
        let groups = [Group { title: String::new(), entries }];
        let marked = |path| current(&groups, path, "/admin");
        assert_eq!(marked("/admin/services/new"), "/admin/services/new");
        assert_eq!(marked("/admin/services/0192"), "/admin/services");
        assert_eq!(marked("/admin/"), "/admin");
        assert_eq!(marked("/admin/users"), "");
    }
}
