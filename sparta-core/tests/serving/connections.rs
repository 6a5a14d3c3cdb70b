//! Messages to the connections of a WebSocket API, from a server that answers as API Gateway does.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use serde_json::{Value as Json, json};

use crate::serving::script::{Record, accepted, event, play};

/// A call as the server got it, on which of its connections.
#[derive(Debug)]
struct Asked {
    connection: usize,
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A server that answers by what the connections are called: `gone-1` has gone, `busy-2` is throttled twice.
struct Server {
    url: String,
    asked: mpsc::Receiver<Asked>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, asked) = mpsc::channel();
        let throttled = Arc::new(Mutex::new(BTreeMap::new()));
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (sender, throttled) = (sender.clone(), Arc::clone(&throttled));
                thread::spawn(move || {
                    let mut stream = BufReader::new(stream.unwrap());
                    while let Some(asked) = read(&mut stream, connection) {
                        let closes = asked.line.contains("closes");
                        let answer = answer(&asked.line, &mut throttled.lock().unwrap());
                        stream.get_mut().write_all(answer.as_bytes()).unwrap();
                        if sender.send(asked).is_err() || closes {
                            break;
                        }
                    }
                });
            }
        });
        Self { url: format!("http://localhost:{port}"), asked }
    }

    /// What the chat says to these orders, and what it has asked the server for.
    fn serve(&self, orders: &[Json], variables: &[(&str, &str)]) -> (Vec<String>, Vec<Asked>) {
        let address = format!("{}/live", self.url);
        let chat = [
            ("SERVE", "chat"),
            ("WEB_SOCKET_CONNECTIONS", address.as_str()),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"),
            ("AWS_SESSION_TOKEN", "a-token"),
        ];
        let turns = orders.iter().enumerate();
        let turns = turns.flat_map(|(n, order)| [event(&format!("id-{n}"), &order.to_string()), accepted()]);
        let record = play("chat", &[&chat, variables].concat(), vec![turns.collect()]);
        assert!(!record.output.contains("psst"), "a message is in the log: {}", record.output);
        (answers(&record), self.asked.try_iter().collect())
    }
}

fn answer(line: &str, throttled: &mut BTreeMap<String, u32>) -> String {
    let id = line.split(' ').nth(1).unwrap().rsplit('/').next().unwrap().to_owned();
    let (status, body) = match id.split('-').next().unwrap() {
        "gone" => (410, ""),
        "forbidden" => (403, r#"{"message": "User: x is not authorized to perform: execute-api:ManageConnections"}"#),
        "large" => (413, r#"{"message": "Payload too large"}"#),
        "wrong" => (400, r#"{"message": "Invalid connectionId"}"#),
        "broken" => (500, "no JSON"),
        "busy" => {
            let times = throttled.entry(id.clone()).or_insert_with(|| id.split_once('-').unwrap().1.parse().unwrap());
            *times = times.saturating_sub(1);
            if *times > 0 { (429, "") } else { (200, "") }
        }
        _ => (200, ""),
    };
    format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn read(stream: &mut BufReader<TcpStream>, connection: usize) -> Option<Asked> {
    let mut lines: Vec<String> = Vec::new();
    while lines.last().is_none_or(|line| !line.is_empty()) {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        lines.push(line.trim_end().to_owned());
    }
    let headers = lines.iter().skip(1).filter_map(|line| line.split_once(": "));
    let headers: BTreeMap<_, _> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    stream.read_exact(&mut body).ok()?;
    Some(Asked { connection, line: lines.swap_remove(0), headers, body: String::from_utf8(body).unwrap() })
}

fn answers(record: &Record) -> Vec<String> {
    let answers = record.calls.iter().filter(|call| call.line.ends_with("/response HTTP/1.1"));
    let answers: Vec<String> = answers.map(|call| serde_json::from_slice(&call.body).unwrap()).collect();
    assert!(!answers.is_empty(), "{record:?}");
    answers
}

#[test]
fn a_message_is_posted_to_its_connection_and_signed_by_the_function() {
    let server = Server::start();
    let message = json!({"send": {"id": "L0SM9cOFvHcCIhw=", "message": {"text": "psst"}}});
    let text = json!({"sendText": {"id": "a", "text": "psst"}});
    let (said, asked) = server.serve(&[message, text, json!({"disconnect": {"id": "a"}})], &[]);
    assert_eq!(said, ["done", "done", "done"]);
    let [message, text, end] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!(message.line, "POST /live/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1");
    assert_eq!(message.body, r#"{"text":"psst"}"#);
    assert_eq!(message.headers["x-amz-security-token"], "a-token");
    let authorization = &message.headers["authorization"];
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{authorization}");
    let scope = "/eu-west-1/execute-api/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token,";
    assert!(authorization.contains(scope), "{authorization}");
    assert_eq!(text.body, "psst");
    assert_eq!((end.line.as_str(), end.body.as_str()), ("DELETE /live/@connections/a HTTP/1.1", ""));
    assert!(asked.iter().all(|it| it.connection == 0), "one connection is enough: {asked:?}");
}

#[test]
fn who_did_not_get_a_message_is_told_from_who_did() {
    let server = Server::start();
    let ids: Vec<String> = (0..40).map(|n| if n % 20 == 7 { format!("gone-{n}") } else { format!("c{n}") }).collect();
    let order = json!({"sendAll": {"ids": ids, "message": "psst"}});
    let (said, asked) = server.serve(&[order], &[]);
    assert_eq!(said, ["gone-27: the connection has ended; gone-7: the connection has ended"]);
    assert_eq!(asked.len(), 40);
    let connections = asked.iter().map(|it| it.connection).max().unwrap() + 1;
    assert!((2..=16).contains(&connections), "several at a time: {connections}");
}

#[test]
fn what_api_gateway_refuses_is_an_error_that_says_what_to_do() {
    let server = Server::start();
    let send = |id: &str| json!({"send": {"id": id, "message": "psst"}});
    let large = |bytes: usize| json!({"sendLarge": {"id": "a", "bytes": bytes}});
    let orders = ["gone-1", "forbidden", "large", "wrong", "broken"].map(send);
    let orders = [&orders[..], &[large(128 * 1024), large(128 * 1024 + 1)]].concat();
    let (said, asked) = server.serve(&orders, &[]);
    let forbidden = "the function may not do this: add `.uses(WebSocket::connections().send())` to it in `main()`, and for the end \
                     of connections `.disconnect()`";
    assert_eq!(
        said,
        [
            "the connection has ended",
            forbidden,
            "the message has 6 bytes, and API Gateway takes 131,072: send it in parts, or a link to it",
            "API Gateway answered 400: Invalid connectionId",
            "API Gateway answered 500: ",
            "done",
            "the message has 131073 bytes, and API Gateway takes 131,072: send it in parts, or a link to it",
        ]
    );
    assert_eq!(asked.len(), 4 + 3 + 1, "only what may pass is tried again");
}

#[test]
fn what_is_throttled_is_sent_again_twice() {
    let server = Server::start();
    let send = |id: &str| json!({"send": {"id": id, "message": "psst"}});
    let (said, asked) = server.serve(&[send("busy-3"), send("busy-4")], &[]);
    assert_eq!(said, ["done", "API Gateway takes no more messages at this time, after three attempts"]);
    assert_eq!(asked.len(), 6);
}

#[test]
fn a_connection_that_api_gateway_closed_is_opened_again() {
    let server = Server::start();
    let send = |id: &str| json!({"send": {"id": id, "message": "psst"}});
    let (said, asked) = server.serve(&[send("closes-1"), send("closes-2"), send("a"), send("b")], &[]);
    assert_eq!(said, ["done"; 4]);
    let connections: Vec<usize> = asked.iter().map(|it| it.connection).collect();
    assert_eq!(connections, [0, 1, 2, 2]);
}

#[test]
fn messages_go_where_the_variables_of_the_sdks_say() {
    let server = Server::start();
    let order = || [json!({"send": {"id": "a", "message": "psst"}})];
    let elsewhere = ("WEB_SOCKET_CONNECTIONS", "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/live");
    for variable in ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] {
        let (said, asked) = server.serve(&order(), &[elsewhere, (variable, &format!("{}/below/", server.url))]);
        assert_eq!(said, ["done"]);
        assert_eq!(asked[0].line, "POST /below/live/@connections/a HTTP/1.1");
    }
    for (variable, value, expected) in [
        ("AWS_ENDPOINT_URL", "ftp://x", "the variable `AWS_ENDPOINT_URL` is not what Lambda sets it to"),
        ("AWS_ACCESS_KEY_ID", "", "the variable `AWS_ACCESS_KEY_ID` is not"),
        ("AWS_REGION", "", "the variable `AWS_REGION` is not"),
        ("WEB_SOCKET_CONNECTIONS", "http://localhost:1/live", "no connection to localhost:1: "),
    ] {
        let (said, asked) = server.serve(&order(), &[(variable, value)]);
        assert!(said[0].contains(expected), "{said:?}");
        assert!(asked.is_empty());
    }
}
