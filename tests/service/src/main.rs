//! A service for the tests: functions that the examples lack, and that misbehave on request.

mod edges;
mod rest;
mod shelves;

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use http::StatusCode;
use serde_json::{Value, json};
use sparta::{
    cfn::{LogicalId, Output, reference},
    prelude::*,
};

/// What differs from one environment to the next.
#[derive(Clone, Settings)]
struct Limits {
    /// Text that the function answers with.
    greeting: String,
    /// How many pieces one order may have.
    #[settings(min = 1)]
    pieces: u32,
    /// ARN of the catalogue, which the function may read.
    catalogue: String,
    /// What customers agree to: more than functions have room for in their variables.
    terms: String,
    /// What the shelf is called.
    shelf: String,
}

#[derive(Debug, thiserror::Error)]
#[error("only {0} pieces are left")]
struct OutOfStock(u32);

async fn greet(_: Request) -> Result<String, Error> {
    Ok(Limits::get()?.greeting.clone())
}

/// Tells what arrived, as the caller asked: as something that was made, as bytes, as a panic or as an error.
async fn echo(request: Request) -> Result<Response, Error> {
    let authorizer = request.authorizer_context().cloned();
    let parameters = request.path_parameters();
    let (head, body) = request.into_parts();
    let body = body.bytes().await?;
    tracing::info!(bytes = body.len(), "echoes");
    match head.uri.path() {
        "/panic" => panic!("the echo broke"),
        "/error" => Err(OutOfStock(2))?,
        "/bytes" => return Ok(vec![0xff, 0x00].into_response()),
        _ => {}
    }
    let headers = head.headers.get_all("x-tag").iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let answer = json!({
        "method": head.method.as_str(),
        "path": head.uri.path(),
        "query": head.uri.query(),
        "parameters": parameters.iter().collect::<BTreeMap<_, _>>(),
        "x-tag": headers.collect::<Vec<_>>(),
        "body": String::from_utf8_lossy(&body),
        "authorizer": authorizer,
    });
    let mut answer = Json(answer).into_response();
    if head.uri.path() == "/orders" {
        *answer.status_mut() = StatusCode::CREATED;
        answer.headers_mut().insert("location", "/orders/7".parse()?);
    }
    Ok(answer)
}

/// Lets in who has the key, in the form of the answer that the header says.
async fn gate(event: LambdaEvent<AuthorizerRequest>) -> Result<Authorization, Error> {
    let request = event.payload;
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let answer = match header("x-key") {
        "sesame" => Authorization::allow().context("name", "Ali Baba").context("thieves", 40),
        "broken" => Err(OutOfStock(0))?,
        "stuck" => panic!("the key is stuck"),
        _ => Authorization::deny(),
    };
    let arn = request.route_arn.clone().unwrap_or_default();
    Ok(if header("x-form") == "policy" { answer.principal("ali").on(arn) } else { answer })
}

/// A file that is shipped beside the program.
fn shipped(path: &str) -> Result<String, Error> {
    let folder = std::env::var_os("LAMBDA_TASK_ROOT").ok_or("this is not Lambda")?;
    Ok(fs::read_to_string(Path::new(&folder).join(path))?)
}

/// Does what the event says.
async fn obey(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["do"].as_str() {
        Some("panic") => panic!("told to panic"),
        Some("fail") => Err(OutOfStock(Limits::get()?.pieces))?,
        Some("sleep") => tokio::time::sleep(Duration::from_secs(60)).await,
        Some("read") => return Ok(json!(shipped(event.payload["file"].as_str().unwrap_or_default())?)),
        Some("agree") => return Ok(json!(Limits::get()?.terms.len())),
        Some("measure") => return Ok(json!(event.payload["text"].as_str().map(str::len))),
        _ => {}
    }
    Ok(json!({"obeyed": event.payload, "request": event.context.request_id}))
}

/// Adds up the orders of a batch.
async fn orders(event: LambdaEvent<SqsEvent>) -> Result<u32, Error> {
    let mut pieces = 0;
    for message in event.payload.records {
        let order: u32 = message.body.unwrap_or_default().parse()?;
        tracing::info!(order, message = message.message_id, "ordered");
        pieces += order;
    }
    let most = Limits::get()?.pieces;
    if pieces > most { Err(OutOfStock(most))? } else { Ok(pieces) }
}

/// Stands for a client that is made once, before the first event.
#[derive(Clone)]
struct Stock(u32);

impl Stock {
    async fn connect() -> Result<Self, Error> {
        let pieces = Limits::get()?.pieces;
        tokio::task::yield_now().await;
        match pieces {
            1 => Err(OutOfStock(pieces))?,
            2 => panic!("the stock fell over"),
            _ => Ok(Self(pieces)),
        }
    }
}

/// Refuses where the test says so, by the name of the hook.
fn hook(name: &str) -> Result<(), Error> {
    match std::env::var("TEST_REFUSES") {
        Ok(refused) if refused == name => Err(format!("{name} is not for today").into()),
        _ => Ok(()),
    }
}

async fn show(deployed: Deployed) -> Result<(), Error> {
    eprintln!("orders go to {}", Queue::new("orders").name_in(&deployed)?);
    hook("after_deployment")
}

fn main() -> sparta::Result<()> {
    let limits = Limits {
        greeting: "Hello!".into(),
        pieces: 10,
        catalogue: "arn:aws:dynamodb:us-east-1:123456789012:table/catalogue".into(),
        terms: "You pay. ".repeat(450),
        shelf: "books".into(),
    };
    let read_catalogue = Statement::allow(["dynamodb:GetItem"]).on(reference(&LogicalId::of_words(["catalogue"])));
    let stock = || async {
        let stock = Stock::connect().await?;
        Ok::<_, Error>(service_fn(move |_: LambdaEvent<Value>| {
            let Stock(pieces) = stock;
            async move { Ok::<_, Error>(pieces) }
        }))
    };
    let echo =
        Function::http("echo", service_fn(echo)).layer(TraceLayer::new_for_http()).trigger(FunctionUrl::signed());
    let shelf = shelves::shelf();
    // Other code, where a test wants some and compiles nothing for it.
    let catalogue = std::env::var("TEST_CATALOGUE").unwrap_or_else(|_| "catalogue.txt".to_owned());
    let architecture = if cfg!(feature = "arm64") { Architecture::Arm64 } else { Architecture::X86_64 };
    let app = App::new("Misbehaving")
        .architecture(architecture)
        .function(Function::http("greet", service_fn(greet)).grant(read_catalogue))
        .function(rest::routes(echo))
        .function(Function::event("gate", service_fn(gate)))
        .function(Function::event("obey", service_fn(obey)))
        .function(Function::event("orders", service_fn(orders)).trigger(Queue::new("orders").batches()))
        .function(Function::event_factory("stock", stock))
        .function(Function::custom_resource("shelves", shelves::Shelves))
        .function(Function::http("socket", service_fn(edges::socket)))
        .function(Function::http("shop", service_fn(edges::shop)).trigger(RestApi::any("/shop/{path+}")))
        .rest_api(rest::options())
        .output("ShelfRoom", Output::new("How much the shelf holds", shelf.attribute("Room")))
        .resource("BookShelf", shelf)
        .file("shelf/prices.txt", include_bytes!("prices.txt"))
        .file("shelf/catalogue.txt", catalogue.as_str())
        .before_build(|build| {
            eprintln!("builds {:?} into {}", build.environments().collect::<Vec<_>>(), build.output().display());
            hook("before_build")
        })
        .after_build(|package| {
            eprintln!("built {} of {} bytes", package.build_id(), package.archive().metadata()?.len());
            hook("after_build")
        })
        .before_deployment(async |_| hook("before_deployment"))
        .after_deployment(show)
        .environment(Environment::new("test", limits.clone()))
        .pipeline(Pipeline::github("https://github.com/acme/misbehaving"));
    // More environments, for the same reason.
    let app = match std::env::var("TEST_ABROAD").as_deref() {
        Ok(account) => app
            .environment(Environment::new("abroad", limits.clone()).region("eu-west-3"))
            .environment(Environment::new("away", limits).account(account).region("eu-central-1")),
        Err(_) => app,
    };
    app.run()
}
