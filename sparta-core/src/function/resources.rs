//! The resources of a function: its log group, its role and itself.

use std::collections::BTreeMap;

use super::{
    FileSystem, FunctionSpec, LogFormat, ManagedInstances, Options, RecursiveLoop, Retention, Scope,
    options::{DEFAULT_MEMORY, DEFAULT_TIMEOUT},
};
use crate::{
    Architecture, attribute,
    cfn::{IntoValue, LogicalId, Output, Resource, Value, sub},
    construct::Grant,
    contract::{CODE_BUCKET, CODE_KEY},
    iam::{Statement, policy_document, trust_policy},
    property, resource,
    settings::{Field, Stored},
    stack::Stack,
};

/// What the App declares for all its functions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) architecture: Architecture,
    pub(crate) settings: &'a [Field],
    pub(crate) stored: &'a Stored,
}

impl FunctionSpec {
    /// Adds the function and what its triggers take.
    pub(crate) fn synthesize(&self, shared: Shared<'_>, stack: &mut Stack) {
        let before = self.before_changes(stack);
        let (function, role, logs) = (self.logical_id("Function"), self.logical_id("Role"), self.logical_id("Logs"));
        let options = &self.options;
        let group =
            resource!(AWS::Logs::LogGroup { RetentionInDays: (options.kept_days()), Tags: (options.tag_list()) });
        stack.resource(logs.clone(), group.delete());

        let write_logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
        let mut statements = vec![Statement::allow(write_logs).on(attribute!(AWS::Logs::LogGroup, logs, "Arn"))];
        statements.extend(options.statements());
        statements.extend(shared.stored.permission());
        for trigger in self.triggers.iter() {
            trigger.synthesize(&mut Scope::new(stack, self, &mut statements));
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
            Tags: (options.tag_list()),
        });
        stack.resource(role.clone(), may);

        let variables = Some(self.all_variables(shared)).filter(|variables| !variables.is_empty());
        let properties = resource!(AWS::Lambda::Function {
            Architectures: [(shared.architecture.lambda_name())],
            CapacityProviderConfig: (options.managed_instances.as_ref().map(ManagedInstances::capacity)),
            Code: { S3Bucket: (parameter(CODE_BUCKET)), S3Key: (parameter(CODE_KEY)) },
            CodeSigningConfigArn: (&options.code_signing),
            DeadLetterConfig: (options.asynchronous.dead_letter_config()),
            Description: (Some(&options.description).filter(|text| !text.is_empty())),
            Environment: (variables.map(|all| property!(AWS::Lambda::Function.Environment { Variables: (all) }))),
            EphemeralStorage: (options.storage()),
            FileSystemConfigs: (options.file_systems()),
            FunctionScalingConfig: (options.managed_instances.as_ref().and_then(ManagedInstances::scaling)),
            Handler: (&self.name),
            KmsKeyArn: (&options.kms_key),
            Layers: (Some(&options.lambda_layers).filter(|layers| !layers.is_empty())),
            LoggingConfig: {
                LogFormat: (options.log_format.unwrap_or_default().lambda_name()),
                ApplicationLogLevel: (options.json_level()),
                LogGroup: (logs.reference()),
            },
            MemorySize: (options.megabytes()),
            PublishToLatestPublished: (options.managed_instances.as_ref().map(|_| true)),
            RecursiveLoop: (options.recursive_loop.map(RecursiveLoop::lambda_name)),
            ReservedConcurrentExecutions: (options.reserved_concurrency.as_ref().map(|it| it.to_value(Value::from))),
            Role: (attribute!(AWS::IAM::Role, role, "Arn")),
            Runtime: "provided.al2023",
            Tags: (options.tag_list()),
            TenancyConfig: (options.tenancy()),
            Timeout: (options.seconds()),
            TracingConfig: (options.tracing()),
            VpcConfig: (options.vpc_config()),
        });
        stack.resource(function.clone(), shared.stored.ids().fold(properties, Resource::depends_on));
        let description = format!("Name of the function {} in Lambda", self.name);
        stack.output(function.clone(), Output::new(description, function.reference()));
        self.add_alias(stack);
        self.add_event_invoke_config(stack);
        self.customize(&before, stack);
    }

    /// Adds what becomes of asynchronous events, where that is said.
    fn add_event_invoke_config(&self, stack: &mut Stack) {
        let asynchronous = &self.options.asynchronous;
        if !asynchronous.has_config() {
            return;
        }
        let config = resource!(AWS::Lambda::EventInvokeConfig {
            DestinationConfig: (asynchronous.destination_config()),
            FunctionName: (self.logical_id("Function").reference()),
            Qualifier: (self.qualifier()),
            MaximumEventAgeInSeconds: (asynchronous.max_event_age.map(|age| age.as_secs())),
            MaximumRetryAttempts: (asynchronous.retries),
        });
        let config = self.alias_id().into_iter().fold(config, Resource::depends_on);
        stack.resource(self.logical_id("EventInvokeConfig"), config);
    }

    /// Its own variables and the environments' settings.
    fn all_variables(&self, Shared { settings, stored, .. }: Shared<'_>) -> BTreeMap<String, Value> {
        let settings = settings
            .iter()
            .filter(|field| self.has_variable_of(field, stored))
            .map(|field| (field.variable.clone(), parameter(&field.parameter_name())));
        let settings = settings.chain(stored.variable());
        settings.chain(Grant::variables(&self.uses)).chain((*self.variables).clone()).collect()
    }
}

/// The options as properties.
impl Options {
    fn megabytes(&self) -> Value {
        let memory = self.memory.clone().unwrap_or(DEFAULT_MEMORY.into());
        memory.to_value(|memory| memory.megabytes().into())
    }

    fn seconds(&self) -> Value {
        let timeout = self.timeout.clone().unwrap_or(DEFAULT_TIMEOUT.into());
        timeout.to_value(|timeout| timeout.as_secs().into())
    }

    fn storage(&self) -> Option<Value> {
        let size = self.ephemeral_storage.as_ref()?.to_value(|storage| storage.megabytes().into());
        Some(property!(AWS::Lambda::Function.EphemeralStorage { Size: (size) }))
    }

    fn kept_days(&self) -> Option<Value> {
        let Some(retention) = &self.log_retention else { return Some(30.into()) };
        let is_forever = retention.fixed() == Some(Retention::forever());
        (!is_forever).then(|| retention.to_value(|it| it.as_days().into_value().unwrap_or(Value::Null)))
    }

    fn json_level(&self) -> Option<&str> {
        let is_json = self.log_format.unwrap_or_default() == LogFormat::Json;
        is_json.then(|| self.log_level.unwrap_or_default().lambda_name())
    }

    fn tracing(&self) -> Option<Value> {
        let mode = self.tracing?.lambda_name();
        Some(property!(AWS::Lambda::Function.TracingConfig { Mode: (mode) }))
    }

    fn tenancy(&self) -> Option<Value> {
        self.tenant_isolation
            .then(|| property!(AWS::Lambda::Function.TenancyConfig { TenantIsolationMode: "PER_TENANT" }))
    }

    fn vpc_config(&self) -> Option<Value> {
        let vpc = self.vpc.as_ref()?;
        Some(property!(AWS::Lambda::Function.VpcConfig {
            SubnetIds: (&vpc.subnets),
            SecurityGroupIds: (&vpc.security_groups),
            Ipv6AllowedForDualStack: (vpc.ipv6.then_some(true)),
        }))
    }

    fn file_systems(&self) -> Option<Value> {
        let FileSystem { access_point, path, .. } = self.file_system.as_ref()?;
        let config =
            property!(AWS::Lambda::Function.FileSystemConfigs[] { Arn: (access_point), LocalMountPath: (path) });
        Some(vec![config].into())
    }

    fn tag_list(&self) -> Option<Value> {
        let tags: Vec<Value> = self.tags.iter().map(|(key, value)| tag(key, value)).collect();
        (!tags.is_empty()).then(|| tags.into())
    }
}

fn tag(key: &str, value: &str) -> Value {
    property!(AWS::Lambda::Function.Tags[] { Key: (key), Value: (value) })
}

fn parameter(name: &str) -> Value {
    LogicalId::of_words([name]).reference()
}
