//! Repositories, from their URLs.

use std::str::FromStr;

/// Who hosts a repository.
///
/// See <https://docs.aws.amazon.com/dtconsole/latest/userguide/supported-versions-connections.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RepositoryHost {
    /// github.com.
    #[default]
    GitHub,
    /// GitHub Enterprise Server.
    GitHubEnterpriseServer,
    /// gitlab.com.
    GitLab,
    /// A GitLab of one's own.
    GitLabSelfManaged,
    /// bitbucket.org.
    Bitbucket,
    /// dev.azure.com, whose repositories are in a project of an organization.
    AzureDevOps,
}

/// A repository, and the branch that its URL names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    host: RepositoryHost,
    address: String,
    owner: String,
    name: String,
    branch: Option<String>,
}

impl RepositoryHost {
    /// The one of a URL, as far as it is known by its address; else [`GitHub`](Self::GitHub).
    pub fn of(url: &str) -> Self {
        let url = url.trim();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split(['/', ':']).next().unwrap_or_default();
        let address = authority.rsplit('@').next().unwrap_or_default();
        let is_own = |host: &Self| host.address().is_some_and(|own| host.is_at(own, address));
        [Self::GitLab, Self::Bitbucket, Self::AzureDevOps].into_iter().find(is_own).unwrap_or_default()
    }

    /// The one address that it has.
    fn address(self) -> Option<&'static str> {
        match self {
            Self::GitHub => Some("github.com"),
            Self::GitLab => Some("gitlab.com"),
            Self::Bitbucket => Some("bitbucket.org"),
            Self::AzureDevOps => Some("dev.azure.com"),
            Self::GitHubEnterpriseServer | Self::GitLabSelfManaged => None,
        }
    }

    /// Whether an address is its own; Azure DevOps has another one for SSH.
    fn is_at(self, own: &str, address: &str) -> bool {
        let plain = match self {
            Self::AzureDevOps => address.strip_prefix("ssh.").unwrap_or(address),
            _ => address,
        };
        own.eq_ignore_ascii_case(plain)
    }

    /// What stands between repository and branch in the URL of a page.
    fn branch_page(self) -> &'static str {
        match self {
            Self::GitHub | Self::GitHubEnterpriseServer => "/tree/",
            Self::GitLab | Self::GitLabSelfManaged => "/-/tree/",
            Self::Bitbucket => "/src/",
            Self::AzureDevOps => "?version=GB",
        }
    }

    /// What stands between repository and commit in the URL of a page.
    fn commit_page(self) -> &'static str {
        match self {
            Self::GitHub | Self::GitHubEnterpriseServer | Self::AzureDevOps => "/commit/",
            Self::GitLab | Self::GitLabSelfManaged => "/-/commit/",
            Self::Bitbucket => "/commits/",
        }
    }

    /// Whether the owner may be a group in a group.
    fn has_groups(self) -> bool {
        matches!(self, Self::GitLab | Self::GitLabSelfManaged)
    }

    fn forms(self) -> String {
        if self == Self::AzureDevOps {
            let page = "https://dev.azure.com/ORGANIZATION/PROJECT/_git/NAME";
            return format!(
                "`{page}`, `{page}?version=GBBRANCH` or `git@ssh.dev.azure.com:v3/ORGANIZATION/PROJECT/NAME`"
            );
        }
        let (address, branch) = (self.address().unwrap_or("HOST"), self.branch_page());
        let page = format!("https://{address}/OWNER/NAME");
        format!(
            "`{page}`, `{page}{branch}BRANCH`, `git@{address}:OWNER/NAME.git` or `ssh://git@{address}/OWNER/NAME.git`"
        )
    }

    /// CodeConnections' name for it, where a connection needs nothing besides: a host of one's own is set up first.
    ///
    /// See <https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html>.
    pub fn provider_type(self) -> Option<&'static str> {
        match self {
            Self::GitHub => Some("GitHub"),
            Self::GitLab => Some("GitLab"),
            Self::Bitbucket => Some("Bitbucket"),
            Self::AzureDevOps => Some("AzureDevOps"),
            Self::GitHubEnterpriseServer | Self::GitLabSelfManaged => None,
        }
    }

    /// What AWS calls it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitHubEnterpriseServer => "GitHub Enterprise Server",
            Self::GitLab => "GitLab",
            Self::GitLabSelfManaged => "GitLab self-managed",
            Self::Bitbucket => "Bitbucket",
            Self::AzureDevOps => "Azure DevOps",
        }
    }
}

impl Repository {
    /// Reads the URL of a page of this host, or of a clone.
    ///
    /// # Errors
    ///
    /// When it is neither, or carries credentials.
    pub fn at(host: RepositoryHost, url: &str) -> Result<Self, RepositoryError> {
        let url = url.trim();
        let Place { address, path, is_page } = place(host, url)?;
        read(host, address, path, is_page).ok_or_else(|| RepositoryError::form(host, url))
    }

    /// Who hosts it.
    pub fn host(&self) -> RepositoryHost {
        self.host
    }

    /// The user or organization; on GitLab the group, with those that it is in, and on Azure DevOps the project in its organization.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's name, without its owner.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The branch that the URL names.
    pub fn branch(&self) -> Option<&str> {
        self.branch.as_deref()
    }

    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The host's address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Where it is cloned from, as CodeBuild has it.
    pub(crate) fn clone_url(&self) -> String {
        format!("https://{}/{}.git", self.address, self.full_name())
    }

    /// The page of a commit.
    pub(crate) fn commit_page(&self, commit: &str) -> String {
        if self.host == RepositoryHost::AzureDevOps {
            return format!("https://{}/{}/_git/{}/commit/{commit}", self.address, self.owner, self.name);
        }
        format!("https://{}/{}{}{commit}", self.address, self.full_name(), self.host.commit_page())
    }
}

impl FromStr for Repository {
    type Err = RepositoryError;

    /// Reads the URL of a page on GitHub, GitLab, Bitbucket or Azure DevOps, or of a clone.
    ///
    /// # Errors
    ///
    /// When it is neither, or carries credentials.
    fn from_str(url: &str) -> Result<Self, RepositoryError> {
        Self::at(RepositoryHost::of(url), url)
    }
}

/// Where a URL leads: what comes after the host, and whether it can be a page with a branch.
struct Place<'a> {
    address: &'a str,
    path: &'a str,
    is_page: bool,
}

fn place(host: RepositoryHost, url: &str) -> Result<Place<'_>, RepositoryError> {
    let form = || RepositoryError::form(host, url);
    let is_own = |address: &str| match host.address() {
        Some(own) => host.is_at(own, address),
        None => is_domain(address),
    };
    if let Some((address, path)) = url.strip_prefix("git@").and_then(|rest| rest.split_once(':')) {
        return if is_own(address) { Ok(Place { address, path, is_page: false }) } else { Err(form()) };
    }
    let (scheme, rest) = url.split_once("://").ok_or_else(form)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, address) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    match (scheme, user) {
        ("https", None) | ("ssh", Some("git")) if is_own(address) => {
            Ok(Place { address, path, is_page: scheme == "https" })
        }
        // Azure DevOps offers URLs with the organization as the user.
        ("https", Some(user)) if is_organization(host, user, path) && is_own(address) => {
            Ok(Place { address, path, is_page: false })
        }
        (_, Some(user)) if scheme != "ssh" || user != "git" => Err(RepositoryError::Credentials { host }),
        _ => Err(form()),
    }
}

fn is_organization(host: RepositoryHost, user: &str, path: &str) -> bool {
    host == RepositoryHost::AzureDevOps && path.split('/').next() == Some(user)
}

fn is_domain(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.contains('.') && text.split('.').all(part)
}

fn read(host: RepositoryHost, address: &str, path: &str, is_page: bool) -> Option<Repository> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let (path, branch) = match path.split_once(host.branch_page()) {
        // A page's URL encodes what a branch may hold beyond these characters; `.branch(...)` takes all.
        Some((path, branch)) if is_page && is_branch(branch) && !branch.contains(['%', '#']) => (path, Some(branch)),
        Some(_) => return None,
        None => (path, None),
    };
    let (owner, name) = path.rsplit_once('/')?;
    let owner = if host == RepositoryHost::AzureDevOps { project(owner, address)? } else { owner };
    let name = name.strip_suffix(".git").unwrap_or(name);
    let known = |text: &str, more: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let group = |group: &str| !group.is_empty() && !group.starts_with(['-', '.']) && known(group, "-_.");
    let owned = match host.has_groups() {
        true => owner.split('/').all(group),
        false if host == RepositoryHost::AzureDevOps => owner.split('/').all(group) && owner.split('/').count() == 2,
        false => !owner.is_empty() && !owner.starts_with('-') && known(owner, "-_"),
    };
    let named = !matches!(name, "" | "." | "..") && name.len() <= 100 && known(name, "-_.");
    let repository = || Repository {
        host,
        address: host.address().map_or_else(|| address.to_ascii_lowercase(), str::to_owned),
        owner: owner.to_owned(),
        name: name.to_owned(),
        branch: branch.map(str::to_owned),
    };
    (owned && named).then(repository)
}

/// Organization and project on Azure DevOps, which are written otherwise in pages than for SSH.
fn project<'a>(owner: &'a str, address: &str) -> Option<&'a str> {
    match address.to_ascii_lowercase().starts_with("ssh.") {
        true => owner.strip_prefix("v3/"),
        false => owner.strip_suffix("/_git"),
    }
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

/// Why a URL is not a [`Repository`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// It has another form than the host's URLs have.
    #[error("{} is not a URL of {}: expected {}", shown(.url.as_deref()), .host.title(), .host.forms())]
    Form {
        /// Whose URL was expected.
        host: RepositoryHost,
        /// The URL, unless something in it could be a secret.
        url: Option<String>,
    },
    /// It carries a user name or token, which is not repeated here.
    #[error(
        "the repository's URL carries credentials, which would end up in templates and logs: expected {}; \
         give a token with `provisionPipeline --oauth`, or better use `--connection`", .host.forms()
    )]
    Credentials {
        /// Whose URL was expected.
        host: RepositoryHost,
    },
}

fn shown(url: Option<&str>) -> String {
    url.map_or("what is given as the repository".to_owned(), |url| format!("`{url}`"))
}

impl RepositoryError {
    fn form(host: RepositoryHost, url: &str) -> Self {
        let shown = url.strip_prefix("ssh://git@").or(url.strip_prefix("git@")).unwrap_or(url);
        let harmless = shown.contains(['/', ' ']) && !shown.contains(['@', '?', '#', '%']) || shown.is_empty();
        Self::Form { host, url: harmless.then(|| url.to_owned()) }
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
            "https://gitea.com/acme/hello",
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
            "git@gitea.com:acme/hello.git",
            "ssh://github.com/acme/hello.git",
            "/home/me/hello",
        ];
        for url in others {
            let error = url.parse::<Repository>().unwrap_err();
            assert!(matches!(error, RepositoryError::Form { .. }), "{url}: {error:?}");
            assert!(error.to_string().contains("`https://github.com/OWNER/NAME/tree/BRANCH`"), "{url}: {error}");
        }
        let error = "https://gitea.com/acme/hello".parse::<Repository>().unwrap_err().to_string();
        assert!(error.starts_with("`https://gitea.com/acme/hello` is not a URL of GitHub: "), "{error}");
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
            "https://me:s3cr3t@dev.azure.com/acme/web/_git/hello",
            "https://s3cr3t@dev.azure.com/acme/web/_git/hello",
        ];
        for url in urls {
            let error = url.parse::<Repository>().unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cr3t"), "{url}: {error}");
        }
    }

    #[test]
    fn other_hosts_have_their_own_pages() {
        use RepositoryHost::*;
        let none = None;
        for (host, url, full_name, branch, commit) in [
            (
                GitLab,
                "https://gitlab.com/acme/web/hello",
                "acme/web/hello",
                none,
                "https://gitlab.com/acme/web/hello/-/commit/1",
            ),
            (
                GitLab,
                "https://gitlab.com/acme/hello/-/tree/feature/x",
                "acme/hello",
                Some("feature/x"),
                "https://gitlab.com/acme/hello/-/commit/1",
            ),
            (
                GitLab,
                "git@gitlab.com:acme/web/hello.git",
                "acme/web/hello",
                none,
                "https://gitlab.com/acme/web/hello/-/commit/1",
            ),
            (
                Bitbucket,
                "https://bitbucket.org/acme/hello/src/main",
                "acme/hello",
                Some("main"),
                "https://bitbucket.org/acme/hello/commits/1",
            ),
            (
                AzureDevOps,
                "https://dev.azure.com/acme/web/_git/hello",
                "acme/web/hello",
                none,
                "https://dev.azure.com/acme/web/_git/hello/commit/1",
            ),
            (
                AzureDevOps,
                "https://acme@dev.azure.com/acme/web.shop/_git/hello",
                "acme/web.shop/hello",
                none,
                "https://dev.azure.com/acme/web.shop/_git/hello/commit/1",
            ),
            (
                AzureDevOps,
                "https://dev.azure.com/acme/web/_git/hello?version=GBdevelop",
                "acme/web/hello",
                Some("develop"),
                "https://dev.azure.com/acme/web/_git/hello/commit/1",
            ),
            (
                AzureDevOps,
                "git@ssh.dev.azure.com:v3/acme/web/hello",
                "acme/web/hello",
                none,
                "https://dev.azure.com/acme/web/_git/hello/commit/1",
            ),
            (
                GitLabSelfManaged,
                "https://git.acme.example/web/hello",
                "web/hello",
                none,
                "https://git.acme.example/web/hello/-/commit/1",
            ),
            (
                GitHubEnterpriseServer,
                "ssh://git@git.acme.example/web/hello.git",
                "web/hello",
                none,
                "https://git.acme.example/web/hello/commit/1",
            ),
        ] {
            let repository = Repository::at(host, url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!((repository.full_name().as_str(), repository.branch()), (full_name, branch), "{url}");
            assert_eq!(repository.commit_page("1"), commit, "{url}");
            assert_eq!(RepositoryHost::of("https://github.com/acme/gitlab.com"), GitHub);
            if host.address().is_some() {
                assert_eq!(url.parse(), Ok(repository), "{url}");
            }
        }
        for (host, url) in [
            (GitLab, "https://gitlab.com/hello"),
            (GitLab, "https://gitlab.com/acme//hello"),
            (GitLab, "https://gitlab.com/acme/hello/-/tree/"),
            (GitLab, "https://github.com/acme/hello"),
            (Bitbucket, "https://bitbucket.org/acme/web/hello"),
            (AzureDevOps, "https://dev.azure.com/acme/hello"),
            (AzureDevOps, "https://dev.azure.com/acme/web/hello"),
            (AzureDevOps, "https://dev.azure.com/acme/web/shop/_git/hello"),
            (AzureDevOps, "git@ssh.dev.azure.com:acme/web/hello"),
            (GitLabSelfManaged, "https://localhost/acme/hello"),
            (GitHubEnterpriseServer, "https://git.acme.example:8443/acme/hello"),
        ] {
            let error = Repository::at(host, url).unwrap_err();
            assert!(error.to_string().contains(host.title()), "{url}: {error}");
        }
        let secret = Repository::at(GitLabSelfManaged, "https://me:s3cr3t@git.acme.example/acme/hello").unwrap_err();
        assert!(!format!("{secret} {secret:?}").contains("s3cr3t"), "{secret}");
    }
}
