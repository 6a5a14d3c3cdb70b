//! What AWS takes, and a service is warned of.

use std::{convert::Infallible, time::Duration};

use serde_json::json;
use sparta_core::{
    App, Authorization, AuthorizerRequest, Environment, Error, Function, HttpService, LambdaEvent, Request,
    cfn::{Output, Resource, Template},
    construct::Queue,
    iam::Statement,
    service_fn,
    settings::Secret,
    trigger::{ApiOptions, FunctionUrl, HttpApi, Jwt},
};
use sparta_macros::Settings;

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn warnings(app: &App) -> Vec<String> {
    app.check().unwrap();
    app.synthesize().unwrap().warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn a_url_that_streams_is_warned_of_where_answers_are_whole() {
    let hello = || {
        service_fn(async |_: lambda_http::Request| Ok::<_, Infallible>(lambda_http::Response::new("hello".to_owned())))
    };
    let app = |function: Function, url| App::new("Hello").function(function.trigger(url));
    let streams = || FunctionUrl::signed().streaming();
    let found = warnings(&app(Function::http("hello", hello()), streams()));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert!(found.starts_with("function `hello`: its answers are sent as streams, and nothing"), "{found}");
    let passed_on = Function::http("hello", HttpService::lambda_http(hello()));
    assert_eq!(warnings(&app(passed_on, streams())), [""; 0]);
    assert_eq!(warnings(&app(Function::http("hello", hello()), FunctionUrl::signed())), [""; 0]);
    assert_eq!(warnings(&app(function("hello"), streams())), [""; 0]);
}

#[test]
fn a_function_that_runs_longer_than_its_http_api_waits_is_warned_of() {
    let app = |seconds| {
        let api = function("api").timeout(Duration::from_secs(seconds));
        App::new("Hello").function(api.trigger(HttpApi::get("/hello")))
    };
    assert_eq!(warnings(&app(30)), [""; 0]);
    let found = warnings(&app(60));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert!(found.starts_with("function `api`: it may run for 60 s, and an HTTP API waits for an answer for 30 s"));
    // what no HTTP API waits for may take its time
    let slow = function("slow").timeout(Duration::from_secs(20)).trigger(Queue::new("orders").batches());
    assert_eq!(warnings(&App::new("Hello").function(slow)), [""; 0]);
}

#[test]
fn a_function_that_nothing_invokes_is_warned_of() {
    let alone = function("alone");
    let found = warnings(&App::new("Hello").function(alone));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert!(found.starts_with("function `alone`: nothing invokes it") && found.contains("give it a trigger"));

    let called = function("called");
    let caller = function("caller").variable("CALLED", called.reference()).trigger(HttpApi::get("/"));
    assert_eq!(warnings(&App::new("Hello").function(called).function(caller)), [""; 0]);

    let shown = function("shown");
    let output = Output::new("What a batch of the data centre calls", shown.arn());
    assert_eq!(warnings(&App::new("Hello").output("Shown", output).function(shown)), [""; 0]);
}

#[test]
fn a_permission_for_data_on_everything_is_warned_of() {
    let app =
        |statement: Statement| App::new("Hello").function(function("api").trigger(HttpApi::get("/")).grant(statement));
    let found = warnings(&app(Statement::allow(["s3:GetObject", "s3:ListAllMyBuckets", "s3:Put*"]).on("*")));
    let message = |action: &str| {
        format!(
            "function `api`: its permission for `{action}` is on `*`, everything in the account: name the ARNs that it needs"
        )
    };
    assert_eq!(found, ["s3:GetObject", "s3:Put*"].map(message));
    for narrow in [
        Statement::allow(["s3:GetObject"]).on("arn:aws:s3:::orders/*"),
        Statement::allow(["xray:PutTraceSegments", "cloudwatch:PutMetricData", "dynamodb:ListTables"]).on("*"),
        Statement::allow(["s3:GetObject"]).on("*").when(json!({"StringEquals": {"aws:ResourceTag/app": "hello"}})),
    ] {
        assert_eq!(warnings(&app(narrow)), [""; 0]);
    }
}

#[test]
fn what_cloudformation_takes_and_is_hardly_meant_is_warned_of_with_its_place() {
    let granted = function("api").trigger(HttpApi::get("/")).grant(Statement::allow(["s3:GetObjekt"]).on("*"));
    let found = warnings(&App::new("Hello").function(granted));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert!(found.starts_with("Resources.ApiRole.Properties.Policies[0].PolicyDocument.Statement[1].Action"));
    assert!(found.ends_with("did you mean `s3:GetObject`?"), "{found}");

    let policy = json!({"PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sqs:Send", "Resource": "*"}}});
    let app = App::new("Hello").function(function("api").trigger(HttpApi::get("/")));
    let app = app.resource("Policy", Resource::raw("AWS::IAM::ManagedPolicy", policy.clone()));
    assert!(warnings(&app)[0].starts_with("Resources.Policy.Properties.PolicyDocument.Statement.Action: `sqs:Send`"));
    let document = json!({"Resources": {"Policy": {"Type": "AWS::IAM::ManagedPolicy", "Properties": policy}}});
    let template = Template::from_json(&document.to_string()).unwrap();
    template.check().unwrap();
    let found = &template.warnings()[0];
    assert_eq!(found.place(), "Resources.Policy.Properties.PolicyDocument.Statement.Action");
    assert!(found.message().contains("no IAM action that is known"));
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Shop {
    currency: String,
    payment_key: Secret<String>,
    signing_key: Option<Secret<String>>,
}

#[test]
fn a_secret_that_reaches_nothing_is_warned_of() {
    let app = |pay: Function| {
        let shop = Shop { currency: "EUR".into(), payment_key: Secret::ssm("/shop/key"), signing_key: None };
        let pay = pay.uses(Shop::SIGNING_KEY).trigger(HttpApi::get("/"));
        App::new("Shop").function(pay).environment(Environment::new("test", shop))
    };
    assert_eq!(warnings(&app(function("pay").uses(Shop::PAYMENT_KEY))), [""; 0]);
    let found = warnings(&app(function("pay")));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        found,
        "setting `PAYMENT_KEY`: no function uses this secret: add `.uses(Shop::PAYMENT_KEY)` to those that read it, or remove it"
    );
}

#[test]
fn an_authorizer_that_runs_longer_than_api_gateway_waits_is_warned_of_once() {
    let gate = |seconds| {
        let deny = async |_: LambdaEvent<AuthorizerRequest>| Ok::<_, Error>(Authorization::deny());
        Function::event("gate", service_fn(deny)).timeout(Duration::from_secs(seconds))
    };
    let app = |seconds| {
        let route = |path: &str| HttpApi::get(path).authorizer(Function::handle("gate"));
        let api = function("api").trigger(route("/a")).trigger(route("/b"));
        App::new("Hello").function(gate(seconds)).function(api)
    };
    assert_eq!(warnings(&app(10)), [""; 0]);
    let found = warnings(&app(11));
    let [found] = found.as_slice() else { panic!("{found:?}") };
    assert!(
        found.starts_with("function `gate`: it may run for 11 s, and API Gateway waits for an authorizer for 10 s")
    );
}

#[test]
fn more_authorizers_than_an_api_has_by_default_are_warned_of() {
    let app = |count: usize| {
        let jwt = |number| Jwt::issuer(format!("https://id{number}.example")).audience("a");
        let route = |number| HttpApi::get(format!("/{number}")).authorizer(jwt(number));
        App::new("Hello").function((0..count).map(route).fold(function("api"), Function::trigger))
    };
    for app in [app(10), app(10).http_api(ApiOptions::new().routes_in_body())] {
        assert_eq!(warnings(&app), [""; 0]);
    }
    for app in [app(11), app(11).http_api(ApiOptions::new().routes_in_body())] {
        let found = warnings(&app);
        let [found] = found.as_slice() else { panic!("{found:?}") };
        assert!(found.contains("it has 11 authorizers, and AWS allows 10"), "{found}");
    }
}
