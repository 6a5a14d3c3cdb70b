//! What AWS would refuse of a domain.

use std::collections::BTreeSet;

use super::{Domain, MutualTls};
use crate::{Environment, cfn::Value, iam::Arn, settings::parameter_name};

/// What is wrong with a [`Domain`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainMistake {
    /// What no domain is called.
    #[error(
        "`{0}` is not the name of a domain: write it in small letters, without a scheme and a path, as `api.links.example`"
    )]
    Name(String),
    /// No certificate, and no way to make one.
    #[error(
        "the domain has no certificate: name the hosted zone that validates one with `.hosted_zone(\"Z0123456789ABC\")`, or one \
         that is there with `.certificate(arn)`"
    )]
    NoCertificate,
    /// One domain for two stacks.
    #[error(
        "the environments `{first}` and `{second}` have the same domain `{name}`, which the pipeline's region has once: make it a setting, \
         `Domain::new(Links::DOMAIN)`, with another value in each"
    )]
    SameDomain {
        /// An environment.
        first: String,
        /// Another one.
        second: String,
        /// The domain.
        name: String,
    },
    /// What is no certificate of AWS Certificate Manager.
    #[error(
        "`{0}` is not the ARN of a certificate: `arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555` \
         is one"
    )]
    Certificate(String),
    /// What is no id of a hosted zone.
    #[error(
        "`{0}` is not the id of a hosted zone, such as `Z0123456789ABCDEFGHIJ`, which Route 53 shows beside its name"
    )]
    Zone(String),
    /// A path that is none.
    #[error(
        "the base path `{0}` is not letters, digits and `$-_.+!*'()`, perhaps in several segments, without a slash at its ends: `v1` \
         is one"
    )]
    BasePath(String),
    /// A path that is there twice.
    #[error("the base path `{0}` is there twice: remove one")]
    BasePathTwice(String),
    /// What is no object of S3.
    #[error("the truststore `{0}` is not an object of S3: `s3://bucket/authorities.pem` is one")]
    Truststore(String),
    /// Mutual TLS with a door beside it.
    #[error(
        "callers without a certificate could use the API's default endpoint, which is kept: remove `.keep_default_endpoint()`, or \
         `.mutual_tls(...)`"
    )]
    OpenEndpoint,
    /// A certificate that proves whose the domain is, where another does already.
    #[error(
        "the certificate that the stack makes proves whose the domain is: remove `.ownership_certificate(...)`, or name the \
         domain's own with `.certificate(arn)`"
    )]
    Ownership,
    /// A domain for a private API.
    #[error(
        "a private REST API is reached through its VPC endpoints, and this domain is public: remove `.domain(...)`, or \
         `.private(...)`"
    )]
    Private,
    /// No certificate where the stack cannot make one.
    #[error(
        "the domain of an edge-optimized REST API takes a certificate of `us-east-1`, which the stack does not make: name one with \
         `.certificate(arn)`, or remove `.edge()`"
    )]
    NoEdgeCertificate,
    /// A certificate of another region.
    #[error(
        "the domain of an edge-optimized REST API takes a certificate of `us-east-1`, and `{0}` is of another region: request one \
         there, or remove `.edge()`"
    )]
    EdgeCertificate(String),
    /// A path of several segments.
    #[error(
        "the base path `{0}` has several segments, and the domain of an edge-optimized REST API takes one: shorten it, or remove \
         `.edge()`"
    )]
    EdgeBasePath(String),
    /// Mutual TLS where API Gateway has none.
    #[error("{0} have no mutual TLS: remove `.mutual_tls(...)`")]
    NoMutualTls(&'static str),
    /// One domain for two APIs.
    #[error(
        "the {first} and the {second} have the same domain `{name}`, and each needs its own: give one of them a name below it, such \
         as `rest.{name}`"
    )]
    SameOfApis {
        /// An API.
        first: &'static str,
        /// Another one.
        second: &'static str,
        /// The domain.
        name: String,
    },
}

/// The first two APIs of an App that have one domain.
pub(crate) fn check_apart(domains: &[(&'static str, &Domain)]) -> Option<DomainMistake> {
    let mut pairs =
        domains.iter().enumerate().flat_map(|(at, second)| domains[..at].iter().map(move |it| (it, second)));
    let ((first, domain), (second, _)) = pairs.find(|((_, one), (_, other))| one.name == other.name)?;
    let name = domain.name.as_str().map_or_else(|| serde_json::json!(domain.name).to_string(), str::to_owned);
    Some(DomainMistake::SameOfApis { first, second, name })
}

impl Domain {
    pub(in crate::trigger) fn check(&self, environments: &[Environment], has_pipeline: bool) -> Vec<DomainMistake> {
        let mut mistakes = Vec::new();
        let mut refuse = |value: Option<&Value>, is_right: fn(&str) -> bool, mistake: fn(String) -> DomainMistake| {
            let texts = value.into_iter().flat_map(|value| texts(value, environments));
            let texts: BTreeSet<&str> = texts.map(|(_, text)| text).filter(|text| !is_right(text)).collect();
            mistakes.extend(texts.into_iter().map(|text| mistake(text.to_owned())));
        };
        refuse(Some(&self.name), is_domain, DomainMistake::Name);
        refuse(self.certificate.as_ref(), is_certificate, DomainMistake::Certificate);
        refuse(self.zone.as_ref(), is_zone, DomainMistake::Zone);
        if let Some(MutualTls { truststore, ownership, .. }) = &self.mutual_tls {
            refuse(Some(truststore), is_object, DomainMistake::Truststore);
            refuse(ownership.as_ref(), is_certificate, DomainMistake::Certificate);
            let proves = ownership.is_some() && self.certificate.is_none();
            mistakes.extend(proves.then_some(DomainMistake::Ownership));
            mistakes.extend(self.keeps_default_endpoint.then_some(DomainMistake::OpenEndpoint));
        }
        mistakes.extend(has_pipeline.then(|| self.same_domain(environments)).flatten());
        mistakes.extend((self.certificate.is_none() && self.zone.is_none()).then_some(DomainMistake::NoCertificate));
        for (at, path) in self.base_paths.iter().enumerate() {
            if !is_base_path(path) {
                mistakes.push(DomainMistake::BasePath(path.clone()));
            } else if self.base_paths[..at].contains(path) {
                mistakes.push(DomainMistake::BasePathTwice(path.clone()));
            }
        }
        mistakes
    }

    /// What an edge-optimized API cannot have.
    pub(in crate::trigger) fn check_at_the_edge(&self, environments: &[Environment]) -> Vec<DomainMistake> {
        let certificates = self.certificate.iter().flat_map(|arn| texts(arn, environments)).map(|(_, arn)| arn);
        let elsewhere = |arn: &&str| Arn::parse_literal(arn).is_some_and(|it| it.region != "us-east-1");
        let elsewhere: BTreeSet<&str> = certificates.filter(elsewhere).collect();
        let certificate = elsewhere.into_iter().map(|arn| DomainMistake::EdgeCertificate(arn.to_owned()));
        // Without a zone, too, it is said already.
        let none = (self.certificate.is_none() && self.zone.is_some()).then_some(DomainMistake::NoEdgeCertificate);
        let paths = self.base_paths.iter().filter(|path| path.contains('/'));
        let paths = paths.map(|path| DomainMistake::EdgeBasePath(path.clone()));
        let tls = self.mutual_tls.is_some().then_some(DomainMistake::NoMutualTls("edge-optimized REST APIs"));
        certificate.chain(none).chain(paths).chain(tls).collect()
    }

    /// The first two environments of a pipeline, which delivers to one region, that have the same domain.
    fn same_domain(&self, environments: &[Environment]) -> Option<DomainMistake> {
        let known = texts(&self.name, environments).into_iter();
        let known: Vec<(&Environment, &str)> =
            known.filter_map(|(environment, name)| Some((environment?, name))).collect();
        let mut pairs =
            known.iter().enumerate().flat_map(|(at, second)| known[..at].iter().map(move |it| (it, second)));
        let ((first, name), (second, _)) = pairs.find(|((_, one), (_, other))| one == other)?;
        let [first, second] = [first, second].map(|environment| environment.name().to_owned());
        Some(DomainMistake::SameDomain { first, second, name: (*name).to_owned() })
    }
}

/// What a value is in each environment, as far as that is known: plain text, or a setting.
fn texts<'v>(value: &'v Value, environments: &'v [Environment]) -> Vec<(Option<&'v Environment>, &'v str)> {
    match (value, value.as_function()) {
        (Value::String(text), _) if environments.is_empty() => vec![(None, text)],
        (Value::String(text), _) => environments.iter().map(|environment| (Some(environment), text.as_str())).collect(),
        (_, Some(("Ref", Value::String(name)))) => {
            let of = |environment: &'v Environment| {
                let mut values = environment.settings().values.iter();
                let (_, text) = values.find(|(variable, _)| parameter_name(variable) == *name)?;
                Some((Some(environment), text.as_deref()?))
            };
            environments.iter().filter_map(of).collect()
        }
        _ => Vec::new(),
    }
}

fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        let is_plain = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (1..=63).contains(&label.len()) && is_plain && !label.starts_with('-') && !label.ends_with('-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}

fn is_certificate(arn: &str) -> bool {
    Arn::parse_literal(arn).is_some_and(|it| it.service == "acm" && it.resource.starts_with("certificate/"))
}

fn is_zone(id: &str) -> bool {
    id.len() <= 32 && id.starts_with('Z') && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_object(uri: &str) -> bool {
    let object = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
    object.is_some_and(|(bucket, key)| bucket.len() >= 3 && !key.is_empty())
}

/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html>.
fn is_base_path(path: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"$-_.+!*'()".contains(&b);
    path.len() <= 300 && path.split('/').all(|segment| !segment.is_empty() && segment.bytes().all(is_plain))
}
