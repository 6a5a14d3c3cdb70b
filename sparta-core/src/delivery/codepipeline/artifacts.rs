//! Where things are kept and compiled: the bucket, the build project and its log.

use super::id;
use crate::{
    Architecture, attribute,
    cfn::{Resource, Template, sub},
    contract::{BUILD_ARTIFACT, CODE_ARTIFACT, SOURCE_ARTIFACT},
    delivery::Plan,
    property, resource,
};

/// The keys of the build cache; a pipeline's artifacts are never there, since none is called `cache`.
pub(super) const CACHE: &str = "codebuild/cache";

pub(super) fn add(plan: &Plan<'_>, template: &mut Template) {
    template.resource(id("Artifacts"), bucket(plan));
    template.resource(id("ArtifactsPolicy"), only_tls());
    let name = sub("/aws/codebuild/${AWS::StackName}-build");
    let log = resource!(AWS::Logs::LogGroup { LogGroupName: (name), RetentionInDays: 90 });
    template.resource(id("BuildLog"), log.delete());
    template.resource(id("BuildProject"), project(plan));
}

/// The bucket outlives its stack: the environments' stacks go on, and rolling one of them back takes the code it had,
/// however long ago that was deployed.
fn bucket(plan: &Plan<'_>) -> Resource {
    let expire = |id: &str, prefix: String, days: u32| {
        property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] {
            Id: (id),
            Status: "Enabled",
            Prefix: (prefix),
            ExpirationInDays: (days),
        })
    };
    let bucket = resource!(AWS::S3::Bucket {
        BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
        LifecycleConfiguration: {
            Rules: [
                (expire("Source", prefix(plan, SOURCE_ARTIFACT), 90)),
                (expire("Build", prefix(plan, BUILD_ARTIFACT), 90)),
                (expire("Cache", format!("{CACHE}/"), 30)),
                {
                    Id: "Code",
                    Status: "Enabled",
                    Prefix: (prefix(plan, CODE_ARTIFACT)),
                    Transitions: [{ StorageClass: "GLACIER_IR", TransitionInDays: 90 }],
                },
                { Id: "Rest", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
            ],
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
        PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
        },
    });
    bucket.retain_once_created()
}

/// What the keys of an artifact begin with: CodePipeline shortens the pipeline's name to 20 characters.
fn prefix(plan: &Plan<'_>, artifact: &str) -> String {
    format!("{}/{artifact}/", plan.name.get(..20).unwrap_or(&plan.name))
}

fn only_tls() -> Resource {
    let bucket = attribute!(AWS::S3::Bucket, id("Artifacts"), "Arn");
    let policy = resource!(AWS::S3::BucketPolicy {
        Bucket: (id("Artifacts").reference()),
        PolicyDocument: {
            Version: "2012-10-17",
            Statement: [{
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: [(bucket), (sub("${Artifacts.Arn}/*"))],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            }],
        },
    });
    // The bucket's policy stays as long as the bucket.
    policy.retain_once_created()
}

fn project(plan: &Plan<'_>) -> Resource {
    // Images that have Rust: https://github.com/aws/aws-codebuild-docker-images
    let (kind, image) = match plan.synthesis.model.architecture() {
        Architecture::X86_64 => ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:6.0"),
        Architecture::Arm64 => ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:4.0"),
    };
    let pipeline = plan.pipeline;
    resource!(AWS::CodeBuild::Project {
        Name: (sub("${AWS::StackName}-build")),
        Description: (format!("Compiles {} once and hands over what is deployed", plan.app())),
        ServiceRole: (attribute!(AWS::IAM::Role, id("BuildRole"), "Arn")),
        Artifacts: { Type: "CODEPIPELINE" },
        Source: { Type: "CODEPIPELINE", BuildSpec: (pipeline.buildspec_path()) },
        Cache: { Type: "S3", Location: (sub(format!("${{Artifacts}}/{CACHE}"))) },
        Environment: { ComputeType: (pipeline.machine().codebuild_name()), Image: (image), Type: (kind) },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("BuildLog").reference()) } },
        TimeoutInMinutes: 60,
    })
}
