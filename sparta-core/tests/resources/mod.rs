//! What is written with `resource!`: what expressions become, resources of many types.

mod services;
mod templates;
mod values;

use std::collections::BTreeSet;

use serde_json::json;
use sparta_core::cfn::{LogicalId, Template};

#[test]
fn resources_of_many_services_compile_with_their_deepest_properties() {
    use services::{compute, databases, delivery, identity, messaging, network, observation, storage};
    let services = [
        compute::all(),
        databases::all(),
        delivery::all(),
        identity::all(),
        messaging::all(),
        network::all(),
        observation::all(),
        storage::all(),
    ];
    let mut template = Template::new("");
    template
        .condition(LogicalId::of_words(["Named"]), json!({"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}).into());
    for (position, resource) in services.into_iter().flatten().enumerate() {
        let id = LogicalId::of_words([resource.resource_type(), &position.to_string()]);
        assert!(template.resource(id, resource));
    }
    let kinds: BTreeSet<&str> = template.resources().values().map(|resource| resource.resource_type()).collect();
    assert!(kinds.len() >= 40, "{}: {kinds:?}", kinds.len());
    template.check().unwrap_or_else(|mistakes| panic!("{mistakes}"));
}
