//! The files that a service ships beside its program.

use std::{borrow::Cow, io, path::Path, path::PathBuf};

use sparta_core::Model;

use crate::error::Advice;

/// A file of the code archive besides Sparta's own.
#[derive(Debug)]
pub(crate) struct Shipped<'a> {
    /// Its path in the archive.
    pub path: Cow<'a, str>,
    /// Its content.
    pub bytes: Cow<'a, [u8]>,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{file}` of the code archive cannot be read from {}", .source_path.display())]
pub(crate) struct ShippedError {
    /// Its path in the archive.
    file: String,
    /// Where it should be.
    source_path: PathBuf,
    /// What the system says.
    #[source]
    source: io::Error,
}

impl Advice for ShippedError {
    fn hints(&self) -> Vec<String> {
        let path =
            "`App::file` and `App::folder` take a path below the folder of the package's Cargo.toml; ".to_owned();
        vec![path + "`App::before_build` can make one that is not there yet."]
    }
}

impl Shipped<'_> {
    /// Those of an App whose package is in `folder`, in the order of their paths.
    ///
    /// # Errors
    ///
    /// The first that cannot be read.
    pub(crate) fn all<'a>(model: &'a Model, folder: &Path) -> Result<Vec<Shipped<'a>>, ShippedError> {
        let mut shipped = Vec::new();
        for file in model.files() {
            let contents = file.read(folder).map_err(|(source_path, source)| ShippedError {
                file: file.path.clone(),
                source_path,
                source,
            })?;
            shipped.extend(contents.into_iter().map(|(path, bytes)| Shipped { path, bytes }));
        }
        shipped.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(shipped)
    }
}

#[cfg(test)]
mod tests {
    use sparta_core::{App, Error, Function, Request, service_fn};

    use super::*;

    fn model(app: App) -> Model {
        let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
        app.function(hello).validate().unwrap()
    }

    #[test]
    fn files_are_in_the_order_of_their_paths_whatever_they_are_made_of() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("page.html"), "page").unwrap();
        let model = model(App::new("Pages").file("pages/z.html", "page.html").file("pages/a.txt", b"text"));
        let shipped = Shipped::all(&model, folder.path()).unwrap();
        let seen: Vec<_> = shipped.iter().map(|file| (&*file.path, &*file.bytes)).collect();
        assert_eq!(seen, [("pages/a.txt", &b"text"[..]), ("pages/z.html", b"page")]);
    }

    #[test]
    fn a_file_that_is_not_there_is_named_with_where_it_should_be() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pages")).unwrap();
        for source in ["none.html", "pages"] {
            let model = model(App::new("Pages").file("index.html", source));
            let error = Shipped::all(&model, folder.path()).unwrap_err();
            let path = folder.path().join(source);
            let expected = format!("`index.html` of the code archive cannot be read from {}", path.display());
            assert_eq!(error.to_string(), expected);
            assert!(error.hints()[0].contains("before_build"));
        }
    }
}
