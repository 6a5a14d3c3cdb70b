//! What the registry does not list, or lists too much of: reviewed tables, each entry with its reason.

mod misnamed;
mod unneeded;
mod web_acl;

pub(super) use misnamed::as_iam_has_it;
#[cfg(test)]
pub(super) use misnamed::{MISNAMED, UNKNOWN};
#[cfg(test)]
pub(super) use unneeded::UNNEEDED;
pub(super) use unneeded::{Unneeded, rules};
pub(super) use web_acl::names_of_what_it_is_about;

/// What is needed although the registry does not list it, or lists nothing of the type.
pub(super) struct Added {
    kind: &'static str,
    pub(super) actions: &'static [&'static str],
    pub(super) on: AddedOn,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for whoever reviews the table"))]
    pub(super) reason: &'static str,
}

/// What such actions are on.
pub(super) enum AddedOn {
    /// What all actions of the type are on.
    Own,
    /// One of the types that IAM has for the service: what the resource is of it.
    Part(&'static str, &'static str),
    /// The service's resources that are called so.
    Others(&'static str, &'static str),
}

pub(super) const ADDED: &[Added] = &[
    Added {
        kind: "AWS::ApiGatewayV2::Api",
        actions: &["apigateway:POST"],
        on: AddedOn::Part("apigateway", "Tags"),
        reason: "APIs of the second version are tagged by POST, which IAM's reference leaves out",
    },
    Added {
        kind: "AWS::ApiGatewayV2::Stage",
        actions: &["apigateway:POST"],
        on: AddedOn::Part("apigateway", "Tags"),
        reason: "their stages too",
    },
    Added {
        kind: "AWS::ApiGatewayV2::Stage",
        actions: &[
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
            "logs:GetLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:UpdateLogDelivery",
        ],
        on: AddedOn::Own,
        reason: "CloudWatch delivers access logs for whoever asks API Gateway for them: http-api-logging.html of its guide",
    },
    Added {
        kind: "AWS::ApiGatewayV2::DomainName",
        actions: &["apigateway:POST"],
        on: AddedOn::Part("apigateway", "Tags"),
        reason: "domain names with tags too",
    },
    Added {
        kind: "AWS::ApiGatewayV2::DomainName",
        actions: &["s3:GetObject", "s3:GetObjectVersion"],
        on: AddedOn::Own,
        reason: "API Gateway reads a truststore for whoever names it: http-api-mutual-tls.html of its guide",
    },
    Added {
        kind: "AWS::ApiGatewayV2::VpcLink",
        actions: &["apigateway:POST"],
        on: AddedOn::Part("apigateway", "Tags"),
        reason: "and links to VPCs",
    },
    Added {
        kind: "AWS::ApiGateway::RestApi",
        actions: &["apigateway:DELETE", "apigateway:PUT"],
        on: AddedOn::Part("apigateway", "Tags"),
        reason: "tags are resources of their own",
    },
    Added {
        kind: "AWS::ApiGateway::Stage",
        actions: &["apigateway:DELETE", "apigateway:PUT"],
        on: AddedOn::Part("apigateway", "Tags"),
        reason: "the same",
    },
    Added {
        kind: "AWS::CodeBuild::Project",
        actions: &[
            "codebuild:BatchGetProjects",
            "codebuild:CreateProject",
            "codebuild:CreateWebhook",
            "codebuild:DeleteProject",
            "codebuild:DeleteWebhook",
            "codebuild:UpdateProject",
            "codebuild:UpdateWebhook",
            "iam:PassRole",
        ],
        on: AddedOn::Own,
        reason: "the registry has no handlers of it",
    },
    Added {
        kind: "AWS::CodeDeploy::Application",
        actions: &["codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"],
        on: AddedOn::Own,
        reason: "CloudFormation deploys a function's alias with them for its update policy",
    },
    Added {
        kind: "AWS::CodeDeploy::DeploymentGroup",
        actions: &["codedeploy:CreateDeployment", "codedeploy:GetDeployment"],
        on: AddedOn::Own,
        reason: "the same",
    },
    Added {
        kind: "AWS::CodeDeploy::DeploymentGroup",
        actions: &["codedeploy:GetDeploymentConfig"],
        on: AddedOn::Others("codedeploy", "deploymentconfig:CodeDeployDefault.Lambda*"),
        reason: "and reads how the traffic moves",
    },
    Added {
        kind: "AWS::CodeDeploy::DeploymentConfig",
        actions: &["codedeploy:GetDeploymentConfig"],
        on: AddedOn::Own,
        reason: "the same for one of the service's own",
    },
    Added {
        kind: "AWS::Synthetics::Canary",
        actions: &["lambda:AddPermission"],
        on: AddedOn::Others("lambda", "function:cwsyn-*"),
        reason: "a canary makes its function itself, of this name",
    },
    Added { kind: "AWS::CDK::Metadata", actions: &[], on: AddedOn::Own, reason: "it is nothing in AWS" },
    Added {
        kind: "AWS::CloudFormation::WaitCondition",
        actions: &[],
        on: AddedOn::Own,
        reason: "CloudFormation keeps it",
    },
    Added {
        kind: "AWS::CloudFormation::WaitConditionHandle",
        actions: &[],
        on: AddedOn::Own,
        reason: "CloudFormation keeps it",
    },
];

/// What IAM calls a type's resources, where it is not what CloudFormation calls the type.
const OWN: &[(&str, &[&str])] = &[
    ("AWS::ApiGateway::ApiKey", &["ApiKey", "ApiKeys", "Tags"]),
    ("AWS::ApiGateway::ClientCertificate", &["ClientCertificate", "ClientCertificates", "Tags"]),
    ("AWS::ApiGateway::DomainName", &["DomainName", "DomainNames", "Tags"]),
    ("AWS::ApiGateway::RestApi", &["RestApi", "RestApis", "Tags"]),
    ("AWS::ApiGateway::Stage", &["Stage", "Stages", "Tags"]),
    ("AWS::ApiGateway::UsagePlan", &["UsagePlan", "UsagePlans", "Tags"]),
    ("AWS::ApiGateway::VpcLink", &["VpcLink", "VpcLinks", "Tags"]),
    ("AWS::ApiGatewayV2::Api", &["Api", "Apis", "Tags"]),
    ("AWS::ApiGatewayV2::DomainName", &["DomainName", "DomainNames", "Tags"]),
    ("AWS::ApiGatewayV2::Stage", &["Stage", "Stages", "Tags"]),
    ("AWS::ApiGatewayV2::VpcLink", &["VpcLink", "VpcLinks", "Tags"]),
    ("AWS::DocDB::DBCluster", &["cluster"]),
    ("AWS::DocDB::DBInstance", &["db"]),
    ("AWS::EC2::EIP", &["elastic-ip"]),
    ("AWS::ElasticLoadBalancingV2::Listener", &["listener/app", "listener/gwy", "listener/net"]),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", &["listener-rule/app", "listener-rule/net"]),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", &["loadbalancer/app/", "loadbalancer/gwy/", "loadbalancer/net/"]),
    ("AWS::Events::Rule", &["rule-on-default-event-bus", "rule-on-custom-event-bus"]),
    ("AWS::IAM::ManagedPolicy", &["policy"]),
    ("AWS::KMS::ReplicaKey", &["key"]),
    ("AWS::Kinesis::StreamConsumer", &["consumer"]),
    ("AWS::Neptune::DBCluster", &["cluster"]),
    ("AWS::Neptune::DBInstance", &["db"]),
    ("AWS::RDS::DBCluster", &["cluster"]),
    ("AWS::RDS::DBClusterParameterGroup", &["cluster-pg"]),
    ("AWS::RDS::DBInstance", &["db"]),
    ("AWS::RDS::DBParameterGroup", &["pg"]),
    ("AWS::RDS::DBProxy", &["proxy"]),
    ("AWS::RDS::DBSubnetGroup", &["subgrp"]),
    ("AWS::RDS::OptionGroup", &["og"]),
    ("AWS::SSM::Parameter", &["parameter"]),
    ("AWS::StepFunctions::StateMachine", &["statemachine"]),
];

/// Attributes that are the ARN of a part of a resource, and what that ends with.
const PART_ARNS: &[(&str, &str, &str)] = &[
    ("AWS::DynamoDB::GlobalTable", "StreamArn", "/stream/*"),
    ("AWS::DynamoDB::Table", "StreamArn", "/stream/*"),
    ("AWS::Logs::LogGroup", "Arn", ":*"),
];

/// Who takes on the roles that a type's resources are given, where it is not `<service>.amazonaws.com`.
///
/// EKS takes the roles of clusters and nodes itself
/// (<https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html>), and pods have their own
/// (<https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html>,
/// <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html>). Redshift Serverless wants both of its principals
/// (<https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-security-other-services.html>).
const PRINCIPALS: &[(&str, &[&str])] = &[
    ("AWS::ApiGatewayV2::", &["apigateway"]),
    ("AWS::AppRunner::", &["build.apprunner", "tasks.apprunner"]),
    ("AWS::ApplicationAutoScaling::", &["application-autoscaling"]),
    ("AWS::Batch::", &["batch", "ec2", "ecs-tasks", "spotfleet"]),
    ("AWS::BedrockAgentCore::", &["bedrock-agentcore"]),
    ("AWS::Cognito::IdentityPoolRoleAttachment", &["cognito-identity"]),
    ("AWS::Cognito::", &["cognito-idp"]),
    ("AWS::CustomerProfiles::", &["profile"]),
    ("AWS::DocDB::", &["rds"]),
    ("AWS::EC2::FlowLog", &["vpc-flow-logs"]),
    ("AWS::EC2::SpotFleet", &["ec2", "spotfleet"]),
    ("AWS::ECS::Service", &["ecs"]),
    ("AWS::ECS::", &["ecs-tasks"]),
    ("AWS::EKS::FargateProfile", &["eks", "eks-fargate-pods"]),
    ("AWS::EKS::PodIdentityAssociation", &["eks", "pods.eks"]),
    ("AWS::EMRContainers::", &["emr-containers"]),
    ("AWS::EMRServerless::", &["emr-serverless", "ops.emr-serverless"]),
    ("AWS::EMR::", &["ec2", "elasticmapreduce"]),
    ("AWS::Elasticsearch::", &["es"]),
    ("AWS::IAM::InstanceProfile", &["ec2"]),
    ("AWS::KinesisAnalyticsV2::", &["kinesisanalytics"]),
    ("AWS::KinesisFirehose::", &["firehose"]),
    ("AWS::Lex::", &["lexv2"]),
    ("AWS::MSK::", &["kafka"]),
    ("AWS::MWAA::", &["airflow"]),
    ("AWS::Neptune::", &["rds"]),
    ("AWS::OSIS::", &["osis-pipelines"]),
    ("AWS::OpenSearchService::", &["es"]),
    ("AWS::RDS::", &["monitoring.rds", "rds"]),
    ("AWS::RedshiftServerless::", &["redshift", "redshift-serverless"]),
    ("AWS::SSMIncidents::", &["ssm-incidents"]),
    ("AWS::StepFunctions::", &["states"]),
    ("AWS::Synthetics::", &["lambda", "synthetics"]),
];

/// Properties that are given a role, besides those with `Role` in their name.
const ROLES: &[&str] = &[
    "AuthorizerCredentials",
    "AuthorizerCredentialsArn",
    "Credentials",
    "CredentialsArn",
    "DeliverLogsPermissionArn",
    "SnsCallerArn",
];

/// Actions that are never granted on all of a type because it is not known on which one they are needed: each of them
/// gives rights, or uses another's.
const NEVER_ON_ALL: &[&str] =
    &["kms:PutKeyPolicy", "lambda:AddPermission", "lambda:InvokeFunction", "s3:PutBucketPolicy"];

/// Whether a property, by its name and that of the map which it is an entry of, is given a role.
pub(super) fn is_role_property(name: &str, parent: &str) -> bool {
    name.contains("Role") || parent.ends_with("Roles") || ROLES.contains(&name)
}

/// Whether an action is never granted on all of a type.
pub(super) fn is_never_on_all(action: &str) -> bool {
    let reads = ["iam:Get", "iam:List"].iter().any(|start| action.starts_with(start));
    (action.starts_with("iam:") && !reads) || NEVER_ON_ALL.contains(&action)
}

/// Actions on random names, which are bounded by the function that their resource is about.
const BOUNDED: &[&str] =
    &["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"];

/// The condition key for the function that an action on a random name is about.
pub(super) fn bounding_key(action: &str) -> Option<&'static str> {
    BOUNDED.contains(&action).then_some("lambda:FunctionArn")
}

/// Services whose calls are about several resources at once, each of which has to be allowed: an instance is made from an
/// image, in a subnet.
const FOR_EACH_TYPE: &[&str] = &[
    "ec2:",
    "elasticache:",
    "elasticfilesystem:DescribeMountTargets",
    "glue:",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:UpdateAlias",
];

pub(super) fn is_for_each_type(action: &str) -> bool {
    FOR_EACH_TYPE.iter().any(|start| action.starts_with(start))
}

/// Actions on a resource of its type and, together with it, on what the resource's properties name of other types.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/list_events.html>.
const WITH_NAMED: &[&str] = &["events:CreateArchive"];

pub(super) fn is_with_named(action: &str) -> bool {
    WITH_NAMED.contains(&action)
}

/// Actions that are granted on `*` although IAM can limit them to resources, each with its reason.
///
/// There is none.
pub(super) const ON_EVERYTHING: &[(&str, &str)] = &[];

/// Actions on what a resource is made from, though that is of the resource's own type.
const ON_OTHERS: &[(&str, &str)] = &[("AWS::KMS::ReplicaKey", "kms:ReplicateKey")];

/// Whether an action of a type's handlers is on another resource of the type.
pub(super) fn is_on_others(kind: &str, action: &str) -> bool {
    ON_OTHERS.contains(&(kind, action))
}

/// What actions begin with that make what was not there. API Gateway's make it where they are on a collection.
const MAKING: &[&str] = &["Allocate", "Create", "Import", "Register", "Replicate", "Request", "Restore", "Run"];

/// Collections of API Gateway's that are no part of what is there.
const COLLECTIONS: &[&str] =
    &["ApiKeys", "Apis", "ClientCertificates", "DomainNames", "RestApis", "UsagePlans", "VpcLinks"];

/// Actions that also change what is there, though they are called as if they only made something.
const MAKING_AND_CHANGING: &[&str] = &[
    "autoscaling:CreateOrUpdateTags",
    "ec2:CreateTags",
    "ecs:RegisterTaskDefinition",
    "kms:CreateGrant",
    "redshift:CreateTags",
];

/// Whether an action on a resource of its own makes it, so that nothing of others can be meant.
pub(super) fn makes(action: &str, resource: &str) -> bool {
    let (service, name) = action.split_once(':').unwrap_or_default();
    match service {
        "apigateway" if name == "POST" => COLLECTIONS.contains(&resource),
        _ => is_made(name) && !MAKING_AND_CHANGING.contains(&action),
    }
}

/// Whether an action, without its service, makes something.
pub(super) fn is_made(name: &str) -> bool {
    MAKING.iter().any(|start| name.starts_with(start))
}

/// Whether an action may be on what is not there yet, or has no tags yet.
pub(super) fn may_make(action: &str) -> bool {
    let (service, name) = action.split_once(':').unwrap_or_default();
    (service == "apigateway" && ["POST", "PUT", "UpdateRestApiPolicy"].contains(&name))
        || name.starts_with("Put")
        || is_made(name)
        || name.contains("Tag")
}

/// What reads what is in a secret, and not only how it is set up.
const READING_SECRETS: &[&str] = &[
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

pub(super) fn reads_secrets(action: &str) -> bool {
    READING_SECRETS.contains(&action)
}

/// Types without tags of their own, whose resources have their parent's where access is decided.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html>, which says
/// so of the first version of API Gateway and of domain names. It does not say so of the second version's routes,
/// integrations, authorizers and deployments.
const WITH_TAGS_OF_PARENT: &[&str] = &[
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::DocumentationPart",
    "AWS::ApiGateway::DocumentationVersion",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Model",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::UsagePlanKey",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::RoutingRule",
];

/// Types whose resources have neither tags of their own nor, as far as AWS says, those of their API.
const IN_PARENT: &[&str] = &[
    "AWS::ApiGatewayV2::ApiGatewayManagedOverrides",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Deployment",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::IntegrationResponse",
    "AWS::ApiGatewayV2::Model",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::RouteResponse",
];

/// Whether only a parent's id binds a type's resources. A stage has tags of its own once it is made.
pub(super) fn is_in_parent(kind: &str, resource: &str) -> bool {
    IN_PARENT.contains(&kind) || (kind, resource) == ("AWS::ApiGatewayV2::Stage", "Stages")
}

pub(super) fn inherits_tags(kind: &str) -> bool {
    WITH_TAGS_OF_PARENT.contains(&kind)
}

/// What is needed beyond the handlers; `None` of a type that is not in the table.
pub(super) fn added(kind: &str) -> Option<Vec<&'static Added>> {
    let found: Vec<&Added> = ADDED.iter().filter(|added| added.kind == kind).collect();
    (!found.is_empty()).then_some(found)
}

pub(super) fn own_resources(kind: &str) -> Option<&'static [&'static str]> {
    OWN.iter().find(|(own, _)| *own == kind).map(|(_, resources)| *resources)
}

/// What comes after a resource's own ARN in an attribute: nothing in `Arn` and `TopicArn` of a topic; `None` where the
/// attribute is another resource's ARN, or none.
pub(super) fn own_arn(kind: &str, attribute: &str) -> Option<&'static str> {
    let part = PART_ARNS.iter().find(|(of, name, _)| (*of, *name) == (kind, attribute));
    let is_own = attribute.strip_suffix("Arn").is_some_and(|what| kind.ends_with(what));
    part.map(|(.., end)| *end).or_else(|| is_own.then_some(""))
}

/// Both versions of API Gateway call other things `stage` than the other one does.
pub(super) fn is_foreign_format(kind: &str, format: &str) -> bool {
    (kind.starts_with("AWS::ApiGatewayV2::") && format.contains("/restapis"))
        || (kind.starts_with("AWS::ApiGateway::") && format.contains("/apis"))
}

pub(super) fn principals(kind: &str) -> Vec<String> {
    let known = PRINCIPALS.iter().find(|(prefix, _)| begins(kind, prefix)).map(|(_, services)| services.to_vec());
    let service = kind.split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
    known.unwrap_or_else(|| vec![service.as_str()]).iter().map(|it| format!("{it}.amazonaws.com")).collect()
}

fn begins(kind: &str, with: &str) -> bool {
    kind == with || (with.ends_with("::") && kind.starts_with(with))
}
