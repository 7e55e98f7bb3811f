//! The parts of a group: options and attributes.

use leptos::prelude::*;
use ui::{Badge, Button, Confirm, Menu, Tone, toast_ok};
use uuid::Uuid;

use super::order::MoveRow;
use super::pictures::Picture;
use crate::api;
use crate::i18n::{t, ta};
use crate::parts::{DeleteItem, WouldHappen, submit_with};

/// What a part shows of itself.
#[derive(Clone, PartialEq)]
pub(super) struct Shown {
    pub(super) id: Uuid,
    pub(super) name: String,
    /// For machines, or what else stands behind the name.
    pub(super) about: String,
    pub(super) visible: bool,
    pub(super) icon_image: Option<String>,
}

/// The head of a part: its icon and place in the group, and what is done with it.
#[component]
pub(super) fn PartHead(
    /// The API has it at `/admin/{what}/{id}`.
    what: &'static str,
    part: Shown,
    /// All parts of the group, in order.
    all: Vec<Uuid>,
    index: usize,
    editable: bool,
    edit: Callback<()>,
    /// What happens when it is deleted.
    delete_text: &'static str,
    done: Callback<()>,
) -> impl IntoView {
    let path = format!("/admin/{what}/{}", part.id);
    view! {
        <div class="flex flex-wrap items-center gap-3">
            <h2>{part.name.clone()}</h2>
            <span class="mono muted">{part.about}</span>
            {(!part.visible).then(|| view! { <Badge text=ta().hidden tone=Tone::Warn /> })}
            <span class="flex-1"></span>
            <Picture path=format!("{path}/images/icon") hash=part.icon_image label=ta().icon done />
            // A closure's view is replaced, not rebuilt in place: the focus goes with the part, not with its place.
            {move || editable.then(|| view! { <MoveRow what ids=all.clone() index done /> })}
            <Button text=t().edit class="btn-sm" disabled=!editable on_click=edit />
            {editable.then(|| view! { <DeletePart path name=part.name text=delete_text done /> })}
        </div>
    }
}

#[component]
fn DeletePart(path: String, name: String, text: &'static str, done: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let path = StoredValue::new(path);
    let delete = submit_with(
        move || path.with_value(|path| api::catalog::delete_part(path)),
        move |_| {
            open.set(false);
            toast_ok(t().deleted);
            done.run(());
        },
    );
    view! {
        <Menu label=t().actions>
            <DeleteItem open />
        </Menu>
        <Confirm
            open
            title=t().delete
            text
            action=t().delete
            type_name=name
            busy=delete.busy
            on_confirm=delete.run
        >
            <WouldHappen ask=move || path.with_value(|path| api::catalog::rehearse_delete_part(path)) />
        </Confirm>
    }
}
