//! The user's changes of what Sparta makes: customize, decorate, rules.

use std::time::Duration;

use serde_json::{Value as Json, json};
use sparta_core::{
    App, CustomizeMistake, Error, Function, Mistakes, Problem, Request,
    cfn::{LogicalId, Resource, SetError},
    construct::{Queue, Table},
    resource, service_fn,
    trigger::{HttpApi, Schedule, Scope, Trigger, TriggerExt},
};

fn function(name: &str) -> Function {
    Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("hello")))
}

fn resources(app: &App) -> Json {
    serde_json::to_value(app.synthesize().unwrap().template).unwrap()["Resources"].clone()
}

fn customized() -> App {
    let route = HttpApi::get("/hello")
        .customize(|route| route.property("OperationName", "first"))
        .customize(|route| route.property("OperationName", "second"))
        .customize_part("HttpApi", |api| api.property("Description", "Greetings"))
        .customize_part("HttpApiIntegration", |it| it.property("TimeoutInMillis", 5000));
    let schedule = Schedule::rate(Duration::from_secs(300)).customize(|it| it.property("State", "DISABLED"));
    let orders = Queue::new("orders").batches().customize(|mapping| mapping.property("BatchSize", 7));
    let hello = function("hello")
        .trigger(route)
        .trigger(HttpApi::get("/other"))
        .trigger(schedule)
        .customize(|it| it.property("RecursiveLoop", "Terminate"))
        .customize_part("Logs", |it| it.property("RetentionInDays", 7).retain())
        .customize_part("Role", |it| it.property("MaxSessionDuration", 7200));
    App::new("Hello").function(hello).function(function("count").trigger(orders))
}

#[test]
fn every_resource_of_a_function_and_of_its_triggers_can_be_customized() {
    let resources = resources(&customized());
    let property = |id: &str, name: &str| resources[id]["Properties"][name].clone();
    assert_eq!(property("HelloFunction", "RecursiveLoop"), "Terminate");
    assert_eq!(property("CountFunction", "RecursiveLoop"), Json::Null);
    assert_eq!(property("HelloLogs", "RetentionInDays"), 7);
    assert_eq!(resources["HelloLogs"]["DeletionPolicy"], "Retain");
    assert_eq!(property("HelloRole", "MaxSessionDuration"), 7200);
    assert_eq!(property("GetHelloRoute", "OperationName"), "second");
    assert_eq!(property("GetOtherRoute", "OperationName"), Json::Null);
    assert_eq!(property("HttpApi", "Description"), "Greetings");
    assert_eq!(property("HelloHttpApiIntegration", "TimeoutInMillis"), 5000);
    assert_eq!(property("HelloScheduler", "State"), "DISABLED");
    assert_eq!(property("CountOrdersMapping", "BatchSize"), 7);
    customized().check().unwrap();
}

#[test]
fn a_customized_trigger_is_still_that_trigger() {
    let twice = function("hello").trigger(HttpApi::get("/").customize(|it| it)).trigger(HttpApi::get("/"));
    let mistakes = App::new("Hello").function(twice).check().unwrap_err().to_string();
    assert!(mistakes.contains("the route `GET /` is taken by function `hello` already"), "{mistakes}");
    let path = App::new("Hello").function(function("hello").trigger(HttpApi::get("hello").customize(|it| it)));
    assert!(path.check().unwrap_err().to_string().contains("the path `hello` is not a route"));
}

#[test]
fn a_trigger_of_ones_own_can_be_customized() {
    #[derive(Debug)]
    struct Topic;
    impl Trigger for Topic {
        fn describe(&self) -> String {
            "a topic".to_owned()
        }
        fn synthesize(&self, scope: &mut Scope<'_>) {
            let name = scope.function().name().to_owned();
            scope.allow_invocation(&[&name, "TopicPermission"], "sns.amazonaws.com", "arn:aws:sns:eu-west-1:1:a");
            let subscription = json!({"TopicArn": "arn:aws:sns:eu-west-1:111111111111:a", "Protocol": "lambda"});
            scope.add(&[&name, "Subscription"], Resource::raw("AWS::SNS::Subscription", subscription));
        }
    }
    let topic = Topic
        .customize(|it| it.property("RawMessageDelivery", true))
        .customize_part("TopicPermission", |it| it.property("SourceAccount", "111111111111"));
    let resources = resources(&App::new("Hello").function(function("hello").trigger(topic)));
    assert_eq!(resources["HelloSubscription"]["Properties"]["RawMessageDelivery"], true);
    assert_eq!(resources["HelloTopicPermission"]["Properties"]["SourceAccount"], "111111111111");
}

#[test]
fn a_part_that_is_not_there_is_a_mistake_with_those_that_are() {
    #[derive(Debug)]
    struct Nothing;
    impl Trigger for Nothing {
        fn describe(&self) -> String {
            "nothing".to_owned()
        }
        fn synthesize(&self, scope: &mut Scope<'_>) {
            scope.share("Shared", || resource!(AWS::SNS::Topic));
        }
    }
    let hello = function("hello")
        .trigger(HttpApi::get("/").customize_part("Rout", |it| it))
        .trigger(Nothing.customize(|it| it))
        .customize_part("Log", |it| it);
    let mistakes = App::new("Hello").function(hello).function(function("hello-world")).synthesize().unwrap_err();
    let of_part = |it: &CustomizeMistake| it.to_string();
    let found: Vec<_> = mistakes.iter().filter_map(|it| it.problem().downcast_ref().map(of_part)).collect();
    assert_eq!(
        found,
        [
            "its trigger `GET /` has no `Rout` to customize: it has `HttpApi`, `HttpApiIntegration`, `HttpApiPermission`, \
             `HttpApiStage`, `Route`",
            "its trigger `nothing` has no resource of its own: name what is customized, `.customize_part(...)`: `Shared`",
            "it has no `Log` to customize: it has `Function`, `HttpApiIntegration`, `HttpApiPermission`, `Logs`, `Role`",
        ]
    );
}

fn decorated() -> App {
    App::new("Links")
        .function(function("hello").trigger(HttpApi::get("/")))
        .with(Table::new("links").key("code").customize(|table| table.property("TableClass", "STANDARD")))
        .decorate(|template, model| {
            assert_eq!(model.name(), "Links");
            template.set("LinksTable.TableClass", "STANDARD_INFREQUENT_ACCESS")?;
            Ok(template.set("LinksTable.Tags[0]", json!({"Key": "order", "Value": "first"}))?)
        })
        .decorate(|template, _| {
            template.resource(LogicalId::new("DeployRole")?, Resource::raw("AWS::IAM::Role", json!({
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}},
                ]},
            })));
            Ok(template.set("LinksTable.Tags[0].Value", "second")?)
        })
}

#[test]
fn decorators_change_the_template_in_their_order_after_customize_and_before_roles_are_bound() {
    let resources = resources(&decorated());
    let table = &resources["LinksTable"]["Properties"];
    assert_eq!(table["TableClass"], "STANDARD_INFREQUENT_ACCESS");
    assert_eq!(table["Tags"], json!([{"Key": "order", "Value": "second"}]));
    assert!(resources["DeployRole"]["Properties"]["PermissionsBoundary"].is_object());
    decorated().check().unwrap();
}

#[test]
fn a_decorated_app_gives_the_same_bytes_each_time() {
    let app = decorated();
    let first = app.synthesize().unwrap().template.to_json();
    assert_eq!(app.synthesize().unwrap().template.to_json(), first);
    assert_eq!(decorated().synthesize().unwrap().template.to_json(), first);
}

#[test]
fn what_a_decorator_or_a_rule_refuses_is_in_the_report_with_all_other_mistakes() {
    #[derive(Debug, thiserror::Error)]
    #[error("the table `links` has to be in the template")]
    struct NoLinks;
    let app = || {
        App::new("Hello")
            .function(function("hello").trigger(HttpApi::get("hello")))
            .decorate(|template, _| Ok(template.set("HelloFunctoin.MemorySize", 512)?))
            .validate_with(|template, _| match template.resources().keys().any(|id| id.as_str() == "LinksTable") {
                true => Ok(()),
                false => Err(Problem::from(NoLinks)),
            })
    };
    for mistakes in [app().synthesize().unwrap_err(), app().check().unwrap_err()] {
        let has = |found: fn(&Problem) -> bool| mistakes.iter().any(|it| found(it.problem()));
        assert!(has(|it| matches!(it.downcast_ref(), Some(SetError::NoResource { .. }))), "{mistakes}");
        assert!(has(|it| it.downcast_ref::<NoLinks>().is_some()), "{mistakes}");
        assert_eq!(mistakes.iter().count(), 3, "{mistakes}");
    }
}

#[test]
fn a_value_that_does_not_fit_is_found_by_the_check_of_the_template() {
    let app = App::new("Hello")
        .function(function("hello").trigger(HttpApi::get("/")))
        .decorate(|template, _| Ok(template.set("HelloFunction.MemorySize", 5)?));
    let mistakes: Mistakes = app.check().unwrap_err();
    assert!(mistakes.to_string().contains("Resources.HelloFunction.Properties.MemorySize: "), "{mistakes}");
}
