use super::*;
use crate::{
    Environment, Pipeline,
    cfn::Value,
    trigger::{Domain, MutualTls},
};

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const ZONE: &str = "Z0123456789ABCDEFGHIJ";

fn app(domain: Domain) -> App {
    App::new("Links").function(hello().trigger(HttpApi::get("/links"))).http_api(ApiOptions::new().domain(domain))
}

fn domain() -> Domain {
    Domain::new("api.links.example")
}

fn document(app: App) -> Json {
    serde_json::from_str(&app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json()).unwrap()
}

#[test]
fn a_domain_in_a_zone_has_its_certificate_and_records_in_the_stack() {
    let document = document(app(domain().hosted_zone(ZONE)));
    let of = |id: &str| &document["Resources"][id]["Properties"];
    let validation = json!({"DomainName": "api.links.example", "HostedZoneId": ZONE});
    let certificate =
        json!({"DomainName": "api.links.example", "DomainValidationOptions": [validation], "ValidationMethod": "DNS"});
    assert_eq!(of("HttpApiCertificate"), &certificate);
    let configuration = json!({
        "CertificateArn": {"Ref": "HttpApiCertificate"},
        "EndpointType": "REGIONAL",
        "IpAddressType": "dualstack",
        "SecurityPolicy": "TLS_1_2",
    });
    assert_eq!(
        of("HttpApiDomain"),
        &json!({"DomainName": "api.links.example", "DomainNameConfigurations": [configuration]})
    );
    let mapping =
        json!({"ApiId": {"Ref": "HttpApi"}, "DomainName": {"Ref": "HttpApiDomain"}, "Stage": {"Ref": "HttpApiStage"}});
    assert_eq!(of("HttpApiMapping"), &mapping);
    for (id, kind) in [("HttpApiRecord", "A"), ("HttpApiRecordIpv6", "AAAA")] {
        let target = json!({
            "DNSName": {"Fn::GetAtt": ["HttpApiDomain", "RegionalDomainName"]},
            "EvaluateTargetHealth": false,
            "HostedZoneId": {"Fn::GetAtt": ["HttpApiDomain", "RegionalHostedZoneId"]},
        });
        let record = json!({"AliasTarget": target, "HostedZoneId": ZONE, "Name": "api.links.example", "Type": kind});
        assert_eq!(of(id), &record);
    }
    assert_eq!(of("HttpApi")["DisableExecuteApiEndpoint"], true);
    assert_eq!(document["Outputs"]["HttpApiUrl"]["Value"], "https://api.links.example");
    assert_eq!(document["Outputs"]["HttpApiEndpoint"], Json::Null);
    assert_eq!(document["Outputs"]["HttpApiDomainTarget"], Json::Null);
}

#[test]
fn a_domain_elsewhere_says_what_its_record_points_to() {
    let document = document(app(domain().certificate(CERTIFICATE).keep_default_endpoint()));
    let resources = document["Resources"].as_object().unwrap();
    assert!(resources.keys().all(|id| !id.starts_with("HttpApiRecord") && id != "HttpApiCertificate"));
    let configuration = &resources["HttpApiDomain"]["Properties"]["DomainNameConfigurations"][0];
    assert_eq!(configuration["CertificateArn"], CERTIFICATE);
    assert_eq!(resources["HttpApi"]["Properties"]["DisableExecuteApiEndpoint"], Json::Null);
    let value = |name: &str| document["Outputs"][name]["Value"].clone();
    assert_eq!(value("HttpApiEndpoint"), json!({"Fn::GetAtt": ["HttpApi", "ApiEndpoint"]}));
    assert_eq!(value("HttpApiDomainTarget"), json!({"Fn::GetAtt": ["HttpApiDomain", "RegionalDomainName"]}));
    assert_eq!(value("HttpApiDomainZone"), json!({"Fn::GetAtt": ["HttpApiDomain", "RegionalHostedZoneId"]}));
}

#[test]
fn the_api_is_below_base_paths_and_its_address_has_the_first() {
    let of = |name: Value| document(app(Domain::new(name).hosted_zone(ZONE).base_path("v1").base_path("links/v1")));
    let imported = json!({"Fn::ImportValue": "Domain"});
    for (name, url) in [
        (json!("api.links.example"), json!("https://api.links.example/v1")),
        (json!({"Ref": "AWS::Region"}), json!({"Fn::Sub": "https://${AWS::Region}/v1"})),
        (json!({"Fn::Sub": "${AWS::Region}.links"}), json!({"Fn::Sub": "https://${AWS::Region}.links/v1"})),
        (imported.clone(), json!({"Fn::Sub": ["https://${Text}/v1", {"Text": imported}]})),
    ] {
        let document = of(name.into());
        assert_eq!(document["Outputs"]["HttpApiUrl"]["Value"], url);
        let key = |id: &str| document["Resources"][id]["Properties"]["ApiMappingKey"].clone();
        assert_eq!((key("HttpApiMapping"), key("HttpApiMapping2")), (json!("v1"), json!("links/v1")));
    }
}

#[test]
fn mutual_tls_has_a_truststore_and_closes_the_default_endpoint() {
    let tls =
        MutualTls::truststore("s3://certificates/authorities.pem").version("v7").ownership_certificate(CERTIFICATE);
    let resources = resources(app(domain().certificate(CERTIFICATE).mutual_tls(tls)));
    let domain = &resources["HttpApiDomain"]["Properties"];
    let truststore = json!({"TruststoreUri": "s3://certificates/authorities.pem", "TruststoreVersion": "v7"});
    assert_eq!(domain["MutualTlsAuthentication"], truststore);
    assert_eq!(domain["DomainNameConfigurations"][0]["OwnershipVerificationCertificateArn"], CERTIFICATE);
    assert_eq!(resources["HttpApi"]["Properties"]["DisableExecuteApiEndpoint"], true);
}

#[test]
fn what_aws_refuses_of_a_domain_is_a_mistake() {
    let of = |domain: Domain| domain.check(&[], false).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let in_zone = || domain().hosted_zone(ZONE);
    let tls = || MutualTls::truststore("s3://certificates/authorities.pem");
    for (domain, expected) in [
        (domain(), "the domain has no certificate"),
        (Domain::new("https://links.example").hosted_zone(ZONE), "`https://links.example` is not the name of a domain"),
        (Domain::new("Links.example").hosted_zone(ZONE), "small letters"),
        (Domain::new("*.links.example").hosted_zone(ZONE), "`*.links.example` is not"),
        (Domain::new("links").hosted_zone(ZONE), "`links` is not the name"),
        (domain().hosted_zone("links.example"), "`links.example` is not the id of a hosted zone"),
        (domain().certificate("arn:aws:iam::123456789012:server-certificate/x"), "is not the ARN of a certificate"),
        (in_zone().base_path("/v1"), "the base path `/v1`"),
        (in_zone().base_path("v1/"), "without a slash at its ends"),
        (in_zone().base_path("v 1"), "the base path `v 1`"),
        (in_zone().base_path("v1").base_path("v1"), "`v1` is there twice"),
        (
            in_zone().mutual_tls(MutualTls::truststore("https://x/y")),
            "the truststore `https://x/y` is not an object of S3",
        ),
        (in_zone().mutual_tls(MutualTls::truststore("s3://bucket/")), "is not an object of S3"),
        (in_zone().mutual_tls(tls()).keep_default_endpoint(), "callers without a certificate could use"),
        (in_zone().mutual_tls(tls().ownership_certificate(CERTIFICATE)), "remove `.ownership_certificate(...)`"),
    ] {
        assert!(of(domain).contains(expected), "{expected}");
    }
    for right in [
        in_zone().mutual_tls(tls()),
        in_zone().certificate(CERTIFICATE),
        Domain::new(sub("${Domain}")).hosted_zone(ZONE),
    ] {
        assert_eq!(of(right), "");
    }
    assert!(mistakes(app(domain())).contains("the domain has no certificate"));
}

#[test]
fn environments_of_a_pipeline_have_domains_of_their_own() {
    let setting = || crate::cfn::reference(&crate::cfn::LogicalId::of_words(["Domain"]));
    let delivered = |name: Value, [test, production]: [&str; 2]| {
        app(Domain::new(name).hosted_zone(ZONE))
            .environment(Environment::new("test", [("DOMAIN", test)]))
            .environment(Environment::new("production", [("DOMAIN", production)]))
    };
    let pipeline = || Pipeline::github("https://github.com/acme/links");
    let same = "the environments `test` and `production` have the same domain `links.example`";
    let [one, two] = ["links.example", "test.links.example"];
    for app in [delivered(one.into(), [one, two]), delivered(setting(), [one, one])] {
        let mistakes = mistakes(app.pipeline(pipeline()));
        assert!(mistakes.contains(same), "{mistakes}");
    }
    delivered(setting(), [two, one]).pipeline(pipeline()).validate().unwrap();
    // By hand, each can go to a region of its own.
    delivered(one.into(), [one, two]).validate().unwrap();
    assert!(mistakes(delivered(setting(), [one, "links"])).contains("`links` is not the name of a domain"));
}

#[test]
fn a_domain_of_an_api_that_there_is_not_is_a_mistake() {
    let event = Function::event("hello", service_fn(async |_: LambdaEvent<Json>| Ok::<_, Error>(())));
    let app = App::new("Hello").function(event).http_api(ApiOptions::new().domain(domain().hosted_zone(ZONE)));
    assert!(mistakes(app).contains("no function has a route"));
}

#[test]
fn health_behind_mutual_tls_is_warned_of() {
    let tls = MutualTls::truststore("s3://certificates/authorities.pem");
    let app = app(domain().hosted_zone(ZONE).mutual_tls(tls)).health(crate::Health::at("/health"));
    let warnings: Vec<String> = app.synthesize().unwrap().warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.iter().any(|warning| warning.contains("`status --health` has not")), "{warnings:?}");
}
