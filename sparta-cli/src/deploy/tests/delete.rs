use super::*;
use crate::deploy::Deletion;

#[tokio::test]
async fn a_stack_is_deleted_and_waited_for() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("DELETE_IN_PROGRESS"), no_stack()]),
        ("DescribeStackEvents", vec![events(&[]), events(&[("2", "Hello", STACK, "DELETE_IN_PROGRESS", "")])]),
        ("DeleteStack", vec![done("DeleteStack")]),
    ]);
    let recorder = Recorder::default();
    assert_eq!(stacks(&script, &recorder).delete("Hello", Some("Hello")).await.unwrap(), Deletion::Deleted);
    assert_eq!(script.changes(), ["DeleteStack"]);
    assert_eq!(recorder.lines().last().unwrap(), "Stack \"Hello\" is deleted");
}

#[tokio::test]
async fn a_missing_stack_needs_no_deletion() {
    let script = Script::new([("DescribeStacks", vec![no_stack()])]);
    let recorder = Recorder::default();
    assert_eq!(stacks(&script, &recorder).delete("Hello", Some("Hello")).await.unwrap(), Deletion::Missing);
    assert_eq!(recorder.lines(), ["There is no stack \"Hello\": nothing to delete"]);
}

#[tokio::test]
async fn a_deletion_under_way_is_watched() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("DELETE_IN_PROGRESS"), stack("DELETE_COMPLETE"), no_stack()]),
        ("DescribeStackEvents", vec![events(&[("2", "Hello", STACK, "DELETE_IN_PROGRESS", "")])]),
    ]);
    let recorder = Recorder::default();
    assert_eq!(stacks(&script, &recorder).delete("Hello", Some("Hello")).await.unwrap(), Deletion::Deleted);
    assert!(script.changes().is_empty());
}

#[tokio::test]
async fn a_bucket_that_is_not_empty_is_named_with_its_remedy() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE"), stack("DELETE_FAILED")]),
        (
            "DescribeStackEvents",
            vec![
                events(&[]),
                events(&[
                    ("3", "Hello", STACK, "DELETE_FAILED", "The following resource(s) failed to delete: [Files]."),
                    ("2", "Files", "AWS::S3::Bucket", "DELETE_FAILED", "The bucket you tried to delete is not empty"),
                ]),
            ],
        ),
        ("DeleteStack", vec![done("DeleteStack")]),
    ]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).delete("Hello", Some("Hello")).await.unwrap_err());
    assert!(
        report.starts_with(
            "error: stack \"Hello\" could not be deleted: Files (AWS::S3::Bucket) DELETE_FAILED: The bucket you"
        ),
        "{report}"
    );
    assert!(
        report.contains("hint: The bucket of Files still holds objects: `aws s3 rm s3://physical --recursive`"),
        "{report}"
    );
    assert!(report.contains("hint: The stack is in DELETE_FAILED. "), "{report}");
}

#[tokio::test]
async fn a_protected_stack_is_told_how_to_unprotect() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("DescribeStackEvents", vec![events(&[])]),
        (
            "DeleteStack",
            vec![Answer::error(
                400,
                "ValidationError",
                "Stack [Hello] cannot be deleted while TerminationProtection is enabled",
            )],
        ),
    ]);
    let recorder = Recorder::default();
    let report = report(stacks(&script, &recorder).delete("Hello", Some("Hello")).await.unwrap_err());
    assert!(report.contains("update-termination-protection"), "{report}");
}

#[tokio::test]
async fn a_stack_of_another_app_is_deleted_only_where_nobody_has_to_own_it() {
    for (owner, belongs) in [(Some("Other"), "the app \"Other\""), (None, "no app (it has no tag `sparta:app`)")] {
        let script = Script::new([
            (
                "DescribeStacks",
                vec![stack_of(owner, "CREATE_COMPLETE"), stack_of(owner, "CREATE_COMPLETE"), no_stack()],
            ),
            ("DescribeStackEvents", vec![events(&[]), events(&[("2", "Hello", STACK, "DELETE_IN_PROGRESS", "")])]),
            ("DeleteStack", vec![done("DeleteStack")]),
        ]);
        let recorder = Recorder::default();
        let error = stacks(&script, &recorder).delete("Hello", Some("Hello")).await.unwrap_err();
        let report = report(error);
        assert!(
            report.starts_with(&format!("error: stack \"Hello\" belongs to {belongs}, and is left alone\n")),
            "{report}"
        );
        assert!(script.changes().is_empty());
        assert_eq!(stacks(&script, &recorder).delete("Hello", None).await.unwrap(), Deletion::Deleted);
    }
}
