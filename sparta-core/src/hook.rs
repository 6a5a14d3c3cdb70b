//! What a service runs before and after its build and its deployment: what hooks get, and what is said of one that fails.

use std::{
    any::Any,
    fmt,
    panic::Location,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::future::BoxFuture;

use crate::{Deployed, Environment, Error, Failure, Model, off_lambda::OffLambda};

/// A build that is about to happen: what [`App::before_build`](crate::App::before_build) gets.
#[derive(Clone, Debug)]
pub struct Build {
    model: Arc<Model>,
    folder: PathBuf,
    output: PathBuf,
}

impl Build {
    /// A build of the service whose package is in `folder`, into the folder `output`.
    #[doc(hidden)]
    pub fn new(model: Model, folder: impl Into<PathBuf>, output: impl Into<PathBuf>) -> Self {
        Self { model: Arc::new(model), folder: folder.into(), output: output.into() }
    }

    /// The validated App: its name, functions, environments.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The names of the environments in the order of their registration.
    pub fn environments(&self) -> impl Iterator<Item = &str> {
        self.model.environments().iter().map(Environment::name)
    }

    /// The folder of the service's package, which has its `Cargo.toml`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder that the files are written to: `.sparta`, or that of `--outputDir`.
    pub fn output(&self) -> &Path {
        &self.output
    }
}

/// What a build has made, on disk: what [`App::after_build`](crate::App::after_build) gets.
#[derive(Clone, Debug)]
pub struct Package {
    build: Build,
    id: String,
    paths: PackagePaths,
}

/// The files of a [`Package`].
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct PackagePaths {
    pub bootstrap: PathBuf,
    pub archive: PathBuf,
    pub template: PathBuf,
    pub configurations: Vec<PathBuf>,
}

impl Package {
    /// What a build of this id has made.
    #[doc(hidden)]
    pub fn new(build: Build, id: impl Into<String>, paths: PackagePaths) -> Self {
        Self { build, id: id.into(), paths }
    }

    /// The build that has made it.
    pub fn build(&self) -> &Build {
        &self.build
    }

    /// The build's id: the git commit, `--buildID`, or a hash.
    pub fn build_id(&self) -> &str {
        &self.id
    }

    /// The program that Lambda runs.
    pub fn bootstrap(&self) -> &Path {
        &self.paths.bootstrap
    }

    /// The archive of the code, which has the program and the files of [`App::file`](crate::App::file).
    pub fn archive(&self) -> &Path {
        &self.paths.archive
    }

    /// The template.
    pub fn template(&self) -> &Path {
        &self.paths.template
    }

    /// The configuration files of the environments, in the order of their registration.
    pub fn configurations(&self) -> &[PathBuf] {
        &self.paths.configurations
    }
}

/// A deployment that is about to happen: what [`App::before_deployment`](crate::App::before_deployment) gets.
#[derive(Clone)]
pub struct Deployment {
    environment: Option<String>,
    stack: String,
    package: Package,
    extension: Option<Arc<dyn Any + Send + Sync>>,
}

impl Deployment {
    /// A deployment of a package to a stack.
    #[doc(hidden)]
    pub fn new(environment: Option<&str>, stack: impl Into<String>, package: Package) -> Self {
        Self { environment: environment.map(str::to_owned), stack: stack.into(), package, extension: None }
    }

    /// Attaches a value for the crates above, such as AWS's configuration.
    #[doc(hidden)]
    pub fn with_extension(mut self, extension: impl Any + Send + Sync) -> Self {
        self.extension = Some(Arc::new(extension));
        self
    }

    /// What was attached, where it is a `T`.
    #[doc(hidden)]
    pub fn extension<T: Any>(&self) -> Option<&T> {
        self.extension.as_ref()?.downcast_ref()
    }

    /// The environment that is deployed to; none in an App that has none.
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The name of the stack that is created or updated.
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// What is deployed.
    pub fn package(&self) -> &Package {
        &self.package
    }
}

impl fmt::Debug for Deployment {
    /// Without what was attached, which may have credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment, stack, package, .. } = self;
        let mut debug = f.debug_struct("Deployment");
        debug.field("environment", environment).field("stack", stack).field("package", package).finish_non_exhaustive()
    }
}

/// A hook: what it is called, where `main()` has it, and what it runs.
#[doc(hidden)]
pub struct Hook<F: ?Sized> {
    name: &'static str,
    place: &'static Location<'static>,
    pub(crate) run: Box<F>,
}

/// A hook that failed, or that refused.
#[derive(Debug, thiserror::Error)]
#[error("the hook {hook} failed")]
pub struct HookError {
    hook: String,
    source: Failure,
}

/// Runs before or after a build.
pub(crate) type OfBuild<T> = Hook<dyn Fn(&T) -> Result<(), Error> + Send + Sync>;
/// Runs before or after a deployment.
pub(crate) type OfDeployment<T> = Hook<dyn Fn(T) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// The hooks of an App, each kind in the order of its registration.
#[doc(hidden)]
#[derive(Default)]
pub struct Steps {
    pub before_build: OffLambda<OfBuild<Build>>,
    pub after_build: OffLambda<OfBuild<Package>>,
    pub before_deployment: OffLambda<OfDeployment<Deployment>>,
    pub after_deployment: OffLambda<OfDeployment<Deployed>>,
}

impl<F: ?Sized> Hook<F> {
    pub(crate) fn new(name: &'static str, place: &'static Location<'static>, run: Box<F>) -> Self {
        Self { name, place, run }
    }

    fn ended(&self, result: Result<(), Error>) -> Result<(), HookError> {
        result.map_err(|error| HookError { hook: self.to_string(), source: error.into() })
    }
}

impl<T> OfBuild<T> {
    pub fn run(&self, of: &T) -> Result<(), HookError> {
        self.ended((self.run)(of))
    }
}

impl<T> OfDeployment<T> {
    pub async fn run(&self, of: T) -> Result<(), HookError> {
        self.ended((self.run)(of).await)
    }
}

/// `before_build` of `src/main.rs:42`.
impl<F: ?Sized> fmt::Display for Hook<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}:{}", self.name, self.place.file(), self.place.line())
    }
}
