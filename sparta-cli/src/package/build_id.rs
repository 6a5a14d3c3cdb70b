//! What a build is called: its git commit, or a hash.

use std::fmt;
use std::path::Path;

use super::checkout::git;

/// Stack tags take 256 characters
/// ([limits](https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html)); half is enough.
const LONGEST: usize = 128;

/// A build id that AWS would not take as a tag.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be a build id: it has 1 to 128 characters, ASCII letters, digits and `. _ - + = : / @`")]
pub(crate) struct InvalidBuildId(String);

/// What one build is called, in its stack's tags. It is not in the archive, which each commit would make another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct BuildId(String);

impl BuildId {
    /// A build id as a person gives it.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or has characters that a tag cannot have.
    pub(crate) fn new(text: impl Into<String>) -> Result<Self, InvalidBuildId> {
        let text = text.into();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-+=:/@".contains(c);
        if text.is_empty() || text.len() > LONGEST || !text.chars().all(allowed) {
            return Err(InvalidBuildId(text));
        }
        Ok(Self(text))
    }

    /// The git commit of `folder`, with `-dirty` when a file differs from it; else what CodeBuild
    /// (`CODEBUILD_RESOLVED_SOURCE_VERSION`) calls the source; else the id of its code.
    ///
    /// What lies in a folder called `.sparta` is no difference, nor is what is new in `output`.
    pub(crate) fn find(folder: &Path, output: &Path, variable: impl Fn(&str) -> Option<String>, code: &str) -> Self {
        let code_build = || variable("CODEBUILD_RESOLVED_SOURCE_VERSION");
        git_commit(folder, output)
            .or_else(code_build)
            .and_then(|text| Self::new(text).ok())
            .unwrap_or_else(|| Self(code.to_owned()))
    }

    /// The build id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn git_commit(folder: &Path, output: &Path) -> Option<String> {
    let commit = git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?;
    let scope = [":(top)", ":(top,exclude,glob)**/.sparta/**"];
    let changed = git(folder, &["status", "--porcelain", "--untracked-files=no", "--", scope[0], scope[1]])?;
    let output = except(folder, output);
    let new = [&["status", "--porcelain", "--"], &scope[..], &output.iter().map(String::as_str).collect::<Vec<_>>()];
    let new = git(folder, &new.concat())?;
    let mark = if changed.is_empty() && new.is_empty() { "" } else { "-dirty" };
    Some(commit + mark)
}

/// What takes the output folder out of git's view; nothing where it is elsewhere, or where the sources are in it.
fn except(folder: &Path, output: &Path) -> Option<String> {
    let top = Path::new(&git(folder, &["rev-parse", "--show-toplevel"])?).canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    let output = folder.join(output).canonicalize().ok()?;
    if folder.starts_with(&output) {
        return None;
    }
    Some(format!(":(top,exclude,literal){}", output.strip_prefix(top).ok()?.to_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const NOTHING: fn(&str) -> Option<String> = |_| None;

    fn repository() -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "1").unwrap();
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let run = |arguments: &[&str]| git(folder.path(), &[&identity[..], arguments].concat()).unwrap();
        run(&["init", "--quiet"]);
        run(&["add", "file"]);
        run(&["commit", "--quiet", "--message", "first"]);
        let commit = run(&["rev-parse", "HEAD"]);
        (folder, commit)
    }

    const OUTPUT: &str = ".sparta";
    const CODE: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4";

    #[test]
    fn what_is_new_in_the_output_folder_does_not_make_the_tree_dirty() {
        let (folder, commit) = repository();
        let find = |at: &Path, output: &Path| BuildId::find(at, output, NOTHING, CODE).to_string();
        let package = folder.path().join("package");
        fs::create_dir_all(folder.path().join("out/code")).unwrap();
        fs::create_dir(&package).unwrap();
        fs::write(folder.path().join("out/code/bootstrap"), "").unwrap();
        for output in ["out", "./out", "package/../out"] {
            assert_eq!(find(folder.path(), Path::new(output)), commit, "{output}");
        }
        assert_eq!(find(folder.path(), &folder.path().join("out")), commit);
        assert_eq!(find(&package, Path::new("../out")), commit);

        let dirty = format!("{commit}-dirty");
        let elsewhere = tempfile::tempdir().unwrap();
        for output in ["other", ".", elsewhere.path().to_str().unwrap()] {
            assert_eq!(find(folder.path(), Path::new(output)), dirty, "{output}");
        }
        fs::write(folder.path().join("file"), "2").unwrap();
        assert_eq!(find(folder.path(), Path::new("out")), dirty, "a changed file");
    }

    #[test]
    fn a_clean_tree_has_the_id_of_its_commit() {
        let (folder, commit) = repository();
        assert_eq!(commit.len(), 40);
        assert_eq!(BuildId::find(folder.path(), Path::new(OUTPUT), NOTHING, CODE).as_str(), commit);
        fs::create_dir(folder.path().join(".sparta")).unwrap();
        fs::write(folder.path().join(".sparta/cloudformation.json"), "{}").unwrap();
        assert_eq!(BuildId::find(folder.path(), Path::new(OUTPUT), NOTHING, CODE).as_str(), commit);
    }

    #[test]
    fn a_changed_or_new_file_makes_the_tree_dirty() {
        let (folder, commit) = repository();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/new"), "").unwrap();
        let dirty = format!("{commit}-dirty");
        assert_eq!(BuildId::find(folder.path(), Path::new(OUTPUT), NOTHING, CODE).as_str(), dirty);
        fs::remove_file(folder.path().join("src/new")).unwrap();
        fs::write(folder.path().join("file"), "2").unwrap();
        assert_eq!(BuildId::find(&folder.path().join("src"), Path::new(OUTPUT), NOTHING, CODE).as_str(), dirty);
    }

    #[test]
    fn without_git_the_commit_is_the_one_that_codebuild_resolved() {
        let folder = tempfile::tempdir().unwrap();
        let variable = |name: &str| (name == "CODEBUILD_RESOLVED_SOURCE_VERSION").then(|| "4f2a".to_owned());
        assert_eq!(BuildId::find(folder.path(), Path::new(OUTPUT), variable, CODE).as_str(), "4f2a");
    }

    #[test]
    fn without_any_commit_it_is_the_id_of_the_code() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(BuildId::find(folder.path(), Path::new(OUTPUT), NOTHING, CODE).as_str(), CODE);
        let unfit = |_: &str| Some("no such id".to_owned());
        assert_eq!(
            BuildId::find(folder.path(), Path::new(OUTPUT), unfit, CODE),
            BuildId::find(folder.path(), Path::new(OUTPUT), NOTHING, CODE)
        );
    }

    #[test]
    fn a_given_build_id_is_checked() {
        for text in ["1", "v1.2.3+4", "feature/x@4f2a", "a".repeat(128).as_str()] {
            assert_eq!(BuildId::new(text).unwrap().to_string(), text);
        }
        for text in ["", "a b", "ä", "a\n", "$(x)", "a".repeat(129).as_str()] {
            assert_eq!(BuildId::new(text), Err(InvalidBuildId(text.to_owned())));
        }
    }
}
