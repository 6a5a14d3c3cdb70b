//! What looks at an environment after it was deployed.

use std::{any::Any, fmt, panic::AssertUnwindSafe, panic::Location, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};

use super::Environment;
use crate::{Deployed, Error, Failure};

/// A smoke test of an environment.
#[derive(Clone)]
#[doc(hidden)]
pub struct SmokeTest {
    place: &'static Location<'static>,
    run: Arc<dyn Fn(Deployed) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>,
}

/// A smoke test that failed.
#[derive(Debug, thiserror::Error)]
#[doc(hidden)]
#[error("the smoke test of {place} failed")]
pub struct SmokeTestError {
    place: String,
    source: Failure,
}

impl Environment {
    /// Runs this after each deployment of the environment, with the outputs of its stack; where it fails or panics, the deployment
    /// is taken back. Several run in their order, until one fails.
    ///
    /// The same program runs it: `provision`, which then deploys again what was there before. An environment that was not there
    /// before stays as it is.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{Deployed, Environment, Error};
    ///
    /// async fn smoke(deployed: Deployed) -> Result<(), Error> {
    ///     let url = deployed.output("HttpApiUrl")?;
    ///     assert!(url.starts_with("https://"), "{url}");
    ///     Ok(())
    /// }
    ///
    /// let test = Environment::new("test", [("MESSAGE", "Hello Test!")]).smoke_test(smoke);
    /// ```
    #[track_caller]
    pub fn smoke_test<F, Fut>(mut self, test: F) -> Self
    where
        F: Fn(Deployed) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let place = Location::caller();
        let run = move |deployed| -> BoxFuture<'static, _> { Box::pin(test(deployed)) };
        self.smoke_tests.push(|| SmokeTest { place, run: Arc::new(run) });
        self
    }

    /// What looks at it after it was deployed.
    #[doc(hidden)]
    pub fn smoke_tests(&self) -> &[SmokeTest] {
        &self.smoke_tests
    }
}

impl SmokeTest {
    /// Runs it over what was deployed.
    ///
    /// # Errors
    ///
    /// What it failed with, be it a panic.
    pub async fn run(&self, deployed: Deployed) -> Result<(), SmokeTestError> {
        let ended = AssertUnwindSafe((self.run)(deployed)).catch_unwind().await;
        let ended = ended.unwrap_or_else(|panic| Err(said(&*panic).into()));
        ended.map_err(|error| SmokeTestError { place: self.place(), source: error.into() })
    }

    /// Where `main()` has it.
    pub fn place(&self) -> String {
        format!("{}:{}", self.place.file(), self.place.line())
    }
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "it panicked".to_owned())
}

impl fmt::Debug for SmokeTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmokeTest({})", self.place())
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[tokio::test]
    async fn one_that_fails_or_panics_says_where_and_why() {
        let line = line!() + 2;
        let environment = Environment::new("test", ())
            .smoke_test(async |_| Err("it answers 500".into()))
            .smoke_test(async |deployed| panic!("{} is empty", deployed.stack()))
            .smoke_test(async |deployed: Deployed| deployed.output("Url").map(drop).map_err(Error::from));
        let mut found = Vec::new();
        for test in environment.smoke_tests() {
            let error = test.run(Deployed::new("Test-Links")).await.unwrap_err();
            found.push((error.to_string(), error.source().unwrap().to_string()));
        }
        let place = |offset: u32| format!("the smoke test of {}:{} failed", file!(), line + offset);
        assert_eq!(found[0], (place(0), "it answers 500".to_owned()));
        assert_eq!(found[1], (place(1), "Test-Links is empty".to_owned()));
        assert!(found[2].1.starts_with("the stack `Test-Links` has no output `Url`"), "{found:?}");
    }
}
