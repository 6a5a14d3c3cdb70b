use aws_sdk_dynamodb::{
    Client,
    operation::{delete_item::DeleteItemOutput, get_item::GetItemOutput, put_item::PutItemOutput, query::QueryOutput},
    types::AttributeValue,
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use serde_json::{Value, json};
use sparta::testing::{self, WebSocketClient};

use super::*;

/// What the service answers a client when DynamoDB does as these rules say.
async fn answer(rules: &[&Rule], request: Request) -> StatusCode {
    testing::connections();
    let members = Members::new(mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, rules), "members".into());
    let talk = service(Talk { members, clients: WebSocket::connections().sender().unwrap() });
    let settings = Chat { origin: "https://chat.example".into() };
    let app = App::new("Chat").function(Function::http("talk", talk)).environment(Environment::new("test", settings));
    testing::app(app).request("talk", request).await.unwrap().status()
}

fn item(values: &[(&str, &str)]) -> std::collections::HashMap<String, AttributeValue> {
    values.iter().map(|(key, value)| ((*key).to_owned(), AttributeValue::S((*value).to_owned()))).collect()
}

/// Those who are in the room `tea`.
fn in_tea(ids: &'static [&'static str]) -> Rule {
    mock!(Client::query)
        .match_requests(|query| {
            query.table_name() == Some("members")
                && query.index_name() == Some("by-room")
                && query.expression_attribute_values().unwrap()[":room"] == AttributeValue::S("tea".into())
        })
        .then_output(|| {
            QueryOutput::builder().set_items(Some(ids.iter().map(|id| item(&[("id", id)])).collect())).build()
        })
}

/// Ada, of the room `tea`.
fn found() -> Rule {
    mock!(Client::get_item)
        .then_output(|| GetItemOutput::builder().set_item(Some(item(&[("room", "tea"), ("name", "ada")]))).build())
}

fn removed(id: &'static str) -> Rule {
    mock!(Client::delete_item)
        .match_requests(|delete| delete.key().unwrap()["id"] == AttributeValue::S(id.into()))
        .then_output(|| {
            DeleteItemOutput::builder().set_attributes(Some(item(&[("room", "tea"), ("name", "ada")]))).build()
        })
}

#[tokio::test]
async fn who_joins_a_room_is_put_into_it_and_all_in_it_hear_of_it() {
    let put = mock!(Client::put_item)
        .match_requests(|put| {
            let item = put.item().unwrap();
            item["id"] == AttributeValue::S("joins".into()) && item.contains_key("expires")
        })
        .then_output(|| PutItemOutput::builder().build());
    let wanted = json!({"action": "join", "room": "tea", "name": "ada"});
    let request = WebSocketClient::new("joins").message("join", &wanted);
    assert_eq!(answer(&[&put, &in_tea(&["joins", "listens"])], request).await, StatusCode::OK);
    assert_eq!(put.num_calls(), 1);
    for id in ["joins", "listens"] {
        assert_eq!(testing::connections().messages(id), [json!({"event": "joined", "name": "ada"})]);
    }
}

#[tokio::test]
async fn what_somebody_says_reaches_the_room_and_those_who_have_gone_are_removed() {
    let sent = testing::connections();
    sent.end("vanished");
    let removed = removed("vanished");
    let request = WebSocketClient::new("says").message("say", &json!({"action": "say", "text": "hello"}));
    let rules = [&found(), &in_tea(&["says", "vanished", "hears"]), &removed];
    assert_eq!(answer(&rules, request).await, StatusCode::OK);
    for id in ["says", "hears"] {
        assert_eq!(sent.messages(id), [json!({"event": "said", "name": "ada", "text": "hello"})]);
    }
    assert_eq!((removed.num_calls(), sent.messages("vanished")), (1, Vec::<Value>::new()));
}

#[tokio::test]
async fn who_leaves_is_removed_and_the_others_hear_of_it() {
    let removed = removed("leaves");
    let request = WebSocketClient::new("leaves").disconnect();
    assert_eq!(answer(&[&removed, &in_tea(&["stays"])], request).await, StatusCode::OK);
    assert_eq!(removed.num_calls(), 1);
    assert_eq!(testing::connections().messages("stays"), [json!({"event": "left", "name": "ada"})]);
}

#[tokio::test]
async fn a_message_that_is_none_and_one_of_nobody_are_refused() {
    let nobody = mock!(Client::get_item).then_output(|| GetItemOutput::builder().build());
    for (message, why) in [
        (json!({"action": "say", "text": "hello"}), "join a room first"),
        (json!({"action": "dance"}), "a message joins a room, or says a text"),
        (json!("hello"), "a message joins a room, or says a text"),
    ] {
        let request = WebSocketClient::new("errs").message("$default", &message);
        assert_eq!(answer(&[&nobody], request).await, StatusCode::OK);
        assert_eq!(testing::connections().messages("errs"), [json!({"event": "refused", "why": why})]);
    }
}

#[tokio::test]
async fn only_pages_of_the_services_web_site_may_connect() {
    for (origin, status) in [
        (Some("https://chat.example"), StatusCode::OK),
        (Some("https://evil.example"), StatusCode::FORBIDDEN),
        (None, StatusCode::FORBIDDEN),
    ] {
        let mut request = WebSocketClient::new("connects").connect();
        request.headers_mut().extend(origin.map(|origin| (ORIGIN, origin.parse().unwrap())));
        assert_eq!(answer(&[], request).await, status, "{origin:?}");
    }
}

#[test]
fn the_service_has_no_mistakes() {
    let template = testing::template(&crate::app());
    template.resource("WebSocketSayRoute").has("RouteKey", "say");
    template.resource("MembersTable").has("TimeToLiveSpecification.AttributeName", "expires");
}
