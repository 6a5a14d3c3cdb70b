use aws_config::SdkConfig;

use super::{Progress, Token};
use crate::aws::AwsError;
use crate::aws::secrets::{Kept, Secrets};

/// What keeping a token found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// The name is new.
    Created,
    /// The name had another value.
    Updated,
    /// The name had this value.
    Unchanged,
}

/// Keeps a token in Secrets Manager under `name`; answers the id of the secret's version, another for another token.
///
/// # Errors
///
/// Those of the calls, never with the token in them.
pub async fn keep_token(
    config: &SdkConfig,
    progress: &dyn Progress,
    name: &str,
    token: &Token,
    description: &str,
) -> Result<(Keeping, String), AwsError> {
    let kept = keep(&Secrets::new(config), name, token, description).await;
    let kept = kept.map_err(|mut error| {
        // AWS quotes values that it refuses.
        error.message = token.redact(&error.message);
        error
    })?;
    progress.say(&match kept.0 {
        Keeping::Created => format!("The token is kept in the new secret {name:?}"),
        Keeping::Updated => format!("The token of secret {name:?} is replaced"),
        Keeping::Unchanged => format!("Secret {name:?} holds this token already"),
    });
    Ok(kept)
}

async fn keep(secrets: &Secrets, name: &str, token: &Token, description: &str) -> Result<(Keeping, String), AwsError> {
    let mut kept = secrets.get(name).await?;
    if matches!(kept, Kept::Deleted) {
        secrets.restore(name).await?;
        kept = secrets.get(name).await?;
    }
    match kept {
        Kept::Value { value, version } if value == token.expose() => Ok((Keeping::Unchanged, version)),
        Kept::Nothing => match secrets.create(name, token.expose(), description).await? {
            Some(version) => Ok((Keeping::Created, version)),
            // The name exists and has no value yet.
            None => Ok((Keeping::Updated, secrets.put(name, token.expose()).await?)),
        },
        _ => Ok((Keeping::Updated, secrets.put(name, token.expose()).await?)),
    }
}
