//! AWS Secrets Manager: one string under one name.

use std::future::Future;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::error::failed;
use super::{AwsError, Call};

const GET_VALUE: Call = Call { name: "GetSecretValue", action: "secretsmanager:GetSecretValue" };
const PUT_VALUE: Call = Call { name: "PutSecretValue", action: "secretsmanager:PutSecretValue" };
const CREATE: Call = Call { name: "CreateSecret", action: "secretsmanager:CreateSecret" };
const RESTORE: Call = Call { name: "RestoreSecret", action: "secretsmanager:RestoreSecret" };

/// What is kept under a name.
pub enum Kept {
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
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// A client for the configured account and region.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// What is kept under `name`.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn get(&self, name: &str) -> Result<Kept, AwsError> {
        let answer = unlogged(self.client.get_secret_value().secret_id(name).send()).await;
        match answer.map_err(failed(GET_VALUE, thing(name))) {
            Ok(answer) => Ok(Kept::Value {
                value: answer.secret_string.unwrap_or_default(),
                version: answer.version_id.unwrap_or_default(),
            }),
            Err(error) if error.has_code("ResourceNotFoundException") => Ok(Kept::Nothing),
            Err(error) if is_deleted(&error) => Ok(Kept::Deleted),
            Err(error) => Err(error),
        }
    }

    /// Keeps `value` under a new name; answers the id of its version, or none if the name is taken.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn create(&self, name: &str, value: &str, description: &str) -> Result<Option<String>, AwsError> {
        let create = self.client.create_secret().name(name).secret_string(value).description(description);
        match unlogged(create.send()).await.map_err(failed(CREATE, thing(name))) {
            Ok(answer) => Ok(Some(answer.version_id.unwrap_or_default())),
            Err(error) if error.has_code("ResourceExistsException") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces the value kept under `name`; answers the id of its version.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn put(&self, name: &str, value: &str) -> Result<String, AwsError> {
        let put = self.client.put_secret_value().secret_id(name).secret_string(value);
        let answer = unlogged(put.send()).await.map_err(failed(PUT_VALUE, thing(name)))?;
        Ok(answer.version_id.unwrap_or_default())
    }

    /// Takes back the deletion of `name`.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub async fn restore(&self, name: &str) -> Result<(), AwsError> {
        self.client.restore_secret().secret_id(name).send().await.map_err(failed(RESTORE, thing(name)))?;
        Ok(())
    }
}

/// The SDK logs answers at its finest level, and AWS quotes the values that it refuses.
fn unlogged<F: Future>(call: F) -> impl Future<Output = F::Output> {
    call.with_subscriber(NoSubscriber::default())
}

fn is_deleted(error: &AwsError) -> bool {
    error.has_code("InvalidRequestException") && error.message.contains("deletion")
}

fn thing(name: &str) -> String {
    format!("secret {name:?}")
}
