//! What a template takes: parameters.

use serde_json::{Map, Value as Json};

use crate::node::Kind;
use crate::pattern;
use crate::template::{MistakeKind, Place, Report};

const KEYS: &[&str] = &[
    "AllowedPattern",
    "AllowedValues",
    "ConstraintDescription",
    "Default",
    "Description",
    "MaxLength",
    "MaxValue",
    "MinLength",
    "MinValue",
    "NoEcho",
    "Type",
];
const TYPES: &[&str] = &["CommaDelimitedList", "Number", "String"];
const SSM: &str = "AWS::SSM::Parameter::Value<";
// what CloudFormation looks up in the account
const OF_AWS: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::VPC::Id",
    "AWS::EC2::Volume::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::SSM::Parameter::Name",
];
const DESCRIPTION: usize = 4_000;

/// What `Ref` returns of a parameter.
pub(super) fn kind(parameter: &Json) -> Option<Kind> {
    let name = parameter.get("Type")?.as_str()?;
    let name = inside(name, SSM).unwrap_or(name);
    match name {
        "CommaDelimitedList" => Some(Kind::List),
        _ if inside(name, "List<").is_some() => Some(Kind::List),
        "String" | "Number" => Some(Kind::Text),
        _ => OF_AWS.contains(&name).then_some(Kind::Text),
    }
}

fn inside<'n>(name: &'n str, start: &str) -> Option<&'n str> {
    name.strip_prefix(start)?.strip_suffix('>')
}

impl Report<'_> {
    pub(super) fn parameter(&mut self, name: &str, parameter: &Json) {
        let place = Place::new("Parameters", name);
        self.name(place, name);
        if self.names.has_macro {
            return;
        }
        let Some(parameter) = parameter.as_object() else {
            return self.add(place, MistakeKind::Form, "a parameter must be a map with a `Type`");
        };
        for key in parameter.keys().filter(|key| !KEYS.contains(&key.as_str()) && !key.starts_with("Fn::")) {
            let message = format!("unknown key `{key}` of a parameter{}", self.hint(key, KEYS.iter().copied()));
            self.add(place.at(key), MistakeKind::Form, message);
        }
        self.parameter_type(place, parameter);
        self.parameter_keys(place, parameter);
        self.default(place.at("Default"), parameter);
    }

    fn parameter_type(&mut self, place: Place<'_>, parameter: &Map<String, Json>) {
        let Some(name) = parameter.get("Type").and_then(Json::as_str) else {
            if !parameter.contains_key("Fn::Transform") {
                self.add(place, MistakeKind::Form, "a parameter needs a `Type`, such as `String`");
            }
            return;
        };
        let one = inside(name, SSM).unwrap_or(name);
        let one = inside(one, "List<").unwrap_or(one);
        // AWS adds types of its own
        let is_new = one.starts_with("AWS::") && self.hint(one, OF_AWS.iter().copied()).is_empty();
        if TYPES.contains(&one) || OF_AWS.contains(&one) || is_new {
            return;
        }
        let meant = match name {
            "Boolean" | "boolean" | "Bool" => "; use `String` with `AllowedValues` of `true` and `false`".to_owned(),
            "List" | "StringList" => "; use `CommaDelimitedList`".to_owned(),
            _ => self.hint(one, TYPES.iter().chain(OF_AWS).copied()),
        };
        self.add(place.at("Type"), MistakeKind::Form, format!("there is no type `{name}` of parameters{meant}"));
    }

    fn parameter_keys(&mut self, place: Place<'_>, parameter: &Map<String, Json>) {
        let is_number = parameter.get("Type").and_then(Json::as_str).is_some_and(|it| it == "Number");
        for (key, value) in parameter.iter().filter(|(_, value)| !value.is_null()) {
            let (is_right, expected) = match key.as_str() {
                "AllowedPattern" | "ConstraintDescription" => (value.is_string(), "text"),
                "Description" => {
                    let fits = value.as_str().is_some_and(|it| it.chars().count() <= DESCRIPTION);
                    (fits, "text of at most 4,000 characters")
                }
                "AllowedValues" => (value.as_array().is_some_and(|it| it.iter().all(is_scalar)), "a list of texts"),
                "Default" => (is_scalar(value), "text; a list is one with commas"),
                "MaxLength" | "MinLength" => (number(value).is_some_and(|it| it.fract() == 0.0), "a whole number"),
                "MaxValue" | "MinValue" => (number(value).is_some(), "a number"),
                "NoEcho" => (value.is_boolean() || text(value).is_some_and(|it| is_boolean(&it)), "`true` or `false`"),
                _ => continue,
            };
            if !is_right {
                self.add(place.at(key), MistakeKind::Form, format!("`{key}` of a parameter must be {expected}"));
            }
            let is_of_other = match key.as_str() {
                "AllowedPattern" | "MaxLength" | "MinLength" => is_number,
                "MaxValue" | "MinValue" => !is_number,
                _ => false,
            };
            if is_of_other && parameter.get("Type").is_some_and(Json::is_string) {
                let other = if is_number { "`String`" } else { "`Number`" };
                self.add(place.at(key), MistakeKind::Form, format!("only a parameter of the type {other} has `{key}`"));
            }
        }
    }

    fn default(&mut self, place: Place<'_>, parameter: &Map<String, Json>) {
        let get = |key: &str| parameter.get(key);
        let Some(default) = get("Default").and_then(text) else { return };
        let Some(name) = get("Type").and_then(Json::as_str).filter(|it| inside(it, SSM).is_none()) else { return };
        let is_list = name == "CommaDelimitedList" || inside(name, "List<").is_some();
        // all at once, or one by one
        if why_not(&default, name, &get).is_none() {
            return;
        }
        let values: Vec<_> = if is_list { default.split(',').map(str::trim).collect() } else { vec![&default] };
        for value in values {
            if let Some(message) = why_not(value, name, &get) {
                self.add(place, MistakeKind::Form, format!("`{value}` cannot be the default: {message}"));
            }
        }
    }
}

/// Why a parameter cannot have a value.
fn why_not<'p>(value: &str, name: &str, get: &dyn Fn(&str) -> Option<&'p Json>) -> Option<String> {
    let limit = |key: &str| get(key).and_then(number);
    let length = value.chars().count() as f64;
    if let Some(allowed) = get("AllowedValues").and_then(Json::as_array).filter(|it| !it.is_empty())
        && !allowed.iter().any(|it| text(it).is_some_and(|it| it.trim() == value.trim()))
    {
        return Some("it is not among the `AllowedValues`".to_owned());
    }
    if let Some(pattern) = get("AllowedPattern").and_then(Json::as_str)
        && !pattern::may_match(&format!("^(?:{pattern})"), value)
    {
        return Some(format!("it does not match the pattern `{pattern}`"));
    }
    if name == "Number" {
        let Ok(number) = value.trim().parse::<f64>() else { return Some("it is no number".to_owned()) };
        return match (limit("MinValue"), limit("MaxValue")) {
            (Some(min), _) if number < min => Some(format!("the least is {min}")),
            (_, Some(max)) if number > max => Some(format!("the most is {max}")),
            _ => None,
        };
    }
    match (limit("MinLength"), limit("MaxLength")) {
        (Some(min), _) if length < min => Some(format!("it must have at least {min} characters")),
        (_, Some(max)) if length > max => Some(format!("it must have at most {max} characters")),
        _ => None,
    }
}

fn is_scalar(value: &Json) -> bool {
    text(value).is_some()
}

/// A value as the text that CloudFormation makes of it.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(it) => Some(it.to_string()),
        Json::Bool(it) => Some(it.to_string()),
        _ => None,
    }
}

fn number(value: &Json) -> Option<f64> {
    text(value)?.trim().parse().ok()
}

fn is_boolean(text: &str) -> bool {
    ["true", "false"].contains(&text.to_ascii_lowercase().as_str())
}
