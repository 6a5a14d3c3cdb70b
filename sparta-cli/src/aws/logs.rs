//! Amazon CloudWatch Logs: what the functions of a stack have logged.

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::json;

use super::operation::Client;
use super::request::Request;
use super::{AwsError, calls};

/// The calls that Sparta makes of CloudWatch Logs.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    client: Client,
}

/// Which events of a log group are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The log group.
    pub group: &'a str,
    /// The first moment, in milliseconds since 1970.
    pub since: u64,
    /// CloudWatch's filter pattern.
    pub pattern: Option<&'a str>,
}

/// One event of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Event {
    pub event_id: String,
    /// Milliseconds since 1970.
    pub timestamp: u64,
    pub message: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Page {
    events: Vec<Event>,
    next_token: Option<String>,
}

impl Logs {
    /// A client for the configured account and region.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        Self { client: Client::new(calls::CLOUD_WATCH_LOGS, config) }
    }

    /// The events of all streams of a group; none where there is no such group.
    ///
    /// # Errors
    ///
    /// Those of the call.
    pub(crate) async fn events(&self, wanted: Wanted<'_>) -> Result<Vec<Event>, AwsError> {
        let Wanted { group, since, pattern } = wanted;
        let (mut events, mut token) = (Vec::new(), None::<String>);
        loop {
            let mut asked = json!({"logGroupName": group, "startTime": since});
            if let Some(pattern) = pattern {
                asked["filterPattern"] = json!(pattern);
            }
            if let Some(token) = token {
                asked["nextToken"] = json!(token);
            }
            let thing = format!("log group {group:?}");
            let page: Result<Page, _> = self.client.call(calls::FILTER_LOG_EVENTS, thing, Request::json(&asked)).await;
            let page = match page {
                Ok(page) => page,
                Err(error) if error.has_code("ResourceNotFoundException") => return Ok(events),
                Err(error) => return Err(error),
            };
            events.extend(page.events);
            token = page.next_token;
            if token.is_none() {
                return Ok(events);
            }
        }
    }
}
