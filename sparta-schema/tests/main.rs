//! The data, the check of resources and templates, and its agreement with cfn-lint's.

mod accepted;
mod agreement;
mod cfn_lint;
mod check;
mod circles;
mod data;
mod fixtures;
mod hostile;
mod loops;
mod pairs;
mod refused;
mod schedules;
mod tags;
mod template;
