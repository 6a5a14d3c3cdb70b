//! The names that the template, packages, pipelines and commands share.

use std::collections::BTreeMap;

use sparta_schema::tag;
pub use sparta_schema::tag::TagError;

/// The parameter for the S3 bucket that holds the code archive.
pub const CODE_BUCKET: &str = "CodeBucket";
/// The parameter for the S3 key of the code archive.
pub const CODE_KEY: &str = "CodeKey";
/// The property of roles and users that bounds them, and the template's parameter that it comes from.
pub const PERMISSIONS_BOUNDARY: &str = "PermissionsBoundary";
/// The parameter for the digest of the settings that functions read from Parameter Store.
pub const SETTINGS_DIGEST: &str = "SettingsDigest";
/// The parameter for the way that traffic moves to new code.
pub const TRAFFIC_SHIFTING: &str = "TrafficShifting";
/// The parameter for the function that runs before new code takes over.
pub const MIGRATION_FUNCTION: &str = "MigrationFunction";
/// The parameters of a service's template that are Sparta's own.
pub const OWN_PARAMETERS: [&str; 6] =
    [CODE_BUCKET, CODE_KEY, MIGRATION_FUNCTION, PERMISSIONS_BOUNDARY, SETTINGS_DIGEST, TRAFFIC_SHIFTING];
/// The variable that says which settings a function reads from Parameter Store.
pub const STORED_SETTINGS: &str = "SPARTA_SETTINGS";

/// The parameter of a pipeline's stack for the ARN of the connection that reads the repository.
pub const CONNECTION_ARN: &str = "ConnectionArn";
/// The parameter of a pipeline's stack for the version of the secret that holds GitHub's token.
pub const TOKEN_VERSION: &str = "TokenVersion";
/// The parameter for the account of a pipeline, in the stack that lets it deploy an environment of another account.
pub const PIPELINE_ACCOUNT: &str = "PipelineAccount";
/// The parameter for the bucket with what a pipeline deploys, in the stack that lets it deploy an environment elsewhere.
pub const ARTIFACT_BUCKET: &str = "ArtifactBucket";
/// The parameter for the ARN of the key of that bucket.
pub const ARTIFACT_KEY: &str = "ArtifactKey";

/// The tag that names the App that a stack belongs to.
pub const APP_TAG: &str = "sparta:app";
/// The tag for the version of Sparta that a stack was deployed with.
pub const VERSION_TAG: &str = "sparta:version";
/// The tag for the build that the deployed code is from: the first one that had it.
pub const BUILD_ID_TAG: &str = "sparta:buildId";
/// What the keys of Sparta's own tags begin with.
pub const OWN_TAG_PREFIX: &str = "sparta:";
/// The most tags that a stack has, Sparta's own three among them.
pub const MAX_TAGS: usize = 50;
const OWN_TAGS: usize = 3;

/// What CloudFormation, or a service that it passes a stack's tags on to, refuses in them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum TagMistake {
    #[error("the tag `{key}` cannot be there: {problem}")]
    Refused { key: String, problem: TagError },
    #[error("the tag `{0}` has no value, and CloudFormation wants 1 to 256 characters: give it one")]
    Empty(String),
    #[error("the tag `{0}` begins with `sparta:`, which is for Sparta's own: choose another key")]
    Reserved(String),
    #[error("the tags `{0}` and `{1}` differ in case alone, and IAM takes them for one: remove one")]
    Twice(String, String),
    #[error("there are {count} tags, and 47 are allowed beside Sparta's own three: remove some")]
    TooMany { count: usize },
}

/// What is wrong with the tags of a stack, apart from Sparta's own.
///
/// Every stack has a role, so that what IAM refuses fails it.
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>.
pub fn check_tags<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Vec<TagMistake> {
    let mut mistakes = Vec::new();
    let mut keys: BTreeMap<String, &str> = BTreeMap::new();
    for (key, value) in tags {
        let problem = match tag::check(key, value) {
            Err(problem) => Some(TagMistake::Refused { key: key.to_owned(), problem }),
            Ok(()) if key.starts_with(OWN_TAG_PREFIX) => Some(TagMistake::Reserved(key.to_owned())),
            Ok(()) if value.is_empty() => Some(TagMistake::Empty(key.to_owned())),
            Ok(()) => None,
        };
        mistakes.extend(problem);
        if let Some(other) = keys.insert(key.to_lowercase(), key) {
            mistakes.push(TagMistake::Twice(other.to_owned(), key.to_owned()));
        }
    }
    if keys.len() > MAX_TAGS - OWN_TAGS {
        mistakes.push(TagMistake::TooMany { count: keys.len() });
    }
    mistakes
}

/// The file with the service's template.
pub const TEMPLATE_FILE: &str = "cloudformation.json";
/// The file with the template of the pipeline's stack.
pub const PIPELINE_FILE: &str = "pipeline.json";
/// The file with the OpenAPI document of the service's routes.
pub const OPENAPI_FILE: &str = "openapi.json";
/// The archive of the code.
pub const CODE_ARCHIVE: &str = "code.zip";
/// The folder with what the code archive holds.
pub const CODE_FOLDER: &str = "code";
/// The program that Lambda runs, inside the code archive.
pub const BOOTSTRAP: &str = "bootstrap";
/// The file with the id of the code, beside the [`BOOTSTRAP`]: what functions log at their start.
pub const CODE_ID_FILE: &str = "sparta-code-id";
/// The file with the id of the build, beside the archive: in it, each commit would be another one.
pub const BUILD_ID_FILE: &str = "build-id";
/// What `provision` would send to CloudFormation.
pub const PROVISION_REQUEST_FILE: &str = "provision.request.json";
/// What `provisionPipeline` would send to CloudFormation.
pub const PIPELINE_REQUEST_FILE: &str = "pipeline.request.json";

/// What the keys of an App's code in a bucket begin with.
pub fn code_prefix(app: &str) -> String {
    format!("{app}/code/")
}

/// The file with an environment's template configuration.
pub fn configuration_file(environment: &str) -> String {
    format!("{environment}.json")
}

/// Whether an environment's configuration would take the place of another file. Names that differ only in case are one
/// file on some systems.
pub fn is_reserved_file(file: &str) -> bool {
    [TEMPLATE_FILE, PIPELINE_FILE, OPENAPI_FILE].iter().any(|own| own.eq_ignore_ascii_case(file))
}

/// The artifact with the sources, as the pipeline reads them from the repository.
pub const SOURCE_ARTIFACT: &str = "Source";
/// The artifact with the template and the configuration files.
pub const BUILD_ARTIFACT: &str = "Build";
/// The artifact with the [`CODE_ARCHIVE`].
pub const CODE_ARTIFACT: &str = "Code";
/// The artifact with what the pipeline's own stack is to become, as it was looked at.
pub const UPDATE_ARTIFACT: &str = "Update";
/// The artifact with the program that runs smoke tests: the one that has built the service.
pub const TOOL_ARTIFACT: &str = "Tool";
/// The folder with that program, and what it is called there.
pub const TOOL_FOLDER: &str = "tool";
/// What the program is called that runs smoke tests.
pub const TOOL_FILE: &str = "service";
/// What the artifacts with the outputs of an environment's stack begin with.
pub const OUTPUTS_ARTIFACTS: &str = "Outputs-";
/// The sources of a pull request, which nothing that is delivered is made of.
pub const PULL_REQUEST_ARTIFACT: &str = "PullRequest";
/// What the artifacts with the changes of an environment begin with.
pub const CHANGES_ARTIFACTS: &str = "Changes-";
/// What is deployed of [`BUILD_ARTIFACT`]: a copy that no build can write, and that says where the code is.
pub const RELEASE_ARTIFACT: &str = "Release";
/// The namespace of what the pipeline's source says of the commit; none is called like an artifact.
pub const SOURCE_VARIABLES: &str = "SourceVariables";
