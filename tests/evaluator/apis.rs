//! Environments of one account whose APIs have domains in one hosted zone.

use sparta_test_models::{
    apis::{guarded, in_body},
    gated::{at_the_edge, gated},
};

use super::{
    stack::{REGION, Stack},
    world::{Case, World},
};

const ZONE: &str = "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ";
const RECORDS: &str = "route53:ChangeResourceRecordSetsNormalizedRecordNames";

pub(super) fn worlds() -> [World; 4] {
    [guarded(), in_body(), gated(), at_the_edge()].map(|app| World::of(&app.synthesize().unwrap(), "111111111111"))
}

/// What CloudFormation changes for `stack`, called `name`, with the role of the first environment.
pub(super) fn changes(world: &World, stack: &Stack, name: &str) -> Vec<Case> {
    let call = |action: &str, on: String| world.by("TestCloudFormationRole", action, on);
    let http = |method: &str, path: &str| {
        call(&format!("apigateway:{method}"), format!("arn:aws:apigateway:{REGION}::{path}")).on_tagged(stack)
    };
    let domain = format!("/domainnames/{name}.orders.example");
    let is_at_the_edge = stack.of_type("AWS::ApiGateway::BasePathMapping").next().is_some();
    let mappings = format!("{domain}/{}", if is_at_the_edge { "basepathmappings" } else { "apimappings" });
    // An import makes the routes of an API anew.
    let kinds = [("AWS::ApiGatewayV2::Api", "apis"), ("AWS::ApiGateway::RestApi", "restapis")];
    let apis = kinds.iter().flat_map(|(kind, path)| stack.of_type(kind).map(move |api| (path, api)));
    let mut calls: Vec<Case> =
        apis.map(|(path, api)| http("PUT", &format!("/{path}/{}", stack.physical_name(api)))).collect();
    calls.extend(["PATCH", "DELETE"].map(|method| http(method, &domain)));
    calls.extend([http("POST", &mappings), http("DELETE", &format!("{mappings}/m1"))]);
    if stack.of_type("AWS::CertificateManager::Certificate").next().is_some() {
        let certificate = format!("arn:aws:acm:{REGION}:{}:certificate/{name}", world.account);
        calls.push(call("acm:DeleteCertificate", certificate).on_tagged(stack));
        let names = [format!("{name}.orders.example"), format!("_0a1b2c.{name}.orders.example")];
        let change = || call("route53:ChangeResourceRecordSets", ZONE.to_owned());
        calls.extend(names.iter().map(|name| change().with(RECORDS, name)));
    }
    calls
}

/// What is made, and what is read, for the first environment.
pub(super) fn makes_and_reads(world: &World) -> Vec<Case> {
    let call = |action: &str, on: &str| world.by("TestCloudFormationRole", action, on);
    let stack = &world.environments[0];
    let apis = if stack.of_type("AWS::ApiGatewayV2::Api").next().is_some() { "/apis" } else { "/restapis" };
    let paths = [apis, "/domainnames"].map(|path| format!("arn:aws:apigateway:{REGION}::{path}"));
    let mut calls: Vec<Case> = paths.iter().map(|path| call("apigateway:POST", path)).collect();
    if apis == "/apis" {
        calls.push(call("apigateway:PUT", &paths[0]));
    }
    if stack.of_type("AWS::CertificateManager::Certificate").next().is_some() {
        let truststore = "arn:aws:s3:::orders-certificates/authorities.pem";
        calls.extend(["s3:GetObject", "s3:GetObjectVersion"].map(|action| call(action, truststore)));
        calls.push(call("route53:ListResourceRecordSets", ZONE));
        let certificate = format!("arn:aws:acm:{REGION}:{}:certificate/test", world.account);
        calls.push(call("acm:DescribeCertificate", &certificate));
    }
    calls
}

/// What is nobody's to change or read with the role of the first environment.
pub(super) fn of_others(world: &World) -> [Case; 3] {
    let call = |action: &str, on: &str| world.by("TestCloudFormationRole", action, on);
    let change = "route53:ChangeResourceRecordSets";
    [
        call(change, "arn:aws:route53:::hostedzone/Z9876543210").with(RECORDS, "test.orders.example"),
        call(change, ZONE).with(RECORDS, "orders.example"),
        call("s3:GetObject", "arn:aws:s3:::orders-certificates/keys.pem"),
    ]
}
