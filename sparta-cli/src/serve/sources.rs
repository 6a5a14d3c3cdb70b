//! The files that a program was compiled from, and whether they have changed.
//!
//! Cargo writes them into a file beside the program. To look at their times now and then costs next to nothing, sees the
//! sources of all crates that are compiled with it and no other file, and works on every file system.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The state of each file; none of one that is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sources(BTreeMap<PathBuf, Option<State>>);

/// When a file was changed last, and its size: two changes may be at the same time, as far as the file system tells them apart.
type State = (SystemTime, u64);

impl Sources {
    /// Those of a program, and the manifests of their packages.
    pub(super) fn of(program: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(program.with_extension("d"))?;
        let mut files: BTreeSet<PathBuf> = parse(&text).collect();
        let folders: BTreeSet<&Path> = files.iter().flat_map(|file| file.ancestors().skip(1)).collect();
        let manifests = folders.iter().flat_map(|folder| ["Cargo.toml", "Cargo.lock"].map(|name| folder.join(name)));
        let manifests: Vec<PathBuf> = manifests.filter(|file| file.is_file()).collect();
        files.extend(manifests);
        Ok(Self(files.into_iter().map(|file| (file, None)).collect()).now())
    }

    /// The same files as they are now.
    pub(super) fn now(&self) -> Self {
        let state = |file: &PathBuf| {
            let metadata = fs::metadata(file).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Self(self.0.keys().map(|file| (file.clone(), state(file))).collect())
    }

    /// These files in the state that `known` has of them: what was written meanwhile has changed.
    pub(super) fn in_state_of(mut self, known: &Self) -> Self {
        for (file, state) in &mut self.0 {
            if let Some(earlier) = known.0.get(file) {
                *state = *earlier;
            }
        }
        self
    }
}

/// `program: file file`, with a backslash before the spaces of a name.
fn parse(text: &str) -> impl Iterator<Item = PathBuf> {
    let files = text.lines().filter_map(|line| Some(line.split_once(": ")?.1.replace("\\ ", "\0")));
    let files: Vec<PathBuf> =
        files.flat_map(|line| line.split(' ').map(|file| file.replace('\0', " ").into()).collect::<Vec<_>>()).collect();
    files.into_iter().filter(|file| !file.as_os_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_as_new_as_its_sources_and_manifests() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("my src")).unwrap();
        fs::write(path("my src/main.rs"), "").unwrap();
        fs::write(path("Cargo.toml"), "").unwrap();
        let listed = format!("{}: {}/my\\ src/main.rs\n", path("hello").display(), folder.path().display());
        fs::write(path("hello.d"), listed).unwrap();
        let sources = Sources::of(&path("hello")).unwrap();
        assert_eq!(sources.now(), sources);
        for name in ["my src/main.rs", "Cargo.toml"] {
            let file = fs::File::options().write(true).open(path(name)).unwrap();
            let before = file.metadata().unwrap().modified().unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            assert_ne!(sources.now(), sources, "{name}");
            file.set_modified(before).unwrap();
        }
        fs::remove_file(path("my src/main.rs")).unwrap();
        assert_ne!(sources.now(), sources);
        assert!(Sources::of(&path("other")).is_err());
    }
}
