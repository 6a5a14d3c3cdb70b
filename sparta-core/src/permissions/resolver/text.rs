//! Values of a template as texts.

use std::{collections::BTreeMap, ptr};

use super::{ANY, Resolver};
use crate::{
    cfn::{LogicalId, ParameterType, Resource, Value},
    permissions::{overrides, values::literal},
};

/// What stands for a part that only AWS knows, where a `*` of the author's own has to be told from it.
pub(in crate::permissions) const UNKNOWN: char = '\u{e000}';

/// What stands for a name that AWS makes up for one of the template's resources.
pub(in crate::permissions) const UNNAMED: char = '\u{e001}';

impl<'a> Resolver<'a> {
    /// What a value is: a text for `Fn::Sub` in another template, with `*` for what is not known.
    pub(crate) fn text(&self, value: &Value) -> String {
        plain(&self.marked(value))
    }

    /// The same with [`UNKNOWN`] and [`UNNAMED`] for what is not known. What is looked up when it is deployed is not.
    pub(in crate::permissions) fn told_apart(&self, value: &Value) -> String {
        let text = self.marked(value);
        if !text.contains("{{resolve:") {
            return text;
        }
        let mut parts = text.split("{{resolve:");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |known, reference| {
            let rest = reference.split_once("}}").map_or("", |(_, rest)| rest);
            format!("{known}{UNKNOWN}{rest}")
        })
    }

    fn marked(&self, value: &Value) -> String {
        match value.as_function() {
            Some((function, argument)) => self.function(function, argument),
            None => literal(value).unwrap_or_else(unknown),
        }
    }

    fn function(&self, name: &str, argument: &Value) -> String {
        match (name, argument) {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::String(path)) => {
                path.split_once('.').map_or_else(unknown, |(id, attribute)| self.attribute(id, attribute))
            }
            ("Fn::GetAtt", Value::List(path)) => match &path[..] {
                [Value::String(id), Value::String(attribute)] => self.attribute(id, attribute),
                _ => unknown(),
            },
            ("Fn::Sub", Value::String(text)) => self.substituted(text, &BTreeMap::new()),
            ("Fn::Sub", Value::List(parts)) => match &parts[..] {
                [Value::String(text), Value::Map(variables)] => self.substituted(text, variables),
                _ => unknown(),
            },
            ("Fn::Join", Value::List(parts)) => match &parts[..] {
                [Value::String(separator), Value::List(parts)] => {
                    parts.iter().map(|part| self.marked(part)).collect::<Vec<_>>().join(separator)
                }
                _ => unknown(),
            },
            ("Fn::Select", Value::List(arguments)) => match &arguments[..] {
                [Value::Number(index), list] => self.selected(index.as_u64(), list),
                _ => unknown(),
            },
            _ => unknown(),
        }
    }

    /// One of the parts of a text that is known.
    fn selected(&self, index: Option<u64>, list: &Value) -> String {
        let Some(("Fn::Split", Value::List(arguments))) = list.as_function() else { return unknown() };
        let [Value::String(separator), text] = &arguments[..] else { return unknown() };
        let text = self.marked(text);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let part =
            index.filter(|_| !text.contains([UNKNOWN, UNNAMED])).and_then(|index| text.split(separator).nth(index));
        part.map_or_else(unknown, str::to_owned)
    }

    fn reference(&self, name: &str) -> String {
        match name {
            "AWS::StackName" => self.stack.to_owned(),
            "AWS::StackId" => self.arn("cloudformation", &format!("stack/{}/*", self.stack)),
            "AWS::Region" => self.region.to_owned(),
            "AWS::AccountId" => self.account.to_owned(),
            "AWS::NoValue" => String::new(),
            pseudo if pseudo.starts_with("AWS::") => format!("${{{pseudo}}}"),
            name => match (self.parameters.get(name), self.resource(name)) {
                (Some(value), _) if !value.contains("{{resolve:") && value != ANY && !self.is_looked_up(name) => {
                    value.clone()
                }
                (None, Some((id, resource))) => {
                    let own = || self.own(id, resource, self.reference_to(id, resource));
                    self.alias(id, resource).unwrap_or_else(own)
                }
                _ => unknown(),
            },
        }
    }

    /// Whether a parameter's value is the name of another parameter, in Systems Manager, which has the value.
    fn is_looked_up(&self, parameter: &str) -> bool {
        let parameter = LogicalId::new(parameter).ok().and_then(|id| self.template().parameters().get(&id));
        parameter.is_some_and(|it| matches!(&it.kind, ParameterType::Other(kind) if kind.starts_with("AWS::SSM::")))
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        let Some((id, resource)) = self.resource(id) else { return unknown() };
        let look = || self.attribute_of(id, resource, attribute).into();
        self.attributes.get((ptr::from_ref(resource), attribute.to_owned()), look).to_string()
    }

    fn attribute_of(&self, id: &'a LogicalId, resource: &'a Resource, attribute: &str) -> String {
        if let Some(alias) = self.alias(id, resource).filter(|_| attribute == "AliasArn") {
            return alias;
        }
        let kind = resource.resource_type();
        let arn = overrides::own_arn(kind, attribute).map(|end| {
            // What may be one of several is as good as unknown.
            let arn = <[String; 1]>::try_from(self.own_arns(id, resource)).map(|[arn]| arn + end);
            arn.unwrap_or_else(|_| ANY.to_owned())
        });
        let is_id = attribute.strip_suffix("Id").is_some_and(|what| kind.ends_with(what));
        match arn.or(is_id.then(|| ANY.to_owned())) {
            Some(own) => self.own(id, resource, own),
            None => unknown(),
        }
    }

    /// The ARN of a function's alias: the function's, and the alias's name.
    fn alias(&self, id: &'a LogicalId, resource: &'a Resource) -> Option<String> {
        let property = |name| resource.properties().get(name).map_or_else(unknown, |value| self.marked(value));
        if resource.resource_type() != "AWS::Lambda::Alias" {
            return None;
        }
        let function = self.guarded(id, || property("FunctionName")).unwrap_or_else(unknown);
        let qualified = format!("{function}:{}", property("Name"));
        Some(match function.starts_with("arn:") {
            true => qualified,
            false => self.arn("lambda", &format!("function:{qualified}")),
        })
    }

    /// What is known of one of the template's own resources, where nothing but AWS makes up the rest.
    fn own(&self, id: &'a LogicalId, resource: &'a Resource, text: String) -> String {
        if is_provided(resource.resource_type()) {
            return unknown();
        }
        if let Some(parameter) = self.pins.get(id).filter(|_| text == ANY) {
            return format!("${{{parameter}}}");
        }
        let is_unnamed = || self.names(id, resource).iter().any(|name| name.starts_with(ANY));
        if text == ANY || is_unnamed() { text.replace(ANY, &UNNAMED.to_string()) } else { text }
    }

    fn substituted(&self, text: &str, variables: &BTreeMap<String, Value>) -> String {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let Some((name, rest)) = part.split_once('}') else {
                filled += part;
                continue;
            };
            filled += &match (name.strip_prefix('!'), variables.get(name), name.split_once('.')) {
                (Some(literal), ..) => format!("${{!{literal}}}"),
                (_, Some(value), _) => self.marked(value),
                (_, _, Some((id, attribute))) => self.attribute(id, attribute),
                _ => self.reference(name),
            };
            filled += rest;
        }
        filled
    }
}

/// Whether only AWS knows a value, of which `text` is what is known. A `*` in a plain text is one.
pub(in crate::permissions) fn is_unknown(value: &Value, text: &str) -> bool {
    text.contains("{{resolve:") || (value.as_function().is_some() && text.contains(ANY))
}

/// Whether somebody's code says what a resource is called.
fn is_provided(kind: &str) -> bool {
    kind.starts_with("Custom::") || kind == "AWS::CloudFormation::CustomResource"
}

fn unknown() -> String {
    UNKNOWN.to_string()
}

/// With `*` for what is not known.
pub(in crate::permissions) fn plain(text: &str) -> String {
    if !text.contains([UNKNOWN, UNNAMED, '*']) {
        return text.to_owned();
    }
    one_star(&text.replace([UNKNOWN, UNNAMED], ANY))
}

/// What is unknown stays so, however often.
fn one_star(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut one, next| {
        if next != '*' || !one.ends_with('*') {
            one.push(next);
        }
        one
    })
}
