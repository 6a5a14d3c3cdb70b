//! What the repository has of a service's pipeline, and what its App declares.

use std::{fs, path::Path};

use crate::{App, delivery::Source};

/// Fails where the template of the pipeline in the repository is not the one that the App declares.
///
/// `path` is relative to the folder of the package, in which `cargo test` runs.
///
/// # Panics
///
/// The file is another, or is not there; or the App has no pipeline that updates itself.
///
/// # Example
///
/// ```no_run
/// use sparta_core::{App, testing};
///
/// # fn app() -> App { App::new("Hello") }
/// #[test]
/// fn the_repository_has_the_pipeline_that_is_declared() {
///     testing::assert_pipeline_template(&app(), "delivery/pipeline.json");
/// }
/// ```
#[track_caller]
pub fn assert_pipeline_template(app: &App, path: impl AsRef<Path>) {
    let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let pipeline = synthesis.model.pipeline().filter(|pipeline| pipeline.mutates());
    let pipeline = pipeline.unwrap_or_else(|| panic!("{} has no pipeline that updates itself", app.name()));
    let declared = synthesis.pipeline(pipeline, Source::Connection).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let path = path.as_ref();
    let there = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        there == declared.to_json(),
        "{} is not the template of the pipeline that {} declares: `cargo run -- build --buildspec` writes it",
        path.display(),
        app.name()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, Error, Function, Pipeline, Request, service_fn};

    #[test]
    fn a_template_that_is_another_is_told_with_what_writes_it() {
        let app = |name| {
            let pipeline = Pipeline::github("https://github.com/acme/hello");
            let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("Hello")));
            App::new("Hello").function(hello).environment(Environment::new(name, ())).pipeline(pipeline)
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipeline.json");
        let synthesis = app("test").synthesize().unwrap();
        let declared = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
        fs::write(&path, declared.to_json()).unwrap();
        assert_pipeline_template(&app("test"), &path);
        let other = std::panic::catch_unwind(|| assert_pipeline_template(&app("production"), &path)).unwrap_err();
        let other = other.downcast::<String>().unwrap();
        assert!(other.contains("that Hello declares: `cargo run -- build --buildspec`"), "{other}");
    }
}
