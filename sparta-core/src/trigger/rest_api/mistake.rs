//! What is wrong with a REST API, and what is hardly meant.

use std::time::Duration;

/// What is wrong with a [`RestApi`](super::RestApi) route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestApiMistake {
    /// A path that API Gateway does not take.
    #[error(
        "the path `{0}` is not a route of a REST API: begin it with `/`, write letters, digits and `._-:`, and parameters as \
         whole segments, `{{id}}` or, last, `{{rest+}}`"
    )]
    Path(String),
    /// A path with two parameters of one name.
    #[error("the path `{path}` has two parameters `{name}`, and a request could give only one: rename one")]
    Twice {
        /// The path.
        path: String,
        /// The parameters' name.
        name: String,
    },
    /// Two parameters below one path.
    #[error(
        "the REST API's routes `{first}` and `{second}` have different parameters in one place, and a REST API has one there: \
         give both the same name"
    )]
    Siblings {
        /// A path.
        first: String,
        /// A path with another parameter in the same place.
        second: String,
    },
    /// A route that is there already.
    #[error(
        "the REST API's route `{0}` is there already: `RestApi::router()` is every method of `/` and `/{{proxy+}}`"
    )]
    Taken(String),
    /// A time that API Gateway does not take.
    #[error("a REST API waits for an answer for 50 ms to {longest:?}; this is {limit:?}")]
    Timeout {
        /// What was asked for.
        limit: Duration,
        /// The most that there is.
        longest: Duration,
    },
    /// What no header is called.
    #[error("`{0}` is not the name of a header")]
    Header(String),
    /// What no parameter of a query is called.
    #[error("`{0}` is not the name of a parameter in a query")]
    Query(String),
    /// A throttle of all methods.
    #[error("a REST API throttles single methods: write a route for each method that has a throttle")]
    ThrottleOfAny,
    /// Streams and whole answers of one function.
    #[error(
        "its answers through `{0}` are no streams, those through another route of the REST API are, and an event does not say which \
         is wanted: add `.stream()` to all of them, or make it two functions"
    )]
    SomeStreams(String),
}

/// What is wrong with [`RestApiOptions`](super::RestApiOptions).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestApiOptionsMistake {
    /// Options of an API that there is not.
    #[error(
        "`.rest_api(...)` has options, and no function has a route: add `.trigger(RestApi::get(\"/\"))`, or remove them"
    )]
    NoRoute,
    /// What no stage is called.
    #[error("the REST API's stage `{0}` has to be called with 1 to 128 letters, digits, `-` and `_`")]
    Stage(String),
    /// What no range of addresses is.
    #[error("`{0}` is not an IP address or a range of them: `203.0.113.0/24` is one")]
    SourceIp(String),
    /// A private API that nobody reaches.
    #[error(
        "a private REST API needs the ids of the VPC endpoints that it is reached through: `.private([\"vpce-0a1b\"])`"
    )]
    NoEndpoint,
    /// What no VPC endpoint is called.
    #[error("`{0}` is not the id of a VPC endpoint: `vpce-0a1b2c3d4e5f60718` is one")]
    Endpoint(String),
    /// What no account is called.
    #[error("`{0}` is not the number of an account, which has 12 digits")]
    Account(String),
    /// An account that no route lets in.
    #[error(
        "the accounts of the REST API sign their requests, and no route asks for that: add `.authorizer(Iam)`, or remove them"
    )]
    AccountsWithoutIam,
    /// Keys that no authorizer names.
    #[error(
        "`.api_keys_of_authorizer()` meters callers by what a Lambda authorizer answers, and no route has one and asks for a key: add \
         `.authorizer(..)` and `.api_key()` to a route, or remove it"
    )]
    KeysOfNobody,
    /// What is no web ACL of a region.
    #[error(
        "`{0}` is not the ARN of a regional web ACL: `arn:aws:wafv2:REGION:ACCOUNT:regional/webacl/NAME/ID` is one"
    )]
    WebAcl(String),
    /// A size from which on nothing would be compressed.
    #[error("a REST API compresses answers from at most 10,485,760 bytes on; this is {0}")]
    Compression(u32),
    /// A policy that API Gateway does not take.
    #[error("the REST API's resource policy would have {0} bytes, and API Gateway takes 8,192: name fewer addresses")]
    PolicySize(usize),
}

/// What is wrong with a [`UsagePlan`](super::UsagePlan).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsagePlanMistake {
    /// A name that is not there, or not alone.
    #[error("two usage plans are called `{0}`: rename one")]
    PlanTwice(String),
    /// A key in two plans of one API.
    #[error("two keys of usage plans are called `{0}`: rename one")]
    KeyTwice(String),
    /// What cannot be part of a logical id.
    #[error("the usage plan or key `{0}` needs a name with letters or digits")]
    Name(String),
    /// A plan for nobody.
    #[error("the usage plan `{0}` has no key: add `.key(\"the caller's name\")`")]
    NoKey(String),
    /// A quota that lets nothing through.
    #[error("the usage plan `{0}` has a quota of 0, which lets nothing through: it is at least 1")]
    Quota(String),
    /// A plan that meters nothing.
    #[error("the REST API has usage plans, and no route asks for a key: add `.api_key()` to a route, or remove them")]
    NoRoute,
    /// A route that nobody can call.
    #[error(
        "a route of the REST API asks for a key, and there is none: add \
         `.rest_api(RestApiOptions::new().usage_plan(UsagePlan::new(\"partners\").key(\"acme\")))`"
    )]
    NoPlan,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum RestApiWarning {
    #[error(
        "it may run for {runs} s, and the REST API waits for an answer for {waits} s: give it a timeout of at most {waits} s, let a \
         queue start what takes longer, or stream its answers"
    )]
    Longer { runs: u64, waits: u64 },
    #[error("API Gateway waits for an answer for {waits} s only where the account's quota of 29 s was raised")]
    Raised { waits: u64 },
}
