//! Connections that break while an invocation is answered: the next one is served all the same.

use sparta_test_models::events;

use crate::serving::script::{After, End, Record, Turn, accepted, event, play};

const ENDS: [End; 2] = [End::Close, End::Reset];

fn url_event(path: &str) -> Turn {
    event("id-1", &events::function_url(path).to_string())
}

/// The second invocation was answered, and the first one's line says what happened to it.
#[track_caller]
fn check(record: &Record, lines: usize) {
    let answered = record.calls.iter().filter(|call| call.line.contains("/id-2/")).count();
    assert_eq!(answered, 1, "{record:?}");
    let of_first = |line: &&serde_json::Value| line["level"] == "ERROR" && line["requestId"] == "id-1";
    let lost: Vec<_> = record.logs.iter().filter(of_first).collect();
    let said = |line: &serde_json::Value| line["message"].as_str().unwrap().contains("does not answer the");
    assert_eq!(lost.iter().filter(|line| said(line)).count(), lines, "{}", record.output);
}

#[test]
fn a_stream_whose_caller_is_gone_is_logged_and_the_next_event_is_served() {
    for after in [After::Head, After::Bytes(2), After::Bytes(100), After::Whole] {
        for end in ENDS {
            let next = event("id-2", &events::function_url("/").to_string());
            let lost = vec![url_event("/"), Turn::HangUp(after, end)];
            let record = play("streams", &[], vec![lost, vec![next, accepted()]]);
            check(&record, 1);
        }
    }
}

#[test]
fn a_stream_that_waits_for_its_next_piece_ends_with_its_caller() {
    for end in ENDS {
        let next = event("id-2", &events::function_url("/").to_string());
        let lost = vec![url_event("/waits"), Turn::HangUp(After::Bytes(90), end)];
        let record = play("streams", &[], vec![lost, vec![next, accepted()]]);
        check(&record, 1);
    }
}

#[test]
fn an_answer_that_is_lost_is_sent_once_more_and_then_logged() {
    for (function, after) in [
        ("size", After::Head),
        ("size", After::Whole),
        ("long", After::Head),
        ("long", After::Bytes(1_000_000)),
        ("long", After::Whole),
        ("fails", After::Head),
        ("fails", After::Whole),
    ] {
        for end in ENDS {
            let next = || event("id-2", "7");
            let lost = || vec![event("id-1", "7"), Turn::HangUp(after, end)];
            let again = vec![Turn::HangUp(after, end)];
            let record = play(function, &[], vec![lost(), again, vec![next(), accepted()]]);
            check(&record, 1);
            let record = play(function, &[], vec![lost(), vec![accepted(), next(), accepted()]]);
            check(&record, 0);
            let sent = record.calls.iter().filter(|call| call.line.contains("/id-1/")).count();
            assert_eq!(sent, 1, "{record:?}");
        }
    }
}

#[test]
fn a_reply_to_an_answer_that_is_not_http_is_logged_and_the_next_event_is_served() {
    let nonsense = vec![event("id-1", "7"), Turn::Send(b"SSH-2.0-OpenSSH\r\n\r\n".into())];
    let record = play("size", &[], vec![nonsense, vec![event("id-2", "7"), accepted()]]);
    check(&record, 1);
}

#[test]
fn a_runtime_api_that_refuses_connections_is_the_end_and_is_logged() {
    let record = play("streams", &[], vec![vec![url_event("/"), Turn::HangUp(After::Head, End::Reset)]]);
    assert_eq!(record.exit_code, Some(3), "{record:?}");
    assert_eq!(record.logged("no longer asks for events: the Runtime API at"), 1, "{}", record.output);
}
