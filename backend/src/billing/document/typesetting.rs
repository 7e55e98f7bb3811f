//! Where papers are typeset: on threads of their own, a few at once, for a limited time.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

/// Typesetting takes milliseconds; what takes longer than this is given up.
pub const TIME_MAX: Duration = Duration::from_secs(20);

/// Typesetting cannot be interrupted: one that was given up keeps its place until it ends, so that a paper that never does
/// costs one thread and not all of them.
static PLACES: Semaphore = Semaphore::const_new(4);

/// Why nothing was typeset.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Others took all the time there was: what was to be typeset has no part in it.
    #[error("there was no place for typesetting")]
    NoPlace,
    #[error("typesetting took too long")]
    TooLong,
    #[error("typesetting broke off")]
    BrokeOff(#[from] tokio::task::JoinError),
}

/// Runs `work` where blocking is allowed. Fails when it is not done within `limit`, the wait for a place included.
pub async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Broken> {
    let end = Instant::now() + limit;
    // Places are never closed.
    let Ok(Ok(place)) = timeout_at(end, PLACES.acquire()).await else { return Err(Broken::NoPlace) };
    let run = move || {
        let _place = place;
        work()
    };
    let done = timeout_at(end, tokio::task::spawn_blocking(run)).await;
    Ok(done.map_err(|_| Broken::TooLong)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_and_gives_its_place_back_when_it_ends() {
        let (finish, wait) = std::sync::mpsc::channel::<()>();
        let endless = within(Duration::from_millis(20), move || wait.recv().is_ok()).await;
        assert_eq!(endless.unwrap_err().to_string(), "typesetting took too long");
        assert_eq!(PLACES.available_permits(), 3);
        assert_eq!(within(TIME_MAX, || 7).await.unwrap(), 7, "others go on");
        finish.send(()).unwrap();
        let all = tokio::time::timeout(TIME_MAX, PLACES.acquire_many(4)).await;
        assert!(all.is_ok(), "its place is free again");
        // Somebody else has every place: that is told apart.
        let crowded = within(Duration::from_millis(20), || 7).await;
        assert!(matches!(crowded, Err(Broken::NoPlace)), "{crowded:?}");
        drop(all);
        let panicked = within(TIME_MAX, || -> u8 { panic!("nothing is drawn") }).await;
        assert!(matches!(panicked, Err(Broken::BrokeOff(error)) if error.is_panic()));
    }
}
