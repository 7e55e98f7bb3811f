//! Users: logins of people to the client portal.

mod list;
mod page;
mod schemes;
mod sessions;

pub use list::UsersPage;
pub use page::{NewUserPage, UserPage};
