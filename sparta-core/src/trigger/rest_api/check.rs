//! What API Gateway would refuse of a route, and what is hardly meant.

use std::time::Duration;

use http::HeaderName;

use super::{
    RestApi, RestAuthorizer, Route,
    definition::is_part,
    mistake::{RestApiMistake, RestApiWarning},
};
use crate::{
    FunctionSpec,
    mistake::Problem,
    trigger::{
        LambdaAuthorizerMistake, Trigger,
        http_api::{Throttle, path::name_twice},
    },
};

/// How long API Gateway waits for an answer.
const SHORTEST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(29);
const LONGEST_RAISED: Duration = Duration::from_secs(300);
pub(super) const LONGEST_STREAM: Duration = Duration::from_secs(900);

impl RestApi {
    /// What API Gateway would refuse of a route.
    pub(super) fn problems(&self, function: &FunctionSpec) -> Vec<Problem> {
        let mut mistakes: Vec<RestApiMistake> = self.check_path().into_iter().chain(self.check_timeout()).collect();
        let headers = self.headers.iter().filter(|name| name.parse::<HeaderName>().is_err());
        mistakes.extend(headers.map(|name| RestApiMistake::Header(name.clone())));
        let queries = self.queries.iter().filter(|name| name.is_empty() || name.contains(['&', '=', '#', ' ']));
        mistakes.extend(queries.map(|name| RestApiMistake::Query(name.clone())));
        if self.throttle.is_some() && self.method() == "ANY" {
            mistakes.push(RestApiMistake::ThrottleOfAny);
        }
        if !self.stream && function.streams().rest_api {
            mistakes.push(RestApiMistake::SomeStreams(self.describe()));
        }
        let bodies = self.bodies.check(self.method()).into_iter().map(Problem::from);
        let throttle = self.throttle.and_then(Throttle::check).map(Problem::from);
        let authorizer = self.authorizer_of().into_iter().flat_map(RestAuthorizer::check);
        let circle = self.check_circle(function).map(Problem::from);
        let parts = bodies.chain(throttle).chain(authorizer).chain(circle);
        mistakes.into_iter().map(Problem::from).chain(parts).collect()
    }

    /// A function cannot be asked whether a request may come to it before it is asked.
    fn check_circle(&self, function: &FunctionSpec) -> Option<LambdaAuthorizerMistake> {
        let lambda = self.authorizer_of()?.lambda()?;
        let path = self.paths().last().copied().unwrap_or_default();
        let route = || format!("{} {path}", self.method());
        lambda.is(function.name()).then(|| LambdaAuthorizerMistake::OwnRoute(route()))
    }

    /// Who waits shorter than the function runs.
    pub(super) fn slowness(&self, function: &FunctionSpec) -> Vec<Problem> {
        let waits = self.timeout.unwrap_or(if self.stream { LONGEST_STREAM } else { LONGEST });
        let (runs, waits) = (function.timeout(), waits.as_secs());
        let longer = (runs.as_secs() > waits).then_some(RestApiWarning::Longer { runs: runs.as_secs(), waits });
        let raised = (!self.stream && waits > LONGEST.as_secs()).then_some(RestApiWarning::Raised { waits });
        longer.into_iter().chain(raised).map(Problem::from).collect()
    }

    fn check_path(&self) -> Option<RestApiMistake> {
        let Route::Path(_, path) = &self.route else { return None };
        let is_route = path.strip_prefix('/').is_some_and(|rest| {
            let parts: Vec<&str> = rest.split('/').collect();
            let last = parts.len() - 1;
            rest.is_empty() || parts.iter().enumerate().all(|(n, part)| is_part(part, n == last))
        });
        if !is_route {
            return Some(RestApiMistake::Path(path.clone()));
        }
        name_twice(path).map(|name| RestApiMistake::Twice { path: path.clone(), name: name.to_owned() })
    }

    fn check_timeout(&self) -> Option<RestApiMistake> {
        let limit = self.timeout?;
        let longest = if self.stream { LONGEST_STREAM } else { LONGEST_RAISED };
        (limit < SHORTEST || limit > longest).then_some(RestApiMistake::Timeout { limit, longest })
    }
}
