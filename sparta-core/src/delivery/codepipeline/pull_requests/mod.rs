//! What builds the pull requests of the pipeline's repository.
//!
//! Whoever opens one decides what its build runs, and a build that reads a repository has the connection's credentials. So
//! there are two projects: one that the webhook starts reads the repository, and runs nothing of it; it hands the sources
//! over to the other, which runs them, and can do nothing but read them and write its log.

#[cfg(test)]
mod tests;

use super::{
    artifacts::{image, key},
    id,
    roles::{self, project_role},
    source::Reader,
};
use crate::{
    PullRequests, RepositoryHost, attribute,
    cfn::{Resource, Template, Value, sub},
    contract::PULL_REQUEST_ARTIFACT,
    delivery::Plan,
    iam::{Arn, Statement},
    pipeline::{Webhook, webhook},
    property, resource,
};

/// What runs where the repository is read: part of the pipeline's stack, so that no pull request changes it.
const HAND_OVER: &str = include_str!("hand_over.sh");

/// What the projects are called, after the stack.
const HANDS_OVER: &str = "pull-requests";
const BUILDS: &str = "pull-request-build";

pub(super) fn add(plan: &Plan<'_>, reader: Reader<'_>, template: &mut Template) {
    let (declared, repository) = (plan.pipeline.declared_pull_requests(), plan.location.repository());
    if let (Some(declared), Some(repository), Some(connection)) = (declared, repository, reader.connection_arn())
        && let Some(webhook) = webhook(repository.host())
    {
        add_projects(plan, declared, &Origin { webhook, url: repository.clone_url(), connection }, template);
    }
}

/// What is there once pull requests are declared, for the role that updates the stack.
pub(super) fn add_later(plan: &Plan<'_>, template: &mut Template) {
    let connection = Reader::OwnConnection("GitHub").connection_arn();
    if let (Some(webhook), Some(connection)) = (webhook(RepositoryHost::GitHub), connection) {
        let origin = Origin { webhook, url: "https://github.com/any/any.git".to_owned(), connection };
        add_projects(plan, &PullRequests::builds(), &origin, template);
    }
}

/// Where pull requests come from.
struct Origin {
    webhook: Webhook,
    url: String,
    connection: Value,
}

fn add_projects(plan: &Plan<'_>, declared: &PullRequests, origin: &Origin, template: &mut Template) {
    for log in ["PullRequestLog", "PullRequestBuildLog"] {
        template.resource(id(log), resource!(AWS::Logs::LogGroup { RetentionInDays: 90 }).delete());
    }
    template.resource(id("PullRequestRole"), hands_over(plan, &origin.connection));
    template.resource(id("PullRequestBuildRole"), builds(plan));
    template.resource(id("PullRequestBuildProject"), build_project(plan, declared));
    // It is refused where its role may not use the connection yet, which takes IAM some seconds.
    template.resource(id("PullRequestProject"), webhook_project(plan, origin).depends_on(id("Pipeline")));
}

/// The ARN of a project, which its role has to know before it exists.
fn project(name: &str) -> Value {
    sub(Arn::new("codebuild", &format!("project/${{AWS::StackName}}-{name}")).to_string())
}

/// The key of the sources, each of whose versions is one build's.
fn source(plan: &Plan<'_>) -> String {
    format!("{}/source.zip", key(plan, PULL_REQUEST_ARTIFACT))
}

fn source_arn(plan: &Plan<'_>) -> Value {
    sub(format!("${{Artifacts.Arn}}/{}", source(plan)))
}

/// It reads the whole repository, so that nothing of a pull request may run as it.
fn hands_over(plan: &Plan<'_>, connection: &Value) -> Resource {
    // CodeBuild reads with what it gets from these, as whoever the project is.
    let reads = ["codeconnections", "codestar-connections"].into_iter().flat_map(|service| {
        ["GetConnection", "GetConnectionToken", "UseConnection"].map(|action| format!("{service}:{action}"))
    });
    let statements = [
        Statement::allow(reads).on(connection.clone()),
        Statement::allow(["s3:PutObject"]).on(source_arn(plan)),
        roles::builds_of(&project(BUILDS)),
        roles::log("PullRequestLog"),
    ];
    project_role("Hands over the sources of pull requests", &project(HANDS_OVER), &statements)
}

fn builds(plan: &Plan<'_>) -> Resource {
    let statements = [
        Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]).on(source_arn(plan)),
        roles::log("PullRequestBuildLog"),
    ];
    project_role("Builds pull requests", &project(BUILDS), &statements)
}

fn webhook_project(plan: &Plan<'_>, Origin { webhook, url, connection }: &Origin) -> Resource {
    let variable = |name: &str, value: Value| property!(AWS::CodeBuild::Project.Environment.EnvironmentVariables[] { Name: (name), Value: (value) });
    let filter = |kind: &str, pattern: &str| property!(AWS::CodeBuild::Project.Triggers.FilterGroups[][] { Type: (kind), Pattern: (pattern) });
    let branch = format!("^refs/heads/{}$", literal(plan.pipeline.source_branch()));
    let group = Value::List(vec![filter("EVENT", webhook.events), filter("BASE_REF", &branch)]);
    resource!(AWS::CodeBuild::Project {
        Name: (sub(format!("${{AWS::StackName}}-{HANDS_OVER}"))),
        Description: (format!("Has pull requests of {} built, and tells how that went; runs nothing of them", plan.app())),
        ServiceRole: (attribute!(AWS::IAM::Role, id("PullRequestRole"), "Arn")),
        Artifacts: { Type: "NO_ARTIFACTS" },
        Source: {
            Type: (webhook.source_type),
            Location: (url),
            Auth: { Type: "CODECONNECTIONS", Resource: (connection.clone()) },
            BuildSpec: (buildspec()),
            GitCloneDepth: 1,
            ReportBuildStatus: true,
        },
        Triggers: {
            Webhook: true,
            FilterGroups: (vec![group]),
            PullRequestBuildPolicy: {
                RequiresCommentApproval: "FORK_PULL_REQUESTS",
                ApproverRoles: (webhook.approvers.to_vec()),
            },
        },
        Cache: { Type: "NO_CACHE" },
        Environment: {
            ComputeType: "BUILD_GENERAL1_SMALL",
            Image: "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            Type: "LINUX_CONTAINER",
            EnvironmentVariables: [
                (variable("ARTIFACTS", id("Artifacts").reference())),
                (variable("SOURCE", source(plan).into())),
                (variable("BUILD_PROJECT", id("PullRequestBuildProject").reference())),
            ],
        },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("PullRequestLog").reference()) } },
        // The build's hour, and the time that it waits for a machine.
        TimeoutInMinutes: 120,
    })
}

fn build_project(plan: &Plan<'_>, declared: &PullRequests) -> Resource {
    let (kind, image) = image(plan);
    resource!(AWS::CodeBuild::Project {
        Name: (sub(format!("${{AWS::StackName}}-{BUILDS}"))),
        Description: (format!("Builds and tests pull requests of {}", plan.app())),
        ServiceRole: (attribute!(AWS::IAM::Role, id("PullRequestBuildRole"), "Arn")),
        Artifacts: { Type: "NO_ARTIFACTS" },
        Source: {
            Type: "S3",
            Location: (sub(format!("${{Artifacts}}/{}", source(plan)))),
            BuildSpec: (declared.buildspec_path()),
        },
        // What one pull request leaves in a cache, each later build would run.
        Cache: { Type: "NO_CACHE" },
        Environment: { ComputeType: (plan.pipeline.machine().codebuild_name()), Image: (image), Type: (kind) },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("PullRequestBuildLog").reference()) } },
        TimeoutInMinutes: 60,
        QueuedTimeoutInMinutes: 30,
    })
}

fn buildspec() -> String {
    let lines = HAND_OVER.lines().fold(String::new(), |all, line| all + "        " + line + "\n");
    format!("version: 0.2\nphases:\n  build:\n    commands:\n      - |\n        set -eu\n{lines}")
}

/// A branch as itself in a regular expression.
fn literal(branch: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_ascii_punctuation() && !"/-_".contains(c) => format!("\\{c}"),
        c => c.to_string(),
    };
    branch.chars().map(plain).collect()
}
