//! `/company/support`: letting the provider's support in, and what it did there.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::identity::{ClientPermission, ClientRole, SupportAccess, SupportRequest, SupportVisit};
use shared::{ClientId, SupportVisitId};
use ui::{
    Badge, Breadcrumbs, Button, Card, Column, Confirm, Crumb, EmptyState, PageHead, Tone, lu, toast_ok,
    use_list,
};

use super::users::Refused;
use crate::api::client::Reply;
use crate::i18n::{fill, t, tc};
use crate::parts::filters::FilterSelect;
use crate::parts::{Arrived, DataTable, Part, by_id, submit_with};
use crate::portals::client::kit;
use crate::query::{Query, use_query};
use crate::{api, format};

const PAGE: &str = "/company/support";

fn visit_columns() -> Vec<Column<SupportVisit>> {
    let words = &tc().support;
    vec![
        Column::new("staff", words.staff, |visit: &SupportVisit| {
            let words = &tc().support;
            view! {
                <a class="row-link" href=format!("{PAGE}/{}", visit.id)>{visit.staff.clone()}</a>
                {visit.inside.then(|| view! { " " <Badge text=words.inside_now tone=Tone::Warn /> })}
                {visit.uninvited.then(|| view! { " " <Badge text=words.uninvited tone=Tone::Bad /> })}
            }
        })
        .sorted_by("staff"),
        Column::new("reason", t().reason, |visit: &SupportVisit| {
            view! { <span class="whitespace-normal">{visit.reason.clone()}</span> }
        }),
        Column::new("from", words.from, |visit: &SupportVisit| format::date_time(visit.began_at))
            .sorted_by("began_at"),
        Column::new("until", words.until, |visit: &SupportVisit| format::date_time(visit.ends_at))
            .sorted_by("ends_at"),
        Column::new("viewed", words.viewed, |visit: &SupportVisit| format::count(visit.viewed)).end(),
        Column::new("changed", words.changed, |visit: &SupportVisit| format::count(visit.changed)).end(),
    ]
}

#[component]
pub(in crate::portals::client) fn SupportPage() -> impl IntoView {
    let words = &tc().support;
    if !kit::may(ClientPermission::Users) {
        return view! { <Refused /> }.into_any();
    }
    let client = kit::client();
    let access = use_query(|| (), move |()| api::support::access(client));
    access.refresh_every(|| 30);
    let list = use_list("-began_at");
    let visits = use_query(move || list.api_query(), move |query| api::support::visits(client, &query));
    let changed = Callback::new(move |now: SupportAccess| {
        access.put(now);
        visits.refetch();
        toast_ok(t().saved);
    });
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <div class="stack-y">
            <Arrived query=access rows=2>
                <Access client access changed />
            </Arrived>
            <DataTable
                query=visits
                list
                columns=visit_columns()
                label=words.visits
                empty=|| view! { <EmptyState icon=lu::LuShieldCheck title=tc().support.visits_empty /> }
            />
        </div>
    }
    .into_any()
}

/// An act on the support access that asks first.
#[component]
fn Act(
    client: ClientId,
    call: fn(ClientId) -> Reply<SupportAccess>,
    words: (&'static str, &'static str, &'static str),
    #[prop(optional)] primary: bool,
    #[prop(optional)] danger: bool,
    changed: Callback<SupportAccess>,
) -> impl IntoView {
    let (action, title, text) = words;
    let open = RwSignal::new(false);
    let act = submit_with(
        move || call(client),
        move |now| {
            open.set(false);
            changed.run(now);
        },
    );
    let class = match (danger, primary) {
        (true, _) => "btn-danger",
        (false, true) => "btn-primary",
        (false, false) => "",
    };
    view! {
        <Button text=action class on_click=Callback::new(move |()| open.set(true)) />
        <Confirm open title text action danger busy=act.busy on_confirm=act.run />
    }
}

/// Whether support may come in, and what changes that.
#[component]
fn Access(client: ClientId, access: Query<SupportAccess>, changed: Callback<SupportAccess>) -> impl IntoView {
    let words = &tc().support;
    let session = untrack(kit::signed_in);
    // Staff who are inside change nothing of this.
    let changes = session.is_some_and(|session| session.support.is_none());
    let owner = untrack(kit::access).is_some_and(|access| access.role == ClientRole::Owner);
    let open = Memo::new(move |_| {
        access.data().with(|now| now.as_ref().is_some_and(|now| now.allowed_until.is_some()))
    });
    let title = move || if open.get() { words.open } else { words.closed };
    let acts = move |open: bool| {
        let allow = (words.allow, words.allow_title, words.allow_text);
        let extend = (words.extend, words.extend_title, words.extend_text);
        let end = (words.end, words.end_title, words.end_text);
        view! {
            {(changes && owner && !open)
                .then(|| view! { <Act client call=api::support::allow words=allow primary=true changed /> })}
            {(changes && owner && open)
                .then(|| view! { <Act client call=api::support::extend words=extend changed /> })}
            {(changes && open)
                .then(|| view! { <Act client call=api::support::end words=end danger=true changed /> })}
        }
    };
    // The acts stay while who is inside changes: one of them may be asking.
    view! {
        <Card title=title>
            <Part query=access pick=SupportAccess::clone children=told />
            <div class="form-bar">{move || acts(open.get())}</div>
        </Card>
    }
}

/// Until when support may come in, and whether somebody is inside.
fn told(now: SupportAccess) -> impl IntoView {
    let words = &tc().support;
    let inside = (now.inside > 0).then(|| {
        let text = fill(words.inside, &[("count", &now.inside.to_string())]);
        view! { " " <Badge text tone=Tone::Warn /> }
    });
    let text = match now.allowed_until {
        Some(until) => {
            let by = now.allowed_by.unwrap_or_default();
            fill(words.open_text, &[("until", &format::date_time(until)), ("by", &by)])
        }
        None => words.closed_text.to_owned(),
    };
    view! { <p class="text-ink-2">{text} {inside}</p> }
}

fn request_columns(client: ClientId) -> Vec<Column<SupportRequest>> {
    let words = &tc().support;
    vec![
        Column::new("at", t().time, |request: &SupportRequest| format::date_time(request.at)).sorted_by("at"),
        Column::new("method", t().kind, |request: &SupportRequest| {
            let words = &tc().support;
            match request.status {
                _ if matches!(request.method.as_str(), "GET" | "HEAD") => view! { <Badge text=words.viewed /> },
                Some(status) if status < 400 => view! { <Badge text=words.changed tone=Tone::Warn /> },
                _ => view! { <Badge text=words.tried /> },
            }
        }),
        Column::new("path", words.what, move |request: &SupportRequest| {
            let path = request.path.trim_start_matches("/api/v1");
            let path = path.strip_prefix(&format!("/clients/{client}")).unwrap_or(path);
            view! {
                <span class="mono whitespace-normal">{format!("{} {path}", request.method)}</span>
                {request.did.clone().map(|did| view! { <span class="sub block whitespace-normal">{did}</span> })}
            }
        })
        .sorted_by("path"),
        Column::new("status", words.answer, |request: &SupportRequest| match request.status {
            Some(status) if status < 400 => view! { <span class="num">{status}</span> }.into_any(),
            Some(status) => {
                let text = fill(tc().support.refused, &[("status", &status.to_string())]);
                view! { <Badge text tone=Tone::Bad /> }.into_any()
            }
            None => "—".into_any(),
        })
        .end(),
    ]
}

/// `/company/support/:id`: what was viewed and changed in one visit.
#[component]
pub(in crate::portals::client) fn SupportVisitPage() -> impl IntoView {
    by_id(|visit: SupportVisitId| {
        if !kit::may(ClientPermission::Users) {
            return view! { <Refused /> }.into_any();
        }
        let words = &tc().support;
        let client = kit::client();
        let list = use_list("-at");
        let requests: Query<shared::Page<SupportRequest>> =
            use_query(move || list.api_query(), move |query| api::support::requests(client, visit, &query));
        let options = vec![
            ("false".to_owned(), words.viewed.to_owned()),
            ("true".to_owned(), words.changed.to_owned()),
        ];
        view! {
            <Title text=words.requests />
            <Breadcrumbs crumbs=vec![Crumb::to(words.title, PAGE), Crumb::here(words.requests)] />
            <PageHead title=words.requests text=words.requests_text />
            <DataTable
                query=requests
                list
                columns=request_columns(client)
                label=words.requests
                filters=Box::new(move || {
                    view! { <FilterSelect list name="changes" label=t().kind options /> }.into_any()
                })
                empty=|| view! { <EmptyState icon=lu::LuEye title=ui::words().nothing_found /> }
            />
        }
        .into_any()
    })
}
