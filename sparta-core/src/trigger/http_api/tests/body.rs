use super::*;
use crate::{
    Authorization, AuthorizerRequest,
    cfn::{LogicalId, Output, Resource, join},
    resource,
    trigger::{Domain, LambdaAuthorizer, TriggerExt},
};

fn in_body(options: ApiOptions, function: Function) -> App {
    let deny = async |_: LambdaEvent<AuthorizerRequest>| Ok::<_, Error>(Authorization::deny());
    App::new("Links")
        .function(Function::event("gate", service_fn(deny)))
        .function(function)
        .http_api(options.routes_in_body())
}

fn body(app: App) -> Json {
    properties(app, "HttpApiWithRoutes")["Body"].clone()
}

#[test]
fn routes_are_operations_and_share_the_integration_of_their_function() {
    let function = hello()
        .trigger(HttpApi::get("/links"))
        .trigger(HttpApi::put("/links/{id}").customize(|route| route.property("OperationName", "change")))
        .trigger(HttpApi::any("/files/{path+}"))
        .trigger(HttpApi::router());
    let app = in_body(ApiOptions::new(), function);
    let resources = resources(app);
    let kinds = ["Route", "Integration", "Authorizer"].map(|kind| format!("AWS::ApiGatewayV2::{kind}"));
    assert!(resources.as_object().unwrap().values().all(|it| kinds.iter().all(|kind| it["Type"] != kind.as_str())));
    assert_eq!(resources["HttpApi"], Json::Null);
    let api = &resources["HttpApiWithRoutes"]["Properties"];
    assert_eq!(api.as_object().unwrap().keys().collect::<Vec<_>>(), ["Body"]);
    let body = &api["Body"];
    assert_eq!(body["openapi"], "3.0.1");
    assert_eq!(body["info"], json!({"title": {"Fn::Sub": "${AWS::StackName}"}, "version": "1.0"}));
    let integration = json!({"$ref": "#/components/x-amazon-apigateway-integrations/HelloHttpApiIntegration"});
    let responses = json!({"default": {"description": "What the function answers"}});
    let operation = json!({"responses": responses, "x-amazon-apigateway-integration": integration});
    assert_eq!(body["paths"]["/links"], json!({"get": operation}));
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}});
    let item = &body["paths"]["/links/{id}"];
    assert_eq!((&item["parameters"], &item["put"]["operationId"]), (&json!([id]), &json!("change")));
    let item = &body["paths"]["/files/{path+}"];
    assert_eq!((&item["parameters"][0]["name"], &item["x-amazon-apigateway-any-method"]), (&json!("path"), &operation));
    assert_eq!(body["paths"]["/$default"]["x-amazon-apigateway-any-method"]["isDefaultRoute"], true);
    let uri =
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Function}/invocations";
    assert_eq!(
        body["components"],
        json!({"x-amazon-apigateway-integrations": {"HelloHttpApiIntegration": {
            "type": "AWS_PROXY",
            "httpMethod": "POST",
            "payloadFormatVersion": "2.0",
            "uri": {"Fn::Sub": [uri, {"Function": {"Fn::GetAtt": ["HelloFunction", "Arn"]}}]},
        }}})
    );
}

#[test]
fn authorizers_are_security_schemes() {
    let gate =
        LambdaAuthorizer::new(Function::handle("gate")).header("x-key").query("key").cached(Duration::from_secs(60));
    let app = || {
        let function = hello()
            .trigger(HttpApi::get("/all"))
            .trigger(HttpApi::get("/open").open())
            .trigger(HttpApi::post("/reports").authorizer(Iam))
            .trigger(HttpApi::post("/links").authorizer(users().scope("links:write")));
        in_body(ApiOptions::new().authorizer(gate.clone()), function)
    };
    let body = body(app());
    let security = |path: &str, method: &str| body["paths"][path][method]["security"].clone();
    assert_eq!(security("/all", "get"), json!([{"HttpApiAuthorizer2": []}]));
    assert_eq!(security("/open", "get"), Json::Null);
    assert_eq!(security("/reports", "post"), json!([{"Iam": []}]));
    assert_eq!(security("/links", "post"), json!([{"HttpApiAuthorizer": ["links:write"]}]));
    let schemes = &body["components"]["securitySchemes"];
    let key = |name: &str| json!({"type": "apiKey", "name": name, "in": "header"});
    let mut iam = key("Authorization");
    iam["x-amazon-apigateway-authtype"] = json!("awsSigv4");
    assert_eq!(schemes["Iam"], iam);
    assert_eq!(
        schemes["HttpApiAuthorizer"],
        json!({"type": "oauth2", "x-amazon-apigateway-authorizer": {
            "type": "jwt",
            "identitySource": "$request.header.Authorization",
            "jwtConfiguration": {"audience": ["links"], "issuer": "https://id.example"},
        }})
    );
    let uri = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${GateFunction.Arn}/invocations";
    let mut lambda = key("Unused");
    lambda["x-amazon-apigateway-authorizer"] = json!({
        "type": "request",
        "authorizerPayloadFormatVersion": "2.0",
        "authorizerResultTtlInSeconds": 60,
        "authorizerUri": {"Fn::Sub": uri},
        "enableSimpleResponses": true,
        "identitySource": ["$request.header.x-key", "$request.querystring.key"],
    });
    assert_eq!(schemes["HttpApiAuthorizer2"], lambda);
    // Its id is not known in the template.
    let source =
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${HttpApiWithRoutes}/authorizers/*";
    let permission = properties(app(), "GateHttpApiAuthorizer2Permission");
    assert_eq!(permission["SourceArn"], json!({"Fn::Sub": source}));
}

#[test]
fn what_is_for_the_whole_api_is_in_its_document_too() {
    let domain = Domain::new("api.links.example").hosted_zone("Z0123456789ABCDEFGHIJ");
    let options = ApiOptions::new().cors(Cors::origin("https://links.example").credentials()).domain(domain);
    let function = hello().trigger(
        HttpApi::get("/a")
            .throttle(1, 2)
            .customize_part("HttpApi", |api| api.property("Description", "Links").property("Version", "7")),
    );
    let app = in_body(options.throttle(3, 4), function)
        .output("Api", Output::new("Id", LogicalId::of_words(["HttpApi"]).reference()));
    let document: Json = serde_json::from_str(&app.synthesize().unwrap().template.to_json()).unwrap();
    let resources = &document["Resources"];
    let body = &resources["HttpApiWithRoutes"]["Properties"]["Body"];
    assert_eq!((&body["info"]["description"], &body["info"]["version"]), (&json!("Links"), &json!("7")));
    let cors = &body["x-amazon-apigateway-cors"];
    assert_eq!((&cors["allowCredentials"], &cors["allowOrigins"][0]), (&json!(true), &json!("https://links.example")));
    let endpoint = json!({"disableExecuteApiEndpoint": true});
    assert_eq!(body["servers"], json!([{"url": "/", "x-amazon-apigateway-endpoint-configuration": endpoint}]));
    let stage = &resources["HttpApiStage"];
    assert_eq!(
        (&stage["Properties"]["ApiId"], &stage["DependsOn"]),
        (&json!({"Ref": "HttpApiWithRoutes"}), &Json::Null)
    );
    assert_eq!(stage["Properties"]["RouteSettings"]["GET /a"]["ThrottlingRateLimit"], 1);
    assert_eq!(resources["HttpApiMapping"]["Properties"]["ApiId"], json!({"Ref": "HttpApiWithRoutes"}));
    // What the service says of the API is of the same one.
    assert_eq!(document["Outputs"]["Api"]["Value"], json!({"Ref": "HttpApiWithRoutes"}));
}

#[test]
fn what_an_openapi_document_has_no_place_for_is_a_mistake() {
    let with = |change: fn(Resource) -> Resource| {
        in_body(ApiOptions::new(), hello().trigger(HttpApi::get("/a").customize(change)))
    };
    for (app, expected) in [
        (with(|route| route.property("ApiKeyRequired", false)), "`ApiKeyRequired` of `GetARoute` has no place"),
        (with(Resource::retain), "`GetARoute` is no resource of its own"),
        (with(|route| route.property("Target", "integrations/a1b2c3")), "the target of `GetARoute` is no integration"),
        (
            with(|route| route.property("AuthorizationType", "JWT").property("AuthorizerId", "a1b2c3")),
            "the authorizer of `GetARoute` is none of the HTTP API",
        ),
        (
            in_body(
                ApiOptions::new(),
                hello()
                    .trigger(HttpApi::get("/a").customize_part("HttpApi", |api| api.property("RouteKey", "$default"))),
            ),
            "`RouteKey` of `HttpApi` has no place",
        ),
    ] {
        let mistakes = mistakes(app);
        assert!(mistakes.contains(expected), "{expected}: {mistakes}");
    }
}

#[test]
fn a_route_of_the_services_own_is_in_the_document_too() {
    let api = LogicalId::of_words(["HttpApi"]).reference();
    let integration = resource!(AWS::ApiGatewayV2::Integration {
        ApiId: (&api),
        IntegrationMethod: "GET",
        IntegrationType: "HTTP_PROXY",
        IntegrationUri: "https://links.example/{path}",
        PayloadFormatVersion: "1.0",
        TimeoutInMillis: 5_000,
    });
    let route = resource!(AWS::ApiGatewayV2::Route {
        ApiId: (&api),
        RouteKey: "GET /{path+}",
        Target: (join("/", ["integrations".into(), integration.reference()])),
    });
    let app = in_body(ApiOptions::new(), hello().trigger(HttpApi::get("/a")));
    let body = body(app.resource("Proxy", integration).resource("ProxyRoute", route));
    let operation = &body["paths"]["/{path+}"]["get"]["x-amazon-apigateway-integration"];
    assert_eq!(operation["$ref"], "#/components/x-amazon-apigateway-integrations/Proxy");
    assert_eq!(
        body["components"]["x-amazon-apigateway-integrations"]["Proxy"],
        json!({
            "httpMethod": "GET",
            "payloadFormatVersion": "1.0",
            "timeoutInMillis": 5000,
            "type": "HTTP_PROXY",
            "uri": "https://links.example/{path}",
        })
    );
}

#[test]
fn routes_are_resources_up_to_500_resources() {
    let app = |routes: usize| {
        let routes = (0..routes).map(|n| HttpApi::get(format!("/{n}")));
        App::new("Links").function(routes.fold(hello(), Function::trigger))
    };
    let count = |routes: usize| resources(app(routes)).as_object().unwrap().len();
    // The function with its role, log group and permission, the API with its stage and integration.
    assert_eq!(count(493), 500);
    assert_eq!(count(494), 6);
}
