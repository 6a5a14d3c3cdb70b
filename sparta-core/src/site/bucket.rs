//! The calls of S3 that a site takes.

use std::time::{Duration, SystemTime};

use percent_encoding::utf8_percent_encode;

use crate::{
    runtime::reply::Reply,
    signed::{Call, Endpoint, PLAIN, WrongVariable, domain, process, sha256},
};

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(60);
/// What is waited for before the attempts after the first.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1600), Duration::from_millis(6400)];

/// A bucket, and who asks it.
pub(super) struct Client {
    endpoint: Endpoint,
    region: String,
}

/// Why S3 did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum BucketError {
    #[error("the variable `{0}` is not what Lambda sets it to")]
    Variable(&'static str),
    #[error("S3 refused {method} of `{key}` with status {status}{code}")]
    Refused { method: &'static str, key: String, status: u16, code: String },
    #[error("no connection to {host}: {problem}")]
    Connection { host: String, problem: String },
}

impl Client {
    /// A client of this bucket: at the address of its own, or below that of an emulator.
    pub(super) fn new(bucket: &str) -> Result<Self, BucketError> {
        let region = process("AWS_REGION").ok_or(BucketError::Variable("AWS_REGION"))?;
        for variable in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
            if let Some(url) = process(variable) {
                let url = format!("{}/{bucket}", url.trim_end_matches('/'));
                let endpoint = Endpoint::parse(&url).ok_or(BucketError::Variable(variable))?;
                return Ok(Self { endpoint, region });
            }
        }
        let url = format!("https://{bucket}.s3.{region}.{}", domain(&region));
        let endpoint = Endpoint::parse(&url).ok_or(BucketError::Variable("AWS_REGION"))?;
        Ok(Self { endpoint, region })
    }

    pub(super) async fn put(
        &self,
        key: &str,
        content_type: &str,
        cache_control: &str,
        bytes: &[u8],
    ) -> Result<(), BucketError> {
        let headers = [("cache-control", cache_control), ("content-type", content_type)];
        let reply = self.call("PUT", key, &headers, bytes).await?;
        accepted("PUT", key, &reply)
    }

    /// An object; nothing where there is none, which S3 answers with a status 403 to who may not list the bucket.
    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, BucketError> {
        let reply = self.call("GET", key, &[], b"").await?;
        if matches!(reply.status, 403 | 404) {
            return Ok(None);
        }
        accepted("GET", key, &reply)?;
        Ok(Some(reply.body.to_vec()))
    }

    /// Deletes an object, if it is there.
    pub(super) async fn delete(&self, key: &str) -> Result<(), BucketError> {
        let reply = self.call("DELETE", key, &[], b"").await?;
        accepted("DELETE", key, &reply)
    }

    async fn call(
        &self,
        method: &'static str,
        key: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, BucketError> {
        let Self { endpoint, region } = self;
        let path = format!("{}/{}", endpoint.path, utf8_percent_encode(key, PLAIN));
        let digest = sha256(body);
        let headers = [headers, &[("x-amz-content-sha256", digest.as_str())]].concat();
        let host = &endpoint.host;
        let call =
            Call { method, service: "s3", region, host, path: &path, headers: &headers, body, stays_open: false };
        let mut pauses = PAUSES.into_iter();
        loop {
            let request = call.signed(&process, SystemTime::now());
            let request = request.map_err(|WrongVariable(name)| BucketError::Variable(name))?;
            let failed = match endpoint.exchange(&request, TIMEOUT).await {
                Ok(reply) if reply.status < 500 && reply.status != 429 => return Ok(reply),
                Ok(reply) => refused(method, key, &reply),
                Err(error) => BucketError::Connection { host: host.clone(), problem: error.to_string() },
            };
            match pauses.next() {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failed),
            }
        }
    }
}

fn accepted(method: &'static str, key: &str, reply: &Reply) -> Result<(), BucketError> {
    if (200..300).contains(&reply.status) { Ok(()) } else { Err(refused(method, key, reply)) }
}

fn refused(method: &'static str, key: &str, reply: &Reply) -> BucketError {
    let body = String::from_utf8_lossy(&reply.body);
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map_or_else(String::new, |(code, _)| format!(": {code}"));
    BucketError::Refused { method, key: key.to_owned(), status: reply.status, code }
}
