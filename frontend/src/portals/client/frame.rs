//! The frame of the client portal and its guard.

use leptos::prelude::*;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::use_location;
use ui::{Skeleton, lu};

use crate::i18n::{t, tc};
use crate::parts::FailedNote;
use crate::parts::shell::{Entry, Group, Person, Shell};
use crate::session::{self, Portal, Who};

/// Menu and top bar of the client portal; who is not signed in goes to the sign-in page.
#[component]
pub fn ClientFrame() -> impl IntoView {
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
    let asked = RwSignal::new(false);
    Effect::new(move || {
        if state.get() == Who::Unknown && !asked.get_untracked() {
            asked.set(true);
            leptos::task::spawn_local(session::load(Portal::Client));
        }
    });
    move || match state.get() {
        Who::Unknown => view! { <Skeleton rows=6 /> }.into_any(),
        Who::Nobody => {
            let here = format!("{}{}", location.pathname.get_untracked(), location.search.get_untracked());
            view! { <Redirect path=format!("/sign-in?next={}", urlencoding::encode(&here)) /> }.into_any()
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
        Who::In(()) => {
            let groups = Signal::derive(|| {
                vec![Group {
                    title: String::new(),
                    entries: vec![Entry {
                        text: tc().home.to_owned(),
                        href: "/".to_owned(),
                        icon: lu::LuLayoutDashboard,
                        count: 0,
                    }],
                }]
            });
            let person = Signal::derive(|| {
                session::user().with(|who| match who {
                    Who::In(session) => Person {
                        name: format!("{} {}", session.user.first_name, session.user.last_name),
                        email: session.user.email.clone(),
                        links: vec![Entry {
                            text: t().my_account.to_owned(),
                            href: "/account".to_owned(),
                            icon: lu::LuUser,
                            count: 0,
                        }],
                    },
                    _ => Person { name: String::new(), email: String::new(), links: Vec::new() },
                })
            });
            view! {
                <Shell portal=Portal::Client groups person>
                    <Outlet />
                </Shell>
            }
            .into_any()
        }
    }
}
