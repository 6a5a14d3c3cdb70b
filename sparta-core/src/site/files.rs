//! The files of a site as they are shipped, and what browsers are told of them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::signed::sha256;

/// For files that may be others tomorrow: they are kept, and asked for each time.
const CHANGES: &str = "public, max-age=0, must-revalidate";
/// For files that have another name whenever they change.
const STAYS: &str = "public, max-age=31536000, immutable";

/// A file of the site.
#[derive(Debug, PartialEq)]
pub(super) struct File {
    pub(super) content: Content,
    pub(super) content_type: String,
    pub(super) cache_control: &'static str,
    /// What tells it from another, with what browsers are told of it.
    pub(super) digest: String,
}

#[derive(Debug, PartialEq)]
pub(super) enum Content {
    Path(PathBuf),
    Bytes(Vec<u8>),
}

impl Content {
    pub(super) fn read(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Path(path) => fs::read(path),
            Self::Bytes(bytes) => Ok(bytes.clone()),
        }
    }
}

impl File {
    fn new(path: &str, content: Content, immutable: &[String]) -> io::Result<Self> {
        let content_type = content_type(path);
        let cache_control = if is_immutable(path, immutable) { STAYS } else { CHANGES };
        let digest = sha256(format!("{content_type}\n{cache_control}\n{}", sha256(&content.read()?)).as_bytes());
        Ok(Self { content, content_type, cache_control, digest })
    }

    /// Whether it is a page, which leads to other files.
    pub(super) fn is_page(&self) -> bool {
        self.content_type.starts_with("text/html")
    }
}

pub(super) fn is_immutable(path: &str, immutable: &[String]) -> bool {
    immutable.iter().any(|prefix| path.starts_with(prefix))
}

/// All files below a folder by their paths there, with a further one.
pub(super) fn all(
    folder: &Path,
    manifest: Option<(&str, Vec<u8>)>,
    immutable: &[String],
) -> io::Result<BTreeMap<String, File>> {
    let mut files = BTreeMap::new();
    add(folder, "", immutable, &mut files)?;
    if let Some((path, bytes)) = manifest {
        files.insert(path.to_owned(), File::new(path, Content::Bytes(bytes), immutable)?);
    }
    Ok(files)
}

fn add(folder: &Path, path: &str, immutable: &[String], files: &mut BTreeMap<String, File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| io::ErrorKind::InvalidFilename)?;
        let path = format!("{path}{name}");
        if entry.file_type()?.is_dir() {
            add(&entry.path(), &format!("{path}/"), immutable, files)?;
        } else {
            let file = File::new(&path, Content::Path(entry.path()), immutable)?;
            files.insert(path, file);
        }
    }
    Ok(())
}

/// The media type of a file, by the end of its name. Text is UTF-8.
fn content_type(path: &str) -> String {
    let guessed = mime_guess::from_path(path).first_raw().unwrap_or("application/octet-stream");
    if guessed.starts_with("text/") { format!("{guessed}; charset=utf-8") } else { guessed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_what_a_file_is_and_how_long_it_stays() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("assets")).unwrap();
        for name in ["index.html", "assets/app-4f2a.js", "assets/logo.svg", "LICENSE", "site.webmanifest"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let manifest = ("api.json", b"{}".to_vec());
        let files = all(folder.path(), Some(manifest), &["assets/app-".to_owned()]).unwrap();
        let seen: Vec<_> =
            files.iter().map(|(path, it)| (path.as_str(), it.content_type.as_str(), it.cache_control)).collect();
        let expected = [
            ("LICENSE", "application/octet-stream", CHANGES),
            ("api.json", "application/json", CHANGES),
            ("assets/app-4f2a.js", "text/javascript; charset=utf-8", STAYS),
            ("assets/logo.svg", "image/svg+xml", CHANGES),
            ("index.html", "text/html; charset=utf-8", CHANGES),
            ("site.webmanifest", "application/manifest+json", CHANGES),
        ];
        assert_eq!(seen, expected);
        assert!(files["index.html"].is_page());
    }

    #[test]
    fn another_content_type_or_time_is_another_file() {
        let digest = |path: &str, bytes: &[u8], immutable: &[&str]| {
            let immutable: Vec<String> = immutable.iter().map(|&it| it.to_owned()).collect();
            File::new(path, Content::Bytes(bytes.to_vec()), &immutable).unwrap().digest
        };
        let one = digest("a.js", b"1", &[]);
        assert_eq!(one, digest("b.js", b"1", &[]));
        for other in [digest("a.js", b"2", &[]), digest("a.css", b"1", &[]), digest("a.js", b"1", &["a"])] {
            assert_ne!(one, other);
        }
    }
}
