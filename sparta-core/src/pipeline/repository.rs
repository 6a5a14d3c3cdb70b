//! Repositories on GitHub, from their URLs.

use std::str::FromStr;

/// A repository on GitHub, and the branch that its URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
    branch: Option<String>,
}

impl Repository {
    /// The user or organization.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's name, without its owner.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The branch that the URL names with `/tree/...`.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

impl FromStr for Repository {
    type Err = RepositoryError;

    /// Reads the URL of a page on GitHub or of a clone.
    ///
    /// # Errors
    ///
    /// When it is neither, or carries credentials.
    fn from_str(url: &str) -> Result<Self, RepositoryError> {
        let url = url.trim();
        let (path, is_page) = path(url)?;
        read(path, is_page).ok_or_else(|| RepositoryError::form(url))
    }
}

/// What comes after the host, and whether it can be a page with a branch.
fn path(url: &str) -> Result<(&str, bool), RepositoryError> {
    if let Some(path) = url.strip_prefix("git@github.com:") {
        return Ok((path, false));
    }
    let (scheme, rest) = url.split_once("://").ok_or_else(|| RepositoryError::form(url))?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    match (scheme, user) {
        ("https", None) | ("ssh", Some("git")) if host.eq_ignore_ascii_case("github.com") => {
            Ok((path, scheme == "https"))
        }
        (_, Some(user)) if scheme != "ssh" || user != "git" => Err(RepositoryError::Credentials),
        _ => Err(RepositoryError::form(url)),
    }
}

fn read(path: &str, is_page: bool) -> Option<Repository> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut parts = path.splitn(3, '/');
    let (owner, name, rest) = (parts.next()?, parts.next()?, parts.next());
    let name = name.strip_suffix(".git").unwrap_or(name);
    let branch = match rest {
        None => None,
        // A page's URL encodes what a branch may hold beyond these characters; `.branch(...)` takes all.
        Some(rest) if is_page => Some(rest.strip_prefix("tree/").filter(|b| is_branch(b) && !b.contains(['%', '#']))?),
        Some(_) => return None,
    };
    let known = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let owned = !owner.is_empty() && !owner.starts_with('-') && known(owner, "-_");
    let named = !matches!(name, "" | "." | "..") && name.len() <= 100 && known(name, "-_.");
    let repository =
        || Repository { owner: owner.to_owned(), name: name.to_owned(), branch: branch.map(str::to_owned) };
    (owned && named).then(repository)
}

/// Whether git takes `name` for a branch.
///
/// See <https://git-scm.com/docs/git-check-ref-format>.
pub(super) fn is_branch(name: &str) -> bool {
    let refused = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    name.len() <= 250
        && name != "@"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(refused)
        && name.split('/').all(part)
}

const FORMS: &str = "`https://github.com/OWNER/NAME`, `https://github.com/OWNER/NAME/tree/BRANCH`, \
                     `git@github.com:OWNER/NAME.git` or `ssh://git@github.com/OWNER/NAME.git`";

/// Why a URL is not a [`Repository`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// It has another form than GitHub's URLs have.
    #[error("{} is not a URL of GitHub's: expected {FORMS}", shown(.url.as_deref()))]
    Form {
        /// The URL, unless something in it could be a secret.
        url: Option<String>,
    },
    /// It carries a user name or token, which is not repeated here.
    #[error(
        "the repository's URL carries credentials, which would end up in templates and logs: expected {FORMS}; \
         give a token with `provisionPipeline --oauth`, or better use `--connection`"
    )]
    Credentials,
}

fn shown(url: Option<&str>) -> String {
    url.map_or("what is given as the repository".to_owned(), |url| format!("`{url}`"))
}

impl RepositoryError {
    fn form(url: &str) -> Self {
        let shown = url.strip_prefix("ssh://git@").or(url.strip_prefix("git@")).unwrap_or(url);
        let harmless = shown.contains(['/', ' ']) && !shown.contains(['@', '?', '#', '%']) || shown.is_empty();
        Self::Form { url: harmless.then(|| url.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_repository_is_understood() {
        let forms = [
            ("https://github.com/acme/hello-pipeline", None),
            ("https://github.com/acme/hello-pipeline/", None),
            ("https://github.com/acme/hello-pipeline.git", None),
            ("https://github.com/acme/hello-pipeline.git/", None),
            ("https://GitHub.com/acme/hello-pipeline", None),
            (" https://github.com/acme/hello-pipeline\n", None),
            ("https://github.com/acme/hello-pipeline/tree/main", Some("main")),
            ("https://github.com/acme/hello-pipeline/tree/feature/x", Some("feature/x")),
            ("https://github.com/acme/hello-pipeline/tree/feature/x/", Some("feature/x")),
            ("https://github.com/acme/hello-pipeline/tree/tree/tree", Some("tree/tree")),
            ("git@github.com:acme/hello-pipeline.git", None),
            ("git@github.com:acme/hello-pipeline", None),
            ("ssh://git@github.com/acme/hello-pipeline.git", None),
        ];
        for (url, branch) in forms {
            let repository: Repository = url.parse().unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(repository.full_name(), "acme/hello-pipeline", "{url}");
            assert_eq!((repository.owner(), repository.name()), ("acme", "hello-pipeline"));
            assert_eq!(repository.branch(), branch, "{url}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_forms() {
        let others = [
            "",
            "acme/hello",
            "github.com/acme/hello",
            "http://github.com/acme/hello",
            "git://github.com/acme/hello",
            "https://gitlab.com/acme/hello",
            "https://github.com.evil.example/acme/hello",
            "https://github.com",
            "https://github.com/acme",
            "https://github.com/acme/",
            "https://github.com/acme/.git",
            "https://github.com/acme/..",
            "https://github.com//hello",
            "https://github.com/acme//hello",
            "https://github.com/acme/hello/tree",
            "https://github.com/acme/hello/tree/",
            "https://github.com/acme/hello/tree/a..b",
            "https://github.com/acme/hello/tree/a b",
            "https://github.com/acme/hello/tree/a%23b",
            "https://github.com/acme/hello/blob/main/README.md",
            "https://github.com/acme/hello?tab=readme",
            "https://github.com/acme/hello#readme",
            "https://github.com/ac me/hello",
            "https://github.com:443/acme/hello",
            "git@github.com:acme/hello/tree/main",
            "git@gitlab.com:acme/hello.git",
            "ssh://github.com/acme/hello.git",
            "/home/me/hello",
        ];
        for url in others {
            let error = url.parse::<Repository>().unwrap_err();
            assert!(matches!(error, RepositoryError::Form { .. }), "{url}: {error:?}");
            assert!(error.to_string().contains("`https://github.com/OWNER/NAME/tree/BRANCH`"), "{url}: {error}");
        }
        let error = "https://gitlab.com/acme/hello".parse::<Repository>().unwrap_err().to_string();
        assert!(error.starts_with("`https://gitlab.com/acme/hello` is not a URL"), "{error}");
    }

    #[test]
    fn credentials_are_refused_and_never_repeated() {
        let urls = [
            "https://me:s3cr3t@github.com/acme/hello",
            "https://s3cr3t@github.com/acme/hello",
            "https://s3cr3t:x-oauth-basic@github.com/acme/hello.git",
            "http://me:s3cr3t@github.com/acme/hello",
            "ssh://git:s3cr3t@github.com/acme/hello.git",
            "https://me:s3cr3t@gitlab.com/acme/hello",
            "me:s3cr3t@github.com:acme/hello",
            "s3cr3t",
            "https://github.com/acme/hello?access_token=s3cr3t",
        ];
        for url in urls {
            let error = url.parse::<Repository>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{url}: {error}");
        }
    }
}
