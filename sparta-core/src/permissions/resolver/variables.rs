//! What stands for the variables of an ARN: the properties that name a resource's parents, and the resource.

/// Where a variable's value is, when no property is called as it is.
struct Variable {
    kind: &'static str,
    variable: &'static str,
    property: &'static str,
    /// What it is where the property is left out.
    default: Option<&'static str>,
}

const fn variable(
    kind: &'static str,
    variable: &'static str,
    property: &'static str,
    default: Option<&'static str>,
) -> Variable {
    Variable { kind, variable, property, default }
}

/// Reviewed against the types' documentation and the service authorization reference.
const VARIABLES: &[Variable] = &[
    variable("AWS::CodeDeploy::DeploymentConfig", "DeploymentConfigurationName", "DeploymentConfigName", None),
    variable("AWS::ECS::Service", "ClusterName", "Cluster", Some("default")),
    variable("AWS::ECS::TaskSet", "ClusterName", "Cluster", None),
    variable("AWS::ECS::TaskSet", "ServiceName", "Service", None),
    variable("AWS::Kinesis::StreamConsumer", "StreamName", "StreamARN", None),
    variable("AWS::S3Tables::Table", "TableBucketName", "TableBucketARN", None),
    variable("AWS::S3Vectors::Index", "BucketName", "VectorBucketName", None),
    variable("AWS::Scheduler::Schedule", "GroupName", "GroupName", Some("default")),
];

/// Types whose resources' ARNs end with the name that their property `Name` gives.
const NAMED: &[(&str, &str)] = &[
    ("AWS::ApiGatewayV2::DomainName", "DomainName"),
    ("AWS::CodePipeline::Pipeline", "PipelineName"),
    ("AWS::Events::ApiDestination", "ApiDestinationName"),
    ("AWS::Events::Archive", "ArchiveName"),
    ("AWS::Events::Connection", "ConnectionName"),
    ("AWS::Scheduler::ScheduleGroup", "GroupName"),
];

/// Variables that are called as a property of another meaning.
const OTHERWISE: &[(&str, &str)] = &[("AWS::SageMaker::App", "AppName"), ("AWS::Cognito::UserPoolDomain", "Domain")];

/// What a service puts behind the names of a type's resources.
const BEHIND: &[(&str, &str, &str)] =
    &[("AWS::Events::ApiDestination", "ApiDestinationName", "*"), ("AWS::Events::Connection", "ConnectionName", "*")];

/// Services that write names in small letters.
const IN_SMALL_LETTERS: &[&str] = &["elasticache", "imagebuilder", "memorydb", "rds", "redshift"];

/// ARNs that also stand for what is in a resource, with what that ends with: most actions on a log group want it.
///
/// See <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html>.
const WITH_PARTS: &[(&str, &str, &str)] = &[("logs", "log-group", ":*")];

/// The property that has a variable's value, and the value where it is left out.
pub(super) fn property(kind: &str, variable: &str) -> Option<(&'static str, Option<&'static str>)> {
    if let Some(known) = VARIABLES.iter().find(|it| (it.kind, it.variable) == (kind, variable)) {
        return Some((known.property, known.default));
    }
    if NAMED.contains(&(kind, variable)) {
        return Some(("Name", None));
    }
    // What a property chooses from, such as `Scope`, is written in other ways in ARNs.
    let names = ["Name", "Id", "Identifier"].iter().any(|end| variable.ends_with(end));
    let is_other = OTHERWISE.contains(&(kind, variable));
    let schema = sparta_schema::resource_type(kind).filter(|_| names && !is_other)?;
    let found = schema.properties().find(|property| property.eq_ignore_ascii_case(variable))?;
    (!schema.read_only().contains(&found)).then_some((found, None))
}

/// A property's value as it is in an ARN: the last part of one that is an ARN itself; `None` where that is not sure.
pub(super) fn in_arn(service: &str, kind: &str, variable: &str, text: &str) -> Option<String> {
    let text = text.strip_suffix("/*").unwrap_or(text);
    let name = match text.starts_with("arn:") {
        true => text.rsplit(['/', ':']).next().unwrap_or_default(),
        false => text,
    };
    let plain = name.replace("${AWS::StackName}", "").replace("${AWS::Region}", "").replace("${AWS::AccountId}", "");
    let is_name = |c: char| c.is_ascii_alphanumeric() || "._-*$".contains(c);
    if name.is_empty() || !plain.chars().all(is_name) {
        return None;
    }
    let name = match IN_SMALL_LETTERS.contains(&service) && !name.contains("${") {
        true => name.to_ascii_lowercase(),
        false => name.to_owned(),
    };
    let behind = BEHIND.iter().find(|it| (it.0, it.1) == (kind, variable)).map_or("", |it| it.2);
    Some(name + behind)
}

/// What ARNs end with that stand for what is in one of these resources.
pub(super) fn of_parts(service: &str, resource: &str) -> Option<&'static str> {
    WITH_PARTS.iter().find(|it| (it.0, it.1) == (service, resource)).map(|it| it.2)
}
