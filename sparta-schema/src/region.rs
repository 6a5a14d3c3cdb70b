//! AWS's regions.

/// The regions of all of AWS's partitions, as they were when the data was made. AWS opens new ones.
///
/// # Example
///
/// ```
/// assert!(sparta_schema::regions().any(|region| region == "eu-west-1"));
/// assert!(!sparta_schema::regions().any(|region| region == "eu-west-9"));
/// ```
pub fn regions() -> impl Iterator<Item = &'static str> {
    include_str!("../data/regions.txt").lines()
}
