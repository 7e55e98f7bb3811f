//! Services: orders, and what clients bought, from provisioning to termination.
//!
//! `pending → provisioning → active ⇄ suspended → terminated`; `pending → cancelled`; `failed` when provisioning gave up.
//! What a module has to do is an **operation**, kept on the service until it is finished; a service has at most one at a time.
//! Money follows the module: a hold is placed before it starts and captured when it succeeds. Every change of state is a row of
//! `service_events`.

use crate::http::routes::Routes;
pub mod actions;
pub mod automation;
pub mod cart;
pub mod change;
pub mod client;
pub mod deadlines;
pub mod moving;
pub mod operation;
pub mod order;
pub mod outcome;
pub mod price_change;
pub mod rehearsal;
pub mod scheduled;
pub mod show;
pub mod staff;
pub mod store;

/// Every operation of this domain.
pub fn routes(cfg: &mut Routes) {
    order::routes::routes(cfg);
    cart::routes::routes(cfg);
    staff::bulk::routes(cfg);
    staff::routes::routes(cfg);
    staff::notes::routes(cfg);
    client::routes::routes(cfg);
    price_change::routes::routes(cfg);
}
