//! The pages of `examples/quotes`, put into a bucket by the bytes that were packaged; and its API.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    sync::mpsc,
    thread,
};

use serde_json::{Value, json};
use sparta_test_models::{events, site::site};
use sparta_test_tools::{Moto, Rie, javascript};
use tempfile::TempDir;

use crate::{
    edges::read,
    support::{document, package, unzip},
};

/// A function of the example, out of its archive.
struct Function {
    rie: Rie,
    code: TempDir,
}

impl Function {
    fn start(name: &str, s3: &str, bucket: &str) -> Self {
        let code = unzip(&package("quotes").path().join("code.zip"));
        let variables = [
            ("_HANDLER", name),
            ("AWS_LAMBDA_FUNCTION_TIMEOUT", "60"),
            ("LAMBDA_TASK_ROOT", code.path().to_str().unwrap()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"),
            ("AWS_ENDPOINT_URL_S3", s3),
            ("SITE_BUCKET", bucket),
            ("LISTENER", "arn"),
            ("DOMAIN", "quotes.example"),
            ("CERTIFICATE", "arn"),
        ];
        Self { rie: Rie::start(&code.path().join("bootstrap"), &variables), code }
    }

    fn invoke(&self, event: &Value) -> Value {
        self.rie.invoke(event.to_string().as_bytes()).json()
    }

    /// Asks it as CloudFormation does; `answers` is where its answer goes.
    fn provide(&self, kind: &str, answers: &str) {
        let properties =
            json!({"ServiceToken": "arn", "Code": "1", "Manifest": {"HttpApiUrl": "https://a1b2.example"}});
        let request = json!({
            "RequestType": kind, "ResponseURL": answers, "StackId": "stack", "RequestId": "1", "LogicalResourceId": "SiteFiles",
            "ResourceType": "Custom::Site", "PhysicalResourceId": "site", "ResourceProperties": properties,
            "OldResourceProperties": properties,
        });
        assert_eq!(self.invoke(&request), Value::Null, "{}", self.rie.log());
    }

    /// A file of the site as it was shipped.
    fn file(&self, path: &str) -> PathBuf {
        self.code.path().join("sparta-site").join(path)
    }
}

/// The bucket of a site, and one where CloudFormation reads answers.
struct Buckets(Moto);

impl Buckets {
    fn start() -> Self {
        let moto = Moto::start();
        for bucket in ["pages", "answers"] {
            moto.aws().call("s3", "create_bucket", json!({"Bucket": bucket}));
        }
        Self(moto)
    }

    fn object(&self, bucket: &str, key: &str) -> Value {
        self.0.aws().call("s3", "get_object", json!({"Bucket": bucket, "Key": key}))
    }

    fn keys(&self) -> Vec<String> {
        let listed = self.0.aws().call("s3", "list_objects_v2", json!({"Bucket": "pages"}));
        let contents = listed["Contents"].as_array().into_iter().flatten();
        contents.map(|object| object["Key"].as_str().unwrap().to_owned()).collect()
    }

    /// What the function answers to CloudFormation.
    fn answer(&self, site: &Function, kind: &str) -> Value {
        site.provide(kind, &format!("{}/answers/answer?Signature=x", self.0.endpoint()));
        serde_json::from_str(self.object("answers", "answer")["Body"].as_str().unwrap()).unwrap()
    }

    /// How often a file was put.
    fn puts(&self, key: &str) -> usize {
        self.0.log().matches(&format!("PUT /pages/{key} ")).count()
    }
}

#[test]
fn files_are_put_when_they_changed_and_are_gone_with_the_stack() {
    let buckets = Buckets::start();
    let site = Function::start("site", &buckets.0.endpoint(), "pages");
    assert_eq!(buckets.answer(&site, "Create")["Status"], "SUCCESS", "{}", site.rie.log());
    let first = ["addresses.json", "assets/quotes-1.css", "assets/quotes-1.js", "help/index.html", "index.html"];
    let in_bucket = |files: &[&str]| {
        let files = files.iter().map(|file| format!("site/{file}"));
        ["site.json".to_owned()].into_iter().chain(files).collect::<Vec<_>>()
    };
    assert_eq!(buckets.keys(), in_bucket(&first));
    let page = buckets.object("pages", "site/index.html");
    assert_eq!(page["Body"].as_str().unwrap(), fs::read_to_string(site.file("index.html")).unwrap());
    let told =
        |object: &Value| [&object["ContentType"], &object["CacheControl"]].map(|it| it.as_str().unwrap().to_owned());
    assert_eq!(told(&page), ["text/html; charset=utf-8", "public, max-age=0, must-revalidate"]);
    let script = buckets.object("pages", "site/assets/quotes-1.js");
    assert_eq!(told(&script), ["text/javascript; charset=utf-8", "public, max-age=31536000, immutable"]);
    let addresses: Value =
        serde_json::from_str(buckets.object("pages", "site/addresses.json")["Body"].as_str().unwrap()).unwrap();
    assert_eq!(addresses, json!({"HttpApiUrl": "https://a1b2.example"}));

    fs::remove_dir_all(site.file("help")).unwrap();
    fs::rename(site.file("assets/quotes-1.css"), site.file("assets/quotes-2.css")).unwrap();
    fs::write(site.file("a b+ü.html"), "a page").unwrap();
    assert_eq!(buckets.answer(&site, "Update")["PhysicalResourceId"], "site");
    let second = [
        "a b+ü.html",
        "addresses.json",
        "assets/quotes-1.css",
        "assets/quotes-1.js",
        "assets/quotes-2.css",
        "index.html",
    ];
    assert_eq!(buckets.keys(), in_bucket(&second), "the style of before is there for pages that are open");
    assert_eq!(
        (buckets.puts("site/index.html"), buckets.puts("site/assets/quotes-2.css")),
        (1, 1),
        "what changed alone"
    );

    assert_eq!(buckets.answer(&site, "Update")["Status"], "SUCCESS");
    assert_eq!(buckets.keys(), in_bucket(&second), "another build of the same site");
    fs::write(site.file("index.html"), "another page").unwrap();
    assert_eq!(buckets.answer(&site, "Update")["Status"], "SUCCESS");
    assert!(!buckets.keys().contains(&"site/assets/quotes-1.css".to_owned()), "{:?}", buckets.keys());
    assert_eq!(buckets.object("pages", "site/index.html")["Body"], "another page");

    assert_eq!(buckets.answer(&site, "Delete")["Status"], "SUCCESS");
    assert_eq!(buckets.keys(), [""; 0]);
    assert_eq!(buckets.answer(&site, "Delete")["Status"], "SUCCESS", "a request may come twice");
}

#[test]
fn a_creation_that_fails_says_why_and_leaves_no_file() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel();
    thread::spawn(move || {
        let mut state = String::new();
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (head, body) = read(&mut stream).unwrap();
            let (method, key) = head[0].trim_end_matches(" HTTP/1.1").split_once(" /").unwrap();
            let (status, answer) = match (method, key) {
                ("PUT", "pages/site/index.html") => ("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>"),
                ("GET", _) => ("200 OK", state.as_str()),
                _ => ("200 OK", ""),
            };
            write!(stream.get_mut(), "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{answer}", answer.len()).unwrap();
            if (method, key) == ("PUT", "pages/site.json") {
                state.clone_from(&body);
            }
            sender.send((method.to_owned(), key.to_owned(), body)).unwrap();
        }
    });
    let site = Function::start("site", &address, "pages");
    site.provide("Create", &format!("{address}/answer"));
    let asked: Vec<_> = asked.try_iter().collect();
    let (.., answer) = asked.iter().find(|(_, key, _)| key == "answer").unwrap();
    let answer: Value = serde_json::from_str(answer).unwrap();
    let reason = "S3 refused PUT of `site/index.html` with status 403: AccessDenied";
    assert_eq!((&answer["Status"], &answer["Reason"]), (&json!("FAILED"), &json!(reason)));
    let keys = |method: &str| {
        asked.iter().filter(|it| it.0 == method && it.1 != "answer").map(|it| &it.1).collect::<BTreeSet<_>>()
    };
    assert_eq!(keys("PUT"), keys("DELETE"), "everything that may be there is deleted");
}

#[test]
fn paths_are_files_of_the_site() {
    let pages = document(&package("quotes").path().join("cloudformation.json"));
    let single_page = serde_json::to_value(site().synthesize().unwrap().template).unwrap();
    let files = |template: &Value, paths: &[&str]| -> Value {
        let code = template["Resources"]["SitePaths"]["Properties"]["FunctionCode"].as_str().unwrap();
        let paths = json!(paths);
        let asked = format!("{paths}.map((uri) => handler({{ request: {{ uri }} }}).uri)");
        serde_json::from_str(&javascript(&format!("{code}\nconsole.log(JSON.stringify({asked}))"))).unwrap()
    };
    let paths = ["/", "/help/", "/help/index.html", "/help", "/assets/a.js", "/.well-known/change-password"];
    let expected = [
        "/index.html",
        "/help/index.html",
        "/help/index.html",
        "/help",
        "/assets/a.js",
        "/.well-known/change-password",
    ];
    assert_eq!(files(&pages, &paths), json!(expected));
    let expected = [
        "/index.html",
        "/index.html",
        "/help/index.html",
        "/index.html",
        "/assets/a.js",
        "/.well-known/change-password",
    ];
    assert_eq!(files(&single_page, &paths), json!(expected));
}

#[test]
fn the_api_answers_the_same_behind_its_http_api_and_the_load_balancer() {
    let api = Function::start("api", "http://localhost", "none");
    let mut http_api = events::http_api("/api/products");
    http_api["requestContext"]["http"]["method"] = "GET".into();
    let answers = [http_api, events::load_balancer("/api/products")];
    let answers = answers.map(|event| {
        let answer = api.invoke(&event);
        (answer["statusCode"].clone(), answer["body"].clone())
    });
    assert_eq!(answers[0], answers[1]);
    let shield = r#"{"name":"shield","price":48000}"#;
    assert!(answers[0].1.as_str().unwrap().starts_with(&format!("[{shield}")), "{answers:?}");
}
