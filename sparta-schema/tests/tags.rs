//! Tags that their service takes.

use serde_json::json;

use crate::check::{assert_right, messages};

#[test]
fn tags_have_the_characters_that_their_service_takes() {
    let tags = json!([
        { "Key": "last", "Value": "Monday, 02-Jan-26" }, { "Key": "a&b", "Value": "c" }, { "Key": "aws:x", "Value": "x" },
        { "Key": "größe", "Value": { "Ref": "Size" } }, { "Key": "Last", "Value": "" },
    ]);
    assert_eq!(
        messages("AWS::IAM::Role", json!({ "AssumeRolePolicyDocument": { "Statement": [] }, "Tags": tags })),
        [
            "Tags[0].Value: `Value` must match the pattern `^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*$`, which `Monday, 02-Jan-26` does \
             not",
            "Tags[1].Key: `Key` must match the pattern `^[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+$`, which `a&b` does not",
            "Tags[2].Key: `Key` must match the pattern `^(?!aws:).+$`, which `aws:x` does not",
            "Tags[4].Key: the keys `last` and `Last` differ in case alone, and IAM takes them for one",
        ]
    );
    // Systems Manager has a map, and S3 takes what IAM does not
    assert_eq!(
        messages("AWS::SSM::Parameter", json!({ "Type": "String", "Value": "x", "Tags": { "team": "a(b)" } })),
        [
            "Tags.team: the tag cannot be there: its value has `(`: letters, digits, spaces and `_ . : / = + - @` can be in \
             a tag"
        ]
    );
    assert_right("AWS::S3::Bucket", json!({ "Tags": [{ "Key": "last", "Value": "a, b & c" }] }));
}
