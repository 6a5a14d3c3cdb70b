//! Signatures of AWS, version 4, by their form: nobody here knows the secrets that they are made with.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use std::collections::BTreeMap;

use http::{header, request::Parts};

/// A signature, which a header or the query has.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::serve) struct Signature {
    pub(in crate::serve) access_key: String,
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

impl Signature {
    /// The signature of a request, if it has one of this form.
    pub(in crate::serve) fn of(head: &Parts) -> Option<Self> {
        let authorization = head.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
        match authorization.and_then(|it| it.strip_prefix(ALGORITHM)) {
            Some(fields) => Self::of_header(fields),
            None => Self::of_query(head.uri.query()?),
        }
    }

    fn of_header(fields: &str) -> Option<Self> {
        let fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
        let fields: BTreeMap<&str, &str> = fields.collect();
        Self::new(fields.get("Credential")?, fields.get("SignedHeaders")?, fields.get("Signature")?)
    }

    fn of_query(query: &str) -> Option<Self> {
        let pairs: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        if pairs.get("X-Amz-Algorithm")? != ALGORITHM {
            return None;
        }
        Self::new(pairs.get("X-Amz-Credential")?, pairs.get("X-Amz-SignedHeaders")?, pairs.get("X-Amz-Signature")?)
    }

    /// The credential is `KEY/20300131/REGION/SERVICE/aws4_request`.
    fn new(credential: &str, headers: &str, signature: &str) -> Option<Self> {
        let scope: Vec<&str> = credential.split('/').collect();
        let [access_key, day, _, _, "aws4_request"] = scope[..] else { return None };
        let is_hex = signature.len() == 64 && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_day = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        let fits = is_hex && is_day && !access_key.is_empty() && headers.split(';').any(|name| name == "host");
        fits.then(|| Self { access_key: access_key.to_owned() })
    }
}
