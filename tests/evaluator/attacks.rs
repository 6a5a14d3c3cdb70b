//! What somebody would try who gets a commit into the repository: none of it may be allowed.
//!
//! Such a commit decides what the build runs and what is in the template that is deployed to the first environment, where
//! nobody is asked. It decides neither who approves nor what is in the pipeline's own stack.

use super::{
    deliveries::stack_arn,
    stack::{REGION, Stack},
    world::{Case, World},
};

/// Attacks on production and on the pipeline, in one account.
pub(super) fn within(world: &World) -> Vec<Case> {
    let [test, production] = &world.environments[..] else { panic!("the example has two environments") };
    [
        by_a_build(world, "BuildRole", production),
        by_what_deploys_test(world, production),
        by_what_looks_at_changes(world, production),
        by_what_updates_the_pipeline(world, test, production),
        by_cloudformation_on_identities(world, test, production),
        by_cloudformation_on_production(world, production),
        by_cloudformation_on_the_pipeline(world),
        by_a_function_with_every_right(world, test, production),
        by_services(world, production),
    ]
    .concat()
}

/// Attacks of one account's pipeline on another account.
pub(super) fn across(world: &World, other: &World) -> Vec<Case> {
    let roles: Vec<String> = world.pipeline.of_type("AWS::IAM::Role").map(str::to_owned).collect();
    let theirs: Vec<String> = other.pipeline.of_type("AWS::IAM::Role").map(|id| other.pipeline.arn(id)).collect();
    let [stack] = &other.environments[..] else { panic!("it has one environment") };
    let mut attacks = Vec::new();
    for role in &roles {
        for their in &theirs {
            attacks.push(other.trusting(world.by(role, "sts:AssumeRole", their)));
        }
        let artifacts = ["Source", "Build", "Code", "Release"].map(|it| other.artifact(it));
        for object in artifacts.into_iter().chain([other.code()]) {
            for action in ["s3:GetObject", "s3:PutObject"] {
                attacks.push(other.trusting(world.by(role, action, &object)));
            }
        }
        attacks.push(world.by(role, "lambda:UpdateFunctionCode", stack.arn("HelloWorldFunction")));
        attacks.push(change_set(world, role, "ExecuteChangeSet", stack));
    }
    attacks
}

/// A build compiles whatever was pushed.
pub(super) fn by_a_build(world: &World, role: &str, production: &Stack) -> Vec<Case> {
    let mut attacks = assume_each_role(world, role);
    attacks.extend([
        world.by(role, "codepipeline:PutApprovalResult", pipeline(world, "/Promote-test/ApprovePromotion")),
        world.by(role, "codepipeline:StartPipelineExecution", pipeline(world, "")),
        world.by(role, "codebuild:UpdateProject", world.pipeline.arn("BuildProject")),
        world.by(role, "codebuild:UpdateProject", world.pipeline.arn("ReleaseProject")),
        world.by(role, "codebuild:StartBuild", world.pipeline.arn("ReleaseProject")),
        world.by(role, "s3:ListBucket", world.pipeline.arn("Artifacts")),
        world.by(role, "s3:PutBucketVersioning", world.pipeline.arn("Artifacts")),
        world.by(role, "s3:PutObject", world.artifact("Source")),
        world.by(role, "s3:DeleteObject", world.artifact("Code")),
        world.by(role, "s3:DeleteObjectVersion", world.artifact("Code")),
        world.by(role, "s3:PutBucketPolicy", world.pipeline.arn("Artifacts")),
        world.by(role, "s3:PutLifecycleConfiguration", world.pipeline.arn("Artifacts")),
        world.by(role, "lambda:UpdateFunctionCode", production.arn("HelloWorldFunction")),
        world.by(role, "secretsmanager:GetSecretValue", secret(world, "ApiKey-prod-a1b2c3")),
        world.by(role, "ssm:GetParameters", parameter(world, "api-key-prod")),
        change_set(world, role, "CreateChangeSet", production),
        change_set(world, role, "ExecuteChangeSet", production),
        change_set(world, role, "CreateChangeSet", &world.pipeline),
        change_set(world, role, "ExecuteChangeSet", &world.pipeline),
        world.by(role, "codepipeline:PutApprovalResult", pipeline(world, "/Pipeline/ApproveUpdate")),
        world.by(role, "lambda:InvokeFunction", world.pipeline.arn("Review")),
        world.by(role, "s3:PutObject", world.artifact("Update")),
    ]);
    // What was approved, or is needed for a rollback, is where it was copied to.
    for action in ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"] {
        attacks.extend([world.artifact("Release"), world.code()].map(|it| world.by(role, action, it)));
    }
    attacks.extend(pass_each_role(world, role, "lambda"));
    attacks
}

/// What makes and executes the change sets of test, which is nobody's but CodePipeline's to take on.
fn by_what_deploys_test(world: &World, production: &Stack) -> Vec<Case> {
    let role = "TestDeployRole";
    let changes = ["CreateChangeSet", "DeleteChangeSet", "DescribeChangeSet", "ExecuteChangeSet"].into_iter();
    let mut attacks: Vec<Case> = changes.map(|action| change_set(world, role, action, production)).collect();
    let pass = world.by(role, "iam:PassRole", world.pipeline.arn("ProductionCloudFormationRole"));
    attacks.extend([
        pass.with("iam:PassedToService", "cloudformation.amazonaws.com"),
        world.by(role, "s3:PutObject", world.artifact("Release")),
        world.by(role, "s3:PutObject", world.code()),
        world.by(role, "codepipeline:PutApprovalResult", pipeline(world, "/Promote-test/ApprovePromotion")),
    ]);
    attacks
}

/// It reads what was pushed, and approves what nobody has to look at: in the pipeline's own stage, and nowhere else.
fn by_what_looks_at_changes(world: &World, production: &Stack) -> Vec<Case> {
    let role = "ReviewRole";
    let approvals = ["Promote-test/ApprovePromotion", "Deploy-production/ApproveChanges"];
    let approvals = approvals.map(|gate| pipeline(world, &format!("/{gate}")));
    let mut attacks: Vec<Case> =
        approvals.into_iter().map(|gate| world.by(role, "codepipeline:PutApprovalResult", gate)).collect();
    for stack in [production, &world.pipeline] {
        attacks.extend(["CreateChangeSet", "ExecuteChangeSet"].map(|action| change_set(world, role, action, stack)));
    }
    attacks.extend([
        world.by(role, "codepipeline:UpdatePipeline", pipeline(world, "")),
        world.by(role, "lambda:UpdateFunctionCode", world.pipeline.arn("Review")),
        world.by(role, "s3:GetObject", world.artifact("Source")),
        world.by(role, "s3:PutObject", world.artifact("Update")),
        world.by("ReviewActionRole", "s3:PutObject", world.artifact("Release")),
        world.by("ReviewActionRole", "s3:PutObject", world.artifact("Source")),
        world.by("ReviewActionRole", "lambda:InvokeFunction", production.arn("HelloWorldFunction")),
    ]);
    attacks.extend(assume_each_role(world, role));
    attacks.extend(pass_each_role(world, role, "cloudformation"));
    attacks
}

/// It may give the pipeline any right, once that was approved, but changes nothing of the environments.
fn by_what_updates_the_pipeline(world: &World, test: &Stack, production: &Stack) -> Vec<Case> {
    let mut attacks = Vec::new();
    for stack in [test, production] {
        let actions = ["CreateChangeSet", "ExecuteChangeSet"];
        attacks.extend(actions.map(|action| change_set(world, "UpdateActionRole", action, stack)));
        attacks.extend([
            world.by("UpdateRole", "iam:PutRolePolicy", stack.arn("HelloWorldRole")),
            world.by("UpdateRole", "lambda:UpdateFunctionCode", stack.arn("HelloWorldFunction")),
            world.by("UpdateRole", "cloudformation:CreateChangeSet", stack_arn(stack)),
        ]);
    }
    attacks.extend([
        world.by("UpdateActionRole", "s3:PutObject", world.artifact("Update")),
        world.by("UpdateActionRole", "codepipeline:PutApprovalResult", pipeline(world, "/Pipeline/ApproveUpdate")),
        world.by("UpdateRole", "codepipeline:PutApprovalResult", pipeline(world, "/Pipeline/ApproveUpdate")),
        world.by("UpdateRole", "s3:GetObject", world.artifact("Source")),
        world.by("UpdateRole", "s3:PutObject", world.artifact("Release")),
    ]);
    attacks.extend(assume_each_role(world, "UpdateRole"));
    attacks
}

/// CloudFormation makes what the template says, and nobody looks at a template before it is deployed to test.
fn by_cloudformation_on_identities(world: &World, test: &Stack, production: &Stack) -> Vec<Case> {
    let role = "TestCloudFormationRole";
    let (own, boundary) = (test.arn("HelloWorldRole"), world.pipeline.arn("TestBoundary"));
    let mut attacks = Vec::new();
    for action in ["CreateRole", "PutRolePolicy", "AttachRolePolicy", "PutRolePermissionsBoundary"] {
        let call = |on: &str| world.by(role, &format!("iam:{action}"), on);
        // Without a boundary, with another one, and for a role that is not the stack's.
        let other = "arn:aws:iam::aws:policy/AdministratorAccess";
        let foreign = production.arn("HelloWorldRole");
        attacks.extend([call(&own), call(&own).with("iam:PermissionsBoundary", other)]);
        attacks.push(call(&own).with("iam:PermissionsBoundary", &world.pipeline.arn("ProductionBoundary")));
        attacks.push(call(&foreign).with("iam:PermissionsBoundary", &boundary));
        attacks.push(call(&world.pipeline.arn("BuildRole")).with("iam:PermissionsBoundary", &boundary));
    }
    let bound = |action: &str| world.by(role, action, &own).with("iam:PermissionsBoundary", &boundary);
    attacks.push(bound("iam:DeleteRolePermissionsBoundary"));
    for action in ["CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy", "DeletePolicyVersion"] {
        attacks.push(world.by(role, &format!("iam:{action}"), &boundary));
    }
    let of_pipeline = world.pipeline.of_type("AWS::IAM::Role").map(|id| world.pipeline.arn(id));
    for theirs in of_pipeline.chain([production.arn("HelloWorldRole")]) {
        for action in ["UpdateAssumeRolePolicy", "DeleteRole", "DeleteRolePolicy", "UpdateRole"] {
            attacks.push(world.by(role, &format!("iam:{action}"), &theirs));
        }
    }
    for action in ["iam:CreateUser", "iam:CreateAccessKey"] {
        let user = format!("arn:aws:iam::{}:user/{}-Me", world.account, test.name);
        attacks.push(world.by(role, action, user).with("iam:PermissionsBoundary", &boundary));
    }
    attacks.extend(assume_each_role(world, role));
    attacks.extend(pass_each_role(world, role, "lambda"));
    let pass = |role_arn: &str, service: &str| {
        world.by(role, "iam:PassRole", role_arn).with("iam:PassedToService", &format!("{service}.amazonaws.com"))
    };
    attacks.push(pass(&production.arn("HelloWorldRole"), "lambda"));
    attacks.extend(["ec2", "codebuild", "cloudformation"].map(|service| pass(&own, service)));
    attacks
}

fn by_cloudformation_on_production(world: &World, production: &Stack) -> Vec<Case> {
    let role = "TestCloudFormationRole";
    let function = production.arn("HelloWorldFunction");
    let group = production.arn("HelloWorldLogs").replace(":*", ":log-stream:");
    let functions = ["AddPermission", "DeleteFunction", "InvokeFunction", "UpdateFunctionCode"];
    let functions = functions.into_iter().chain(["UpdateFunctionConfiguration", "PutFunctionConcurrency"]);
    let mut attacks: Vec<Case> =
        functions.map(|action| world.by(role, &format!("lambda:{action}"), &function)).collect();
    attacks.extend([
        world.by(role, "logs:DeleteLogGroup", &group),
        world.by(role, "logs:FilterLogEvents", &group),
        world.by(role, "logs:PutSubscriptionFilter", &group),
        change_set(world, role, "ExecuteChangeSet", production),
    ]);
    attacks
}

/// What makes up production's API is in its URL.
pub(super) fn on_the_api_of_production(world: &World) -> Vec<Case> {
    let [_, production] = &world.environments[..] else { panic!("the example has two environments") };
    let role = "TestCloudFormationRole";
    let id = production.physical_name(production.of_type("AWS::ApiGatewayV2::Api").next().unwrap());
    let call = |method: &str, part: &str| {
        world.by(role, &format!("apigateway:{method}"), format!("arn:aws:apigateway:{REGION}::/apis/{id}{part}"))
    };
    let whole = ["", "/stages/$default"].into_iter();
    let whole =
        whole.flat_map(|part| ["PATCH", "DELETE", "PUT"].map(|method| call(method, part).on_tagged(production)));
    let parts = ["/integrations", "/routes", "/authorizers", "/stages", "/deployments"].into_iter();
    let parts = parts.flat_map(|part| {
        let one = format!("{part}/x1");
        [call("POST", part), call("PATCH", &one), call("DELETE", &one)]
    });
    whole.chain(parts).collect()
}

/// The tags that users give APIs are apart from them.
pub(super) fn on_the_tags_of_production(world: &World) -> Vec<Case> {
    let [_, production] = &world.environments[..] else { panic!("the example has two environments") };
    let id = production.physical_name(production.of_type("AWS::ApiGatewayV2::Api").next().unwrap());
    let parts = ["", "%2Fv2"].into_iter().flat_map(|version| ["", "%2Fstages%2F$default"].map(|part| (version, part)));
    let tags = parts.map(|(version, part)| {
        let arn = format!("arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A{version}%2Fapis%2F{id}{part}");
        format!("arn:aws:apigateway:{REGION}::/tags/{arn}")
    });
    let methods = ["DELETE", "POST", "PUT"].map(|method| format!("apigateway:{method}"));
    tags.flat_map(|tags| methods.clone().map(|method| world.by("TestCloudFormationRole", &method, &tags))).collect()
}

fn by_cloudformation_on_the_pipeline(world: &World) -> Vec<Case> {
    let role = "TestCloudFormationRole";
    let mut attacks = vec![
        world.by(role, "codepipeline:UpdatePipeline", pipeline(world, "")),
        world.by(role, "codepipeline:PutApprovalResult", pipeline(world, "/Promote-test/ApprovePromotion")),
        world.by(role, "codebuild:UpdateProject", world.pipeline.arn("BuildProject")),
        world.by(role, "s3:PutBucketPolicy", world.pipeline.arn("Artifacts")),
        world.by(role, "s3:GetObject", world.artifact("Source")),
        change_set(world, role, "CreateChangeSet", &world.pipeline),
    ];
    attacks.push(world.by(role, "lambda:UpdateFunctionCode", world.pipeline.arn("Review")));
    let artifacts = ["Source", "Update", "Build", "Code", "Release"];
    attacks.extend(artifacts.map(|it| world.by(role, "s3:PutObject", world.artifact(it))));
    attacks.push(world.by(role, "s3:PutObject", world.code()));
    attacks
}

/// A function's own policies are the template's to say, so its boundary alone stands between it and the account.
fn by_a_function_with_every_right(world: &World, test: &Stack, production: &Stack) -> Vec<Case> {
    let call =
        |action: &str, resource: String| world.by_function(test, "HelloWorldRole", action, resource).with_every_right();
    let roles = world.pipeline.of_type("AWS::IAM::Role").map(|id| world.pipeline.arn(id));
    let mut attacks: Vec<Case> = roles.map(|role| call("sts:AssumeRole", role)).collect();
    let (own, role) = (test.arn("HelloWorldFunction"), test.arn("HelloWorldRole"));
    attacks.extend([
        call("iam:CreateRole", role.clone()),
        call("iam:PutRolePolicy", role.clone()),
        call("iam:DeleteRolePermissionsBoundary", role.clone()),
        call("iam:PassRole", role).with("iam:PassedToService", "lambda.amazonaws.com"),
        call("lambda:UpdateFunctionCode", own.clone()),
        call("lambda:AddPermission", own),
        call("lambda:UpdateFunctionCode", production.arn("HelloWorldFunction")),
        call("lambda:InvokeFunction", production.arn("HelloWorldFunction")),
        call("s3:GetObject", world.code()),
        call("s3:PutObject", world.code()),
        call("secretsmanager:GetSecretValue", secret(world, "ApiKey-prod-a1b2c3")),
        call("ssm:GetParameter", parameter(world, "api-key-prod")),
        call("kms:Decrypt", format!("arn:aws:kms:{REGION}:{}:key/0a1b2c3d", world.account)),
        call("ssm:SendCommand", format!("arn:aws:ec2:{REGION}:{}:instance/i-0a1b2c3d", world.account)),
        call("codebuild:StartBuild", world.pipeline.arn("BuildProject")),
        call("codepipeline:PutApprovalResult", pipeline(world, "/Promote-test/ApprovePromotion")),
        call("cloudformation:CreateStack", stack_arn(production)),
        call("logs:GetLogEvents", production.arn("HelloWorldLogs").replace(":*", ":log-stream:x")),
    ]);
    attacks
}

/// A service takes on a role for somebody else's sake, or one that is another service's.
fn by_services(world: &World, production: &Stack) -> Vec<Case> {
    let project = format!("arn:aws:codebuild:{REGION}:{}:project/other", world.account);
    let build = |account: &str, source: &str| {
        let call = world.by_service("codebuild", "sts:AssumeRole", world.pipeline.arn("BuildRole"));
        call.with("aws:SourceAccount", account).with("aws:SourceArn", source)
    };
    let run = |source: &str| {
        let call = world.by_service("codepipeline", "sts:AssumeRole", world.pipeline.arn("PipelineRole"));
        call.with("aws:SourceArn", &format!("arn:aws:codepipeline:{REGION}:{source}"))
    };
    vec![
        run(&format!("{}:other-pipeline", world.account)),
        run(&format!("333333333333:{}", world.pipeline.name)).with("aws:SourceAccount", "333333333333"),
        build(&world.account, &project),
        build("333333333333", &world.pipeline.arn("BuildProject")),
        world.by_service("lambda", "sts:AssumeRole", world.pipeline.arn("TestCloudFormationRole")),
        world.by_service("codebuild", "sts:AssumeRole", world.pipeline.arn("ProductionCloudFormationRole")),
        world.by_service("ec2", "sts:AssumeRole", production.arn("HelloWorldRole")),
    ]
}

fn assume_each_role(world: &World, role: &str) -> Vec<Case> {
    let others = world.pipeline.of_type("AWS::IAM::Role").filter(|other| *other != role);
    others.map(|other| world.by(role, "sts:AssumeRole", world.pipeline.arn(other))).collect()
}

fn pass_each_role(world: &World, role: &str, service: &str) -> Vec<Case> {
    let pass = |other: &str| world.by(role, "iam:PassRole", world.pipeline.arn(other));
    let service = format!("{service}.amazonaws.com");
    let roles = world.pipeline.of_type("AWS::IAM::Role");
    roles.map(|other| pass(other).with("iam:PassedToService", &service)).collect()
}

fn change_set(world: &World, role: &str, action: &str, stack: &Stack) -> Case {
    let call = world.by(role, &format!("cloudformation:{action}"), stack_arn(stack));
    call.with("cloudformation:ChangeSetName", &world.pipeline.name)
}

fn pipeline(world: &World, part: &str) -> String {
    format!("arn:aws:codepipeline:{REGION}:{}:{}{part}", world.account, world.pipeline.name)
}

fn secret(world: &World, name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{}:secret:{name}", world.account)
}

fn parameter(world: &World, name: &str) -> String {
    format!("arn:aws:ssm:{REGION}:{}:parameter/{name}", world.account)
}
