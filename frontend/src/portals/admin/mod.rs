//! The staff portal.

mod account;
mod catalog;
mod clients;
mod dashboard;
mod finance;
mod frame;
mod grid;
mod monitoring;
mod notes;
mod person;
mod services;
mod settings;
mod users;

use leptos::prelude::*;
use leptos_router::any_nested_route::IntoAnyNestedRoute;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::path;

use crate::parts::NotFound;

/// All pages of signed-in staff.
#[component(transparent)]
pub fn AdminRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/admin") view=frame::AdminFrame>
            <Route path=path!("") view=dashboard::DashboardPage />
            <ClientRoutes />
            <MoneyRoutes />
            <CatalogRoutes />
            <SystemRoutes />
            <Route path=path!("account") view=account::AccountPage />
            <Route path=path!("account/security") view=account::AccountSecurityPage />
            <Route path=path!("account/sessions") view=account::AccountSessionsPage />
            <Route path=path!("account/tokens") view=account::AccountTokensPage />
            <Route path=path!("*any") view=NotFound />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn ClientRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=leptos_router::components::Outlet>
            <Route path=path!("clients") view=clients::ClientsPage />
            <Route path=path!("clients/new") view=clients::NewClientPage />
            <ParentRoute path=path!("clients/:id") view=clients::ClientFrame>
                <Route path=path!("") view=clients::ClientSummaryTab />
                <Route path=path!("profile") view=clients::ClientProfileTab />
                <Route path=path!("users") view=clients::ClientUsersTab />
                <Route path=path!("services") view=clients::ClientServicesTab />
                <Route path=path!("documents") view=clients::ClientDocumentsTab />
                <Route path=path!("transactions") view=clients::ClientTransactionsTab />
                <Route path=path!("payments") view=clients::ClientPaymentsTab />
                <ClientLogRoutes />
            </ParentRoute>
            <Route path=path!("users") view=users::UsersPage />
            <Route path=path!("users/new") view=users::NewUserPage />
            <Route path=path!("users/:id") view=users::UserPage />
            <Route path=path!("services") view=services::ServicesPage />
            <Route path=path!("services/new") view=services::NewServicePage />
            <ParentRoute path=path!("services/:id") view=services::ServiceFrame>
                <Route path=path!("") view=services::ServiceOverviewTab />
                <Route path=path!("charges") view=services::ServiceChargesTab />
                <Route path=path!("log") view=services::ServiceLogTab />
            </ParentRoute>
            <Route path=path!("orders") view=services::OrdersPage />
            <Route path=path!("orders/:id") view=services::OrderPage />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn ClientLogRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=leptos_router::components::Outlet>
            <Route path=path!("activity") view=clients::ClientActivityTab />
            <Route path=path!("sessions") view=clients::ClientSessionsTab />
            <Route path=path!("messages") view=clients::ClientMessagesTab />
            <Route path=path!("tokens") view=clients::ClientTokensTab />
            <Route path=path!("documents/statements") view=clients::ClientStatementsTab />
            <Route path=path!("documents/statements/:month") view=clients::ClientStatementTab />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn MoneyRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=leptos_router::components::Outlet>
            <Route path=path!("documents") view=finance::DocumentsPage />
            <Route path=path!("documents/new") view=finance::NewDocumentPage />
            <Route path=path!("documents/:id") view=finance::DocumentPage />
            <Route path=path!("transactions") view=finance::TransactionsPage />
            <Route path=path!("payments") view=finance::PaymentsPage />
            <Route path=path!("tax-rules") view=finance::TaxRulesPage />
            <Route path=path!("companies") view=finance::CompaniesPage />
            <Route path=path!("companies/new") view=finance::NewCompanyPage />
            <ParentRoute path=path!("companies/:id") view=finance::CompanyFrame>
                <Route path=path!("") view=finance::CompanyGeneralTab />
                <Route path=path!("tax") view=finance::CompanyTaxTab />
                <Route path=path!("invoices") view=finance::CompanyInvoicesTab />
                <Route path=path!("gateways") view=finance::CompanyGatewaysTab />
                <Route path=path!("templates") view=finance::CompanyTemplatesTab />
                <Route path=path!("templates/:kind/:language") view=finance::TemplatePage />
                <Route path=path!("history") view=finance::CompanyHistoryTab />
            </ParentRoute>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn CatalogRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=leptos_router::components::Outlet>
            <Route path=path!("products") view=catalog::ProductsPage />
            <Route path=path!("products/new") view=catalog::NewProductPage />
            <Route path=path!("products/:id") view=catalog::ProductPage />
            <Route path=path!("products/:id/apply") view=catalog::ApplyPricesPage />
            <Route path=path!("price-changes/:id") view=catalog::PriceChangePage />
            <Route path=path!("product-groups") view=catalog::ProductGroupsPage />
            <Route path=path!("product-groups/new") view=catalog::NewProductGroupPage />
            <Route path=path!("product-groups/:id") view=catalog::ProductGroupPage />
            <Route path=path!("modules") view=catalog::ModulesPage />
            <Route path=path!("modules/:key") view=catalog::ModulePage />
            <Route path=path!("attribute-groups") view=catalog::AttributeGroupsPage />
            <Route path=path!("attribute-groups/new") view=catalog::NewAttributeGroupPage />
            <Route path=path!("attribute-groups/:id") view=catalog::AttributeGroupPage />
            <Route path=path!("option-groups") view=catalog::OptionGroupsPage />
            <Route path=path!("option-groups/new") view=catalog::NewOptionGroupPage />
            <Route path=path!("option-groups/:id") view=catalog::OptionGroupPage />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}

#[component(transparent)]
fn SystemRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("") view=leptos_router::components::Outlet>
            <Route path=path!("tasks") view=monitoring::TasksPage />
            <Route path=path!("queues") view=monitoring::QueuesPage />
            <Route path=path!("messages") view=monitoring::MessagesPage />
            <Route path=path!("scheduler") view=monitoring::SchedulerPage />
            <Route path=path!("activity") view=monitoring::ActivityPage />
            <Route path=path!("module-log") view=monitoring::ModuleLogPage />
            <Route path=path!("settings") view=settings::SettingsPage />
            <Route path=path!("currencies") view=settings::CurrenciesPage />
            <Route path=path!("terms") view=settings::TermsPage />
            <Route path=path!("countries") view=settings::CountriesPage />
            <Route path=path!("admins") view=settings::AdminsPage />
            <Route path=path!("admins/new") view=settings::NewAdminPage />
            <Route path=path!("admins/:id") view=settings::AdminPage />
            <Route path=path!("admin-groups") view=settings::AdminGroupsPage />
            <Route path=path!("admin-groups/new") view=settings::NewAdminGroupPage />
            <Route path=path!("admin-groups/:id") view=settings::AdminGroupPage />
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
