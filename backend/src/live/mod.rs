//! Records that pages follow: server-sent events.
//!
//! A stream says how its record is, and says it again whenever that has changed, until the caller is not let in any more.
//! What has changed is found with one statement a tick for all that the streams of this process follow; while nobody
//! follows anything, nothing is asked. `docs/decisions/followed-records.md` tells why.

mod feed;
mod store;
mod stream;

pub use feed::{Live, STREAMS_MAX, Subject};
pub use stream::{EventId, follow};
