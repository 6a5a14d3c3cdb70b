//! What `lambda_http` makes of an event, apart from Sparta's trait of the same name.

use lambda_http::RequestExt;
use lambda_http::request::{RequestContext, from_str};
use serde_json::Value;
use sparta_core::QueryMap;

pub(super) struct Theirs {
    pub request: lambda_http::Request,
    pub raw_path: String,
    pub query: QueryMap,
    pub path_parameters: QueryMap,
    pub stage_variables: QueryMap,
    pub context: Value,
    /// Whether it took the event for HTTP.
    pub is_http: bool,
}

pub(super) fn read(event: &str) -> Result<Theirs, serde_json::Error> {
    let request = from_str(event)?;
    let context = request.request_context();
    Ok(Theirs {
        raw_path: request.raw_http_path().to_owned(),
        query: request.query_string_parameters(),
        path_parameters: request.path_parameters(),
        stage_variables: request.stage_variables(),
        is_http: !matches!(context, RequestContext::PassThrough),
        context: serde_json::to_value(context)?,
        request,
    })
}
