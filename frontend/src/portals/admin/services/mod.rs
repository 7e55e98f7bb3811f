//! Services: the list, the page of one, and creating one for a client.

mod create;
mod list;
mod page;

pub use create::NewServicePage;
pub use list::{ServicesPage, ServicesTable};
pub use page::ServicePage;
