//! How callers of a route say who they are, in the service's OpenAPI document.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// One of the ways, under its name in the document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Security {
    pub(crate) name: String,
    pub(crate) scheme: Json,
    /// Of which a caller needs one, where there are any.
    pub(crate) scopes: Vec<String>,
}

/// Who lets requests for a route in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Guard {
    /// Whoever does for the whole HTTP API.
    #[default]
    OfHttpApi,
    /// Whoever does for the whole REST API.
    OfRestApi,
    /// Nobody has to.
    Open,
    By(Security),
}

impl Security {
    pub(crate) fn new(name: &str, scheme: Json) -> Self {
        let is_known = |c: &char| c.is_ascii_alphanumeric() || "-._".contains(*c);
        Self { name: name.chars().filter(is_known).collect(), scheme, scopes: Vec::new() }
    }

    pub(crate) fn iam() -> Self {
        let description = "A signature of AWS, version 4";
        Self::new("iam", json!({"type": "apiKey", "in": "header", "name": "Authorization", "description": description}))
    }

    pub(crate) fn api_key() -> Self {
        Self::new("api_key", json!({"type": "apiKey", "in": "header", "name": "x-api-key"}))
    }

    /// A token of somebody whom the document does not name.
    pub(crate) fn token(name: &str, description: &str) -> Self {
        let scheme = json!({"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": description});
        Self::new(name, scheme)
    }

    /// The ways to come in that all of these let through, of which a caller needs one.
    pub(crate) fn requirements(all: &[Self]) -> Json {
        let mut ways = vec![BTreeMap::new()];
        for Self { name, scopes, .. } in all {
            let scopes: Vec<&[String]> = if scopes.is_empty() { vec![&[]] } else { scopes.chunks(1).collect() };
            let with = |way: &BTreeMap<String, Vec<String>>| {
                let mut with_one = |scope: &&[String]| {
                    let mut way = way.clone();
                    way.insert(name.clone(), scope.to_vec());
                    way
                };
                scopes.iter().map(&mut with_one).collect::<Vec<_>>()
            };
            ways = ways.iter().flat_map(with).collect();
        }
        json!(ways)
    }
}
