//! The template of the service itself.

use super::{LogLevel, limits};
use crate::{
    FunctionSpec, Mistake, Model, Subject,
    app::UserResources,
    attribute,
    cfn::{LogicalId, Output, Parameter, Template, Value, sub},
    contract::{CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY as BOUNDARY},
    iam::{Statement, policy_document, trust_policy},
    property, resource,
    settings::Field,
    trigger::Scope,
};

/// The template of the service itself.
pub(super) fn template(model: &Model, level: LogLevel) -> (Template, Vec<Mistake>) {
    let mut template = Template::new(&model.description);
    template.parameter(id(CODE_BUCKET), Parameter::string("S3 bucket that holds the code archive"));
    template.parameter(id(CODE_KEY), Parameter::string("S3 key of the code archive"));
    for field in model.settings() {
        template.parameter(id(&field.parameter_name()), field.parameter());
    }
    for spec in &model.functions {
        function(model, spec, level, &mut template);
    }
    let mut mistakes = parts(&model.user_resources, &mut template);
    bound_roles(&mut template);
    mistakes.extend(template.mistakes().into_iter().map(|problem| Mistake::new(Subject::Template, problem)));
    mistakes.extend(limits::check(&template));
    mistakes.extend(model.settings().iter().filter_map(|field| taken(field, &template)));
    (template, mistakes)
}

/// What a pipeline passes so that no role or user of the service can do more than the pipeline was made for; nobody else does.
fn bound_roles(template: &mut Template) {
    let (boundary, given) = (id(BOUNDARY), id("HasPermissionsBoundary"));
    let parameter = Parameter::string("ARN of the policy that bounds the functions' roles; none if empty");
    template.parameter(boundary.clone(), Parameter { default: Some(String::new()), ..parameter });
    let none = Value::function("Fn::Equals", vec![boundary.reference(), "".into()]);
    template.condition(given.clone(), Value::function("Fn::Not", vec![none]));
    let choices = vec![Value::from(given.as_str()), boundary.reference(), Value::pseudo("AWS::NoValue")];
    let boundary = Value::function("Fn::If", choices);
    for kind in ["AWS::IAM::Role", "AWS::IAM::User"] {
        template.set_everywhere(kind, BOUNDARY, &boundary);
    }
}

fn id(words: &str) -> LogicalId {
    LogicalId::of_words([words])
}

fn function(model: &Model, spec: &FunctionSpec, level: LogLevel, template: &mut Template) {
    let (function, role, logs) = (spec.logical_id("Function"), spec.logical_id("Role"), spec.logical_id("Logs"));
    template.resource(logs.clone(), resource!(AWS::Logs::LogGroup { RetentionInDays: 30 }).delete());

    let write_logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let mut statements = vec![Statement::allow(write_logs).on(attribute!(AWS::Logs::LogGroup, logs, "Arn"))];
    for trigger in &spec.triggers {
        trigger.synthesize(&mut Scope { template, function: spec, statements: &mut statements });
    }
    statements.extend(spec.grants.iter().cloned());
    let may = resource!(AWS::IAM::Role {
        AssumeRolePolicyDocument: (trust_policy("lambda.amazonaws.com")),
        Description: (sub(format!("What the function {} of ${{AWS::StackName}} may do", spec.name))),
        Policies: [{ PolicyName: "Function", PolicyDocument: (policy_document(&statements)) }],
    });
    template.resource(role.clone(), may);

    let variables = Some(variables(model, spec)).filter(|variables| !variables.is_empty());
    let properties = resource!(AWS::Lambda::Function {
        Architectures: [(model.architecture.lambda_name())],
        Code: { S3Bucket: (id(CODE_BUCKET).reference()), S3Key: (id(CODE_KEY).reference()) },
        Description: (Some(&spec.options.description).filter(|text| !text.is_empty())),
        Environment: (variables.map(|all| property!(AWS::Lambda::Function.Environment { Variables: (all) }))),
        Handler: (&spec.name),
        LoggingConfig: {
            LogFormat: "JSON",
            ApplicationLogLevel: (level.lambda_name()),
            LogGroup: (logs.reference()),
        },
        MemorySize: (spec.memory().megabytes()),
        ReservedConcurrentExecutions: (spec.options.reserved_concurrency),
        Role: (attribute!(AWS::IAM::Role, role, "Arn")),
        Runtime: "provided.al2023",
        Timeout: (spec.timeout().as_secs()),
    });
    template.resource(function.clone(), properties);
    let description = format!("Name of the function {} in Lambda", spec.name);
    template.output(function.clone(), Output::new(description, function.reference()));
}

/// Adds what is the user's own, last, so that it changes no name of the rest.
fn parts(parts: &UserResources, template: &mut Template) -> Vec<Mistake> {
    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut free = |what: &'static str, id: &str, is_taken: &dyn Fn(&LogicalId) -> bool| match LogicalId::new(id) {
        Ok(id) if is_taken(&id) => {
            mistakes.push(IdMistake::Taken { what, id }.into());
            None
        }
        Ok(id) => Some(id),
        Err(_) => {
            mistakes.push(IdMistake::Malformed { what, id: id.to_owned() }.into());
            None
        }
    };
    for (id, condition) in &parts.conditions {
        if let Some(id) = free("condition", id, &|id| template.conditions().contains_key(id)) {
            template.condition(id, condition.clone());
        }
    }
    for (id, resource) in &parts.resources {
        if let Some(id) = free("resource", id, &|id| template.resources().contains_key(id)) {
            template.resource(id, resource.clone());
        }
    }
    for (id, output) in &parts.outputs {
        if let Some(id) = free("output", id, &|id| template.outputs().contains_key(id)) {
            template.output(id, output.clone());
        }
    }
    mistakes
}

fn variables(model: &Model, spec: &FunctionSpec) -> std::collections::BTreeMap<String, Value> {
    let settings = model.settings().iter().map(|field| {
        let parameter = id(&field.parameter_name());
        (field.variable.clone(), parameter.reference())
    });
    settings.chain(spec.variables.clone()).collect()
}

/// Parameters and resources share one set of names.
fn taken(field: &Field, template: &Template) -> Option<Mistake> {
    let parameter = field.parameter_name();
    let is_resource = template.resources().contains_key(&id(&parameter));
    is_resource.then(|| IdMistake::Parameter { variable: field.variable.clone(), parameter }.into())
}

/// What is wrong with a logical id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum IdMistake {
    #[error("the {what} `{id}` has to be called with 1 to 255 letters and digits: rename it")]
    Malformed { what: &'static str, id: String },
    #[error("the {what} `{id}` is called like another one of the template: rename it")]
    Taken { what: &'static str, id: LogicalId },
    #[error(
        "the setting `{variable}` would be the parameter `{parameter}`, and a resource is called that already: rename it"
    )]
    Parameter { variable: String, parameter: String },
}

impl From<IdMistake> for Mistake {
    fn from(problem: IdMistake) -> Self {
        Self::new(Subject::Template, problem)
    }
}
