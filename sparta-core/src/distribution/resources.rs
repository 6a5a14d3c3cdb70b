//! A distribution in the template.

use super::{Distribution, DistributionMistake, Origin, origin::Kind};
use crate::{
    FunctionSpec, attribute,
    cfn::{LogicalId, Output, Resource, Value, part, sub},
    iam::Arn,
    mistake::{Mistake, Subject},
    property, resource,
    stack::Stack,
};

/// `AllViewerExceptHostHeader`, since function URLs and APIs answer to their own names only:
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html>.
const ALL_BUT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
/// `SecurityHeadersPolicy`:
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html>.
const SECURITY_HEADERS: &str = "67f7725c-6f97-4210-82d7-5512b31e9d03";
const METHODS: [&str; 7] = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"];
#[cfg(feature = "site")]
const READING: [&str; 3] = ["GET", "HEAD", "OPTIONS"];

impl Distribution {
    /// Adds it, after the addresses that it is in front of.
    pub(crate) fn synthesize(&self, functions: &[FunctionSpec], stack: &mut Stack) {
        if self.origins().any(|origin| !is_there(&origin.kind, functions, stack)) {
            return;
        }
        let [distribution, access] = ["Distribution", "DistributionAccess"].map(|name| LogicalId::of_words([name]));
        if self.signs() {
            stack.resource(access.clone(), access_control("lambda", stack_uuid()));
        }
        #[cfg(feature = "site")]
        self.add_site(&distribution, stack);
        let behaviors: Vec<Value> = self.paths.iter().map(|(path, origin)| behavior(path, origin)).collect();
        let domains = Some(&self.domains).filter(|domains| !domains.is_empty());
        let made = resource!(AWS::CloudFront::Distribution {
            DistributionConfig: {
                Aliases: (domains),
                CacheBehaviors: (Some(behaviors).filter(|behaviors| !behaviors.is_empty())),
                Comment: (sub("${AWS::StackName}")),
                CustomErrorResponses: (self.error_pages()),
                DefaultCacheBehavior: (default_behavior(&self.origin)),
                DefaultRootObject: (self.root_object()),
                Enabled: true,
                HttpVersion: "http2and3",
                IPV6Enabled: true,
                Origins: (self.each_origin().map(|kind| origin(kind, &access)).collect::<Vec<_>>()),
                PriceClass: (self.price_class.map(|class| class.to_string())),
                ViewerCertificate: (self.viewer_certificate()),
                WebACLId: (&self.web_acl),
            },
        });
        stack.resource(distribution.clone(), made);
        for kind in self.each_origin() {
            if let Kind::FunctionUrl(function) = kind {
                permit(function, functions, &distribution, stack);
            }
        }
        let name = attribute!(AWS::CloudFront::Distribution, distribution, "DomainName");
        let address = self.domains.first().unwrap_or(&name);
        let own = Value::Map([("Name".to_owned(), address.clone())].into());
        let address = Value::function("Fn::Sub", vec![Value::from("https://${Name}/"), own]);
        stack.output(LogicalId::of_words(["DistributionUrl"]), Output::new("Address of CloudFront", address));
        if !self.domains.is_empty() {
            let output = Output::new("What the records of the domain are an alias of", name);
            stack.output(LogicalId::of_words(["DistributionDomain"]), output);
        }
    }

    /// Its origins, each once.
    fn each_origin(&self) -> impl Iterator<Item = &Kind> {
        let kinds: Vec<&Kind> = self.origins().map(|origin| &origin.kind).collect();
        let first = move |n: usize| !kinds[..n].contains(&kinds[n]);
        self.origins().enumerate().filter(move |(n, _)| first(*n)).map(|(_, origin)| &origin.kind)
    }

    #[cfg(not(feature = "site"))]
    fn error_pages(&self) -> Option<Value> {
        None
    }

    #[cfg(not(feature = "site"))]
    fn root_object(&self) -> Option<&'static str> {
        None
    }

    fn viewer_certificate(&self) -> Option<Value> {
        let certificate = self.certificate.as_ref()?;
        Some(property!(AWS::CloudFront::Distribution.DistributionConfig.ViewerCertificate {
            AcmCertificateArn: (certificate),
            MinimumProtocolVersion: "TLSv1.2_2021",
            SslSupportMethod: "sni-only",
        }))
    }
}

/// Whether an API is one that only a VPC reaches.
fn is_private(configuration: &Value) -> bool {
    let Value::Map(configuration) = configuration else { return false };
    matches!(configuration.get("Types"), Some(Value::List(types)) if types.iter().any(|it| it.as_str() == Some("PRIVATE")))
}

/// Whether what is asked is in the template; else that is reported.
fn is_there(kind: &Kind, functions: &[FunctionSpec], stack: &mut Stack) -> bool {
    let of = |id: &LogicalId, property: &str| {
        let resource = stack.template().resources().get(id)?;
        Some(resource.properties().get(property).cloned().unwrap_or(Value::Null))
    };
    let mistake = match kind {
        Kind::FunctionUrl(name) => match functions.iter().find(|it| it.name() == name) {
            // That there is no such function is a mistake already.
            None => return false,
            Some(function) => match of(&function.logical_id("Url"), "AuthType") {
                None => DistributionMistake::NoUrl(name.clone()),
                Some(auth) if auth.as_str() == Some("NONE") => DistributionMistake::OpenUrl(name.clone()),
                Some(_) => return true,
            },
        },
        Kind::HttpApi => match of(&LogicalId::of_words(["HttpApi"]), "DisableExecuteApiEndpoint") {
            None => DistributionMistake::NoHttpApi,
            Some(Value::Bool(true)) => DistributionMistake::ClosedHttpApi,
            Some(_) => return true,
        },
        Kind::RestApi => match of(&LogicalId::of_words(["RestApi"]), "EndpointConfiguration") {
            None => DistributionMistake::NoRestApi,
            Some(it) if is_private(&it) => DistributionMistake::PrivateRestApi,
            Some(_)
                if of(&LogicalId::of_words(["RestApi"]), "DisableExecuteApiEndpoint") == Some(Value::Bool(true)) =>
            {
                DistributionMistake::ClosedRestApi
            }
            Some(_) => return true,
        },
        #[cfg(feature = "site")]
        Kind::Site(_) => return true,
    };
    stack.report(Mistake::new(Subject::App, mistake));
    false
}

fn origin(kind: &Kind, access: &LogicalId) -> Value {
    let (domain, path, access) = match kind {
        Kind::FunctionUrl(function) => {
            let url = LogicalId::of_words([function.as_str(), "Url"]);
            (part(&attribute!(AWS::Lambda::Url, url, "FunctionUrl"), '/', 2), None, Some(access.reference()))
        }
        Kind::HttpApi => (sub("${HttpApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"), None, None),
        Kind::RestApi => {
            (sub("${RestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}"), Some(sub("/${RestApiStage}")), None)
        }
        #[cfg(feature = "site")]
        Kind::Site(_) => return super::site::origin(kind),
    };
    property!(AWS::CloudFront::Distribution.DistributionConfig.Origins[] {
        CustomOriginConfig: { OriginProtocolPolicy: "https-only", OriginSSLProtocols: ["TLSv1.2"] },
        DomainName: (domain),
        Id: (kind.id()),
        OriginAccessControlId: (access),
        OriginPath: (path),
    })
}

fn default_behavior(origin: &Origin) -> Value {
    #[cfg(feature = "site")]
    if matches!(origin.kind, Kind::Site(_)) {
        return property!(AWS::CloudFront::Distribution.DistributionConfig.DefaultCacheBehavior {
            AllowedMethods: (READING.to_vec()),
            CachePolicyId: (origin.cache_policy_id()),
            Compress: true,
            FunctionAssociations: [(super::site::path_function())],
            ResponseHeadersPolicyId: (SECURITY_HEADERS),
            TargetOriginId: (origin.kind.id()),
            ViewerProtocolPolicy: "redirect-to-https",
        });
    }
    property!(AWS::CloudFront::Distribution.DistributionConfig.DefaultCacheBehavior {
        AllowedMethods: (METHODS.to_vec()),
        CachePolicyId: (origin.cache_policy_id()),
        Compress: true,
        OriginRequestPolicyId: (ALL_BUT_HOST),
        ResponseHeadersPolicyId: (SECURITY_HEADERS),
        TargetOriginId: (origin.kind.id()),
        ViewerProtocolPolicy: "redirect-to-https",
    })
}

fn behavior(path: &str, origin: &Origin) -> Value {
    let Value::Map(mut behavior) = default_behavior(origin) else { unreachable!("a property is a map") };
    behavior.insert("PathPattern".to_owned(), path.into());
    Value::Map(behavior)
}

/// Has CloudFront sign what it asks of origins of a type.
pub(super) fn access_control(origin_type: &str, name: Value) -> Resource {
    resource!(AWS::CloudFront::OriginAccessControl {
        OriginAccessControlConfig: {
            Name: (name),
            OriginAccessControlOriginType: (origin_type),
            SigningBehavior: "always",
            SigningProtocol: "sigv4",
        },
    })
}

/// What tells the stack from others: its name may be longer than the 64 characters that names have here.
pub(super) fn stack_uuid() -> Value {
    part(&Value::pseudo("AWS::StackId"), '/', 2)
}

/// The ARN of the distribution, which permissions are bound to.
pub(super) fn arn(distribution: &LogicalId) -> Value {
    sub(Arn { region: "", ..Arn::new("cloudfront", &format!("distribution/${{{distribution}}}")) }.to_string())
}

/// Lets the distribution, and nobody else, invoke a function through its URL. Since October 2025 that takes both permissions.
fn permit(name: &str, functions: &[FunctionSpec], distribution: &LogicalId, stack: &mut Stack) {
    let Some(function) = functions.iter().find(|it| it.name() == name) else { return };
    let source = arn(distribution);
    let through_url = resource!(AWS::Lambda::Permission {
        Action: "lambda:InvokeFunctionUrl",
        FunctionName: (function.invoked_arn()),
        FunctionUrlAuthType: "AWS_IAM",
        Principal: "cloudfront.amazonaws.com",
        SourceArn: (&source),
    });
    stack.resource(LogicalId::of_words([name, "DistributionUrlPermission"]), through_url);
    let invoke = resource!(AWS::Lambda::Permission {
        Action: "lambda:InvokeFunction",
        FunctionName: (function.invoked_arn()),
        InvokedViaFunctionUrl: true,
        Principal: "cloudfront.amazonaws.com",
        SourceArn: (source),
    });
    stack.resource(LogicalId::of_words([name, "DistributionInvokePermission"]), invoke);
}
