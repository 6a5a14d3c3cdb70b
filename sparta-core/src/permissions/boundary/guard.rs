//! What a boundary may hold: rights and data on what is named, and on nothing that only AWS knows.

use sparta_schema::iam::{self, AccessLevel, Action, Service};

use super::extent::{Extent, Openness, extent};
use crate::{
    iam::Arn,
    permissions::resolver::{UNKNOWN, UNNAMED},
};

/// Why an action would be allowed on more than what is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Excess {
    /// On what it is, only AWS knows.
    Unknown,
    /// It is on one of the template's resources, whose name AWS makes up.
    Unnamed,
    /// It says so itself.
    Written,
}

/// Whether a condition on tags holds an action on one of a service's type to what is meant.
pub(super) type IsBound<'i> = dyn Fn(&Service, &Action, &iam::Resource) -> bool + 'i;

/// What of an action as policies name it would be allowed on too much: an action that it stands for.
///
/// `resource` is told apart into what is known and what is not. `is_bound` says where a condition on tags keeps an action to
/// what is meant.
pub(super) fn excess(pattern: &str, resource: &str, is_bound: &IsBound<'_>) -> Option<(Excess, String)> {
    if !resource.contains([UNKNOWN, UNNAMED, '*', '?']) && !resource.contains("${!") {
        return None;
    }
    let actions: Vec<_> = iam::matching(pattern).collect();
    if actions.is_empty() {
        return resource.contains(UNKNOWN).then(|| (Excess::Unknown, pattern.to_owned()));
    }
    let found = actions.into_iter().filter_map(|(service, action)| {
        let excess = excess_of(service, action, resource, is_bound)?;
        Some((excess, std::cmp::Reverse(action.access_level), service.name_of(action)))
    });
    found.min().map(|(excess, _, name)| (excess, name))
}

fn excess_of(service: &Service, action: &Action, resource: &str, is_bound: &IsBound<'_>) -> Option<Excess> {
    if action.access_level == AccessLevel::List {
        return None;
    }
    let gives_rights = gives_rights(service, action);
    let types: Vec<_> = service.resources_of(action).collect();
    if types.is_empty() {
        // Such an action is allowed on `*` alone, which may be what is not known.
        return (Arn::parse(resource).is_none() && resource.contains(UNKNOWN)).then_some(Excess::Unknown);
    }
    let types = types.into_iter().filter(|it| !is_bound(service, action, it));
    let formats: Vec<_> = types.flat_map(|it| it.arns.iter().copied()).collect();
    let is_open =
        |openness: Openness| formats.iter().any(|format| extent(service, *format, resource, openness) == Extent::Open);
    if is_open(if gives_rights { Openness::UnknownAnywhere } else { Openness::UnknownAtStart }) {
        Some(Excess::Unknown)
    } else if gives_rights && is_open(Openness::Unnamed) {
        Some(Excess::Unnamed)
    } else if gives_rights && is_open(Openness::Written) {
        Some(Excess::Written)
    } else {
        None
    }
}

/// Whether with an action somebody gives rights, or acts with the rights of another.
fn gives_rights(service: &Service, action: &Action) -> bool {
    let name = service.name_of(action);
    match action.access_level {
        AccessLevel::PermissionsManagement => true,
        AccessLevel::Write => ACTS_AS_ANOTHER.iter().any(|it| iam::is_like(it, &name)),
        _ => false,
    }
}

/// What runs with a role that is not the caller's, or changes what does so. IAM's access levels call it writing, as they do
/// with what changes data.
const ACTS_AS_ANOTHER: &[&str] = &[
    "batch:*",
    "cloudformation:*",
    "codebuild:*",
    "codedeploy:*",
    "codepipeline:*",
    "ec2-instance-connect:*",
    "ec2:RunInstances",
    "ecs:*",
    "glue:*",
    "iam:*",
    "lambda:*",
    "scheduler:*",
    "ssm:Resume*",
    "ssm:Send*",
    "ssm:Start*",
    "states:*",
    "sts:*",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permissions::binding::knows_tags;

    fn of(action: &str, resource: &str) -> Option<Excess> {
        excess(action, &resource.replace('<', &UNKNOWN.to_string()), &|_, _, _| false).map(|(excess, _)| excess)
    }

    #[test]
    fn what_only_aws_knows_is_too_much_for_all_that_reads_writes_or_gives_rights() {
        for action in [
            "*",
            "sts:*",
            "sts:Assume*",
            "sts:assumerole",
            "IAM:PassRole",
            "iam:Pass?ole",
            "lambda:Invoke*",
            "lambda:addpermission",
            "lambda:UpdateFunctionCode",
            "states:StartExecution",
            "ssm:SendCommand",
            "codebuild:StartBuild",
            "cloudformation:CreateStack",
            "kms:CreateGrant",
            "kms:Decrypt",
            "secretsmanager:*",
            "secretsmanager:GetSecretValue",
            "s3:GetObject",
            "dynamodb:GetItem",
            "sqs:SendMessage",
            "logs:PutResourcePolicy",
            "acme:NobodyKnows",
        ] {
            assert_eq!(of(action, "<"), Some(Excess::Unknown), "{action}");
        }
        for action in ["s3:ListBucket", "dynamodb:ListTables", "ec2:DescribeInstances"] {
            assert_eq!(of(action, "<"), None, "{action}");
        }
    }

    #[test]
    fn a_name_is_known_where_it_begins_and_whose_it_is() {
        for (action, resource) in [
            ("s3:GetObject", "arn:aws:s3:::</*"),
            ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:<:live"),
            ("lambda:InvokeFunction", "arn:aws:lambda:<:123456789012:function:api"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/<-role"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/events-<"),
            ("sts:AssumeRole", "arn:aws:iam::<:role/deploy"),
            ("sts:AssumeRole", "arn:aws:iam::123456789012:<"),
            ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:<:table/orders"),
            ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:123456789012:table/</index/*"),
            ("scheduler:CreateSchedule", "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/<"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:<"),
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:<"),
            ("sqs:SendMessage", "arn:<:sqs:eu-west-1:123456789012:<"),
            ("sqs:SendMessage", "arn:aws:<"),
        ] {
            assert_eq!(of(action, resource), Some(Excess::Unknown), "{action} {resource}");
        }
        for (action, resource) in [
            ("s3:GetObject", "arn:aws:s3:::bucket/<"),
            ("s3:GetObject", "arn:aws:s3:::acme-<-data/*"),
            ("dynamodb:GetItem", "arn:aws:dynamodb:<:123456789012:table/orders"),
            ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/<"),
            ("ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/app/<"),
            ("sqs:SendMessage", "arn:aws:dynamodb:eu-west-1:123456789012:table/<"),
        ] {
            assert_eq!(of(action, resource), None, "{action} {resource}");
        }
    }

    #[test]
    fn rights_on_everything_are_too_much_even_where_somebody_wrote_so_and_data_is_not() {
        for (action, resource) in [
            ("*", "*"),
            ("iam:*", "*"),
            ("iam:PassRole", "arn:aws:iam::*:role/deploy"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/*-role"),
            ("iam:PassRole", "arn:aws:iam::123456789012:*"),
            ("sts:AssumeRole", "arn:aws:iam::123456789012:role/${!aws:PrincipalTag/team}"),
            ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:*:live"),
            ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function:?*"),
            ("s3:*", "*"),
            ("s3:PutBucketPolicy", "arn:aws:s3:::*"),
        ] {
            assert_eq!(of(action, resource), Some(Excess::Written), "{action} {resource}");
        }
        for (action, resource) in [
            ("s3:GetObject", "*"),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:*"),
            ("logs:PutResourcePolicy", "*"),
            ("s3:*", "arn:aws:s3:::bucket/*"),
            ("*", "arn:aws:s3:::bucket/*"),
            ("iam:PassRole", "arn:aws:iam::123456789012:role/app-*"),
            ("lambda:InvokeFunction", "arn:aws:lambda:*:123456789012:function:api"),
        ] {
            assert_eq!(of(action, resource), None, "{action} {resource}");
        }
    }

    #[test]
    fn a_tag_that_the_action_knows_says_which_ones_are_meant() {
        let unknown = UNKNOWN.to_string();
        assert_eq!(excess("dynamodb:GetItem", &unknown, &knows_tags), None);
        assert!(excess("execute-api:Invoke", &unknown, &knows_tags).is_some());
    }

    #[test]
    fn every_entry_of_the_table_is_about_something_that_writes() {
        for entry in ACTS_AS_ANOTHER {
            let mut writes = iam::matching(entry).filter(|(_, it)| it.access_level == AccessLevel::Write);
            assert!(writes.next().is_some(), "{entry}");
        }
    }
}
