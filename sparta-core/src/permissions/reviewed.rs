//! What the registry does not say, or says too much of: one table per question, each entry with its reason.

/// A rule for actions that a type's handlers list and that not every template needs.
pub(super) struct Unneeded {
    /// A type, or what types begin with.
    kind: &'static str,
    /// Actions, or what they begin with and a `*`.
    actions: &'static [&'static str],
    /// They are needed where one of these is in the name of a property, at any depth; never, if there is none.
    unless: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for whoever reviews the table"))]
    pub(super) reason: &'static str,
}

impl Unneeded {
    pub(super) fn is_about(&self, kind: &str, action: &str) -> bool {
        begins(kind, self.kind) && self.actions.iter().any(|it| fits(it, action))
    }
}

const fn unneeded(
    kind: &'static str,
    actions: &'static [&'static str],
    unless: &'static [&'static str],
    reason: &'static str,
) -> Unneeded {
    Unneeded { kind, actions, unless, reason }
}

/// What reaches beyond the resource itself is left out unless a property asks for it.
///
/// A handler that only ever touches its own resource stays whole, so that another property needs no other role.
pub(super) const UNNEEDED: &[Unneeded] = &[
    unneeded(
        "AWS::",
        &["kms:*"],
        &["Kms", "KMS", "KeyId", "KeyArn", "SSESpecification"],
        "keys are used where a property names one",
    ),
    unneeded(
        "AWS::",
        &["lambda:AddPermission", "lambda:InvokeFunction"],
        &["Lambda", "Function", "ResourceArn"],
        "functions are invoked for what a property gives a function to",
    ),
    unneeded(
        "AWS::EKS::Cluster",
        &["iam:*InstanceProfile"],
        &["ComputeConfig"],
        "clusters without automatic nodes have no instance profiles",
    ),
    unneeded("AWS::Logs::Integration", &["iam:AttachUserPolicy"], &[], "it works with a role"),
    unneeded("AWS::MWAA::Environment", &["iam:CreatePolicy"], &[], "an environment is given its role"),
    unneeded("AWS::Lambda::", &["ec2:*"], &["VpcConfig"], "only what is in a VPC has network interfaces"),
    unneeded(
        "AWS::Lambda::",
        &["elasticfilesystem:*", "s3files:*"],
        &["FileSystemConfigs"],
        "file systems are looked up where one is mounted",
    ),
    unneeded("AWS::Lambda::", &["lambda:GetLayerVersion"], &["Layers"], "layers are other people's resources"),
    unneeded(
        "AWS::Lambda::",
        &[
            "lambda:GetCodeSigningConfig",
            "lambda:PutFunctionCodeSigningConfig",
            "lambda:DeleteFunctionCodeSigningConfig",
        ],
        &["CodeSigningConfigArn"],
        "who may exchange the configuration may run unsigned code",
    ),
    unneeded(
        "AWS::Lambda::",
        &["lambda:PassCapacityProvider", "lambda:PutFunctionScalingConfig", "lambda:PublishVersion"],
        &["CapacityProviderConfig", "FunctionScalingConfig", "PublishToLatestPublished", "CodeSha256"],
        "only functions on instances of their own have capacity providers, and versions for them",
    ),
    unneeded(
        "AWS::Lambda::",
        &["lambda:PutRuntimeManagementConfig"],
        &["RuntimeManagementConfig", "RuntimePolicy"],
        "the default is to follow AWS's updates",
    ),
    unneeded("AWS::Lambda::", &["lambda:PutFunctionRecursionConfig"], &["RecursiveLoop"], "loops end by default"),
    unneeded(
        "AWS::Lambda::",
        &["codedeploy:*"],
        &["RoutingConfig"],
        "deployments are asked for by an update policy, which shifts traffic",
    ),
    unneeded(
        "AWS::Logs::LogGroup",
        &["logs:CreateLogDelivery", "firehose:*", "logs:PutDataProtectionPolicy", "logs:DeleteDataProtectionPolicy"],
        &["DataProtectionPolicy"],
        "findings are delivered where a data protection policy is",
    ),
    unneeded(
        "AWS::Logs::LogGroup",
        &["logs:PutResourcePolicy", "logs:DeleteResourcePolicy"],
        &["ResourcePolicyDocument"],
        "these are policies of the whole account",
    ),
    unneeded(
        "AWS::Logs::LogGroup",
        &["logs:PutIndexPolicy", "logs:DeleteIndexPolicy"],
        &["FieldIndexPolicies"],
        "they take any log group",
    ),
    unneeded(
        "AWS::Logs::LogGroup",
        &["logs:AssociateKmsKey", "logs:DisassociateKmsKey"],
        &["KmsKeyId"],
        "who may take the key off may write plain logs",
    ),
    unneeded(
        "AWS::Logs::LogGroup",
        &["logs:PutBearerTokenAuthentication"],
        &["BearerToken"],
        "it lets logs in without a signature",
    ),
    unneeded(
        "AWS::Logs::LogGroup",
        &["logs:PutLogGroupDeletionProtection"],
        &["DeletionProtection"],
        "protection is taken off where it was put on",
    ),
    unneeded(
        "AWS::IAM::Role",
        &["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        &["ManagedPolicyArns"],
        "attaching is how a role gets rights that the template does not show",
    ),
    unneeded(
        "AWS::IAM::ManagedPolicy",
        &["iam:*UserPolicy", "iam:*UserPolicies"],
        &["Users"],
        "policies of users are for templates with users",
    ),
    unneeded("AWS::IAM::Policy", &["iam:*UserPolicy", "iam:*UserPolicies"], &["Users"], "the same of inline policies"),
    unneeded(
        "AWS::IAM::User",
        &["iam:AddUserToGroup", "iam:RemoveUserFromGroup"],
        &["Groups"],
        "who may add a user to any group gives it that group's rights",
    ),
    unneeded("AWS::IAM::", &["iam:*GroupPolicy"], &["Groups", "GroupName"], "and policies of groups with groups"),
    unneeded(
        "AWS::IAM::ManagedPolicy",
        &["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        &["Roles"],
        "a policy that no role is listed in is attached to none",
    ),
    unneeded(
        "AWS::",
        &["s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"],
        &["Bucket", "S3", "LogDestination", "Destination"],
        "a bucket's policy is changed for what writes to a bucket",
    ),
    unneeded(
        "AWS::S3::Bucket",
        &["s3:DeleteObject", "s3:PutObjectAcl"],
        &[],
        "CloudFormation leaves a bucket's objects alone; it does not even delete a bucket that has some",
    ),
    unneeded(
        "AWS::S3::Bucket",
        &["s3tables:*"],
        &["MetadataTableConfiguration", "MetadataConfiguration"],
        "metadata tables are in a bucket of their own",
    ),
    unneeded(
        "AWS::DynamoDB::Table",
        &[
            "dynamodb:Scan",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
            "dynamodb:PutItem",
            "dynamodb:GetItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:AssociateTableReplica",
            "dynamodb:CreateTableReplica",
        ],
        &["Replica", "GlobalTable"],
        "items are copied where there are replicas",
    ),
    unneeded(
        "AWS::DynamoDB::Table",
        &["logs:*", "s3:*", "dynamodb:ImportTable", "dynamodb:DescribeImport"],
        &["ImportSourceSpecification"],
        "an import reads a bucket and writes a log",
    ),
    unneeded(
        "AWS::DynamoDB::Table",
        &["kinesis:*"],
        &["KinesisStreamSpecification"],
        "a stream is what a property names",
    ),
    unneeded(
        "AWS::DynamoDB::Table",
        &["iam:CreateServiceLinkedRole"],
        &["ContributorInsights", "Kinesis", "Replica"],
        "a plain table has no service-linked role",
    ),
    unneeded(
        "AWS::Events::Connection",
        &["iam:CreateServiceLinkedRole"],
        &["AuthParameters"],
        "its secret is the role's",
    ),
];

/// What is needed although the registry does not list it, or lists nothing of the type.
pub(super) struct Added {
    kind: &'static str,
    pub(super) actions: &'static [&'static str],
    /// IAM's type of resource where it is not the type's own.
    pub(super) on: Option<&'static str>,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for whoever reviews the table"))]
    pub(super) reason: &'static str,
}

pub(super) const ADDED: &[Added] = &[
    Added {
        kind: "AWS::ApiGatewayV2::Api",
        actions: &["apigateway:POST"],
        on: Some("arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*"),
        reason: "APIs of the second version are tagged by POST, which IAM's reference leaves out",
    },
    Added {
        kind: "AWS::ApiGatewayV2::Stage",
        actions: &["apigateway:POST"],
        on: Some("arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*"),
        reason: "their stages too",
    },
    Added {
        kind: "AWS::ApiGateway::RestApi",
        actions: &["apigateway:DELETE", "apigateway:PUT"],
        on: Some("arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*"),
        reason: "tags are resources of their own",
    },
    Added {
        kind: "AWS::ApiGateway::Stage",
        actions: &["apigateway:DELETE", "apigateway:PUT"],
        on: Some("arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*"),
        reason: "the same",
    },
    Added {
        kind: "AWS::CodeBuild::Project",
        actions: &[
            "codebuild:BatchGetProjects",
            "codebuild:CreateProject",
            "codebuild:DeleteProject",
            "codebuild:UpdateProject",
            "iam:PassRole",
        ],
        on: None,
        reason: "the registry has no handlers of it",
    },
    Added {
        kind: "AWS::Synthetics::Canary",
        actions: &["lambda:AddPermission"],
        on: Some("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:cwsyn-*"),
        reason: "a canary makes its function itself, of this name",
    },
    Added { kind: "AWS::CDK::Metadata", actions: &[], on: None, reason: "it is nothing in AWS" },
    Added { kind: "AWS::CloudFormation::WaitCondition", actions: &[], on: None, reason: "CloudFormation keeps it" },
    Added {
        kind: "AWS::CloudFormation::WaitConditionHandle",
        actions: &[],
        on: None,
        reason: "CloudFormation keeps it",
    },
];

/// What IAM calls a type's resources, where it is not what CloudFormation calls the type.
const OWN: &[(&str, &[&str])] = &[
    ("AWS::ApiGatewayV2::Api", &["Api", "Apis", "Tags"]),
    ("AWS::ApiGatewayV2::Stage", &["Stage", "Stages", "Tags"]),
    ("AWS::Events::Rule", &["rule-on-default-event-bus", "rule-on-custom-event-bus"]),
    ("AWS::IAM::ManagedPolicy", &["policy"]),
    ("AWS::SSM::Parameter", &["parameter"]),
    ("AWS::StepFunctions::StateMachine", &["statemachine"]),
];

/// Attributes that are the ARN of a part of a resource, and what that ends with.
const PARTS: &[(&str, &str, &str)] =
    &[("AWS::DynamoDB::GlobalTable", "StreamArn", "/stream/*"), ("AWS::DynamoDB::Table", "StreamArn", "/stream/*")];

/// Who takes on the roles that a type's resources are given, where it is not `<service>.amazonaws.com`.
const PRINCIPALS: &[(&str, &[&str])] = &[
    ("AWS::ApiGatewayV2::", &["apigateway"]),
    ("AWS::AppRunner::", &["build.apprunner", "tasks.apprunner"]),
    ("AWS::Batch::", &["batch", "ec2", "ecs-tasks", "spotfleet"]),
    ("AWS::Cognito::IdentityPoolRoleAttachment", &["cognito-identity"]),
    ("AWS::Cognito::", &["cognito-idp"]),
    ("AWS::EC2::FlowLog", &["vpc-flow-logs"]),
    ("AWS::ECS::Service", &["ecs"]),
    ("AWS::ECS::", &["ecs-tasks"]),
    ("AWS::EMR::", &["ec2", "elasticmapreduce"]),
    ("AWS::Elasticsearch::", &["es"]),
    ("AWS::IAM::InstanceProfile", &["ec2"]),
    ("AWS::KinesisAnalyticsV2::", &["kinesisanalytics"]),
    ("AWS::KinesisFirehose::", &["firehose"]),
    ("AWS::OpenSearchService::", &["es"]),
    ("AWS::RDS::", &["monitoring.rds", "rds"]),
    ("AWS::StepFunctions::", &["states"]),
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
pub(super) fn is_role_property(name: &str, above: &str) -> bool {
    name.contains("Role") || above.ends_with("Roles") || ROLES.contains(&name)
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
const FOR_EACH_TYPE: &[&str] =
    &["ec2:", "elasticache:", "glue:", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"];

pub(super) fn is_for_each_type(action: &str) -> bool {
    FOR_EACH_TYPE.iter().any(|start| action.starts_with(start))
}

/// Actions that are granted on `*` although IAM can limit them to resources, each with its reason.
///
/// There is none.
pub(super) const ON_EVERYTHING: &[(&str, &str)] = &[];

/// Whether a type's resource with these properties does without an action that its handlers list.
pub(super) fn is_unneeded(kind: &str, action: &str, has_property: impl Fn(&str) -> bool) -> bool {
    let mut about = UNNEEDED.iter().filter(|rule| rule.is_about(kind, action));
    about.any(|rule| !rule.unless.iter().any(|part| has_property(part)))
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
    let part = PARTS.iter().find(|(of, name, _)| (*of, *name) == (kind, attribute));
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

/// `kms:*`, `iam:*UserPolicy`.
fn fits(pattern: &str, action: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => action.starts_with(start) && action[start.len()..].ends_with(end),
        None => pattern.eq_ignore_ascii_case(action),
    }
}
