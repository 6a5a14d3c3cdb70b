use crate::fault::Fault;
use crate::node::Node;
use crate::resource_type::ResourceType;

/// All mistakes in a resource's properties, sorted by their places.
pub fn check(resource_type: &ResourceType, properties: &Node) -> Vec<Fault> {
    let _ = (resource_type, properties);
    Vec::new()
}
