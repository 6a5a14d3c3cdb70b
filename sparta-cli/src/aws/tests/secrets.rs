use serde_json::{Value, json};

use super::*;
use crate::deploy::tests::log::logged;

const SECRET: &str = "ghp_sesame";

fn value(text: &str) -> Answer {
    Answer::json(200, &json!({ "Name": "token", "SecretString": text, "VersionId": "v-1" }).to_string())
}

#[tokio::test]
async fn what_is_stored_once_is_stored_once_however_often_it_is_sent() {
    let oops = Answer::json_error(500, "InternalServiceError", "oops");
    let script = Script::new([
        ("CreateSecret", vec![oops.clone(), value("")]),
        ("PutSecretValue", vec![oops.clone(), oops, value("")]),
    ]);
    let secrets = Secrets::new(&script.config());
    secrets.create("token", SECRET, "for the pipeline").await.unwrap();
    secrets.put("token", SECRET).await.unwrap();
    let seen = script.seen();
    let tokens: Vec<String> = seen
        .iter()
        .map(|seen| {
            serde_json::from_str::<Value>(&seen.body).unwrap()["ClientRequestToken"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(tokens.len(), 5);
    assert_eq!(tokens[0], tokens[1]);
    assert!(tokens[2] == tokens[3] && tokens[3] == tokens[4]);
    assert_ne!(tokens[0], tokens[2]);
    assert!(tokens.iter().all(|token| (32..=64).contains(&token.len())), "{tokens:?}");
}

#[test]
fn a_value_is_in_nothing_that_is_logged_at_any_level() {
    let log = logged(async {
        let quoted = Answer::json_error(400, "InvalidParameterException", "Value 'ghp_sesame' is bad");
        let garbled = Answer::json(200, r#"{"SecretString": ["ghp_sesame"]}"#);
        let broken = Answer::xml(500, "<html>ghp_sesame</html>".into());
        let script = Script::new([
            ("GetSecretValue", vec![value(SECRET), broken, garbled]),
            ("CreateSecret", vec![value(SECRET)]),
            ("PutSecretValue", vec![Answer::Drop, quoted]),
            ("GetFunctionConfiguration", vec![configuration()]),
        ]);
        let secrets = Secrets::new(&script.config());
        let Stored::Value { value, .. } = secrets.get("token").await.unwrap() else { panic!("it is stored") };
        assert_eq!(value, SECRET);
        secrets.get("token").await.err().expect("the answer has another form");
        secrets.create("token", SECRET, "for the pipeline").await.unwrap();
        secrets.put("token", SECRET).await.unwrap_err();
        tracing::info!(?secrets);
        code(&script.config()).await.unwrap();
    });
    assert!(log.contains("Secrets Manager") && log.contains("CodeSha256"), "calls without a secret are logged: {log}");
    assert!(!log.contains("sesame"), "{log}");
}
