use super::*;
use crate::deploy::upload::Uploaded;
use crate::deploy::{Upload, upload};

fn archive() -> Upload {
    Upload {
        bucket: "ours".into(),
        key: "abc/code.zip".into(),
        content: b"code".to_vec(),
        owner: Some("123456789012".into()),
    }
}

/// Base64 of the content's SHA-256.
const SHA256: &str = "VpTQii5T/8rgwxA+Wtb2B2q9lg6x+KVldwQLwQKPcCs=";

async fn failing(script: &Script) -> String {
    let recorder = Recorder::default();
    report(upload(&script.config(), &recorder, archive()).await.unwrap_err())
}

fn ours() -> Answer {
    Answer::head(200, "x-amz-bucket-region: eu-west-1\r\n")
}

#[tokio::test]
async fn an_object_is_put_with_its_hash_into_a_bucket_of_the_right_owner() {
    let script = Script::new([
        ("HEAD /ours", vec![ours()]),
        ("HEAD /ours/abc/code.zip", vec![Answer::head(404, "")]),
        ("PUT /ours/abc/code.zip", vec![Answer::head(200, "")]),
    ]);
    let recorder = Recorder::default();
    let found = upload(&script.config(), &recorder, archive()).await.unwrap();
    assert_eq!(found, Uploaded::Uploaded);
    let put = script.seen().pop().unwrap();
    assert_eq!(put.body, "code");
    let head = put.head.to_lowercase();
    assert!(head.contains("x-amz-checksum-sha256: vptqii5t/8rgwxa+wtb2b2q9lg6x+kvldwqlwqkpccs="), "{head}");
    assert!(head.contains("x-amz-expected-bucket-owner: 123456789012"), "{head}");
}

#[tokio::test]
async fn an_object_that_is_there_is_not_put_again() {
    let there = format!("content-length: 4\r\nx-amz-checksum-sha256: {SHA256}\r\n");
    let script =
        Script::new([("HEAD /ours", vec![ours()]), ("HEAD /ours/abc/code.zip", vec![Answer::head(200, &there)])]);
    let recorder = Recorder::default();
    let found = upload(&script.config(), &recorder, archive()).await.unwrap();
    assert_eq!(found, Uploaded::AlreadyThere);
    assert_eq!(recorder.lines(), ["s3://ours/abc/code.zip is there already"]);
    assert!(script.changes().is_empty());
    let head = script.seen().pop().unwrap().head.to_lowercase();
    assert!(head.contains("x-amz-checksum-mode: enabled"), "{head}");
}

#[tokio::test]
async fn what_only_has_the_same_length_is_replaced() {
    let other = "x-amz-checksum-sha256: LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=\r\n";
    for checksum in ["", other, "x-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n"] {
        let there = format!("content-length: 4\r\n{checksum}");
        let script = Script::new([
            ("HEAD /ours", vec![ours()]),
            ("HEAD /ours/abc/code.zip", vec![Answer::head(200, &there)]),
            ("PUT /ours/abc/code.zip", vec![Answer::head(200, "")]),
        ]);
        let recorder = Recorder::default();
        let found = upload(&script.config(), &recorder, archive()).await.unwrap();
        assert_eq!(found, Uploaded::Uploaded, "{checksum}");
        assert_eq!(recorder.lines()[0], "s3://ours/abc/code.zip is there, but not with this content: replacing it");
    }
}

#[tokio::test]
async fn a_missing_bucket_is_told_how_to_make() {
    let script = Script::new([("HEAD /ours", vec![Answer::head(404, "")])]);
    assert_eq!(
        failing(&script).await,
        "error: there is no bucket \"ours\"\n\
         hint: Create it (`aws s3 mb s3://ours --region eu-west-1`), or name one of yours with --s3Bucket.\n"
    );
}

#[tokio::test]
async fn somebody_elses_bucket_is_told() {
    let denied = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    let script = Script::new([
        ("HEAD /ours", vec![Answer::head(403, "x-amz-bucket-region: eu-west-1\r\n")]),
        ("GetBucketLocation", vec![Answer::xml(403, denied.into())]),
    ]);
    let report = failing(&script).await;
    assert!(
        report.starts_with("error: bucket \"ours\" belongs to another account, or these credentials may not use it\n"),
        "{report}"
    );
    assert!(report.contains("name one of yours with --s3Bucket"), "{report}");
}

#[tokio::test]
async fn a_bucket_of_another_region_is_told() {
    for status in [200, 301, 400] {
        let elsewhere = Answer::head(status, "x-amz-bucket-region: us-east-1\r\n");
        let script = Script::new([("HEAD /ours", vec![elsewhere])]);
        assert_eq!(
            failing(&script).await,
            "error: bucket \"ours\" is in us-east-1, the deployment in eu-west-1\n\
             hint: Name a bucket in eu-west-1 with --s3Bucket, or deploy to us-east-1 with --region us-east-1.\n"
        );
    }
}

#[tokio::test]
async fn expired_credentials_are_told_although_s3_answers_without_a_reason() {
    let expired = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
    let script = Script::new([
        ("HEAD /ours", vec![Answer::head(400, "")]),
        ("GetBucketLocation", vec![Answer::xml(400, expired.into())]),
    ]);
    let report = failing(&script).await;
    assert!(report.contains("(ExpiredToken): The provided token has expired."), "{report}");
    assert!(report.contains("hint: The credentials have run out"), "{report}");
}

#[tokio::test]
async fn an_upload_survives_a_dropped_connection() {
    let script = Script::new([
        ("HEAD /ours", vec![ours()]),
        ("HEAD /ours/abc/code.zip", vec![Answer::head(404, "")]),
        ("PUT /ours/abc/code.zip", vec![Answer::Drop, Answer::head(503, ""), Answer::head(200, "")]),
    ]);
    let recorder = Recorder::default();
    upload(&script.config(), &recorder, archive()).await.unwrap();
    assert_eq!(script.count("PUT /ours/abc/code.zip"), 3);
}
