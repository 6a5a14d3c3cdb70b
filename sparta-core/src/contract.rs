//! The names that the template, packages, pipelines and commands share.

/// The property of roles and users that bounds them, and the template's parameter that it comes from.
pub const PERMISSIONS_BOUNDARY: &str = "PermissionsBoundary";
