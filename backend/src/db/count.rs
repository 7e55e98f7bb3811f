//! Counts the statements of a request, so that tests can hold lists to a constant number.

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

struct Counter;

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            crate::http::request::count_query();
        }
    }
}

/// Counts on every connection made from now on.
pub fn start() -> diesel::QueryResult<()> {
    set_default_instrumentation(|| Some(Box::new(Counter)))
}
