//! What the client bought: lists, a service, and changing it.

mod ahead;
mod changes;
mod list;
mod orders;
mod overview;
mod page;
mod tabs;

pub(super) use list::{GroupPage, ServicesPage};
pub(super) use orders::{OrderStatusPage, OrdersPage};
pub(super) use page::ServicePage;
