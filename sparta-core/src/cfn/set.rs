//! One property of a template by its path.

use std::collections::BTreeMap;

use sparta_schema::{Entry, Fault, FaultKind, Node, nearest, resource_type};

use super::{IntoValue, LogicalId, Template, Value};

/// Why a property cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum SetError {
    #[error(
        "`{0}` is no path of a property: a logical id and names are expected, as in `LinksTable.BillingMode` or \
         `ApiRole.Policies[0].PolicyName`"
    )]
    Path(String),
    #[error("cannot set `{path}`: the template has no resource `{id}`{hint}", hint = hint(nearest.as_deref()))]
    NoResource { path: String, id: String, nearest: Option<String> },
    #[error("cannot set `{path}`: {problem}")]
    NoProperty { path: String, problem: String },
    #[error("cannot set `{path}`: a {found} is there, and a {expected} is expected: set that as a whole")]
    Other { path: String, found: &'static str, expected: &'static str },
    #[error("cannot set `{path}`: the list has {length} items, and the next one is `[{length}]`")]
    NoItem { path: String, length: usize },
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// A step on the way to a property.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step<'p> {
    Property(&'p str),
    Item(usize),
}

/// What is in the way.
enum Obstacle {
    Other { found: &'static str, expected: &'static str },
    NoItem { length: usize },
}

impl Template {
    /// Sets a property in place of what it was: `LinksTable.BillingMode`, `ApiRole.Policies[0].PolicyName`.
    ///
    /// Maps on the way are made where they are not there, and the item after a list's last one is added. `None` takes the
    /// property off.
    ///
    /// # Errors
    ///
    /// [`SetError`] where there is no such resource, its type has no such property, or what is on the way is neither a map nor a
    /// list.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{cfn::{LogicalId, Template}, resource};
    ///
    /// let mut template = Template::new("");
    /// template.resource(LogicalId::new("Orders")?, resource!(AWS::SQS::Queue));
    /// template.set("Orders.VisibilityTimeout", 60)?;
    /// let error = template.set("Orders.VisibilityTimout", 60).unwrap_err();
    /// assert!(error.to_string().ends_with("did you mean `VisibilityTimeout`?"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&mut self, path: &str, value: impl IntoValue) -> Result<(), SetError> {
        let (id, steps) = parse(path).ok_or_else(|| SetError::Path(path.to_owned()))?;
        let known = LogicalId::new(id).ok().filter(|id| self.resources().contains_key(id));
        let Some(known) = known else {
            let nearest = nearest(id, self.resources().keys().map(LogicalId::as_str)).map(str::to_owned);
            return Err(SetError::NoResource { path: path.to_owned(), id: id.to_owned(), nearest });
        };
        if let Some(problem) = unknown(self.resources()[&known].resource_type(), &steps) {
            return Err(SetError::NoProperty { path: path.to_owned(), problem });
        }
        let mut properties = Value::Map(self.resources()[&known].properties().clone());
        put(&mut properties, &steps, value.into_value()).map_err(|obstacle| obstacle.on(path))?;
        self.change(&known, |mut resource| {
            if let Value::Map(properties) = properties {
                resource.properties = properties;
            }
            resource
        });
        Ok(())
    }
}

impl Obstacle {
    fn on(self, path: &str) -> SetError {
        let path = path.to_owned();
        match self {
            Self::Other { found, expected } => SetError::Other { path, found, expected },
            Self::NoItem { length } => SetError::NoItem { path, length },
        }
    }
}

/// The logical id and the steps of a path.
fn parse(path: &str) -> Option<(&str, Vec<Step<'_>>)> {
    let (id, rest) = path.split_once('.')?;
    let mut steps = Vec::new();
    for segment in rest.split('.') {
        let (name, indexes) = segment.split_once('[').map_or((segment, None), |(name, rest)| (name, Some(rest)));
        if id.is_empty() || name.is_empty() {
            return None;
        }
        steps.push(Step::Property(name));
        for index in indexes.into_iter().flat_map(|indexes| indexes.split('[')) {
            steps.push(Step::Item(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some((id, steps))
}

/// What the registry says of a property that the type does not have. Whether the value fits is checked with the template.
fn unknown(type_name: &str, steps: &[Step<'_>]) -> Option<String> {
    let faults = sparta_schema::check(resource_type(type_name)?, &node(steps));
    faults.into_iter().find(is_of_path).map(|fault| fault.message)
}

fn is_of_path(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::UnknownProperty | FaultKind::ReadOnly)
}

/// The least document that has something at the end of these steps.
fn node(steps: &[Step<'_>]) -> Node {
    let Some((step, rest)) = steps.split_first() else { return Node::expression(0) };
    let around = match step {
        Step::Property(name) => sparta_schema::Value::Map(vec![Entry::new(0, *name, node(rest))]),
        Step::Item(_) => sparta_schema::Value::List(vec![node(rest)]),
    };
    Node::new(0, around)
}

/// Puts a value at the end of these steps, or takes off what is there.
fn put(slot: &mut Value, steps: &[Step<'_>], value: Option<Value>) -> Result<(), Obstacle> {
    let Some((step, rest)) = steps.split_first() else {
        *slot = value.unwrap_or(Value::Null);
        return Ok(());
    };
    let takes_off = rest.is_empty() && value.is_none();
    match step {
        Step::Property(name) => {
            let map = map(slot)?;
            if takes_off {
                map.remove(*name);
                return Ok(());
            }
            put(map.entry((*name).to_owned()).or_insert(Value::Null), rest, value)
        }
        Step::Item(index) => {
            let list = list(slot)?;
            let length = list.len();
            match index {
                index if *index < length && takes_off => {
                    list.remove(*index);
                    return Ok(());
                }
                index if *index == length && !takes_off => list.push(Value::Null),
                index if *index >= length => return Err(Obstacle::NoItem { length }),
                _ => {}
            }
            put(&mut list[*index], rest, value)
        }
    }
}

/// The map that is there or can be.
fn map(slot: &mut Value) -> Result<&mut BTreeMap<String, Value>, Obstacle> {
    if *slot == Value::Null {
        *slot = Value::Map(BTreeMap::new());
    }
    let found = kind(slot);
    match slot {
        Value::Map(entries) if found == MAP => Ok(entries),
        _ => Err(Obstacle::Other { found, expected: MAP }),
    }
}

/// The list that is there or can be.
fn list(slot: &mut Value) -> Result<&mut Vec<Value>, Obstacle> {
    if *slot == Value::Null {
        *slot = Value::List(Vec::new());
    }
    let found = kind(slot);
    match slot {
        Value::List(items) => Ok(items),
        _ => Err(Obstacle::Other { found, expected: "list" }),
    }
}

const MAP: &str = "map";

fn kind(value: &Value) -> &'static str {
    match value {
        _ if value.as_function().is_some() => "function of CloudFormation's",
        Value::List(_) => "list",
        Value::Map(_) => MAP,
        _ => "single value",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::cfn::Resource;

    fn template() -> Template {
        let mut template = Template::new("");
        let policies = json!([{"PolicyName": "Function", "PolicyDocument": {}}]);
        let role = json!({"Policies": policies, "RoleName": {"Ref": "AWS::StackName"}});
        template.resource(LogicalId::of_words(["ApiRole"]), Resource::raw("AWS::IAM::Role", role));
        let table = Resource::raw("AWS::DynamoDB::Table", json!({"KeySchema": []}));
        template.resource(LogicalId::of_words(["LinksTable"]), table);
        template
    }

    fn properties(template: &Template, id: &str) -> Json {
        serde_json::to_value(template).unwrap()["Resources"][id]["Properties"].clone()
    }

    #[test]
    fn a_path_leads_to_a_property_and_makes_what_is_not_there_on_its_way() {
        let mut template = template();
        template.set("LinksTable.DeletionProtectionEnabled", true).unwrap();
        template.set("LinksTable.StreamSpecification.StreamViewType", "KEYS_ONLY").unwrap();
        template.set("LinksTable.Tags[0].Key", "team").unwrap();
        template.set("LinksTable.Tags[0].Value", "growth").unwrap();
        template.set("LinksTable.Tags[1]", json!({"Key": "a", "Value": "b"})).unwrap();
        template.set("LinksTable.KeySchema", None::<Value>).unwrap();
        let expected = json!({
            "DeletionProtectionEnabled": true,
            "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
            "Tags": [{"Key": "team", "Value": "growth"}, {"Key": "a", "Value": "b"}],
        });
        assert_eq!(properties(&template, "LinksTable"), expected);
        template.set("LinksTable.Tags[0]", None::<Value>).unwrap();
        assert_eq!(properties(&template, "LinksTable")["Tags"], json!([{"Key": "a", "Value": "b"}]));
    }

    #[test]
    fn what_is_not_there_is_named_with_what_was_meant() {
        for (path, expected) in [
            ("LinkTable.BillingMode", "the template has no resource `LinkTable`; did you mean `LinksTable`?"),
            ("Zzzzz.BillingMode", "cannot set `Zzzzz.BillingMode`: the template has no resource `Zzzzz`"),
            (
                "LinksTable.BilingMode",
                "unknown property `BilingMode` of AWS::DynamoDB::Table; did you mean `BillingMode`?",
            ),
            (
                "ApiRole.Policies[0].PolicyNam",
                "unknown property `PolicyNam` of `Policies[0]`; did you mean `PolicyName`?",
            ),
            ("ApiRole.Policies[2].PolicyName", "the list has 1 items, and the next one is `[1]`"),
            ("ApiRole.Policies[1]", ""),
            ("ApiRole.RoleName.Name", "a function of CloudFormation's is there, and a map is expected"),
            ("ApiRole.Policies.PolicyName", "a list is there, and a map is expected"),
            ("ApiRole", "`ApiRole` is no path of a property"),
            ("ApiRole.Policies[x]", "`ApiRole.Policies[x]` is no path of a property"),
            (".Policies", "`.Policies` is no path of a property"),
            ("ApiRole..Policies", "`ApiRole..Policies` is no path of a property"),
        ] {
            let error = template().set(path, json!({})).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(expected) && error.is_empty() == expected.is_empty(), "{path}: {error}");
        }
    }

    #[test]
    fn a_property_that_cannot_be_set_leaves_the_template_as_it_was() {
        let mut changed = template();
        changed.set("ApiRole.ManagedPolicyArns[1]", "arn").unwrap_err();
        assert_eq!(changed, template());
    }
}
