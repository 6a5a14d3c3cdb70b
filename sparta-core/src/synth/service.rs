use serde_json::json;

use super::LogLevel;
use crate::{
    FunctionSpec, Mistake, Model,
    cfn::{
        LogicalId, Output, Parameter, Resource, Statement, Template, Value, get_att, policy_document, reference, sub,
        trust_policy,
    },
    settings::Field,
    trigger::Scope,
};

/// The template of the service itself.
pub(super) fn template(model: &Model, level: LogLevel) -> (Template, Vec<Mistake>) {
    let mut template = Template::new(&model.description);
    template.parameter(id("CodeBucket"), Parameter::string("S3 bucket that holds the code archive"));
    template.parameter(id("CodeKey"), Parameter::string("S3 key of the code archive"));
    for field in model.settings() {
        template.parameter(id(&field.parameter_name()), field.parameter());
    }
    for spec in &model.functions {
        function(model, spec, level, &mut template);
    }
    let mut mistakes = limits(&template);
    mistakes.extend(model.settings().iter().filter_map(|field| taken(field, &template)));
    (template, mistakes)
}

fn id(words: &str) -> LogicalId {
    LogicalId::of_words([words])
}

fn function(model: &Model, spec: &FunctionSpec, level: LogLevel, template: &mut Template) {
    let (function, role, logs) = (spec.logical_id("Function"), spec.logical_id("Role"), spec.logical_id("Logs"));
    let log_group = json!({"RetentionInDays": 30});
    template.resource(logs.clone(), Resource::new("AWS::Logs::LogGroup", log_group).delete());

    let mut statements =
        vec![Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).on(get_att(&logs, "Arn"))];
    for trigger in &spec.triggers {
        trigger.synthesize(&mut Scope { template, function: spec, statements: &mut statements });
    }
    statements.extend(spec.grants.iter().cloned());
    let policy = json!({"PolicyName": "Function", "PolicyDocument": policy_document(&statements)});
    let properties = json!({
        "AssumeRolePolicyDocument": trust_policy("lambda.amazonaws.com"),
        "Description": sub(format!("What the function {} of ${{AWS::StackName}} may do", spec.name)),
        "Policies": [policy],
    });
    template.resource(role.clone(), Resource::new("AWS::IAM::Role", properties));

    let mut properties = json!({
        "Architectures": [model.architecture.lambda_name()],
        "Code": {"S3Bucket": reference(&id("CodeBucket")), "S3Key": reference(&id("CodeKey"))},
        "Handler": spec.name,
        "LoggingConfig": {
            "LogFormat": "JSON", "ApplicationLogLevel": level.lambda_name(), "LogGroup": reference(&logs),
        },
        "MemorySize": spec.memory.megabytes(),
        "Role": get_att(&role, "Arn"),
        "Runtime": "provided.al2023",
        "Timeout": spec.timeout.as_secs(),
    });
    let variables = variables(model, spec);
    if !variables.is_empty() {
        properties["Environment"] = json!({"Variables": variables});
    }
    if !spec.description.is_empty() {
        properties["Description"] = json!(spec.description);
    }
    if let Some(instances) = spec.reserved_concurrency {
        properties["ReservedConcurrentExecutions"] = json!(instances);
    }
    template.resource(function.clone(), Resource::new("AWS::Lambda::Function", properties));
    let description = format!("Name of the function {} in Lambda", spec.name);
    template.output(function.clone(), Output::new(description, reference(&function)));
}

fn variables(model: &Model, spec: &FunctionSpec) -> std::collections::BTreeMap<String, Value> {
    let settings = model.settings().iter().map(|field| {
        let parameter = id(&field.parameter_name());
        (field.variable.clone(), reference(&parameter))
    });
    settings.chain(spec.variables.clone()).collect()
}

/// Parameters and resources share one set of names.
fn taken(field: &Field, template: &Template) -> Option<Mistake> {
    let parameter = field.parameter_name();
    let is_resource = template.resources().contains_key(&id(&parameter));
    is_resource.then(|| Mistake::ParameterTaken { variable: field.variable.clone(), parameter })
}

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
fn limits(template: &Template) -> Vec<Mistake> {
    let counts = [
        ("parameters", template.parameters().len(), 200),
        ("resources", template.resources().len(), 500),
        ("outputs", template.outputs().len(), 200),
    ];
    let too_many = counts.into_iter().filter(|(_, count, limit)| count > limit);
    let mut mistakes: Vec<Mistake> =
        too_many.map(|(what, count, limit)| Mistake::TooMany { what, count, limit }).collect();
    let bytes = template.to_json().len();
    if bytes > 1_000_000 {
        mistakes.push(Mistake::TemplateTooLarge { bytes });
    }
    mistakes
}
