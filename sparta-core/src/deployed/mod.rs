//! A stack as it is deployed: its outputs, and what its resources are called in AWS.

mod evaluate;

use std::{any::Any, collections::BTreeMap, fmt, sync::Arc};

use crate::iam::Arn;

/// The service as it is deployed: the outputs of its stack, and what its resources are called in AWS.
///
/// A command of one's own gets it from `context.deployed(environment)`, a hook after the deployment as its argument.
/// `links().name_in(&deployed)` is what a construct is called there.
///
/// # Example
///
/// A test makes one itself:
///
/// ```
/// use sparta_core::{Deployed, Error, construct::{Construct, Queue}};
///
/// async fn has_its_queue(deployed: Deployed) -> Result<(), Error> {
///     let queue = Queue::new("orders").name_in(&deployed)?;
///     let api = deployed.output("HttpApiUrl")?;
///     println!("{api} sends to {queue}");
///     Ok(())
/// }
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let deployed = Deployed::new("Test-Shop")
///     .with_output("HttpApiUrl", "http://localhost:3000")
///     .with_resource("OrdersQueue", "http://localhost:9324/orders");
/// has_its_queue(deployed).await
/// # })?;
/// # Ok::<_, Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct Deployed {
    stack: String,
    environment: Option<String>,
    partition: String,
    region: String,
    account: String,
    outputs: BTreeMap<String, String>,
    resources: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
    remedy: String,
    extension: Option<Arc<dyn Any + Send + Sync>>,
}

/// What a [`Deployed`] does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum DeployedError {
    #[error("the stack `{stack}` has no output `{output}`{}: {remedy}", known(nearest.as_deref()))]
    NoOutput { output: String, stack: String, nearest: Option<String>, remedy: String },
    #[error("the stack `{stack}` has no resource `{id}`{}: {remedy}", known(nearest.as_deref()))]
    NoResource { id: String, stack: String, nearest: Option<String>, remedy: String },
    #[error("the stack `{stack}` has no {construct}: {remedy}, once a function uses it or `App::with` has it")]
    NoConstruct { construct: String, stack: String, remedy: String },
    #[error(
        "only CloudFormation knows what the {construct} is called in the stack `{stack}`: let an output say it, \
         `.output(\"{output}\", Output::new(\"...\", ...value()))`; {remedy}"
    )]
    Unknown { construct: String, stack: String, output: String, remedy: String },
}

fn known(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!(" (there is `{nearest}`)")).unwrap_or_default()
}

impl Deployed {
    /// A stack by its name, or by its ARN, which has its region and account. There is nothing in it yet.
    ///
    /// Without an ARN, the region is `us-east-1` and the account `123456789012`.
    pub fn new(stack: impl Into<String>) -> Self {
        let stack = stack.into();
        let arn = Arn::parse(&stack);
        let part = |of: fn(Arn<'_>) -> String, usual: &str| arn.map_or_else(|| usual.to_owned(), of);
        Self {
            partition: part(|arn| arn.partition.to_owned(), "aws"),
            region: part(|arn| arn.region.to_owned(), "us-east-1"),
            account: part(|arn| arn.account.to_owned(), "123456789012"),
            stack: part(|arn| arn.resource.split('/').nth(1).unwrap_or(arn.resource).to_owned(), &stack),
            environment: None,
            outputs: BTreeMap::new(),
            resources: BTreeMap::new(),
            parameters: BTreeMap::new(),
            remedy: "`provision` deploys it".to_owned(),
            extension: None,
        }
    }

    /// Sets the environment that it is.
    pub fn with_environment(mut self, name: impl Into<String>) -> Self {
        self.environment = Some(name.into());
        self
    }

    /// Adds an output.
    pub fn with_output(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.outputs.insert(name.into(), value.into());
        self
    }

    /// Adds a resource by its logical id, with its physical id: what it is called in AWS.
    pub fn with_resource(mut self, id: impl Into<String>, physical_id: impl Into<String>) -> Self {
        self.resources.insert(id.into(), physical_id.into());
        self
    }

    /// Adds the value of a parameter, which a setting is.
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(name.into(), value.into());
        self
    }

    /// Sets what deploys it: the end of errors about what it has not.
    #[doc(hidden)]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// Attaches a value for the crates above, such as AWS's configuration.
    #[doc(hidden)]
    pub fn with_extension(mut self, extension: impl Any + Send + Sync) -> Self {
        self.extension = Some(Arc::new(extension));
        self
    }

    /// What was attached, where it is a `T`.
    #[doc(hidden)]
    pub fn extension<T: Any>(&self) -> Option<&T> {
        self.extension.as_ref()?.downcast_ref()
    }

    /// The name of its stack: `Test-Links`.
    pub fn stack(&self) -> &str {
        &self.stack
    }

    /// The environment that it is; none in an App without environments, and of a stack that was named.
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// The region that it is in.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account that it is in: 12 digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The outputs of its stack by their names.
    pub fn outputs(&self) -> &BTreeMap<String, String> {
        &self.outputs
    }

    /// An output of its stack: `HttpApiUrl`.
    ///
    /// # Errors
    ///
    /// [`DeployedError::NoOutput`].
    pub fn output(&self, name: &str) -> Result<&str, DeployedError> {
        self.outputs.get(name).map(String::as_str).ok_or_else(|| DeployedError::NoOutput {
            output: name.to_owned(),
            stack: self.stack.clone(),
            nearest: nearest(name, &self.outputs),
            remedy: self.remedy.clone(),
        })
    }

    /// What a resource is called in AWS, its physical id, by its logical id: that of `App::resource`, or one that `status`
    /// lists.
    ///
    /// # Errors
    ///
    /// [`DeployedError::NoResource`].
    pub fn resource(&self, id: &str) -> Result<&str, DeployedError> {
        self.resources.get(id).map(String::as_str).ok_or_else(|| DeployedError::NoResource {
            id: id.to_owned(),
            stack: self.stack.clone(),
            nearest: nearest(id, &self.resources),
            remedy: self.remedy.clone(),
        })
    }

    pub(crate) fn remedy(&self) -> &str {
        &self.remedy
    }
}

fn nearest(name: &str, known: &BTreeMap<String, String>) -> Option<String> {
    sparta_schema::nearest(name, known.keys().map(String::as_str)).map(str::to_owned)
}

impl fmt::Debug for Deployed {
    /// Without what was attached, which may have credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stack, environment, region, account, outputs, resources, .. } = self;
        f.debug_struct("Deployed")
            .field("stack", stack)
            .field("environment", environment)
            .field("region", region)
            .field("account", account)
            .field("outputs", outputs)
            .field("resources", resources)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stacks_arn_says_where_it_is() {
        let deployed = Deployed::new("arn:aws-cn:cloudformation:cn-north-1:111111111111:stack/Test-Links/0f1e2d3c");
        assert_eq!((deployed.stack(), deployed.region()), ("Test-Links", "cn-north-1"));
        assert_eq!((deployed.account(), deployed.partition.as_str()), ("111111111111", "aws-cn"));
    }

    #[test]
    fn what_is_not_there_is_an_error_with_what_is_and_with_what_deploys_it() {
        let deployed = Deployed::new("Test-Links").with_output("HttpApiUrl", "https://x").with_resource("Files", "f");
        let deployed = deployed.with_remedy("`cargo run -- provision --environment test` deploys it");
        assert_eq!((deployed.output("HttpApiUrl"), deployed.resource("Files")), (Ok("https://x"), Ok("f")));
        insta::assert_snapshot!(deployed.output("HttpApiURL").unwrap_err(), @"the stack `Test-Links` has no output `HttpApiURL` (there is `HttpApiUrl`): `cargo run -- provision --environment test` deploys it");
        insta::assert_snapshot!(deployed.resource("Orders").unwrap_err(), @"the stack `Test-Links` has no resource `Orders`: `cargo run -- provision --environment test` deploys it");
    }

    #[test]
    fn credentials_are_not_shown() {
        let deployed = Deployed::new("Test-Links").with_extension("AKID".to_owned());
        assert_eq!(deployed.extension::<String>().map(String::as_str), Some("AKID"));
        assert!(!format!("{deployed:?}").contains("AKID"));
    }
}
