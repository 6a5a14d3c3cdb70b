//! What Cognito says of a token, which `lambda_http` leaves among what functions say of callers.

use serde_json::json;
use sparta_core::RequestExt;
use sparta_test_models::events;

use super::compare::read;

#[test]
fn claims_of_cognito_are_where_those_of_other_tokens_are_and_the_context_is_as_it_came() {
    let authorizer = json!({"claims": {"sub": "ada", "token_use": "id"}});
    let mut event = events::rest_api("/orders");
    event["requestContext"]["authorizer"] = authorizer.clone();
    let request = read(&event.to_string());
    assert_eq!(request.jwt_claims().map(|claims| claims["sub"].as_str()), Some("ada"));
    assert_eq!(request.authorizer_context(), None);
    let context = serde_json::to_value(request.request_context()).unwrap();
    assert_eq!(context["authorizer"], authorizer);
}
