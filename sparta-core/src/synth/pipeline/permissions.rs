//! What CloudFormation may do to deploy a service: by the types of its resources, on what its stack is called.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cfn::{Statement, Template, sub};

/// What resources of some types take.
struct Permission {
    /// Types, or what they begin with.
    of: &'static [&'static str],
    actions: &'static [&'static str],
    /// ARNs in which `{own}` stands for the stack's own names; `*` only where an action knows no resource.
    on: &'static [&'static str],
    /// The key, operator and pattern of a condition.
    when: Option<(&'static str, &'static str, &'static str)>,
}

const FUNCTION: &str = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:{own}";
const ROLE: &str = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/{own}";
const RULE: &str = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/{own}";
const QUEUE: &str = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:{own}";
const LOG_GROUP: &str = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:{own}";
const MAPPINGS: &str = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:event-source-mapping:*";

/// The one table. See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
const PERMISSIONS: &[Permission] = &[
    Permission {
        of: &["AWS::Lambda::Function"],
        actions: &[
            "lambda:CreateFunction",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:GetFunction",
            "lambda:GetFunctionCodeSigningConfig",
            "lambda:GetFunctionConfiguration",
            "lambda:GetFunctionRecursionConfig",
            "lambda:GetFunctionScalingConfig",
            "lambda:GetRuntimeManagementConfig",
            "lambda:ListTags",
            "lambda:PutFunctionConcurrency",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
        on: &[FUNCTION],
        when: None,
    },
    Permission {
        of: &["AWS::Lambda::Function"],
        actions: &["iam:PassRole"],
        on: &[ROLE],
        when: Some(("iam:PassedToService", "StringEquals", "lambda.amazonaws.com")),
    },
    Permission {
        of: &["AWS::Lambda::Permission"],
        actions: &["lambda:AddPermission", "lambda:GetPolicy", "lambda:RemovePermission"],
        on: &[FUNCTION],
        when: None,
    },
    Permission {
        of: &["AWS::Lambda::Url"],
        actions: &[
            "lambda:CreateFunctionUrlConfig",
            "lambda:DeleteFunctionUrlConfig",
            "lambda:GetFunctionUrlConfig",
            "lambda:UpdateFunctionUrlConfig",
        ],
        on: &[FUNCTION],
        when: None,
    },
    // Mappings have random ids, and creating one knows no resource: the function that is invoked bounds them.
    Permission {
        of: &["AWS::Lambda::EventSourceMapping"],
        actions: &[
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:UpdateEventSourceMapping",
        ],
        on: &["*"],
        when: Some(("lambda:FunctionArn", "ArnLike", FUNCTION)),
    },
    Permission {
        of: &["AWS::Lambda::EventSourceMapping"],
        actions: &["lambda:GetEventSourceMapping", "lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"],
        on: &[MAPPINGS],
        when: None,
    },
    Permission {
        of: &["AWS::IAM::Role"],
        actions: &[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
        ],
        on: &[ROLE],
        when: None,
    },
    Permission {
        of: &["AWS::Logs::LogGroup"],
        actions: &[
            "logs:CreateLogGroup",
            "logs:DeleteLogGroup",
            "logs:DeleteRetentionPolicy",
            "logs:GetDataProtectionPolicy",
            "logs:ListTagsForResource",
            "logs:PutRetentionPolicy",
            "logs:TagResource",
            "logs:UntagResource",
        ],
        on: &[LOG_GROUP],
        when: None,
    },
    // These only read, and know no resource.
    Permission {
        of: &["AWS::Logs::LogGroup"],
        actions: &["logs:DescribeIndexPolicies", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies"],
        on: &["*"],
        when: None,
    },
    // APIs have random ids.
    Permission {
        of: &["AWS::ApiGatewayV2::"],
        actions: &["apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"],
        on: &[
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis",
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/*",
            "arn:${AWS::Partition}:apigateway:${AWS::Region}::/tags/*",
        ],
        when: None,
    },
    Permission {
        of: &["AWS::Events::Rule"],
        actions: &[
            "events:DeleteRule",
            "events:DescribeRule",
            "events:DisableRule",
            "events:EnableRule",
            "events:ListTagsForResource",
            "events:ListTargetsByRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "events:TagResource",
            "events:UntagResource",
        ],
        on: &[RULE],
        when: None,
    },
    Permission {
        of: &["AWS::SQS::Queue", "AWS::SQS::QueuePolicy"],
        actions: &[
            "sqs:CreateQueue",
            "sqs:DeleteQueue",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListQueueTags",
            "sqs:SetQueueAttributes",
            "sqs:TagQueue",
            "sqs:UntagQueue",
        ],
        on: &[QUEUE],
        when: None,
    },
];

impl Permission {
    fn is_for(&self, kind: &str) -> bool {
        self.of.iter().any(|of| *of == kind || (of.ends_with("::") && kind.starts_with(of)))
    }

    fn statement(&self, own: &str) -> Statement {
        let fill = |arn: &str| sub(arn.replace("{own}", own));
        let allow = self.on.iter().fold(Statement::allow(self.actions.iter().copied()), |all, arn| all.on(fill(arn)));
        match self.when {
            Some((key, operator, pattern)) => allow.when(json!({operator: {key: fill(pattern)}})),
            None => allow,
        }
    }
}

/// What CloudFormation needs to deploy `service` as `stack`.
pub(super) fn of(service: &Template, stack: &str) -> Vec<Statement> {
    let kinds = kinds(service);
    let needed = PERMISSIONS.iter().filter(|permission| kinds.iter().any(|kind| permission.is_for(kind)));
    needed.map(|permission| permission.statement(&own(stack))).collect()
}

/// The types of resources that the table does not know.
pub(super) fn unknown_types(service: &Template) -> Vec<String> {
    let known = |kind: &str| PERMISSIONS.iter().any(|permission| permission.is_for(kind));
    kinds(service).into_iter().filter(|kind| !known(kind)).map(str::to_owned).collect()
}

fn kinds(service: &Template) -> BTreeSet<&str> {
    service.resources().values().map(|resource| resource.kind()).collect()
}

/// What CloudFormation calls the stack's resources: it begins with the stack's name, of which it keeps at least 24
/// characters where a name would be too long.
fn own(stack: &str) -> String {
    let (start, rest) = if stack.len() > 24 { (&stack[..24], "*") } else { (stack, "-*") };
    // Of several `-` in a row it keeps one.
    let start = start.split('-').fold(String::new(), |name, word| match word {
        _ if name.is_empty() => word.to_owned(),
        "" => name.trim_end_matches('*').to_owned() + "*",
        _ if name.ends_with('*') => name + word,
        _ => name + "-" + word,
    });
    if start.ends_with('*') { start } else { start + rest }
}

/// What CloudFormation needs to look up the secrets and parameters that a deployment refers to.
pub(super) fn of_references(service: &Template, values: &[&str]) -> Vec<Statement> {
    let template = service.to_compact_json();
    let mut secrets = BTreeSet::new();
    let mut parameters = BTreeSet::new();
    for text in values.iter().copied().chain([template.as_str()]) {
        for reference in text.split("{{resolve:").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)) {
            match reference.split_once(':') {
                Some(("secretsmanager", secret)) => _ = secrets.insert(secret_arn(secret)),
                Some(("ssm" | "ssm-secure", name)) => _ = parameters.insert(parameter_arn(name)),
                _ => {}
            }
        }
    }
    let allow = |action: &str, arns: BTreeSet<String>| {
        let statement = arns.into_iter().fold(Statement::allow([action]), |all, arn| all.on(sub(arn)));
        (!statement.resources().is_empty()).then_some(statement)
    };
    let secrets = allow("secretsmanager:GetSecretValue", secrets);
    secrets.into_iter().chain(allow("ssm:GetParameters", parameters)).collect()
}

/// The secret of `NAME`, `NAME:SecretString:key` or `ARN:SecretString:key`. A name is followed by six random characters.
fn secret_arn(reference: &str) -> String {
    let parts: Vec<&str> = reference.split(':').collect();
    if parts[0] == "arn" {
        return parts[..parts.len().min(7)].join(":");
    }
    format!("arn:${{AWS::Partition}}:secretsmanager:${{AWS::Region}}:${{AWS::AccountId}}:secret:{}-??????", parts[0])
}

/// The parameter of `NAME` or `NAME:VERSION`.
fn parameter_arn(reference: &str) -> String {
    let name = reference.split(':').next().unwrap_or_default().trim_start_matches('/');
    format!("arn:${{AWS::Partition}}:ssm:${{AWS::Region}}:${{AWS::AccountId}}:parameter/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfn::{LogicalId, Resource};

    fn service(resources: &[(&str, serde_json::Value)]) -> Template {
        let mut template = Template::new("");
        for (position, (kind, properties)) in resources.iter().enumerate() {
            let id = LogicalId::of_words(["R", &position.to_string()]);
            template.resource(id, Resource::raw(*kind, properties.clone()));
        }
        template
    }

    #[test]
    fn a_stack_owns_what_begins_with_its_name() {
        assert_eq!(own("Test-HelloPipeline-main"), "Test-HelloPipeline-main-*");
        assert_eq!(own("Production-HelloPipeline"), "Production-HelloPipeline-*");
        assert_eq!(own("Production-HelloPipeline-main"), "Production-HelloPipeline*");
        assert_eq!(own("Test-App-fix--y"), "Test-App-fix*y-*");
        assert_eq!(own("Test-App-fix---y--"), "Test-App-fix*y*");
    }

    #[test]
    fn only_types_that_the_service_has_are_allowed() {
        let actions = |service: &Template| -> Vec<String> {
            of(service, "Test-App-main").iter().flat_map(|s| s.actions().to_vec()).collect()
        };
        let one = actions(&service(&[("AWS::SQS::Queue", json!({}))]));
        assert!(one.iter().all(|action| action.starts_with("sqs:")), "{one:?}");
        assert_eq!(actions(&service(&[])), Vec::<String>::new());
        assert!(actions(&service(&[("AWS::ApiGatewayV2::Route", json!({}))])).contains(&"apigateway:POST".to_owned()));
    }

    #[test]
    fn a_star_stands_only_where_an_action_knows_no_resource() {
        let stars = PERMISSIONS.iter().filter(|permission| permission.on.contains(&"*"));
        let actions: Vec<&str> = stars.flat_map(|permission| permission.actions.iter().copied()).collect();
        let expected = [
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:UpdateEventSourceMapping",
            "logs:DescribeIndexPolicies",
            "logs:DescribeLogGroups",
            "logs:DescribeResourcePolicies",
        ];
        assert_eq!(actions, expected);
    }

    #[test]
    fn a_type_that_the_table_lacks_is_named() {
        let service = service(&[("AWS::SQS::Queue", json!({})), ("AWS::EC2::VPC", json!({}))]);
        assert_eq!(unknown_types(&service), ["AWS::EC2::VPC"]);
    }

    #[test]
    fn the_capability_is_what_the_template_takes() {
        assert_eq!(service(&[("AWS::SQS::Queue", json!({}))]).capability(), None);
        assert_eq!(service(&[("AWS::IAM::Role", json!({}))]).capability(), Some("CAPABILITY_IAM"));
        let named = [("AWS::IAM::Role", json!({})), ("AWS::IAM::Role", json!({"RoleName": "x"}))];
        assert_eq!(service(&named).capability(), Some("CAPABILITY_NAMED_IAM"));
    }

    #[test]
    fn only_the_secrets_that_are_referred_to_can_be_read() {
        let values = [
            "plain",
            "{{resolve:secretsmanager:prod/db:SecretString:password}}",
            "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf:SecretString}}",
            "{{resolve:ssm:/prod/url:3}}",
        ];
        let statements = of_references(&service(&[]), &values);
        let resources: Vec<String> = statements
            .iter()
            .flat_map(|statement| statement.resources())
            .map(|resource| serde_json::to_string(resource).unwrap())
            .collect();
        let scope = "${AWS::Region}:${AWS::AccountId}";
        assert_eq!(
            resources,
            [
                format!(r#"{{"Fn::Sub":"arn:${{AWS::Partition}}:secretsmanager:{scope}:secret:prod/db-??????"}}"#),
                r#""arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf""#.to_owned(),
                format!(r#"{{"Fn::Sub":"arn:${{AWS::Partition}}:ssm:{scope}:parameter/prod/url"}}"#),
            ]
        );
        assert!(of_references(&service(&[]), &["plain"]).is_empty());
    }
}
