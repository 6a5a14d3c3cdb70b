//! A service whose function provides resources of stacks, and misbehaves on request.

use std::future;

use serde::{Deserialize, Serialize};
use sparta_core::{
    App, Error, Function,
    custom_resource::{CustomResource, Provisioned, ResourceRequest},
};

struct Topics;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Topic {
    name: String,
    partitions: u16,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    address: String,
}

impl CustomResource for Topics {
    type Properties = Topic;
    type Attributes = Attributes;

    async fn create(&self, topic: Topic, request: &ResourceRequest) -> Result<Provisioned<Attributes>, Error> {
        match topic.name.as_str() {
            "fails" => Err("there is no room".into()),
            "panics" => panic!("hunter2"),
            "waits" => future::pending().await,
            "says-too-much" => Ok(Provisioned::new(Attributes { address: "x".repeat(4096) })),
            "hides" => Ok(Provisioned::new(Attributes { address: "hidden".into() }).no_echo()),
            name => {
                let address = format!("{name} of {} by {}", topic.partitions, request.token());
                Ok(Provisioned::new(Attributes { address }))
            }
        }
    }

    async fn update(
        &self,
        new: Topic,
        old: Topic,
        request: &ResourceRequest,
    ) -> Result<Provisioned<Attributes>, Error> {
        let changed = self.create(new, request).await?;
        Ok(if old.partitions > 1 { changed.physical_id("another") } else { changed })
    }

    async fn delete(&self, topic: Topic, request: &ResourceRequest) -> Result<(), Error> {
        tracing::info!("deletes {}", request.physical_id());
        if topic.name == "stays" { Err("it is in use".into()) } else { Ok(()) }
    }
}

pub(super) fn app() -> App {
    App::new("Broker").function(Function::custom_resource("topics", Topics))
}
