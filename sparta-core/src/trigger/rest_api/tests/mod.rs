//! REST APIs, their routes and their options.

mod authorizers;
mod bodies;
mod check;
mod deployment;
mod domain;
mod options;
mod policy;
mod routes;
mod user_pools;

use serde_json::{Value as Json, json};

use super::*;
use crate::{App, Error, Function, Request, service_fn, trigger::Iam};

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn hello() -> Function {
    function("hello")
}

/// The resources of an App.
fn resources(app: &App) -> Json {
    let template = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}")).template.to_json();
    serde_json::from_str::<Json>(&template).unwrap()["Resources"].clone()
}

/// The mistakes of an App, one a line.
fn mistakes(app: &App) -> String {
    app.synthesize().map(drop).unwrap_err().to_string()
}

/// The definition of an API with these routes.
fn definition(routes: impl IntoIterator<Item = RestApi>) -> Json {
    let function = routes.into_iter().fold(hello(), Function::trigger);
    resources(&App::new("Hello").function(function))["RestApi"]["Properties"]["Body"].clone()
}

fn integration(stream: bool) -> Json {
    let (version, action) = match stream {
        true => ("2021-11-15", "response-streaming-invocations"),
        false => ("2015-03-31", "invocations"),
    };
    let uri = format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/${{HelloFunction.Arn}}/{action}"
    );
    let mut integration = json!({"httpMethod": "POST", "type": "aws_proxy", "uri": {"Fn::Sub": uri}});
    if stream {
        integration["timeoutInMillis"] = 900_000.into();
        integration["responseTransferMode"] = "STREAM".into();
    }
    integration
}
