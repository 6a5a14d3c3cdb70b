//! Files that are shipped beside the program that Lambda runs.

mod folder;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use crate::contract::{BOOTSTRAP, CODE_ID_FILE};

/// What a file in the code archive is made of: bytes, or a file of the service's package.
///
/// See [`App::file`](crate::App::file).
#[derive(Clone)]
pub struct FileSource(Inner);

#[derive(Clone)]
enum Inner {
    Bytes(Bytes),
    Path(PathBuf),
    /// All files of a folder, and those that have to be among them.
    Folder(PathBuf, Vec<String>),
}

/// A file of the code archive, or a folder of files: its path there, and what it is made of.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    pub source: FileSource,
}

/// A path in the code archive, and the content there.
pub(crate) type Content<'a> = (Cow<'a, str>, Cow<'a, [u8]>);

/// What is wrong with a file of [`App::file`](crate::App::file).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum FileMistake {
    #[error(
        "the file `{0}` cannot be in the code archive: expected is a path such as `assets/logo.png`, without a `/` at its \
         beginning or end, `.`, `..`, `\\` and control characters"
    )]
    Path(String),
    #[error("the file `{0}` would take the place of Sparta's own in the code archive: rename it")]
    Reserved(String),
    #[error("two files of the code archive are called `{0}`: rename one")]
    Twice(String),
    #[error("the file `{file}` of the code archive would be the folder of `{other}`, too: rename one")]
    Folder { file: String, other: String },
    #[error(
        "the file `{file}` is made of `{source_path}`, which only this machine has: a path relative to the package is expected"
    )]
    Absolute { file: String, source_path: String },
}

impl FileSource {
    /// All files of a folder of the package, among which are those that are `needed`.
    pub(crate) fn folder(path: PathBuf, needed: Vec<String>) -> Self {
        Self(Inner::Folder(path, needed))
    }
}

impl File {
    pub(crate) fn new(path: String, source: FileSource) -> Self {
        Self { path, source }
    }

    /// Its content, or that of each file in it, by the path in the code archive; `package` is the folder of the package.
    ///
    /// # Errors
    ///
    /// The path of what cannot be read, and why.
    #[doc(hidden)]
    pub fn read(&self, package: &Path) -> Result<Vec<Content<'_>>, (PathBuf, io::Error)> {
        match &self.source.0 {
            Inner::Bytes(bytes) => Ok(vec![(Cow::Borrowed(&self.path), Cow::Borrowed(bytes))]),
            Inner::Path(path) => {
                let path = package.join(path);
                let bytes = fs::read(&path).map_err(|error| (path, error))?;
                Ok(vec![(Cow::Borrowed(&self.path), Cow::Owned(bytes))])
            }
            Inner::Folder(path, needed) => {
                let path = package.join(path);
                let mut files = Vec::new();
                folder::read(&path, &self.path, &mut files)?;
                let has = |file: &str| files.iter().any(|(path, _)| **path == format!("{}/{file}", self.path));
                match needed.iter().find(|file| !has(file)) {
                    Some(file) => Err((path.join(file), io::ErrorKind::NotFound.into())),
                    None if files.is_empty() => Err((path, io::Error::other("there is no file in it"))),
                    None => Ok(files),
                }
            }
        }
    }

    fn check(&self) -> Option<FileMistake> {
        let Self { path, source } = self;
        let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains('\\');
        if !path.split('/').all(is_name) || path.chars().any(char::is_control) {
            return Some(FileMistake::Path(path.clone()));
        }
        if [BOOTSTRAP, CODE_ID_FILE].iter().any(|own| own.eq_ignore_ascii_case(first(path))) {
            return Some(FileMistake::Reserved(path.clone()));
        }
        match &source.0 {
            Inner::Path(source) | Inner::Folder(source, _) if source.is_absolute() => {
                let source_path = source.display().to_string();
                Some(FileMistake::Absolute { file: path.clone(), source_path })
            }
            _ => None,
        }
    }
}

/// The first name of a path.
fn first(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// What is wrong with the files of an App. Names that differ only in case are one file on some systems.
pub(crate) fn check(files: &[File]) -> Vec<FileMistake> {
    let mut mistakes = Vec::new();
    let mut known: BTreeMap<String, &str> = BTreeMap::new();
    for file in files {
        if let Some(mistake) = file.check() {
            mistakes.push(mistake);
        } else if known.insert(file.path.to_lowercase(), &file.path).is_some() {
            mistakes.push(FileMistake::Twice(file.path.clone()));
        }
    }
    for (key, path) in &known {
        let folders = key.match_indices('/').map(|(at, _)| &key[..at]);
        let in_file = folders.filter_map(|folder| known.get(folder));
        let (other, of) = ((*path).to_owned(), |file: &&str| (*file).to_owned());
        mistakes.extend(in_file.map(|file| FileMistake::Folder { file: of(file), other: other.clone() }));
    }
    mistakes
}

impl fmt::Debug for FileSource {
    /// Without the bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Inner::Path(path) | Inner::Folder(path, _) => write!(f, "{}", path.display()),
        }
    }
}

/// A file of the package, by its path below the folder of its `Cargo.toml`.
impl From<&str> for FileSource {
    fn from(path: &str) -> Self {
        Self(Inner::Path(path.into()))
    }
}

/// A file of the package, by its path below the folder of its `Cargo.toml`.
impl From<&Path> for FileSource {
    fn from(path: &Path) -> Self {
        Self(Inner::Path(path.into()))
    }
}

/// A file of the package, by its path below the folder of its `Cargo.toml`.
impl From<PathBuf> for FileSource {
    fn from(path: PathBuf) -> Self {
        Self(Inner::Path(path))
    }
}

/// The content itself.
impl From<&'static [u8]> for FileSource {
    fn from(bytes: &'static [u8]) -> Self {
        Self(Inner::Bytes(Bytes::from_static(bytes)))
    }
}

/// The content itself, as `include_bytes!` gives it.
impl<const N: usize> From<&'static [u8; N]> for FileSource {
    fn from(bytes: &'static [u8; N]) -> Self {
        Self(Inner::Bytes(Bytes::from_static(bytes)))
    }
}

/// The content itself.
impl From<Vec<u8>> for FileSource {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Inner::Bytes(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(paths: &[&str]) -> Vec<FileMistake> {
        let files: Vec<File> = paths.iter().map(|path| File::new((*path).to_owned(), b"x".into())).collect();
        check(&files)
    }

    #[test]
    fn a_path_stays_in_the_archive() {
        assert_eq!(mistakes(&["logo.png", "assets/logo.png", "assets/.well-known/x", "a b/ä", "..x/y..z"]), []);
        for path in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", "a/.", "a\\b", "C:\\x", "a\nb", "a\0"]
        {
            assert_eq!(mistakes(&[path]), [FileMistake::Path(path.to_owned())], "{path}");
        }
    }

    #[test]
    fn what_is_spartas_own_stays() {
        for path in ["bootstrap", "Bootstrap", "sparta-code-id", "bootstrap/x"] {
            assert_eq!(mistakes(&[path]), [FileMistake::Reserved(path.to_owned())], "{path}");
        }
        assert_eq!(mistakes(&["assets/bootstrap", "bootstrap.css"]), []);
    }

    #[test]
    fn no_file_takes_the_place_of_another() {
        assert_eq!(mistakes(&["a/b", "a/c", "a/b"]), [FileMistake::Twice("a/b".to_owned())]);
        assert_eq!(mistakes(&["Logo.png", "logo.png"]), [FileMistake::Twice("logo.png".to_owned())]);
        let folder = FileMistake::Folder { file: "a/b".to_owned(), other: "a/b/c".to_owned() };
        assert_eq!(mistakes(&["a/b/c", "a/b"]), [folder]);
    }

    #[test]
    fn a_source_is_in_the_package() {
        let of = |path: &str| File::new("x".to_owned(), path.into()).check();
        assert_eq!(of("../shared/page.html"), None);
        let expected = FileMistake::Absolute { file: "x".to_owned(), source_path: "/etc/hostname".to_owned() };
        assert_eq!(of("/etc/hostname"), Some(expected));
    }
}
