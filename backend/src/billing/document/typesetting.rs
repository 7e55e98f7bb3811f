//! Where papers are typeset: on threads of their own, a few at once, for a limited time.

use std::time::Duration;

use crate::busy::{Broken, Places};

/// Typesetting takes milliseconds; what takes longer than this is given up.
pub const TIME_MAX: Duration = Duration::from_secs(20);

static PLACES: Places = Places::new("typesetting", 4);

/// Runs `work` where blocking is allowed. Fails when it is not done within `limit`, the wait for a place included.
pub async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Broken> {
    PLACES.within(limit, work).await
}
