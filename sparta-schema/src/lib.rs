//! CloudFormation's resource types and IAM's actions as compact data, and the check of templates against them.
//!
//! `resource!` looks things up here while a service is compiled, and Sparta's synthesis when a template is made. A crate
//! of macros can export nothing else, so the data has a crate of its own.
//!
//! The data is made from the schemas in cfn-lint's package by `cargo run -p sparta-schema-update`, and never
//! edited by hand. What is not looked up is not decompressed.
//!
//! What Lambda runs looks nothing up: with `--cfg sparta_serving` the functions that begin a look-up or a check return at once,
//! so that nothing below them is compiled. They are `inline(never)`, because rustc exports all that is named in a function
//! that other crates may inline.
#![doc = include_str!("../README.md")]

mod archive;
mod check;
mod dynamic;
mod fault;
mod function;
pub mod iam;
#[cfg(feature = "template")]
mod json;
mod names;
mod node;
mod pattern;
mod region;
mod resource_type;
pub mod schedule;
mod schema;
pub mod tag;
#[cfg(feature = "template")]
mod template;
mod wire;

pub use check::{check, findings, warnings};
pub use fault::{Fault, FaultKind};
pub use function::check_function;
pub use names::{nearest, nearest_type};
pub use node::{Entry, Kind, Node, Unknown, Value};
pub use region::regions;
pub use resource_type::{Handlers, ResourceType, Tagging, resource_type, types};
#[cfg(feature = "template")]
pub use template::{Mistake, MistakeKind, check_template, form, template_warnings, unrolled};
