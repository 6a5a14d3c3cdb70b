//! AWS's signature, version 4, of the one kind of call that is made here.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use std::{
    fmt::Write,
    time::{Duration, SystemTime},
};

use ring::{digest, hmac};

use super::call::Env;
use crate::{runtime::date, settings::FetchError};

/// A call of a service that speaks JSON 1.1: the operation is in a header, and the path is `/`.
pub(super) struct Call<'a> {
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) host: &'a str,
    pub(super) target: &'a str,
    pub(super) body: &'a str,
}

impl Call<'_> {
    /// The whole request, signed with the credentials that Lambda gives a function.
    pub(super) fn signed(&self, env: Env<'_>, now: SystemTime) -> Result<String, FetchError> {
        let needed = |name: &'static str| env(name).ok_or(FetchError::Variable(name));
        let (id, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
        let token = env("AWS_SESSION_TOKEN");
        let time = basic_time(now);
        let mut headers = vec![
            ("content-type", "application/x-amz-json-1.1"),
            ("host", self.host),
            ("x-amz-date", &time),
            ("x-amz-target", self.target),
        ];
        if let Some(token) = &token {
            headers.insert(3, ("x-amz-security-token", token));
        }
        if headers.iter().any(|(_, value)| value.contains(['\r', '\n'])) {
            return Err(FetchError::Variable("AWS_SESSION_TOKEN"));
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let scope = format!("{}/{}/{}/aws4_request", &time[..8], self.region, self.service);
        let signature = self.signature(&headers, &names, &time, &scope, &secret);
        let mut request = "POST / HTTP/1.1\r\n".to_owned();
        for (name, value) in headers {
            _ = write!(request, "{name}: {value}\r\n");
        }
        _ = write!(
            request,
            "authorization: AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{}",
            self.body.len(),
            self.body
        );
        Ok(request)
    }

    fn signature(&self, headers: &[(&str, &str)], names: &str, time: &str, scope: &str, secret: &str) -> String {
        let mut canonical = "POST\n/\n\n".to_owned();
        for (name, value) in headers {
            _ = writeln!(canonical, "{name}:{value}");
        }
        _ = write!(canonical, "\n{names}\n{}", hash(self.body));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(&canonical));
        let key = format!("AWS4{secret}");
        let parts = [&time[..8], self.region, self.service, "aws4_request", &text];
        let signed = parts.iter().fold(key.into_bytes(), |key, part| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            hmac::sign(&key, part.as_bytes()).as_ref().to_vec()
        });
        hex(&signed)
    }
}

fn hash(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// `20300131T235959Z`
fn basic_time(now: SystemTime) -> String {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let second = seconds % 86_400;
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    /// What botocore 1.43.11 signs.
    #[test]
    fn a_call_is_signed_as_aws_says() {
        let call = Call {
            service: "secretsmanager",
            region: "eu-west-1",
            host: "secretsmanager.eu-west-1.amazonaws.com",
            target: "secretsmanager.GetSecretValue",
            body: r#"{"SecretId":"shop/payment"}"#,
        };
        for (token, names, signature) in [
            (
                None,
                "content-type;host;x-amz-date;x-amz-target",
                "bdb1c425db36060dde5ad88d49ab9bc322ef649d0e120023d07b0f6aa132e5d0",
            ),
            (
                Some("a-token"),
                "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                "d5d1eca85c546ee1cc414a76ea7bd7fbf855a731a7f90115dac96c2034fd0245",
            ),
        ] {
            let env = |name: &str| match name {
                "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
                "AWS_SECRET_ACCESS_KEY" => Some("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
                "AWS_SESSION_TOKEN" => token.map(str::to_owned),
                _ => None,
            };
            let request = call.signed(&env, after(1_896_134_399)).unwrap();
            let line = request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap();
            let scope = "AKIDEXAMPLE/20300131/eu-west-1/secretsmanager/aws4_request";
            let expected = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}");
            assert_eq!(line, expected);
        }
        assert_eq!(
            call.signed(&|_| None, after(0)).unwrap_err(),
            FetchError::Variable("AWS_ACCESS_KEY_ID"),
            "without credentials"
        );
    }

    #[test]
    fn a_time_is_written_in_the_basic_form() {
        for (seconds, time) in [
            (0, "19700101T000000Z"),
            (1_798_761_600, "20270101T000000Z"),
            (1_835_395_201, "20280229T000001Z"),
            (1_896_134_399, "20300131T235959Z"),
            (4_107_587_400, "21000301T123000Z"),
        ] {
            assert_eq!(basic_time(after(seconds)), time);
        }
    }
}
