//! Who follows what in this process, and the one look that serves them all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared::{Code, ServiceId, TaskId};
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::store;
use crate::db::Pool;
use crate::http::error::{Refusal, Result};

/// How often we look whether something has changed.
const TICK: Duration = Duration::from_millis(500);
/// How long we wait after the database did not answer.
const REST: Duration = Duration::from_secs(5);
/// Streams of one person in one process: browsers open six connections to a server, and pages need some of them.
pub const STREAMS_MAX: usize = 4;
/// Streams of all people in one process.
const STREAMS_OF_ALL: usize = 2000;

/// What can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A service, and its tasks.
    Service(ServiceId),
    Task(TaskId),
}

/// The streams of this process. Cheap to clone.
#[derive(Clone)]
pub struct Live {
    seats: Arc<Mutex<Seats>>,
    pool: Pool,
    /// Outlives the workers of the server.
    runtime: Handle,
}

#[derive(Default)]
struct Seats {
    /// How each followed record is: its mark, `None` once it is gone.
    followed: HashMap<Subject, watch::Sender<Option<String>>>,
    people: HashMap<String, usize>,
    ticking: Option<JoinHandle<()>>,
}

impl Live {
    /// Called within the runtime that lasts as long as the program.
    pub fn new(pool: Pool) -> Self {
        Self { seats: Arc::default(), pool, runtime: Handle::current() }
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        // What a panic left behind is whole: every change is one statement.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place among those who follow `subject`, which is as `mark` says. Refuses with `TooManyRequests`.
    pub(super) fn sit(&self, person: String, subject: Subject, mark: String) -> Result<Seat> {
        let mut seats = self.seats();
        let all: usize = seats.people.values().sum();
        let own = seats.people.get(&person).copied().unwrap_or(0);
        if own >= STREAMS_MAX || all >= STREAMS_OF_ALL {
            let detail = "Too many streams of events are open; close one, or ask now and then instead.";
            return Err(Refusal::because(Code::TooManyRequests, detail).retry_after(30).into());
        }
        seats.people.insert(person.clone(), own + 1);
        let sender = seats.followed.entry(subject).or_insert_with(|| watch::channel(Some(mark)).0);
        let marks = sender.subscribe();
        drop(seats);
        self.keep_looking();
        Ok(Seat { live: self.clone(), person, subject, marks })
    }

    /// Makes sure that somebody looks for news.
    pub(super) fn keep_looking(&self) {
        let mut seats = self.seats();
        if seats.ticking.as_ref().is_none_or(JoinHandle::is_finished) {
            seats.ticking = Some(self.runtime.spawn(look(self.clone())));
        }
    }

    /// What is followed now. `None`: nothing, and the one who looked stops.
    fn followed(&self) -> Option<Vec<Subject>> {
        let mut seats = self.seats();
        if seats.followed.is_empty() {
            seats.ticking = None;
            return None;
        }
        Some(seats.followed.keys().copied().collect())
    }

    /// Tells everybody what has changed about the records that were looked at.
    fn tell(&self, looked_at: &[Subject], mut marks: HashMap<Subject, String>) {
        let seats = self.seats();
        for subject in looked_at {
            let Some(sender) = seats.followed.get(subject) else { continue };
            let mark = marks.remove(subject);
            sender.send_if_modified(|known| {
                let news = *known != mark;
                *known = mark;
                news
            });
        }
    }

    /// Ends every stream: the server cannot stop while one is open.
    fn end_all(&self) {
        self.seats().followed.clear();
    }
}

/// Looks for news until nobody follows anything any more, or the program is told to stop.
async fn look(live: Live) {
    let mut terminate = signal(SignalKind::terminate()).ok();
    let mut interrupt = signal(SignalKind::interrupt()).ok();
    loop {
        tokio::select! {
            () = tokio::time::sleep(TICK) => {}
            () = told(&mut terminate) => return live.end_all(),
            () = told(&mut interrupt) => return live.end_all(),
        }
        let Some(subjects) = live.followed() else { return };
        match marks(&live.pool, &subjects).await {
            Ok(marks) => live.tell(&subjects, marks),
            Err(error) => {
                tracing::warn!(%error, "what is followed could not be looked at");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

async fn told(stop: &mut Option<Signal>) {
    match stop {
        Some(stop) => {
            stop.recv().await;
        }
        None => std::future::pending().await,
    }
}

async fn marks(pool: &Pool, subjects: &[Subject]) -> Result<HashMap<Subject, String>> {
    Ok(store::marks(&mut *pool.get().await?, subjects).await?)
}

/// A place among those who follow a record; given back when it is dropped.
pub(super) struct Seat {
    live: Live,
    person: String,
    subject: Subject,
    marks: watch::Receiver<Option<String>>,
}

impl Seat {
    /// Waits until the record is not as `mark` says, and says how it is. `None`: it is gone, or the program stops.
    pub(super) async fn changed_from(&mut self, mark: &str) -> Option<String> {
        self.marks.wait_for(|now| now.as_deref() != Some(mark)).await.ok()?.clone()
    }

    pub(super) fn live(&self) -> &Live {
        &self.live
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.live.seats();
        if let Some(own) = seats.people.get_mut(&self.person) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                seats.people.remove(&self.person);
            }
        }
        // Our own receiver is still there.
        if seats.followed.get(&self.subject).is_some_and(|sender| sender.receiver_count() <= 1) {
            seats.followed.remove(&self.subject);
        }
    }
}
