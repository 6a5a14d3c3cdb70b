//! The resources of a domain: its certificate, mappings and records.

use super::{
    super::{API, STAGE},
    Domain, MutualTls,
};
use crate::{
    attribute,
    cfn::{LogicalId, Output, Value, append, sub},
    property, resource,
    stack::Stack,
};

impl Domain {
    /// Adds the domain to the API that the functions' routes have made.
    pub(in crate::trigger::http_api) fn synthesize(&self, stack: &mut Stack) {
        let [api, stage, domain] = [API, STAGE, "HttpApiDomain"].map(|name| LogicalId::of_words([name]));
        let certificate = self.certificate.clone().unwrap_or_else(|| self.make_certificate(stack));
        let resource = resource!(AWS::ApiGatewayV2::DomainName {
            DomainName: (&self.name),
            DomainNameConfigurations: [{
                CertificateArn: (certificate),
                EndpointType: "REGIONAL",
                IpAddressType: "dualstack",
                OwnershipVerificationCertificateArn: (self.mutual_tls.as_ref().and_then(|it| it.ownership.clone())),
                SecurityPolicy: "TLS_1_2",
            }],
            MutualTlsAuthentication: (self.mutual_tls.as_ref().map(MutualTls::authentication)),
        });
        stack.resource(domain.clone(), resource);
        let whole = [String::new()];
        for path in if self.base_paths.is_empty() { &whole[..] } else { &self.base_paths } {
            let mapping = resource!(AWS::ApiGatewayV2::ApiMapping {
                ApiId: (api.reference()),
                ApiMappingKey: (Some(path).filter(|path| !path.is_empty())),
                DomainName: (domain.reference()),
                Stage: (stage.reference()),
            });
            stack.numbered(&LogicalId::of_words(["HttpApiMapping"]), mapping);
        }
        self.add_records(&domain, stack);
        self.add_outputs(&api, &domain, stack);
        if !self.keeps_default_endpoint {
            _ = stack.change(&api, |api| api.property("DisableExecuteApiEndpoint", true));
        }
    }

    fn make_certificate(&self, stack: &mut Stack) -> Value {
        let id = LogicalId::of_words(["HttpApiCertificate"]);
        let certificate = resource!(AWS::CertificateManager::Certificate {
            DomainName: (&self.name),
            DomainValidationOptions: [{ DomainName: (&self.name), HostedZoneId: (&self.zone) }],
            ValidationMethod: "DNS",
        });
        stack.resource(id.clone(), certificate);
        id.reference()
    }

    fn add_records(&self, domain: &LogicalId, stack: &mut Stack) {
        let Some(zone) = &self.zone else { return };
        for (id, kind) in [("HttpApiRecord", "A"), ("HttpApiRecordIpv6", "AAAA")] {
            let record = resource!(AWS::Route53::RecordSet {
                AliasTarget: {
                    DNSName: (attribute!(AWS::ApiGatewayV2::DomainName, domain, "RegionalDomainName")),
                    EvaluateTargetHealth: false,
                    HostedZoneId: (attribute!(AWS::ApiGatewayV2::DomainName, domain, "RegionalHostedZoneId")),
                },
                HostedZoneId: (zone),
                Name: (&self.name),
                Type: (kind),
            });
            stack.resource(LogicalId::of_words([id]), record);
        }
    }

    fn add_outputs(&self, api: &LogicalId, domain: &LogicalId, stack: &mut Stack) {
        let id = |name: &str| LogicalId::of_words([name]);
        let base = self.base_paths.first().map(|path| format!("/{path}")).unwrap_or_default();
        let url = address(append(&self.name, &base));
        stack.put_output(id("HttpApiUrl"), Output::new("Address of the HTTP API", url));
        if self.keeps_default_endpoint {
            let endpoint = attribute!(AWS::ApiGatewayV2::Api, api, "ApiEndpoint");
            stack.output(id("HttpApiEndpoint"), Output::new("Default endpoint of the HTTP API", endpoint));
        }
        if self.zone.is_none() {
            let target = attribute!(AWS::ApiGatewayV2::DomainName, domain, "RegionalDomainName");
            let zone = attribute!(AWS::ApiGatewayV2::DomainName, domain, "RegionalHostedZoneId");
            let target = Output::new("What the record of the HTTP API's domain points to", target);
            stack.output(id("HttpApiDomainTarget"), target);
            stack.output(id("HttpApiDomainZone"), Output::new("The hosted zone of what the record points to", zone));
        }
    }
}

impl MutualTls {
    fn authentication(&self) -> Value {
        property!(AWS::ApiGatewayV2::DomainName.MutualTlsAuthentication {
            TruststoreUri: (&self.truststore),
            TruststoreVersion: (&self.version),
        })
    }
}

/// A place with the scheme before it.
fn address(place: Value) -> Value {
    const SCHEME: &str = "https://";
    match (&place, place.as_function()) {
        (Value::String(text), _) => format!("{SCHEME}{text}").into(),
        (_, Some(("Fn::Sub", Value::String(text)))) => sub(format!("{SCHEME}{text}")),
        (_, Some(("Fn::Sub", Value::List(arguments)))) => {
            let text = arguments.first().and_then(Value::as_str).unwrap_or_default();
            let mut with_scheme = vec![Value::from(format!("{SCHEME}{text}"))];
            with_scheme.extend(arguments.iter().skip(1).cloned());
            Value::function("Fn::Sub", with_scheme)
        }
        _ => place,
    }
}
