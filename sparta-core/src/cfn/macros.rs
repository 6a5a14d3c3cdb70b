//! The macros that write resources.

/// A resource that is checked when it is compiled, against what the CloudFormation registry says of its type.
///
/// It is written like JSON. Names of properties are words, or texts in quotes where they are none; values are literals,
/// lists, maps and, in parentheses, expressions of every type that is [`IntoValue`](crate::cfn::IntoValue): text,
/// numbers, booleans, lists, maps, intrinsic functions, other resources' references. An `Option` that is `None` leaves
/// its property out.
///
/// The type, every property at every depth, required and read-only properties, the types of literals, enums, patterns,
/// lengths, ranges, and properties that exclude or need one another are checked; each mistake is reported where it is,
/// with the name that was probably meant. What an expression gives is checked when the template is made.
///
/// `Custom::...` and the types that an organisation registers itself are taken as they are.
///
/// # Example
///
/// ```
/// use sparta_core::resource;
///
/// let (name, team) = (None::<String>, "greetings");
/// let bucket = resource!(AWS::S3::Bucket {
///     VersioningConfiguration: { Status: "Enabled" },
///     BucketName: (name),
///     Tags: [{ Key: "team", Value: (team) }],
/// });
/// ```
///
/// A name that is not the registry's does not compile:
///
/// ```compile_fail
/// # use sparta_core::resource;
/// resource!(AWS::S3::Bucket { VersionConfiguration: { Status: "Enabled" } });
/// ```
#[macro_export]
macro_rules! resource {
    ($($tokens:tt)*) => { $crate::__macros::resource!([$crate] $($tokens)*) };
}

/// A part of a resource's properties, checked when it is compiled like [`resource!`]: what a function makes, or a loop.
///
/// The type is followed by the path of the part, in which `[]` is any item of a list. It gives a
/// [`Value`](crate::cfn::Value).
///
/// # Example
///
/// ```
/// use sparta_core::{property, resource};
///
/// let tags: Vec<_> = ["app", "team"]
///     .map(|key| property!(AWS::S3::Bucket.Tags[] { Key: (key), Value: "greetings" }))
///     .into();
/// let bucket = resource!(AWS::S3::Bucket { Tags: (tags) });
/// ```
#[macro_export]
macro_rules! property {
    ($($tokens:tt)*) => { $crate::__macros::property!([$crate] $($tokens)*) };
}

/// An attribute of a resource as `Fn::GetAtt` gives it, which the type has: that is checked when it is compiled.
///
/// The resource is a [`Resource`](crate::cfn::Resource) or a [`LogicalId`](crate::cfn::LogicalId).
///
/// # Example
///
/// ```
/// use sparta_core::{attribute, resource};
///
/// let queue = resource!(AWS::SQS::Queue);
/// let arn = attribute!(AWS::SQS::Queue, queue, "Arn");
/// ```
///
/// ```compile_fail
/// # use sparta_core::{attribute, resource};
/// # let queue = resource!(AWS::SQS::Queue);
/// let arn = attribute!(AWS::SQS::Queue, queue, "ARN");
/// ```
#[macro_export]
macro_rules! attribute {
    ($($tokens:tt)*) => { $crate::__macros::attribute!([$crate] $($tokens)*) };
}
