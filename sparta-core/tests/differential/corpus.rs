//! What fuzzing found is replayed.

use sparta_fuzz_checks::{answer, connection, event, records};

fn replay(target: &str, check: fn(&[u8])) {
    let folder = format!("{}/../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 10);
    for file in files {
        println!("{}", file.display());
        check(&std::fs::read(file).unwrap());
    }
}

#[test]
fn events_that_fuzzing_found_are_read_and_answered() {
    replay("event", event::check);
}

#[test]
fn batches_that_fuzzing_found_are_read_as_serde_reads_them() {
    replay("records", records::check);
}

#[test]
fn responses_that_fuzzing_found_arrive_at_each_sender() {
    replay("answer", answer::check);
}

#[test]
fn replies_that_fuzzing_found_are_read_in_any_pieces() {
    replay("connection", connection::check);
}
