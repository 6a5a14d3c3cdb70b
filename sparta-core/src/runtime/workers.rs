//! The threads that serve invocations which overlap.

use std::future::pending;
use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};

/// Starts a thread for each processor, at most `limit`, each with an event loop of its own.
///
/// The thread that calls this stays free for hooks and for what factories spawned. The others end with the process.
pub(super) fn start(limit: usize) -> io::Result<Vec<Handle>> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    (0..processors.min(limit)).map(worker).collect()
}

fn worker(number: usize) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name(format!("worker-{number}")).spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}
