//! Shelves of the warehouse, which CloudFormation knows nothing of.

use serde::{Deserialize, Serialize};
use sparta::{
    cfn::Resource,
    custom_resource::{CustomResource, Provisioned, ResourceRequest},
    prelude::*,
};

use crate::{Limits, OutOfStock};

/// What makes them.
pub(super) struct Shelves;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shelf {
    name: String,
    boards: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Room {
    room: u32,
}

impl Shelf {
    fn stand(self) -> Result<Provisioned<Room>, Error> {
        assert!(!self.name.is_empty(), "a shelf without a name");
        if self.name == "sold out" {
            Err(OutOfStock(0))?;
        }
        Ok(Provisioned::new(Room { room: self.boards * 10 }).physical_id(self.name))
    }
}

impl CustomResource for Shelves {
    type Properties = Shelf;
    type Attributes = Room;

    async fn create(&self, shelf: Shelf, _: &ResourceRequest) -> Result<Provisioned<Room>, Error> {
        tracing::info!(shelf = shelf.name, "makes a shelf");
        shelf.stand()
    }

    async fn update(&self, new: Shelf, old: Shelf, _: &ResourceRequest) -> Result<Provisioned<Room>, Error> {
        tracing::info!(shelf = new.name, old = old.name, "changes a shelf");
        new.stand()
    }

    async fn delete(&self, shelf: Shelf, _: &ResourceRequest) -> Result<(), Error> {
        tracing::info!(shelf = shelf.name, "removes a shelf");
        Ok(())
    }
}

/// The service's own one.
pub(super) fn shelf() -> Resource {
    let shelves = Function::handle("shelves");
    shelves.custom_resource("Shelf").property("Name", Limits::SHELF).property("Boards", Limits::PIECES)
}
