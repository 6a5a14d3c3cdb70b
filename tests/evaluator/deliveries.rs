//! The calls that a first delivery makes, and a second one, a rollback and a deletion: all of them have to be allowed.

use super::{
    cloudformation,
    stack::{REGION, Stack},
    world::{Case, World},
};

/// Every call of a pipeline from the source to the functions.
pub(super) fn calls(world: &World) -> Vec<Case> {
    let mut calls = [trust(world), source(world), update(world), build(world), release(world)].concat();
    for (stack, action) in world.environments.iter().zip(world.actions("CHANGE_SET_REPLACE")) {
        let [deployer, deployed] = [&action["RoleArn"], &action["Configuration"]["RoleArn"]]
            .map(|arn| world.pipeline.role_of_arn(arn.as_str().unwrap()));
        calls.extend(deployment(world, stack, &deployer, &deployed));
        calls.extend(cloudformation::calls(world, stack, &deployed));
        calls.extend(functions(world, stack));
    }
    calls
}

/// Who takes on which role.
fn trust(world: &World) -> Vec<Case> {
    let Stack { name, account, .. } = &world.pipeline;
    let role = |id: &str| world.pipeline.arn(id);
    let mut calls = vec![
        world
            .by_service("codepipeline", "sts:AssumeRole", role("PipelineRole"))
            .with("aws:SourceArn", &format!("arn:aws:codepipeline:{REGION}:{account}:{name}")),
        world
            .by_service("codebuild", "sts:AssumeRole", role("BuildRole"))
            .with("aws:SourceArn", &world.pipeline.arn("BuildProject")),
        world
            .by_service("codebuild", "sts:AssumeRole", role("ReleaseRole"))
            .with("aws:SourceArn", &world.pipeline.arn("ReleaseProject")),
    ];
    calls.push(world.by_service("lambda", "sts:AssumeRole", role("ReviewRole")));
    calls.push(world.by_service("cloudformation", "sts:AssumeRole", role("UpdateRole")));
    let pipeline = world.pipeline.properties("Pipeline");
    let stages = pipeline["Stages"].as_array().unwrap().iter();
    for action in stages.flat_map(|stage| stage["Actions"].as_array().unwrap()) {
        if let Some(role) = action["RoleArn"].as_str() {
            calls.push(world.by("PipelineRole", "sts:AssumeRole", role));
        }
    }
    for action in world.actions("CHANGE_SET_REPLACE") {
        let role = action["Configuration"]["RoleArn"].as_str().unwrap();
        calls.push(world.by_service("cloudformation", "sts:AssumeRole", role));
    }
    calls
}

fn bucket_and<'a>(world: &'a World, role: &'a str, on_artifacts: &[(&str, &str)]) -> Vec<Case> {
    let bucket = world.pipeline.arn("Artifacts");
    let looks = ["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"].into_iter();
    let looks = looks.map(|action| world.by(role, action, &bucket));
    looks
        .chain(on_artifacts.iter().map(|(action, artifact)| world.by(role, action, world.artifact(artifact))))
        .collect()
}

fn source(world: &World) -> Vec<Case> {
    let connection = world.pipeline.arn("GitHubConnection");
    let mut calls = bucket_and(world, "SourceRole", &[("s3:PutObject", "Source")]);
    calls.push(
        world
            .by("SourceRole", "codeconnections:UseConnection", connection)
            .with("codeconnections:FullRepositoryId", "acme/hello-pipeline")
            .with("codeconnections:ProviderAction", "GetBranch"),
    );
    calls
}

/// What looks at changes, and what updates the pipeline's own stack.
fn update(world: &World) -> Vec<Case> {
    let (pipeline, own) = (&world.pipeline, stack_arn(&world.pipeline));
    let artifacts = [
        ("s3:GetObject", "Source"),
        ("s3:GetObjectVersion", "Source"),
        ("s3:PutObject", "Update"),
        ("s3:PutObject", "Changes-production"),
    ];
    let mut calls = bucket_and(world, "ReviewActionRole", &artifacts);
    calls.push(world.by("ReviewActionRole", "lambda:InvokeFunction", pipeline.arn("Review")));
    calls.push(world.by("ReviewActionRole", "lambda:ListFunctions", "*"));

    let by_review = |action: &str, resource: String| world.by("ReviewRole", action, resource);
    let of_pipeline = format!("arn:aws:codepipeline:{REGION}:{}:{}", world.account, pipeline.name);
    calls.extend([
        by_review("codepipeline:PutJobSuccessResult", "*".to_owned()),
        by_review("codepipeline:PutJobFailureResult", "*".to_owned()),
        by_review("codepipeline:GetPipelineState", of_pipeline.clone()),
        by_review("codepipeline:PutApprovalResult", format!("{of_pipeline}/Pipeline/ApproveUpdate")),
        by_review("cloudformation:GetTemplate", own.clone()),
        by_review("cloudformation:DescribeStacks", own.clone()),
    ]);
    for stack in world.environments.iter().map(stack_arn) {
        let looks = ["DescribeChangeSet", "DescribeStacks", "GetTemplate"].into_iter();
        calls.extend(looks.map(|action| by_review(&format!("cloudformation:{action}"), stack.clone())));
    }
    calls.extend(log(pipeline, &pipeline.physical_name("ReviewLog"), by_review));

    calls.extend(change_sets(world, &own, "UpdateActionRole", "UpdateRole"));
    calls.extend(bucket_and(world, "UpdateActionRole", &[("s3:GetObject", "Update")]));
    calls.extend(updated(world));
    calls
}

/// What CloudFormation calls when the pipeline's stack gets more environments, permissions or gates.
fn updated(world: &World) -> Vec<Case> {
    let pipeline = &world.pipeline;
    let call = |action: &str, resource: String| world.by("UpdateRole", action, resource);
    let of_pipeline = format!("arn:aws:codepipeline:{REGION}:{}:{}", world.account, pipeline.name);
    let policy = format!("arn:aws:iam::{}:policy/{}-StagingBoundary-ABCDEFGHIJKL", world.account, pipeline.name);
    let mut calls = vec![
        call("codepipeline:GetPipeline", of_pipeline.clone()),
        call("codepipeline:UpdatePipeline", of_pipeline),
        call("iam:PassRole", pipeline.arn("PipelineRole")).with("iam:PassedToService", "codepipeline.amazonaws.com"),
        call("iam:PassRole", pipeline.arn("ReviewRole")).with("iam:PassedToService", "lambda.amazonaws.com"),
        call("iam:CreatePolicy", policy.clone()),
        call("iam:CreatePolicyVersion", policy),
        call("lambda:UpdateFunctionCode", pipeline.arn("Review")),
        call("logs:PutRetentionPolicy", pipeline.arn("BuildLog").replace(":*", ":log-stream:")),
        call("s3:PutLifecycleConfiguration", pipeline.arn("Artifacts")),
    ];
    for project in ["Build", "Release"] {
        let passed = call("iam:PassRole", pipeline.arn(&format!("{project}Role")));
        calls.push(passed.with("iam:PassedToService", "codebuild.amazonaws.com"));
        calls.push(call("codebuild:UpdateProject", pipeline.arn(&format!("{project}Project"))));
    }
    let deployed = world.actions("CHANGE_SET_REPLACE")[0]["Configuration"]["RoleArn"].as_str().unwrap().to_owned();
    for action in ["CreateRole", "PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy", "DeleteRole"] {
        calls.push(call(&format!("iam:{action}"), deployed.clone()));
    }
    calls
}

fn build(world: &World) -> Vec<Case> {
    let artifacts = [
        ("s3:GetObject", "Source"),
        ("s3:GetObjectVersion", "Source"),
        ("s3:PutObject", "Build"),
        ("s3:PutObject", "Code"),
    ];
    code_build(world, "Build", &artifacts)
}

/// The copy of what was built, which is what is deployed.
fn release(world: &World) -> Vec<Case> {
    let artifacts = [
        ("s3:GetObject", "Build"),
        ("s3:GetObjectVersion", "Build"),
        ("s3:GetObject", "Code"),
        ("s3:GetObjectVersion", "Code"),
        ("s3:PutObject", "Release"),
    ];
    let mut calls = code_build(world, "Release", &artifacts);
    calls.extend(["s3:GetObject", "s3:PutObject"].map(|action| world.by("ReleaseRole", action, world.code())));
    calls
}

/// A build of the project that is called like its roles and its log.
fn code_build(world: &World, name: &str, artifacts: &[(&str, &str)]) -> Vec<Case> {
    let project = world.pipeline.arn(&format!("{name}Project"));
    let [action_role, role] = ["ActionRole", "Role"].map(|of| format!("{name}{of}"));
    let starts = ["codebuild:StartBuild", "codebuild:BatchGetBuilds", "codebuild:StopBuild"].into_iter();
    let mut calls: Vec<Case> = starts.map(|action| world.by(&action_role, action, &project)).collect();
    calls.extend(bucket_and(world, &role, artifacts));
    let group = world.pipeline.physical_name(&format!("{name}Log"));
    calls.extend(log(&world.pipeline, &group, |action, resource| world.by(&role, action, resource)));
    calls
}

/// What CodePipeline's CloudFormation actions call.
fn deployment(world: &World, stack: &Stack, deployer: &str, deployed: &str) -> Vec<Case> {
    let mut calls = bucket_and(world, deployer, &[("s3:GetObject", "Release")]);
    calls.extend(change_sets(world, &stack_arn(stack), deployer, deployed));
    calls
}

fn change_sets(world: &World, stack: &str, deployer: &str, deployed: &str) -> Vec<Case> {
    let change_set = world.actions("CHANGE_SET_REPLACE")[0]["Configuration"]["ChangeSetName"].clone();
    let mut calls = Vec::new();
    for action in ["DescribeStacks", "DescribeStackEvents", "DescribeEvents", "SetStackPolicy"] {
        calls.push(world.by(deployer, &format!("cloudformation:{action}"), stack));
    }
    for action in ["CreateChangeSet", "DescribeChangeSet", "DeleteChangeSet", "ExecuteChangeSet"] {
        let call = world.by(deployer, &format!("cloudformation:{action}"), stack);
        calls.push(call.with("cloudformation:ChangeSetName", change_set.as_str().unwrap()));
    }
    let pass = world.by(deployer, "iam:PassRole", world.pipeline.arn(deployed));
    calls.push(pass.with("iam:PassedToService", "cloudformation.amazonaws.com"));
    calls
}

pub(super) fn stack_arn(stack: &Stack) -> String {
    format!("arn:aws:cloudformation:{REGION}:{}:stack/{}/0a1b2c3d-0000", stack.account, stack.name)
}

/// What the deployed functions call as long as they log.
fn functions(world: &World, stack: &Stack) -> Vec<Case> {
    let mut calls = Vec::new();
    for function in stack.of_type("AWS::Lambda::Function") {
        let properties = stack.properties(function);
        let role = stack.role_of_arn(properties["Role"].as_str().unwrap());
        calls.push(world.by_service("lambda", "sts:AssumeRole", stack.arn(&role)));
        let group = properties["LoggingConfig"]["LogGroup"].as_str().unwrap();
        calls.extend(log(stack, group, |action, resource| world.by_function(stack, &role, action, resource)));
    }
    calls
}

/// What writing to a log group takes.
pub(super) fn log(stack: &Stack, group: &str, call: impl Fn(&str, String) -> Case) -> [Case; 2] {
    let stream = format!("arn:aws:logs:{REGION}:{}:log-group:{group}:log-stream:2026/11/29/0a1b2c3d", stack.account);
    ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| call(action, stream.clone()))
}
