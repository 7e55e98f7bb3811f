//! The process in which templates of staff are typeset: little memory, a few seconds, no files, no secrets.

use std::io::{Read, Write};
use std::thread;

use anyhow::{Context, anyhow};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

use crate::own::Work;

/// Everything that the process has mapped, its own program included.
const MEMORY_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Deeply nested content takes stack.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// The signals that a process is ended by which did what it cannot, or took more than it is given. Any other comes from outside.
pub const SIGNALS_OF_FAULTS: [i32; 7] = [
    Signal::ILL.as_raw(),
    Signal::ABORT.as_raw(),
    Signal::BUS.as_raw(),
    Signal::FPE.as_raw(),
    Signal::SEGV.as_raw(),
    Signal::XCPU.as_raw(),
    Signal::SYS.as_raw(),
];

/// Reads a `Work` as JSON from standard input, confines this process for good and writes what was `Made` to standard output.
///
/// Whoever takes more than there is ends by a signal or a panic. Call it where nothing else runs in the process.
pub fn confined() -> anyhow::Result<()> {
    let mut read = Vec::new();
    std::io::stdin().lock().read_to_end(&mut read).context("reading the work")?;
    let work: Work = serde_json::from_slice(&read).context("understanding the work")?;
    confine(work.seconds_max()).context("confining the process")?;
    let typesetting = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || work.run());
    let made = match typesetting.context("starting to typeset")?.join() {
        Ok(made) => made?,
        Err(panic) => std::panic::resume_unwind(panic),
    };
    let written = serde_json::to_vec(&made).context("writing what was made")?;
    std::io::stdout().lock().write_all(&written).map_err(|error| anyhow!(error))
}

fn confine(seconds: u64) -> rustix::io::Result<()> {
    // Nobody waits any more for what it makes when the one who started it is gone.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The standard three streams are open; no file can be opened or grow any more. Time that is over says so by a signal of
    // its own, before the one that cannot be told from anybody else's.
    for (resource, current, maximum) in [
        (Resource::Core, 0, 0),
        (Resource::Fsize, 0, 0),
        (Resource::Nofile, 3, 3),
        (Resource::As, MEMORY_BYTES_MAX, MEMORY_BYTES_MAX),
        (Resource::Cpu, seconds, seconds + 1),
    ] {
        setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })?;
    }
    Ok(())
}
