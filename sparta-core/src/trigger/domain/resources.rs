//! The resources of a domain: its certificate, mappings and records.

use super::{Domain, MutualTls, Of};
use crate::{
    attribute,
    cfn::{LogicalId, Output, Value, append, sub},
    property, resource,
    stack::Stack,
};

/// What a record points to: a name, and the zone that it is in.
pub(super) struct Target {
    pub(super) name: Value,
    pub(super) zone: Value,
}

impl Of {
    /// The id, or the output, of one of the domain's parts.
    pub(super) fn id(&self, part: &str) -> LogicalId {
        LogicalId::of_words([self.words, part])
    }
}

impl Domain {
    /// Adds the domain to the API that the functions' routes have made.
    ///
    /// Regional domains of all kinds of APIs are of API Gateway's second version, which knows base paths of several segments and
    /// IPv6: <https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html>.
    pub(in crate::trigger) fn synthesize(&self, stack: &mut Stack, of: &Of) {
        let domain = of.id("Domain");
        let certificate = self.certificate.clone().unwrap_or_else(|| self.make_certificate(stack, of));
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
        for path in self.paths() {
            let mapping = resource!(AWS::ApiGatewayV2::ApiMapping {
                ApiId: (of.api.reference()),
                ApiMappingKey: (path),
                DomainName: (domain.reference()),
                Stage: (of.stage.reference()),
            });
            stack.numbered(&of.id("Mapping"), mapping);
        }
        let target = Target {
            name: attribute!(AWS::ApiGatewayV2::DomainName, domain, "RegionalDomainName"),
            zone: attribute!(AWS::ApiGatewayV2::DomainName, domain, "RegionalHostedZoneId"),
        };
        self.finish(stack, of, &target);
    }

    /// The base paths; nothing is the whole domain.
    pub(super) fn paths(&self) -> Vec<Option<&str>> {
        let paths: Vec<Option<&str>> = self.base_paths.iter().map(|path| Some(path.as_str())).collect();
        if paths.is_empty() { vec![None] } else { paths }
    }

    /// Adds what all kinds of domains have, and closes the API's default endpoint.
    pub(super) fn finish(&self, stack: &mut Stack, of: &Of, target: &Target) {
        self.add_records(stack, of, target);
        self.add_outputs(stack, of, target);
        if !self.keeps_default_endpoint {
            _ = stack.change(&of.api, |api| api.property("DisableExecuteApiEndpoint", true));
        }
    }

    /// The address at the domain.
    pub(in crate::trigger) fn address(&self, scheme: &str) -> Value {
        let base = self.base_paths.first().map(|path| format!("/{path}")).unwrap_or_default();
        with_scheme(scheme, append(&self.name, &base))
    }

    fn make_certificate(&self, stack: &mut Stack, of: &Of) -> Value {
        let id = of.id("Certificate");
        let certificate = resource!(AWS::CertificateManager::Certificate {
            DomainName: (&self.name),
            DomainValidationOptions: [{ DomainName: (&self.name), HostedZoneId: (&self.zone) }],
            ValidationMethod: "DNS",
        });
        stack.resource(id.clone(), certificate);
        id.reference()
    }

    fn add_records(&self, stack: &mut Stack, of: &Of, target: &Target) {
        let Some(zone) = &self.zone else { return };
        for (part, kind) in [("Record", "A"), ("RecordIpv6", "AAAA")] {
            let record = resource!(AWS::Route53::RecordSet {
                AliasTarget: {
                    DNSName: (&target.name),
                    EvaluateTargetHealth: false,
                    HostedZoneId: (&target.zone),
                },
                HostedZoneId: (zone),
                Name: (&self.name),
                Type: (kind),
            });
            stack.resource(of.id(part), record);
        }
    }

    fn add_outputs(&self, stack: &mut Stack, of: &Of, target: &Target) {
        let api = of.name;
        stack.put_output(of.id("Url"), Output::new(format!("Address of the {api}"), self.address(of.scheme)));
        if self.keeps_default_endpoint {
            let endpoint = Output::new(format!("Default endpoint of the {api}"), of.endpoint.clone());
            stack.output(of.id("Endpoint"), endpoint);
        }
        if self.zone.is_none() {
            let points_to = format!("What the record of the {api}'s domain points to");
            stack.output(of.id("DomainTarget"), Output::new(points_to, target.name.clone()));
            let zone = Output::new("The hosted zone of what the record points to", target.zone.clone());
            stack.output(of.id("DomainZone"), zone);
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
fn with_scheme(scheme: &str, place: Value) -> Value {
    match (&place, place.as_function()) {
        (Value::String(text), _) => format!("{scheme}://{text}").into(),
        (_, Some(("Fn::Sub", Value::String(text)))) => sub(format!("{scheme}://{text}")),
        (_, Some(("Fn::Sub", Value::List(arguments)))) => {
            let text = arguments.first().and_then(Value::as_str).unwrap_or_default();
            let mut with_scheme = vec![Value::from(format!("{scheme}://{text}"))];
            with_scheme.extend(arguments.iter().skip(1).cloned());
            Value::function("Fn::Sub", with_scheme)
        }
        _ => place,
    }
}
