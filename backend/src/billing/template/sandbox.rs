//! Where templates of staff are typeset: in a process of its own that cannot take more than it is given.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, anyhow};
use pdf::{Fault, Made, Work};
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
/// unavailable when there is no place in time.
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
    match ended.code() {
        Some(0) => serde_json::from_slice(&answer).context("understanding what was made"),
        // Ended by a signal, or by a panic: time, memory or stack were not enough.
        None | Some(PANIC) => {
            Ok(too_much(&format!("takes too much time or memory: at most {} seconds", work.seconds_max())))
        }
        Some(code) => Err(anyhow!("ended with {code}")),
    }
}

/// What a program of Rust ends with after a panic.
const PANIC: i32 = 101;

fn too_much(message: &str) -> Made {
    Made::Faults(vec![Fault::nowhere(message)])
}
