//! Where templates of staff are typeset: in a process of its own that cannot take more than it is given.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, anyhow};
use pdf::{Fault, Made, SIGNALS_OF_FAULTS, Work};
use shared::Code;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::sync::Semaphore;

use crate::App;
use crate::http::error::{Refusal, Result};

/// The hidden command of the program that does the work.
pub const COMMAND: &str = "typeset";
/// The process is bounded by its own processor time; this bounds the wait for it and for a place.
const WAIT_MAX: Duration = Duration::from_secs(90);
/// The most bytes that a process may answer.
const ANSWER_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// A few at once: each may take a gigabyte.
static PLACES: Semaphore = Semaphore::const_new(2);

/// The program that typesets: this one, found once at the start.
pub fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("finding the own program")
}

/// Typesets in a process of its own. What the template cannot do, or takes too much for, is among `Made`; fails as
/// unavailable when there is no place in time, and when somebody else ended the process.
pub async fn typeset(app: &App, work: &Work) -> Result<Made> {
    let done = tokio::time::timeout(WAIT_MAX, run(app, work)).await;
    match done {
        Ok(made) => Ok(made.context("typesetting in a process of its own")?),
        Err(_) => Err(Refusal::new(Code::Unavailable).retry_after(10).into()),
    }
}

async fn run(app: &App, work: &Work) -> anyhow::Result<Made> {
    let _place = PLACES.acquire().await.context("places are never closed")?;
    let mut process = Command::new(&*app.typesetter)
        .arg(COMMAND)
        // Neither secrets nor threads, whose stacks would count as memory.
        .env_clear()
        .envs([("RAYON_NUM_THREADS", "1"), ("MALLOC_ARENA_MAX", "1")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        // Who stops this program from its terminal leaves the rest to it.
        .process_group(0)
        .spawn()
        .context("starting")?;
    let mut input = process.stdin.take().context("its input is piped")?;
    // It reads everything before it writes anything.
    input.write_all(&serde_json::to_vec(work)?).await.context("handing over the work")?;
    drop(input);
    let mut answer = Vec::new();
    let output = process.stdout.take().context("its output is piped")?;
    output.take(ANSWER_BYTES_MAX + 1).read_to_end(&mut answer).await.context("reading what was made")?;
    if u64::try_from(answer.len()).is_ok_and(|bytes| bytes > ANSWER_BYTES_MAX) {
        return Ok(too_much("the document is too large"));
    }
    let ended = process.wait().await.context("waiting for its end")?;
    match Ending::of(ended) {
        Ending::Whole => serde_json::from_slice(&answer).context("understanding what was made"),
        Ending::TooMuch => {
            Ok(too_much(&format!("takes too much time or memory: at most {} seconds", work.seconds_max())))
        }
        Ending::Interrupted => {
            let detail = "Typesetting was interrupted. Try again.";
            Err(Refusal::because(Code::Unavailable, detail).retry_after(10).into())
        }
        Ending::Failed => Err(anyhow!("{ended}")),
    }
}

/// What a program of Rust ends with after a panic.
const PANIC: i32 = 101;

/// Whose doing it is that the process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Whole,
    /// The template's: time, memory or stack were not enough.
    TooMuch,
    /// Somebody else's: the program is being stopped, or the machine has no memory left. Nothing is known of the template.
    Interrupted,
    /// Ours.
    Failed,
}

impl Ending {
    fn of(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(0), _) => Self::Whole,
            (Some(PANIC), _) => Self::TooMuch,
            (None, Some(signal)) if SIGNALS_OF_FAULTS.contains(&signal) => Self::TooMuch,
            (None, _) => Self::Interrupted,
            (Some(_), _) => Self::Failed,
        }
    }
}

fn too_much(message: &str) -> Made {
    Made::Faults(vec![Fault::nowhere(message)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_template_that_took_too_much_is_at_fault() {
        // A process that ended by a signal has its number for a status; one that exited has its code times 256.
        let ended = |status: i32| Ending::of(ExitStatus::from_raw(status));
        assert_eq!(ended(0), Ending::Whole);
        assert_eq!((ended(101 << 8), ended(1 << 8)), (Ending::TooMuch, Ending::Failed));
        // ILL, ABRT, BUS, FPE, SEGV, XCPU, SYS; the highest bit says that a core was left.
        for signal in [4, 6, 7, 8, 11, 24, 31, 6 | 0x80] {
            assert_eq!(ended(signal), Ending::TooMuch, "{signal}");
        }
        // HUP, INT, KILL, TERM.
        for signal in [1, 2, 9, 15] {
            assert_eq!(ended(signal), Ending::Interrupted, "{signal}");
        }
    }
}
