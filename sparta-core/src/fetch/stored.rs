//! Settings that a function had no room for in its variables.

use super::call;
use crate::{
    contract::STORED_SETTINGS,
    settings::{FetchError, set_variables, value_of},
    signed::Env,
};

/// How many parameters one call takes:
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html>.
const MOST: usize = 10;

/// Why a function has not all of its settings.
#[derive(Debug, thiserror::Error)]
pub(super) enum StoredError {
    #[error("the variable `{STORED_SETTINGS}` is not what the template sets it to: deploy the stack again")]
    Variable,
    #[error("the settings that are too large for variables were not read from Parameter Store")]
    NotFetched(#[source] FetchError),
    #[error("Parameter Store has no setting `{0}`, which is too large for a variable: deploy the stack again")]
    Missing(String),
}

/// Reads the settings that the function's variable names, and makes them variables.
pub(super) async fn read(text: &str, env: Env<'_>) -> Result<(), StoredError> {
    let mut words = text.split(' ');
    // The digest is for Lambda alone: a new one is a new configuration, which starts functions anew.
    let (Some(_), Some(path)) = (words.next(), words.next()) else { return Err(StoredError::Variable) };
    let variables: Vec<&str> = words.collect();
    for variables in variables.chunks(MOST) {
        let names: Vec<String> = variables.iter().map(|variable| format!("{path}{variable}")).collect();
        let texts = call::parameters(&names, env).await.map_err(StoredError::NotFetched)?;
        for (variable, name) in variables.iter().zip(&names) {
            let value = texts.get(name).and_then(|text| value_of(text)).ok_or_else(|| missing(name))?;
            set_variables([((*variable).to_owned(), value.to_owned())]);
        }
    }
    Ok(())
}

fn missing(name: &str) -> StoredError {
    StoredError::Missing(name.to_owned())
}
