//! Domains of edge-optimized REST APIs, which are of API Gateway's first version.

use super::{Domain, Of, resources::Target};
use crate::{attribute, resource, stack::Stack};

impl Domain {
    /// Adds the domain to the API, at AWS's edge locations.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-edge-optimized-custom-domain-name.html>.
    pub(in crate::trigger) fn synthesize_at_the_edge(&self, stack: &mut Stack, of: &Of) {
        let domain = of.id("Domain");
        let resource = resource!(AWS::ApiGateway::DomainName {
            CertificateArn: (&self.certificate),
            DomainName: (&self.name),
            EndpointConfiguration: { Types: ["EDGE"] },
            SecurityPolicy: "TLS_1_2",
        });
        stack.resource(domain.clone(), resource);
        for path in self.paths() {
            let mapping = resource!(AWS::ApiGateway::BasePathMapping {
                BasePath: (path),
                DomainName: (domain.reference()),
                RestApiId: (of.api.reference()),
                Stage: (of.stage.reference()),
            });
            stack.numbered(&of.id("Mapping"), mapping);
        }
        let target = Target {
            name: attribute!(AWS::ApiGateway::DomainName, domain, "DistributionDomainName"),
            zone: attribute!(AWS::ApiGateway::DomainName, domain, "DistributionHostedZoneId"),
        };
        self.finish(stack, of, &target);
    }
}
