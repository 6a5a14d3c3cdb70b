//! The turning points of a process's life: its shutdown, its snapshot; and more than one invocation at a time.

use crate::serving::script::{Turn, accepted, event, play, status};

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next";
const REGISTER: &str = "POST /2020-01-01/extension/register";
const RESTORE: &str = "GET /2018-06-01/runtime/restore/next";
const CONCURRENCY_4: (&str, &str) = ("AWS_LAMBDA_MAX_CONCURRENCY", "4");
const SNAPSTART: (&str, &str) = ("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start");

fn registered() -> Turn {
    Turn::Send(b"HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: ext-1\r\ncontent-length: 2\r\n\r\n{}".into())
}

/// The hooks that ran, in order.
fn hooks(record: &crate::serving::script::Record) -> Vec<&str> {
    let messages = record.logs.iter().filter_map(|line| line["message"].as_str());
    messages.filter_map(|message| message.strip_prefix("hook ")).collect()
}

#[test]
fn an_announced_shutdown_runs_the_hooks_from_last_to_first_and_ends_well() {
    let extension = vec![registered(), Turn::Wait];
    let runtime = vec![event("id-1", "7"), accepted(), Turn::Terminate];
    let variables = [("HOOKS", "shutdown1 shutdown2- shutdown3")];
    let record = play("size", &variables, vec![extension, runtime]);
    assert_eq!(record.exit_code, Some(0), "{record:?}");
    assert_eq!(hooks(&record), ["shutdown3", "shutdown2-", "shutdown1"]);
    assert_eq!(record.logged("POOL is not set"), 1, "{}", record.output);
    let mut lines = record.lines();
    lines.sort_unstable();
    let wait = "GET /2020-01-01/extension/event/next";
    assert_eq!(lines, [NEXT, NEXT, wait, "POST /2018-06-01/runtime/invocation/id-1/response", REGISTER]);
    assert_eq!(record.calls[0].header("lambda-extension-name"), Some("sparta-shutdown"));
    assert_eq!(record.calls[0].text(), r#"{"events":[]}"#);
    let wait = record.calls.iter().find(|call| call.line.contains("event/next")).unwrap();
    assert_eq!(wait.header("lambda-extension-identifier"), Some("ext-1"));
}

#[test]
fn without_a_hook_no_extension_is_registered() {
    let record = play("size", &[], vec![vec![Turn::Terminate]]);
    assert_eq!(record.lines(), [NEXT]);
    assert_eq!(record.exit_code, None, "the signal ends it: {record:?}");
}

#[test]
fn an_extension_that_is_refused_is_a_failed_start() {
    let record = play("size", &[("HOOKS", "shutdown")], vec![vec![status("403 Forbidden")], vec![accepted()]]);
    assert_eq!(record.lines(), [REGISTER, "POST /2018-06-01/runtime/init/error"]);
    assert!(record.calls[1].text().contains("the registration of an extension with status 403"), "{record:?}");
    assert_eq!(record.exit_code, Some(3));
}

#[test]
fn invocations_overlap_where_lambda_allows_it() {
    let connection = |n: usize| vec![event(&format!("id-{n}"), "7"), accepted()];
    let connections = (1..=3).map(connection).collect();
    let record = play("meets", &[("AWS_LAMBDA_MAX_CONCURRENCY", "3")], connections);
    let answers: Vec<_> = record.calls.iter().filter(|call| call.line.starts_with("POST")).collect();
    assert_eq!(answers.len(), 3, "{record:?}");
    for call in answers {
        assert_eq!(call.text(), r#""met""#);
        assert!(call.line.contains(&format!("/id-{}/", answers_id(call))), "{call:?}");
    }
    assert_eq!(record.logged("no longer asks for events"), 3, "{}", record.output);
    assert_eq!(record.exit_code, Some(3));
}

/// Which event the connection had handed out.
fn answers_id(call: &crate::serving::script::Call) -> usize {
    call.connection + 1
}

#[test]
fn one_connection_that_fails_leaves_the_others_at_work() {
    let failing = vec![status("500 Over")];
    let working = vec![event("id-1", "7"), accepted(), event("id-2", "77"), accepted()];
    let record = play("size", &[("AWS_LAMBDA_MAX_CONCURRENCY", "2")], vec![failing, working]);
    let answers = record.calls.iter().filter(|call| call.line.starts_with("POST")).map(|call| call.text());
    assert_eq!(answers.collect::<Vec<_>>(), ["1", "2"], "{record:?}");
}

#[test]
fn overlapping_invocations_run_on_every_processor() {
    let connection = |n: usize| vec![event(&format!("id-{n}"), "7"), accepted()];
    let record = play("threads", &[CONCURRENCY_4], (1..=4).map(connection).collect());
    let answers = record.calls.iter().filter(|call| call.line.starts_with("POST")).map(|call| call.text());
    let mut threads: Vec<_> = answers.collect();
    assert_eq!(threads.len(), 4, "{record:?}");
    threads.sort_unstable();
    threads.dedup();
    let processors = std::thread::available_parallelism().unwrap().get();
    assert_eq!(threads.len(), processors.min(4), "{threads:?}");
}

#[test]
fn the_last_connection_that_fails_ends_the_process_with_its_error() {
    let refused = |n: usize| vec![event("id", "7"), accepted(), status(&format!("50{n} Over"))];
    let record = play("size", &[CONCURRENCY_4], (0..4).map(refused).collect());
    assert_eq!(record.logged("no longer asks for events"), 4, "{}", record.output);
    let last = record.logs.iter().find(|line| line["left"] == 0).unwrap()["message"].as_str().unwrap();
    let (_, code) = last.split_once("with status ").unwrap();
    assert!(record.output.contains(&format!("status: {}", &code[..3])), "{}", record.output);
    assert_eq!(record.exit_code, Some(3));
}

#[test]
fn an_announced_shutdown_of_overlapping_invocations_runs_the_hooks() {
    let extension = vec![registered(), Turn::Wait];
    let working = |n: usize| vec![event(&format!("id-{n}"), "7"), accepted(), Turn::Wait];
    let last = vec![event("id-4", "7"), accepted(), Turn::Terminate];
    let connections = [extension].into_iter().chain((1..4).map(working)).chain([last]);
    let record = play("size", &[CONCURRENCY_4, ("HOOKS", "shutdown1 shutdown2")], connections.collect());
    assert_eq!(hooks(&record), ["shutdown2", "shutdown1"]);
    assert_eq!(record.exit_code, Some(0), "{record:?}");
}

#[test]
fn a_handler_that_blocks_its_thread_does_not_delay_the_shutdown() {
    let connections = vec![vec![registered(), Turn::Wait], vec![event("id-1", "7")], vec![Turn::Wait]];
    let variables = [("AWS_LAMBDA_MAX_CONCURRENCY", "2"), ("HOOKS", "shutdown")];
    let record = play("blocks", &variables, connections);
    assert_eq!(hooks(&record), ["shutdown"]);
    assert_eq!(record.exit_code, Some(0), "{record:?}");
}

#[test]
fn a_snapshot_is_taken_between_its_hooks_and_the_connection_is_made_again() {
    let before = vec![status("200 OK")];
    let after = vec![event("id-1", "7"), accepted()];
    let variables = [SNAPSTART, ("HOOKS", "before1 before2 after1 after2")];
    let record = play("size", &variables, vec![before, after]);
    assert_eq!(hooks(&record), ["before2", "before1", "after1", "after2"]);
    assert_eq!(record.lines()[..2], [RESTORE, NEXT]);
    assert_eq!(record.calls[1].connection, 1);
    assert_eq!(record.calls[2].text(), "1");
}

#[test]
fn without_snapstart_its_hooks_do_not_run() {
    let record = play("size", &[("HOOKS", "before after")], vec![vec![event("id-1", "7"), accepted()]]);
    assert!(hooks(&record).is_empty());
    assert_eq!(record.lines()[0], NEXT);
}

#[test]
fn a_failed_hook_before_the_snapshot_is_a_failed_start() {
    let record = play("size", &[SNAPSTART, ("HOOKS", "before-")], vec![vec![accepted()]]);
    assert_eq!(record.lines(), ["POST /2018-06-01/runtime/init/error"]);
    let report = record.calls[0].text();
    assert!(report.contains("cannot be stored as a snapshot: POOL is not set"), "{report}");
    assert_eq!(record.exit_code, Some(3));
}

#[test]
fn a_snapshot_that_lambda_refuses_is_a_failed_start() {
    let record = play("size", &[SNAPSTART], vec![vec![status("500 Error")], vec![accepted()]]);
    assert_eq!(record.lines(), [RESTORE, "POST /2018-06-01/runtime/init/error"]);
    assert!(record.calls[1].text().contains("the wait for a restore with status 500"), "{record:?}");
}

#[test]
fn a_failed_hook_after_the_restore_is_reported_as_such() {
    let record = play("size", &[SNAPSTART, ("HOOKS", "after-")], vec![vec![status("200 OK")], vec![accepted()]]);
    assert_eq!(record.lines(), [RESTORE, "POST /2018-06-01/runtime/restore/error"]);
    let report = &record.calls[1];
    assert_eq!(report.header("lambda-runtime-function-error-type"), Some("Runtime.AfterRestoreError"));
    assert!(report.text().contains(r#""errorType":"serving::SettingMissing""#), "{report:?}");
    assert_eq!(record.exit_code, Some(3));
}
