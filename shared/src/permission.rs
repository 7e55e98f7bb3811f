//! What staff may do. One key for each guarded capability.

macro_rules! permissions {
    ($($variant:ident = $key:literal, $area:literal, $title:literal;)+) => {
        words! {
            /// A capability of staff.
            Permission { $($variant = $key),+ }
        }
        impl Permission {
            /// The area that the key is listed under.
            pub const fn area(self) -> &'static str {
                match self { $(Self::$variant => $area),+ }
            }
            /// What it allows, in English.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

permissions! {
    DashboardView = "dashboard.view", "monitoring", "See the dashboard";
    ClientsView = "clients.view", "clients", "See clients";
    ClientsCreate = "clients.create", "clients", "Create clients";
    ClientsEdit = "clients.edit", "clients", "Edit clients and their addresses";
    ClientsStatus = "clients.status", "clients", "Suspend, ban, reactivate and close clients";
    ClientsConfirm = "clients.confirm", "clients", "Confirm accounts and resend confirmations";
    ClientsMessage = "clients.message", "clients", "Send e-mails to the users of clients";
    ClientsUsers = "clients.users", "clients", "Decide which users act for a client";
    ClientsSignInAs = "clients.sign_in_as", "clients", "Sign in as the owner of a client that allows support access";
    ClientsSignInUninvited = "clients.sign_in_uninvited", "clients", "Sign in as the owner also without support access";
    ClientsActAs = "clients.act_as", "clients", "Act, and not only look, while signed in as an owner";
    ClientsCredit = "clients.credit", "clients", "Set the credit limit of a client";
    UsersView = "users.view", "users", "See users";
    UsersEdit = "users.edit", "users", "Create, edit and delete users";
    UsersReset = "users.reset", "users", "Send password resets and remove second factors";
    ServicesView = "services.view", "services", "See services";
    ServicesCreate = "services.create", "services", "Create services for clients";
    ServicesOperate = "services.operate", "services", "Provision, suspend, resume and terminate services";
    ServicesForce = "services.force", "services", "Force a state in the database only";
    ServicesMove = "services.move", "services", "Move services to another client";
    ProductsView = "products.view", "products", "See the catalogue";
    ProductsEdit = "products.edit", "products", "Edit products, groups, options and prices";
    ModulesEdit = "modules.edit", "products", "Activate, configure and test modules";
    DocumentsView = "documents.view", "documents", "See documents";
    DocumentsCreate = "documents.create", "documents", "Draft and issue documents";
    DocumentsCancel = "documents.cancel", "documents", "Cancel documents";
    TransactionsView = "transactions.view", "finance", "See the ledger";
    FundsAdjust = "funds.adjust", "finance", "Give credit and correct balances";
    PaymentsView = "payments.view", "finance", "See payments";
    PaymentsBook = "payments.book", "finance", "Book payments";
    PaymentsRefund = "payments.refund", "finance", "Pay invoices back";
    CompaniesView = "companies.view", "finance", "See home companies";
    CompaniesEdit = "companies.edit", "finance", "Edit home companies and their gateways";
    TaxesView = "taxes.view", "finance", "See tax rules";
    TaxesEdit = "taxes.edit", "finance", "Edit tax rules";
    StaffView = "staff.view", "staff", "See administrators and their groups";
    StaffEdit = "staff.edit", "staff", "Edit administrators and their groups";
    TasksView = "tasks.view", "monitoring", "See the task queue";
    TasksOperate = "tasks.operate", "monitoring", "Retry and cancel tasks, mark manual work done";
    SchedulerView = "scheduler.view", "automation", "See the schedule";
    SchedulerEdit = "scheduler.edit", "automation", "Change the schedule and run tasks now";
    NotificationsView = "notifications.view", "monitoring", "See sent messages";
    LogsView = "logs.view", "monitoring", "See activity, sessions and calls of modules";
    SettingsView = "settings.view", "settings", "See settings, countries and currencies";
    SettingsEdit = "settings.edit", "settings", "Edit settings, countries and currencies";
    ClockMove = "clock.move", "settings", "Move the development clock";
}
