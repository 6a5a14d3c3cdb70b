//! Environments of one account whose resources have no stack in their names: a secret, a parameter and a user pool.

use serde_json::json;
use sparta::{
    App, Environment, Error, Function, Pipeline, Request, cfn::Resource, iam::Statement, service_fn, trigger::HttpApi,
};

use super::{
    stack::{REGION, Stack},
    world::{Case, World},
};

/// A service that reads a secret, a parameter and the users of a pool, all of its own, and a topic that is made with both.
fn service() -> App {
    let hello = async |_: Request| Ok::<_, Error>("Hello");
    let sub = |text: &str| json!({"Fn::Sub": text});
    let parameter = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${Limit}";
    let function = Function::http("hello-world", service_fn(hello))
        .trigger(HttpApi::get("/hello"))
        .grant(Statement::allow(["secretsmanager:GetSecretValue"]).on(json!({"Ref": "ApiKey"})))
        .grant(Statement::allow(["ssm:GetParameter"]).on(sub(parameter)))
        .grant(Statement::allow(["cognito-idp:AdminGetUser"]).on(json!({"Fn::GetAtt": ["Users", "Arn"]})));
    let environment = |name: &str| Environment::new(name, [("MESSAGE", "Hello")]);
    let looked_up = "{{resolve:secretsmanager:${ApiKey}:SecretString:name}} {{resolve:ssm:${Limit}}}";
    App::new("HelloPipeline")
        .function(function)
        .resource("ApiKey", Resource::raw("AWS::SecretsManager::Secret", json!({"GenerateSecretString": {}})))
        .resource("Limit", Resource::raw("AWS::SSM::Parameter", json!({"Type": "String", "Value": "1"})))
        .resource("Users", Resource::raw("AWS::Cognito::UserPool", json!({})))
        .resource("Topic", Resource::raw("AWS::SNS::Topic", json!({"DisplayName": sub(looked_up)})))
        .environment(environment("test"))
        .environment(environment("production"))
        .pipeline(Pipeline::github("https://github.com/acme/hello-pipeline"))
}

pub(super) fn world() -> World {
    World::of(&service().synthesize().unwrap(), "111111111111")
}

/// What CloudFormation and the function of test do with what `stack` has, called as CloudFormation calls it there.
///
/// `suffix` ends the names, so that what another stack has may be called alike.
pub(super) fn reads(world: &World, stack: &Stack, suffix: &str) -> Vec<Case> {
    let [test, _] = &world.environments[..] else { panic!("there are two environments") };
    let arn =
        |service: &str, resource: &str| format!("arn:aws:{service}:{REGION}:{}:{resource}{suffix}", world.account);
    let secret = arn("secretsmanager", "secret:ApiKey-");
    let parameter = arn("ssm", "parameter/CFN-Limit-");
    let users = arn("cognito-idp", "userpool/eu-west-1_");
    let role = "TestCloudFormationRole";
    let deployed = [
        ("secretsmanager:GetSecretValue", &secret),
        ("secretsmanager:UpdateSecret", &secret),
        ("secretsmanager:DeleteSecret", &secret),
        ("ssm:GetParameters", &parameter),
        ("ssm:PutParameter", &parameter),
        ("ssm:DeleteParameter", &parameter),
        ("cognito-idp:UpdateUserPool", &users),
        ("cognito-idp:DeleteUserPool", &users),
    ]
    .map(|(action, on)| world.by(role, action, on));
    let run = [
        ("secretsmanager:GetSecretValue", &secret),
        ("ssm:GetParameter", &parameter),
        ("cognito-idp:AdminGetUser", &users),
    ]
    .map(|(action, on)| world.by_function(test, "HelloWorldRole", action, on));
    let calls = deployed.into_iter().chain(run);
    calls.map(|case| case.on_tagged(stack)).collect()
}

/// The same by a function whose own policies allow everything.
pub(super) fn reads_with_every_right(world: &World, stack: &Stack, suffix: &str) -> Vec<Case> {
    let calls = reads(world, stack, suffix).into_iter().filter(|case| case.call.boundary.is_some());
    calls.map(Case::with_every_right).collect()
}
