//! The data, the check of resources and templates, and its agreement with cfn-lint's.

mod agreement;
mod check;
mod data;
mod template;
