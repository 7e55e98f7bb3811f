//! `/admin`: a grid of widgets that each person arranges; order and size are kept on the server.

mod waiting;
mod widgets;

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};
use shared::Permission;
use shared::dashboard::Dashboard;
use shared::identity::Preference;
use ui::{Button, Icon, Menu, MenuButton, PageHead, lu};

use crate::api;
use crate::i18n::{t, ta, td};
use crate::parts::Arrived;
use crate::parts::rows::begin_drag;
use crate::query::{Query, use_query};
use crate::session::{self, Portal, Who, may};

/// A widget of the staff dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Widget {
    Clients,
    Services,
    Recurring,
    Overdue,
    Revenue,
    ServiceStates,
    Automation,
    Tasks,
    Wallets,
    Failing,
    OverdueList,
    Activity,
    Staff,
    System,
    Waiting,
}

impl Widget {
    const ALL: [Self; 15] = [
        Self::Clients,
        Self::Services,
        Self::Recurring,
        Self::Overdue,
        Self::Waiting,
        Self::Revenue,
        Self::ServiceStates,
        Self::Automation,
        Self::Tasks,
        Self::Wallets,
        Self::Failing,
        Self::OverdueList,
        Self::Activity,
        Self::Staff,
        Self::System,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Clients => ta().clients,
            Self::Services => ta().active_services,
            Self::Recurring => ta().monthly_recurring,
            Self::Overdue => ta().overdue_documents,
            Self::Revenue => ta().revenue,
            Self::ServiceStates => ta().services_by_state,
            Self::Automation => ta().automation,
            Self::Tasks => ta().task_queue,
            Self::Wallets => ta().wallets,
            Self::Failing => ta().failing_tasks,
            Self::OverdueList => ta().overdue_list,
            Self::Activity => ta().recent_activity,
            Self::Staff => ta().staff_online,
            Self::System => ta().system_information,
            Self::Waiting => td().waiting.title,
        }
    }

    /// Some widgets show what not everybody may see.
    fn allowed(self) -> bool {
        match self {
            Self::Waiting => may(Permission::TasksView),
            Self::Activity => may(Permission::LogsView),
            _ => true,
        }
    }

    /// Twelfths of the width, when nobody chose.
    fn width(self) -> u8 {
        match self {
            Self::Clients | Self::Services | Self::Recurring | Self::Overdue | Self::Staff | Self::System => {
                3
            }
            Self::Waiting => 12,
            Self::Revenue => 8,
            Self::Activity | Self::Failing | Self::OverdueList => 6,
            _ => 4,
        }
    }
}

/// A widget in somebody's grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Placed {
    widget: Widget,
    /// Twelfths of the width: 3, 4, 6, 8 or 12.
    width: u8,
}

const WIDTHS: [u8; 5] = [3, 4, 6, 8, 12];
const KEY: &str = "dashboard";

fn standard() -> Vec<Placed> {
    Widget::ALL.iter().map(|widget| Placed { widget: *widget, width: widget.width() }).collect()
}

/// The grid.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let numbers = use_query(|| (), |()| api::system::dashboard());
    let layout = use_query(
        || (),
        |()| async move {
            let kept = api::account::preference(Portal::Admin, KEY).await?;
            Ok(serde_json::from_value::<Vec<Placed>>(kept.value).unwrap_or_else(|_| standard()))
        },
    );
    let name = session::admin().with_untracked(|who| match who {
        Who::In(session) => session.admin.first_name.clone(),
        _ => String::new(),
    });
    let editing = RwSignal::new(false);
    // While the grid is being arranged it stays as it is.
    numbers.refresh_every(move || if editing.get() { 0 } else { 15 });
    let placed = RwSignal::new(None::<Vec<Placed>>);
    Effect::new(move || {
        let kept = layout.data().get();
        let failed = layout.error().get().is_some();
        if placed.with_untracked(Option::is_none) {
            placed.set(kept.or_else(|| failed.then(standard)));
        }
    });
    let keep = Callback::new(move |grid: Vec<Placed>| {
        placed.set(Some(grid.clone()));
        leptos::task::spawn_local(async move {
            if let Ok(value) = serde_json::to_value(&grid)
                && let Err(error) =
                    api::account::set_preference(Portal::Admin, KEY, &Preference { value }).await
            {
                crate::parts::submit::refuse(None, &error);
            }
        });
    });
    view! {
        <Title text=ta().dashboard />
        <PageHead title=format!("{} {name}", ta().hello).trim().to_owned() text=ta().dashboard_text>
            <Button text=t().refresh icon=lu::LuRefreshCw on_click=Callback::new(move |()| numbers.refetch()) />
            <Menu
                label=ta().widgets
                class="btn"
                button=Box::new(|| view! { <Icon icon=lu::LuSettings /> {ta().widgets} }.into_any())
            >
                {Widget::ALL
                    .iter()
                    .filter(|widget| widget.allowed())
                    .map(|widget| {
                        let widget = *widget;
                        let shown = Signal::derive(move || {
                            placed.with(|placed| placed.iter().flatten().any(|placed| placed.widget == widget))
                        });
                        view! {
                            <MenuButton
                                text=widget.title()
                                checked=shown
                                on_click=Callback::new(move |()| {
                                    let mut grid = placed.get_untracked().unwrap_or_default();
                                    if shown.get_untracked() {
                                        grid.retain(|placed| placed.widget != widget);
                                    } else {
                                        grid.push(Placed { widget, width: widget.width() });
                                    }
                                    keep.run(grid);
                                })
                            />
                        }
                    })
                    .collect_view()}
                <MenuButton text=ta().standard_grid icon=lu::LuRotateCcw on_click=Callback::new(move |()| keep.run(standard())) />
            </Menu>
            <button
                type="button"
                class="btn"
                aria-pressed=move || editing.get().to_string()
                on:click=move |_| editing.update(|editing| *editing = !*editing)
            >
                <Icon icon=lu::LuLayoutDashboard />
                {move || if editing.get() { t().done } else { ta().customise }}
            </button>
        </PageHead>
        <Arrived query=numbers rows=12>
            <Grid numbers placed keep editing />
        </Arrived>
    }
}

#[component]
fn Grid(
    numbers: Query<Dashboard>,
    placed: RwSignal<Option<Vec<Placed>>>,
    keep: Callback<Vec<Placed>>,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let dragged = RwSignal::new(None::<Widget>);
    let over = RwSignal::new(None::<Widget>);
    let move_to = move |widget: Widget, to: usize| {
        let mut grid = placed.get_untracked().unwrap_or_default();
        if let Some(from) = grid.iter().position(|placed| placed.widget == widget) {
            let one = grid.remove(from);
            grid.insert(to.min(grid.len()), one);
            keep.run(grid);
        }
    };
    let cells = move || {
        placed
            .get()
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .filter(|(_, placed)| placed.widget.allowed())
            .map(|(index, Placed { widget, width })| {
                let resize = move |wider: bool| {
                    let at = WIDTHS.iter().position(|known| *known == width).unwrap_or(1);
                    let at = if wider { (at + 1).min(WIDTHS.len() - 1) } else { at.saturating_sub(1) };
                    let mut grid = placed.get_untracked().unwrap_or_default();
                    if let Some(one) = grid.get_mut(index) {
                        one.width = WIDTHS[at];
                    }
                    keep.run(grid);
                };
                view! {
                    <div
                        class="widget"
                        class:widget-over=move || over.get() == Some(widget) && dragged.get().is_some()
                        data-w=width.to_string()
                        draggable=move || editing.get().to_string()
                        on:dragstart=move |event| {
                            begin_drag(&event);
                            dragged.set(Some(widget));
                        }
                        on:dragend=move |_| {
                            dragged.set(None);
                            over.set(None);
                        }
                        on:dragover=move |event| {
                            event.prevent_default();
                            over.set(Some(widget));
                        }
                        on:drop=move |event| {
                            event.prevent_default();
                            if let Some(from) = dragged.get_untracked() {
                                move_to(from, index);
                            }
                            dragged.set(None);
                            over.set(None);
                        }
                    >
                        {widgets::shown(widget, numbers)}
                        <Show when=move || editing.get()>
                            <div class="absolute right-2 top-2 flex gap-1 bg-surface rounded-lg border border-line p-0.5">
                                <Tool icon=lu::LuArrowLeft label=ta().move_up act=move || move_to(widget, index.saturating_sub(1)) />
                                <Tool icon=lu::LuArrowRight label=ta().move_down act=move || move_to(widget, index + 1) />
                                <Tool icon=lu::LuMinus label=ta().narrower act=move || resize(false) />
                                <Tool icon=lu::LuPlus label=ta().wider act=move || resize(true) />
                                <Tool
                                    icon=lu::LuX
                                    label=t().remove
                                    act=move || {
                                        let mut grid = placed.get_untracked().unwrap_or_default();
                                        grid.retain(|placed| placed.widget != widget);
                                        keep.run(grid);
                                    }
                                />
                            </div>
                        </Show>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <div class="widgets" class:widgets-editing=move || editing.get()>
            {cells}
        </div>
    }
}

#[component]
fn Tool(
    icon: &'static icondata_core::IconData,
    label: &'static str,
    #[prop(into)] act: Callback<()>,
) -> impl IntoView {
    view! {
        <button type="button" class="btn btn-ghost btn-icon btn-sm" aria-label=label title=label on:click=move |_| act.run(())>
            <Icon icon />
        </button>
    }
}
