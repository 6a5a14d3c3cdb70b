use super::*;
use crate::{
    Environment, Pipeline,
    cfn::{LogicalId, reference},
    trigger::{ApiOptions, Domain, HttpApi, MutualTls},
};

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const AT_THE_EDGE: &str = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const ZONE: &str = "Z0123456789ABCDEFGHIJ";

fn domain() -> Domain {
    Domain::new("orders.example")
}

fn app(options: RestApiOptions) -> App {
    App::new("Orders").function(hello().trigger(RestApi::get("/orders"))).rest_api(options)
}

fn with(domain: Domain) -> App {
    app(RestApiOptions::new().domain(domain))
}

fn document(app: &App) -> Json {
    serde_json::from_str(&app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json()).unwrap()
}

#[test]
fn a_domain_in_a_zone_has_its_certificate_and_records_in_the_stack_and_closes_the_default_endpoint() {
    let document = document(&with(domain().hosted_zone(ZONE).base_path("v1").base_path("orders/v1")));
    let of = |id: &str| &document["Resources"][id]["Properties"];
    assert_eq!(of("RestApiCertificate")["DomainName"], "orders.example");
    let configuration = json!({
        "CertificateArn": {"Ref": "RestApiCertificate"},
        "EndpointType": "REGIONAL",
        "IpAddressType": "dualstack",
        "SecurityPolicy": "TLS_1_2",
    });
    assert_eq!(
        of("RestApiDomain"),
        &json!({"DomainName": "orders.example", "DomainNameConfigurations": [configuration]})
    );
    for (id, key) in [("RestApiMapping", "v1"), ("RestApiMapping2", "orders/v1")] {
        let mapping = json!({
            "ApiId": {"Ref": "RestApi"},
            "ApiMappingKey": key,
            "DomainName": {"Ref": "RestApiDomain"},
            "Stage": {"Ref": "RestApiStage"},
        });
        assert_eq!(of(id), &mapping);
    }
    for (id, kind) in [("RestApiRecord", "A"), ("RestApiRecordIpv6", "AAAA")] {
        assert_eq!((&of(id)["Type"], &of(id)["HostedZoneId"]), (&json!(kind), &json!(ZONE)));
    }
    assert_eq!(of("RestApi")["DisableExecuteApiEndpoint"], true);
    let server = &of("RestApi")["Body"]["servers"][0];
    assert_eq!(server["x-amazon-apigateway-endpoint-configuration"], json!({"disableExecuteApiEndpoint": true}));
    assert_eq!(document["Outputs"]["RestApiUrl"]["Value"], "https://orders.example/v1");
    assert_eq!(document["Outputs"]["RestApiEndpoint"], Json::Null);
}

#[test]
fn a_domain_elsewhere_says_what_its_record_points_to_and_may_keep_the_default_endpoint() {
    let document = document(&with(domain().certificate(CERTIFICATE).keep_default_endpoint()));
    let value = |name: &str| document["Outputs"][name]["Value"].clone();
    let host = "https://${RestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${RestApiStage}";
    assert_eq!(value("RestApiUrl"), "https://orders.example");
    assert_eq!(value("RestApiEndpoint"), json!({"Fn::Sub": host}));
    assert_eq!(value("RestApiDomainTarget"), json!({"Fn::GetAtt": ["RestApiDomain", "RegionalDomainName"]}));
    assert_eq!(value("RestApiDomainZone"), json!({"Fn::GetAtt": ["RestApiDomain", "RegionalHostedZoneId"]}));
    let api = &document["Resources"]["RestApi"]["Properties"];
    assert_eq!((&api["DisableExecuteApiEndpoint"], &api["Body"]["servers"]), (&Json::Null, &Json::Null));
}

#[test]
fn an_edge_optimized_api_has_its_domain_at_the_edge() {
    let domain = domain().certificate(AT_THE_EDGE).hosted_zone(ZONE).base_path("v1");
    let document = document(&app(RestApiOptions::new().edge().domain(domain)));
    let of = |id: &str| &document["Resources"][id]["Properties"];
    let expected = json!({
        "CertificateArn": AT_THE_EDGE,
        "DomainName": "orders.example",
        "EndpointConfiguration": {"Types": ["EDGE"]},
        "SecurityPolicy": "TLS_1_2",
    });
    assert_eq!(of("RestApiDomain"), &expected);
    let mapping = json!({
        "BasePath": "v1",
        "DomainName": {"Ref": "RestApiDomain"},
        "RestApiId": {"Ref": "RestApi"},
        "Stage": {"Ref": "RestApiStage"},
    });
    assert_eq!(of("RestApiMapping"), &mapping);
    let target = json!({
        "DNSName": {"Fn::GetAtt": ["RestApiDomain", "DistributionDomainName"]},
        "EvaluateTargetHealth": false,
        "HostedZoneId": {"Fn::GetAtt": ["RestApiDomain", "DistributionHostedZoneId"]},
    });
    assert_eq!(of("RestApiRecordIpv6")["AliasTarget"], target);
    // The mapping waits for the stage, which waits for the deployment.
    let resources = document["Resources"].as_object().unwrap();
    let (_, deployment) = resources.iter().find(|(id, _)| id.starts_with("RestApiDeployment")).unwrap();
    assert_eq!(deployment["DependsOn"], Json::Null);
    assert_eq!(of("RestApi")["DisableExecuteApiEndpoint"], true);
}

#[test]
fn mutual_tls_has_a_truststore() {
    let tls = MutualTls::truststore("s3://certificates/authorities.pem").version("v7");
    let domain = &resources(&with(domain().certificate(CERTIFICATE).mutual_tls(tls)))["RestApiDomain"]["Properties"];
    let truststore = json!({"TruststoreUri": "s3://certificates/authorities.pem", "TruststoreVersion": "v7"});
    assert_eq!(domain["MutualTlsAuthentication"], truststore);
}

/// Closing the default endpoint takes another deployment of the stage.
#[test]
fn a_domain_is_another_deployment() {
    let id = |app: &App| {
        let resources = resources(app);
        resources.as_object().unwrap().keys().find(|id| id.starts_with("RestApiDeployment")).cloned().unwrap()
    };
    assert_ne!(id(&app(RestApiOptions::new())), id(&with(domain().hosted_zone(ZONE))));
}

#[test]
fn what_aws_refuses_of_a_rest_apis_domain_is_a_mistake() {
    let edge = |domain: Domain| app(RestApiOptions::new().edge().domain(domain));
    let tls = || MutualTls::truststore("s3://certificates/authorities.pem");
    let event = Function::event("hello", service_fn(async |_: crate::LambdaEvent<Json>| Ok::<_, Error>(())));
    for (app, expected) in [
        (with(domain()), "the domain has no certificate"),
        (with(Domain::new("Orders.example").hosted_zone(ZONE)), "small letters"),
        (
            app(RestApiOptions::new().private(["vpce-0a1b"]).domain(domain().hosted_zone(ZONE))),
            "a private REST API is reached through its VPC endpoints",
        ),
        (edge(domain().hosted_zone(ZONE)), "takes a certificate of `us-east-1`, which the stack does not make"),
        (edge(domain().certificate(CERTIFICATE)), "is of another region: request one there"),
        (edge(domain().certificate(AT_THE_EDGE).base_path("a/b")), "the base path `a/b` has several segments"),
        (
            edge(domain().certificate(AT_THE_EDGE).mutual_tls(tls())),
            "edge-optimized REST APIs have no mutual TLS: remove",
        ),
        (
            App::new("A").function(event).rest_api(RestApiOptions::new().domain(domain().hosted_zone(ZONE))),
            "no function has a route",
        ),
    ] {
        let found = mistakes(&app);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn environments_of_a_pipeline_and_apis_of_an_app_have_domains_of_their_own() {
    let delivered = with(domain().hosted_zone(ZONE))
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()))
        .pipeline(Pipeline::github("https://github.com/acme/orders"));
    let found = mistakes(&delivered);
    assert!(found.contains("`test` and `production` have the same domain `orders.example`"), "{found}");
    let both = |name: crate::cfn::Value| {
        let of = |name: &crate::cfn::Value| Domain::new(name.clone()).hosted_zone(ZONE);
        App::new("Orders")
            .function(hello().trigger(RestApi::get("/")).trigger(HttpApi::get("/")))
            .http_api(ApiOptions::new().domain(of(&name)))
            .rest_api(RestApiOptions::new().domain(of(&name)))
    };
    for (name, said) in
        [("orders.example".into(), "`orders.example`"), (reference(&LogicalId::of_words(["Domain"])), "Domain")]
    {
        let found = mistakes(&both(name));
        let expected = "the HTTP API and the REST API have the same domain";
        assert!(found.contains(expected) && found.contains(said), "{found}");
    }
}
