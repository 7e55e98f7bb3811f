//! The frame of the staff portal and its guard.

use leptos::prelude::*;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use ui::{Skeleton, lu};

use crate::i18n::{t, ta};
use crate::parts::FailedNote;
use crate::parts::shell::{Entry, Group, Person, Shell};
use crate::session::{self, Portal, Who};

/// Menu and top bar of the staff portal; who is not signed in goes to the sign-in page.
#[component]
pub fn AdminFrame() -> impl IntoView {
    let who = session::admin();
    let location = use_location();
    let state = Memo::new(move |_| {
        who.with(|who| match who {
            Who::In(_) => Who::In(()),
            Who::Unknown => Who::Unknown,
            Who::Nobody => Who::Nobody,
            Who::Failed(error) => Who::Failed(error.clone()),
        })
    });
    let asked = RwSignal::new(false);
    Effect::new(move || {
        if state.get() == Who::Unknown && !asked.get_untracked() {
            asked.set(true);
            leptos::task::spawn_local(session::load(Portal::Admin));
        }
    });
    move || match state.get() {
        Who::Unknown => view! { <Skeleton rows=6 /> }.into_any(),
        Who::Nobody => {
            let here = format!("{}{}", location.pathname.get_untracked(), location.search.get_untracked());
            view! { <Redirect path=format!("/admin/sign-in?next={}", urlencoding::encode(&here)) /> }
                .into_any()
        }
        Who::Failed(error) => view! {
            <main class="page">
                <FailedNote
                    error
                    retry=Callback::new(|()| {
                        leptos::task::spawn_local(session::load(Portal::Admin));
                    })
                />
            </main>
        }
        .into_any(),
        Who::In(()) => {
            let groups = Signal::derive(|| {
                vec![Group {
                    title: String::new(),
                    entries: vec![Entry {
                        text: ta().dashboard.to_owned(),
                        href: "/admin".to_owned(),
                        icon: lu::LuLayoutDashboard,
                        count: 0,
                    }],
                }]
            });
            let person = Signal::derive(|| {
                session::admin().with(|who| match who {
                    Who::In(session) => Person {
                        name: format!("{} {}", session.admin.first_name, session.admin.last_name),
                        email: session.admin.email.clone(),
                        links: vec![Entry {
                            text: t().my_account.to_owned(),
                            href: "/admin/account".to_owned(),
                            icon: lu::LuUser,
                            count: 0,
                        }],
                    },
                    _ => Person { name: String::new(), email: String::new(), links: Vec::new() },
                })
            });
            view! {
                <Shell portal=Portal::Admin groups person>
                    <Outlet />
                </Shell>
            }
            .into_any()
        }
    }
}
