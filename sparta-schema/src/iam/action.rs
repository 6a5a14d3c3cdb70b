use crate::wire::Reader;

/// One action, such as `s3:GetObject`.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its name without the service, such as `GetObject`.
    pub name: &'static str,
    /// What it does, in IAM's classes.
    pub access_level: AccessLevel,
    /// The condition keys that it knows whatever it is on, such as `aws:RequestTag/${TagKey}`.
    pub condition_keys: Vec<&'static str>,
    /// The types of resources that it can be granted on; none where it takes `*` alone.
    pub on: Vec<On>,
}

/// A type of resources that an action can be granted on.
#[derive(Clone, Debug)]
pub struct On {
    /// The name of the type in its service, such as `bucket`.
    pub resource: &'static str,
    /// Whether each call is about one of them, so that it has to be allowed on one.
    pub required: bool,
    /// The condition keys that the action knows when it is on one of them.
    pub condition_keys: Vec<&'static str>,
}

/// IAM's classes of actions.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// Shows which resources there are.
    List,
    /// Reads what is in resources.
    Read,
    /// Only changes the tags of resources.
    Tagging,
    /// Creates, changes, runs or deletes resources.
    Write,
    /// Gives permissions, or takes them.
    PermissionsManagement,
}

impl Action {
    pub(super) fn read(from: &mut Reader) -> Self {
        Self {
            name: from.text(),
            access_level: AccessLevel::read(from),
            condition_keys: from.texts(),
            on: from.list(On::read),
        }
    }
}

impl On {
    fn read(from: &mut Reader) -> Self {
        Self { resource: from.text(), required: from.byte() == 1, condition_keys: from.texts() }
    }
}

impl AccessLevel {
    fn read(from: &mut Reader) -> Self {
        match from.byte() {
            0 => Self::List,
            1 => Self::Read,
            2 => Self::Tagging,
            3 => Self::Write,
            4 => Self::PermissionsManagement,
            other => panic!("{other} is no access level"),
        }
    }
}
