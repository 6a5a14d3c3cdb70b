use super::*;
use crate::trigger::{Domain, MutualTls};

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const ZONE: &str = "Z0123456789ABCDEFGHIJ";

fn app(domain: Domain) -> App {
    let sends = chat().uses(WebSocket::connections().send());
    App::new("Chat").function(sends).function(function("quiet")).web_socket(WebSocketOptions::new().domain(domain))
}

fn domain() -> Domain {
    Domain::new("chat.example")
}

#[test]
fn a_domain_takes_the_place_of_the_address_and_functions_send_through_it() {
    let template = template(app(domain().hosted_zone(ZONE).base_path("v1")));
    let of = |id: &str| &template["Resources"][id]["Properties"];
    assert_eq!(template["Outputs"]["WebSocketUrl"]["Value"], "wss://chat.example/v1");
    let mapping = json!({
        "ApiId": {"Ref": "WebSocketApi"},
        "ApiMappingKey": "v1",
        "DomainName": {"Ref": "WebSocketDomain"},
        "Stage": {"Ref": "WebSocketStage"},
    });
    assert_eq!(of("WebSocketMapping"), &mapping);
    assert_eq!(of("WebSocketDomain")["DomainNameConfigurations"][0]["SecurityPolicy"], "TLS_1_2");
    assert_eq!(of("WebSocketCertificate")["ValidationMethod"], "DNS");
    assert_eq!((&of("WebSocketRecord")["Type"], &of("WebSocketRecordIpv6")["Type"]), (&json!("A"), &json!("AAAA")));
    assert_eq!(of("WebSocketApi")["DisableExecuteApiEndpoint"], true);
    let variables = &of("ChatFunction")["Environment"]["Variables"];
    assert_eq!(variables["WEB_SOCKET_CONNECTIONS"], "https://chat.example/v1");
    assert_eq!(of("QuietFunction")["Environment"]["Variables"]["WEB_SOCKET_CONNECTIONS"], Json::Null);
}

#[test]
fn a_default_endpoint_that_is_kept_is_what_functions_send_to() {
    let template = template(app(domain().certificate(CERTIFICATE).keep_default_endpoint()));
    let value = |name: &str| template["Outputs"][name]["Value"].clone();
    let endpoint = |scheme: &str| json!({"Fn::Sub": format!("{scheme}://${{WebSocketApi}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/live")});
    assert_eq!((value("WebSocketUrl"), value("WebSocketEndpoint")), (json!("wss://chat.example"), endpoint("wss")));
    assert_eq!(value("WebSocketDomainTarget"), json!({"Fn::GetAtt": ["WebSocketDomain", "RegionalDomainName"]}));
    let function = &template["Resources"]["ChatFunction"]["Properties"];
    assert_eq!(function["Environment"]["Variables"]["WEB_SOCKET_CONNECTIONS"], endpoint("https"));
    assert_eq!(template["Resources"]["WebSocketApi"]["Properties"]["DisableExecuteApiEndpoint"], Json::Null);
}

#[test]
fn what_aws_refuses_of_a_web_socket_apis_domain_is_a_mistake() {
    let tls = MutualTls::truststore("s3://certificates/authorities.pem");
    for (app, expected) in [
        (app(domain()), "the domain has no certificate"),
        (app(domain().hosted_zone("chat.example")), "`chat.example` is not the id of a hosted zone"),
        (
            app(domain().hosted_zone(ZONE).mutual_tls(tls)),
            "WebSocket APIs have no mutual TLS: remove `.mutual_tls(...)`",
        ),
    ] {
        let found = mistakes(app);
        assert!(found.contains(expected), "{expected}: {found}");
    }
}
