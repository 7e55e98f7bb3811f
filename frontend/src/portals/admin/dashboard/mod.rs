//! `/admin`: how the business is doing, in widgets.

mod waiting;
mod widgets;

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::dashboard::{Dashboard, FirstStep};
use ui::{Button, Note, PageHead, Tone, lu};

use super::grid::{Grid, GridTools, Widgets};
use crate::api;
use crate::i18n::{t, ta, td};
use crate::parts::{Arrived, Part};
use crate::query::use_query;
use crate::session::{self, Who, may};

/// A widget of the staff dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

    /// What it is kept as.
    fn key(self) -> &'static str {
        match self {
            Self::Clients => "clients",
            Self::Services => "services",
            Self::Recurring => "recurring",
            Self::Overdue => "overdue",
            Self::Revenue => "revenue",
            Self::ServiceStates => "service_states",
            Self::Automation => "automation",
            Self::Tasks => "tasks",
            Self::Wallets => "wallets",
            Self::Failing => "failing",
            Self::OverdueList => "overdue_list",
            Self::Activity => "activity",
            Self::Staff => "staff",
            Self::System => "system",
            Self::Waiting => "waiting",
        }
    }

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

/// The grid.
#[component]
pub fn DashboardPage() -> impl IntoView {
    let numbers = use_query(|| (), |()| api::system::dashboard());
    let name = session::admin().with_untracked(|who| match who {
        Who::In(session) => session.admin.first_name.clone(),
        _ => String::new(),
    });
    let widgets = Widget::ALL.into_iter().filter(|widget| widget.allowed()).map(|widget| {
        let (key, title, width) = (widget.key(), widget.title(), widget.width());
        let view = (move || widgets::shown(widget, numbers)).into();
        super::grid::Widget { key, title, width, view }
    });
    let grid = Grid::new("dashboard", widgets.collect());
    // While the grid is being arranged it stays as it is.
    numbers.refresh_every(move || if grid.editing() { 0 } else { 15 });
    view! {
        <Title text=ta().dashboard />
        <PageHead title=format!("{} {name}", ta().hello).trim().to_owned() text=ta().dashboard_text>
            <Button text=t().refresh icon=lu::LuRefreshCw on_click=Callback::new(move |()| numbers.refetch()) />
            <GridTools grid />
        </PageHead>
        <Arrived query=numbers rows=12>
            <Part query=numbers pick=|numbers: &Dashboard| numbers.first_steps.clone() children=first_steps />
            <Widgets grid />
        </Arrived>
    }
}

/// Leads through what nothing can be sold without.
fn first_steps(steps: Vec<FirstStep>) -> Option<AnyView> {
    let link = |step: FirstStep| {
        let (permission, text, href) = match step {
            FirstStep::Currency => (Permission::SettingsEdit, ta().add_currency, "/admin/currencies"),
            FirstStep::HomeCompany => (Permission::CompaniesEdit, ta().add_company, "/admin/companies/new"),
            // One may be there already, without a price.
            FirstStep::Product => (Permission::ProductsEdit, ta().products, "/admin/products"),
        };
        may(permission).then(|| view! { <a class="btn" href=href>{text}</a> })
    };
    let links: Vec<_> = steps.into_iter().filter_map(link).collect();
    (!links.is_empty()).then(|| {
        view! {
            <div class="mb-5">
                <Note tone=Tone::Info>
                    <div class="flex flex-wrap items-center gap-2">
                        {ta().first_steps} {links}
                    </div>
                </Note>
            </div>
        }
        .into_any()
    })
}
