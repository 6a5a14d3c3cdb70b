//! What an App says of its stacks as a whole: tags, metadata, and what they import.

use serde_json::json;
use sparta_core::{
    App, AppMistake, Environment, EnvironmentMistake, Error, Function, Request,
    cfn::{Import, Output, Value},
    construct::{Source, Table},
    service_fn,
    trigger::HttpApi,
};

fn hello() -> Function {
    Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello"))).trigger(HttpApi::get("/"))
}

#[test]
fn the_apps_tags_are_on_every_environment_which_may_have_another_value() {
    let app = App::new("Links")
        .function(hello())
        .tag("team", "growth")
        .tag("cost", "7")
        .environment(Environment::new("test", ()))
        .environment(Environment::new("production", ()).tag("cost", "8").tag("pager", "links"));
    let model = app.validate().unwrap();
    let tags = |n: usize| serde_json::to_value(model.environments()[n].configuration()).unwrap()["Tags"].clone();
    assert_eq!(tags(0), json!({"cost": "7", "team": "growth"}));
    assert_eq!(tags(1), json!({"cost": "8", "pager": "links", "team": "growth"}));
    assert_eq!(model.tags()["cost"], "7");
}

#[test]
fn a_wrong_tag_of_the_app_is_one_mistake() {
    let app = App::new("Links").function(hello()).tag("aws:team", "growth");
    let app = app.environment(Environment::new("test", ())).environment(Environment::new("production", ()));
    let mistakes = app.validate().unwrap_err();
    let found: Vec<_> = mistakes.iter().collect();
    assert!(matches!(found[..], [mistake] if matches!(mistake.problem().downcast_ref(), Some(AppMistake::Tag(_)))));
    let other = App::new("Links").function(hello()).tag("team", "a");
    let mistakes = other.environment(Environment::new("test", ()).tag("Team", "b")).validate().unwrap_err();
    let found: Vec<_> = mistakes.iter().map(|it| it.problem().downcast_ref::<EnvironmentMistake>()).collect();
    assert!(matches!(found[..], [Some(EnvironmentMistake::Tag(_))]), "{mistakes}");
}

#[test]
fn metadata_and_exports_are_in_the_template() {
    let app = App::new("Links")
        .function(hello())
        .metadata("Owner", json!({"team": "growth"}))
        .output("Name", Output::new("Name", hello().reference()).export("links-name"));
    app.check().unwrap();
    let template = serde_json::to_value(app.synthesize().unwrap().template).unwrap();
    assert_eq!(template["Metadata"], json!({"Owner": {"team": "growth"}}));
    assert_eq!(template["Outputs"]["Name"]["Export"], json!({"Name": "links-name"}));
}

fn importing(table: Table<sparta_core::construct::Existing>) -> App {
    App::new("Links").function(hello().uses(table.read()))
}

#[test]
fn a_construct_exists_by_what_another_stack_says() {
    let orders = importing(Table::existing(Import::output("Prod-Shop", "OrdersArn").region("eu-west-1")));
    orders.check().unwrap();
    let template = serde_json::to_value(orders.synthesize().unwrap().template).unwrap();
    let resources = &template["Resources"];
    let arn =
        json!({"Fn::GetStackOutput": {"StackName": "Prod-Shop", "OutputName": "OrdersArn", "Region": "eu-west-1"}});
    let statements = &resources["HelloRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(statements[1]["Resource"], arn);
    let name = &resources["HelloFunction"]["Properties"]["Environment"]["Variables"]["ORDERS_TABLE"];
    assert_eq!(name, &arn, "a table that may be of another account is called by its ARN");
}

#[test]
fn a_construct_exists_by_a_name_that_another_stack_has_as_its_output() {
    let links = importing(Table::existing(Source::named("links", Import::output("Prod-Links", "LinksTable"))));
    links.check().unwrap();
    let template = serde_json::to_value(links.synthesize().unwrap().template).unwrap();
    let resources = &template["Resources"];
    let name = json!({"Fn::GetStackOutput": {"StackName": "Prod-Links", "OutputName": "LinksTable"}});
    let statements = &resources["HelloRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let arn = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Name}";
    assert_eq!(statements[1]["Resource"], json!({"Fn::Sub": [arn, {"Name": name}]}));
    assert_eq!(resources["HelloFunction"]["Properties"]["Environment"]["Variables"]["LINKS_TABLE"], name);
}

#[test]
fn who_deploys_may_look_up_exactly_what_is_imported() {
    let there = Import::output("Other", "Arn").role("arn:aws:iam::222222222222:role/outputs");
    let app = importing(Table::existing(Import::output("Prod-Shop", "OrdersArn").region("eu-west-1")))
        .output("There", Output::new("There", Value::from(there)));
    let synthesis = app.synthesize().unwrap();
    let statements = synthesis.required_permissions("Links", &Default::default()).unwrap();
    let on = |action: &str| -> Vec<_> {
        let with = statements.iter().filter(|it| it.actions().iter().any(|it| it == action));
        with.flat_map(|it| serde_json::to_value(it.resources()).unwrap().as_array().unwrap().clone()).collect()
    };
    let stack = "arn:${AWS::Partition}:cloudformation:eu-west-1:${AWS::AccountId}:stack/Prod-Shop/*";
    assert_eq!(on("cloudformation:DescribeStacks"), [json!({"Fn::Sub": stack})]);
    assert_eq!(on("sts:AssumeRole"), [json!("arn:aws:iam::222222222222:role/outputs")]);
}
