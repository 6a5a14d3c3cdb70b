//! Resources of a stack that a function of the service makes, changes and deletes.

mod answer;
mod check;
mod failures;
mod properties;
mod request;
mod send;

pub use answer::Provisioned;
pub use check::ProviderMistake;
pub(crate) use check::check;
pub(crate) use failures::{FAILURES, failures};
pub use request::{RequestType, ResourceRequest};

use std::{future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use serde::{Serialize, de::DeserializeOwned};
use tower::service_fn;

use crate::{
    Context, Error, Function, LambdaEvent,
    cfn::{LogicalId, Provider, Resource},
    construct::FunctionHandle,
};
use answer::Answer;
use request::Event;

/// What a function does for a resource that CloudFormation does not have: [`Function::custom_resource`].
///
/// CloudFormation sends all numbers and booleans of a template as texts; they are read as what [`Properties`](Self::Properties)
/// says. It may send a request twice, and then both have one [`token`](ResourceRequest::token): who creates something asks first
/// whether it is there.
///
/// An error, a panic and a handler that takes too long are answered as a failure, so that CloudFormation never waits for an hour.
/// A creation that fails has to take back what it made: CloudFormation knows no id to delete.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html>.
///
/// # Example
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use sparta_core::{
///     App, Error, Function,
///     custom_resource::{CustomResource, Provisioned, ResourceRequest},
/// };
///
/// /// A topic of a broker that is not AWS's.
/// struct Topics;
///
/// #[derive(Deserialize)]
/// #[serde(rename_all = "PascalCase")]
/// struct Topic {
///     name: String,
///     partitions: u16,
/// }
///
/// #[derive(Serialize)]
/// #[serde(rename_all = "PascalCase")]
/// struct Attributes {
///     address: String,
/// }
///
/// impl CustomResource for Topics {
///     type Properties = Topic;
///     type Attributes = Attributes;
///
///     async fn create(&self, topic: Topic, _: &ResourceRequest) -> Result<Provisioned<Attributes>, Error> {
///         let address = format!("broker.example/{} of {}", topic.name, topic.partitions);
///         Ok(Provisioned::new(Attributes { address }).physical_id(topic.name))
///     }
///
///     async fn update(&self, new: Topic, _: Topic, request: &ResourceRequest) -> Result<Provisioned<Attributes>, Error> {
///         // Another name is another physical id: CloudFormation then deletes the old one.
///         self.create(new, request).await
///     }
///
///     async fn delete(&self, _: Topic, request: &ResourceRequest) -> Result<(), Error> {
///         tracing::info!("deletes {}", request.physical_id());
///         Ok(())
///     }
/// }
///
/// let topics = Function::handle("topics");
/// let orders = topics.custom_resource("Topic").property("Name", "orders").property("Partitions", 3);
/// let app = App::new("Shop").function(Function::custom_resource("topics", Topics)).resource("OrdersTopic", orders);
/// app.check().unwrap();
/// ```
pub trait CustomResource: Send + Sync + 'static {
    /// What the template says of the resource.
    type Properties: DeserializeOwned + Send;
    /// What other resources and outputs can know of it, by [`Resource::attribute`]: a struct, or `()`.
    type Attributes: Serialize + Send;

    /// Makes it.
    fn create(
        &self,
        properties: Self::Properties,
        request: &ResourceRequest,
    ) -> impl Future<Output = Result<Provisioned<Self::Attributes>, Error>> + Send;

    /// Changes it. An answer with another physical id is a replacement, which CloudFormation deletes the old one for, or the new
    /// one where the update of the stack fails.
    fn update(
        &self,
        properties: Self::Properties,
        old: Self::Properties,
        request: &ResourceRequest,
    ) -> impl Future<Output = Result<Provisioned<Self::Attributes>, Error>> + Send;

    /// Deletes it. What is not there any more is deleted.
    fn delete(
        &self,
        properties: Self::Properties,
        request: &ResourceRequest,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// How long Lambda tries to invoke a function that is throttled.
const AGE: Duration = Duration::from_secs(5 * 60);
/// What is kept of an invocation's time for the answer, unless that is more than a third of it.
const RESERVE: Duration = Duration::from_secs(10);

impl Function {
    /// A function that makes, changes and deletes resources of stacks, with the feature `custom-resources`.
    ///
    /// The App gets another one with it, `custom-resource-failures`, which answers for an invocation that Lambda could not make,
    /// or that ended without an answer: it is the destination of the function's failures. A function in a VPC without a NAT
    /// gateway needs an endpoint of S3 for its answers.
    ///
    /// # Example
    ///
    /// [`CustomResource`] has one.
    pub fn custom_resource<R: CustomResource>(name: impl Into<String>, resource: R) -> Self {
        let resource = Arc::new(resource);
        Self::event(name, service_fn(move |event| serve(Arc::clone(&resource), event))).provides()
    }

    /// Like [`custom_resource`](Self::custom_resource), for one whose construction needs async work.
    pub fn custom_resource_factory<F, Fut, R, E>(name: impl Into<String>, factory: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<R, E>> + Send + 'static,
        R: CustomResource,
        E: Into<Error> + 'static,
    {
        let factory = async || {
            let resource = Arc::new(factory().await.map_err(Into::into)?);
            Ok::<_, Error>(service_fn(move |event| serve(Arc::clone(&resource), event)))
        };
        Self::event_factory(name, move || Box::pin(factory())).provides()
    }

    fn provides(mut self) -> Self {
        self.spec.is_provider = true;
        self.retries(1).max_event_age(AGE).on_failure(Self::handle(FAILURES))
    }
}

impl FunctionHandle {
    /// A resource that this function provides, of the type `Custom::KIND`; its properties are for the function to read.
    ///
    /// `kind` has up to 52 letters, digits and `_@-`. A function that is no [`Function::custom_resource`] is a mistake:
    /// CloudFormation would wait for its answer for an hour.
    ///
    /// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html>.
    ///
    /// # Example
    ///
    /// [`CustomResource`] has one.
    pub fn custom_resource(&self, kind: &str) -> Resource {
        // Whoever is invoked has to have the destination for failures already.
        let config = LogicalId::of_words([self.function(), "EventInvokeConfig"]);
        let mut resource = Resource::of(&format!("Custom::{kind}"), Default::default())
            .property("ServiceToken", self.arn())
            .depends_on(config);
        resource.provider = Some(Provider { function: self.function().to_owned(), by_alias: self.is_by_alias() });
        resource
    }
}

async fn serve<R: CustomResource>(resource: Arc<R>, event: LambdaEvent<Event>) -> Result<(), Error> {
    let LambdaEvent { payload: event, context, .. } = event;
    let work = AssertUnwindSafe(provide(&*resource, &event)).catch_unwind();
    let answer = match tokio::time::timeout(left(&context), work).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => Answer::failed(&event, "the function panicked: its log says where"),
        Err(_) => Answer::failed(&event, "the function took too long: give it a longer timeout"),
    };
    send::answer(&event, &answer).await?;
    Ok(())
}

async fn provide<R: CustomResource>(resource: &R, event: &Event) -> Answer {
    let request = event.request();
    let provided = match event.request_type {
        RequestType::Create => match properties::read(&event.properties) {
            Ok(properties) => resource.create(properties, &request).await,
            Err(error) => Err(error),
        },
        RequestType::Update => match (properties::read(&event.properties), properties::read(&event.old_properties)) {
            (Ok(new), Ok(old)) => resource.update(new, old, &request).await,
            (Err(error), _) | (_, Err(error)) => Err(error),
        },
        RequestType::Delete => return delete(resource, event, &request).await,
    };
    match provided {
        Ok(provisioned) => Answer::of(event, provisioned),
        Err(error) => Answer::failed(event, &error.to_string()),
    }
}

async fn delete<R: CustomResource>(resource: &R, event: &Event, request: &ResourceRequest) -> Answer {
    if event.was_never_made() {
        return Answer::deleted(event);
    }
    let deleted = match properties::read(&event.properties) {
        Ok(properties) => resource.delete(properties, request).await,
        Err(error) => Err(error),
    };
    match deleted {
        Ok(()) => Answer::deleted(event),
        Err(error) => Answer::failed(event, &error.to_string()),
    }
}

/// What is left for the work of an invocation.
fn left(context: &Context) -> Duration {
    let left = context.deadline().duration_since(std::time::SystemTime::now()).unwrap_or_default();
    left - RESERVE.min(left / 3)
}
