//! What keeps an action on what exists already within its stack: its name, its parent's, or the tag that CloudFormation gives
//! its resources and that nobody else can set.

use std::ptr;

use sparta_schema::iam::{self, AccessLevel};

use super::{
    condition::Condition,
    overrides,
    resolver::{Resolver, clean},
};

/// What an action is required on, and what binds it to the stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Target {
    pub(super) arn: String,
    pub(super) by: By,
}

impl Target {
    /// The same where something else binds it.
    pub(super) fn bound(self) -> Self {
        Self { by: By::Arn, ..self }
    }
}

/// What binds an action to the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum By {
    /// The ARN, or nothing has to: it only reads, or makes something new.
    Arn,
    /// The tag, which every resource that the action is about has.
    Tag,
    /// The tag, where the resource has it: the action also makes resources, which have none yet.
    TagIfAny,
    /// The parent's id, once that is known. Until then the tag, where AWS looks at the parent's.
    Parent,
    /// Nothing: it is on all resources of the type, those of other stacks too.
    Nothing,
}

const STACK_TAG: &str = "aws:ResourceTag/aws:cloudformation:stack-name";
const RESOURCE_TAG: &str = "aws:ResourceTag/${TagKey}";

impl By {
    /// The condition that binds, where one does.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html>.
    pub(super) fn condition(self, stack: &str) -> Option<Condition> {
        let operator = match self {
            Self::Tag => "StringEquals",
            Self::TagIfAny | Self::Parent => "StringEqualsIfExists",
            Self::Arn | Self::Nothing => return None,
        };
        Some(Condition::new(operator, STACK_TAG, [stack.to_owned()]))
    }
}

/// What binds an action on `arn`, one of a service's type `kind`, which is or belongs to a resource of the type `of`.
///
/// `makes` tells that the action, if it makes something, makes that and not only a part of what is there.
pub(super) fn of<'a>(
    resolver: &Resolver<'a>,
    found: (&iam::Service, &iam::Action),
    kind: &iam::Resource,
    of: Option<&'a str>,
    makes: bool,
    arn: &str,
) -> By {
    let asked = (ptr::from_ref(found.1), ptr::from_ref(kind), of, makes);
    let known = |bonds: &Vec<Target>| bonds.iter().find(|it| it.arn == arn).map(|it| it.by);
    if let Some(by) = resolver.bonds.borrow().get(&asked).and_then(known) {
        return by;
    }
    let by = bond(resolver, found, kind, of, makes, arn);
    resolver.bonds.borrow_mut().entry(asked).or_default().push(Target { arn: arn.to_owned(), by });
    by
}

fn bond(
    resolver: &Resolver<'_>,
    (service, action): (&iam::Service, &iam::Action),
    kind: &iam::Resource,
    of: Option<&str>,
    makes: bool,
    arn: &str,
) -> By {
    let unpinned = resolver.unpinned(arn);
    let reads = matches!(action.access_level, AccessLevel::List | AccessLevel::Read);
    let name = service.name_of(action);
    let makes = makes && overrides::makes(&name, kind.name);
    // The tags of API Gateway's resources are apart from them, and AWS's own cannot be changed.
    let is_tags = (service.prefix(), kind.name) == ("apigateway", "Tags");
    if is_tags || (reads && !overrides::reads_secrets(&name)) || makes || is_bound(&resolver.stack, kind, &unpinned) {
        return By::Arn;
    }
    if of.is_some_and(|of| overrides::is_in_parent(of, kind.name)) {
        return By::Parent;
    }
    if action.access_level == AccessLevel::Tagging {
        // What AWS and Sparta go by are tags that nobody can change.
        return if knows_tags(service, action, kind) { By::TagIfAny } else { By::Arn };
    }
    match of.is_some_and(has_stack_tag) && knows_tags(service, action, kind) {
        false => By::Nothing,
        true if overrides::may_make(&name) => By::TagIfAny,
        true => By::Tag,
    }
}

/// Whether IAM knows the tags of one of a service's type when it decides on an action.
pub(super) fn knows_tags(service: &iam::Service, action: &iam::Action, kind: &iam::Resource) -> bool {
    service.condition_keys_of(action, kind).any(|key| key == RESOURCE_TAG)
}

/// Whether a type's resources have the tag with their stack's name where access to them is decided.
pub(super) fn has_stack_tag(kind: &str) -> bool {
    let tagging = sparta_schema::resource_type(kind).and_then(|schema| schema.tagging());
    tagging.is_some_and(|tagging| tagging.system && tagging.on_create) || overrides::inherits_tags(kind)
}

/// What binds an action that is on nothing in particular.
pub(super) fn of_everything(action: &iam::Action) -> By {
    match action.access_level {
        AccessLevel::List | AccessLevel::Read | AccessLevel::Tagging => By::Arn,
        _ if overrides::is_made(action.name) => By::Arn,
        _ => By::Nothing,
    }
}

/// Whether an ARN can only be of the stack's resources: a part of it begins with the stack's name, or it names one resource
/// or its parent.
pub(super) fn is_bound(stack: &str, kind: &iam::Resource, arn: &str) -> bool {
    kind.arns.iter().any(|format| values(*format, arn).is_some_and(|values| are_bound(stack, &values)))
}

fn are_bound(stack: &str, values: &[(&str, &str)]) -> bool {
    let mut parents_are_known = true;
    for (variable, value) in values {
        let is_known = !value.contains('*');
        if is_of_stack(stack, value) || (is_known && parents_are_known) {
            return true;
        }
        // Without its parent's name, a child's tells nothing; these are no parents.
        parents_are_known &= is_known || ["GroupId", "Id", "Scope"].contains(variable);
    }
    false
}

/// Whether a name with a `*` is one that only the stack gives its resources.
fn is_of_stack(stack: &str, value: &str) -> bool {
    // Of several `-` in a row CloudFormation keeps one, for some types.
    let whole = clean(stack).to_ascii_lowercase();
    let certain = whole.split_once('*').map(|(certain, _)| certain.trim_end_matches('-'));
    let (stack, value) = (stack.to_ascii_lowercase(), value.to_ascii_lowercase());
    let Some((start, _)) = value.split_once('*') else { return false };
    let starts = std::iter::once(start).chain(start.match_indices('/').map(|(at, _)| &start[at + 1..]));
    let is_cut = |start: &str| certain == Some(start) || (start.len() >= SHORTEST && stack.starts_with(start));
    starts.into_iter().any(|start| start.starts_with(&format!("{stack}-")) || is_cut(start.trim_end_matches('-')))
}

/// The least of a stack's name that CloudFormation keeps in a resource's.
const SHORTEST: usize = 16;

/// What an ARN has for each of a format's variables, those for its place aside.
fn values(format: iam::ArnFormat, arn: &str) -> Option<Vec<(&'static str, &str)>> {
    let mut rest = arn;
    let mut found = Vec::new();
    let mut waiting: Option<&'static str> = None;
    for part in format.parts() {
        match part {
            iam::ArnPart::Variable(name) => waiting = Some(name),
            iam::ArnPart::Text(text) => {
                // A pseudo parameter's colons are no part's end.
                let at = match waiting {
                    None => rest.starts_with(text).then_some(0),
                    Some("Partition" | "Region" | "Account") if rest.starts_with("${") => {
                        let end = rest.find('}')? + 1;
                        rest[end..].starts_with(text).then_some(end)
                    }
                    Some(_) => rest.find(text),
                };
                let Some(at) = at else {
                    // A `*` at the end stands for all that follows.
                    waiting.filter(|_| rest.ends_with('*'))?;
                    break;
                };
                found.extend(waiting.take().map(|name| (name, &rest[..at])));
                rest = &rest[at + text.len()..];
            }
        }
    }
    match waiting {
        Some(name) => found.push((name, rest)),
        None if rest.is_empty() => {}
        None => return None,
    }
    found.retain(|(name, _)| !["Partition", "Region", "Account"].contains(name));
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(action: &str, arn: &str) -> bool {
        let (service, action) = iam::action(action).unwrap();
        service.resources_of(action).any(|kind| is_bound("Production-Links-main", kind, arn))
    }

    #[test]
    fn a_stack_with_two_dashes_owns_what_has_one_of_them() {
        let (service, action) = iam::action("iam:DeleteRole").unwrap();
        let kind = service.resources_of(action).next().unwrap();
        let arn = |name: &str| format!("arn:aws:iam::1:role/{name}");
        assert!(is_bound("Test-App-fix--y", kind, &arn("Test-App-fix*y-*")));
        assert!(!is_bound("Test-App-fix--y", kind, &arn("Test-App*")));
    }

    #[test]
    fn a_name_of_the_stack_or_a_known_parent_binds() {
        let here = "${AWS::Region}:${AWS::AccountId}";
        for (action, arn) in [
            ("sqs:DeleteQueue", format!("arn:${{AWS::Partition}}:sqs:{here}:Production-Links-main-*")),
            ("iam:DeleteRole", "arn:aws:iam::1:role/service-role/Production-Links*-AFunction*".to_owned()),
            ("s3:DeleteBucket", "arn:aws:s3:::production-links-main-*".to_owned()),
            ("dynamodb:DeleteTable", format!("arn:aws:dynamodb:{here}:table/orders")),
            ("scheduler:DeleteSchedule", format!("arn:aws:scheduler:{here}:schedule/*/Production-Links-main-*")),
            ("apigateway:DELETE", "arn:aws:apigateway:${AWS::Region}::/apis/a1b2c3/routes/*".to_owned()),
            ("execute-api:Invoke", format!("arn:aws:execute-api:{here}:a1b2c3/*")),
            ("wafv2:DeleteWebACL", format!("arn:aws:wafv2:{here}:*/webacl/shop/*")),
        ] {
            assert!(bound(action, &arn), "{arn}");
        }
        for (action, arn) in [
            ("sqs:DeleteQueue", format!("arn:aws:sqs:{here}:*")),
            ("sqs:DeleteQueue", format!("arn:aws:sqs:{here}:Prod*")),
            ("secretsmanager:DeleteSecret", format!("arn:aws:secretsmanager:{here}:secret:Key-*")),
            ("apigateway:DELETE", "arn:aws:apigateway:${AWS::Region}::/apis/*/stages/$default".to_owned()),
            ("apigateway:POST", "arn:aws:apigateway:${AWS::Region}::/apis/*/stages".to_owned()),
            ("kms:PutKeyPolicy", format!("arn:aws:kms:{here}:key/*")),
            ("execute-api:Invoke", format!("arn:aws:execute-api:{here}:*/prod/*")),
            ("dynamodb:Query", "arn:aws:dynamodb:*".to_owned()),
        ] {
            assert!(!bound(action, &arn), "{arn}");
        }
    }
}
