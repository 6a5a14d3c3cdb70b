//! What several resources of a template are together.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::template::logic::Case;
use crate::template::{MistakeKind, Place, Report, described};

// a name that many have is reported for each, without a comparison of all with all
const COMPARED: usize = 20;

// a choice has few levels
const DEPTH: usize = 8;

/// What must differ, with the resources that have it.
type Seen<'t> = HashMap<String, Vec<(&'t str, Case<'t>)>>;

impl<'t> Report<'t> {
    pub(super) fn between(&mut self, resources: &'t Map<String, Json>) {
        if self.names.has_macro {
            return;
        }
        let mut seen = Seen::new();
        for (id, resource) in resources.iter().filter(|(id, _)| !id.starts_with("Fn::")) {
            let Some(name) = resource.get("Type").and_then(Json::as_str) else { continue };
            self.dependencies(id, resource);
            let Some(properties) = resource.get("Properties").and_then(Json::as_object) else { continue };
            self.identity(&mut seen, id, name, resource, properties);
            match name {
                "AWS::EC2::Instance" => self.image(id, properties),
                "AWS::EC2::SubnetRouteTableAssociation" => {
                    let what = "another route table: a subnet has one";
                    self.unique(&mut seen, id, resource, &["SubnetId"], properties, what);
                }
                _ => {}
            }
        }
    }

    /// What identifies a resource cannot be given to two.
    fn identity(
        &mut self,
        seen: &mut Seen<'t>,
        id: &'t str,
        name: &str,
        resource: &'t Json,
        properties: &'t Map<String, Json>,
    ) {
        let Some(found) = described(name).filter(|it| !it.is_open() && !it.name().starts_with(super::SERVERLESS))
        else {
            return;
        };
        // its registry entry names another property
        let identifier = if name == "AWS::CodeBuild::Project" { &["Name"][..] } else { found.primary_identifier() };
        let is_given = |it: &&str| !it.contains('.') && !found.read_only().contains(it);
        if !identifier.is_empty() && identifier.iter().all(is_given) {
            self.unique(seen, id, resource, identifier, properties, &format!("another {name}: only one can have it"));
        }
    }

    fn unique(
        &mut self,
        seen: &mut Seen<'t>,
        id: &'t str,
        resource: &'t Json,
        names: &[&str],
        properties: &'t Map<String, Json>,
        what: &str,
    ) {
        let values: Option<Vec<_>> = names.iter().map(|name| properties.get(*name)).collect();
        let Some(values) = values else { return };
        let case: Case<'t> =
            resource.get("Condition").and_then(Json::as_str).map(|it| (it, true)).into_iter().collect();
        let mut variants = Vec::new();
        match values.as_slice() {
            [one] => branches(one, case, &mut variants, 0),
            several if several.iter().all(|it| is_certain(it)) => {
                variants.push((Json::from_iter(several.iter().copied().cloned()), case));
            }
            _ => {}
        }
        let kind = resource["Type"].as_str().unwrap_or_default();
        let mut found = None;
        for (value, case) in variants {
            let others = seen.entry(format!("{kind} {names:?} {value}")).or_default();
            let both = |other: &Case<'t>| self.names.logic.is_possible(&other.union(&case).copied().collect());
            let is_other = |(other, of_other): &&(&str, Case<'t>)| *other != id && both(of_other) == Some(true);
            found = found.or(others.iter().take(COMPARED).find(is_other).map(|(other, _)| *other));
            others.push((id, case));
        }
        if let Some(other) = found {
            let names = names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" and ");
            let message = format!("`{other}` gives the same {names} to {what}");
            self.add(Place::new("Resources", id).at("Properties"), MistakeKind::Form, message);
        }
    }

    /// An instance gets its image from itself or its launch template.
    fn image(&mut self, id: &str, properties: &Map<String, Json>) {
        let has =
            |it: &Map<String, Json>, name: &str| it.contains_key(name) || it.keys().any(|key| key.starts_with("Fn::"));
        if has(properties, "ImageId") {
            return;
        }
        let place = Place::new("Resources", id).at("Properties");
        let Some(template) = properties.get("LaunchTemplate") else {
            let message = "missing property `ImageId` of AWS::EC2::Instance, or a `LaunchTemplate` that has it";
            return self.add(place, MistakeKind::Form, message);
        };
        let by_name = template.get("LaunchTemplateId").or_else(|| template.get("LaunchTemplateName"));
        let Some(template) = by_name.and_then(|it| it.get("Ref")).and_then(Json::as_str) else { return };
        let resource = self.names.resources.and_then(|it| it.get(template));
        let data = resource.and_then(|it| it.get("Properties")?.get("LaunchTemplateData")?.as_object());
        if data.is_some_and(|it| !has(it, "ImageId")) {
            let message = format!("missing property `ImageId` of AWS::EC2::Instance: `{template}` has none either");
            self.add(place, MistakeKind::Form, message);
        }
    }

    /// CloudFormation waits for nothing where the other resource is not made.
    fn dependencies(&mut self, id: &str, resource: &'t Json) {
        let Some(needed) = resource.get("DependsOn") else { return };
        let one = std::slice::from_ref(needed);
        let condition = |it: &'t Json| it.get("Condition").and_then(Json::as_str);
        for other in needed.as_array().map_or(one, Vec::as_slice).iter().filter_map(Json::as_str) {
            let resource_of_other = self.names.resources.and_then(|it| it.get(other));
            let Some(needs) = resource_of_other.and_then(condition) else { continue };
            let own = condition(resource).map(|it| (it, true));
            let case: Case<'t> = own.into_iter().chain([(needs, false)]).collect();
            if self.names.logic.is_possible(&case) == Some(true) {
                let message = format!(
                    "`{other}` is not made where the condition `{needs}` is false: give both the same condition, or let neither have one"
                );
                self.warn(Place::new("Resources", id).at("DependsOn"), MistakeKind::ResourceAttribute, message);
            }
        }
    }
}

/// The values that `Fn::If` chooses from, each with its case.
fn branches<'t>(value: &'t Json, case: Case<'t>, found: &mut Vec<(Json, Case<'t>)>, depth: usize) {
    match value.get("Fn::If").and_then(Json::as_array).map(Vec::as_slice) {
        Some([Json::String(name), yes, no]) if depth < DEPTH => {
            for (branch, holds) in [(yes, true), (no, false)] {
                let mut case = case.clone();
                case.insert((name, holds));
                branches(branch, case, found, depth + 1);
            }
        }
        _ if is_certain(value) => found.push((value.clone(), case)),
        _ => {}
    }
}

/// Whether a value is there, and the same for all that have it.
fn is_certain(value: &Json) -> bool {
    let is_left_out = value.get("Ref").is_some_and(|it| it == "AWS::NoValue");
    !value.is_null() && !is_left_out && value.get("Fn::If").is_none() && value.get("Fn::Transform").is_none()
}
