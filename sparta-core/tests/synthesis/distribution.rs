//! CloudFront in front of the service's addresses.

use serde_json::{Value as Json, json};
use sparta_core::{App, Distribution, DistributionMistake, Environment, Origin, trigger::FunctionUrl};
use sparta_test_models::edges::{edges, function};

fn template(app: &App) -> Json {
    app.check().unwrap();
    serde_json::to_value(app.synthesize().unwrap().template).unwrap()
}

fn mistakes(app: App) -> Vec<DistributionMistake> {
    let mistakes = app.environment(Environment::new("test", ())).check().unwrap_err();
    mistakes.iter().map(|mistake| mistake.problem().downcast_ref::<DistributionMistake>().unwrap().clone()).collect()
}

#[test]
fn every_origin_is_there_once_and_each_path_goes_to_its_own() {
    let template = template(&edges());
    let config = &template["Resources"]["Distribution"]["Properties"]["DistributionConfig"];
    let origins = config["Origins"].as_array().unwrap();
    let ids: Vec<_> = origins.iter().map(|origin| origin["Id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["PagesUrl", "HttpApi", "FilesUrl"]);
    let url = json!({"Fn::GetAtt": ["PagesUrl", "FunctionUrl"]});
    assert_eq!(origins[0]["DomainName"], json!({"Fn::Select": [2, {"Fn::Split": ["/", url]}]}));
    assert_eq!(origins[0]["OriginAccessControlId"], json!({"Ref": "DistributionAccess"}));
    assert!(origins[1]["OriginAccessControlId"].is_null());

    assert_eq!(config["DefaultCacheBehavior"]["TargetOriginId"], "PagesUrl");
    let paths: Vec<_> = config["CacheBehaviors"].as_array().unwrap().iter().collect();
    let of = |n: usize| (paths[n]["PathPattern"].as_str().unwrap(), paths[n]["TargetOriginId"].as_str().unwrap());
    assert_eq!(
        [of(0), of(1), of(2)],
        [("/api/*", "HttpApi"), ("/files/*", "FilesUrl"), ("/files-of-old/*", "FilesUrl"),]
    );
    assert_ne!(paths[1]["CachePolicyId"], paths[2]["CachePolicyId"]);
    assert_eq!(config["Aliases"], json!([{"Ref": "Domain"}]));
    let own = json!(["https://${Name}/", {"Name": {"Ref": "Domain"}}]);
    assert_eq!(template["Outputs"]["DistributionUrl"]["Value"], json!({"Fn::Sub": own}));
}

#[test]
fn a_function_url_is_for_its_distribution_alone() {
    let template = template(&edges());
    let distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}";
    for (permission, action) in [
        ("FilesDistributionUrlPermission", "lambda:InvokeFunctionUrl"),
        ("FilesDistributionInvokePermission", "lambda:InvokeFunction"),
    ] {
        let permission = &template["Resources"][permission]["Properties"];
        assert_eq!(
            (&permission["Action"], &permission["Principal"]),
            (&json!(action), &json!("cloudfront.amazonaws.com"))
        );
        assert_eq!(permission["SourceArn"], json!({"Fn::Sub": distribution}));
        assert_eq!(permission["FunctionName"], json!({"Ref": "FilesAlias"}));
    }
    assert_eq!(template["Resources"]["FilesUrl"]["Properties"]["AuthType"], "AWS_IAM");
}

#[test]
fn what_cloudfront_could_not_reach_or_would_refuse_is_a_mistake() {
    let pages = || function("pages").trigger(FunctionUrl::signed());
    let app = |distribution| App::new("Shop").function(pages()).distribution(distribution);
    let at = |path: &str| Distribution::new(Origin::function_url("pages")).path(path, Origin::function_url("pages"));

    let unknown =
        DistributionMistake::UnknownFunction { function: "page".into(), instead: "did you mean `pages`?".into() };
    assert_eq!(mistakes(app(Distribution::new(Origin::function_url("page")))), [unknown]);
    assert_eq!(mistakes(app(Distribution::new(Origin::http_api()))), [DistributionMistake::NoHttpApi]);
    assert_eq!(mistakes(app(at("files"))), [DistributionMistake::Path("files".into())]);
    let twice = at("/a").path("/a", Origin::function_url("pages"));
    assert_eq!(mistakes(app(twice)), [DistributionMistake::PathTwice("/a".into())]);
    let many = (0..75).fold(Distribution::new(Origin::function_url("pages")), |distribution, n| {
        distribution.path(format!("/{n}"), Origin::function_url("pages"))
    });
    assert_eq!(mistakes(app(many)), [DistributionMistake::TooManyPaths(75)]);
    let arn = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
    let elsewhere = Distribution::new(Origin::function_url("pages")).domain("shop.example", arn);
    assert_eq!(mistakes(app(elsewhere)), [DistributionMistake::Certificate(arn.into())]);

    let of =
        |function| App::new("Shop").function(function).distribution(Distribution::new(Origin::function_url("pages")));
    assert_eq!(mistakes(of(function("pages"))), [DistributionMistake::NoUrl("pages".into())]);
    let open = function("pages").trigger(FunctionUrl::public());
    assert_eq!(mistakes(of(open)), [DistributionMistake::OpenUrl("pages".into())]);
}
