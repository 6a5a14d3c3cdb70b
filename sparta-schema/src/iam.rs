//! IAM's actions: which there are, and on which resources they can be granted.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use crate::archive::Archive;
use crate::names;
use crate::wire::Reader;

static SERVICES: Archive = Archive::new(include_bytes!("../data/iam.bin"));
static LOADED: LazyLock<Mutex<HashMap<&'static str, &'static Service>>> = LazyLock::new(Mutex::default);

/// One service's prefix, such as `s3`, with its actions and resources.
pub struct Service {
    resources: Vec<Resource>,
    actions: Vec<Action>,
}

/// One action, such as `s3:GetObject`.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name without the service, such as `GetObject`; what no API operation is called is in lower case.
    pub name: &'static str,
    resources: Vec<&'static str>,
}

/// A type of resources that permissions can be limited to.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the service authorization reference, such as `bucket`.
    pub name: &'static str,
    /// What its ARNs look like: `arn:${Partition}:s3:::.*`, where `.*` stands for names.
    pub arns: Vec<&'static str>,
    /// The condition keys that belong to it, such as `aws:ResourceTag/${TagKey}`.
    pub condition_keys: Vec<&'static str>,
}

/// The prefixes of all services, sorted.
pub fn services() -> impl ExactSizeIterator<Item = &'static str> {
    SERVICES.keys()
}

/// A service by its prefix, such as `s3`, in any case.
pub fn service(prefix: &str) -> Option<&'static Service> {
    let prefix = prefix.to_ascii_lowercase();
    let mut loaded = LOADED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some(&found) = loaded.get(prefix.as_str()) {
        return Some(found);
    }
    let chunk = SERVICES.get(&prefix)?;
    let found = Box::leak(Box::new(Service::read(chunk)));
    loaded.insert(prefix.leak(), found);
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
    let action = service.actions.iter().find(|it| it.name.eq_ignore_ascii_case(name))?;
    Some((service, action))
}

/// The actions that a name with `*` and `?` stands for, such as `s3:Get*`, without their service.
pub fn matching(pattern: &str) -> impl Iterator<Item = &'static Action> {
    let (prefix, pattern) = pattern.split_once(':').unwrap_or((pattern, ""));
    let pattern = pattern.to_ascii_lowercase();
    let actions = service(prefix).map_or(&[][..], |it| &it.actions);
    actions.iter().filter(move |it| is_like(&pattern, &it.name.to_ascii_lowercase()))
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
    action(name).map(|(_, action)| !action.resources.is_empty())
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
    /// All actions.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// All types of resources.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }

    /// The types of resources that an action can be granted on; none where it takes `*` alone.
    pub fn resources_of(&self, action: &Action) -> impl Iterator<Item = &Resource> {
        // An action's list spells some in camelCase that the service's list has in small letters.
        self.resources.iter().filter(|it| action.resources.iter().any(|name| name.eq_ignore_ascii_case(it.name)))
    }

    fn read(chunk: Vec<u8>) -> Self {
        let mut from = Reader::new(chunk);
        Self {
            resources: from.list(|from| Resource {
                name: from.text(),
                arns: from.texts(),
                condition_keys: from.texts(),
            }),
            actions: from.list(|from| Action { name: from.text(), resources: from.texts() }),
        }
    }
}

/// Whether a text is what a pattern stands for, in which `*` is any text and `?` any one character of ASCII.
///
/// # Example
///
/// ```
/// use sparta_schema::iam::is_like;
///
/// assert!(is_like("iam:*UserPolicy", "iam:PutUserPolicy"));
/// assert!(!is_like("s3:Get*", "s3:PutObject"));
/// ```
pub fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // The last `*`, and how much of the text it and what is before it stand for: each further try lets it stand for more.
    let mut star = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        match (pattern.get(p), star) {
            (Some(b'*'), _) => {
                star = Some((p, t));
                p += 1;
            }
            (Some(b), _) if *b == b'?' || *b == text[t] => (p, t) = (p + 1, t + 1),
            (_, Some((at, from))) => {
                star = Some((at, from + 1));
                (p, t) = (at + 1, from + 1);
            }
            _ => return false,
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_in_any_case_and_by_wildcards() {
        assert!(action("S3:GETOBJECT").is_some());
        assert!(action("s3:GetObjekt").is_none());
        assert!(matching("lambda:Create*").any(|it| it.name == "CreateFunction"));
        assert_eq!(matching("lambda:Kreate*").count(), 0);
        assert!(matching("sqs:*").count() > 15);
        assert!(matching("s3:*et*bject*Acl").any(|it| it.name == "GetObjectAcl"));
        assert_eq!(matching("s3:Get?bject").map(|it| it.name).collect::<Vec<_>>(), ["GetObject"]);
    }

    #[test]
    fn wildcards_stand_for_any_text_and_any_character() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "any"),
            ("a*c", "abcbc"),
            ("a**c?", "acd"),
            ("*ab*ab", "ababab"),
            ("?*", "a"),
            ("x*y*z", "x--y-z-z"),
        ] {
            assert!(is_like(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("a", ""), ("?", ""), ("a*c", "abd"), ("*ab*ab", "aab"), ("A", "a")] {
            assert!(!is_like(pattern, text), "{pattern} {text}");
        }
        assert!(!is_like(&"a*".repeat(40), &("a".repeat(39) + &"b".repeat(60))));
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
