//! What the user runs before and after a build and a deployment.

use std::panic::Location;

use futures_util::future::BoxFuture;

use crate::{
    App, Deployed, Error,
    hook::{Build, Deployment, Hook, Package, Steps},
};

/// Hooks of the command line. Those of one kind run in the order of their registration; the first error ends the command, which
/// names the hook. What Lambda runs has none of them.
impl App {
    /// Runs `hook` before the service is compiled and packaged, by `build` (so in a pipeline too) and by `provision`: to make files
    /// that [`file`](Self::file) adds, to look whether all is there.
    ///
    /// It also runs with `--noop`, since that builds too.
    ///
    /// # Example
    ///
    /// ```
    /// use std::process::Command;
    /// use sparta_core::App;
    ///
    /// let app = App::new("Shop").file("pages.json", "dist/pages.json").before_build(|build| {
    ///     let made = Command::new("npm").args(["run", "build"]).current_dir(build.folder()).status()?;
    ///     if made.success() { Ok(()) } else { Err("npm cannot make the pages".into()) }
    /// });
    /// ```
    #[track_caller]
    pub fn before_build(mut self, hook: impl Fn(&Build) -> Result<(), Error> + Send + Sync + 'static) -> Self {
        let place = Location::caller();
        self.steps.before_build.push(|| Hook::new("before_build", place, Box::new(hook)));
        self
    }

    /// Runs `hook` after everything was packaged and written, where [`before_build`](Self::before_build) runs before it: to refuse
    /// what is too large, to keep a copy.
    ///
    /// What `provision` deploys is what was packaged, whatever the hook makes of the files.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::App;
    ///
    /// let app = App::new("Shop").after_build(|package| {
    ///     let bytes = package.bootstrap().metadata()?.len();
    ///     if bytes < 10_000_000 { Ok(()) } else { Err(format!("the program has grown to {bytes} bytes").into()) }
    /// });
    /// ```
    #[track_caller]
    pub fn after_build(mut self, hook: impl Fn(&Package) -> Result<(), Error> + Send + Sync + 'static) -> Self {
        let place = Location::caller();
        self.steps.after_build.push(|| Hook::new("after_build", place, Box::new(hook)));
        self
    }

    /// Runs `hook` before `provision` uploads and deploys what it has built: to look whether somebody agrees, to keep a backup.
    /// After an error nothing is deployed.
    ///
    /// A pipeline deploys without this program, and so without hooks. Neither do they run with `--noop`.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, hook::Deployment};
    ///
    /// async fn not_on_fridays(deployment: Deployment) -> Result<(), Error> {
    ///     if deployment.environment() == Some("production") && std::env::var_os("TODAY_IS_FRIDAY").is_some() {
    ///         return Err("nothing goes to production on a Friday".into());
    ///     }
    ///     Ok(())
    /// }
    ///
    /// let app = App::new("Shop").before_deployment(not_on_fridays);
    /// ```
    #[track_caller]
    pub fn before_deployment<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Deployment) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let place = Location::caller();
        let run = move |deployment| -> BoxFuture<'static, _> { Box::pin(hook(deployment)) };
        self.steps.before_deployment.push(|| Hook::new("before_deployment", place, Box::new(run)));
        self
    }

    /// Runs `hook` after `provision` has deployed the service, or has found it deployed: to fill a table, to warm a cache, to tell
    /// somebody.
    ///
    /// After an error the command fails, and what is deployed stays. The same command runs the hook again, so that it should
    /// do no harm twice. A pipeline deploys without this program, and so without hooks. Neither do they run with `--noop`.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Deployed, Error};
    ///
    /// async fn tell(deployed: Deployed) -> Result<(), Error> {
    ///     println!("{} answers at {}", deployed.stack(), deployed.output("HttpApiUrl")?);
    ///     Ok(())
    /// }
    ///
    /// let app = App::new("Shop").after_deployment(tell);
    /// ```
    #[track_caller]
    pub fn after_deployment<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(Deployed) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let place = Location::caller();
        let run = move |deployed| -> BoxFuture<'static, _> { Box::pin(hook(deployed)) };
        self.steps.after_deployment.push(|| Hook::new("after_deployment", place, Box::new(run)));
        self
    }

    /// Its hooks, for the command line.
    #[doc(hidden)]
    pub fn steps(&self) -> &Steps {
        &self.steps
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn hooks_of_a_kind_run_in_the_order_of_their_registration() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = |text: &'static str| {
            let seen = Arc::clone(&seen);
            move |deployed: Deployed| {
                seen.lock().unwrap().push(format!("{text} {}", deployed.stack()));
                std::future::ready(Ok(()))
            }
        };
        let app = App::new("Links").after_deployment(note("one")).after_deployment(note("two"));
        for hook in app.steps().after_deployment.iter() {
            hook.run(Deployed::new("Test-Links")).await.unwrap();
        }
        assert_eq!(*seen.lock().unwrap(), ["one Test-Links", "two Test-Links"]);
    }

    #[test]
    fn a_hook_that_fails_is_named_with_its_place_and_its_cause() {
        let app = App::new("Links").before_build(|build| {
            std::fs::read(build.folder().join("missing"))?;
            Ok(())
        });
        let line = line!() - 4;
        let model = app.model();
        let error = app.steps().before_build[0].run(&Build::new(model, "/no/package", ".sparta")).unwrap_err();
        assert_eq!(error.to_string(), format!("the hook `before_build` of {}:{line} failed", file!()));
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("No such file"), "{cause}");
    }
}
