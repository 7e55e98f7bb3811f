//! Settings: general, currencies, countries, staff and its groups.

mod admins;
mod clock;
mod countries;
mod currencies;
mod general;
mod groups;
mod limits;
mod rates;
mod terms;

pub use admins::{AdminPage, AdminsPage, NewAdminPage};
pub use countries::CountriesPage;
pub use currencies::CurrenciesPage;
pub use general::SettingsPage;
pub use groups::{AdminGroupPage, AdminGroupsPage, NewAdminGroupPage};
pub use terms::TermsPage;
