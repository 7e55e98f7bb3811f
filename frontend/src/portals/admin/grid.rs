//! A grid of widgets that each person arranges; order and size are kept on the server.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use shared::identity::Preference;
use ui::{Icon, Menu, MenuButton, lu};

use crate::api;
use crate::i18n::{t, ta};
use crate::parts::Arrived;
use crate::parts::rows::begin_drag;
use crate::parts::submit::refuse;
use crate::query::{Query, use_query};
use crate::session::Portal;

/// A widget on offer.
#[derive(Clone)]
pub(super) struct Widget {
    /// What it is kept as.
    pub key: &'static str,
    pub title: &'static str,
    /// Twelfths of the width, when nobody chose.
    pub width: u8,
    pub view: ViewFn,
}

/// A widget in somebody's grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Placed {
    widget: String,
    /// Twelfths of the width: 3, 4, 6, 8 or 12.
    width: u8,
}

const WIDTHS: [u8; 5] = [3, 4, 6, 8, 12];

/// The grid of one page as the signed-in person arranged it.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    /// The preference that keeps it.
    key: &'static str,
    widgets: StoredValue<Vec<Widget>>,
    kept: Query<Preference>,
    placed: RwSignal<Option<Vec<Placed>>>,
    editing: RwSignal<bool>,
}

impl Grid {
    /// Fetches what is kept under `key`; until then nothing is shown.
    pub(super) fn new(key: &'static str, widgets: Vec<Widget>) -> Self {
        let (placed, editing) = (RwSignal::new(None), RwSignal::new(false));
        let kept = use_query(move || key, |key| api::account::preference(Portal::Admin, key));
        let grid = Self { key, widgets: StoredValue::new(widgets), kept, placed, editing };
        ui::effect(move || {
            let kept = kept.data().get().filter(|_| placed.with_untracked(Option::is_none));
            let Some(kept) = kept else { return };
            let mut found: Vec<Placed> =
                serde_json::from_value(kept.value).unwrap_or_else(|_| grid.standard());
            // Others are of a program before this one, or of rights that were lost: what nobody sees has no place.
            found.retain(|one| grid.widgets.read_value().iter().any(|known| known.key == one.widget));
            placed.set(Some(found));
        });
        grid
    }

    /// Whether it is being arranged.
    pub(super) fn editing(self) -> bool {
        self.editing.get()
    }

    fn standard(self) -> Vec<Placed> {
        self.widgets.with_value(|widgets| {
            widgets.iter().map(|one| Placed { widget: one.key.to_owned(), width: one.width }).collect()
        })
    }

    fn keep(self, grid: Vec<Placed>) {
        let value = serde_json::to_value(&grid);
        self.placed.set(Some(grid));
        leptos::task::spawn_local(async move {
            if let Ok(value) = value
                && let Err(error) =
                    api::account::set_preference(Portal::Admin, self.key, &Preference { value }).await
            {
                refuse(None, &error);
            }
        });
    }

    /// All widgets are drawn anew: what was typed in one is not lost unasked.
    fn change(self, with: impl FnOnce(&mut Vec<Placed>)) {
        let Some(mut grid) = self.placed.get_untracked().filter(|_| ui::may_leave()) else { return };
        with(&mut grid);
        self.keep(grid);
    }

    fn shows(self, key: &str) -> bool {
        self.placed.with(|placed| placed.iter().flatten().any(|placed| placed.widget == key))
    }

    /// Shows or hides.
    fn turn(self, key: &'static str, width: u8) {
        let shown = untrack(|| self.shows(key));
        self.change(|grid| {
            if shown {
                grid.retain(|placed| placed.widget != key);
            } else {
                grid.push(Placed { widget: key.to_owned(), width });
            }
        });
    }

    fn place(self, key: &str, to: usize) {
        self.change(|grid| {
            if let Some(from) = grid.iter().position(|placed| placed.widget == key) {
                let one = grid.remove(from);
                grid.insert(to.min(grid.len()), one);
            }
        });
    }

    fn resize(self, key: &str, wider: bool) {
        self.change(|grid| {
            if let Some(one) = grid.iter_mut().find(|placed| placed.widget == key) {
                let at = WIDTHS.iter().position(|known| *known == one.width).unwrap_or(1);
                let at = if wider { (at + 1).min(WIDTHS.len() - 1) } else { at.saturating_sub(1) };
                one.width = WIDTHS[at];
            }
        });
    }
}

/// Which widgets are shown, and whether they are being arranged.
#[component]
pub(super) fn GridTools(grid: Grid) -> impl IntoView {
    let entries = move || {
        grid.widgets.with_value(|widgets| {
            widgets
                .iter()
                .map(|&Widget { key, title, width, .. }| {
                    let checked = Signal::derive(move || grid.shows(key));
                    view! { <MenuButton text=title checked on_click=Callback::new(move |()| grid.turn(key, width)) /> }
                })
                .collect_view()
        })
    };
    view! {
        <Menu
            label=ta().widgets
            class="btn"
            button=Box::new(|| view! { <Icon icon=lu::LuSettings /> {ta().widgets} }.into_any())
        >
            {entries()}
            <MenuButton
                text=ta().standard_grid
                icon=lu::LuRotateCcw
                on_click=Callback::new(move |()| grid.change(|placed| *placed = grid.standard()))
            />
        </Menu>
        <button
            type="button"
            class="btn"
            aria-pressed=move || grid.editing().to_string()
            on:click=move |_| grid.editing.update(|editing| *editing = !*editing)
        >
            <Icon icon=lu::LuLayoutDashboard />
            {move || if grid.editing() { t().done } else { ta().customise }}
        </button>
    }
}

/// The widgets in their places.
#[component]
pub(super) fn Widgets(grid: Grid) -> impl IntoView {
    let dragged = RwSignal::new(None::<&'static str>);
    let over = RwSignal::new(None::<&'static str>);
    let cells = move || {
        let placed = grid.placed.get().unwrap_or_default().into_iter().enumerate();
        let placed = placed.filter_map(|(index, placed)| {
            let widgets = grid.widgets.read_value();
            let widget = widgets.iter().find(|known| known.key == placed.widget)?.clone();
            Some(view! { <Cell grid widget index width=placed.width dragged over /> })
        });
        placed.collect_view()
    };
    view! {
        <Arrived query=grid.kept rows=12>
            <div class="widgets" class:widgets-editing=move || grid.editing()>
                {cells}
            </div>
        </Arrived>
    }
}

#[component]
fn Cell(
    grid: Grid,
    widget: Widget,
    index: usize,
    width: u8,
    dragged: RwSignal<Option<&'static str>>,
    over: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    let (key, title) = (widget.key, widget.title);
    let release = move || {
        dragged.set(None);
        over.set(None);
    };
    view! {
        <div
            class="widget"
            class:widget-over=move || over.get() == Some(key) && dragged.get().is_some()
            data-w=width.to_string()
            draggable=move || grid.editing().to_string()
            on:dragstart=move |event| {
                if grid.editing.get_untracked() {
                    begin_drag(&event);
                    dragged.set(Some(key));
                }
            }
            on:dragend=move |_| release()
            on:dragover=move |event| {
                if dragged.get_untracked().is_some() {
                    event.prevent_default();
                    over.set(Some(key));
                }
            }
            on:drop=move |event| {
                if let Some(from) = dragged.get_untracked() {
                    event.prevent_default();
                    grid.place(from, index);
                }
                release();
            }
        >
            {widget.view.run()}
            <Show when=move || grid.editing()>
                <div class="absolute right-2 top-2 flex gap-1 bg-surface rounded-lg border border-line p-0.5">
                    <Tool icon=lu::LuArrowLeft title label=ta().move_up act=move || grid.place(key, index.saturating_sub(1)) />
                    <Tool icon=lu::LuArrowRight title label=ta().move_down act=move || grid.place(key, index + 1) />
                    <Tool icon=lu::LuMinus title label=ta().narrower act=move || grid.resize(key, false) />
                    <Tool icon=lu::LuPlus title label=ta().wider act=move || grid.resize(key, true) />
                    <Tool icon=lu::LuX title label=t().remove act=move || grid.turn(key, width) />
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Tool(
    icon: &'static icondata_core::IconData,
    /// Of the widget.
    title: &'static str,
    label: &'static str,
    #[prop(into)] act: Callback<()>,
) -> impl IntoView {
    let name = format!("{label}: {title}");
    // The buttons are drawn anew with their widget.
    let run = move |_| {
        let held = ui::hold_focus();
        act.run(());
        if let Some(held) = held {
            held.give_back();
        }
    };
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon btn-sm"
            name=name.clone()
            aria-label=name
            title=label
            on:click=run
        >
            <Icon icon />
        </button>
    }
}
