//! The calls of Secrets Manager and Parameter Store that read secrets and settings.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::{
    iam::Arn,
    runtime::reply::Reply,
    settings::{FetchError, SecretReference},
    signed::{Call, Endpoint, Env, WrongVariable, domain},
};

/// How long one attempt may take. Lambda ends a start after ten seconds.
const TIMEOUT: Duration = Duration::from_secs(3);
/// What is waited for before the attempts after the first.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];

/// An answer of either service.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "SecretString")]
    secret: Option<String>,
    #[serde(rename = "Parameter")]
    parameter: Option<Parameter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    name: String,
    value: Option<String>,
}

/// An answer to a call for several parameters.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters {
    parameters: Vec<Parameter>,
}

/// A refusal of either service.
#[derive(Deserialize, Default)]
struct Refusal {
    #[serde(rename = "__type", default)]
    code: String,
    #[serde(alias = "Message", default)]
    message: String,
}

/// The text of a secret, by the region and the credentials of the function.
pub(super) async fn fetch(reference: &SecretReference, env: Env<'_>) -> Result<String, FetchError> {
    let is_secret = reference.is_secrets_manager();
    let (service, target) =
        if is_secret { ("secretsmanager", "secretsmanager.GetSecretValue") } else { ("ssm", "AmazonSSM.GetParameter") };
    let region = match Arn::parse(reference.name()) {
        Some(arn) => arn.region.to_owned(),
        None => env("AWS_REGION").ok_or(FetchError::Variable("AWS_REGION"))?,
    };
    let reply = exchange(service, &region, target, &body(reference), env).await?;
    // What serde says of an answer may show a part of it.
    let answer: Answer = serde_json::from_slice(&reply.body).map_err(|_| FetchError::NoText)?;
    let text = answer.secret.or(answer.parameter.and_then(|it| it.value)).ok_or(FetchError::NoText)?;
    match reference.json_key() {
        Some(key) => part(&text, key).ok_or_else(|| FetchError::NoKey(key.to_owned())),
        None => Ok(text),
    }
}

/// The texts of parameters of the function's own region, up to ten; those are left out that are not there.
pub(super) async fn parameters(names: &[String], env: Env<'_>) -> Result<BTreeMap<String, String>, FetchError> {
    let region = env("AWS_REGION").ok_or(FetchError::Variable("AWS_REGION"))?;
    let reply = exchange("ssm", &region, "AmazonSSM.GetParameters", &json!({"Names": names}), env).await?;
    let Parameters { parameters } = serde_json::from_slice(&reply.body).map_err(|_| FetchError::NoText)?;
    Ok(parameters.into_iter().filter_map(|it| Some((it.name, it.value?))).collect())
}

/// Calls a service until it answers, or refuses for good.
async fn exchange(service: &str, region: &str, target: &str, body: &Json, env: Env<'_>) -> Result<Reply, FetchError> {
    let endpoint = endpoint(service, region, env)?;
    let (path, body) = (format!("{}/", endpoint.path), body.to_string());
    let call = Call {
        method: "POST",
        service,
        region,
        host: &endpoint.host,
        path: &path,
        headers: &[("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)],
        body: body.as_bytes(),
        stays_open: false,
    };
    let mut pauses = PAUSES.into_iter();
    loop {
        let request = call.signed(env, SystemTime::now()).map_err(|WrongVariable(name)| FetchError::Variable(name))?;
        let failed = match endpoint.exchange(&request, TIMEOUT).await {
            Ok(reply) if reply.status == 200 => return Ok(reply),
            Ok(reply) => refused(&reply),
            Err(error) => FetchError::Connection { host: endpoint.host.clone(), problem: error.to_string() },
        };
        match pauses.next().filter(|_| may_pass(&failed)) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(failed),
        }
    }
}

fn body(reference: &SecretReference) -> Json {
    let name = reference.name();
    match (reference.is_secrets_manager(), reference.version_stage(), reference.version()) {
        (true, Some(stage), _) => json!({"SecretId": name, "VersionStage": stage}),
        (true, None, _) => json!({"SecretId": name}),
        (false, _, Some(version)) => json!({"Name": format!("{name}:{version}"), "WithDecryption": true}),
        (false, _, None) => json!({"Name": name, "WithDecryption": true}),
    }
}

/// Where a service is: as the SDKs' variables say, or by its region.
fn endpoint(service: &str, region: &str, env: Env<'_>) -> Result<Endpoint, FetchError> {
    let own = if service == "ssm" { "AWS_ENDPOINT_URL_SSM" } else { "AWS_ENDPOINT_URL_SECRETS_MANAGER" };
    for variable in [own, "AWS_ENDPOINT_URL"] {
        if let Some(url) = env(variable) {
            return Endpoint::parse(&url).ok_or(FetchError::Variable(variable));
        }
    }
    Endpoint::parse(&format!("https://{service}.{region}.{}", domain(region))).ok_or(FetchError::Variable("AWS_REGION"))
}

fn refused(reply: &Reply) -> FetchError {
    let Refusal { code, message } = serde_json::from_slice(&reply.body).unwrap_or_default();
    // Some services write `com.amazonaws.service#Code`.
    let code = code.rsplit('#').next().filter(|code| !code.is_empty()).map(str::to_owned);
    FetchError::Refused { code: code.unwrap_or_else(|| format!("status {}", reply.status)), message }
}

/// Whether another attempt may succeed.
fn may_pass(error: &FetchError) -> bool {
    match error {
        FetchError::Connection { .. } => true,
        FetchError::Refused { code, .. } => {
            code.starts_with("Throttling")
                || code.starts_with("status 5")
                || matches!(code.as_str(), "InternalServiceError" | "InternalServerError" | "TooManyRequestsException")
        }
        _ => false,
    }
}

/// The part of a JSON object.
fn part(text: &str, key: &str) -> Option<String> {
    match serde_json::from_str::<serde_json::Map<String, Json>>(text).ok()?.remove(key)? {
        Json::String(text) => Some(text),
        other @ (Json::Number(_) | Json::Bool(_)) => Some(other.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_that_of_the_region_or_of_a_variable() {
        let host = |service: &str, region: &str, variables: &[(&str, &str)]| {
            let env = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
            endpoint(service, region, &env).map(|endpoint| endpoint.host)
        };
        assert_eq!(host("ssm", "eu-west-1", &[]).as_deref(), Ok("ssm.eu-west-1.amazonaws.com"));
        let china = host("secretsmanager", "cn-north-1", &[]);
        assert_eq!(china.as_deref(), Ok("secretsmanager.cn-north-1.amazonaws.com.cn"));
        let all = [("AWS_ENDPOINT_URL", "http://localhost:4566"), ("AWS_ENDPOINT_URL_SSM", "https://ssm.example")];
        assert_eq!(host("ssm", "eu-west-1", &all).as_deref(), Ok("ssm.example"));
        assert_eq!(host("secretsmanager", "eu-west-1", &all).as_deref(), Ok("localhost:4566"));
        let wrong = host("ssm", "eu-west-1", &[("AWS_ENDPOINT_URL_SSM", "ftp://x")]);
        assert_eq!(wrong, Err(FetchError::Variable("AWS_ENDPOINT_URL_SSM")));
    }

    #[test]
    fn a_part_is_a_text_or_a_number_under_a_key() {
        let text = r#"{"user": "shop", "port": 5432, "hosts": ["a"], "none": null}"#;
        assert_eq!(part(text, "user").as_deref(), Some("shop"));
        assert_eq!(part(text, "port").as_deref(), Some("5432"));
        for key in ["hosts", "none", "password"] {
            assert_eq!(part(text, key), None, "{key}");
        }
        assert_eq!(part("hunter2", "password"), None);
    }
}
