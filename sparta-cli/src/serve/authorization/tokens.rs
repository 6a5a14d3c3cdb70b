//! JSON Web Tokens: what they say, and not whether their issuer says it.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html>.

use base64_simd::URL_SAFE_NO_PAD;
use http::request::Parts;
use serde_json::{Map, Value, json};

use super::Refused;
use crate::serve::plan::TokenPlan;

/// What a token says.
#[derive(Debug)]
pub(super) struct Token {
    claims: Map<String, Value>,
}

impl Token {
    /// The token in a header, with or without `Bearer` before it.
    pub(super) fn of(head: &Parts, header: &str) -> Result<Self, Refused> {
        let text = head.headers.get(header).and_then(|it| it.to_str().ok()).unwrap_or_default().trim();
        let text = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => text,
        };
        if text.is_empty() {
            return Err(Refused::NoToken);
        }
        Self::read(text).ok_or(Refused::Token("the token is not a JSON Web Token"))
    }

    /// Three parts, of which the first two are JSON. The third one, the signature, is not looked at.
    fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let [head, claims, _] = parts[..] else { return None };
        let read = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode_to_vec(part).ok()?;
            serde_json::from_slice::<Map<String, Value>>(&bytes).ok()
        };
        read(head)?;
        Some(Self { claims: read(claims)? })
    }

    /// Whether it is one that does, at this time in seconds.
    pub(super) fn check(&self, plan: &TokenPlan, now: u64) -> Result<(), Refused> {
        let issuer = self.text("iss");
        if !plan.issuers.is_empty() && !plan.issuers.iter().any(|known| Some(known.as_str()) == issuer) {
            return Err(Refused::Token("the token has another issuer"));
        }
        let expires = self.seconds("exp").ok_or(Refused::Token("the token has no time `exp`"))?;
        if expires <= now {
            return Err(Refused::Expired);
        }
        if ["nbf", "iat"].iter().filter_map(|name| self.seconds(name)).any(|from| from > now) {
            return Err(Refused::Token("the token is not valid yet"));
        }
        if !plan.audiences.is_empty() && !self.audiences().any(|own| plan.audiences.iter().any(|it| it == own)) {
            return Err(Refused::Token("the token is for another audience"));
        }
        if plan.of_cognito && self.text("token_use") != Some(if plan.scopes.is_empty() { "id" } else { "access" }) {
            return Err(Refused::Token("the token is of the other kind"));
        }
        let has_scope = plan.scopes.is_empty() || self.scopes().any(|own| plan.scopes.contains(&own));
        if has_scope { Ok(()) } else { Err(Refused::Scope(plan.scopes.clone())) }
    }

    /// `requestContext.authorizer` of an HTTP API: every claim is a text.
    pub(super) fn of_http_api(&self, plan: &TokenPlan) -> Value {
        let scopes: Vec<String> = self.scopes().filter(|own| plan.scopes.contains(own)).collect();
        let scopes = if plan.scopes.is_empty() { Value::Null } else { scopes.into() };
        json!({"jwt": {"claims": self.texts(|items| format!("[{}]", items.join(" "))), "scopes": scopes}})
    }

    /// `requestContext.authorizer` of a REST API.
    pub(super) fn of_cognito(&self) -> Value {
        json!({"claims": self.texts(|items| items.join(","))})
    }

    fn texts(&self, list: fn(&[String]) -> String) -> Map<String, Value> {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let claim = |value: &Value| match value {
            Value::Array(items) => list(&items.iter().map(text).collect::<Vec<_>>()),
            other => text(other),
        };
        self.claims.iter().map(|(name, value)| (name.clone(), claim(value).into())).collect()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    fn seconds(&self, name: &str) -> Option<u64> {
        let value = self.claims.get(name)?;
        value.as_u64().or_else(|| value.as_f64().filter(|it| *it >= 0.0).map(|it| it as u64))
    }

    /// Whom it is for: `aud`, or `client_id` where there is none.
    fn audiences(&self) -> impl Iterator<Item = &str> {
        let claim = self.claims.get("aud").or_else(|| self.claims.get("client_id"));
        let all = match claim {
            Some(Value::Array(all)) => &all[..],
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        all.iter().filter_map(Value::as_str)
    }

    /// The words of `scope` or `scp`.
    fn scopes(&self) -> impl Iterator<Item = String> {
        let claim = self.claims.get("scope").or_else(|| self.claims.get("scp"));
        let all: Vec<String> = match claim {
            Some(Value::String(words)) => words.split(' ').map(str::to_owned).collect(),
            Some(Value::Array(all)) => all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        all.into_iter()
    }
}
