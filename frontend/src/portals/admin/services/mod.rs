//! Services and orders: the lists, the page of one, and creating one for a client.

mod acts;
mod change;
mod charges;
mod create;
mod list;
mod moving;
mod options;
mod orders;
mod overview;
mod page;
mod quote;

pub use create::NewServicePage;
pub use list::{ServicesPage, ServicesTable};
pub use orders::{OrderPage, OrdersPage};
pub use page::{ServiceChargesTab, ServiceFrame, ServiceLogTab, ServiceOverviewTab};
