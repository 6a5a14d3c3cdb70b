//! Whether a deployed service is healthy, as its route for that says.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::{
    CliError,
    aws::{cloudformation::Stack, http},
};

/// The output with the address of the HTTP API.
const HTTP_API_URL: &str = "HttpApiUrl";
/// Longer than an HTTP API waits for a function.
const PATIENCE: Duration = Duration::from_secs(35);

/// What the route answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct HealthReport {
    /// The route.
    pub url: String,
    /// The status of HTTP: 200 where the service is healthy.
    pub code: u16,
    /// The document, or the text where it is none.
    pub answer: Value,
}

impl HealthReport {
    /// Asks the route of a stack at this path.
    pub(crate) async fn ask(stack: &Stack, path: &str) -> Result<Self, CliError> {
        let api = stack.outputs.iter().find(|output| output.key == HTTP_API_URL).ok_or_else(|| {
            CliError::failed(format!(
                "the stack {:?} has no output {HTTP_API_URL}, so its health cannot be asked",
                stack.name
            ))
            .hint("Deploy the App that has the route with `provision`.")
        })?;
        let url = format!("{}{path}", api.value.trim_end_matches('/'));
        let (code, body) = http::get(&url, PATIENCE).await.map_err(|error| {
            CliError::failed(format!("{url} does not answer")).source(error).hint("Check the network and the proxy.")
        })?;
        let text = || Value::from(String::from_utf8_lossy(&body).into_owned());
        Ok(Self { url, code, answer: serde_json::from_slice(&body).unwrap_or_else(|_| text()) })
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.code == 200
    }

    /// What was checked, each with whether it passed; empty where the answer is another document.
    pub(crate) fn checks(&self) -> impl Iterator<Item = (&str, &str)> {
        let checks = self.answer["checks"].as_object().into_iter().flatten();
        checks.flat_map(|(name, results)| {
            let statuses = results.as_array().into_iter().flatten().filter_map(|result| result["status"].as_str());
            statuses.map(|status| (name.as_str(), status))
        })
    }

    /// An error where the service is not healthy.
    pub(crate) fn verdict(&self) -> Result<(), CliError> {
        let failed: Vec<&str> = self.checks().filter(|(_, status)| *status != "pass").map(|(name, _)| name).collect();
        let message = match (self.is_healthy(), failed.is_empty()) {
            (true, _) => return Ok(()),
            (false, true) => format!("{} answers with a status {}", self.url, self.code),
            (false, false) => format!("the service is not healthy: {}", failed.join(", ")),
        };
        Err(CliError::failed(message).hint("The log of the function `health` says why."))
    }
}
