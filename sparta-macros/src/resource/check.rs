//! The check of a tree against the schema of its type.

use sparta_schema::{Fault, ResourceType, nearest_type, resource_type};

use super::{
    intrinsic::Places,
    place::Mistakes,
    resource_attributes,
    tree::{Kind, Node},
};

/// Checks the properties of a resource.
pub(super) fn resource(kind: &Kind, properties: &mut Node, mistakes: &mut Mistakes) {
    let resource_type = described(kind, mistakes);
    // A custom resource may have a property of any name.
    if let Some(closed) = resource_type.filter(|it| !it.is_open()) {
        resource_attributes::take_out(closed, properties, mistakes);
    }
    let mut places = Places::default();
    let node = places.node(properties);
    let faults = resource_type.map(|it| sparta_schema::findings(it, &node)).unwrap_or_default();
    report(faults, kind, places, mistakes);
}

/// Remembers what is wrong at each place, with what is wrong with intrinsic functions.
pub(super) fn report(mut faults: Vec<Fault>, kind: &Kind, mut places: Places, mistakes: &mut Mistakes) {
    faults.append(&mut places.faults);
    faults.sort_by_key(|fault| fault.place);
    for fault in faults {
        let place = places.get(fault.place).unwrap_or(kind.place);
        match fault.kind.is_warning() {
            true => mistakes.warn(place, fault.message),
            false => mistakes.push(place, fault.message),
        }
    }
}

/// What a type's properties are; all custom resources are described by one.
pub(super) fn described(kind: &Kind, mistakes: &mut Mistakes) -> Option<&'static ResourceType> {
    known(kind, mistakes).or_else(|| {
        let is_custom = kind.name.starts_with("Custom::");
        is_custom.then(|| resource_type("AWS::CloudFormation::CustomResource"))?
    })
}

/// What is known of a type: only of those of AWS, the others being private or custom.
pub(super) fn known(kind: &Kind, mistakes: &mut Mistakes) -> Option<&'static ResourceType> {
    let name = kind.name.as_str();
    let found = resource_type(name);
    if found.is_none() && !name.is_empty() && !is_own(name) {
        let meant = nearest_type(name).map(|nearest| format!("; did you mean `{nearest}`?"));
        mistakes.push(kind.place, format!("unknown resource type `{name}`{}", meant.unwrap_or_default()));
    }
    found
}

/// Custom resources, modules, and types that an organisation registers itself.
fn is_own(name: &str) -> bool {
    let words: Vec<&str> = name.split("::").collect();
    match words.as_slice() {
        ["AWS", "CloudFormation", "CustomResource"] => true,
        ["Alexa", ..] => false,
        [first, ..] if first.eq_ignore_ascii_case("AWS") => false,
        ["Custom", name] => !name.is_empty(),
        [_, _, _] | [_, _, _, "MODULE"] => words.iter().all(|word| !word.is_empty()),
        _ => false,
    }
}
