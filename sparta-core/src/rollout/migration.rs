//! Functions that run once with new code before any other function has it.
//!
//! CloudFormation orders that: a custom resource changes with the code, every other function depends on it, and when it fails, the
//! update is rolled back. What it asks is a function of its own, because only that can wait without a VPC's way to CloudFormation,
//! and knows a rollback, on which nothing runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    FunctionSpec, attribute,
    cfn::{LogicalId, Parameter, Resource, Value, sub},
    contract::{CODE_KEY, MIGRATION_FUNCTION},
    iam::{Statement, policy_document, trust_policy},
    model::Model,
    resource,
    stack::Stack,
};

/// Python, because Lambda runs it as it is written.
const PROGRAM: &str = include_str!("migrate.py");

/// The seconds that CloudFormation waits; the runner is stopped before.
const SERVICE_TIMEOUT: u32 = 960;

/// Adds the parameter for an environment's migration, and what runs it.
///
/// It is there in all environments, and does nothing where none is to run: what others depend on cannot depend on a condition.
pub(super) fn add(model: &Model, stack: &mut Stack) {
    let names: BTreeSet<&str> = model.environments.iter().filter_map(|it| it.migration_function()).collect();
    let migrations: Vec<&FunctionSpec> = model.functions.iter().filter(|it| names.contains(it.name())).collect();
    if migrations.is_empty() {
        return;
    }
    stack.parameter(id(MIGRATION_FUNCTION), parameter(&names));
    add_runner(&migrations, stack);
    stack.resource(id(MIGRATION), run(&migrations));
    for function in model.functions.iter().filter(|it| !names.contains(it.name())) {
        // Where an id is the user's, that is a mistake already.
        _ = stack.change(&function_of(function), |function| function.depends_on(id(MIGRATION)));
    }
}

fn parameter(names: &BTreeSet<&str>) -> Parameter {
    Parameter {
        default: Some(String::new()),
        allowed_values: [""].iter().chain(names).map(|name| (*name).to_owned()).collect(),
        ..Parameter::string("Function that runs with new code before any other has it; none where it is empty")
    }
}

/// It changes with the code, and with what is to run.
fn run(migrations: &[&FunctionSpec]) -> Resource {
    let functions: BTreeMap<&str, Value> =
        migrations.iter().map(|function| (function.name(), function_of(function).reference())).collect();
    let properties = serde_json::json!({
        "ServiceToken": attribute!(AWS::Lambda::Function, id(RUNNER), "Arn"),
        "ServiceTimeout": SERVICE_TIMEOUT,
        "Run": id(MIGRATION_FUNCTION).reference(),
        "Functions": functions,
        "Code": id(CODE_KEY).reference(),
    });
    Resource::raw("Custom::Migration", properties).depends_on(id(ONCE))
}

const MIGRATION: &str = "Migration";
const RUNNER: &str = "MigrationRunner";
const ONCE: &str = "MigrationRunnerOnce";

fn add_runner(migrations: &[&FunctionSpec], stack: &mut Stack) {
    let [log, role] = ["MigrationRunnerLogs", "MigrationRunnerRole"].map(id);
    let write = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]);
    let write = write.on(attribute!(AWS::Logs::LogGroup, log, "Arn"));
    let look = Statement::allow(["cloudformation:DescribeStacks"]).on(Value::pseudo("AWS::StackId"));
    let invoke = Statement::allow(["lambda:InvokeFunction"]);
    let invoke = migrations.iter().fold(invoke, |invoke, function| invoke.on(function.arn()));
    let may = resource!(AWS::IAM::Role {
        AssumeRolePolicyDocument: (trust_policy("lambda.amazonaws.com")),
        Description: (sub("Runs the migrations of ${AWS::StackName}")),
        Policies: [{ PolicyName: "Function", PolicyDocument: (policy_document(&[write, look, invoke])) }],
    });
    let runner = resource!(AWS::Lambda::Function {
        Description: "Runs a migration before other functions have new code",
        Architectures: ["arm64"],
        Code: { ZipFile: (PROGRAM) },
        Handler: "index.handler",
        LoggingConfig: { LogGroup: (log.reference()) },
        MemorySize: 128,
        Role: (attribute!(AWS::IAM::Role, role, "Arn")),
        Runtime: "python3.13",
        Timeout: 900,
    });
    // CloudFormation asks by an event, which Lambda would send again.
    let once = resource!(AWS::Lambda::EventInvokeConfig {
        FunctionName: (id(RUNNER).reference()),
        Qualifier: "$LATEST",
        MaximumRetryAttempts: 0,
    });
    let group = resource!(AWS::Logs::LogGroup { RetentionInDays: 90 });
    for (id, resource) in [(log, group.delete()), (role, may), (id(RUNNER), runner), (id(ONCE), once)] {
        stack.resource(id, resource);
    }
}

fn function_of(function: &FunctionSpec) -> LogicalId {
    function.logical_id("Function")
}

fn id(name: &str) -> LogicalId {
    LogicalId::of_words([name])
}
