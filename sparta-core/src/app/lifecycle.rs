//! What runs when Lambda takes a snapshot of a process, restores it and ends it.

use futures_util::FutureExt;

use crate::{App, Error, runtime};

impl App {
    /// Runs `hook` before Lambda ends the process: to flush what is buffered, to close what is open.
    ///
    /// All hooks together have about 500 ms; the last one registered runs first. With a hook the process registers an
    /// extension, `sparta-shutdown`, without which Lambda ends a process unannounced, and exits with 0 after SIGTERM.
    /// No hook runs after a crash or a timeout.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-shutdown>.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::App;
    ///
    /// let app = App::new("Orders").on_shutdown(async || println!("closing the books"));
    /// ```
    pub fn on_shutdown<F, Fut>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.hooks.shutdown.push(runtime::hook(|| hook().map(Ok::<_, Error>)));
        self
    }

    /// Runs `hook` before SnapStart takes its snapshot of the started process: to close connections, which do not
    /// survive it. The last one registered runs first; an error is a failed start.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>.
    pub fn before_snapshot<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.before_snapshot.push(runtime::hook(hook));
        self
    }

    /// Runs `hook` each time that SnapStart restored the process from its snapshot: to open connections again, to
    /// refresh credentials, to generate ids that no two processes may share. The first one registered runs first; an
    /// error ends the process and is reported to Lambda.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html>.
    pub fn after_restore<F, Fut, E>(mut self, hook: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<Error>,
    {
        self.hooks.after_restore.push(runtime::hook(hook));
        self
    }
}
