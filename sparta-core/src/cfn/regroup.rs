//! Resources that are taken out of a template, or get another logical id.

use std::collections::{BTreeMap, BTreeSet};

use super::{LogicalId, Output, Resource, Template, Value};

impl Template {
    /// Takes resources out, and the order in which others are made after them.
    pub(crate) fn take(&mut self, ids: &BTreeSet<LogicalId>) -> BTreeMap<LogicalId, Resource> {
        for resource in self.resources.values_mut() {
            resource.depends_on.retain(|id| !ids.contains(id));
        }
        ids.iter().filter_map(|id| Some((id.clone(), self.resources.remove(id)?))).collect()
    }

    /// Puts another logical id wherever something refers to a resource.
    pub(crate) fn rename(&mut self, from: &LogicalId, to: &LogicalId) {
        for resource in self.resources.values_mut() {
            resource.depends_on.iter_mut().filter(|id| *id == from).for_each(|id| *id = to.clone());
            resource.values_mut().for_each(|value| rename(value, from.as_str(), to.as_str()));
        }
        self.conditions.values_mut().for_each(|value| rename(value, from.as_str(), to.as_str()));
        for output in self.outputs.values_mut() {
            output.values_mut().for_each(|value| rename(value, from.as_str(), to.as_str()));
        }
    }

    /// Adds an output in place of what it was before.
    pub(crate) fn put_output(&mut self, id: LogicalId, output: Output) {
        self.outputs.remove(&id);
        self.output(id, output);
    }
}

impl Resource {
    /// Whether it has nothing but its properties, and what it is made after.
    pub(crate) fn is_plain(&self) -> bool {
        let attributes = [&self.creation_policy, &self.update_policy, &self.metadata];
        let policies = [&self.deletion_policy, &self.update_replace_policy];
        self.condition.is_none()
            && self.others.is_empty()
            && attributes.into_iter().chain(policies).all(Option::is_none)
    }
}

fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| rename(item, from, to)),
        Value::Map(entries) => {
            for (key, value) in entries {
                match (key.as_str(), &mut *value) {
                    ("Ref", Value::String(name)) if name == from => to.clone_into(name),
                    ("Fn::GetAtt", Value::List(path)) => {
                        path.first_mut()
                            .filter(|name| name.as_str() == Some(from))
                            .into_iter()
                            .for_each(|name| *name = to.into());
                    }
                    ("Fn::GetAtt", Value::String(path)) => {
                        if let Some(attribute) = path.strip_prefix(from).filter(|rest| rest.starts_with('.')) {
                            *path = format!("{to}{attribute}");
                        }
                    }
                    ("Fn::Sub", Value::String(text)) => *text = substituted(text, from, to),
                    ("Fn::Sub", Value::List(arguments)) => arguments.iter_mut().for_each(|argument| match argument {
                        Value::String(text) => *text = substituted(text, from, to),
                        own => rename(own, from, to),
                    }),
                    _ => rename(value, from, to),
                }
            }
        }
        _ => {}
    }
}

fn substituted(text: &str, from: &str, to: &str) -> String {
    ["}", "."]
        .iter()
        .fold(text.to_owned(), |text, end| text.replace(&format!("${{{from}{end}"), &format!("${{{to}{end}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(name: &str) -> LogicalId {
        LogicalId::of_words([name])
    }

    fn template() -> Template {
        let mut template = Template::new("");
        let all = json!({
            "Ref": [{"Ref": "Api"}, {"Ref": "ApiStage"}],
            "Att": [{"Fn::GetAtt": ["Api", "Arn"]}, {"Fn::GetAtt": "Api.Arn"}, {"Fn::GetAtt": "ApiStage.Arn"}],
            "Sub": [{"Fn::Sub": "${Api}/${Api.Arn}/${ApiStage}/Api"}, {"Fn::Sub": ["${Api}", {"Own": {"Ref": "Api"}}]}],
        });
        template.resource(id("Other"), Resource::raw("Custom::Other", all).depends_on(id("Api")));
        template.resource(id("Api"), Resource::raw("Custom::Api", json!({})));
        template.output(id("Url"), Output::new("Url", id("Api").reference()));
        template
    }

    #[test]
    fn whatever_refers_to_a_resource_follows_its_new_id() {
        let mut template = template();
        template.rename(&id("Api"), &id("Full"));
        let other = serde_json::to_value(&template).unwrap();
        let expected = json!({
            "Ref": [{"Ref": "Full"}, {"Ref": "ApiStage"}],
            "Att": [{"Fn::GetAtt": ["Full", "Arn"]}, {"Fn::GetAtt": "Full.Arn"}, {"Fn::GetAtt": "ApiStage.Arn"}],
            "Sub": [{"Fn::Sub": "${Full}/${Full.Arn}/${ApiStage}/Api"}, {"Fn::Sub": ["${Full}", {"Own": {"Ref": "Full"}}]}],
        });
        assert_eq!(other["Resources"]["Other"]["Properties"], expected);
        assert_eq!(other["Resources"]["Other"]["DependsOn"], json!(["Full"]));
        assert_eq!(other["Outputs"]["Url"]["Value"], json!({"Ref": "Full"}));
    }

    #[test]
    fn nothing_waits_for_a_resource_that_was_taken_out() {
        let mut template = template();
        let taken = template.take(&[id("Api"), id("Nowhere")].into());
        assert_eq!(taken.keys().collect::<Vec<_>>(), [&id("Api")]);
        let document = serde_json::to_value(&template).unwrap();
        assert_eq!(document["Resources"].as_object().unwrap().len(), 1);
        assert_eq!(document["Resources"]["Other"]["DependsOn"], json!(null));
    }
}
