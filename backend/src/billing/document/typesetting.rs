//! Where papers are typeset: on threads of their own, a few at once, for a limited time.

use std::time::Duration;

use anyhow::Context;
use tokio::sync::Semaphore;

/// Typesetting takes milliseconds; what takes longer than this is given up.
pub const TIME_MAX: Duration = Duration::from_secs(20);

/// Typesetting cannot be interrupted: one that was given up keeps its place until it ends, so that a paper that never does
/// costs one thread and not all of them.
static PLACES: Semaphore = Semaphore::const_new(4);

/// Runs `work` where blocking is allowed. Fails when it is not done within `limit`, the wait for a place included.
pub async fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let done = async {
        let place = PLACES.acquire().await.context("places are never closed")?;
        let run = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(run).await.context("typesetting broke off")
    };
    tokio::time::timeout(limit, done).await.context("typesetting took too long")?
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
    }
}
