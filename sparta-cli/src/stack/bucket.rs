//! The name of a bucket, as an option has it.

/// A name that no bucket has.
#[derive(Debug, thiserror::Error)]
#[error("a bucket's name has 3 to 63 letters, digits, `.`, `-` and `_`, and no `s3://` before it")]
pub(crate) struct NoBucketName;

/// Refuses what cannot be the name of a bucket that Lambda takes code from.
///
/// See <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html>.
pub(crate) fn bucket_name(text: &str) -> Result<String, NoBucketName> {
    let known = |b: u8| b.is_ascii_alphanumeric() || b".-_".contains(&b);
    let is_name = (3..=63).contains(&text.len()) && text.bytes().all(known) && !text.ends_with('.');
    if is_name { Ok(text.to_owned()) } else { Err(NoBucketName) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_name_of_a_bucket_is_refused() {
        for name in ["code", "my.code-2", "Old_Bucket"] {
            assert!(bucket_name(name).is_ok(), "{name}");
        }
        for name in ["", "b", "s3://code", "code/", "my bucket", "arn:aws:s3:::code", "code.", &"x".repeat(64)] {
            assert!(bucket_name(name).is_err(), "{name}");
        }
    }
}
