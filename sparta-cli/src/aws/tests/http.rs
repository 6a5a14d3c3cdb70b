use std::env;
use std::process::Command;

use super::*;

/// Variables can only be set for another process, which is this test once more.
#[tokio::test]
async fn calls_go_through_the_proxy_that_the_environment_names() {
    const THIS: &str = "aws::tests::http::calls_go_through_the_proxy_that_the_environment_names";
    if env::var_os("SPARTA_TEST_PROXIED").is_some() {
        let config = Script::new([]).config().into_builder().endpoint_url("http://lambda.example").build();
        code(&config).await.unwrap();
        return;
    }
    let proxy = Script::new([("GetFunctionConfiguration", vec![configuration()])]);
    let proxied = Command::new(env::current_exe().unwrap())
        .args(["--exact", THIS])
        .env("SPARTA_TEST_PROXIED", "1")
        .env("HTTP_PROXY", proxy.config().endpoint_url().unwrap())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    assert!(proxied.status.success(), "{}", String::from_utf8_lossy(&proxied.stderr));
    let head = proxy.seen().pop().expect("the proxy was asked").head;
    assert!(head.starts_with("GET http://lambda.example/2015-03-31/functions/api/configuration "), "{head}");
}
