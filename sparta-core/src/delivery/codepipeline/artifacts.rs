//! Where things are kept and compiled: the bucket, the build project and its log.

use super::id;
use crate::{
    Architecture, attribute,
    cfn::{Resource, Template, sub},
    contract::{BUILD_ARTIFACT, CODE_ARTIFACT, PROGRAM_ARTIFACT, SOURCE_ARTIFACT},
    delivery::Plan,
    property, resource,
};

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
    let expire = |artifact: &str| {
        property!(AWS::S3::Bucket.LifecycleConfiguration.Rules[] {
            Id: (artifact),
            Status: "Enabled",
            Prefix: (prefix(plan, artifact)),
            ExpirationInDays: 90,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        })
    };
    let bucket = resource!(AWS::S3::Bucket {
        BucketEncryption: {
            ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
        },
        LifecycleConfiguration: {
            Rules: [
                (expire(SOURCE_ARTIFACT)),
                (expire(BUILD_ARTIFACT)),
                (expire(CODE_ARTIFACT)),
                {
                    Id: (PROGRAM_ARTIFACT),
                    Status: "Enabled",
                    Prefix: (prefix(plan, PROGRAM_ARTIFACT)),
                    Transitions: [{ StorageClass: "GLACIER_IR", TransitionInDays: 90 }],
                },
                {
                    Id: "Rest",
                    Status: "Enabled",
                    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
                    ExpiredObjectDeleteMarker: true,
                },
            ],
        },
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
    policy.retain_except_on_create()
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
        // What one commit leaves in a cache, each later build would run.
        Cache: { Type: "NO_CACHE" },
        Environment: { ComputeType: (pipeline.machine().codebuild_name()), Image: (image), Type: (kind) },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: (id("BuildLog").reference()) } },
        TimeoutInMinutes: 60,
    })
}
