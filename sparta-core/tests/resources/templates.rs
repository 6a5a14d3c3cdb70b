//! Templates of other people: what CloudFormation takes is taken, and what it refuses is refused.

use std::{fs, path::Path};

use serde_json::json;
use sparta_core::{App, Error, Function, Request, cfn::Template, service_fn, trigger::FunctionUrl};

/// The templates of a folder, by the names of their files.
fn templates(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resources/templates").join(folder);
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|it| (it.file_name().into_string().unwrap(), fs::read_to_string(it.path()).unwrap())).collect()
}

fn app() -> App {
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    App::new("Hello").function(hello.trigger(FunctionUrl::signed()))
}

/// What is wrong with a template by itself.
fn mistakes(text: &str) -> Result<(), String> {
    let template = Template::from_json(text).map_err(|error| error.to_string())?;
    template.check().map_err(|mistakes| mistakes.to_string())
}

/// What is wrong with a template as a part of an App, whose parameters need a default.
fn mistakes_in_app(text: &str) -> Result<(), String> {
    let mut document: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let parameters = document.get_mut("Parameters").and_then(|it| it.as_object_mut());
    for parameter in parameters.into_iter().flat_map(|it| it.values_mut()).filter(|it| it.is_object()) {
        if parameter.get("Default").is_none() {
            parameter["Default"] = json!("x");
        }
    }
    let template = Template::from_json(&document.to_string()).map_err(|error| error.to_string())?;
    app().include(template).check().map_err(|mistakes| mistakes.to_string())
}

#[test]
fn what_cloudformation_takes_is_taken() {
    let templates = templates("good");
    assert!(templates.len() >= 26, "{}", templates.len());
    let refused = templates.iter().flat_map(|(name, text)| {
        [("alone", mistakes(text)), ("in an App", mistakes_in_app(text))]
            .into_iter()
            .filter_map(move |(how, found)| Some(format!("{name}, {how}: {}", found.err()?)))
    });
    assert_eq!(refused.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_cloudformation_refuses_is_refused() {
    let templates = templates("bad");
    assert!(templates.len() >= 30, "{}", templates.len());
    let taken = templates.iter().flat_map(|(name, text)| {
        [("alone", mistakes(text)), ("in an App", mistakes_in_app(text))]
            .into_iter()
            .filter_map(move |(how, found)| found.is_ok().then(|| format!("{name}, {how}")))
    });
    assert_eq!(taken.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_template_with_everything_comes_back_as_it_was() {
    let document = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
        "Globals": {"Function": {"Timeout": 3}},
        "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "A,B"}},
        "Conditions": {"Use-AWS&Managed": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
        "Resources": {
            "Fn::ForEach::Queues": ["Name", {"Ref": "Names"}, {"Queue${Name}": {"Type": "AWS::SQS::Queue"}}],
            "Topic": {"Type": "AWS::SNS::Topic", "Condition": "Use-AWS&Managed", "Description": "News"},
            "Import": {"Type": "Custom::Import", "Version": "1.0", "Properties": {"ServiceToken": "arn"}},
            "Job": {"Type": "AWS::SQS::Queue", "DependsOn": ["Topic"], "Metadata": {"a": 1}},
            "Hello": {"Type": "AWS::Serverless::Function", "OfNobody": "x", "Properties": {
                "Runtime": "nodejs24.x", "Handler": "a.b", "CodeUri": ".", "Role": null,
            }},
        },
        "Outputs": {"Url": {"Condition": "Use-AWS&Managed", "Value": {"Ref": "Topic"}}},
    });
    let template = Template::from_json(&document.to_string()).unwrap();
    template.check().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&template.to_json()).unwrap(), document);
}

#[test]
fn loops_over_what_is_known_are_unrolled() {
    let document = json!({
        "Transform": "AWS::LanguageExtensions",
        "Resources": {"Fn::ForEach::Queues": ["Name", ["A", "B"], {
            "Queue${Name}": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::Sub": "q-${Name}"}}},
        }]},
    });
    let template = Template::from_json(&document.to_string()).unwrap();
    let names: Vec<_> = template.resources().keys().map(ToString::to_string).collect();
    assert_eq!(names, ["QueueA", "QueueB"]);
    let app = app().include(template).synthesize().unwrap();
    assert_eq!(app.template.resources().iter().filter(|(_, it)| it.resource_type() == "AWS::SQS::Queue").count(), 2);
}

#[test]
fn a_key_that_stands_twice_is_a_mistake_with_its_path() {
    let text = r#"{"Resources": {"Orders": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 1, "DelaySeconds": 2}},
                   "Orders": {"Type": "AWS::SQS::Queue"}}}"#;
    let error = Template::from_json(text).unwrap_err().to_string();
    assert!(error.contains("Resources.Orders.Properties.DelaySeconds stands twice: remove one"), "{error}");
    assert!(error.contains("Resources.Orders stands twice"), "{error}");
}

#[test]
fn two_templates_that_are_included_have_names_of_their_own() {
    let template = |size: u32| {
        let document = json!({
            "Parameters": {"Size": {"Type": "Number", "Default": size}, "Name": {"Type": "String"}},
            "Mappings": {"Sizes": {"small": {"Rows": size}}},
            "Resources": {"Orders": {"Type": "AWS::SQS::Queue"}},
        });
        Template::from_json(&document.to_string()).unwrap()
    };
    let found = app().include(template(1)).include(template(2)).check().unwrap_err().to_string();
    for part in [
        "the resource `Orders` is called like another one",
        "two templates that are included have a parameter `Size`",
        "two templates that are included have a mapping `Sizes`",
        "the parameter `Name` of an included template has no default",
    ] {
        assert!(found.contains(part), "{part}: {found}");
    }
}
