//! What is known of the files in a bucket, beside them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::files::{File, is_immutable};

/// The files that are in the bucket, each with its digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// Those of the site.
    pub(super) files: BTreeMap<String, String>,
    /// Those of the site before, for pages that are open.
    pub(super) kept: BTreeMap<String, String>,
}

impl State {
    /// What is there when these are the files of the site.
    pub(super) fn then(&self, files: &BTreeMap<String, File>, immutable: &[String]) -> Self {
        let files: BTreeMap<_, _> = files.iter().map(|(path, file)| (path.clone(), file.digest.clone())).collect();
        if files == self.files {
            return self.clone();
        }
        let stays = |path: &str| !files.contains_key(path) && is_immutable(path, immutable);
        let before = self.files.iter().filter(|(path, _)| stays(path));
        let kept = before.map(|(path, digest)| (path.clone(), digest.clone())).collect();
        Self { files, kept }
    }

    /// What is there at most on the way to `next`: nothing is known of a file that is replaced.
    pub(super) fn on_the_way_to(&self, next: &Self) -> Self {
        let mut between = self.clone();
        for (path, digest) in &next.files {
            if self.digest(path) != Some(digest) {
                between.files.insert(path.clone(), String::new());
            }
        }
        between
    }

    /// All files that are there.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        let kept = self.kept.keys().filter(|path| !self.files.contains_key(*path));
        self.files.keys().chain(kept).map(String::as_str)
    }

    pub(super) fn digest(&self, path: &str) -> Option<&String> {
        self.files.get(path).or_else(|| self.kept.get(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::files;

    /// The files with these names and contents.
    fn site(contents: &[(&str, &str)]) -> BTreeMap<String, File> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        for (path, content) in contents {
            std::fs::write(folder.path().join(path), content).unwrap();
        }
        files::all(folder.path(), None, &immutable()).unwrap()
    }

    fn immutable() -> Vec<String> {
        vec!["assets/".to_owned()]
    }

    fn paths(state: &State) -> Vec<&str> {
        state.paths().collect()
    }

    #[test]
    fn what_never_changes_stays_until_the_site_changes_again() {
        let first =
            State::default().then(&site(&[("index.html", "1"), ("assets/1.js", "1"), ("old.html", "1")]), &immutable());
        let second_site = site(&[("index.html", "2"), ("assets/2.js", "2")]);
        let second = first.then(&second_site, &immutable());
        assert_eq!(paths(&second), ["assets/2.js", "index.html", "assets/1.js"]);
        assert_eq!(second.then(&second_site, &immutable()), second, "the code changed, and the site did not");
        let third = second.then(&site(&[("index.html", "3"), ("assets/2.js", "2")]), &immutable());
        assert_eq!(paths(&third), ["assets/2.js", "index.html"]);
    }

    #[test]
    fn a_deployment_that_stops_half_way_leaves_nothing_that_is_not_known() {
        let first = State::default().then(&site(&[("index.html", "1"), ("old.html", "1")]), &immutable());
        let second = first.then(&site(&[("index.html", "2"), ("new.html", "2")]), &immutable());
        let between = first.on_the_way_to(&second);
        assert_eq!(paths(&between), ["index.html", "new.html", "old.html"]);
        assert_eq!(between.digest("index.html").unwrap(), "", "either may be there");
        assert_eq!(between.digest("old.html"), first.digest("old.html"));
    }
}
