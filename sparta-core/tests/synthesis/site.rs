//! A static site behind CloudFront.

use serde_json::{Value as Json, json};
use sparta_core::{
    App, Distribution, DistributionMistake, Environment, Origin, Site, SiteMistake,
    trigger::{Domain, FunctionUrl, RestApi, RestApiOptions},
};
use sparta_test_models::{edges::function, site::site};

fn template(app: &App) -> Json {
    app.check().unwrap();
    serde_json::to_value(app.synthesize().unwrap().template).unwrap()
}

fn alone(site: Site) -> App {
    App::new("Pages").distribution(Distribution::new(Origin::site(site))).environment(Environment::new("test", ()))
}

fn mistakes(app: &App) -> Vec<String> {
    let mistakes = app.check().unwrap_err();
    mistakes.iter().map(|mistake| mistake.problem().to_string()).collect()
}

#[test]
fn nobody_but_the_distribution_reads_the_files() {
    let template = template(&site());
    let blocked = &template["Resources"]["SiteBucket"]["Properties"]["PublicAccessBlockConfiguration"];
    assert!(blocked.as_object().unwrap().values().all(|it| *it == json!(true)), "{blocked}");

    let policy = &template["Resources"]["SiteBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    let distribution = "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}";
    let only = json!({"StringEquals": {"AWS:SourceArn": {"Fn::Sub": distribution}}});
    let cloudfront = json!({"Service": "cloudfront.amazonaws.com"});
    let allowed: Vec<_> = policy.as_array().unwrap().iter().filter(|it| it["Effect"] == "Allow").collect();
    assert_eq!(allowed.len(), 2, "{policy}");
    assert!(allowed.iter().all(|it| it["Principal"] == cloudfront && it["Condition"] == only), "{policy}");
    assert_eq!(allowed[0]["Resource"], json!({"Fn::Sub": "${SiteBucket.Arn}/site/*"}));

    let config = &template["Resources"]["Distribution"]["Properties"]["DistributionConfig"];
    let origin = &config["Origins"][0];
    assert_eq!((&origin["Id"], &origin["OriginPath"]), (&json!("Site"), &json!("/site")));
    assert_eq!(origin["OriginAccessControlId"], json!({"Ref": "SiteAccess"}));
    assert_eq!(config["DefaultRootObject"], "index.html");
    let behavior = &config["DefaultCacheBehavior"];
    assert_eq!(behavior["AllowedMethods"], json!(["GET", "HEAD", "OPTIONS"]));
    let paths = json!([{"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["SitePaths", "FunctionARN"]}}]);
    assert_eq!(behavior["FunctionAssociations"], paths);
    assert!(config["CacheBehaviors"][0]["FunctionAssociations"].is_null(), "the API's paths are its own");
}

#[test]
fn the_files_are_put_again_whenever_the_code_is_another() {
    let template = template(&site());
    let files = &template["Resources"]["SiteFiles"];
    assert_eq!((&files["Type"], &files["Properties"]["Code"]), (&json!("Custom::Site"), &json!({"Ref": "CodeKey"})));
    let addresses = json!({
        "HttpApiUrl": template["Outputs"]["HttpApiUrl"]["Value"],
        "RestApiUrl": template["Outputs"]["RestApiUrl"]["Value"],
        "Team": "growth",
    });
    assert_eq!(files["Properties"]["Manifest"], addresses);

    let function = &template["Resources"]["SiteFunction"]["Properties"];
    assert_eq!(function["Environment"]["Variables"]["SITE_BUCKET"], json!({"Ref": "SiteBucket"}));
    let statements = &template["Resources"]["SiteRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"];
    let on = |keys: &str| json!({"Fn::Sub": format!("${{SiteBucket.Arn}}/{keys}")});
    let resources: Vec<_> = statements.as_array().unwrap().iter().map(|it| &it["Resource"]).collect();
    assert!(resources.contains(&&on("site/*")) && resources.contains(&&on("site.json")), "{statements}");
}

#[test]
fn the_rest_api_is_asked_in_its_stage() {
    let template = template(&site());
    let origin = &template["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"][2];
    assert_eq!((&origin["Id"], &origin["OriginPath"]), (&json!("RestApi"), &json!({"Fn::Sub": "/${RestApiStage}"})));
}

#[test]
fn a_page_for_what_is_not_found_is_that_of_the_whole_distribution() {
    let app = alone(Site::folder("web").not_found("404.html"));
    let pages =
        &template(&app)["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["CustomErrorResponses"];
    let page = json!([{"ErrorCode": 404, "ResponseCode": 404, "ResponsePagePath": "/404.html"}]);
    assert_eq!(*pages, page);

    let site = Site::folder("web").not_found("404.html");
    let both = Distribution::new(Origin::site(site)).path("/api/*", Origin::function_url("api"));
    let app = App::new("Pages").function(function("api").trigger(FunctionUrl::signed())).distribution(both);
    let wrong = DistributionMistake::NotFound("404.html".into());
    assert_eq!(mistakes(&app.environment(Environment::new("test", ()))), [wrong.to_string()]);
}

#[test]
fn what_no_site_can_be_is_a_mistake() {
    let site = || Site::folder("web");
    for (site, wrong) in [
        (site().manifest("/api.json"), SiteMistake::File("/api.json".into())),
        (site().not_found("../404.html"), SiteMistake::File("../404.html".into())),
        (site().immutable("/assets/"), SiteMistake::Prefix("/assets/".into())),
        (site().immutable(""), SiteMistake::Prefix(String::new())),
        (site().value("Team", "growth"), SiteMistake::NoManifest),
        (site().single_page().not_found("404.html"), SiteMistake::NeverMissing),
    ] {
        assert_eq!(mistakes(&alone(site)), [wrong.to_string()]);
    }
    let two = Distribution::new(Origin::site(site())).path("/docs/*", Origin::site(Site::folder("docs")));
    let two = App::new("Pages").distribution(two).environment(Environment::new("test", ()));
    assert_eq!(mistakes(&two), [DistributionMistake::TwoSites.to_string()]);
    let absolute = mistakes(&alone(Site::folder("/srv/web")));
    assert!(absolute[0].contains("`/srv/web`, which only this machine has"), "{absolute:?}");
}

#[test]
fn a_rest_api_that_cloudfront_does_not_reach_is_a_mistake() {
    let behind = |options: RestApiOptions, function| {
        let app = App::new("Orders").rest_api(options).function(function);
        app.distribution(Distribution::new(Origin::rest_api())).environment(Environment::new("test", ()))
    };
    let orders = || function("orders").trigger(RestApi::get("/{id}"));
    let private = behind(RestApiOptions::new().private(["vpce-0a1b2c3d"]), orders());
    assert_eq!(mistakes(&private), [DistributionMistake::PrivateRestApi.to_string()]);
    let none = App::new("Orders").function(function("orders").trigger(FunctionUrl::signed()));
    let none = none.distribution(Distribution::new(Origin::rest_api())).environment(Environment::new("test", ()));
    assert_eq!(mistakes(&none), [DistributionMistake::NoRestApi.to_string()]);
    let domain = Domain::new("orders.example").certificate("arn:aws:acm:eu-west-1:123456789012:certificate/orders");
    let closed = behind(RestApiOptions::new().domain(domain), orders());
    assert_eq!(mistakes(&closed), [DistributionMistake::ClosedRestApi.to_string()]);
}
