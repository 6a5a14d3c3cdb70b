use crate::archive::Archive;
use crate::wire::Reader;

static POLICIES: Archive = Archive::new(include_bytes!("../../data/managed.bin"));

/// A policy that AWS manages, as it was when the data was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Its version, such as `v1`.
    pub version: &'static str,
    /// Its document, as JSON.
    pub document: &'static str,
}

/// One of the policies that AWS manages for the roles of functions, by its name with its path.
///
/// # Example
///
/// ```
/// let policy = sparta_schema::iam::managed_policy("service-role/AWSLambdaBasicExecutionRole").unwrap();
/// assert_eq!(policy.version, "v1");
/// assert!(policy.document.contains("logs:PutLogEvents"));
/// ```
pub fn managed_policy(name: &str) -> Option<ManagedPolicy> {
    let mut from = Reader::new(POLICIES.get(name)?);
    Some(ManagedPolicy { version: from.text(), document: from.text() })
}
