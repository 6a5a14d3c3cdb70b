//! Notes over HTTP.

use lambda_http::{
    Body, Error, IntoResponse, Request, RequestExt, RequestPayloadExt, http::StatusCode, request::RequestContext,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Deserialize, Serialize)]
struct Note {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
}

pub async fn notes(request: Request) -> Result<impl IntoResponse, Error> {
    if request.raw_http_path().ends_with("/full") {
        return Err("there is no room for more notes".into());
    }
    let sender = match request.request_context() {
        RequestContext::ApiGatewayV2(context) => format!("{} of {:?}", context.http.method, context.apiid),
        RequestContext::ApiGatewayV1(context) => format!("{} of {:?}", context.http_method, context.apiid),
        RequestContext::Alb(context) => format!("{:?}", context.elb.target_group_arn),
        RequestContext::WebSocket(context) => format!("{:?}", context.connection_id),
        RequestContext::VpcLattice(context) => format!("{:?}", context.service_arn),
        _ => "nobody".to_owned(),
    };
    let body = match request.body() {
        Body::Empty => "nothing",
        Body::Text(_) => "text",
        _ => "bytes",
    };
    let note = match request.payload::<Note>() {
        Ok(note) => note,
        Err(error) => return Ok((StatusCode::UNPROCESSABLE_ENTITY, json!({"error": error.to_string()}))),
    };
    let context = request.lambda_context();
    let query = request.query_string_parameters();
    Ok((
        StatusCode::OK,
        json!({
            "method": request.method().as_str(),
            "path": request.uri().path(),
            "raw_path": request.raw_http_path(),
            "host": request.uri().host(),
            "id": request.path_parameters().first("id"),
            "colors": query.all("color"),
            "table": request.stage_variables_ref().and_then(|variables| variables.first("table")),
            "agent": request.headers().get("user-agent").and_then(|agent| agent.to_str().ok()),
            "sender": sender,
            "body": body,
            "bytes": request.body().len(),
            "note": note,
            "function": context.env_config.function_name,
            "memory": context.env_config.memory,
            "is_traced": context.xray_trace_id.is_some(),
            "has_time": context.deadline > 0 && !context.request_id.is_empty(),
        }),
    ))
}
