//! What a service does around its build and its deployment.

use std::path::Path;

use futures_util::future::BoxFuture;
use sparta_core::{App, Deployed, Error, Synthesis};

use crate::CliError;

/// Something that a service does before or after a step.
enum Hook {
    BeforeBuild(Box<dyn Fn(&Synthesis) -> Result<(), Error> + Send>),
    AfterBuild(Box<dyn Fn(&Path) -> Result<(), Error> + Send>),
    BeforeDeployment(Box<dyn Fn(&str) -> Result<(), Error> + Send>),
    AfterDeployment(Box<dyn Fn(Deployed) -> BoxFuture<'static, Result<(), Error>> + Send>),
}

/// Calls `hook` before the service is compiled.
pub fn before_build(app: App, hook: impl Fn(&Synthesis) -> Result<(), Error> + Send + 'static) -> App {
    app.extend(Hook::BeforeBuild(Box::new(hook)))
}

/// Calls `hook` with the output folder, after everything was written there.
pub fn after_build(app: App, hook: impl Fn(&Path) -> Result<(), Error> + Send + 'static) -> App {
    app.extend(Hook::AfterBuild(Box::new(hook)))
}

/// Calls `hook` with the stack's name, before `provision` changes anything in AWS.
pub fn before_deployment(app: App, hook: impl Fn(&str) -> Result<(), Error> + Send + 'static) -> App {
    app.extend(Hook::BeforeDeployment(Box::new(hook)))
}

/// Calls `hook` with the stack as it is after `provision`.
pub fn after_deployment<F>(app: App, hook: impl Fn(Deployed) -> F + Send + 'static) -> App
where
    F: Future<Output = Result<(), Error>> + Send + 'static,
{
    app.extend(Hook::AfterDeployment(Box::new(move |deployed| Box::pin(hook(deployed)))))
}

/// All of them, in the order of their registration.
#[derive(Default)]
pub(crate) struct Hooks(Vec<Hook>);

impl Hooks {
    pub(crate) fn of(app: &mut App) -> Self {
        Self(app.take_extensions())
    }

    pub(crate) fn before_build(&self, synthesis: &Synthesis) -> Result<(), CliError> {
        self.run("before the build", |hook| match hook {
            Hook::BeforeBuild(hook) => hook(synthesis),
            _ => Ok(()),
        })
    }

    pub(crate) fn after_build(&self, folder: &Path) -> Result<(), CliError> {
        self.run("after the build", |hook| match hook {
            Hook::AfterBuild(hook) => hook(folder),
            _ => Ok(()),
        })
    }

    fn run(&self, when: &str, run: impl Fn(&Hook) -> Result<(), Error>) -> Result<(), CliError> {
        self.0.iter().try_for_each(run).map_err(|error| failed(when, error))
    }
}

/// What only the `aws` build has.
#[cfg(feature = "aws")]
impl Hooks {
    pub(crate) fn before_deployment(&self, stack: &str) -> Result<(), CliError> {
        let run = self.run("before the deployment", |hook| match hook {
            Hook::BeforeDeployment(hook) => hook(stack),
            _ => Ok(()),
        });
        run.map_err(|error| error.hint("Nothing was deployed."))
    }

    pub(crate) async fn after_deployment(&self, deployed: &Deployed) -> Result<(), CliError> {
        for hook in &self.0 {
            if let Hook::AfterDeployment(hook) = hook {
                let done = hook(deployed.clone()).await;
                done.map_err(|error| {
                    let stack = deployed.stack();
                    failed("after the deployment", error).hint(format!("The stack {stack} is deployed and stays as it is."))
                })?;
            }
        }
        Ok(())
    }
}

fn failed(when: &str, error: Error) -> CliError {
    CliError::failed(format!("the service's own hook {when} failed")).source(error)
}
