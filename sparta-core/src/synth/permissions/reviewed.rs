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
        "AWS::IAM::",
        &["iam:*UserPolicy", "iam:*UserPolicies"],
        &["Users", "UserName", "Policies", "ManagedPolicyArns"],
        "policies of users are for templates with users",
    ),
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
const PRINCIPALS: &[(&str, &str)] = &[
    ("AWS::ApiGatewayV2::", "apigateway.amazonaws.com"),
    ("AWS::Cognito::IdentityPoolRoleAttachment", "cognito-identity.amazonaws.com"),
    ("AWS::Cognito::", "cognito-idp.amazonaws.com"),
    ("AWS::ECS::", "ecs-tasks.amazonaws.com"),
    ("AWS::IAM::InstanceProfile", "ec2.amazonaws.com"),
    ("AWS::KinesisFirehose::", "firehose.amazonaws.com"),
    ("AWS::StepFunctions::", "states.amazonaws.com"),
];

/// Actions on random names, which are bounded by what else their resource has.
pub(super) struct Bounded {
    pub(super) actions: &'static [&'static str],
    pub(super) key: &'static str,
    /// What the key's value is an ARN of: a neighbour of this type.
    pub(super) neighbour: &'static str,
}

pub(super) const BOUNDED: &[Bounded] = &[Bounded {
    actions: &["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"],
    key: "lambda:FunctionArn",
    neighbour: "AWS::Lambda::Function",
}];

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

pub(super) fn principal(kind: &str) -> String {
    let known =
        PRINCIPALS.iter().find(|(prefix, _)| begins(kind, prefix)).map(|(_, principal)| (*principal).to_owned());
    known.unwrap_or_else(|| {
        let service = kind.split("::").nth(1).unwrap_or_default().to_ascii_lowercase();
        format!("{service}.amazonaws.com")
    })
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
