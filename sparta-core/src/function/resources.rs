//! The resources of a function: its log group, its role and itself.

use std::collections::BTreeMap;

use super::{FunctionSpec, LogLevel, Scope};
use crate::{
    Architecture, attribute,
    cfn::{LogicalId, Output, Value, sub},
    construct::Grant,
    contract::{CODE_BUCKET, CODE_KEY},
    iam::{Statement, policy_document, trust_policy},
    property, resource,
    settings::Field,
    stack::Stack,
};

/// What the App declares for all its functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) architecture: Architecture,
    pub(crate) log_level: LogLevel,
    pub(crate) settings: &'a [Field],
}

impl FunctionSpec {
    /// Adds the function and what its triggers take.
    pub(crate) fn synthesize(&self, shared: Shared<'_>, stack: &mut Stack) {
        let (function, role, logs) = (self.logical_id("Function"), self.logical_id("Role"), self.logical_id("Logs"));
        stack.resource(logs.clone(), resource!(AWS::Logs::LogGroup { RetentionInDays: 30 }).delete());

        let write_logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
        let mut statements = vec![Statement::allow(write_logs).on(attribute!(AWS::Logs::LogGroup, logs, "Arn"))];
        for trigger in &self.triggers {
            trigger.synthesize(&mut Scope { stack, function: self, statements: &mut statements });
        }
        for grant in self.grants() {
            if !statements.contains(grant) {
                statements.push(grant.clone());
            }
        }
        let may = resource!(AWS::IAM::Role {
            AssumeRolePolicyDocument: (trust_policy("lambda.amazonaws.com")),
            Description: (sub(format!("What the function {} of ${{AWS::StackName}} may do", self.name))),
            Policies: [{ PolicyName: "Function", PolicyDocument: (policy_document(&statements)) }],
        });
        stack.resource(role.clone(), may);

        let options = &self.options;
        let variables = Some(self.all_variables(shared.settings)).filter(|variables| !variables.is_empty());
        let properties = resource!(AWS::Lambda::Function {
            Architectures: [(shared.architecture.lambda_name())],
            Code: { S3Bucket: (parameter(CODE_BUCKET)), S3Key: (parameter(CODE_KEY)) },
            Description: (Some(&options.description).filter(|text| !text.is_empty())),
            Environment: (variables.map(|all| property!(AWS::Lambda::Function.Environment { Variables: (all) }))),
            Handler: (&self.name),
            LoggingConfig: {
                LogFormat: "JSON",
                ApplicationLogLevel: (options.log_level.unwrap_or(shared.log_level).lambda_name()),
                LogGroup: (logs.reference()),
            },
            MemorySize: (options.memory.megabytes()),
            ReservedConcurrentExecutions: (options.reserved_concurrency),
            Role: (attribute!(AWS::IAM::Role, role, "Arn")),
            Runtime: "provided.al2023",
            Timeout: (options.timeout.as_secs()),
        });
        stack.resource(function.clone(), properties);
        let description = format!("Name of the function {} in Lambda", self.name);
        stack.output(function.clone(), Output::new(description, function.reference()));
    }

    /// Its own variables and the environments' settings.
    fn all_variables(&self, settings: &[Field]) -> BTreeMap<String, Value> {
        let settings = settings.iter().map(|field| (field.variable.clone(), parameter(&field.parameter_name())));
        settings.chain(Grant::variables(&self.uses)).chain(self.variables.clone()).collect()
    }
}

fn parameter(name: &str) -> Value {
    LogicalId::of_words([name]).reference()
}
