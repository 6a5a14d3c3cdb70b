//! The token of a pipeline, in Secrets Manager.

use aws_config::SdkConfig;

use super::{Change, Progress, Token};
use crate::aws::AwsError;
use crate::aws::secrets::{Secrets, Stored};

/// Stores a token in Secrets Manager under `name`; answers what that changed and the id of the secret's version, another
/// for another token.
///
/// # Errors
///
/// Those of the calls, never with the token in them.
pub(crate) async fn store_token(
    config: &SdkConfig,
    progress: &dyn Progress,
    name: &str,
    token: &Token,
    description: &str,
) -> Result<(Change, String), AwsError> {
    let stored = store(&Secrets::new(config), name, token, description).await;
    let (change, version) = stored.map_err(|mut error| {
        // AWS quotes values that it refuses.
        error.message = token.redact(&error.message);
        error
    })?;
    progress.say(&match change {
        Change::Created => format!("The token is stored in the new secret {name:?}"),
        Change::Updated => format!("The token of secret {name:?} is replaced"),
        Change::Unchanged => format!("Secret {name:?} holds this token already"),
    });
    Ok((change, version))
}

async fn store(secrets: &Secrets, name: &str, token: &Token, description: &str) -> Result<(Change, String), AwsError> {
    let mut stored = secrets.get(name).await?;
    if matches!(stored, Stored::Deleted) {
        secrets.restore(name).await?;
        stored = secrets.get(name).await?;
    }
    match stored {
        Stored::Value { value, version } if value == token.expose() => Ok((Change::Unchanged, version)),
        Stored::Nothing => match secrets.create(name, token.expose(), description).await? {
            Some(version) => Ok((Change::Created, version)),
            // The name exists and has no value yet.
            None => Ok((Change::Updated, secrets.put(name, token.expose()).await?)),
        },
        _ => Ok((Change::Updated, secrets.put(name, token.expose()).await?)),
    }
}
