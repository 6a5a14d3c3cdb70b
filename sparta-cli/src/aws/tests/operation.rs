use std::time::Duration;

use aws_config::timeout::TimeoutConfig;

use super::*;
use crate::aws::Fault;
use crate::error::Advice;

const CALL: &str = "GetFunctionConfiguration";

#[tokio::test]
async fn an_answer_is_read_and_what_it_leaves_out_has_its_default() {
    let script = Script::new([(CALL, vec![configuration(), Answer::json(200, "{}")])]);
    let failed = Code { sha256: "abc".into(), last_update: "Failed".into(), reason: Some("no space".into()) };
    assert_eq!(code(&script.config()).await.unwrap(), failed);
    let never_updated = Code { sha256: String::new(), last_update: "Successful".into(), reason: None };
    assert_eq!(code(&script.config()).await.unwrap(), never_updated);
}

#[tokio::test]
async fn an_error_gives_its_code_its_message_and_the_id_of_the_request() {
    let script = Script::new([(CALL, vec![Answer::json_error(404, "ResourceNotFoundException", "no such function")])]);
    let error = code(&script.config()).await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("ResourceNotFoundException"));
    assert_eq!((error.status, error.fault), (Some(404), Fault::Refused));
    assert_eq!(
        error.to_string(),
        "GetFunctionConfiguration of function \"api\" was refused (ResourceNotFoundException): no such function \
         [request r-1]"
    );
}

#[tokio::test]
async fn a_code_is_found_in_the_header_and_without_what_stands_around_it() {
    let header = "x-amzn-errortype: com.amazonaws.lambda#AccessDeniedException:http://aws/doc\r\n";
    let body = r#"{"Message": "not yours"}"#;
    let script = Script::new([(CALL, vec![Answer::Reply { status: 403, headers: header.into(), body: body.into() }])]);
    let error = code(&script.config()).await.unwrap_err();
    assert_eq!(error.code.as_deref(), Some("AccessDeniedException"));
    assert_eq!((error.message.as_str(), error.fault), ("not yours", Fault::Denied));
}

#[tokio::test]
async fn an_error_that_is_no_json_has_no_code() {
    let script = Script::new([(CALL, vec![Answer::xml(503, "<html>Service Unavailable</html>".into())])]);
    let error = code(&script.config()).await.unwrap_err();
    assert_eq!((error.code, error.fault), (None, Fault::Unavailable));
    assert_eq!(error.message, "HTTP status 503 without a message");
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_told_and_not_asked_for_again() {
    let script = Script::new([(CALL, vec![Answer::xml(200, "<html>Log in first</html>".into())])]);
    let error = code(&script.config()).await.unwrap_err();
    assert_eq!((error.status, error.fault), (Some(200), Fault::Unreadable));
    assert!(error.message.starts_with("the answer has another form: "), "{error}");
    assert_eq!(script.count(CALL), 1);
}

#[tokio::test]
async fn after_two_answers_of_500_the_third_succeeds() {
    let oops = Answer::json_error(500, "ServiceException", "oops");
    let script = Script::new([(CALL, vec![oops.clone(), oops, configuration()])]);
    code(&script.config()).await.unwrap();
    assert_eq!(script.count(CALL), 3);
    let attempts: Vec<_> = script.seen().iter().map(|seen| seen.header("amz-sdk-request").unwrap()).collect();
    assert_eq!(attempts, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]);
}

#[tokio::test]
async fn throttling_is_retried_and_told_when_it_does_not_end() {
    let throttled = Answer::json_error(429, "TooManyRequestsException", "Rate exceeded");
    let script = Script::new([(CALL, vec![throttled.clone(), configuration(), throttled])]);
    code(&script.config()).await.unwrap();
    assert_eq!(script.count(CALL), 2);
    let error = code(&script.config()).await.unwrap_err();
    assert_eq!(error.fault, Fault::Throttled);
    assert_eq!(script.count(CALL), 2 + 3);
}

#[tokio::test]
async fn a_refusal_is_not_retried() {
    let script = Script::new([(CALL, vec![Answer::json_error(400, "InvalidParameterValueException", "no")])]);
    code(&script.config()).await.unwrap_err();
    assert_eq!(script.count(CALL), 1);
}

#[tokio::test]
async fn a_connection_without_an_answer_is_given_up_in_time_and_tried_again() {
    let script = Script::new([(CALL, vec![Answer::Silence, Answer::Drop, configuration()])]);
    let in_time = TimeoutConfig::builder().read_timeout(Duration::from_millis(200)).build();
    code(&script.config().into_builder().timeout_config(in_time).build()).await.unwrap();
    assert_eq!(script.count(CALL), 3);
}

#[tokio::test]
async fn a_client_learns_what_the_time_is_in_aws() {
    let headers = "x-amzn-errortype: InvalidSignatureException\r\ndate: Sat, 01 Jan 2050 00:00:00 GMT\r\n";
    let ahead = Answer::Reply { status: 403, headers: headers.into(), body: r#"{"message": "expired"}"#.into() };
    let script = Script::new([(CALL, vec![ahead, configuration()])]);
    let lambda = Lambda::new(&script.config());
    lambda.code("api").await.unwrap();
    lambda.code("api").await.unwrap();
    let times: Vec<_> = script.seen().iter().map(|seen| seen.header("x-amz-date").unwrap()).collect();
    assert_eq!(times.iter().map(|time| time.starts_with("20500101T")).collect::<Vec<_>>(), [false, true, true]);
}

#[tokio::test]
async fn a_call_of_rest_is_signed_for_its_service_and_region_and_without_a_body_has_no_content_type() {
    let script = Script::new([(CALL, vec![configuration()])]);
    code(&script.config()).await.unwrap();
    let seen = script.seen().pop().unwrap();
    assert!(seen.head.starts_with("GET /2015-03-31/functions/api/configuration HTTP/1.1\r\n"), "{}", seen.head);
    let signature = seen.header("authorization").unwrap();
    assert!(signature.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{signature}");
    assert!(signature.contains("/eu-west-1/lambda/aws4_request, SignedHeaders=host;"), "{signature}");
    assert_eq!((seen.header("content-type"), seen.header("content-length"), seen.body.as_str()), (None, None, ""));
    assert!(seen.header("x-amz-user-agent").unwrap().contains("api/lambda/"), "{}", seen.head);
}

#[tokio::test]
async fn a_body_of_rest_is_json() {
    let script = Script::new([("UpdateFunctionCode", vec![Answer::json(200, "")])]);
    Lambda::new(&script.config()).update_code("api", "ours", "new.zip").await.unwrap();
    let seen = script.seen().pop().unwrap();
    assert!(seen.head.starts_with("PUT /2015-03-31/functions/api/code HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.header("content-type").as_deref(), Some("application/json"));
    assert_eq!(seen.body, r#"{"S3Bucket":"ours","S3Key":"new.zip"}"#);
}

#[tokio::test]
async fn a_label_in_a_path_is_percent_encoded_whole() {
    let script = Script::new([(CALL, vec![configuration()])]);
    let arn = "arn:aws:lambda:eu-west-1:1:function:a/b c?d#e%f-._~ü";
    Lambda::new(&script.config()).code(arn).await.unwrap();
    let head = script.seen().pop().unwrap().head;
    let label = "arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Aa%2Fb%20c%3Fd%23e%25f-._~%C3%BC";
    assert!(head.starts_with(&format!("GET /2015-03-31/functions/{label}/configuration HTTP/1.1\r\n")), "{head}");
}

#[tokio::test]
async fn a_call_of_json_names_itself_in_a_header() {
    let script = Script::new([("GetSecretValue", vec![Answer::json(200, r#"{"SecretString": "a"}"#)])]);
    Secrets::new(&script.config()).get("token").await.unwrap();
    let seen = script.seen().pop().unwrap();
    assert!(seen.head.starts_with("POST / HTTP/1.1\r\n"), "{}", seen.head);
    assert_eq!(seen.header("x-amz-target").as_deref(), Some("secretsmanager.GetSecretValue"));
    assert_eq!(seen.header("content-type").as_deref(), Some("application/x-amz-json-1.1"));
    assert_eq!(seen.body, r#"{"SecretId":"token"}"#);
    let signature = seen.header("authorization").unwrap();
    assert!(signature.contains("/eu-west-1/secretsmanager/aws4_request, SignedHeaders="), "{signature}");
    assert!(signature.contains(";x-amz-target"), "the call is signed: {signature}");
}

#[tokio::test]
async fn a_secret_that_is_missing_is_no_fault_of_aws() {
    let quoted = "exception while calling cloudformation.DescribeChangeSet: An error occurred (ResourceNotFoundException) \
                  when calling the GetSecretValue operation: Secrets Manager can't find the specified secret.";
    for (status, code_of, message) in [
        (500, "InternalError", quoted),
        (400, "ValidationError", "Secrets Manager can't find the specified secret. (Service: AWSSecretsManager)"),
        (400, "ValidationError", "Parameters: [/prod/api-key] cannot be found."),
    ] {
        let script = Script::new([(CALL, vec![Answer::json_error(status, code_of, message)])]);
        let error = code(&script.config()).await.unwrap_err();
        assert_eq!((error.fault, error.is_transient()), (Fault::Refused, false), "{error}");
        assert!(error.hints()[0].contains("make it first"), "{:?}", error.hints());
    }
    let inside = "An error occurred (InternalFailure) when calling the PutObject operation: oops";
    let script = Script::new([(CALL, vec![Answer::json_error(500, "InternalError", inside)])]);
    assert_eq!(code(&script.config()).await.unwrap_err().fault, Fault::Unavailable);
}
