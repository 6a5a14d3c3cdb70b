//! AWS's signature, version 4.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

use std::{
    borrow::Cow,
    env,
    fmt::Write,
    time::{Duration, SystemTime},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ring::{digest, hmac};

use crate::runtime::date;

/// Reads a variable of the process; an empty one is none.
pub(crate) type Env<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// A variable that is not what Lambda sets it to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongVariable(pub(crate) &'static str);

/// The variables of this process.
pub(crate) fn process(name: &str) -> Option<String> {
    env::var(name).ok().filter(|text| !text.is_empty())
}

/// A call of a service.
pub(crate) struct Call<'a> {
    pub(crate) method: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) host: &'a str,
    /// The path as it is sent, without a query.
    pub(crate) path: &'a str,
    /// Other headers than those of the host, the time and the credentials, with names in small letters.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
    /// Whether another call follows on the connection.
    pub(crate) stays_open: bool,
}

/// What stands for itself in the path that is signed: every service but S3 has it escaped once more than it is sent.
pub(crate) const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

impl Call<'_> {
    /// The whole request, signed with the credentials that Lambda gives a function.
    pub(crate) fn signed(&self, env: Env<'_>, now: SystemTime) -> Result<Vec<u8>, WrongVariable> {
        let needed = |name: &'static str| env(name).ok_or(WrongVariable(name));
        let (id, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
        let token = env("AWS_SESSION_TOKEN");
        let time = basic_time(now);
        let mut headers = [self.headers, &[("host", self.host), ("x-amz-date", &time)]].concat();
        headers.extend(token.iter().map(|token| ("x-amz-security-token", token.as_str())));
        headers.sort_unstable();
        if headers.iter().any(|(_, value)| value.contains(['\r', '\n'])) {
            return Err(WrongVariable("AWS_SESSION_TOKEN"));
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let scope = format!("{}/{}/{}/aws4_request", &time[..8], self.region, self.service);
        let signature = self.signature(&headers, &names, &time, &scope, &secret);
        let mut request = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in headers {
            _ = write!(request, "{name}: {value}\r\n");
        }
        let connection = if self.stays_open { "keep-alive" } else { "close" };
        _ = write!(
            request,
            "authorization: AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={names}, Signature={signature}\r\n\
             content-length: {}\r\nconnection: {connection}\r\n\r\n",
            self.body.len(),
        );
        Ok([request.as_bytes(), self.body].concat())
    }

    fn signature(&self, headers: &[(&str, &str)], names: &str, time: &str, scope: &str, secret: &str) -> String {
        let path = match self.service {
            "s3" => Cow::Borrowed(self.path),
            _ => utf8_percent_encode(self.path, PLAIN).into(),
        };
        let mut canonical = format!("{}\n{path}\n\n", self.method);
        for (name, value) in headers {
            _ = writeln!(canonical, "{name}:{value}");
        }
        _ = write!(canonical, "\n{names}\n{}", sha256(self.body));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", sha256(canonical.as_bytes()));
        let key = format!("AWS4{secret}");
        let parts = [&time[..8], self.region, self.service, "aws4_request", &text];
        let signed = parts.iter().fold(key.into_bytes(), |key, part| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            hmac::sign(&key, part.as_bytes()).as_ref().to_vec()
        });
        hex(&signed)
    }
}

/// The domain that a region's services are in.
#[cfg(any(feature = "fetch", feature = "site"))]
pub(crate) fn domain(region: &str) -> &'static str {
    match region.split_once('-').map_or("", |(first, _)| first) {
        "cn" => "amazonaws.com.cn",
        "eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}

/// The SHA-256 of bytes, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, bytes).as_ref())
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

    fn authorization(call: &Call<'_>, token: Option<&str>) -> String {
        let env = |name: &str| match name {
            "AWS_ACCESS_KEY_ID" => Some("AKIDEXAMPLE".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            "AWS_SESSION_TOKEN" => token.map(str::to_owned),
            _ => None,
        };
        let request = String::from_utf8(call.signed(&env, after(1_896_134_399)).unwrap()).unwrap();
        request.lines().find_map(|line| line.strip_prefix("authorization: ")).unwrap().to_owned()
    }

    /// What botocore 1.43.11 signs.
    #[test]
    fn a_call_is_signed_as_aws_says() {
        let call = Call {
            method: "POST",
            service: "secretsmanager",
            region: "eu-west-1",
            host: "secretsmanager.eu-west-1.amazonaws.com",
            path: "/",
            headers: &[
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "secretsmanager.GetSecretValue"),
            ],
            body: br#"{"SecretId":"shop/payment"}"#,
            stays_open: false,
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
            let scope = "AKIDEXAMPLE/20300131/eu-west-1/secretsmanager/aws4_request";
            let expected = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}");
            assert_eq!(authorization(&call, token), expected);
        }
        let without = call.signed(&|_| None, after(0)).unwrap_err();
        assert_eq!(without, WrongVariable("AWS_ACCESS_KEY_ID"), "without credentials");
    }

    /// What botocore 1.43.11 signs of a message to a connection, and of its end.
    #[test]
    fn a_path_with_escapes_is_signed_as_aws_says() {
        for (method, body, signature) in [
            ("POST", &b"{\"text\":\"hi\"}"[..], "7085cc5be91d411ec4e25ec1324a36625034bdfc2cb11acb5af2a43ff6f41cec"),
            ("DELETE", b"", "94622e0f6dfa87fb5fabcac8991883c8678406a278e8c2cc02c07e780621d473"),
        ] {
            let call = Call {
                method,
                service: "execute-api",
                region: "eu-west-1",
                host: "a1b2c3.execute-api.eu-west-1.amazonaws.com",
                path: "/live/@connections/L0SM9cOFvHcCIhw%3D",
                headers: &[],
                body,
                stays_open: true,
            };
            let authorization = authorization(&call, Some("a-token"));
            let expected = format!("SignedHeaders=host;x-amz-date;x-amz-security-token, Signature={signature}");
            assert!(authorization.ends_with(&expected), "{authorization}");
        }
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
