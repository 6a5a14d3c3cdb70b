//! The response that a REST API makes of a function's answer.
//!
//! See <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html>.

use base64_simd::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, header};
use serde_json::{Value, json};

use super::binary;
use crate::serve::{
    answer::{self, Malformed},
    body::{self, Body},
};

/// Every field that an answer may have.
const FIELDS: [&str; 5] = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"];

/// The response of an answer to a request that accepts this.
pub(super) fn response(
    answer: &[u8],
    binary_types: &[String],
    accept: Option<&str>,
) -> Result<Response<Body>, Malformed> {
    let mut answer: Value = serde_json::from_slice(answer).map_err(Malformed::Json)?;
    let fields = answer.as_object().ok_or(Malformed::Field("statusCode"))?;
    if fields.keys().any(|name| !FIELDS.contains(&name.as_str())) {
        return Err(Malformed::Other);
    }
    if answer["statusCode"].is_null() {
        answer["statusCode"] = json!(200);
    }
    let body = match &answer["body"] {
        Value::Null => Bytes::new(),
        Value::String(text) if answer["isBase64Encoded"] == true && binary::is_binary(binary_types, accept) => {
            STANDARD.decode_to_vec(text).map_err(|_| Malformed::Field("body"))?.into()
        }
        Value::String(text) => text.clone().into(),
        _ => return Err(Malformed::Field("body")),
    };
    let mut response = answer::head(&answer)?.map(|()| body::full(body));
    add_all(&answer["multiValueHeaders"], &mut response)?;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().entry(header::CONTENT_TYPE).or_insert(kind);
    Ok(response)
}

/// Adds headers with several values. A value that is there already is there once.
fn add_all(headers: &Value, response: &mut Response<Body>) -> Result<(), Malformed> {
    let wrong = || Malformed::Field("multiValueHeaders");
    for (name, values) in headers.as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        for value in values.as_array().ok_or_else(wrong)? {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let value = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| wrong())?;
            let is_there = response.headers().get_all(&name).iter().any(|known| *known == value);
            // The server frames the body itself.
            if !is_there && !answer::is_of_connection(&name) {
                response.headers_mut().append(name.clone(), value);
            }
        }
    }
    Ok(())
}
