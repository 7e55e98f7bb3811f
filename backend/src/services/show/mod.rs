//! Services as pages see them. A list is two queries, a detail a fixed number.

mod counters;
mod detail;
mod export;
mod list;
mod order;
pub use counters::counters;
pub use detail::{detail, for_staff};
pub use export::export;
pub use list::{SORTS, list};
pub use order::order;
