//! AWS Secrets Manager: one string under one name.

use aws_config::SdkConfig;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::operation::Client;
use super::request::{Request, idempotency_token};
use super::{AwsError, calls};

/// What is stored under a name.
pub(crate) enum Stored {
    /// There is nothing of that name, or it has no value yet.
    Nothing,
    /// It waits for its deletion.
    Deleted,
    /// A value, and the id of its version.
    Value {
        /// The value.
        value: String,
        /// The version's id.
        version: String,
    },
}

/// The calls that Sparta makes of Secrets Manager.
#[derive(Clone, Debug)]
pub(crate) struct Secrets {
    client: Client,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Answer {
    secret_string: String,
    version_id: String,
}

impl Secrets {
    /// A client for the configured account and region.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(calls::SECRETS_MANAGER, config) }
    }

    /// What is stored under `name`.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn get(&self, name: &str) -> Result<Stored, AwsError> {
        let request = Request::json(&json!({ "SecretId": name })).secret();
        let answer: Result<Answer, _> = self.client.call(calls::GET_SECRET_VALUE, thing(name), request).await;
        match answer {
            Ok(answer) => Ok(Stored::Value { value: answer.secret_string, version: answer.version_id }),
            Err(error) if error.has_code("ResourceNotFoundException") => Ok(Stored::Nothing),
            Err(error) if is_deleted(&error) => Ok(Stored::Deleted),
            Err(error) => Err(error),
        }
    }

    /// Stores `value` under a new name; answers the id of its version, or none if the name is taken.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn create(&self, name: &str, value: &str, description: &str) -> Result<Option<String>, AwsError> {
        let request = Request::json(&json!({
            "Name": name,
            "SecretString": value,
            "Description": description,
            "ClientRequestToken": idempotency_token(),
        }));
        let answer: Result<Answer, _> = self.client.call(calls::CREATE_SECRET, thing(name), request.secret()).await;
        match answer {
            Ok(answer) => Ok(Some(answer.version_id)),
            Err(error) if error.has_code("ResourceExistsException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the value stored under `name`; answers the id of its version.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn put(&self, name: &str, value: &str) -> Result<String, AwsError> {
        let request = Request::json(&json!({
            "SecretId": name,
            "SecretString": value,
            "ClientRequestToken": idempotency_token(),
        }));
        let answer: Answer = self.client.call(calls::PUT_SECRET_VALUE, thing(name), request.secret()).await?;
        Ok(answer.version_id)
    }

    /// Deletes `name` once 30 days have passed; one that is not there, or waits for that already, is no error.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), AwsError> {
        let request = Request::json(&json!({ "SecretId": name, "RecoveryWindowInDays": 30 }));
        match self.client.call(calls::DELETE_SECRET, thing(name), request).await {
            Ok(IgnoredAny) => Ok(()),
            Err(error) if error.has_code("ResourceNotFoundException") || is_deleted(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Takes back the deletion of `name`.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn restore(&self, name: &str) -> Result<(), AwsError> {
        let request = Request::json(&json!({ "SecretId": name }));
        let IgnoredAny = self.client.call(calls::RESTORE_SECRET, thing(name), request).await?;
        Ok(())
    }
}

fn is_deleted(error: &AwsError) -> bool {
    error.has_code("InvalidRequestException") && error.message.contains("delet")
}

fn thing(name: &str) -> String {
    format!("secret {name:?}")
}
