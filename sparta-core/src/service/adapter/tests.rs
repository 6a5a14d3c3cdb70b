use std::collections::HashMap;

use super::*;
use crate::{ClientApplication, ClientContext, CognitoIdentity, Config};

#[test]
fn the_context_is_that_of_lambda_runtime_with_everything_in_it() {
    let own = Context {
        request_id: "id-1".to_owned(),
        deadline: 1_542_409_706_888,
        invoked_function_arn: "arn:aws:lambda:function".to_owned(),
        xray_trace_id: Some("Root=1-5bef4de7".to_owned()),
        client_context: Some(ClientContext {
            client: ClientApplication { app_title: "shop".to_owned(), ..ClientApplication::default() },
            custom: HashMap::from([("a".to_owned(), "b".to_owned())]),
            environment: HashMap::from([("locale".to_owned(), "en".to_owned())]),
        }),
        identity: Some(CognitoIdentity { identity_id: "i".to_owned(), identity_pool_id: "p".to_owned() }),
        tenant_id: Some("acme".to_owned()),
        env_config: Config { function_name: "shop".to_owned(), memory: 512, ..Config::default() }.into(),
    };
    let theirs = context::context(own.clone());
    assert_eq!(serde_json::to_value(theirs).unwrap(), serde_json::to_value(own).unwrap());
}
