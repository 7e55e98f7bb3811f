//! Clients: the list, a new one, and the page of one with its tabs.

mod actions;
mod addresses;
mod compose;
mod create;
mod list;
mod money;
mod page;
mod pick;
mod profile;
mod sessions;
mod sign_in_as;
mod status_history;
mod summary;
mod users;
mod vat_id;

pub use create::NewClientPage;
pub(in crate::portals::admin) use create::{currency_options, language_options, use_company_options};
pub use list::ClientsPage;
pub use page::{
    ClientActivityTab, ClientDocumentsTab, ClientFrame, ClientMessagesTab, ClientPaymentsTab,
    ClientProfileTab, ClientServicesTab, ClientSessionsTab, ClientStatementTab, ClientStatementsTab,
    ClientSummaryTab, ClientTokensTab, ClientTransactionsTab, ClientUsersTab,
};
pub(in crate::portals::admin) use pick::{ClientPicker, client_filter, client_link, of_client};
