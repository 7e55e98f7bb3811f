//! Users: logins of people to the client portal.

mod list;
mod page;

pub use list::UsersPage;
pub use page::{NewUserPage, UserPage};
