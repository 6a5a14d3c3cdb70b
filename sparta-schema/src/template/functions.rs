use serde_json::Value as Json;

use crate::template::{MistakeKind, Place, Report, hint};

const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

/// The form of intrinsic functions, as far as it is certain: a value that another function makes may be anything.
impl Report<'_> {
    pub(super) fn function_form(&mut self, place: Place<'_>, name: &str, argument: &Json) {
        // a transform may read what CloudFormation does not
        if self.names.is_open {
            return;
        }
        let wrong = match name {
            "Fn::Join" => wrong_arguments(argument, |delimiter, values| !may_be_text(delimiter) || is_scalar(values)),
            "Fn::Select" => wrong_arguments(argument, |index, values| !may_be_index(index) || is_scalar(values)),
            "Fn::Split" => wrong_arguments(argument, |delimiter, text| !may_be_text(delimiter) || !may_be_text(text)),
            _ => return self.function_name(place, name),
        };
        let expected = match name {
            "Fn::Select" => "a list of an index from 0 on and a list",
            "Fn::Split" => "a list of a delimiter and a text",
            _ => "a list of a delimiter and a list",
        };
        if wrong {
            self.add(place, MistakeKind::Function, format!("`{name}` needs {expected}"));
        }
    }

    // CloudFormation may have a new one, which resembles none
    fn function_name(&mut self, place: Place<'_>, name: &str) {
        let is_known = FUNCTIONS.contains(&name) || !name.starts_with("Fn::") || name.starts_with("Fn::ForEach");
        // nothing reads all of a resource's metadata
        if is_known || place.path.starts_with("Metadata") {
            return;
        }
        let meant = hint(name, FUNCTIONS.iter().copied());
        if !meant.is_empty() {
            self.add(place, MistakeKind::Function, format!("unknown function `{name}`{meant}"));
        }
    }
}

fn wrong_arguments(argument: &Json, wrong: impl Fn(&Json, &Json) -> bool) -> bool {
    match argument {
        Json::Array(arguments) => match arguments.as_slice() {
            [first, second] => wrong(first, second),
            _ => true,
        },
        other => is_scalar(other),
    }
}

fn is_scalar(value: &Json) -> bool {
    !value.is_array() && !value.is_object()
}

fn may_be_text(value: &Json) -> bool {
    !value.is_array() && !value.is_null()
}

fn may_be_index(value: &Json) -> bool {
    match value {
        Json::String(text) => text.trim().parse::<u64>().is_ok() || text.contains("{{") || text.contains("${"),
        Json::Number(number) => number.as_f64().is_some_and(|it| it >= 0.0),
        Json::Object(_) => true,
        _ => false,
    }
}
