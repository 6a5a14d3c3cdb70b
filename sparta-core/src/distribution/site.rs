//! The site that CloudFront is in front of, in the template.

use super::{
    Distribution, DistributionMistake,
    origin::Kind,
    resources::{access_control, arn, stack_uuid},
};
use crate::{
    attribute,
    cfn::{LogicalId, Value, append, join},
    construct::Construct,
    mistake::{Mistake, Problem, Subject},
    property, resource,
    site::{PREFIX, Site},
    stack::Stack,
};

/// The outputs that its manifest has.
const ADDRESSES: [&str; 3] = ["HttpApiUrl", "RestApiUrl", "WebSocketUrl"];
/// S3 knows objects, and no pages of folders.
const FOLDERS: &str = "\
function handler(event) {
    var request = event.request;
    if (request.uri.endsWith('/')) request.uri += 'index.html';
    return request;
}
";
/// An application that finds its own pages has one file for all of them.
const SINGLE_PAGE: &str = "\
function handler(event) {
    var request = event.request;
    var name = request.uri.split('/').pop();
    if (!name.includes('.') && !request.uri.startsWith('/.well-known/')) request.uri = '/index.html';
    return request;
}
";

impl Distribution {
    /// The site that it is in front of.
    pub(crate) fn site(&self) -> Option<&Site> {
        self.sites().next()
    }

    fn sites(&self) -> impl Iterator<Item = &Site> {
        self.origins().filter_map(|origin| match &origin.kind {
            Kind::Site(site) => Some(&**site),
            _ => None,
        })
    }

    /// What is wrong with its site.
    pub(super) fn check_sites(&self) -> Vec<Mistake> {
        let Some(site) = self.site() else { return Vec::new() };
        let mut problems = site.check();
        if self.sites().any(|other| other != site) {
            problems.push(Problem::from(DistributionMistake::TwoSites));
        }
        if let Some(page) = &site.not_found
            && self.origins().any(|origin| !matches!(origin.kind, Kind::Site(_)))
        {
            problems.push(Problem::from(DistributionMistake::NotFound(page.clone())));
        }
        problems.into_iter().map(|problem| Mistake::new(Subject::App, problem)).collect()
    }

    /// What is asked for at `/`, where nothing else answers that.
    pub(super) fn root_object(&self) -> Option<&'static str> {
        matches!(self.origin.kind, Kind::Site(_)).then_some("index.html")
    }

    pub(super) fn error_pages(&self) -> Option<Value> {
        let page = self.site()?.not_found.as_ref()?;
        Some(Value::List(vec![property!(AWS::CloudFront::Distribution.DistributionConfig.CustomErrorResponses[] {
            ErrorCode: 404,
            ResponseCode: 404,
            ResponsePagePath: (format!("/{page}")),
        })]))
    }

    /// Adds what the site takes beside its bucket and its function.
    pub(super) fn add_site(&self, distribution: &LogicalId, stack: &mut Stack) {
        let Some(site) = self.site() else { return };
        stack.resource(access(), access_control("s3", name()));
        let code = if site.single_page { SINGLE_PAGE } else { FOLDERS };
        let function = resource!(AWS::CloudFront::Function {
            AutoPublish: true,
            FunctionCode: (code),
            FunctionConfig: { Comment: "Which file a path of the site is", Runtime: "cloudfront-js-2.0" },
            Name: (name()),
        });
        stack.resource(paths(), function);
        permit(distribution, stack);
        let outputs = stack.template().outputs().iter();
        let addresses = outputs.filter(|(id, _)| ADDRESSES.contains(&id.as_str()));
        let addresses = addresses.map(|(id, output)| (id.to_string(), output.value.clone()));
        let files = site.resource(addresses);
        stack.resource(LogicalId::of_words(["SiteFiles"]), files);
    }
}

/// An origin that is the site.
pub(super) fn origin(kind: &Kind) -> Value {
    property!(AWS::CloudFront::Distribution.DistributionConfig.Origins[] {
        DomainName: (attribute!(AWS::S3::Bucket, Site::bucket().id(), "RegionalDomainName")),
        Id: (kind.id()),
        OriginAccessControlId: (access().reference()),
        OriginPath: (format!("/{PREFIX}")),
        // CloudFront wants it beside an origin access control, too.
        S3OriginConfig: { OriginAccessIdentity: "" },
    })
}

/// What each request of the site passes.
pub(super) fn path_function() -> Value {
    property!(AWS::CloudFront::Distribution.DistributionConfig.DefaultCacheBehavior.FunctionAssociations[] {
        EventType: "viewer-request",
        FunctionARN: (attribute!(AWS::CloudFront::Function, paths(), "FunctionARN")),
    })
}

/// Lets the distribution, and nobody else, read the files. Who may not list a bucket is answered 403 for what is not there.
fn permit(distribution: &LogicalId, stack: &mut Stack) {
    let bucket = attribute!(AWS::S3::Bucket, Site::bucket().id(), "Arn");
    let source = arn(distribution);
    let mut allowed = property!(AWS::S3::BucketPolicy.PolicyDocument {
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Allow",
                Principal: { Service: "cloudfront.amazonaws.com" },
                Action: "s3:GetObject",
                Resource: (append(&bucket, &format!("/{PREFIX}/*"))),
                Condition: { StringEquals: { "AWS:SourceArn": (&source) } },
            },
            {
                Effect: "Allow",
                Principal: { Service: "cloudfront.amazonaws.com" },
                Action: "s3:ListBucket",
                Resource: (bucket),
                Condition: { StringEquals: { "AWS:SourceArn": (source) } },
            },
        ],
    });
    let policy = LogicalId::of_words(["site", "BucketPolicy"]);
    _ = stack.change(&policy, |policy| {
        policy.change_property("PolicyDocument", |document| {
            if let (Some(own), Some(more)) = (statements(document), statements(&mut allowed)) {
                own.append(more);
            }
        })
    });
}

fn statements(policy: &mut Value) -> Option<&mut Vec<Value>> {
    match policy {
        Value::Map(policy) => match policy.get_mut("Statement") {
            Some(Value::List(statements)) => Some(statements),
            _ => None,
        },
        _ => None,
    }
}

fn access() -> LogicalId {
    LogicalId::of_words(["SiteAccess"])
}

fn paths() -> LogicalId {
    LogicalId::of_words(["SitePaths"])
}

fn name() -> Value {
    join("-", [Value::from("site"), stack_uuid()])
}
