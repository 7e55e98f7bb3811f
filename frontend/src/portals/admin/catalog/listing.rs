//! What lists of groups have in common, and the page of a new one.

use icondata_core::IconData;
use leptos::prelude::*;
use leptos_meta::Title;
use shared::{Page, Permission};
use ui::{Badge, Breadcrumbs, Column, Crumb, EmptyState, ListState, PageHead, Tone};
use uuid::Uuid;

use super::order::OrderHint;
use super::pictures::thumbnail;
use crate::i18n::{t, ta};
use crate::parts::{AddLink, DataTable};
use crate::query::Query;

/// A kind of groups.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) title: &'static str,
    /// What they are for.
    pub(super) text: &'static str,
    /// Where their list is, which is the same in the API.
    pub(super) page: &'static str,
    pub(super) icon: &'static IconData,
}

/// What every group shows of itself in its list.
pub(super) struct Named<'a> {
    pub(super) id: Uuid,
    pub(super) name: &'a str,
    pub(super) key: &'a str,
    pub(super) icon: Option<&'a String>,
    pub(super) visible: bool,
}

/// The columns of name and visibility, of groups whose list is at `page`.
pub(super) fn named<T: 'static>(page: &'static str, of: fn(&T) -> Named<'_>) -> [Column<T>; 2] {
    [
        Column::new("name", t().name, move |group: &T| name(page, &of(group))).sorted_by("name"),
        Column::new("visible", t().status, move |group: &T| visibility(of(group).visible)),
    ]
}

fn name(page: &'static str, group: &Named<'_>) -> AnyView {
    view! {
        <a class="row-link" href=format!("{page}/{}", group.id)>{thumbnail(group.icon)} {group.name.to_owned()}</a>
        <small class="sub mono">{group.key.to_owned()}</small>
    }
    .into_any()
}

fn visibility(visible: bool) -> AnyView {
    let (text, tone) = if visible { (ta().visible, Tone::Ok) } else { (ta().hidden, Tone::Warn) };
    view! { <Badge text tone /> }.into_any()
}

/// The list of groups of a kind.
#[component]
pub(super) fn GroupList<T: Clone + Send + Sync + 'static>(
    kind: Kind,
    groups: Query<Page<T>>,
    list: ListState,
    columns: Vec<Column<T>>,
) -> impl IntoView {
    let Kind { title, text, page, icon } = kind;
    let add = move || {
        view! { <AddLink permission=Permission::ProductsEdit text=ta().add_group href=format!("{page}/new") /> }
            .into_any()
    };
    view! {
        <Title text=title />
        <PageHead title text>
            {add()}
        </PageHead>
        <DataTable
            query=groups
            list
            columns
            label=title
            filters=Box::new(move || view! { <OrderHint rows=groups list page /> }.into_any())
            empty=move || {
                view! {
                    <EmptyState icon title=ta().no_groups text>
                        {add()}
                    </EmptyState>
                }
            }
        />
    }
}

/// The page of a new group of a kind; its form is within.
#[component]
pub(super) fn NewGroup(kind: Kind, children: Children) -> impl IntoView {
    view! {
        <Title text=ta().add_group />
        <Breadcrumbs crumbs=vec![Crumb::to(kind.title, kind.page), Crumb::here(ta().add_group)] />
        <PageHead title=ta().add_group />
        <div class="max-w-4xl">{children()}</div>
    }
}
