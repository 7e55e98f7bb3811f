//! Work that keeps a processor busy: on threads of its own, a few at once, for a limited time.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

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

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// Others took all the time there was: what was to be done has no part in it.
    #[error("there was no place for {0}")]
    NoPlace(&'static str),
    #[error("{0} took too long")]
    TooLong(&'static str),
    #[error("{0} broke off")]
    BrokeOff(&'static str, #[source] tokio::task::JoinError),
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
    ) -> Result<T, Broken> {
        let end = Instant::now() + limit;
        // Places are never closed.
        let Ok(Ok(place)) = timeout_at(end, self.free.acquire()).await else {
            return Err(Broken::NoPlace(self.work));
        };
        let run = move || {
            let _place = place;
            work()
        };
        let done = timeout_at(end, tokio::task::spawn_blocking(run)).await;
        let ended = done.map_err(|_| Broken::TooLong(self.work))?;
        ended.map_err(|error| Broken::BrokeOff(self.work, error))
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
        // Somebody else has every place: that is told apart.
        let crowded = PLACES.within(Duration::from_millis(20), || 7).await;
        assert!(matches!(crowded, Err(Broken::NoPlace(_))), "{crowded:?}");
        drop(all);
        let panicked = PLACES.within(enough, || -> u8 { panic!("nothing is drawn") }).await;
        assert!(matches!(panicked, Err(Broken::BrokeOff(_, error)) if error.is_panic()));
    }
}
