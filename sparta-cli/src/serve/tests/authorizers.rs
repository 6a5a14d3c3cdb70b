//! Who may send requests.

use base64_simd::URL_SAFE_NO_PAD;
use sparta_core::{
    Authorization, AuthorizerRequest,
    trigger::{Iam, Jwt, LambdaAuthorizer, RestApi, UserPool},
};

use super::*;

static ASKED: AtomicU32 = AtomicU32::new(0);

/// Lets in who knows the word, and says how often it was asked.
async fn decide(event: LambdaEvent<AuthorizerRequest>) -> Result<Authorization, Error> {
    let number = ASKED.fetch_add(1, Ordering::Relaxed) + 1;
    let request = event.payload;
    let key = request.headers.get("x-key").and_then(|key| key.to_str().ok());
    let token = request.query_string_parameters.get("token").map(String::as_str);
    let allowed = || Authorization::allow().context("name", "Ali Baba").context("asked", number);
    match key.or(token) {
        Some("sesame") => Ok(allowed()),
        Some("policy") => Ok(allowed().principal("ada").on(request.route_arn.unwrap_or_default())),
        Some("elsewhere") => Ok(allowed().principal("ada").on("arn:aws:execute-api:eu-west-1:123456789012:other/*")),
        Some("partner") => Ok(allowed().usage_identifier_key("a-key")),
        Some("unknown") => Err("Unauthorized".into()),
        Some("broken") => Err("broken".into()),
        _ => Ok(Authorization::deny()),
    }
}

pub(super) fn gate() -> Function {
    Function::event("gate", service_fn(decide))
}

fn by_key() -> LambdaAuthorizer {
    LambdaAuthorizer::new(Function::handle("gate")).header("x-key")
}

pub(super) fn guarded() -> Function {
    let users = || Jwt::issuer("https://id.example").audience("links");
    let pool = || UserPool::new("arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1");
    let kept = Duration::from_secs(3600);
    Function::event("guarded", service_fn(super::mirror))
        .trigger(HttpApi::get("/kept/{id}").authorizer(by_key().cached(kept)))
        .trigger(HttpApi::get("/policy").authorizer(by_key().policies()))
        .trigger(HttpApi::get("/tokens").authorizer(users()))
        .trigger(HttpApi::get("/scoped").authorizer(users().scope("links:write")))
        .trigger(HttpApi::get("/signed").authorizer(Iam))
        .trigger(RestApi::get("/guarded").authorizer(by_key()))
        .trigger(RestApi::get("/kept/{id}").authorizer(by_key().cached(kept)))
        .trigger(RestApi::get("/pool").authorizer(pool()))
        .trigger(RestApi::get("/signed").authorizer(Iam))
        .trigger(FunctionUrl::signed())
}

/// What the function hears of the caller; or the status and what else it was.
async fn authorizer(address: &str, request: &str) -> Result<Value, (u16, Value)> {
    let (status, document) = status_and_document(&ask(address, request, "").await);
    match status {
        200 => Ok(document["requestContext"]["authorizer"].clone()),
        _ => Err((status, document)),
    }
}

#[tokio::test]
async fn a_function_decides_for_an_http_api() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let get = async |path: &str, key: &str| authorizer(&address, &format!("GET {path} HTTP/1.1\r\nx-key: {key}")).await;
    assert_eq!(get("/kept/1", "").await, Err((401, json!({"message": "Unauthorized"}))));
    let first = get("/kept/1", "sesame").await.unwrap();
    assert_eq!(first, json!({"lambda": {"name": "Ali Baba", "asked": 1}}));
    assert_eq!(get("/kept/2", "sesame").await.unwrap(), first, "the answer is kept, for all routes");
    assert_eq!(get("/kept/1", "thief").await, Err((403, json!({"message": "Forbidden"}))));
    assert_eq!(get("/kept/1", "broken").await, Err((500, json!({"message": "Internal Server Error"}))));
    // The form that is declared is the one that is taken.
    assert_eq!(get("/kept/1", "policy").await.unwrap_err().0, 500);
    assert_eq!(get("/policy", "sesame").await.unwrap_err().0, 500);
    let one = get("/policy", "policy").await.unwrap();
    let other = get("/policy", "policy").await.unwrap();
    assert_eq!(one["lambda"]["name"], "Ali Baba");
    assert_ne!(one["lambda"]["asked"], other["lambda"]["asked"], "without a time nothing is kept");
    assert_eq!(get("/policy", "elsewhere").await, Err((403, json!({"message": "Forbidden"}))));
    served.service.end().await;
}

#[tokio::test]
async fn a_function_decides_for_a_rest_api() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let get = async |key: &str| authorizer(&address, &format!("GET /prod/guarded HTTP/1.1\r\nx-key: {key}")).await;
    let let_in = get("policy").await.unwrap();
    assert_eq!((&let_in["name"], &let_in["principalId"]), (&json!("Ali Baba"), &json!("ada")));
    assert!(let_in["asked"].is_string(), "texts reach the function: {let_in}");
    assert_eq!(get("").await, Err((401, json!({"message": "Unauthorized"}))));
    assert_eq!(get("unknown").await, Err((401, json!({"message": "Unauthorized"}))));
    assert_eq!(get("broken").await, Err((500, json!({"message": null}))));
    let denied = "User is not authorized to access this resource";
    assert_eq!(get("thief").await, Err((403, json!({"Message": format!("{denied} with an explicit deny")}))));
    assert_eq!(get("elsewhere").await, Err((403, json!({"Message": denied}))));
    served.service.end().await;
}

#[tokio::test]
async fn a_policy_that_is_kept_counts_for_what_it_names() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let get = async |path: &str, key: &str| authorizer(&address, &format!("GET {path} HTTP/1.1\r\nx-key: {key}")).await;
    let first = get("/prod/kept/1", "policy").await.unwrap();
    assert_eq!(get("/prod/kept/1", "policy").await.unwrap(), first);
    let denied = json!({"Message": "User is not authorized to access this resource"});
    assert_eq!(get("/prod/kept/2", "policy").await, Err((403, denied)));
    // Without an ARN it is about all routes.
    let first = get("/prod/kept/1", "sesame").await.unwrap();
    assert_eq!(get("/prod/kept/2", "sesame").await.unwrap(), first);
    served.service.end().await;
}

#[tokio::test]
async fn an_authorizer_may_name_the_key_of_a_usage_plan() {
    let served = Served::with(|plan| {
        let api = plan.rest_api.as_mut().unwrap();
        api.keys_of_authorizer = true;
        api.routes.iter_mut().for_each(|route| route.needs_key = true);
    });
    let (address, _state) = served.listen().await;
    let get = async |key: &str| {
        let request = format!("GET /prod/guarded HTTP/1.1\r\nx-api-key: mine\r\nx-key: {key}");
        status_and_document(&ask(&address, &request, "").await)
    };
    let (status, event) = get("partner").await;
    assert_eq!((status, &event["requestContext"]["identity"]["apiKey"]), (200, &json!("a-key")));
    assert_eq!(get("sesame").await, (403, json!({"message": "Forbidden"})));
    served.service.end().await;
}

/// A token that nobody has signed.
fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode_to_string(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "RS256", "kid": "1"})), part(claims))
}

const LATER: u64 = 4_000_000_000;

#[tokio::test]
async fn tokens_are_of_the_issuer_for_the_audience_and_in_time() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let get = async |path: &str, claims: Value| {
        let token = token(&claims);
        ask(&address, &format!("GET {path} HTTP/1.1\r\nauthorization: Bearer {token}"), "").await
    };
    let claims = json!({"iss": "https://id.example", "aud": "links", "exp": LATER, "sub": "ada", "groups": ["a", "b"]});
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let (status, event) = status_and_document(&get("/tokens", claims.clone()).await);
    let jwt = &event["requestContext"]["authorizer"]["jwt"];
    assert_eq!((status, &jwt["scopes"]), (200, &Value::Null));
    let exp = LATER.to_string();
    let expected = json!({"iss": "https://id.example", "aud": "links", "exp": exp, "sub": "ada", "groups": "[a b]"});
    assert_eq!(jwt["claims"], expected);
    for wrong in [
        with("iss", json!("https://evil.example")),
        with("aud", json!(["other"])),
        with("exp", json!(1)),
        with("exp", Value::Null),
        with("nbf", json!(LATER)),
    ] {
        let answer = get("/tokens", wrong.clone()).await;
        assert_eq!(status_and_document(&answer), (401, json!({"message": "Unauthorized"})), "{wrong}");
        assert!(answer.contains("\r\nwww-authenticate: Bearer scope=\"\" error=\"invalid_token\""), "{answer}");
    }
    let answer = ask(&address, "GET /tokens HTTP/1.1", "").await;
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("\r\nwww-authenticate: Bearer\r\n"), "{answer}");
    assert_eq!(authorizer(&address, "GET /tokens HTTP/1.1\r\nauthorization: a.b.c").await.unwrap_err().0, 401);

    let answer = get("/scoped", with("scope", json!("links:read"))).await;
    assert_eq!(status_and_document(&answer), (403, json!({"message": "Forbidden"})));
    assert!(answer.contains("error=\"insufficient_scope\""), "{answer}");
    let (status, event) = status_and_document(&get("/scoped", with("scp", json!(["links:write"]))).await);
    assert_eq!((status, &event["requestContext"]["authorizer"]["jwt"]["scopes"]), (200, &json!(["links:write"])));

    let issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a1";
    let user = json!({"iss": issuer, "exp": LATER, "token_use": "id", "sub": "ada"});
    let (status, event) = status_and_document(&get("/prod/pool", user.clone()).await);
    assert_eq!((status, &event["requestContext"]["authorizer"]["claims"]["sub"]), (200, &json!("ada")));
    let mut expired = user;
    expired["exp"] = json!(1);
    let answer = status_and_document(&get("/prod/pool", expired).await);
    assert_eq!(answer, (401, json!({"message": "The incoming token has expired"})));
    served.service.end().await;
}

#[tokio::test]
async fn requests_are_signed_where_aws_asks_for_it() {
    let served = Served::new();
    let (address, _state) = served.listen().await;
    let signature = "0".repeat(64);
    let signed = format!(
        "authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20300131/eu-west-1/execute-api/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={signature}"
    );
    assert_eq!(authorizer(&address, "GET /signed HTTP/1.1").await, Err((403, json!({"message": "Forbidden"}))));
    let missing = Err((403, json!({"message": "Missing Authentication Token"})));
    assert_eq!(authorizer(&address, "GET /prod/signed HTTP/1.1").await, missing);
    let url = "GET /lambda-url/guarded/x HTTP/1.1";
    assert_eq!(authorizer(&address, url).await, Err((403, json!({"Message": "Forbidden"}))));
    for (path, place) in [
        ("/signed", "/requestContext/authorizer/iam/accessKey"),
        ("/lambda-url/guarded/x", "/requestContext/authorizer/iam/accessKey"),
        ("/prod/signed", "/requestContext/identity/accessKey"),
    ] {
        let (status, event) =
            status_and_document(&ask(&address, &format!("GET {path} HTTP/1.1\r\n{signed}"), "").await);
        assert_eq!((status, event.pointer(place)), (200, Some(&json!("AKIDEXAMPLE"))), "{path}");
    }
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20300131%2Feu-west-1%2Fexecute-api%2Faws4_request\
         &X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    );
    let let_in = authorizer(&address, &format!("GET /signed?{query} HTTP/1.1")).await.unwrap();
    assert_eq!(let_in["iam"]["accessKey"], "AKID");
    served.service.end().await;
}
