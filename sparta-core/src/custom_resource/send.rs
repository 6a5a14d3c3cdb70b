//! Takes an answer to where CloudFormation reads it: an object of S3 that the request's address is signed for.

use std::time::Duration;

use super::{answer::Answer, request::Event};
use crate::signed::Endpoint;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// What is waited for before the attempts after the first. All together take less than what is reserved of a function's time.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(300), Duration::from_millis(900)];

/// Why CloudFormation has no answer. The address is not in it, because whoever has that can answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("the address for the answer is not one of HTTP")]
    Address,
    #[error(
        "no connection to {host} for the answer: {problem}; in a VPC without a NAT gateway the function needs an endpoint of S3"
    )]
    Connection { host: String, problem: String },
    #[error("{host} refused the answer with status {status}")]
    Refused { host: String, status: u16 },
}

/// Sends the answer, again where that may help.
pub(super) async fn answer(event: &Event, answer: &Answer) -> Result<(), SendError> {
    let (host, path) = parts(&event.response_url).ok_or(SendError::Address)?;
    let endpoint = Endpoint::parse(host).ok_or(SendError::Address)?;
    let body = answer.to_json();
    // The address is signed for requests without a content type.
    let request = format!(
        "PUT {}{path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        endpoint.path,
        endpoint.host,
        body.len()
    );
    let mut pauses = PAUSES.into_iter();
    loop {
        let host = || endpoint.host.clone();
        let failed = match endpoint.exchange(request.as_bytes(), TIMEOUT).await {
            Ok(reply) if (200..300).contains(&reply.status) => return Ok(()),
            Ok(reply) => SendError::Refused { host: host(), status: reply.status },
            Err(error) => SendError::Connection { host: host(), problem: error.to_string() },
        };
        // An address that is too old or not signed well stays so.
        let may_pass = !matches!(failed, SendError::Refused { status: 400..429, .. });
        match pauses.next().filter(|_| may_pass) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(failed),
        }
    }
}

/// Where the path begins, which is signed as it is.
fn parts(url: &str) -> Option<(&str, &str)> {
    let scheme = url.find("://")? + "://".len();
    let slash = scheme + url[scheme..].find('/')?;
    let (host, path) = url.split_at(slash);
    path.bytes().all(|b| b.is_ascii_graphic()).then_some((host, path))
}
