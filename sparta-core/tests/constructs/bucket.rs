use std::time::Duration;

use serde_json::json;
use sparta_core::{
    App,
    construct::{Bucket, BucketEvents, BucketGrant, CorsRule, LifeCycle, StorageClass},
};

use super::{function, mistakes, statements, template, variables};

fn images() -> Bucket {
    Bucket::new("images")
}

#[test]
fn a_bucket_is_what_a_security_review_passes() {
    let template = template(function("hello").uses(images().read_write()));
    let resources = template["Resources"].as_object().unwrap();
    let of_bucket: Vec<_> = resources.iter().filter(|(id, _)| id.contains("Images")).collect();
    insta::assert_json_snapshot!((of_bucket, variables(&template), statements(&template)));
}

#[test]
fn a_bucket_has_all_options() {
    let files = Bucket::new("files")
        .versioned()
        .expire_after(400)
        .expire_versions_after(30)
        .abort_uploads_after(1)
        .move_after(90, StorageClass::StandardIa)
        .life_cycle(LifeCycle::under("tmp/").expire_after(1))
        .cors(CorsRule::new(["https://links.example"], ["GET", "PUT"]).max_age(Duration::from_secs(60)))
        .kms_key("arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666")
        .delete_with_stack();
    let hello = function("hello").uses(files.read().under("in/").under("common/")).uses(files.write().under("out/"));
    let template = template(hello.uses(files.delete().under("tmp/")));
    insta::assert_json_snapshot!((&template["Resources"]["FilesBucket"], statements(&template)));
}

#[test]
fn objects_come_through_eventbridge() {
    let hello = function("hello")
        .uses(images().write().under("thumbs/"))
        .trigger(images().created().under("uploads/").ending(".jpg"))
        .trigger(images().removed());
    let template = template(hello);
    let resources = template["Resources"].as_object().unwrap();
    let of_rules: Vec<_> = resources.iter().filter(|(id, _)| id.contains("Rule")).collect();
    insta::assert_json_snapshot!((of_rules, &resources["ImagesBucket"]["Properties"]["NotificationConfiguration"]));
}

#[test]
fn keys_are_patterns_that_fit_them_and_nothing_else() {
    let keys = |events: BucketEvents| {
        let template = template(function("hello").trigger(events));
        template["Resources"]["HelloImagesObjectCreatedRule"]["Properties"]["EventPattern"]["detail"]["object"].clone()
    };
    let created = || images().created();
    assert_eq!(keys(created()), json!(null));
    assert_eq!(keys(created().under("a/").under("b/")), json!({"key": [{"prefix": "a/"}, {"prefix": "b/"}]}));
    assert_eq!(keys(created().ending(".jpg")), json!({"key": [{"suffix": ".jpg"}]}));
    let both = created().under(r"a*\").ending(".jpg").ending(".png");
    assert_eq!(keys(both), json!({"key": [{"wildcard": r"a\*\\*.jpg"}, {"wildcard": r"a\*\\*.png"}]}));
}

#[test]
fn of_a_bucket_that_exists_there_is_only_the_rule() {
    let documents = Bucket::existing("acme-documents").named("documents");
    let template = template(function("hello").uses(documents.read().under("in/")).trigger(documents.created()));
    let resources = template["Resources"].as_object().unwrap();
    assert!(!resources.values().any(|it| it["Type"] == "AWS::S3::Bucket" || it["Type"] == "AWS::S3::BucketPolicy"));
    let rule = &resources["HelloDocumentsObjectCreatedRule"]["Properties"]["EventPattern"]["detail"];
    assert_eq!(rule, &json!({"bucket": {"name": ["acme-documents"]}}));
    insta::assert_json_snapshot!((variables(&template), statements(&template)));
    let wrong = Bucket::existing("arn:aws:sqs:eu-west-1:123456789012:documents");
    let report = mistakes(&App::new("Shop").function(function("hello").uses(wrong.read())));
    assert!(
        report[0].contains("is neither the name nor the ARN of a bucket: arn:aws:s3:::NAME is expected"),
        "{report:?}"
    );
}

#[test]
fn options_are_what_s3_takes() {
    let report = |bucket: Bucket| mistakes(&App::new("Shop").function(function("hello")).with(bucket));
    for (bucket, expected) in [
        (images().expire_after(0), "at least 1 day"),
        (images().expire_versions_after(1), "add `.versioned()`"),
        (images().move_after(29, StorageClass::StandardIa), "moved to StandardIa after 30 days or later, not after 29"),
        (images().expire_after(30).move_after(30, StorageClass::Glacier), "and deleted after 30"),
        (images().life_cycle(LifeCycle::under("tmp/")), "the life cycle of `tmp/` says nothing"),
        (images().cors(CorsRule::new(["links.example"], ["GET"])), "`links.example` is not an origin"),
        (images().cors(CorsRule::new(["*"], ["PATCH"])), "no method `PATCH`"),
        (images().cors(CorsRule::new(["*"], [""; 0])), "at least one origin and one method"),
    ] {
        let report = report(bucket);
        assert!(report.len() == 1 && report[0].starts_with("bucket `images`: "), "{expected}: {report:?}");
        assert!(report[0].contains(expected), "{expected}: {report:?}");
    }
}

#[test]
fn prefixes_are_what_keys_begin_with() {
    let grant = |grant: BucketGrant| mistakes(&App::new("Shop").function(function("hello").uses(grant)));
    assert!(grant(images().read().under("/uploads"))[0].contains("leave out its first `/`"));
    assert!(grant(images().read().under("uploads/*"))[0].contains("`uploads/*` as wildcards"));
    assert!(grant(images().read().under(""))[0].contains("remove `.under(\"\")`"));
    let trigger = |events: BucketEvents| mistakes(&App::new("Shop").function(function("hello").trigger(events)));
    assert!(trigger(images().created().under("/uploads"))[0].contains("leave out its first `/`"));
    assert!(trigger(images().removed().ending(""))[0].contains("remove `.under(\"\")` and `.ending(\"\")`"));
}
