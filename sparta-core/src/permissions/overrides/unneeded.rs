//! Actions that handlers list and that not every template takes.

use sparta_schema::iam::is_like;

use super::{begins, web_acl::OF_ANY_SERVICE};

/// A rule for actions that a type's handlers list and that not every template needs.
#[derive(Debug)]
pub(in crate::permissions) struct Unneeded {
    /// A type, or what types begin with.
    kind: &'static str,
    /// Actions, or what they begin with and a `*`.
    actions: &'static [&'static str],
    /// They are needed where one of these is in the name of a property, at any depth; never, if there is none.
    unless: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for whoever reviews the table"))]
    pub(in crate::permissions) reason: &'static str,
}

impl Unneeded {
    /// Whether a resource with properties of these names takes the actions all the same.
    pub(in crate::permissions) fn is_needed(&self, properties: &[&str]) -> bool {
        self.unless.iter().any(|part| properties.iter().any(|name| name.contains(part)))
    }

    pub(in crate::permissions) fn is_about(&self, kind: &str, action: &str) -> bool {
        // Rules for what others use are not for the service whose own it is.
        let own = kind.split("::").nth(1).unwrap_or_default();
        let is_own = self.kind == "AWS::"
            && ["kms", "logs"].iter().any(|it| it.eq_ignore_ascii_case(own) && action.starts_with(it));
        !is_own && begins(kind, self.kind) && self.actions.iter().any(|it| is_like(it, action))
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
pub(in crate::permissions) const UNNEEDED: &[Unneeded] = &[
    unneeded(
        "AWS::ApiGatewayV2::Stage",
        &["logs:*"],
        &["AccessLogSettings"],
        "logs are delivered where a stage has some",
    ),
    unneeded(
        "AWS::",
        &["kms:*"],
        &["Kms", "KMS", "KeyId", "KeyArn", "SSESpecification", "ManageMaster"],
        "keys are used where a property names one",
    ),
    unneeded(
        "AWS::",
        &[
            "kms:Create*",
            "kms:Decrypt",
            "kms:Disable*",
            "kms:E*",
            "kms:G*",
            "kms:L*",
            "kms:P*",
            "kms:R*",
            "kms:S*",
            "kms:T*",
            "kms:U*",
        ],
        &["Kms", "KMS", "KeyId", "KeyArn", "SSESpecification"],
        "for a password that the service keeps itself, a key is only looked at",
    ),
    unneeded(
        "AWS::",
        &["logs:*LogDeliver*", "logs:*ResourcePolic*", "firehose:TagDeliveryStream"],
        &["Log", "Destination", "FlowLog"],
        "logs are delivered where a property says where to",
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
        "AWS::ApiGatewayV2::Integration",
        &["apigateway:PUT"],
        &[],
        "PUT is for tags, which integrations have none of",
    ),
    unneeded("AWS::ApiGatewayV2::Route", &["apigateway:PUT"], &[], "nor do routes"),
    unneeded(
        "AWS::WAFv2::WebACLAssociation",
        &[
            "amplify:*",
            "apprunner:*",
            "appsync:*",
            "bedrock-agentcore:*",
            "cognito-idp:*",
            "ec2:*",
            "elasticloadbalancing:*",
            "wafv2:GetPermissionPolicy",
            "wafv2:PutPermissionPolicy",
        ],
        &[OF_ANY_SERVICE],
        "the ARN of a stage says that it is API Gateway's: API_AssociateWebACL.html of WAF's reference",
    ),
    unneeded(
        "AWS::Athena::WorkGroup",
        &["s3:*"],
        &["ResultConfiguration", "OutputLocation"],
        "results are written where a property says",
    ),
    unneeded(
        "AWS::AutoScaling::AutoScalingGroup",
        &["ssm:*"],
        &[],
        "a launch template's image may be a parameter's, which the template looks up; a group has no parameters",
    ),
    unneeded(
        "AWS::AutoScaling::AutoScalingGroup",
        &["ec2:GetPasswordData", "ec2:GetConsoleOutput", "ec2:GetConsoleScreenshot", "ec2:GetLaunchTemplateData"],
        &[],
        "what instances show is none of CloudFormation's business",
    ),
    unneeded(
        "AWS::AutoScaling::AutoScalingGroup",
        &["vpc-lattice:*"],
        &["TrafficSources"],
        "targets of VPC Lattice are a property's",
    ),
    unneeded(
        "AWS::CertificateManager::Certificate",
        &["acm-pca:*"],
        &["CertificateAuthorityArn"],
        "a private authority issues where a property names one",
    ),
    unneeded(
        "AWS::CertificateManager::Certificate",
        &["route53:*"],
        &["HostedZoneId"],
        "CloudFormation validates by DNS itself in the zones that are named",
    ),
    unneeded(
        "AWS::Cognito::UserPoolDomain",
        &["cloudfront:*"],
        &["CustomDomainConfig"],
        "a domain that is a prefix has no distribution",
    ),
    unneeded(
        "AWS::CodeDeploy::DeploymentGroup",
        &["codedeploy:RegisterOnPremisesInstance"],
        &["OnPremises"],
        "only a group of machines on premises has them",
    ),
    unneeded(
        "AWS::CodeDeploy::DeploymentGroup",
        &["codedeploy:StopDeployment"],
        &[],
        "an alarm stops a deployment by itself, and IAM knows no group that this is bound to",
    ),
    unneeded("AWS::ECS::Cluster", &["ecs:PutAccountSetting*"], &[], "settings of the account are nobody's cluster"),
    unneeded(
        "AWS::Events::EventBus",
        &["events:PutPermission", "events:RemovePermission"],
        &["Policy"],
        "a bus without a policy lets nobody else in",
    ),
    unneeded(
        "AWS::Glue::Table",
        &["s3:*"],
        &["OpenTableFormatInput"],
        "only the metadata of a table in an open format are written to a bucket",
    ),
    unneeded(
        "AWS::Kinesis::Stream",
        &["kinesis:DisableEnhancedMonitoring", "kinesis:EnableEnhancedMonitoring"],
        &["DesiredShardLevelMetrics"],
        "metrics of shards are a property's; IAM knows no stream for these and the next",
    ),
    unneeded(
        "AWS::Kinesis::Stream",
        &["kinesis:UpdateShardCount"],
        &["ShardCount"],
        "a stream on demand counts itself",
    ),
    unneeded("AWS::Kinesis::Stream", &["kinesis:UpdateStreamMode"], &["StreamModeDetails"], "the mode is a property's"),
    unneeded(
        "AWS::Redshift::Cluster",
        &["ec2:Allocate*", "ec2:Associate*", "ec2:Create*", "ec2:Modify*"],
        &["ElasticIp", "Endpoint", "ClusterSubnetGroupName", "VpcSecurityGroupIds"],
        "a cluster has addresses and endpoints of its own in a VPC that is named",
    ),
    unneeded(
        "AWS::Events::Connection",
        &["iam:CreateServiceLinkedRole"],
        &["AuthParameters"],
        "its secret is the role's",
    ),
];

/// The rules for an action that a type's handlers list.
pub(in crate::permissions) fn rules(kind: &str, action: &str) -> Vec<&'static Unneeded> {
    UNNEEDED.iter().filter(|rule| rule.is_about(kind, action)).collect()
}
