use std::time::Duration;

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    App, Environment, Error, Function, Request, service_fn,
    trigger::{FunctionUrl, HttpApi},
};

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

#[test]
fn a_route_is_an_operation_of_one_document_that_invokes_the_function() {
    let app = App::new("Hello").function(hello().trigger(RestApi::get("/users/{id}")));
    let resources = resources(&app);
    let api = &resources["RestApi"]["Properties"];
    assert_eq!(api["BinaryMediaTypes"], json!(["*/*"]));
    assert_eq!(api["Body"]["paths"].as_object().unwrap().len(), 1);
    assert_eq!(
        api["Body"]["paths"]["/users/{id}"],
        json!({"get": {
            "parameters": [{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}],
            "responses": {},
            "x-amazon-apigateway-integration": integration(false),
        }})
    );
    let permission = &resources["HelloRestApiPermission"]["Properties"];
    let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${RestApi}/*";
    assert_eq!(permission["SourceArn"], json!({"Fn::Sub": source}));
    let of_api = |kind: &str| resources.as_object().unwrap().values().filter(|it| it["Type"] == kind).count();
    assert_eq!((of_api("AWS::ApiGateway::Resource"), of_api("AWS::ApiGateway::Method")), (0, 0));
}

#[test]
fn a_router_is_every_method_of_every_path() {
    let paths = &definition([RestApi::router(), RestApi::post("/orders")])["paths"];
    for path in ["/", "/{proxy+}"] {
        assert_eq!(
            paths[path]["x-amazon-apigateway-any-method"]["x-amazon-apigateway-integration"],
            integration(false)
        );
    }
    assert_eq!(paths["/orders"]["post"]["x-amazon-apigateway-integration"], integration(false));
}

#[test]
fn routes_take_no_resources_and_little_of_a_template() {
    let functions = (0..60).map(|n| {
        let route = |at: usize| RestApi::get(format!("/things/{}/{{id}}", at % 280)).required_query(format!("q{at}"));
        let route =
            |at: usize| if at < 280 { route(at) } else { RestApi::post(format!("/things/{}/{{id}}", at % 280)) };
        (n..400).step_by(60).map(route).fold(function(&format!("f{n}")), Function::trigger)
    });
    let app = functions.fold(App::new("Many"), App::function);
    let synthesis = app.synthesize().unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let resources = synthesis.template.resources().len();
    // A function, its role, its log group and its permission each; the API, its stage and its deployment.
    assert_eq!(resources, 60 * 4 + 3);
    let bytes = synthesis.template.to_compact_json().len();
    assert!(bytes < 500_000, "{bytes}");
}

#[test]
fn a_function_with_an_alias_is_invoked_by_it() {
    let app = App::new("Hello").function(hello().alias("live").trigger(RestApi::get("/")));
    let resources = resources(&app);
    let uri =
        &resources["RestApi"]["Properties"]["Body"]["paths"]["/"]["get"]["x-amazon-apigateway-integration"]["uri"];
    assert!(uri["Fn::Sub"].as_str().unwrap().ends_with("/functions/${HelloAlias}/invocations"), "{uri}");
    assert_eq!(resources["HelloRestApiPermission"]["Properties"]["FunctionName"], json!({"Ref": "HelloAlias"}));
}

#[test]
fn a_stream_has_its_own_address_and_all_the_time_there_is_unless_a_route_says_how_long() {
    let body = definition([RestApi::get("/report").stream(), RestApi::any("/more").stream()]);
    assert_eq!(body["paths"]["/report"]["get"]["x-amazon-apigateway-integration"], integration(true));
    let body = definition([RestApi::get("/").timeout(Duration::from_millis(1500))]);
    assert_eq!(body["paths"]["/"]["get"]["x-amazon-apigateway-integration"]["timeoutInMillis"], 1500);
}

#[test]
fn who_answers_some_requests_as_streams_does_not_know_which() {
    let both = || hello().trigger(RestApi::get("/a").stream()).trigger(RestApi::get("/b"));
    let found = mistakes(&App::new("Hello").function(both()));
    assert!(found.contains("function `hello`: its answers through `GET /b (REST)` are no streams"), "{found}");
    let apart = App::new("Hello").function(hello().trigger(RestApi::get("/a").stream()));
    apart.function(function("other").trigger(RestApi::get("/b"))).check().unwrap();
    let url = hello().trigger(RestApi::get("/a")).trigger(FunctionUrl::signed().streaming());
    App::new("Hello").function(url).check().unwrap();
}

#[test]
fn required_parameters_are_validated_before_the_function_is_invoked() {
    let body = definition([RestApi::get("/search").required_query("q").required_header("x-tenant"), RestApi::get("/")]);
    let search = &body["paths"]["/search"]["get"];
    let parameter =
        |place: &str, name: &str| json!({"in": place, "name": name, "required": true, "schema": {"type": "string"}});
    assert_eq!(search["parameters"], json!([parameter("query", "q"), parameter("header", "x-tenant")]));
    assert_eq!(search["x-amazon-apigateway-request-validator"], "parameters");
    assert_eq!(
        body["x-amazon-apigateway-request-validators"]["parameters"],
        json!({"validateRequestParameters": true, "validateRequestBody": false})
    );
    assert_eq!(body["paths"]["/"]["get"]["x-amazon-apigateway-request-validator"], Json::Null);
}

/// Links, as they come in.
fn link() -> Json {
    json!({
        "type": "object", "required": ["url"],
        "properties": {"url": {"type": "string", "format": "uri"}, "note": {"type": "string", "nullable": true}},
    })
}

#[test]
fn a_body_is_validated_by_what_api_gateway_knows_of_its_schema() {
    let create = RestApi::post("/links").body_schema("NewLink", link());
    let body = definition([create, RestApi::put("/links").required_query("q").body_schema("NewLink", link())]);
    let create = &body["paths"]["/links"]["post"];
    let schema = json!({"$ref": "#/components/schemas/NewLink"});
    assert_eq!(create["requestBody"], json!({"required": true, "content": {"application/json": {"schema": schema}}}));
    assert_eq!(create["x-amazon-apigateway-request-validator"], "body");
    assert_eq!(body["paths"]["/links"]["put"]["x-amazon-apigateway-request-validator"], "everything");
    let known = json!({"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}, "note": {}}});
    assert_eq!(body["components"]["schemas"]["NewLink"], known);
    assert_eq!(body["x-amazon-apigateway-gateway-responses"]["BAD_REQUEST_BODY"]["statusCode"], "422");
    assert_eq!(
        body["x-amazon-apigateway-request-validators"]["body"],
        json!({"validateRequestParameters": false, "validateRequestBody": true})
    );
}

#[test]
fn two_schemas_of_one_name_are_a_mistake_where_they_differ() {
    let app = |second: Json| {
        let first = hello().trigger(RestApi::post("/a").body_schema("Link", link()));
        App::new("Hello").function(first.trigger(RestApi::post("/b").body_schema("Link", second)))
    };
    app(link()).check().unwrap();
    let found = mistakes(&app(json!({"type": "string"})));
    assert!(found.contains("function `hello`: two schemas of bodies are called `Link` and differ"), "{found}");
}

#[cfg(feature = "schemars")]
#[test]
fn the_type_of_a_body_is_its_schema_with_all_that_it_refers_to() {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema counts")]
    struct Page<T> {
        items: Vec<T>,
        next: Option<String>,
    }
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "only its schema counts")]
    struct Link {
        url: String,
        clicks: u8,
    }
    let body = definition([RestApi::post("/links").body::<Page<Link>>()]);
    let content = &body["paths"]["/links"]["post"]["requestBody"]["content"];
    assert_eq!(content["application/json"]["schema"], json!({"$ref": "#/components/schemas/Page"}));
    let schemas = &body["components"]["schemas"];
    let link = json!({"$ref": "#/components/schemas/Link"});
    assert_eq!(
        schemas["Page"],
        json!({
            "type": "object", "required": ["items"],
            "properties": {"items": {"type": "array", "items": link}, "next": {}},
        })
    );
    let clicks = json!({"type": "integer", "minimum": 0, "maximum": 255});
    assert_eq!(schemas["Link"]["properties"], json!({"url": {"type": "string"}, "clicks": clicks}));
}

#[test]
fn the_document_has_every_route_of_both_apis_and_more_than_api_gateway_knows() {
    let function = hello()
        .trigger(RestApi::post("/links").body_schema("NewLink", link()).api_key())
        .trigger(RestApi::any("/files/{path+}").authorizer(Iam))
        .trigger(RestApi::get("/files/{path+}").required_query("q"))
        .trigger(RestApi::router())
        .trigger(HttpApi::get("/users/{id}"))
        .trigger(HttpApi::router());
    let plan = UsagePlan::new("partners").key("acme");
    let app = App::new("Links").function(function).rest_api(RestApiOptions::new().usage_plan(plan));
    let document: Json = serde_json::from_str(&app.synthesize().unwrap().openapi().unwrap()).unwrap();
    let paths = &document["paths"];
    let names: Vec<&String> = paths.as_object().unwrap().keys().collect();
    assert_eq!(names, ["/files/{path}", "/links", "/users/{id}"]);
    assert_eq!(document["components"]["schemas"]["NewLink"], link());
    let create = &paths["/links"]["post"];
    assert_eq!(create["security"], json!([{"api_key": []}]));
    assert_eq!(create["responses"]["422"]["description"], "The body does not fit");
    assert_eq!(paths["/files/{path}"].as_object().unwrap().len(), 7);
    assert_eq!(paths["/files/{path}"]["get"]["parameters"].as_array().unwrap().len(), 2);
    assert_eq!(paths["/files/{path}"]["put"]["security"], json!([{"iam": []}]));
    assert_eq!(paths["/users/{id}"]["get"]["parameters"][0]["name"], "id");
    assert_eq!(App::new("Hello").function(function_without_routes()).synthesize().unwrap().openapi(), None);
}

fn function_without_routes() -> Function {
    function("alone").trigger(FunctionUrl::signed())
}

#[test]
fn what_api_gateway_refuses_of_a_route_is_a_mistake() {
    for (route, expected) in [
        (RestApi::get("users"), "the path `users` is not a route of a REST API"),
        (RestApi::get("/users/"), "the path `/users/`"),
        (RestApi::get("/a~b"), "the path `/a~b`"),
        (RestApi::get("/{path+}/x"), "the path `/{path+}/x`"),
        (RestApi::get("/x{id}"), "the path `/x{id}`"),
        (RestApi::get("/{id}/{id}"), "has two parameters `id`"),
        (RestApi::get("/").required_header("x tenant"), "`x tenant` is not the name of a header"),
        (RestApi::get("/").required_query("a&b"), "`a&b` is not the name of a parameter"),
        (RestApi::get("/").body_schema("Link", link()), "requests of the method GET have no body"),
        (RestApi::put("/").body_schema("-", link()), "the schema of its body needs a name"),
        (RestApi::any("/").throttle(1, 2), "write a route for each method"),
        (RestApi::get("/").throttle(0, 2), "lets nothing through"),
        (RestApi::get("/").timeout(Duration::from_millis(49)), "for 50 ms to 300s; this is 49ms"),
        (RestApi::get("/").timeout(Duration::from_secs(301)), "for 50 ms to 300s; this is 301s"),
        (RestApi::get("/").stream().timeout(Duration::from_secs(901)), "for 50 ms to 900s; this is 901s"),
    ] {
        let found = mistakes(&App::new("Hello").function(hello().trigger(route)));
        assert!(found.contains(&format!("function `hello`: {expected}")) || found.contains(expected), "{found}");
    }
}

#[test]
fn a_route_is_one_functions() {
    let app = |first: RestApi, second: RestApi| {
        App::new("Hello").function(hello().trigger(first)).function(function("other").trigger(second))
    };
    let found = mistakes(&app(RestApi::get("/{id}"), RestApi::get("/{id}")));
    assert!(
        found.contains("the REST API's route `GET /{}`, whatever its parameters are called, is taken by"),
        "{found}"
    );
    let found = mistakes(&app(RestApi::router(), RestApi::router()));
    assert!(found.contains("the REST API's router is taken by function `hello` already"), "{found}");
    let found = mistakes(&app(RestApi::router(), RestApi::any("/{proxy+}")));
    assert!(found.contains("function `other`: the REST API's route `ANY /{proxy+}` is there already"), "{found}");
    app(RestApi::get("/{id}"), RestApi::post("/{id}")).check().unwrap();
}

#[test]
fn parameters_in_one_place_have_one_name() {
    let app = |first: &str, second: &str| {
        let other = function("other").trigger(RestApi::post(second));
        App::new("Hello").function(hello().trigger(RestApi::get(first))).function(other)
    };
    for (first, second) in [
        ("/{id}", "/{name}"),
        ("/users/{id}/posts", "/users/{name}"),
        ("/{path+}", "/{id}"),
        ("/{a}/x/{b}", "/{a}/x/{c}/d"),
    ] {
        let found = mistakes(&app(first, second));
        let (first, second) = if first < second { (first, second) } else { (second, first) };
        let expected = format!("routes `{first}` and `{second}` have different parameters in one place");
        assert!(found.contains(&expected), "{found}");
    }
    for (first, second) in [("/users/{id}", "/posts/{name}"), ("/{id}", "/{id}/posts"), ("/users/all", "/users/{id}")] {
        app(first, second).check().unwrap();
    }
}

/// The logical id of the App's deployment.
fn deployment(app: &App) -> String {
    let resources = resources(app);
    let is_deployment = |(_, it): &(&String, &Json)| it["Type"] == "AWS::ApiGateway::Deployment";
    let ids: Vec<&String> = resources.as_object().unwrap().iter().filter(is_deployment).map(|(id, _)| id).collect();
    let [id] = ids[..] else { panic!("one deployment: {ids:?}") };
    assert_eq!(resources["RestApiStage"]["Properties"]["DeploymentId"], json!({"Ref": id}));
    id.clone()
}

#[test]
fn whatever_changes_the_api_is_another_deployment_and_nothing_else_is() {
    let app = || App::new("Hello").function(hello().trigger(RestApi::get("/users/{id}")));
    let first = deployment(&app());
    assert!(first.starts_with("RestApiDeployment"), "{first}");
    assert_eq!(deployment(&app()), first);
    let unchanged = [
        app().rest_api(RestApiOptions::new().throttle(1, 2).tracing()),
        app().function(function("other")),
        app().rest_api(RestApiOptions::new().stage("v1")),
    ];
    for app in unchanged {
        assert_eq!(deployment(&app), first);
    }
    let changed = [
        app().function(function("other").trigger(RestApi::get("/other"))),
        app().rest_api(RestApiOptions::new().source_ips(["203.0.113.7"])),
        app().rest_api(RestApiOptions::new().compress_from(0)),
        app().rest_api(RestApiOptions::new().authorizer(Iam)),
        app().decorate(|template, _| Ok(template.set("RestApi.Body.info.version", "2")?)),
    ];
    let mut seen = std::collections::BTreeSet::from([first]);
    for app in changed {
        assert!(seen.insert(deployment(&app)), "{seen:?}");
    }
}

#[test]
fn a_setting_in_the_api_is_another_deployment_when_its_value_changes() {
    let app = |ips: &'static str, message: &str| {
        let address = crate::settings::parameter_name("OFFICE");
        let address = crate::cfn::LogicalId::of_words([address.as_str()]).reference();
        App::new("Hello")
            .function(hello().trigger(RestApi::get("/")))
            .rest_api(RestApiOptions::new().source_ips([address]))
            .environment(Environment::new("test", [("OFFICE", ips), ("MESSAGE", message)]))
    };
    let first = deployment(&app("203.0.113.7", "hello"));
    assert_eq!(deployment(&app("203.0.113.7", "bye")), first);
    assert_ne!(deployment(&app("203.0.113.8", "hello")), first);
}

#[test]
fn parts_of_the_api_that_the_service_adds_are_deployed_with_it() {
    let app = |status: &str| {
        let response = crate::cfn::Resource::raw(
            "AWS::ApiGateway::GatewayResponse",
            json!({"ResponseType": "DEFAULT_4XX", "RestApiId": {"Ref": "RestApi"}, "StatusCode": status}),
        );
        App::new("Hello").function(hello().trigger(RestApi::get("/"))).resource("Refused", response)
    };
    let id = deployment(&app("400"));
    assert_ne!(deployment(&app("404")), id);
    assert_eq!(resources(&app("400"))[id]["DependsOn"], json!(["Refused"]));
}

#[test]
fn the_stage_has_what_is_for_all_routes_and_for_one() {
    let route = RestApi::get("/users/{id}").throttle(1, 2);
    let options = RestApiOptions::new().stage("v1").throttle(200, 100).access_logs().tracing();
    let resources = resources(&App::new("Hello").function(hello().trigger(route)).rest_api(options));
    let stage = &resources["RestApiStage"]["Properties"];
    assert_eq!((&stage["StageName"], &stage["TracingEnabled"]), (&json!("v1"), &json!(true)));
    let limit = |method: &str, path: &str, rate: u32, burst: u32| {
        json!({
            "HttpMethod": method, "ResourcePath": path, "ThrottlingRateLimit": rate, "ThrottlingBurstLimit": burst,
        })
    };
    let limits = json!([limit("GET", "/~1users~1{id}", 1, 2), limit("*", "/*", 200, 100)]);
    assert_eq!(stage["MethodSettings"], limits);
    let log = &stage["AccessLogSetting"];
    assert_eq!(log["DestinationArn"], json!({"Fn::GetAtt": ["RestApiAccessLogs", "Arn"]}));
    let line: Json = serde_json::from_str(log["Format"].as_str().unwrap()).unwrap();
    assert!(line.as_object().unwrap().values().all(|it| it.as_str().unwrap().starts_with("$context.")), "{line}");
    assert_eq!(resources["RestApiAccessLogs"]["Properties"]["RetentionInDays"], 30);
}

/// The policy of an API with these options and routes.
fn policy(options: RestApiOptions, routes: impl IntoIterator<Item = RestApi>) -> Json {
    let function = routes.into_iter().fold(hello(), Function::trigger);
    let app = App::new("Hello").function(function).rest_api(options);
    resources(&app)["RestApi"]["Properties"]["Policy"]["Statement"].clone()
}

fn allow(principal: Json, resource: Json) -> Json {
    json!({"Effect": "Allow", "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource})
}

fn deny(condition: Json) -> Json {
    let all = "execute-api:/*";
    json!({"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": all, "Condition": condition})
}

#[test]
fn an_api_without_limits_has_no_policy() {
    assert_eq!(policy(RestApiOptions::new().throttle(1, 1), [RestApi::get("/")]), Json::Null);
}

#[test]
fn a_private_api_is_reached_through_its_endpoints_alone() {
    let options = || RestApiOptions::new().private(["vpce-0a", "vpce-1b"]);
    assert_eq!(
        policy(options().source_ips(["10.0.0.0/8"]), [RestApi::get("/")]),
        json!([
            allow("*".into(), "execute-api:/*".into()),
            deny(json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-0a", "vpce-1b"]}})),
            deny(json!({"NotIpAddress": {"aws:VpcSourceIp": ["10.0.0.0/8"]}})),
        ])
    );
    let api = resources(&App::new("Hello").function(hello().trigger(RestApi::get("/"))).rest_api(options()));
    let api = &api["RestApi"]["Properties"];
    assert_eq!(api["EndpointConfiguration"], json!({"Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-0a", "vpce-1b"]}));
    assert_eq!(api["Parameters"], json!({"endpointConfigurationTypes": "PRIVATE"}));
}

#[test]
fn a_policy_lets_nobody_call_a_signed_route_who_has_no_permission_of_its_own() {
    let ips = || RestApiOptions::new().source_ips(["203.0.113.0/24"]);
    let only = || deny(json!({"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}));
    assert_eq!(policy(ips().authorizer(Iam), [RestApi::get("/")]), json!([only()]));
    let routes = [RestApi::get("/users/{id}").authorizer(Iam), RestApi::get("/open/{path+}"), RestApi::any("/any")];
    assert_eq!(
        policy(ips(), routes),
        json!([allow("*".into(), json!(["execute-api:/*/*/any", "execute-api:/*/GET/open/*"])), only()])
    );
    let account = json!({"AWS": [{"Fn::Sub": "arn:${AWS::Partition}:iam::222222222222:root"}]});
    let options = RestApiOptions::new().account("222222222222").authorizer(Iam);
    assert_eq!(
        policy(options, [RestApi::get("/"), RestApi::get("/open").open()]),
        json!([allow("*".into(), json!(["execute-api:/*/GET/open"])), allow(account, json!(["execute-api:/*/GET/"])),])
    );
}

#[test]
fn wrong_options_are_mistakes_with_their_remedies() {
    let app = |options| App::new("Hello").function(hello().trigger(RestApi::get("/"))).rest_api(options);
    let new = RestApiOptions::new;
    for (options, expected) in [
        (new().stage("v 1"), "the REST API's stage `v 1`"),
        (new().stage(""), "the REST API's stage ``"),
        (new().private(Vec::<String>::new()), "needs the ids of the VPC endpoints"),
        (new().private(["vpc-1"]), "`vpc-1` is not the id of a VPC endpoint"),
        (new().source_ips(["203.0.113.0/33"]), "`203.0.113.0/33` is not an IP address"),
        (new().source_ips(["office"]), "`office` is not an IP address"),
        (new().account("22"), "`22` is not the number of an account"),
        (new().account("222222222222"), "no route asks for that: add `.authorizer(Iam)`"),
        (new().web_acl("arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"), "not the ARN of a regional web ACL"),
        (new().compress_from(10_485_761), "from at most 10,485,760 bytes on"),
        (new().throttle(0, 1), "lets nothing through"),
        (new().source_ips((0..800).map(|n| format!("10.0.{}.{}", n / 250, n % 250))), "API Gateway takes 8,192"),
        (new().usage_plan(UsagePlan::new("gold").key("acme")), "no route asks for a key"),
        (new().usage_plan(UsagePlan::new("gold")), "the usage plan `gold` has no key"),
        (new().usage_plan(UsagePlan::new("gold").key("acme").key("acme")), "two keys of usage plans are called `acme`"),
        (new().usage_plan(UsagePlan::new("-").key("acme")), "`-` needs a name"),
        (new().usage_plan(UsagePlan::new("gold").key("a").quota(0, Period::Day)), "`gold` has a quota of 0"),
        (new().usage_plan(UsagePlan::new("gold").key("a").throttle(0, 1)), "lets nothing through"),
    ] {
        let found = mistakes(&app(options));
        assert!(found.contains(expected), "{expected}: {found}");
    }
    let found = mistakes(&App::new("Hello").function(hello()).rest_api(new()));
    assert!(found.contains("`.rest_api(...)` has options, and no function has a route"), "{found}");
    let found = mistakes(&App::new("Hello").function(hello().trigger(RestApi::get("/").api_key())));
    assert!(found.contains("a route of the REST API asks for a key, and there is none"), "{found}");
}

#[test]
fn the_values_of_keys_are_in_no_template() {
    let plan = UsagePlan::new("partners").throttle(10, 20).quota(10_000, Period::Month).key("acme");
    let app = App::new("Orders").function(hello().trigger(RestApi::get("/").api_key()));
    let resources = resources(&app.rest_api(RestApiOptions::new().usage_plan(plan)));
    let key = json!({"Enabled": true, "Name": {"Fn::Sub": "${AWS::StackName}-acme"}});
    assert_eq!(resources["KeyAcme"]["Properties"], key);
    assert_eq!(
        resources["PartnersUsagePlan"]["Properties"],
        json!({
            "ApiStages": [{"ApiId": {"Ref": "RestApi"}, "Stage": {"Ref": "RestApiStage"}}],
            "Quota": {"Limit": 10_000, "Period": "MONTH"},
            "Throttle": {"BurstLimit": 20, "RateLimit": 10},
            "UsagePlanName": {"Fn::Sub": "${AWS::StackName}-partners"},
        })
    );
    let body = &resources["RestApi"]["Properties"]["Body"];
    assert_eq!(body["paths"]["/"]["get"]["security"], json!([{"api_key": []}]));
    let scheme = json!({"type": "apiKey", "in": "header", "name": "x-api-key"});
    assert_eq!(body["components"]["securitySchemes"]["api_key"], scheme);
}

#[test]
fn who_waits_shorter_than_the_function_runs_is_warned() {
    let of = |function: Function| {
        let warnings = App::new("Hello").function(function).synthesize().unwrap().warnings();
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let slow = || hello().timeout(Duration::from_secs(60));
    assert!(
        of(slow().trigger(RestApi::get("/")))
            .contains("it may run for 60 s, and the REST API waits for an answer for 29 s")
    );
    assert!(
        of(slow().trigger(RestApi::get("/").timeout(Duration::from_secs(60)))).contains("the account's quota of 29 s")
    );
    assert_eq!(of(slow().trigger(RestApi::get("/").stream())), "");
}
