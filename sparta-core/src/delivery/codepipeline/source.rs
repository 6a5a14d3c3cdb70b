//! What the pipeline reads, and what starts it.

use super::{
    Source, event, id,
    roles::{action_role, artifacts as objects},
    stages::{artifacts, role},
};
use crate::{
    Push, Repository, RepositoryHost, SourceLocation, attribute,
    cfn::{LogicalId, Output, Parameter, Resource, Template, Value, join, part, sub},
    contract::{CONNECTION_ARN, SOURCE_ARTIFACT, SOURCE_VARIABLES, TOKEN_VERSION},
    delivery::{DeliveryMistake, Plan},
    iam::{REGION, Statement},
    pipeline::{CONNECTION_PATTERN, Patterns},
    property, resource,
};

/// The commit of an execution.
const COMMIT: &str = "#{SourceVariables.CommitId}";

/// The most characters of a connection's name.
const LONGEST_NAME: usize = 32;

/// How the sources are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader<'a> {
    /// Through a connection that the stack has, to this provider.
    OwnConnection(&'static str),
    /// Through a connection whose ARN is a parameter.
    Connection,
    /// With a token of GitHub in the secret of this name.
    Token(&'a str),
    /// From a repository of CodeCommit.
    CodeCommit(&'a str),
    /// From an object in a bucket.
    S3 {
        /// The bucket.
        bucket: &'a str,
        /// The object's key.
        key: &'a str,
    },
}

impl<'a> Reader<'a> {
    pub(super) fn of(plan: &Plan<'a>, source: Source<'a>) -> Self {
        let repository = match plan.location {
            SourceLocation::Repository(repository) => repository,
            SourceLocation::CodeCommit { repository } => return Self::CodeCommit(repository),
            SourceLocation::S3 { bucket, key } => return Self::S3 { bucket, key },
        };
        match (source, plan.pipeline.connection_arn(), repository.host().provider_type()) {
            (Source::OAuth { secret_name }, ..) => Self::Token(secret_name),
            (Source::Connection, None, Some(provider)) => Self::OwnConnection(provider),
            (Source::Connection, ..) => Self::Connection,
        }
    }

    /// The role of the source's action, where it has one.
    pub(super) fn role(self) -> Option<LogicalId> {
        let has_role = !matches!(self, Self::Token(_));
        has_role.then(|| id("SourceRole"))
    }

    pub(super) fn connection_arn(self) -> Option<Value> {
        match self {
            Self::OwnConnection(provider) => {
                Some(attribute!(AWS::CodeConnections::Connection, connection_id(provider), "ConnectionArn"))
            }
            Self::Connection => Some(id(CONNECTION_ARN).reference()),
            Self::Token(_) | Self::CodeCommit(_) | Self::S3 { .. } => None,
        }
    }

    /// What the role of the source's action has to be allowed besides writing the artifact.
    fn statements(self) -> Vec<Statement> {
        let use_connection = ["codeconnections:UseConnection", "codestar-connections:UseConnection"];
        match self {
            Self::OwnConnection(_) | Self::Connection => {
                self.connection_arn().into_iter().map(|arn| Statement::allow(use_connection).on(arn)).collect()
            }
            Self::Token(_) => Vec::new(),
            Self::CodeCommit(repository) => vec![event::read_codecommit(repository)],
            Self::S3 { bucket, key } => event::read_s3(bucket, key).into(),
        }
    }
}

/// Each provider has an id of its own: another one is another connection, and never takes the place of one that was authorised.
fn connection_id(provider: &str) -> LogicalId {
    id(&format!("{provider}Connection"))
}

/// What is in the stack because of its source, apart from the pipeline itself.
pub(super) fn add(plan: &Plan<'_>, reader: Reader<'_>, template: &mut Template) {
    match reader {
        Reader::OwnConnection(provider) => {
            let connection = resource!(AWS::CodeConnections::Connection {
                ConnectionName: (connection_name(plan, provider)),
                ProviderType: (provider),
            });
            template.resource(connection_id(provider), connection.delete());
        }
        Reader::Connection => {
            let arn = Parameter {
                default: plan.pipeline.connection_arn().map(str::to_owned),
                allowed_pattern: Some(CONNECTION_PATTERN.to_owned()),
                ..Parameter::string("ARN of the CodeConnections connection that reads the repository")
            };
            template.parameter(id(CONNECTION_ARN), arn);
        }
        Reader::CodeCommit(repository) => event::add(plan, event::of_codecommit(plan, repository), template),
        Reader::S3 { bucket, key } => event::add(plan, event::of_s3(bucket, key), template),
        Reader::Token(_) => {
            // Without it, CloudFormation would not see that the token is another.
            let version =
                Parameter::string("Version of the secret that holds GitHub's token; the current one if empty");
            template.parameter(id(TOKEN_VERSION), Parameter { default: Some(String::new()), ..version });
            template.resource(id("WebhookSecret"), webhook_secret());
            template.resource(id("Webhook"), webhook(plan));
        }
    }
    if let Some(role) = reader.role() {
        let statements = [objects(plan, &[], &[SOURCE_ARTIFACT]), reader.statements()].concat();
        template.resource(role, action_role("Reads the source", &statements));
    }
    if let (Reader::OwnConnection(_), Some(arn)) = (reader, reader.connection_arn()) {
        let about = "ARN of the connection, which somebody has to authorise once";
        template.output(id(CONNECTION_ARN), Output::new(about, arn));
    }
}

/// Names are unique in an account, in all of its regions, so that it ends with a part of the stack's own id. None of it changes
/// as long as there is the stack.
fn connection_name(plan: &Plan<'_>, provider: &str) -> Value {
    let uuid = part(&part(&Value::pseudo("AWS::StackId"), '/', 2), '-', 0);
    let rest = LONGEST_NAME - "--01234567".len() - provider.len();
    let pipeline = plan.name.get(..rest).unwrap_or(&plan.name).trim_end_matches('-');
    join("-", [pipeline.into(), provider.into(), uuid])
}

/// What cannot be read that way.
pub(super) fn check(plan: &Plan<'_>, source: Source<'_>) -> Vec<DeliveryMistake> {
    if source == Source::Connection {
        return Vec::new();
    }
    let pushes = (!plan.pipeline.pushes().is_empty()).then_some(DeliveryMistake::PushesOfToken);
    let pull_requests = plan.pipeline.declared_pull_requests().map(|_| DeliveryMistake::PullRequestsOfToken);
    let elsewhere = match (plan.location.repository(), plan.location.service()) {
        (Some(repository), _) if repository.host() == RepositoryHost::GitHub => None,
        (Some(repository), _) => Some(DeliveryMistake::Token(repository.host().title())),
        (None, service) => service.map(|[service, _]| DeliveryMistake::TokenOfService(service)),
    };
    pushes.into_iter().chain(pull_requests).chain(elsewhere).collect()
}

/// What an execution is about, in the words of an approval.
pub(super) fn revision(plan: &Plan<'_>) -> String {
    match plan.location {
        SourceLocation::S3 { .. } => format!("version #{{{SOURCE_VARIABLES}.VersionId}}"),
        SourceLocation::Repository(_) | SourceLocation::CodeCommit { .. } => format!("commit {COMMIT}"),
    }
}

/// The page of what an execution is about, where it has one.
pub(super) fn page(plan: &Plan<'_>) -> Option<Value> {
    match plan.location {
        SourceLocation::Repository(repository) => Some(repository.commit_page(COMMIT).into()),
        SourceLocation::CodeCommit { repository } => {
            let console = format!("https://{REGION}.console.aws.amazon.com/codesuite/codecommit");
            Some(sub(format!("{console}/repositories/{repository}/commit/{COMMIT}?region={REGION}")))
        }
        SourceLocation::S3 { .. } => None,
    }
}

/// The action of the first stage.
pub(super) fn read(plan: &Plan<'_>, reader: Reader<'_>) -> Value {
    let (owner, provider) = match reader {
        Reader::OwnConnection(_) | Reader::Connection => ("AWS", "CodeStarSourceConnection"),
        Reader::Token(_) => ("ThirdParty", "GitHub"),
        Reader::CodeCommit(_) => ("AWS", "CodeCommit"),
        Reader::S3 { .. } => ("AWS", "S3"),
    };
    property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "Source",
        ActionTypeId: { Category: "Source", Owner: (owner), Provider: (provider), Version: "1" },
        Configuration: (configuration(plan, reader)),
        Namespace: (SOURCE_VARIABLES),
        OutputArtifacts: (artifacts([SOURCE_ARTIFACT])),
        RoleArn: (reader.role().map(|_| role("SourceRole"))),
        RunOrder: 1,
    })
}

fn configuration(plan: &Plan<'_>, reader: Reader<'_>) -> Value {
    let branch = plan.pipeline.source_branch();
    let repository = plan.location.repository();
    match reader {
        Reader::OwnConnection(_) | Reader::Connection => {
            property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
                ConnectionArn: (reader.connection_arn()),
                FullRepositoryId: (repository.map(Repository::full_name)),
                BranchName: (branch),
                // A trigger takes the place of that.
                DetectChanges: (if plan.pipeline.pushes().is_empty() { "true" } else { "false" }),
                OutputArtifactFormat: "CODE_ZIP",
            })
        }
        Reader::Token(secret_name) => property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
            Owner: (repository.map(Repository::owner)),
            Repo: (repository.map(Repository::name)),
            Branch: (branch),
            OAuthToken: (token(secret_name)),
            PollForSourceChanges: "false",
        }),
        Reader::CodeCommit(name) => property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
            RepositoryName: (name),
            BranchName: (branch),
            PollForSourceChanges: "false",
            OutputArtifactFormat: "CODE_ZIP",
        }),
        Reader::S3 { bucket, key } => property!(AWS::CodePipeline::Pipeline.Stages[].Actions[].Configuration {
            S3Bucket: (bucket),
            S3ObjectKey: (key),
            PollForSourceChanges: "false",
        }),
    }
}

/// The pushes that start it, where they are not all pushes to its branch.
pub(super) fn trigger(plan: &Plan<'_>) -> Option<Vec<Value>> {
    let pushes: Vec<Value> = plan.pipeline.pushes().iter().map(push).collect();
    let trigger = || {
        property!(AWS::CodePipeline::Pipeline.Triggers[] {
            ProviderType: "CodeStarSourceConnection",
            GitConfiguration: { SourceActionName: "Source", Push: (pushes.clone()) },
        })
    };
    (!pushes.is_empty()).then(|| vec![trigger()])
}

fn push(push: &Push) -> Value {
    property!(AWS::CodePipeline::Pipeline.Triggers[].GitConfiguration.Push[] {
        Branches: (push.branch_patterns().map(patterns)),
        FilePaths: (push.path_patterns().map(patterns)),
        Tags: (push.tag_patterns().map(patterns)),
    })
}

fn patterns(patterns: &Patterns) -> Value {
    let some = |list: &Vec<String>| Some(list.clone()).filter(|list| !list.is_empty());
    property!(AWS::CodePipeline::Pipeline.Triggers[].GitConfiguration.Push[].Branches {
        Includes: (some(&patterns.includes)),
        Excludes: (some(&patterns.excludes)),
    })
}

/// CloudFormation looks it up when it deploys the pipeline; neither the template nor its parameters hold the token.
fn token(secret_name: &str) -> Value {
    sub(format!("{{{{resolve:secretsmanager:{secret_name}:SecretString:::${{{TOKEN_VERSION}}}}}}}"))
}

/// What GitHub signs with what it tells: made by AWS, and known to nobody.
fn webhook_secret() -> Resource {
    let generated = resource!(AWS::SecretsManager::Secret {
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    });
    generated.delete()
}

/// GitHub tells of each push, so that nothing has to poll.
fn webhook(plan: &Plan<'_>) -> Resource {
    let branch = plan.pipeline.source_branch();
    resource!(AWS::CodePipeline::Webhook {
        Authentication: "GITHUB_HMAC",
        AuthenticationConfiguration: { SecretToken: (sub("{{resolve:secretsmanager:${WebhookSecret}}}")) },
        Filters: [{ JsonPath: "$.ref", MatchEquals: (format!("refs/heads/{branch}")) }],
        RegisterWithThirdParty: true,
        TargetAction: "Source",
        TargetPipeline: (id("Pipeline").reference()),
        TargetPipelineVersion: 1,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{
        super::{Source, tests::guided},
        *,
    };
    use crate::{Pipeline, RepositoryHost};

    const ARN: &str = "arn:aws:codeconnections:eu-west-1:123456789012:connection/11111111-2222-3333-4444-555555555555";

    fn stack(pipeline: &Pipeline) -> Json {
        serde_json::from_str(&guided(pipeline, Source::Connection).to_json()).unwrap()
    }

    /// What the source's action reads through, and what its role may use.
    fn connection(stack: &Json) -> [&Json; 2] {
        let action = &stack["Resources"]["Pipeline"]["Properties"]["Stages"][0]["Actions"][0];
        let role = &stack["Resources"]["SourceRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
        let uses = role.as_array().unwrap().iter().find(|it| it["Action"][0] == "codeconnections:UseConnection");
        [&action["Configuration"]["ConnectionArn"], &uses.unwrap()["Resource"]]
    }

    #[test]
    fn without_a_connection_the_stack_has_one_of_its_hosts_kind() {
        for (pipeline, provider) in [
            (Pipeline::github("https://github.com/acme/hello-pipeline"), "GitHub"),
            (Pipeline::gitlab("https://gitlab.com/acme/hello-pipeline"), "GitLab"),
            (Pipeline::bitbucket("https://bitbucket.org/acme/hello-pipeline"), "Bitbucket"),
            (Pipeline::azure_devops("https://dev.azure.com/acme/web/_git/hello-pipeline"), "AzureDevOps"),
        ] {
            assert_eq!(Source::Connection.lacks(&pipeline), None);
            let id = format!("{provider}Connection");
            let own = json!({"Fn::GetAtt": [id, "ConnectionArn"]});
            let stack = stack(&pipeline.name("p".repeat(100)));
            assert_eq!(connection(&stack), [&own, &own]);
            assert_eq!(stack["Outputs"]["ConnectionArn"]["Value"], own);
            assert_eq!(stack["Parameters"]["ConnectionArn"], Json::Null);
            let resource = &stack["Resources"][id];
            assert_eq!(
                (&resource["Type"], &resource["DeletionPolicy"]),
                (&json!("AWS::CodeConnections::Connection"), &json!("Delete"))
            );
            assert_eq!(resource["Properties"]["ProviderType"], provider);
            let [pipeline, of, uuid] = &resource["Properties"]["ConnectionName"]["Fn::Join"][1].as_array().unwrap()[..]
            else {
                panic!("{resource}")
            };
            assert_eq!(
                (of.as_str(), pipeline.as_str().unwrap().len() + provider.len() + "--01234567".len()),
                (Some(provider), 32)
            );
            let stack_id = json!({"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]});
            assert_eq!(*uuid, json!({"Fn::Select": [0, {"Fn::Split": ["-", stack_id]}]}));
        }
    }

    #[test]
    fn one_that_is_given_is_a_parameter() {
        let given = stack(&Pipeline::github("https://github.com/acme/hello-pipeline").connection(ARN));
        assert_eq!(given["Parameters"]["ConnectionArn"]["Default"], ARN);
        let parameter = json!({"Ref": "ConnectionArn"});
        assert_eq!(connection(&given), [&parameter, &parameter]);
        assert_eq!(given["Resources"]["GitHubConnection"], Json::Null);
    }

    #[test]
    fn a_host_of_ones_own_needs_one() {
        let own = Pipeline::at(RepositoryHost::GitLabSelfManaged, "https://git.acme.example/web/orders");
        let lacks = Source::Connection.lacks(&own);
        assert_eq!(lacks, Some(DeliveryMistake::NoConnection("GitLab self-managed")));
        assert_eq!(Source::Connection.lacks(&own.clone().connection(ARN)), None);
        // `--connection` may still give it.
        let stack = stack(&own);
        assert_eq!(stack["Parameters"]["ConnectionArn"]["Default"], Json::Null);
        assert_eq!(connection(&stack)[0], &json!({"Ref": "ConnectionArn"}));
    }
}
