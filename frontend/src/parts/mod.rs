//! Pieces that pages of both portals share.

pub mod account;
pub mod add;
pub mod address;
pub mod amount;
pub mod auth_frame;
pub mod bell;
pub mod bulk;
pub mod csv;
pub mod filters;
pub mod follow;
pub mod live;
pub mod load;
pub mod networks;
pub mod range;
pub mod record;
pub mod rehearsal;
pub mod rows;
pub mod sheet;
pub mod shell;
pub mod state;
pub mod statement;
pub mod states;
pub mod submit;
pub mod sudo;
pub mod users;
pub mod why;

pub use add::AddLink;
pub use bulk::{Bulk, BulkAct};
pub use csv::CsvButton;
pub use follow::follow;
pub use live::{Live, LiveSwitch};
pub use load::{Arrived, DataTable, FailedNote, Loaded, NotFound, Part};
pub use record::{RecordHead, RecordId, by_id};
pub use rehearsal::WouldHappen;
pub use state::{ClientBadge, StateBadge};
pub use submit::{Submit, submit, submit_with};
