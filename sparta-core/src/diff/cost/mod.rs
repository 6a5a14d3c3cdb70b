//! What is billed while nothing happens, or by its size. No prices: they are another ones in each region, and tomorrow.

mod kinds;

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    normal::{get, items},
    side::{Part, Side},
};
use crate::cfn::Value;
use kinds::{IDLE, SIZED, SIZED_BY_USE, USED};

/// Something that is billed: while nothing happens, by its size, or as it is used. It says what by, and has no prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CostDriver {
    /// The resource's name in the template.
    pub logical_id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What it is billed by: `each hour`.
    pub billed_by: &'static str,
    /// Whether it is billed while nothing happens.
    pub when_idle: bool,
    /// The property that says how much, where that changes: `MemorySize`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<&'static str>,
    /// How much it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// How much it would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

/// What is new or changed, but for what is billed as it is used whatever its size.
pub(super) fn drivers(before: &Side, after: &Side) -> Vec<CostDriver> {
    let mut found = Vec::new();
    for (id, part) in &after.resources {
        let old = before.resources.get(id).filter(|old| old.kind == part.kind);
        let idle = IDLE.iter().find(|(kind, _)| *kind == part.kind).map(|(_, by)| *by).or_else(|| endpoint(part));
        if let Some(billed_by) = idle.filter(|_| old.is_none()) {
            found.push(driver(id, part, billed_by, true));
        }
        for (table, when_idle) in [(SIZED, true), (SIZED_BY_USE, false)] {
            for (_, path, billed_by) in table.iter().filter(|(kind, ..)| *kind == part.kind) {
                let (old, new) = (old.and_then(|old| sizes(old, path)), sizes(part, path));
                if new.is_some() && old != new && is_billed(billed_by, [&old, &new]) {
                    found.push(CostDriver { property: Some(path), old, new, ..driver(id, part, billed_by, when_idle) });
                }
            }
        }
    }
    found
}

/// What is billed for one value of its property only names that: `ON_DEMAND`.
fn is_billed(billed_by: &str, values: [&Option<String>; 2]) -> bool {
    let only = billed_by.split('`').nth(1);
    only.is_none_or(|only| values.iter().any(|value| value.as_deref() == Some(only)))
}

/// All that is billed, what is billed while nothing happens first.
pub(super) fn all(side: &Side) -> Vec<CostDriver> {
    let mut found = drivers(&Side::default(), side);
    for (id, part) in &side.resources {
        let used = USED.iter().filter(|(kind, _)| *kind == part.kind);
        found.extend(used.map(|(_, billed_by)| driver(id, part, billed_by, false)));
        found.extend((part.kind == "AWS::Logs::LogGroup").then(|| log_group(id, part)));
    }
    found.sort_by_key(|driver| !driver.when_idle);
    found
}

/// What is written is billed once, and as long as it is kept.
fn log_group(id: &str, part: &Part) -> CostDriver {
    let property = "RetentionInDays";
    let new = sizes(part, property).unwrap_or_else(|| "for ever".to_owned());
    let billed_by = "each GB that is written, and each month by the GB that is kept";
    CostDriver { property: Some(property), new: Some(new), ..driver(id, part, billed_by, false) }
}

fn driver(id: &str, part: &Part, billed_by: &'static str, when_idle: bool) -> CostDriver {
    let (logical_id, resource_type) = (id.to_owned(), part.kind.clone());
    CostDriver { logical_id, resource_type, billed_by, when_idle, property: None, old: None, new: None }
}

/// The ones to S3 and DynamoDB cost nothing.
fn endpoint(part: &Part) -> Option<&'static str> {
    let is_interface = part.kind == "AWS::EC2::VPCEndpoint" && part.text("VpcEndpointType") == Some("Interface");
    is_interface.then_some("each hour, by the subnets, and each GB that goes through it")
}

/// What is at a path, and in each index of a table.
fn sizes(part: &Part, path: &str) -> Option<String> {
    let at = |value: &Value| path.split('.').try_fold(value.clone(), |value, name| get(&value, name).cloned());
    let indices = items(part.property("GlobalSecondaryIndexes"));
    let found: BTreeSet<String> =
        [&part.properties].into_iter().chain(indices).filter_map(at).map(|it| text(&it)).collect();
    (!found.is_empty()).then(|| Vec::from_iter(found).join(", "))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| serde_json::to_string(value).unwrap_or_default(), str::to_owned)
}
