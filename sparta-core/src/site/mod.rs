//! A static site: a folder of files in a bucket, which CloudFront is in front of.

mod bucket;
mod files;
mod provider;
mod state;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use crate::{
    Function, Memory,
    cfn::{LogicalId, Resource, Value, append},
    construct::{Bucket, Construct, Grant},
    contract::CODE_KEY,
    file::{File, FileSource},
    iam::Statement,
    mistake::Problem,
};
use provider::Provider;

/// What everything of it is called.
const NAME: &str = "site";
/// Where its files are in the code archive.
const FOLDER: &str = "sparta-site";
/// What the keys of its files begin with in the bucket.
pub(crate) const PREFIX: &str = "site";
/// The key that says which files are there. CloudFront does not reach it.
const STATE: &str = "site.json";
const INDEX: &str = "index.html";

/// A static site: a folder of the package, in a bucket that only CloudFront reads, with the feature `site`.
///
/// The files travel in the code archive, and a function of the App, `site`, puts them into the bucket while the stack is deployed,
/// those that changed. When the deployment fails, the files of before are there again; when the stack is deleted, bucket and files
/// are. They count as code: the program, all files and all Lambda layers have at most 250 MB.
///
/// Browsers and CloudFront ask for a file again each time that it is needed, which costs little where it did not change.
/// [`immutable`](Self::immutable) is for files that have another name whenever they change. `index.html` is the page of a folder:
/// `/` and `/docs/` are `/index.html` and `/docs/index.html`. Files whose names begin with a dot are left out, all but `.well-known`.
///
/// # Example
///
/// ```
/// use sparta_core::{App, Distribution, Error, Function, Origin, Request, Site, service_fn, trigger::HttpApi};
///
/// let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("hello")));
/// let site = Site::folder("web/dist").immutable("assets/").manifest("api.json");
/// let app = App::new("Shop")
///     .function(api.trigger(HttpApi::any("/api/{path+}")))
///     .distribution(Distribution::new(Origin::site(site)).path("/api/*", Origin::http_api()));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Site {
    folder: PathBuf,
    pub(crate) single_page: bool,
    pub(crate) not_found: Option<String>,
    immutable: Vec<String>,
    manifest: Option<String>,
    values: BTreeMap<String, Value>,
}

/// What is wrong with a [`Site`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SiteMistake {
    /// A file that cannot be in a site.
    #[error(
        "the site cannot have a file `{0}`: expected is a path such as `docs/api.json`, without a `/` at its beginning"
    )]
    File(String),
    /// A prefix that no file has.
    #[error(
        "no file of the site begins like the prefix `{0}`: expected is one such as `assets/`, without a `/` at its beginning"
    )]
    Prefix(String),
    /// Values without a file that they are in.
    #[error("the site has values and no manifest that they are in: add `.manifest(\"api.json\")`")]
    NoManifest,
    /// Nothing is missing from a site with a single page.
    #[error(
        "the site answers every path with its single page, so that none is not found: remove `.single_page()` or `.not_found(..)`"
    )]
    NeverMissing,
}

impl Site {
    /// The files of a folder, below that of the package's `Cargo.toml`. It has an `index.html`. Files are read when the service is
    /// packaged, so that [`App::before_build`](crate::App::before_build) can make them.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self {
            folder: path.into(),
            single_page: false,
            not_found: None,
            immutable: Vec::new(),
            manifest: None,
            values: BTreeMap::new(),
        }
    }

    /// Files under this prefix, such as `assets/`, never change under the name that they have: browsers and CloudFront keep them for
    /// a year. They stay until the next deployment that changes the site, for pages that are open.
    pub fn immutable(mut self, prefix: impl Into<String>) -> Self {
        self.immutable.push(prefix.into());
        self
    }

    /// Adds a file of JSON that says where the APIs of the stack are: an object with the outputs `HttpApiUrl`, `RestApiUrl` and
    /// `WebSocketUrl`, those that there are. Everybody can read it.
    pub fn manifest(mut self, file: impl Into<String>) -> Self {
        self.manifest = Some(file.into());
        self
    }

    /// Adds a value to the [`manifest`](Self::manifest): a setting, an attribute of a resource. Everybody can read it.
    pub fn value(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.values.insert(name.into(), value.into());
        self
    }

    /// Answers with `/index.html` wherever the last part of a path has no dot, for an application that finds its own pages.
    pub fn single_page(mut self) -> Self {
        self.single_page = true;
        self
    }

    /// The page for what is not there, such as `404.html`. CloudFront has one for all that it is in front of, so that the site is
    /// alone then.
    pub fn not_found(mut self, page: impl Into<String>) -> Self {
        self.not_found = Some(page.into());
        self
    }

    pub(crate) fn bucket() -> Bucket {
        Bucket::new(NAME).delete_with_stack()
    }

    /// Its files, for the code archive.
    pub(crate) fn files(&self) -> File {
        let needed = [INDEX.to_owned()].into_iter().chain(self.not_found.clone()).collect();
        File::new(FOLDER.to_owned(), FileSource::folder(self.folder.clone(), needed))
    }

    /// What puts its files into the bucket.
    pub(crate) fn function(&self) -> Function {
        let provider = Provider { immutable: self.immutable.clone(), manifest: self.manifest.clone() };
        let objects = |keys: &str| append(&Self::bucket().id().attribute("Arn"), keys);
        let files = Statement::allow(["s3:DeleteObject", "s3:PutObject"]).on(objects(&format!("/{PREFIX}/*")));
        let state = Statement::allow(["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]);
        Function::custom_resource(NAME, provider)
            .description("Puts the files of the site into their bucket")
            .memory(Memory::mb(1024))
            .timeout(Duration::from_secs(900))
            .uses(Grant::new(Self::bucket(), [files, state.on(objects(&format!("/{STATE}")))]))
    }

    /// The resource that is provided by that function. Another code archive is another value of it, so that CloudFormation has the
    /// function look at its files again.
    pub(crate) fn resource(&self, outputs: impl Iterator<Item = (String, Value)>) -> Resource {
        let code = LogicalId::of_words([CODE_KEY]).reference();
        let resource = Function::handle(NAME).custom_resource("Site").property("Code", code);
        let values: BTreeMap<String, Value> = outputs.chain(self.values.clone()).collect();
        match &self.manifest {
            Some(_) => resource.property("Manifest", Value::Map(values)),
            None => resource,
        }
    }

    /// What is wrong with it, whatever else is in the App.
    pub(crate) fn check(&self) -> Vec<Problem> {
        let named = self.manifest.iter().chain(&self.not_found);
        let files = named.filter(|file| !is_path(file)).map(|file| SiteMistake::File(file.clone()));
        let prefixes = self.immutable.iter().filter(|prefix| !is_path(prefix.strip_suffix('/').unwrap_or(prefix)));
        let no_manifest = !self.values.is_empty() && self.manifest.is_none();
        files
            .chain(prefixes.map(|prefix| SiteMistake::Prefix(prefix.clone())))
            .chain(no_manifest.then_some(SiteMistake::NoManifest))
            .chain((self.single_page && self.not_found.is_some()).then_some(SiteMistake::NeverMissing))
            .map(Problem::from)
            .collect()
    }
}

fn is_path(path: &str) -> bool {
    path.split('/').all(|name| !matches!(name, "" | "." | "..")) && !path.chars().any(char::is_control)
}
