//! Aliases whose traffic CodeDeploy moves from version to version, and takes back when an alarm rings.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    Canary, Environment, FunctionSpec, Watch, attribute,
    cfn::{LogicalId, Parameter, Resource, Value, sub},
    contract::TRAFFIC_SHIFTING,
    iam::{Statement, policy_document},
    model::Model,
    property, resource,
    stack::Stack,
};

/// Adds the parameter that says how an environment's traffic moves, and what moves it where it is not empty.
pub(super) fn add(model: &Model, stack: &mut Stack) {
    let environments: Vec<&Environment> = model.environments.iter().filter(|it| it.canary.is_some()).collect();
    let functions: Vec<&FunctionSpec> =
        model.functions.iter().filter(|it| it.has_canary(&model.environments)).collect();
    if environments.is_empty() || functions.is_empty() {
        return;
    }
    let canaries: BTreeMap<String, &Canary> =
        environments.iter().filter_map(|it| it.canary.as_ref()).map(|canary| (canary.to_string(), canary)).collect();
    stack.parameter(id(TRAFFIC_SHIFTING), parameter(&canaries));
    stack.condition(moves(), Value::function("Fn::Not", vec![is(TRAFFIC_SHIFTING, "")]));
    for (name, canary) in canaries.iter().filter(|(_, canary)| !canary.is_ready()) {
        stack.condition(id(&format!("Is{name}")), is(TRAFFIC_SHIFTING, name));
        let config = config(name, canary).condition(id(&format!("Is{name}")));
        stack.resource(id(name), config);
    }
    let application = resource!(AWS::CodeDeploy::Application {
        ApplicationName: (Value::pseudo("AWS::StackName")),
        ComputePlatform: "Lambda",
    });
    stack.resource(id("TrafficShiftingApplication"), application.condition(moves()));
    let alarms = alarms(&environments);
    let role = role(&functions, &environments);
    stack.resource(id("TrafficShiftingRole"), role.condition(moves()));
    let config = config_name(&canaries);
    for function in functions {
        let Some(alias) = function.alias_id() else { continue };
        let group = function.logical_id("Canary");
        stack.resource(group.clone(), deployment_group(function.name(), &config, &alarms).condition(moves()));
        // Where an id is the user's, that is a mistake already.
        _ = stack.change(&alias, |alias| alias.update_policy(moved_by(&group)));
    }
}

fn parameter(canaries: &BTreeMap<String, &Canary>) -> Parameter {
    let names = canaries.keys().cloned();
    Parameter {
        default: Some(String::new()),
        allowed_values: [String::new()].into_iter().chain(names).collect(),
        ..Parameter::string("How traffic moves to new code; at once where it is empty")
    }
}

/// The condition that traffic moves by and by.
fn moves() -> LogicalId {
    id("MovesTraffic")
}

fn is(parameter: &str, value: &str) -> Value {
    Value::function("Fn::Equals", vec![id(parameter).reference(), value.into()])
}

/// It has a name, as the others here, so that nothing of another stack's may be changed.
fn config(name: &str, canary: &Canary) -> Resource {
    let (share, minutes) = (canary.share(), canary.minutes());
    let routing = match canary.is_linear() {
        true => property!(AWS::CodeDeploy::DeploymentConfig.TrafficRoutingConfig {
            Type: "TimeBasedLinear",
            TimeBasedLinear: { LinearPercentage: (share), LinearInterval: (minutes) },
        }),
        false => property!(AWS::CodeDeploy::DeploymentConfig.TrafficRoutingConfig {
            Type: "TimeBasedCanary",
            TimeBasedCanary: { CanaryPercentage: (share), CanaryInterval: (minutes) },
        }),
    };
    resource!(AWS::CodeDeploy::DeploymentConfig {
        ComputePlatform: "Lambda",
        DeploymentConfigName: (sub(format!("${{AWS::StackName}}-{name}"))),
        TrafficRoutingConfig: (routing),
    })
}

/// What CodeDeploy has ready has the parameter's own text in its name.
fn config_name(canaries: &BTreeMap<String, &Canary>) -> Value {
    let ready = sub(format!("CodeDeployDefault.Lambda${{{TRAFFIC_SHIFTING}}}"));
    let mut own = canaries.iter().filter(|(_, canary)| !canary.is_ready()).map(|(name, _)| name).peekable();
    let is_all_own = canaries.values().all(|canary| !canary.is_ready());
    let last = if is_all_own { own.next().map(|name| id(name).reference()) } else { None };
    own.fold(last.unwrap_or(ready), |other, name| {
        Value::function("Fn::If", vec![format!("Is{name}").into(), id(name).reference(), other])
    })
}

/// The alarms that such an environment watches, each once.
fn alarms(environments: &[&Environment]) -> Vec<Value> {
    let alarms: BTreeMap<LogicalId, Value> = watches(environments)
        .map(|watch| watch.alarm().logical_id())
        .map(|id| {
            let name = id.reference();
            (id, property!(AWS::CodeDeploy::DeploymentGroup.AlarmConfiguration.Alarms[] { Name: (name) }))
        })
        .collect();
    alarms.into_values().collect()
}

fn watches<'e>(environments: &'e [&Environment]) -> impl Iterator<Item = &'e Watch> + Clone {
    environments.iter().flat_map(|environment| environment.watches())
}

fn deployment_group(name: &str, config: &Value, alarms: &[Value]) -> Resource {
    let group = resource!(AWS::CodeDeploy::DeploymentGroup {
        // By its name, which who deploys may be bound to.
        ApplicationName: (Value::pseudo("AWS::StackName")),
        DeploymentGroupName: (name),
        ServiceRoleArn: (attribute!(AWS::IAM::Role, id("TrafficShiftingRole"), "Arn")),
        DeploymentConfigName: (config),
        DeploymentStyle: { DeploymentType: "BLUE_GREEN", DeploymentOption: "WITH_TRAFFIC_CONTROL" },
        AlarmConfiguration: { Enabled: true, Alarms: (alarms.to_vec()) },
        AutoRollbackConfiguration: {
            Enabled: true,
            Events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
        },
    });
    group.depends_on(id("TrafficShiftingApplication"))
}

/// Moves aliases and looks at alarms, which is what AWS's own policy for it allows on all of them.
///
/// See <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html>.
fn role(functions: &[&FunctionSpec], environments: &[&Environment]) -> Resource {
    let aliases = Statement::allow(["lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"]);
    let aliases = functions.iter().fold(aliases, |aliases, function| {
        // By its name: the alias depends on what its traffic is moved with, and so on the role.
        let id = function.logical_id("Function");
        let qualified = function.alias().map(|alias| sub(format!("${{{id}.Arn}}:{alias}")));
        qualified.into_iter().fold(aliases.on(function.arn()), Statement::on)
    });
    let look = Watch::look(watches(environments), "${AWS::StackName}");
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": "codedeploy.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        }],
    });
    resource!(AWS::IAM::Role {
        AssumeRolePolicyDocument: (Value::from(trust)),
        Description: (sub("Moves the traffic of the functions of ${AWS::StackName} to new code")),
        Policies: [{ PolicyName: "Canary", PolicyDocument: (policy_document(&[aliases, look])) }],
    })
}

/// In other environments the alias moves at once.
fn moved_by(group: &LogicalId) -> Value {
    let update = Value::from(json!({
        "CodeDeployLambdaAliasUpdate": {
            "ApplicationName": id("TrafficShiftingApplication").reference(),
            "DeploymentGroupName": group.reference(),
        },
    }));
    Value::function("Fn::If", vec![moves().as_str().into(), update, Value::pseudo("AWS::NoValue")])
}

fn id(name: &str) -> LogicalId {
    LogicalId::of_words([name])
}
