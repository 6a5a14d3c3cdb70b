use sparta_core::{attribute, cfn::Resource, property, resource};

pub(crate) fn all() -> Vec<Resource> {
    let project = resource!(AWS::CodeBuild::Project {
        ServiceRole: "arn:aws:iam::123456789012:role/build",
        Artifacts: { Type: "CODEPIPELINE" },
        Source: { Type: "CODEPIPELINE", BuildSpec: "ci/buildspec.yml" },
        Environment: {
            ComputeType: "BUILD_GENERAL1_SMALL",
            Image: "aws/codebuild/amazonlinux-x86_64-standard:6.0",
            Type: "LINUX_CONTAINER",
            EnvironmentVariables: [{ Name: "TOKEN", Type: "PARAMETER_STORE", Value: "/token" }],
        },
        LogsConfig: { CloudWatchLogs: { Status: "ENABLED", GroupName: "/build" }, S3Logs: { Status: "DISABLED" } },
        VpcConfig: { VpcId: "vpc-12345678", Subnets: ["subnet-12345678"], SecurityGroupIds: ["sg-12345678"] },
        TimeoutInMinutes: 60,
    });
    let build = property!(AWS::CodePipeline::Pipeline.Stages[].Actions[] {
        Name: "Build",
        ActionTypeId: { Category: "Build", Owner: "AWS", Provider: "CodeBuild", Version: "1" },
        Configuration: { ProjectName: (project.reference()), PrimarySource: "Source" },
        InputArtifacts: [{ Name: "Source" }],
        OutputArtifacts: [{ Name: "Build" }],
        RunOrder: 1,
    });
    let pipeline = resource!(AWS::CodePipeline::Pipeline {
        PipelineType: "V2",
        RoleArn: "arn:aws:iam::123456789012:role/pipeline",
        ArtifactStore: {
            Type: "S3",
            Location: "artifacts",
            EncryptionKey: { Id: "arn:aws:kms:eu-west-1:123456789012:key/1", Type: "KMS" },
        },
        Triggers: [{
            ProviderType: "CodeStarSourceConnection",
            GitConfiguration: {
                SourceActionName: "Source",
                Push: [{ Branches: { Includes: ["main"] }, FilePaths: { Excludes: ["docs/**"] } }],
            },
        }],
        Variables: [{ Name: "LEVEL", DefaultValue: "info" }],
        Stages: [
            {
                Name: "Source",
                Actions: [{
                    Name: "Source",
                    ActionTypeId: {
                        Category: "Source", Owner: "AWS", Provider: "CodeStarSourceConnection", Version: "1",
                    },
                    Configuration: {
                        ConnectionArn: "arn:aws:codeconnections:eu-west-1:123456789012:connection/1",
                        FullRepositoryId: "acme/hello",
                        BranchName: "main",
                    },
                    OutputArtifacts: [{ Name: "Source" }],
                }],
            },
            {
                Name: "Build",
                Actions: [(build)],
                OnFailure: { Result: "RETRY", RetryConfiguration: { RetryMode: "FAILED_ACTIONS" } },
            },
        ],
    });
    let rule = resource!(AWS::CodeStarNotifications::NotificationRule {
        Name: "failed",
        DetailType: "FULL",
        EventTypeIds: ["codepipeline-pipeline-pipeline-execution-failed"],
        Resource: "arn:aws:codepipeline:eu-west-1:123456789012:hello",
        Targets: [{ TargetType: "SNS", TargetAddress: "arn:aws:sns:eu-west-1:123456789012:releases" }],
    });
    let group = resource!(AWS::CodeDeploy::DeploymentGroup {
        ApplicationName: "hello",
        ServiceRoleArn: "arn:aws:iam::123456789012:role/deploy",
        DeploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
        DeploymentStyle: { DeploymentType: "BLUE_GREEN", DeploymentOption: "WITH_TRAFFIC_CONTROL" },
        AutoRollbackConfiguration: { Enabled: true, Events: ["DEPLOYMENT_FAILURE"] },
        AlarmConfiguration: { Enabled: true, Alarms: [{ Name: "errors" }] },
    });
    let project_arn = attribute!(AWS::CodeBuild::Project, project, "Arn");
    let parameter = resource!(AWS::SSM::Parameter { Type: "String", Name: "/build/project", Value: (project_arn) });
    vec![project, pipeline, rule, group, parameter]
}
