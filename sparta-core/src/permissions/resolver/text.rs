//! Values of a template as texts.

use std::collections::BTreeMap;

use super::{ANY, Resolver};
use crate::{cfn::Value, permissions::overrides};

impl Resolver<'_> {
    /// What a value is: a text for `Fn::Sub` in another template, with `*` for what is not known.
    pub(crate) fn text(&self, value: &Value) -> String {
        let text = match (value.as_function(), value) {
            (Some((function, argument)), _) => self.function(function, argument),
            (None, Value::String(text)) => text.replace("${", "${!"),
            (None, Value::Number(number)) => number.to_string(),
            (None, Value::Bool(yes)) => yes.to_string(),
            _ => ANY.to_owned(),
        };
        one_star(&text)
    }

    fn function(&self, name: &str, argument: &Value) -> String {
        match (name, argument) {
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::String(path)) => {
                path.split_once('.').map_or_else(|| ANY.to_owned(), |(id, attribute)| self.attribute(id, attribute))
            }
            ("Fn::GetAtt", Value::List(path)) => match &path[..] {
                [Value::String(id), Value::String(attribute)] => self.attribute(id, attribute),
                _ => ANY.to_owned(),
            },
            ("Fn::Sub", Value::String(text)) => self.substituted(text, &BTreeMap::new()),
            ("Fn::Sub", Value::List(parts)) => match &parts[..] {
                [Value::String(text), Value::Map(variables)] => self.substituted(text, variables),
                _ => ANY.to_owned(),
            },
            ("Fn::Join", Value::List(parts)) => match &parts[..] {
                [Value::String(separator), Value::List(parts)] => {
                    parts.iter().map(|part| self.text(part)).collect::<Vec<_>>().join(separator)
                }
                _ => ANY.to_owned(),
            },
            _ => ANY.to_owned(),
        }
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
                (Some(value), _) if !value.contains("{{resolve:") => value.clone(),
                (None, Some((id, resource))) => self.reference_to(id, resource),
                _ => ANY.to_owned(),
            },
        }
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        let found = self.resource(id).and_then(|(id, resource)| {
            let end = overrides::own_arn(resource.resource_type(), attribute)?;
            let [arn] = <[String; 1]>::try_from(self.own_arns(id, resource)).ok()?;
            Some(arn + end)
        });
        // What may be one of several is as good as unknown.
        found.unwrap_or_else(|| ANY.to_owned())
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
                (_, Some(value), _) => self.text(value),
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

/// What is unknown stays so, however often.
fn one_star(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut one, next| {
        if next != '*' || !one.ends_with('*') {
            one.push(next);
        }
        one
    })
}
