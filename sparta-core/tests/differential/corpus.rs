//! The corpus that fuzzing found is replayed.

#[path = "../../../fuzz/fuzz_targets/check.rs"]
mod check;

#[test]
fn what_fuzzing_found_is_read_and_answered() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/event");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() > 40);
    for file in files {
        println!("{}", file.display());
        check::check(&std::fs::read(file).unwrap());
    }
}
