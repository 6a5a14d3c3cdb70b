//! The Runtime API's HTTP, whole and broken.

use serde_json::Value;

use crate::serving::script::{Turn, accepted, event, head, play, status};

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";

fn chunks(id: &str, pieces: &[&str]) -> Turn {
    let chunk = |piece: &&str| format!("{:x}\r\n{piece}\r\n", piece.len());
    let body: String = pieces.iter().map(chunk).collect();
    Turn::Send(format!("{}transfer-encoding: chunked\r\n\r\n{body}0\r\n\r\n", head(id)).into_bytes())
}

#[test]
fn calls_say_where_from_and_for_which_invocation() {
    let invocation = format!("{}lambda-runtime-invocation-id: try-2\r\ncontent-length: 1\r\n\r\n7", head("id-1"));
    let record = play("size", &[], vec![vec![Turn::Send(invocation.into()), accepted()]]);
    assert_eq!(record.lines(), [NEXT, "POST /2018-06-01/runtime/invocation/id-1/response"]);
    let [next, response] = &record.calls[..] else { panic!("{record:?}") };
    assert!(next.header("user-agent").unwrap().starts_with("sparta-lambda/"), "{next:?}");
    assert!(next.header("host").unwrap().starts_with("127.0.0.1:"));
    assert_eq!(response.header("lambda-runtime-invocation-id"), Some("try-2"));
    assert_eq!(response.text(), "1");
}

#[test]
fn an_event_in_chunks_is_joined() {
    let event = ["[1,", &"2,".repeat(30_000), "3", "]"];
    let record = play("size", &[], vec![vec![chunks("id-1", &event), accepted(), chunks("id-2", &["7"]), accepted()]]);
    assert_eq!(record.calls[1].text(), "60005");
    assert_eq!(record.calls[3].text(), "1");
}

#[test]
fn events_of_every_size_come_over_one_connection() {
    let sizes = [2, 200, 8_191, 8_192, 20_000, 100_000, 1_048_577, 6_291_456, 300, 100_000];
    let pair = |size: &usize| [event(&format!("id-{size}"), &format!("[{}]", " ".repeat(size - 2))), accepted()];
    let record = play("size", &[], vec![sizes.iter().flat_map(pair).collect()]);
    let answers: Vec<_> = record.calls.iter().skip(1).step_by(2).map(|call| call.text()).collect();
    assert_eq!(answers, sizes.map(|size| size.to_string()));
}

#[test]
fn an_event_that_comes_in_pieces_is_whole() {
    let Turn::Send(bytes) = chunks("id-1", &["[1, ", "2]"]) else { unreachable!() };
    let (first, last) = bytes.split_at(bytes.len() - 3);
    for cut in (1..first.len()).step_by(7) {
        let parts = vec![first[..cut].to_vec(), first[cut..].to_vec(), last.to_vec()];
        let record = play("size", &[], vec![vec![Turn::SendSlowly(parts), accepted()]]);
        assert_eq!(record.calls[1].text(), "6", "cut at {cut}: {record:?}");
    }
}

#[test]
fn a_connection_that_was_closed_between_two_calls_is_made_again() {
    let record = play(
        "size",
        &[],
        vec![vec![event("id-1", "7")], vec![accepted(), event("id-2", "77")], vec![accepted(), status("500 Over")]],
    );
    let of = |connection: usize| record.calls.iter().filter(|call| call.connection == connection).count();
    assert_eq!([of(0), of(1), of(2)], [1, 2, 2], "{record:?}");
    assert_eq!(record.calls[3].text(), "2");
}

#[test]
fn what_comes_behind_an_answer_is_not_the_answer_to_the_next_call() {
    let surplus = "HTTP/1.1 500 Surplus\r\ncontent-length: 0\r\n\r\n";
    let event = format!("{}content-length: 1\r\n\r\n7{surplus}", head("id-1"));
    let record = play("size", &[], vec![vec![Turn::Send(event.into())], vec![accepted()]]);
    assert_eq!(record.calls[1].text(), "1", "{record:?}");
    assert_eq!(record.logged("status 500"), 0, "{}", record.output);
}

#[test]
fn a_server_that_closes_after_each_answer_is_served() {
    let closing = |id: &str| Turn::Send(format!("{}connection: close\r\ncontent-length: 1\r\n\r\n7", head(id)).into());
    let until_closed = |id: &str| Turn::Send(format!("{}\r\n77", head(id)).into());
    let record =
        play("size", &[], vec![vec![closing("id-1")], vec![accepted(), until_closed("id-2")], vec![accepted()]]);
    let responses: Vec<_> = record.calls.iter().filter(|call| call.line.starts_with("POST")).collect();
    let answers: Vec<_> = responses.iter().map(|call| call.text()).collect();
    assert_eq!(answers, ["1", "2"], "{record:?}");
}

#[test]
fn an_emulator_without_events_is_asked_again() {
    let record = play("size", &[], vec![vec![status("204 No Content"), event("id-1", "7"), accepted()]]);
    assert_eq!(record.lines().iter().filter(|line| **line == NEXT).count(), 2, "{record:?}");
    assert_eq!(record.calls[2].text(), "1");
}

#[test]
fn a_refused_poll_ends_the_process_and_says_why() {
    for (line, code) in [("403 Forbidden", "403"), ("500 Container error", "500")] {
        let record = play("size", &[], vec![vec![status(line)]]);
        assert_eq!(record.exit_code, Some(3));
        assert!(record.output.contains(&format!("status: {code}")), "{}", record.output);
    }
}

#[test]
fn a_refused_answer_is_logged_and_the_next_event_is_served() {
    let advice = [
        ("400 Bad Request", "status 400"),
        ("403 Forbidden", "status 403"),
        ("410 Gone", "had timed out"),
        ("413 Too Large", "at most 6 MB"),
        ("500 Error", "status 500"),
    ];
    for (line, expected) in advice {
        let record = play("size", &[], vec![vec![event("id-1", "7"), status(line), event("id-2", "77"), accepted()]]);
        assert_eq!(record.calls[3].text(), "2", "{record:?}");
        assert_eq!(record.logged(expected), 1, "{}", record.output);
        let line = record.logs.iter().find(|line| line["message"].as_str().unwrap().contains(expected));
        assert_eq!(line.unwrap()["requestId"], "id-1");
    }
}

#[test]
fn a_refusal_before_the_whole_answer_was_read_is_understood() {
    let early = Turn::Refuse(b"HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig".into());
    let record = play("long", &[], vec![vec![event("id-1", "7"), early], vec![event("id-2", "7"), accepted()]]);
    assert_eq!(record.logged("at most 6 MB"), 1, "{}", record.output);
    assert!(record.lines().iter().any(|line| line.ends_with("id-2/response")), "{record:?}");
}

#[test]
fn what_is_not_http_ends_the_process_and_says_why() {
    let wrong = [
        "SSH-2.0-OpenSSH\r\n\r\n".to_owned(),
        format!("{}content-length: many\r\n\r\n7", head("id-1")),
        format!("{}content-length: 99999999999\r\n\r\n7", head("id-1")),
        format!("{}content-length: 1\r\ncontent-length: 2\r\n\r\n7", head("id-1")),
        format!("{}transfer-encoding: chunked\r\n\r\nxyz\r\n7\r\n", head("id-1")),
        format!("{}transfer-encoding: chunked\r\n\r\n1\r\n7890\r\n", head("id-1")),
        format!("{}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n7\r\n", head("id-1")),
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7".to_owned(),
    ];
    for reply in wrong {
        let record = play("size", &[], vec![vec![Turn::Send(reply.clone().into())]]);
        assert_eq!(record.exit_code, Some(3), "{reply}: {record:?}");
        assert_eq!(record.lines(), [NEXT]);
    }
}

#[test]
fn an_emulator_without_deadlines_gets_answers() {
    let invocation = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: id-1\r\ncontent-length: 1\r\n\r\n7";
    let record = play("context", &[], vec![vec![Turn::Send(invocation.into()), accepted()]]);
    let context: Value = serde_json::from_str(&record.calls[1].text()).unwrap();
    assert!(context["deadline"].as_u64().unwrap() > 1_700_000_000_000, "{context}");
}

#[test]
fn one_value_of_another_type_leaves_the_rest_of_the_client_context() {
    let context = r#"{"client": {"installation_id": 7, "app_title": "t"}, "custom": {"a": "b", "n": 1}, "env": []}"#;
    let invocation = format!("{}lambda-runtime-client-context: {context}\r\ncontent-length: 1\r\n\r\n7", head("id-1"));
    let record = play("context", &[], vec![vec![Turn::Send(invocation.into()), accepted()]]);
    let read: Value = serde_json::from_str(&record.calls[1].text()).unwrap();
    assert_eq!(read["client_context"]["client"]["appTitle"], "t");
    assert_eq!(read["client_context"]["custom"], serde_json::json!({"a": "b"}));
    let names = ["installation_id", "n", "environment"];
    let told = |name: &&str| record.logs.iter().any(|line| line["name"] == *name && line["level"] == "WARN");
    assert!(names.iter().all(told), "{}", record.output);
}

#[test]
fn the_client_context_reaches_the_handler() {
    let context = r#"{"client": {"installation_id": "i", "app_title": "t", "app_version_name": "v", "app_version_code": "c", "app_package_name": "p"}, "custom": {"a": "b"}}"#;
    let invocation = format!("{}lambda-runtime-client-context: {context}\r\ncontent-length: 1\r\n\r\n7", head("id-1"));
    let record = play("context", &[], vec![vec![Turn::Send(invocation.into()), accepted()]]);
    let context: Value = serde_json::from_str(&record.calls[1].text()).unwrap();
    assert_eq!(context["client_context"]["client"]["installationId"], "i");
    assert_eq!(context["client_context"]["custom"]["a"], "b");
    assert_eq!(context["env_config"]["function_name"], "shop-function");
}
