//! Functions that decide who may send requests: Lambda authorizers.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html> and
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html>.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{
    Api, Asked, Caller, Refused,
    policy::{Verdict, verdict},
};
use crate::serve::{
    invocation::Invocation,
    plan::Gatekeeper,
    service::{Service, Unanswered},
};

/// How long API Gateway waits for an answer.
const WAIT_OF_HTTP_API: Duration = Duration::from_secs(10);
const WAIT: Duration = Duration::from_secs(29);

/// What a function has decided.
#[derive(Clone, Debug)]
pub(in crate::serve) struct Decision {
    form: Form,
    principal: String,
    context: Map<String, Value>,
    key: Option<String>,
    millis: u64,
}

#[derive(Clone, Debug)]
enum Form {
    Simple(bool),
    Policy(Value),
}

impl Service {
    /// Asks the function, unless it is known what it would say.
    pub(super) async fn ask_gatekeeper(&self, gate: &Gatekeeper, asked: &Asked<'_>) -> Result<Caller, Refused> {
        let identity: Option<Vec<String>> = gate.sources.iter().map(|source| identity(source, asked)).collect();
        let identity = identity.ok_or(Refused::Unknown)?;
        let decision = match self.kept.find(&gate.name, &identity) {
            Some(kept) => kept,
            None => {
                let decision = self.decision(gate, asked, &identity).await?;
                self.kept.keep(&gate.name, &identity, gate.seconds, &decision);
                decision
            }
        };
        decision.caller(asked)
    }

    async fn decision(&self, gate: &Gatekeeper, asked: &Asked<'_>, identity: &[String]) -> Result<Decision, Refused> {
        let failed = |problem: &str| {
            self.log(&gate.function, &format!("the authorizer has decided nothing: {problem}"));
            Refused::Failed
        };
        let invocation = Invocation::new(event(asked, identity).to_string());
        let wait = if asked.api == Api::Http { WAIT_OF_HTTP_API } else { WAIT };
        let begun = Instant::now();
        let answer = match self.ask(&gate.function, invocation, wait).await {
            Ok(answer) => answer.whole().await,
            Err(Unanswered::Late) => return Err(failed("API Gateway waits no longer")),
            Err(Unanswered::Unknown) => return Err(failed("the App has no such function")),
            Err(_) => return Err(failed("it is not invoked")),
        };
        let answer = answer.map_err(|error| {
            let document: Value = serde_json::from_slice(&error.document).unwrap_or_default();
            match document["errorMessage"].as_str() {
                // What a function of a REST API says to have callers answered so.
                Some("Unauthorized") if asked.api != Api::Http => Refused::Unauthorized,
                _ => failed(&error.kind),
            }
        })?;
        let answer = serde_json::from_slice(&answer).map_err(|_| failed("its answer is no JSON"))?;
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or_default();
        Decision::of(answer, gate.is_simple, millis).map_err(failed)
    }
}

impl Decision {
    fn of(mut answer: Value, is_simple: bool, millis: u64) -> Result<Self, &'static str> {
        let context = match answer["context"].take() {
            Value::Object(context) => context,
            _ => Map::new(),
        };
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        let (principal, key) = (text("principalId"), text("usageIdentifierKey"));
        let form = match (is_simple, &answer["isAuthorized"], &principal) {
            (true, Value::Bool(it), _) => Form::Simple(*it),
            (true, ..) => return Err("its answer has no `isAuthorized`, which the simple form has"),
            (false, _, None) => return Err("its answer has no `principalId`, which a policy is for"),
            (false, _, Some(_)) => Form::Policy(answer["policyDocument"].take()),
        };
        Ok(Self { form, principal: principal.unwrap_or_default(), context, key, millis })
    }

    /// Who called, where it is let in.
    fn caller(&self, asked: &Asked<'_>) -> Result<Caller, Refused> {
        match &self.form {
            Form::Simple(true) => {}
            Form::Simple(false) => return Err(Refused::Denied { explicitly: true }),
            Form::Policy(policy) => match verdict(policy, &asked.arn).ok_or(Refused::Failed)? {
                Verdict::Allowed => {}
                Verdict::Denied => return Err(Refused::Denied { explicitly: true }),
                Verdict::Silent => return Err(Refused::Denied { explicitly: false }),
            },
        }
        if asked.api == Api::Http {
            let context = if self.context.is_empty() { Value::Null } else { self.context.clone().into() };
            return Ok(Caller { authorizer: Some(json!({"lambda": context})), ..Caller::default() });
        }
        let mut authorizer = Map::new();
        for (name, value) in &self.context {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                // API Gateway takes no lists, objects and nulls.
                _ => return Err(Refused::Failed),
            };
            authorizer.insert(name.clone(), text.into());
        }
        authorizer.insert("principalId".to_owned(), self.principal.clone().into());
        authorizer.insert("integrationLatency".to_owned(), self.millis.into());
        Ok(Caller { authorizer: Some(authorizer.into()), key: self.key.clone(), ..Caller::default() })
    }
}

/// What the function is asked.
fn event(asked: &Asked<'_>, identity: &[String]) -> Value {
    let mut event = asked.event.clone();
    if let Some(event) = event.as_object_mut() {
        event.remove("body");
        event.remove("isBase64Encoded");
    }
    event["type"] = "REQUEST".into();
    match asked.api {
        Api::Http => {
            event["routeArn"] = asked.arn.clone().into();
            event["identitySource"] = if identity.is_empty() { Value::Null } else { json!(identity) };
        }
        Api::Rest | Api::WebSocket => event["methodArn"] = asked.arn.clone().into(),
    }
    event
}

/// What a request says of its sender at one place; nothing where that is empty.
///
/// HTTP APIs write `$request.header.X` and `$context.X`, the others `method.request.header.X` or `route.request.header.X`, and
/// `context.X`.
pub(super) fn identity(source: &str, asked: &Asked<'_>) -> Option<String> {
    let source = source.trim_start_matches('$');
    let source = source.strip_prefix("method.").or_else(|| source.strip_prefix("route.")).unwrap_or(source);
    let text = if let Some(name) = source.strip_prefix("request.header.") {
        asked.head.headers.get(name)?.to_str().ok()?.to_owned()
    } else if let Some(name) = source.strip_prefix("request.querystring.") {
        text(&asked.event["queryStringParameters"][name])?
    } else if let Some(name) = source.strip_prefix("stageVariables.") {
        text(&asked.event["stageVariables"][name])?
    } else {
        of_context(source.strip_prefix("context.")?, &asked.event["requestContext"])?
    };
    Some(text).filter(|text| !text.is_empty())
}

/// A variable of the context. The events of HTTP APIs have some of them below `http`.
fn of_context(name: &str, context: &Value) -> Option<String> {
    let at = |place: &str| text(place.split('.').fold(context, |value, part| &value[part]));
    at(name).or_else(|| {
        let own = name.strip_prefix("identity.").unwrap_or(name);
        at(&format!("http.{}", if own == "httpMethod" { "method" } else { own }))
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}
