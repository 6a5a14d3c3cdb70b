//! What an invoker says of itself, read value by value: a wrong one takes no other with it.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::context::{ClientApplication, ClientContext, CognitoIdentity};

/// The client context of a header, if it is an object.
pub(super) fn client_context(header: &[u8]) -> Option<ClientContext> {
    let mut context = Fields::read("client context", header)?;
    let mut client = context.object(&["client"]);
    Some(ClientContext {
        client: ClientApplication {
            installation_id: client.text(&["installation_id", "installationId"]),
            app_title: client.text(&["app_title", "appTitle"]),
            app_version_name: client.text(&["app_version_name", "appVersionName"]),
            app_version_code: client.text(&["app_version_code", "appVersionCode"]),
            app_package_name: client.text(&["app_package_name", "appPackageName"]),
        },
        custom: context.object(&["custom", "Custom"]).texts(),
        environment: context.object(&["environment", "env"]).texts(),
    })
}

/// The Amazon Cognito identity of a header, if it is an object.
pub(super) fn identity(header: &[u8]) -> Option<CognitoIdentity> {
    let mut identity = Fields::read("Cognito identity", header)?;
    Some(CognitoIdentity {
        identity_id: identity.text(&["cognitoIdentityId", "identityId", "identity_id"]),
        identity_pool_id: identity.text(&["cognitoIdentityPoolId", "identityPoolId", "identity_pool_id"]),
    })
}

struct Fields {
    /// What they are of.
    of: &'static str,
    map: Map<String, Value>,
}

impl Fields {
    /// The invoker wrote it, and should not be able to end the process with it.
    fn read(of: &'static str, header: &[u8]) -> Option<Self> {
        if header.is_empty() {
            return None;
        }
        match serde_json::from_slice(header) {
            Ok(map) => Some(Self { of, map }),
            Err(error) => {
                tracing::warn!(%error, "the {of} is left out: it is no object of JSON");
                None
            }
        }
    }

    /// What is under the first of the names that is there.
    fn take(&mut self, names: &[&str]) -> Option<Value> {
        names.iter().find_map(|name| self.map.remove(*name)).filter(|value| !value.is_null())
    }

    fn text(&mut self, names: &[&str]) -> String {
        match self.take(names) {
            Some(Value::String(text)) => text,
            Some(_) => self.leave_out(names[0]),
            None => String::new(),
        }
    }

    fn object(&mut self, names: &[&str]) -> Self {
        let map = match self.take(names) {
            Some(Value::Object(map)) => map,
            Some(_) => self.leave_out(names[0]),
            None => Map::new(),
        };
        Self { of: self.of, map }
    }

    fn texts(mut self) -> HashMap<String, String> {
        let mut texts = HashMap::new();
        for (name, value) in std::mem::take(&mut self.map) {
            match value {
                Value::String(text) => drop(texts.insert(name, text)),
                _ => self.leave_out(&name),
            }
        }
        texts
    }

    fn leave_out<T: Default>(&self, name: &str) -> T {
        tracing::warn!(name, "a value of the {} is left out: it has another type", self.of);
        T::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_type_takes_no_other_with_it() {
        let header = br#"{
            "client": {"installation_id": "i", "app_title": 7, "app_version_code": null},
            "custom": {"a": "b", "n": 1, "list": []},
            "env": {"locale": "en", "flag": true},
            "services": {"any": {}}
        }"#;
        let context = client_context(header).unwrap();
        assert_eq!((context.client.installation_id.as_str(), context.client.app_title.as_str()), ("i", ""));
        assert_eq!(context.custom, HashMap::from([("a".to_owned(), "b".to_owned())]));
        assert_eq!(context.environment, HashMap::from([("locale".to_owned(), "en".to_owned())]));
        let context = client_context(br#"{"client": [], "custom": "none", "environment": {"a": "b"}}"#).unwrap();
        assert_eq!((context.client, context.custom.len()), (ClientApplication::default(), 0));
        assert_eq!(context.environment["a"], "b");
    }

    #[test]
    fn the_names_are_those_that_senders_use() {
        let sent = br#"{"client": {"appTitle": "t"}, "Custom": {"a": "b"}, "environment": {"c": "d"}}"#;
        let context = client_context(sent).unwrap();
        assert_eq!((context.client.app_title.as_str(), context.custom["a"].as_str()), ("t", "b"));
        let sent = br#"{"cognitoIdentityId": "i", "cognitoIdentityPoolId": 7}"#;
        assert_eq!(
            identity(sent),
            Some(CognitoIdentity { identity_id: "i".to_owned(), identity_pool_id: String::new() })
        );
        let written = serde_json::to_vec(&context).unwrap();
        assert_eq!(client_context(&written), Some(context));
    }

    #[test]
    fn what_is_no_object_is_none() {
        for header in [&b""[..], b"{", b"[]", b"null", b"\xff"] {
            assert_eq!((client_context(header), identity(header)), (None, None), "{header:?}");
        }
    }
}
