//! IAM's actions as the service authorization reference has them: which there are, on which resources they can be granted,
//! and under which conditions.

mod action;
mod arn;
mod like;
mod managed;

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::archive::Archive;
use crate::names;
use crate::wire::Reader;

pub use action::{AccessLevel, Action, On};
pub use arn::{ArnFormat, ArnPart};
pub use like::is_like;
pub use managed::{ManagedPolicy, managed_policy};

static SERVICES: Archive = Archive::new(include_bytes!("../../data/iam.bin"));
static LOADED: LazyLock<Mutex<HashMap<&'static str, &'static Service>>> = LazyLock::new(Mutex::default);

/// One service's prefix, such as `s3`, with its actions and resources.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    resources: Vec<Resource>,
    actions: Vec<Action>,
}

/// A type of resources that permissions can be limited to.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the service authorization reference, such as `bucket`.
    pub name: &'static str,
    /// What its ARNs look like.
    pub arns: Vec<ArnFormat>,
    /// The condition keys that belong to it, such as `aws:ResourceTag/${TagKey}`.
    pub condition_keys: Vec<&'static str>,
}

/// The prefixes of all services, sorted.
pub fn services() -> impl ExactSizeIterator<Item = &'static str> {
    SERVICES.keys()
}

/// A service by its prefix, such as `s3`, in any case.
#[inline(never)]
pub fn service(prefix: &str) -> Option<&'static Service> {
    if cfg!(sparta_serving) {
        return None;
    }
    let prefix = prefix.to_ascii_lowercase();
    let mut loaded = LOADED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(&found) = loaded.get(prefix.as_str()) {
        return Some(found);
    }
    let chunk = SERVICES.get(&prefix)?;
    let prefix = &*prefix.leak();
    let found = Box::leak(Box::new(Service::read(prefix, chunk)));
    loaded.insert(prefix, found);
    Some(found)
}

/// An action with its service, such as `s3:GetObject`; IAM does not tell the case of letters.
///
/// # Example
///
/// ```
/// let (s3, get) = sparta_schema::iam::action("s3:getobject").unwrap();
/// assert_eq!(get.name, "GetObject");
/// assert!(s3.resources_of(get).any(|it| it.name == "object"));
/// ```
pub fn action(name: &str) -> Option<(&'static Service, &'static Action)> {
    let (prefix, name) = name.split_once(':')?;
    let service = service(prefix)?;
    Some((service, service.action(name)?))
}

/// The actions that a name with `*` and `?` stands for, in any case: `s3:Get*`, `*`. Each is with its service.
///
/// # Example
///
/// ```
/// let gets = sparta_schema::iam::matching("S3:getobject*").map(|(service, action)| service.name_of(action));
/// assert!(gets.collect::<Vec<_>>().contains(&"s3:GetObjectAcl".to_owned()));
/// ```
pub fn matching(pattern: &str) -> impl Iterator<Item = (&'static Service, &'static Action)> {
    let found = match pattern.contains(['*', '?']) {
        true => matching_wildcards(pattern),
        false => action(pattern).into_iter().collect(),
    };
    found.into_iter()
}

fn matching_wildcards(pattern: &str) -> Vec<(&'static Service, &'static Action)> {
    let pattern = pattern.to_ascii_lowercase();
    let is_all = pattern.bytes().all(|it| it == b'*') && !pattern.is_empty();
    let (prefix, name) = pattern.split_once(':').unwrap_or(if is_all { ("*", "*") } else { (&pattern, "") });
    let services: Vec<&str> = match prefix.contains(['*', '?']) {
        true => services().filter(|it| is_like(prefix, it)).collect(),
        false => vec![prefix],
    };
    let actions = services.into_iter().filter_map(service);
    actions
        .flat_map(|service| service.actions.iter().map(move |action| (service, action)))
        .filter(|(_, action)| is_like(name, &action.name.to_ascii_lowercase()))
        .collect()
}

/// Whether an action as policies name it stands for one that exists: `s3:GetObject`, `s3:Get*`, `*`.
pub fn exists(pattern: &str) -> bool {
    match pattern.split_once(':') {
        None => pattern.chars().all(|it| it == '*') && !pattern.is_empty(),
        Some((prefix, _)) if prefix.contains(['*', '?']) => true,
        Some(_) => matching(pattern).next().is_some(),
    }
}

/// Whether an action can be granted on single resources; those that cannot need `"Resource": "*"`.
pub fn has_resource_permissions(name: &str) -> Option<bool> {
    action(name).map(|(_, action)| !action.on.is_empty())
}

/// The action that was probably meant, with its service.
pub fn nearest_action(name: &str) -> Option<String> {
    let (prefix, name) = name.split_once(':')?;
    let prefix = match service(prefix) {
        Some(_) => prefix.to_ascii_lowercase(),
        None => names::nearest(prefix, services())?.to_owned(),
    };
    let actions = service(&prefix)?.actions.iter().map(|it| it.name);
    names::nearest(name, actions).map(|name| format!("{prefix}:{name}"))
}

impl Service {
    /// Its prefix, such as `s3`.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// All actions.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// An action by its name, in any case.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// An action as policies name it: `s3:GetObject`.
    pub fn name_of(&self, action: &Action) -> String {
        format!("{}:{}", self.prefix, action.name)
    }

    /// All types of resources.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// A type of resources by its name, in any case.
    pub fn resource(&self, name: &str) -> Option<&Resource> {
        self.resources.iter().find(|it| it.name.eq_ignore_ascii_case(name))
    }

    /// The types of resources that an action can be granted on; none where it takes `*` alone.
    pub fn resources_of(&self, action: &Action) -> impl Iterator<Item = &Resource> {
        self.resources.iter().filter(|it| action.on.iter().any(|on| on.resource == it.name))
    }

    /// The condition keys that an action knows when it is on one of a type.
    ///
    /// # Example
    ///
    /// ```
    /// let (lambda, update) = sparta_schema::iam::action("lambda:UpdateFunctionCode").unwrap();
    /// let function = lambda.resource("function").unwrap();
    /// assert!(lambda.condition_keys_of(update, function).any(|key| key == "aws:ResourceTag/${TagKey}"));
    /// ```
    pub fn condition_keys_of<'s>(
        &self,
        action: &'s Action,
        resource: &'s Resource,
    ) -> impl Iterator<Item = &'static str> + 's {
        let on = action.on.iter().filter(|on| on.resource == resource.name).flat_map(|on| &on.condition_keys);
        action.condition_keys.iter().chain(on).chain(&resource.condition_keys).copied()
    }

    fn read(prefix: &'static str, chunk: Vec<u8>) -> Self {
        let mut from = Reader::new(chunk);
        Self {
            prefix,
            resources: from.list(|from| Resource {
                name: from.text(),
                arns: from.list(|from| ArnFormat(from.text())),
                condition_keys: from.texts(),
            }),
            actions: from.list(Action::read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_in_any_case_and_by_wildcards() {
        assert!(action("S3:GETOBJECT").is_some());
        assert!(action("s3:GetObjekt").is_none());
        assert!(matching("lambda:Create*").any(|(_, it)| it.name == "CreateFunction"));
        assert_eq!(matching("lambda:Kreate*").count(), 0);
        assert!(matching("sqs:*").count() > 15);
        assert!(matching("s3:*et*bject*Acl").any(|(_, it)| it.name == "GetObjectAcl"));
        assert_eq!(matching("s3:Get?bject").map(|(_, it)| it.name).collect::<Vec<_>>(), ["GetObject"]);
    }

    #[test]
    fn what_stands_for_no_action_does_not_exist() {
        for right in ["*", "s3:*", "s3:GetObject", "s3:get?bject", "sts:AssumeRole", "*:Get*", "iam:PassRole"] {
            assert!(exists(right), "{right}");
        }
        for wrong in ["", "s3", "s3:", "s3:Gett*", "nothing:*", "s3:GetObjects"] {
            assert!(!exists(wrong), "{wrong}");
        }
    }

    #[test]
    fn the_nearest_action_is_named_with_its_service() {
        assert_eq!(nearest_action("s3:GetObjekt").as_deref(), Some("s3:GetObject"));
        assert_eq!(nearest_action("dynamdb:PutItem").as_deref(), Some("dynamodb:PutItem"));
    }

    #[test]
    fn actions_know_whether_they_can_be_limited_to_resources() {
        assert_eq!(has_resource_permissions("sqs:SendMessage"), Some(true));
        assert_eq!(has_resource_permissions("sqs:ListQueues"), Some(false));
        assert_eq!(has_resource_permissions("sqs:Nothing"), None);
        let (lambda, get) = action("lambda:GetEventSourceMapping").unwrap();
        assert_eq!(lambda.resources_of(get).count(), 1);
    }
}
