//! Where things are kept and compiled: the bucket, the build project and its log.

use super::{id, stores};
use crate::{
    Architecture, attribute,
    cfn::{LogicalId, Resource, Template, Value, sub},
    contract::{
        BUILD_ARTIFACT, CHANGES_ARTIFACTS, CODE_ARTIFACT, PULL_REQUEST_ARTIFACT, SOURCE_ARTIFACT, UPDATE_ARTIFACT,
        code_prefix,
    },
    delivery::Plan,
    property, resource,
};

const BUCKET: &str = "Artifacts";
const BUCKET_POLICY: &str = "ArtifactsPolicy";

/// The bucket of a pipeline's stack, by its logical id, with as much of the template as it takes to have it: what the rest, which
/// may be too large for a request, goes through.
pub fn artifact_store(template: &Template) -> (String, Template) {
    let mut begin = Template::new("Begins as the bucket that the rest of it goes through");
    for id in [BUCKET, BUCKET_POLICY].map(id) {
        if let Some(resource) = template.resources().get(&id) {
            begin.resource(id, resource.clone());
        }
    }
    for (id, condition) in template.conditions() {
        begin.condition(id.clone(), condition.clone());
    }
    (BUCKET.to_owned(), begin)
}

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    template.resource(id(BUCKET), bucket(plan));
    template.resource(id(BUCKET_POLICY), only_tls(&id(BUCKET), stores::bucket_statements(plan, None)));
    let name = sub("/aws/codebuild/${AWS::StackName}-build");
    let log = resource!(AWS::Logs::LogGroup { LogGroupName: (name), RetentionInDays: 90 });
    template.resource(id("BuildLog"), log.delete());
    template.resource(id("BuildProject"), project(plan));
}

/// The bucket outlives its stack: the environments' stacks go on, and rolling one of them back takes the code it had,
/// however long ago that was deployed.
pub(super) fn bucket(plan: &Plan<'_>) -> Resource {
    let mut rules: Vec<Value> = [SOURCE_ARTIFACT, BUILD_ARTIFACT, CODE_ARTIFACT]
        .map(|artifact| expire(artifact, prefix(plan, artifact)))
        .into_iter()
        .chain([
            expire("Update", prefix(plan, UPDATE_ARTIFACT)),
            expire("Changes", key(plan, CHANGES_ARTIFACTS)),
            expire("Template", format!("{}/template/", plan.app())),
        ])
        .collect();
    let of_pull_requests = plan.pipeline.declared_pull_requests().map(|_| prefix(plan, PULL_REQUEST_ARTIFACT));
    rules.extend(of_pull_requests.map(|prefix| expire(PULL_REQUEST_ARTIFACT, prefix)));
    rules.push(property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] {
        Id: "Released",
        Status: "Enabled",
        Prefix: (code_prefix(plan.app())),
        Transitions: [{ StorageClass: "GLACIER_IR", TransitionInDays: 90 }],
    }));
    private_bucket(rules)
}

/// A bucket for what is deployed, which outlives its stack: encrypted, private, with versions, and with these rules of its life
/// cycle besides those that clear what is left over.
pub(in crate::delivery) fn private_bucket(mut rules: Vec<Value>) -> Resource {
    rules.push(property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] {
        Id: "Rest",
        Status: "Enabled",
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        ExpiredObjectDeleteMarker: true,
    }));
    let bucket = resource!(AWS::S3::Bucket {
        BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
        LifecycleConfiguration: { Rules: (rules) },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: "Enabled" },
    });
    bucket.retain_except_on_create()
}

fn expire(name: &str, prefix: String) -> Value {
    property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] {
        Id: (name),
        Status: "Enabled",
        Prefix: (prefix),
        ExpirationInDays: 90,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    })
}

/// What the keys of an artifact begin with.
fn prefix(plan: &Plan<'_>, artifact: &str) -> String {
    key(plan, artifact) + "/"
}

/// CodePipeline shortens the pipeline's name to 20 characters.
pub(super) fn key(plan: &Plan<'_>, artifact: &str) -> String {
    format!("{}/{artifact}", plan.name.get(..20).unwrap_or(&plan.name))
}

/// A policy that refuses plain HTTP, with these statements besides; it stays as long as the bucket.
pub(in crate::delivery) fn only_tls(bucket: &LogicalId, others: Vec<Value>) -> Resource {
    let refuse = property!(AWS::S3::BucketPolicy.PolicyDocument.Statement[] {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [(attribute!(AWS::S3::Bucket, bucket, "Arn")), (sub(format!("${{{bucket}.Arn}}/*")))],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    let statements: Vec<Value> = [refuse].into_iter().chain(others).collect();
    let policy = resource!(AWS::S3::BucketPolicy {
        Bucket: (bucket.reference()),
        PolicyDocument: { Version: "2012-10-17", Statement: (statements) },
    });
    policy.retain_except_on_create()
}

/// The kind of machine and the image that the service is compiled on.
pub(super) fn image(plan: &Plan<'_>) -> (&'static str, &'static str) {
    // Images that have Rust: https://github.com/aws/aws-codebuild-docker-images
    match plan.synthesis.model.architecture() {
        Architecture::X86_64 => ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:6.0"),
        Architecture::Arm64 => ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:4.0"),
    }
}

fn project(plan: &Plan<'_>) -> Resource {
    let (kind, image) = image(plan);
    let pipeline = plan.pipeline;
    resource!(AWS::CodeBuild::Project {
        Name: (sub("${AWS::StackName}-build")),
        Description: (format!("Compiles {} once and hands over what is deployed", plan.app())),
        ServiceRole: (attribute!(AWS::IAM::Role, id("BuildRole"), "Arn")),
        Artifacts: { Type: "CODEPIPELINE" },
        Source: { Type: "CODEPIPELINE", BuildSpec: (pipeline.buildspec_path()) },
        // What one commit leaves in a cache, each later build would run.
        Cache: { Type: "NO_CACHE" },
        EncryptionKey: (stores::key(plan)),
        Environment: { ComputeType: (pipeline.machine().codebuild_name()), Image: (image), Type: (kind) },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("BuildLog").reference()) } },
        TimeoutInMinutes: 60,
    })
}
