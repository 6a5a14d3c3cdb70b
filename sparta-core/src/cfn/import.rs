//! Values of other stacks.

use std::collections::BTreeMap;

use super::{IntoValue, Value};

/// A value of another stack, looked up whenever the stack that imports it is created or updated.
///
/// [`output`](Self::output) is any output, also of another region or account (`Fn::GetStackOutput`); the other stack can change or
/// delete it. [`export`](Self::export) is one that the other stack exports, in the same region and account (`Fn::ImportValue`);
/// AWS keeps that stack from changing it as long as it is imported.
///
/// It is a value wherever the template takes one, and what a construct exists by.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html>.
///
/// # Example
///
/// ```
/// use sparta_core::{cfn::Import, construct::{Source, Table}, resource};
///
/// let topic = resource!(AWS::SNS::Subscription {
///     TopicArn: (Import::export("news-arn")),
///     Protocol: "https",
///     Endpoint: "https://links.example/news",
/// });
/// let orders = Table::existing(Import::output("Prod-Shop", "OrdersArn")).named("orders");
/// let there = Import::output("Prod-Shop", "OrdersArn").region("eu-west-1").role("arn:aws:iam::222222222222:role/outputs");
/// // What Sparta's own outputs of constructs have is the name.
/// let links = Table::existing(Source::named("links", Import::output("Prod-Links", "LinksTable")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Import {
    name: String,
    stack: Option<String>,
    region: Option<String>,
    role: Option<String>,
}

impl Import {
    /// The output of a stack: its logical id there.
    pub fn output(stack: impl Into<String>, name: impl Into<String>) -> Self {
        Self { name: name.into(), stack: Some(stack.into()), region: None, role: None }
    }

    /// What another stack of the same region and account exports under this name.
    pub fn export(name: impl Into<String>) -> Self {
        Self { name: name.into(), stack: None, region: None, role: None }
    }

    /// The region of the stack that has the output; the importing stack's own by default.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The role, by its ARN, that may describe the stack that has the output, where that is in another account. The importing
    /// stack's own role has to be allowed to assume it.
    pub fn role(mut self, arn: impl Into<String>) -> Self {
        self.role = Some(arn.into());
        self
    }

    /// What it is called: the output or export, without `Arn` at its end.
    pub(crate) fn label(&self) -> &str {
        let name = self.name.strip_suffix("Arn").or_else(|| self.name.strip_suffix("-arn"));
        name.filter(|name| !name.is_empty()).unwrap_or(&self.name)
    }
}

impl From<Import> for Value {
    fn from(Import { name, stack, region, role }: Import) -> Self {
        let Some(stack) = stack else { return Self::function("Fn::ImportValue", name) };
        let parts = [("StackName", Some(stack)), ("OutputName", Some(name)), ("Region", region), ("RoleArn", role)];
        let parts = parts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Self::from(text?))));
        Self::function("Fn::GetStackOutput", Self::Map(parts.collect::<BTreeMap<_, _>>()))
    }
}

impl IntoValue for Import {
    fn into_value(self) -> Option<Value> {
        Some(self.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_import_is_the_function_that_reaches_as_far() {
        for (import, expected) in [
            (Import::export("news"), json!({"Fn::ImportValue": "news"})),
            (
                Import::output("Shop", "OrdersArn"),
                json!({"Fn::GetStackOutput": {"StackName": "Shop", "OutputName": "OrdersArn"}}),
            ),
            (
                Import::output("Shop", "OrdersArn").region("eu-west-1").role("arn:aws:iam::222222222222:role/outputs"),
                json!({"Fn::GetStackOutput": {
                    "StackName": "Shop",
                    "OutputName": "OrdersArn",
                    "Region": "eu-west-1",
                    "RoleArn": "arn:aws:iam::222222222222:role/outputs",
                }}),
            ),
        ] {
            assert_eq!(serde_json::to_value(Value::from(import)).unwrap(), expected);
        }
    }

    #[test]
    fn an_import_is_called_like_the_output_without_its_arn() {
        let label = |name| Import::output("Shop", name).label().to_owned();
        assert_eq!(
            [label("OrdersArn"), label("orders-arn"), label("Arn"), label("Orders")],
            ["Orders", "orders", "Arn", "Orders"]
        );
    }
}
