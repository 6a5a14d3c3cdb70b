//! Secrets that a function fetches, from a server that answers as Secrets Manager does.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, mpsc},
    thread,
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::{Value as Json, json};
use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivateKeyDer, pki_types::PrivatePkcs8KeyDer,
};

use crate::serving::script::{Record, accepted, event, play};

/// A call as the server got it.
struct Asked {
    headers: Vec<(String, String)>,
    body: Json,
}

impl Asked {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }
}

/// A server with an answer for each call, the last one for all that follow.
struct Server {
    url: String,
    asked: mpsc::Receiver<Asked>,
    /// What a client has to trust.
    certificate: Option<String>,
}

impl Server {
    fn start(answers: Vec<(u16, Json)>) -> Self {
        Self::of(answers, None, None)
    }

    fn with_tls(answers: Vec<(u16, Json)>) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(vec![cert.der().clone()], key).unwrap();
        let body = base64_simd::STANDARD.encode_to_string(cert.der());
        let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        Self::of(answers, Some(Arc::new(config)), Some(pem))
    }

    fn of(answers: Vec<(u16, Json)>, tls: Option<Arc<ServerConfig>>, certificate: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = mpsc::channel();
        let scheme = if tls.is_some() { "https" } else { "http" };
        thread::spawn(move || {
            for (call, stream) in listener.incoming().enumerate() {
                let answer = &answers[call.min(answers.len() - 1)];
                let stream = stream.unwrap();
                let asked = match &tls {
                    None => converse(stream, answer),
                    Some(config) => {
                        converse(StreamOwned::new(ServerConnection::new(Arc::clone(config)).unwrap(), stream), answer)
                    }
                };
                // A client that trusts nobody has said nothing.
                if asked.is_some_and(|asked| sender.send(asked).is_err()) {
                    break;
                }
            }
        });
        Self { url: format!("{scheme}://localhost:{port}"), asked, certificate }
    }

    /// What the bank does with these events, and what it has asked the server for.
    fn serve(&self, events: &[&str], variables: &[(&str, &str)]) -> (Record, Vec<Asked>) {
        self.serve_function("open", events, variables)
    }

    fn serve_function(&self, function: &str, events: &[&str], variables: &[(&str, &str)]) -> (Record, Vec<Asked>) {
        let bank = [
            ("SERVE", "bank"),
            ("BANK_KEY", "fetch|secretsmanager|bank/key|key|AWSCURRENT"),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", &self.url),
            ("AWS_ENDPOINT_URL_SSM", &self.url),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"),
            ("AWS_SESSION_TOKEN", "a-token"),
        ];
        let turns = events.iter().enumerate();
        let turns = turns.flat_map(|(n, text)| [event(&format!("id-{n}"), &json!(text).to_string()), accepted()]);
        // Without an event the start is expected to fail, which is reported.
        let turns = if events.is_empty() { vec![accepted()] } else { turns.collect() };
        let record = play(function, &[&bank, variables].concat(), vec![turns]);
        (record, self.asked.try_iter().collect())
    }
}

fn converse(stream: impl Read + Write, (status, answer): &(u16, Json)) -> Option<Asked> {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    while lines.last().is_none_or(|line: &String| !line.is_empty()) {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        lines.push(line.trim_end().to_owned());
    }
    assert_eq!(lines[0], "POST / HTTP/1.1");
    let headers = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let text = answer.to_string();
    let stream = stream.get_mut();
    write!(stream, "HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n\r\n{text}", text.len()).ok()?;
    stream.flush().ok()?;
    Some(Asked { headers, body: serde_json::from_slice(&body).unwrap() })
}

fn value(key: &str) -> (u16, Json) {
    (200, json!({"Name": "bank/key", "SecretString": json!({"key": key, "user": "bank"}).to_string()}))
}

fn refusal(status: u16, code: &str) -> (u16, Json) {
    (status, json!({"__type": code, "Message": "not today"}))
}

fn answers(record: &Record) -> Vec<String> {
    let answers = record.calls.iter().filter(|call| call.line.ends_with("/response HTTP/1.1"));
    answers.map(|call| serde_json::from_slice(&call.body).unwrap()).collect()
}

/// What Lambda is told of a start that failed.
fn failed_start(record: &Record) -> String {
    let call = record.calls.iter().find(|call| call.line.contains("/runtime/init/error"));
    call.unwrap_or_else(|| panic!("{record:?}")).text()
}

#[test]
fn a_secret_is_fetched_at_the_start_and_kept() {
    let server = Server::start(vec![value("hunter2"), value("another")]);
    let (record, asked) = server.serve(&["read", "read", "expose"], &[]);
    let [first, second, exposed] = &answers(&record)[..] else { panic!("{record:?}") };
    assert_eq!((first.as_str(), second.as_str()), ("a key of 7 characters", "a key of 7 characters"));
    assert_eq!(exposed, "the secret `BANK_KEY` is fetched when the function runs: read it with `.read().await?`");
    let [asked] = &asked[..] else { panic!("{} calls", asked.len()) };
    assert_eq!(asked.body, json!({"SecretId": "bank/key", "VersionStage": "AWSCURRENT"}));
    assert_eq!(asked.header("x-amz-target"), "secretsmanager.GetSecretValue");
    assert_eq!(asked.header("x-amz-security-token"), "a-token");
    assert!(asked.header("authorization").starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"));
    assert!(!record.output.contains("hunter2"), "{}", record.output);
}

#[test]
fn a_secret_is_fetched_anew_when_it_was_rotated() {
    let server =
        Server::start(vec![value("hunter2"), value("a-longer-key"), refusal(400, "ResourceNotFoundException")]);
    let (record, asked) = server.serve(&["read", "refresh", "read", "refresh", "read"], &[]);
    let found = answers(&record);
    assert_eq!(found[..3], ["a key of 7 characters", "a key of 12 characters", "a key of 12 characters"]);
    assert!(found[3].ends_with("was not fetched: ResourceNotFoundException: not today"), "{found:?}");
    assert_eq!(found[4], "a key of 12 characters", "what was there before stays");
    assert_eq!(asked.len(), 3);
}

#[test]
fn a_secret_that_cannot_be_fetched_is_a_failed_start() {
    let server = Server::start(vec![refusal(400, "com.amazonaws.secretsmanager#AccessDeniedException")]);
    let (record, asked) = server.serve(&[], &[]);
    let report = failed_start(&record);
    let expected = "the secret `BANK_KEY`, \\\"bank/key\\\", was not fetched: AccessDeniedException: not today";
    assert!(report.contains(expected), "{report}");
    assert_eq!(asked.len(), 1);

    let (record, asked) = server.serve(&[], &[("AWS_ACCESS_KEY_ID", "")]);
    assert!(failed_start(&record).contains("the variable `AWS_ACCESS_KEY_ID` is not what Lambda sets it to"));
    assert!(asked.is_empty());

    let (record, _) = server.serve(&[], &[("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://localhost:1")]);
    let report = failed_start(&record);
    assert!(report.contains("no connection to localhost:1: ") && report.contains("without a NAT gateway"), "{report}");
}

#[test]
fn what_aws_answers_is_in_no_error() {
    let not_json = (200, json!({"SecretString": "hunter2"}));
    let binary = (200, json!({"SecretBinary": "aHVudGVyMg=="}));
    for (answer, expected) in [(not_json, "no JSON object with a text or number"), (binary, "has no text")] {
        let (record, _) = Server::start(vec![answer]).serve(&[], &[]);
        let report = failed_start(&record);
        assert!(report.contains(expected), "{report}");
        assert!(!record.output.contains("hunter2") && !report.contains("hunter2"), "{record:?}");
    }
    let (record, _) = Server::start(vec![value("abc")]).serve(&["read"], &[]);
    let expected = "BANK_KEY (Bank::bank_key): expected a secret text of at least 4 characters, found a secret of 3 characters \
                    that does not fit";
    assert_eq!(answers(&record), [expected]);
}

#[test]
fn a_call_that_is_throttled_is_made_again() {
    let busy = (503, json!("no JSON object"));
    let server = Server::start(vec![refusal(400, "ThrottlingException"), busy, value("hunter2")]);
    let (record, asked) = server.serve(&["read"], &[]);
    assert_eq!((answers(&record), asked.len()), (vec!["a key of 7 characters".to_owned()], 3));
    let (record, asked) = Server::start(vec![refusal(500, "InternalServiceError")]).serve(&[], &[]);
    assert!(failed_start(&record).contains("InternalServiceError"));
    assert_eq!(asked.len(), 3);
}

#[test]
fn the_connection_has_tls_with_a_certificate_that_is_trusted() {
    let server = Server::with_tls(vec![value("hunter2")]);
    let trusted = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(trusted.path(), server.certificate.as_deref().unwrap()).unwrap();
    let path = trusted.path().to_str().unwrap();
    let (record, asked) = server.serve(&["read"], &[("SSL_CERT_FILE", path)]);
    assert_eq!((answers(&record), asked.len()), (vec!["a key of 7 characters".to_owned()], 1), "{record:?}");

    let other = Server::with_tls(vec![value("hunter2")]);
    let (record, asked) = other.serve(&[], &[("SSL_CERT_FILE", path)]);
    let report = failed_start(&record);
    assert!(report.contains("no connection to localhost:") && report.contains("certificate"), "{report}");
    assert!(asked.is_empty());
}

/// The parameters of these texts, as Parameter Store answers.
fn parameters(texts: &[(&str, &str)]) -> (u16, Json) {
    let parameters = texts.iter().map(|(name, text)| json!({"Name": name, "Type": "String", "Value": text}));
    (200, json!({"Parameters": parameters.collect::<Vec<_>>(), "InvalidParameters": []}))
}

const PRESS: [(&str, &str); 2] =
    [("SERVE", "press"), ("SPARTA_SETTINGS", "0123456789abcdef /sparta/Press/settings/ ARTICLE CAPTION")];
const ARTICLE: &str = "/sparta/Press/settings/ARTICLE";
const CAPTION: &str = "/sparta/Press/settings/CAPTION";

#[test]
fn settings_that_are_too_large_for_variables_are_read_at_the_start() {
    let long = format!("={}", "a".repeat(4095));
    let server = Server::start(vec![parameters(&[(CAPTION, "="), (ARTICLE, &long)])]);
    let (record, asked) = server.serve_function("print", &["first", "second"], &PRESS);
    assert_eq!(answers(&record), ["4095 characters, None", "4095 characters, None"], "{record:?}");
    let [asked] = &asked[..] else { panic!("{} calls", asked.len()) };
    assert_eq!(asked.body, json!({"Names": [ARTICLE, CAPTION]}));
    assert_eq!(asked.header("x-amz-target"), "AmazonSSM.GetParameters");
}

#[test]
fn a_start_without_all_settings_fails_and_says_why() {
    let refused = Server::start(vec![refusal(400, "AccessDeniedException")]);
    let gone = Server::start(vec![parameters(&[(ARTICLE, "=text")])]);
    let changed = Server::start(vec![parameters(&[(ARTICLE, "text"), (CAPTION, "=")])]);
    let not_there = "settings/CAPTION`, which is too large for a variable: deploy the stack again";
    for (server, expected) in [
        (refused, "variables were not read from Parameter Store: AccessDeniedException: not today"),
        (gone, not_there),
        (changed, "Parameter Store has no setting `/sparta/Press/settings/ARTICLE`"),
    ] {
        let (record, _) = server.serve_function("print", &[], &PRESS);
        let report = failed_start(&record);
        assert!(report.contains(expected), "{report}");
    }
}
