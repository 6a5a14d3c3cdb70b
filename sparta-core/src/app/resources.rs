//! What the template has beside the functions, and what deploying it takes.

use std::sync::Arc;

use crate::{
    App,
    cfn::{Output, Resource, Template, Value},
    construct::Construct,
    iam::Statement,
};

impl App {
    /// Adds a construct that no function uses and that invokes none; those are in the template anyway.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, construct::Table};
    ///
    /// let app = App::new("Links").with(Table::new("archive").key("code"));
    /// ```
    pub fn with(mut self, construct: impl Construct) -> Self {
        self.constructs.push(|| Arc::new(construct));
        self
    }

    /// Adds a resource of the service's own to its template: a table, a bucket, an alarm.
    ///
    /// `id` is its logical id, letters and digits. Functions use it through [`Resource::reference`] and
    /// [`Resource::attribute`], in their variables and grants.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, attribute, iam::Statement, resource, service_fn};
    ///
    /// let table = resource!(AWS::DynamoDB::Table {
    ///     BillingMode: "PAY_PER_REQUEST",
    ///     AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    ///     KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    /// });
    /// let orders = Function::http("orders", service_fn(async |_: Request| Ok::<_, Error>("hello")))
    ///     .variable("TABLE", table.reference())
    ///     .grant(Statement::allow(["dynamodb:GetItem"]).on(attribute!(AWS::DynamoDB::Table, table, "Arn")));
    /// let app = App::new("Orders").function(orders).resource("Table", table.retain());
    /// ```
    pub fn resource(mut self, id: impl Into<String>, resource: Resource) -> Self {
        self.user_resources.resources.push((id.into(), resource));
        self
    }

    /// Adds everything that is in a template of somebody else's: resources, conditions, mappings, outputs, transforms, and
    /// parameters, which need a default.
    ///
    /// Its names are those of the App's template. What a pipeline may do for the macros of the account that it names is up to
    /// [`type_permission`](Self::type_permission).
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, Error, Function, Request, cfn::Template, service_fn, trigger::FunctionUrl};
    ///
    /// let shared = Template::from_json(r#"{"Resources": {"Orders": {"Type": "AWS::SQS::Queue"}}}"#)?;
    /// let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    /// let app = App::new("Hello").function(hello.trigger(FunctionUrl::signed())).include(shared);
    /// app.check().unwrap();
    /// # Ok::<_, sparta_core::cfn::TemplateError>(())
    /// ```
    pub fn include(mut self, template: Template) -> Self {
        self.user_resources.included.push(template);
        self
    }

    /// Adds an output of the stack, which `status` shows and other stacks can import.
    pub fn output(mut self, id: impl Into<String>, output: Output) -> Self {
        self.user_resources.outputs.push((id.into(), output));
        self
    }

    /// Adds a condition, which resources and outputs can depend on.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html>.
    pub fn condition(mut self, id: impl Into<String>, condition: impl Into<Value>) -> Self {
        self.user_resources.conditions.push((id.into(), condition.into()));
        self
    }

    /// Adds a permission that CloudFormation needs for resources of a type, beyond what the registry lists for it.
    ///
    /// Private types, and the few AWS types that the registry has no permissions for, need it before a pipeline can deploy
    /// them. A custom resource's provider may be called without it. References to the App's own resources are resolved:
    /// `.on(role.attribute("Arn"))`.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::{App, iam::Statement};
    ///
    /// let table = Statement::allow(["dynamodb:CreateTable", "dynamodb:DeleteTable"]).on("arn:aws:dynamodb:*:*:table/acme-*");
    /// let app = App::new("Hello").type_permission("Acme::Data::Table", table);
    /// ```
    pub fn type_permission(mut self, resource_type: impl Into<String>, statement: Statement) -> Self {
        self.type_permissions.push((resource_type.into(), statement));
        self
    }

    /// Accepts that what deploys one environment, or runs in it, may reach what the other environments have of a resource type.
    ///
    /// CloudFormation's role of an environment is bound to the environment's stack: by names, and by the tag
    /// `aws:cloudformation:stack-name`, which only CloudFormation sets. For some types neither can be, such as keys of KMS,
    /// whose ids are random and which have no such tag: who may push could change those of production by a deployment of
    /// test, before anybody approves. The same is true of what the functions of test may do. A pipeline of several environments is refused for them unless it is accepted here.
    /// `docs/shared-types.md` lists them.
    ///
    /// # Example
    ///
    /// ```
    /// use sparta_core::App;
    ///
    /// let app = App::new("Hello").accept_shared("AWS::KMS::Key");
    /// ```
    pub fn accept_shared(mut self, resource_type: impl Into<String>) -> Self {
        self.shared_types.insert(resource_type.into());
        self
    }
}
