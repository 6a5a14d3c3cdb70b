//! Whom the statements of a template are about: roles and users with their policies, and resources that let others in.

use std::collections::{BTreeMap, BTreeSet};

use sparta_schema::iam::managed_policy;

use super::{
    atom::{Atom, Scope, either, principal},
    condition::Conditions,
    pattern::Pattern,
};
use crate::{
    cfn::Value,
    diff::{
        normal::{get, items},
        side::{Part, Side},
        text::{only_id, opaque},
    },
};

/// What somebody may do, or who may do something to it.
#[derive(Default)]
pub(super) struct Held {
    pub(super) atoms: Vec<Atom>,
    /// What is known of managed policies, which only covers what comes in their place.
    pub(super) of_managed: Vec<Atom>,
    /// Managed policies from elsewhere, by their ARNs.
    pub(super) managed: BTreeSet<String>,
    /// The policy that bounds it, where there is one.
    pub(super) boundary: Option<String>,
}

impl Held {
    /// Whether something may be done that was denied before: nothing denies it, and something may allow it.
    pub(super) fn may(&self, denied: &Atom, holder: &Holder) -> bool {
        // Whoever a resource lets in, or who has policies that are not known, may be allowed it elsewhere.
        let is_open = holder.what != PERMISSIONS || !self.managed.is_empty();
        !self.atoms.iter().any(|atom| atom.covers(denied))
            && (is_open || self.atoms.iter().any(|atom| atom.allows && atom.overlaps(denied)))
    }
}

/// What is said of whom: `the permissions of HelloRole`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Holder {
    pub(super) what: &'static str,
    /// A text in normal form.
    pub(super) whose: String,
}

const PERMISSIONS: &str = "permissions";
const TRUST: &str = "trust policy";
const POLICY: &str = "resource policy";

/// The types whose policies are about another resource, and the property that names it.
const ABOUT: &[(&str, &str)] = &[
    ("AWS::Events::EventBusPolicy", "EventBusName"),
    ("AWS::Kinesis::ResourcePolicy", "ResourceArn"),
    ("AWS::Lambda::LayerVersionPermission", "LayerVersionArn"),
    ("AWS::Lambda::Permission", "FunctionName"),
    ("AWS::S3::BucketPolicy", "Bucket"),
    ("AWS::SNS::TopicInlinePolicy", "TopicArn"),
    ("AWS::SNS::TopicPolicy", "Topics"),
    ("AWS::SQS::QueueInlinePolicy", "Queue"),
    ("AWS::SQS::QueuePolicy", "Queues"),
    ("AWS::SecretsManager::ResourcePolicy", "SecretId"),
];
const ATTACHED: [&str; 6] = ["Groups", "Roles", "Users", "GroupName", "RoleName", "UserName"];

/// The statements of one side.
pub(super) struct Holders<'s> {
    side: &'s Side,
    held: BTreeMap<Holder, Held>,
}

impl<'s> Holders<'s> {
    pub(super) fn of(side: &'s Side) -> BTreeMap<Holder, Held> {
        let mut holders = Self { side, held: BTreeMap::new() };
        for (id, part) in &side.resources {
            match part.kind.strip_prefix("AWS::IAM::") {
                Some("Role" | "User" | "Group") => holders.identity(id, part),
                Some("Policy" | "RolePolicy" | "UserPolicy" | "GroupPolicy") => holders.attached(id, part, None),
                Some("ManagedPolicy") => holders.attached(id, part, Some(())),
                Some(_) => {}
                None => holders.resource(id, part),
            }
        }
        holders.held
    }

    fn at(&mut self, what: &'static str, whose: &str) -> &mut Held {
        self.held.entry(Holder { what, whose: whose.to_owned() }).or_default()
    }

    fn say(&mut self, what: &'static str, whose: &str, policy: &Value, part: &Part) {
        let side = self.side;
        let mut atoms = Atom::of_policy(policy, &|text| canonical(side, text));
        if let Some(condition) = &part.condition {
            atoms.iter_mut().for_each(|atom| {
                let more = atom.guard.as_ref().map_or_else(String::new, |guard| format!(", {guard}"));
                atom.guard = Some(format!("{condition}{more}"));
            });
        }
        self.at(what, whose).atoms.extend(atoms);
    }

    fn identity(&mut self, id: &str, part: &Part) {
        let whose = format!("${{{id}}}");
        if let Some(trust) = part.property("AssumeRolePolicyDocument") {
            self.say(TRUST, &whose, trust, part);
        }
        let mut policies = Vec::new();
        for policy in items(part.property("Policies")) {
            either(policy, None, &mut |policy, guard| policies.push((policy, guard.map(str::to_owned))));
        }
        for (policy, guard) in policies {
            let Some(document) = get(policy, "PolicyDocument") else { continue };
            let before = self.at(PERMISSIONS, &whose).atoms.len();
            self.say(PERMISSIONS, &whose, document, part);
            for atom in &mut self.at(PERMISSIONS, &whose).atoms[before..] {
                atom.guard =
                    [guard.clone(), atom.guard.take()].into_iter().flatten().reduce(|one, two| format!("{one}, {two}"));
            }
        }
        for managed in items(part.property("ManagedPolicyArns")) {
            self.managed(&whose, &managed.as_str().map_or_else(|| opaque(managed), str::to_owned));
        }
        let boundary =
            part.property("PermissionsBoundary").map(|it| it.as_str().map_or_else(|| opaque(it), str::to_owned));
        self.at(PERMISSIONS, &whose).boundary = boundary;
    }

    /// A managed policy is looked into where it is the template's own, or known.
    fn managed(&mut self, whose: &str, arn: &str) {
        let side = self.side;
        let own = only_id(arn).and_then(|id| side.resources.get(id)).filter(|it| it.kind == "AWS::IAM::ManagedPolicy");
        if let Some(part) = own {
            if let Some(document) = part.property("PolicyDocument") {
                self.say(PERMISSIONS, whose, document, part);
            }
            return;
        }
        let known = arn.split_once(":policy/").and_then(|(_, name)| managed_policy(name));
        let held = self.at(PERMISSIONS, whose);
        // Whichever way the partition is written.
        let name = arn.split_once(":iam::aws:policy/").map_or(arn, |(_, name)| name);
        held.managed.insert(name.to_owned());
        if let Some(policy) = known {
            held.of_managed.extend(Atom::of_policy(&Value::from(policy.document), &str::to_owned));
        }
    }

    /// A policy on its own, which is about those that it is attached to; a managed one without any is about whoever will be.
    fn attached(&mut self, id: &str, part: &Part, managed: Option<()>) {
        let Some(document) = part.property("PolicyDocument") else { return };
        let mut holders = Vec::new();
        for property in ATTACHED {
            let names = items(part.property(property)).iter();
            holders.extend(names.map(|it| it.as_str().map_or_else(|| opaque(it), str::to_owned)));
        }
        let is_used = !holders.is_empty() || self.is_attached_by_role(id);
        if managed.is_some() && !is_used {
            holders.push(format!("${{{id}}}"));
        }
        for holder in holders {
            self.say(PERMISSIONS, &holder, document, part);
        }
    }

    fn is_attached_by_role(&self, id: &str) -> bool {
        let mut lists = self.side.resources.values().filter_map(|part| part.property("ManagedPolicyArns"));
        lists.any(|list| items(Some(list)).iter().any(|arn| arn.as_str().and_then(only_id) == Some(id)))
    }

    /// Every policy in a resource's properties, wherever it stands.
    fn resource(&mut self, id: &str, part: &Part) {
        let about = ABOUT.iter().find(|(kind, _)| *kind == part.kind).and_then(|(_, name)| part.property(name));
        let targets: Vec<String> = match about {
            Some(about) => {
                items(Some(about)).iter().map(|it| it.as_str().map_or_else(|| opaque(it), str::to_owned)).collect()
            }
            None => vec![format!("${{{id}}}")],
        };
        let targets: Vec<String> = targets.iter().map(|target| self.target(target)).collect();
        if matches!(part.kind.as_str(), "AWS::Lambda::Permission" | "AWS::Lambda::LayerVersionPermission") {
            let atom = permission(part);
            targets.iter().for_each(|target| self.at(POLICY, target).atoms.push(atom.clone()));
            return;
        }
        let mut policies = Vec::new();
        find_policies(&part.properties, &mut policies);
        for policy in policies {
            targets.iter().for_each(|target| self.say(POLICY, target, policy, part));
        }
    }

    /// The resource that a policy is about, by its name; an alias of a function is the function.
    fn target(&self, text: &str) -> String {
        let Some(id) = only_id(text) else { return text.to_owned() };
        let alias = self.side.resources.get(id).filter(|part| part.kind == "AWS::Lambda::Alias");
        let id = alias.and_then(|part| part.text("FunctionName")).and_then(only_id).unwrap_or(id);
        format!("${{{id}}}")
    }
}

/// The policy documents in a value, at any depth, written as text or not.
fn find_policies<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Map(map) if map.contains_key("Statement") => found.push(value),
        Value::Map(map) => map.values().for_each(|value| find_policies(value, found)),
        Value::List(items) => items.iter().for_each(|item| find_policies(item, found)),
        Value::String(text) if text.contains("\"Statement\"") && text.contains("\"Effect\"") => found.push(value),
        _ => {}
    }
}

/// The statement that a permission of Lambda's adds to a function's policy.
fn permission(part: &Part) -> Atom {
    let text = |name: &str| part.property(name).map(|it| it.as_str().map_or_else(|| opaque(it), str::to_owned));
    let mut conditions = Conditions::default();
    for (property, operator, key) in [
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        ("OrganizationId", "StringEquals", "aws:PrincipalOrgID"),
        ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
        ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
    ] {
        text(property).into_iter().for_each(|value| conditions.add(operator, key, [value]));
    }
    let who = text("Principal").unwrap_or_default();
    let kind = if who.contains(".amazon") || who.contains("${AWS::URLSuffix}") { "Service" } else { "AWS" };
    let who = principal(kind, &who);
    Atom {
        allows: true,
        principal: Scope::Of(if who == "*" { Pattern::of(&who) } else { Pattern::exactly(&who) }),
        action: Scope::Of(Pattern::ignoring_case(&text("Action").unwrap_or_default())),
        resource: Scope::Of(Pattern::exactly("")),
        conditions,
        guard: part.condition.clone(),
    }
}

/// A resource's ARN in one way, whether it is an attribute or was put together.
fn canonical(side: &Side, text: &str) -> String {
    let mut rest = text;
    let mut written = String::new();
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, after)) = after.split_once('}') else { break };
        written += before;
        let whole = format!("${{{inside}}}");
        let (id, attribute) = inside.split_once('.').unwrap_or((inside, ""));
        let kind = side.resources.get(id).map(|part| part.kind.as_str());
        written += &kind.and_then(|kind| arn(kind, id, attribute)).unwrap_or(whole);
        rest = after;
    }
    written + rest
}

fn arn(kind: &str, id: &str, attribute: &str) -> Option<String> {
    const HERE: &str = "${AWS::Region}:${AWS::AccountId}";
    let arn = match (kind, attribute) {
        ("AWS::S3::Bucket", "Arn") => format!("arn:${{AWS::Partition}}:s3:::${{{id}}}"),
        ("AWS::DynamoDB::Table", "Arn") => format!("arn:${{AWS::Partition}}:dynamodb:{HERE}:table/${{{id}}}"),
        ("AWS::SQS::Queue", "Arn") => format!("arn:${{AWS::Partition}}:sqs:{HERE}:${{{id}.QueueName}}"),
        ("AWS::Lambda::Function", "Arn") => format!("arn:${{AWS::Partition}}:lambda:{HERE}:function:${{{id}}}"),
        ("AWS::KMS::Key", "Arn") => format!("arn:${{AWS::Partition}}:kms:{HERE}:key/${{{id}}}"),
        ("AWS::Kinesis::Stream", "Arn") => format!("arn:${{AWS::Partition}}:kinesis:{HERE}:stream/${{{id}}}"),
        ("AWS::Events::EventBus", "Arn") => format!("arn:${{AWS::Partition}}:events:{HERE}:event-bus/${{{id}}}"),
        ("AWS::SNS::Topic", "TopicArn") => format!("${{{id}}}"),
        ("AWS::StepFunctions::StateMachine", "Arn") | ("AWS::SecretsManager::Secret", "Id") => format!("${{{id}}}"),
        _ => return None,
    };
    Some(arn)
}
