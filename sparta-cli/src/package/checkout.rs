//! The repository around a folder, which a pipeline's build has whole.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The checkout of a git repository; where there is none, the folder itself stands for its top.
pub(crate) struct Checkout {
    /// The way from the folder to the top, such as `../..`.
    pub up: PathBuf,
    top: Option<PathBuf>,
}

impl Checkout {
    /// The checkout that `folder` is in.
    pub(crate) fn around(folder: &Path) -> Self {
        let text = |argument| git(folder, &["rev-parse", argument]).map(PathBuf::from);
        Self {
            up: text("--show-cdup").unwrap_or_default(),
            top: text("--show-toplevel").and_then(|top| top.canonicalize().ok()),
        }
    }

    /// Where a folder is below the top; nothing for the top itself, and for what is elsewhere.
    pub(crate) fn place(&self, folder: &Path) -> Option<String> {
        let folder = folder.canonicalize().ok()?;
        let place = folder.strip_prefix(self.top.as_ref()?).ok()?.to_str()?;
        (!place.is_empty()).then(|| place.to_owned())
    }
}

/// What a git command prints.
pub(super) fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).current_dir(folder).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_a_repository_knows_its_place_and_the_way_up() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("services/orders");
        std::fs::create_dir_all(&inside).unwrap();
        git(folder.path(), &["init", "--quiet"]).unwrap();
        let checkout = Checkout::around(&inside);
        assert_eq!(checkout.up, Path::new("../../"));
        assert_eq!(checkout.place(&inside).as_deref(), Some("services/orders"));
        assert_eq!((checkout.place(folder.path()), checkout.place(Path::new("/"))), (None, None));
        assert_eq!(Checkout::around(folder.path()).up, Path::new(""));
    }

    #[test]
    fn a_folder_without_a_repository_is_the_top() {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::around(folder.path());
        assert_eq!((checkout.up.as_path(), checkout.place(folder.path())), (Path::new(""), None));
    }
}
