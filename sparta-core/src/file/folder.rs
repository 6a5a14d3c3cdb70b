//! The files of a folder.

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

use super::Content;

/// What begins with a dot is a tool's own, or secret, such as `.git` and `.env`: all but this folder, which is for the web.
const WELL_KNOWN: &str = ".well-known";

/// Reads all files below `folder`, in the order of their names, which are below `path` in the code archive.
pub(super) fn read(folder: &Path, path: &str, files: &mut Vec<Content<'_>>) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (folder.to_owned(), error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let source = entry.path();
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Err((source, io::Error::other("its name is not UTF-8")));
        };
        if name.starts_with('.') && name != WELL_KNOWN {
            continue;
        }
        let path = format!("{path}/{name}");
        let kind = entry.file_type().map_err(|error| (source.clone(), error))?;
        if kind.is_dir() {
            read(&source, &path, files)?;
        } else if kind.is_file() {
            let bytes = fs::read(&source).map_err(|error| (source, error))?;
            files.push((Cow::Owned(path), Cow::Owned(bytes)));
        } else {
            // A link may lead out of the package.
            return Err((
                source,
                io::Error::other("it is neither a file nor a folder: put a copy there in place of a link"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{File, FileSource};
    use super::*;

    /// What is shipped of a folder with these files, or why nothing is.
    fn shipped(names: &[&str], needed: &[&str]) -> Result<Vec<String>, String> {
        let package = tempfile::tempdir().unwrap();
        fs::create_dir(package.path().join("site")).unwrap();
        for name in names {
            let path = package.path().join("site").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let needed = needed.iter().map(|&name| name.to_owned()).collect();
        let folder = File::new("pages".to_owned(), FileSource::folder("site".into(), needed));
        let read = folder.read(package.path());
        let files =
            read.map_err(|(path, error)| format!("{}: {error}", path.strip_prefix(package.path()).unwrap().display()))?;
        for (path, bytes) in &files {
            assert_eq!(format!("pages/{}", String::from_utf8_lossy(bytes)), **path);
        }
        Ok(files.into_iter().map(|(path, _)| path.into_owned()).collect())
    }

    #[test]
    fn all_files_are_shipped_but_those_that_are_hidden() {
        let names = ["z.html", "a/b.css", ".git/config", ".env", ".well-known/security.txt", "a/.DS_Store"];
        assert_eq!(
            shipped(&names, &["z.html"]).unwrap(),
            ["pages/.well-known/security.txt", "pages/a/b.css", "pages/z.html"]
        );
    }

    #[test]
    fn a_folder_without_what_is_needed_is_not_shipped() {
        assert!(shipped(&["a.html"], &["index.html"]).unwrap_err().starts_with("site/index.html: "));
        assert_eq!(shipped(&[], &[]).unwrap_err(), "site: there is no file in it");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed() {
        let package = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/hostname", package.path().join("name.txt")).unwrap();
        let folder = File::new("pages".to_owned(), FileSource::folder(".".into(), Vec::new()));
        let (path, error) = folder.read(package.path()).unwrap_err();
        assert!(path.ends_with("name.txt") && error.to_string().contains("a copy"), "{error}");
    }
}
