//! Work that keeps a processor busy: on threads of its own, a few at once, for a limited time.

use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::sync::Semaphore;

/// Places for one kind of work.
///
/// Such work cannot be interrupted: one that was given up keeps its place until it ends, so that one that never does costs
/// one thread and not all of them.
#[derive(Debug)]
pub struct Places {
    /// What is done there, for the message of a failure: `typesetting`.
    work: &'static str,
    free: Semaphore,
}

impl Places {
    /// So many at once.
    pub const fn new(work: &'static str, places: usize) -> Self {
        Self { work, free: Semaphore::const_new(places) }
    }

    /// Runs `work` where blocking is allowed. Fails when it is not done within `limit`, the wait for a place included.
    pub async fn within<T: Send + 'static>(
        &'static self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> anyhow::Result<T> {
        let done = async {
            let place = self.free.acquire().await.context("places are never closed")?;
            let run = move || {
                let _place = place;
                work()
            };
            tokio::task::spawn_blocking(run).await.with_context(|| format!("{} broke off", self.work))
        };
        tokio::time::timeout(limit, done).await.map_err(|_| anyhow!("{} took too long", self.work))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static PLACES: Places = Places::new("thinking", 4);

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_and_gives_its_place_back_when_it_ends() {
        let (finish, wait) = std::sync::mpsc::channel::<()>();
        let endless = PLACES.within(Duration::from_millis(20), move || wait.recv().is_ok()).await;
        assert_eq!(endless.unwrap_err().to_string(), "thinking took too long");
        assert_eq!(PLACES.free.available_permits(), 3);
        let enough = Duration::from_secs(20);
        assert_eq!(PLACES.within(enough, || 7).await.unwrap(), 7, "others go on");
        finish.send(()).unwrap();
        let all = tokio::time::timeout(enough, PLACES.free.acquire_many(4)).await;
        assert!(all.is_ok(), "its place is free again");
    }
}
