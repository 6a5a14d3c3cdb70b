//! An App with resources that one of its functions provides.

use serde::{Deserialize, Serialize};
use sparta_core::{
    App, Environment, Error, Function, Pipeline, Request,
    custom_resource::{CustomResource, Provisioned, ResourceRequest},
    service_fn,
    trigger::HttpApi,
};

/// Topics of a broker that is not AWS's.
pub struct Topics;

/// What the template says of a topic.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(dead_code, reason = "only the template is looked at")]
pub struct Topic {
    name: String,
    partitions: u16,
}

/// What others know of a topic.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attributes {
    address: String,
}

impl CustomResource for Topics {
    type Properties = Topic;
    type Attributes = Attributes;

    async fn create(&self, topic: Topic, _: &ResourceRequest) -> Result<Provisioned<Attributes>, Error> {
        Ok(Provisioned::new(Attributes { address: topic.name }))
    }

    async fn update(&self, new: Topic, _: Topic, request: &ResourceRequest) -> Result<Provisioned<Attributes>, Error> {
        self.create(new, request).await
    }

    async fn delete(&self, _: Topic, _: &ResourceRequest) -> Result<(), Error> {
        Ok(())
    }
}

/// Two topics of a broker, and a function that is told the address of one.
pub fn broker() -> App {
    let topics = Function::handle("topics");
    let topic = |name: &str| topics.custom_resource("Topic").property("Name", name).property("Partitions", 3);
    let orders = topic("orders");
    let send = Function::http("send", service_fn(async |_: Request| Ok::<_, Error>("sent")))
        .variable("ORDERS", orders.attribute("Address"))
        .trigger(HttpApi::post("/orders"));
    App::new("Broker")
        .function(Function::custom_resource("topics", Topics))
        .function(send)
        .resource("OrdersTopic", orders)
        .resource("BillsTopic", topic("bills").property("ServiceTimeout", 600))
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/broker"))
}
