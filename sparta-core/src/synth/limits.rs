//! Limits of CloudFormation, and of the services behind a template, which a deployment would only meet halfway.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::{
    Warning,
    cfn::{Resource, Template, Value},
    mistake::{Mistake, Subject},
};

/// What a template has more of than AWS allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what they mean, and the fields are what they name")]
pub enum LimitMistake {
    #[error("the template has {count} {what}, and CloudFormation allows {limit}: split the app")]
    TooMany { what: &'static str, count: usize, limit: usize },
    #[error("the template takes {bytes} bytes, and CloudFormation allows 1,000,000: split the app")]
    TemplateTooLarge { bytes: usize },
    #[error(
        "the inline policies of the role `{role}` have at least {characters} characters, and IAM allows 10,240: grant on fewer, wider resources, such as `arn:aws:s3:::bucket/*`, or split the function"
    )]
    RolePolicies { role: String, characters: usize },
    #[error(
        "in the stack `{stack}` a name of `{resource}` is `{name}`, and {problem}: shorten the name of the app, the environment or \
         the resource"
    )]
    Name { stack: String, resource: String, name: String, problem: String },
}

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
pub(super) const RESOURCES: usize = 500;
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>.
const INTEGRATIONS: usize = 300;
/// These can be raised, unlike the others here.
const ROUTES: usize = 300;
const AUTHORIZERS: usize = 10;
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>.
const DYNAMIC_REFERENCES: usize = 60;
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const ROLE_POLICIES: usize = 10_240;

/// What AWS always refuses in a template.
pub(crate) fn check(template: &Template) -> impl Iterator<Item = Mistake> {
    let mistakes = mistakes(template, &template.to_json());
    mistakes.into_iter().map(|problem| Mistake::new(Subject::Template, problem))
}

/// The same, where `json` is the template's text.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
fn mistakes(template: &Template, json: &str) -> Vec<LimitMistake> {
    let counts = [
        ("parameters", template.parameters().len(), 200),
        ("resources", template.resources().len(), RESOURCES),
        ("outputs", template.outputs().len(), 200),
    ];
    let integrations = max_of_one_api(template, "AWS::ApiGatewayV2::Integration");
    let of_services = [
        ("integrations of one HTTP API", integrations, INTEGRATIONS),
        ("dynamic references", json.matches("{{resolve:").count(), DYNAMIC_REFERENCES),
    ];
    let too_many = |(what, count, limit)| (count > limit).then_some(LimitMistake::TooMany { what, count, limit });
    let mut mistakes: Vec<LimitMistake> = counts.into_iter().filter_map(too_many).collect();
    if json.len() > 1_000_000 {
        mistakes.push(LimitMistake::TemplateTooLarge { bytes: json.len() });
    }
    mistakes.extend(of_services.into_iter().filter_map(too_many));
    let roles = policies(template).into_iter().filter(|(_, characters)| *characters > ROLE_POLICIES);
    mistakes.extend(roles.map(|(role, characters)| LimitMistake::RolePolicies { role, characters }));
    mistakes
}

/// What AWS refuses unless a quota was raised.
pub(super) fn warnings(template: &Template) -> Vec<Warning> {
    let routes = max_of_one_api(template, "AWS::ApiGatewayV2::Route");
    let message = format!(
        "it has {routes} routes, and AWS allows {ROUTES} until the quota of that very API is raised: let a \
         route such as `/orders/{{path+}}` stand for several, or split the app"
    );
    let of_routes = (routes > ROUTES).then_some(message);
    let authorizers = max_of_one_api(template, "AWS::ApiGatewayV2::Authorizer");
    let message = format!(
        "it has {authorizers} authorizers, and AWS allows {AUTHORIZERS} until its support raises the quota of that very API: \
         routes with the same issuer and audiences, or the same function and options, share one"
    );
    let of_authorizers = (authorizers > AUTHORIZERS).then_some(message);
    let of_http = of_routes.into_iter().chain(of_authorizers).map(|message| Warning::new("the HTTP API", message));
    let paths = template.resources().values().map(paths).max().unwrap_or_default();
    let message = format!(
        "its paths have {paths} parts, each of which is a resource, and API Gateway allows {ROUTES} until the account's quota is \
         raised: let a route such as `/orders/{{path+}}` stand for several, or split the app"
    );
    let of_rest = (paths > ROUTES).then(|| Warning::new("the REST API", message));
    of_http.chain(of_rest).collect()
}

/// The resources that API Gateway makes of a REST API's paths: `/a/b` and `/a/c` are three, and `/`.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>.
fn paths(api: &Resource) -> usize {
    let body = api.properties().get("Body").filter(|_| api.resource_type() == "AWS::ApiGateway::RestApi");
    let paths = match body {
        Some(Value::Map(body)) => body.get("paths"),
        _ => None,
    };
    let Some(Value::Map(paths)) = paths else { return 0 };
    let parts = paths.keys().flat_map(|path| {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.map(|end| path[..end].trim_end_matches('/'))
    });
    parts.collect::<BTreeSet<&str>>().len()
}

/// The largest number of resources of a type that one API has, as resources or in its own document.
fn max_of_one_api(template: &Template, resource_type: &str) -> usize {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in template.resources().values().filter(|resource| resource.resource_type() == resource_type) {
        *counts.entry(format!("{:?}", resource.properties().get("ApiId"))).or_default() += 1;
    }
    let documents = template.resources().values().filter(|it| it.resource_type() == "AWS::ApiGatewayV2::Api");
    let documents = documents.map(|api| in_document(&property(api, "Body"), resource_type));
    counts.into_values().chain(documents).max().unwrap_or_default()
}

/// How many of what is a resource of this type elsewhere are in an API's OpenAPI document.
fn in_document(body: &Json, resource_type: &str) -> usize {
    let length = |value: &Json| value.as_object().map_or(0, serde_json::Map::len);
    match resource_type {
        "AWS::ApiGatewayV2::Route" => {
            let paths = body["paths"].as_object().into_iter().flatten().filter_map(|(_, item)| item.as_object());
            paths.map(|item| item.keys().filter(|key| *key != "parameters").count()).sum()
        }
        "AWS::ApiGatewayV2::Integration" => length(&body["components"]["x-amazon-apigateway-integrations"]),
        _ => {
            let schemes = body["components"]["securitySchemes"].as_object().into_iter().flatten();
            schemes.filter(|(_, scheme)| scheme.get("x-amazon-apigateway-authorizer").is_some()).count()
        }
    }
}

/// The least number of characters that the inline policies of each role have.
fn policies(template: &Template) -> BTreeMap<String, usize> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for (id, resource) in template.resources() {
        match resource.resource_type() {
            "AWS::IAM::Role" => {
                let policies = property(resource, "Policies");
                let sum =
                    policies.as_array().into_iter().flatten().map(|it| least(&it["PolicyDocument"])).sum::<usize>();
                *sizes.entry(id.to_string()).or_default() += sum;
            }
            "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" => {
                let least = least(&property(resource, "PolicyDocument"));
                let roles = [property(resource, "Roles"), Json::from(vec![property(resource, "RoleName")])];
                let roles = roles.iter().filter_map(Json::as_array).flatten().filter_map(|role| role["Ref"].as_str());
                roles.for_each(|role| *sizes.entry(role.to_owned()).or_default() += least);
            }
            _ => {}
        }
    }
    sizes
}

fn property(resource: &Resource, name: &str) -> Json {
    let value = resource.properties().get(name);
    value.and_then(|value| serde_json::to_value(value).ok()).unwrap_or_default()
}

/// Characters of the compact text, with nothing in the place of what AWS puts in.
fn least(document: &Json) -> usize {
    match document {
        Json::Object(map) if is_function(map) => 2,
        Json::Object(map) => map.iter().map(|(key, value)| key.len() + 4 + least(value)).sum::<usize>().max(1) + 1,
        Json::Array(list) => list.iter().map(|item| least(item) + 1).sum::<usize>().max(1) + 1,
        Json::String(text) => text.chars().filter(|c| !c.is_whitespace()).count() + 2,
        other => other.to_string().len(),
    }
}

fn is_function(map: &serde_json::Map<String, Json>) -> bool {
    map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cfn::{LogicalId, reference};

    fn id(name: &str) -> LogicalId {
        LogicalId::of_words([name])
    }

    #[test]
    fn a_document_has_as_many_characters_as_its_compact_text() {
        for document in
            [json!({"a": ["b", 1, true], "c": {}, "d": []}), json!("x"), json!([[]]), json!({"a": {"b": "c"}})]
        {
            assert_eq!(least(&document), document.to_string().len(), "{document}");
        }
        assert_eq!(least(&json!({"Fn::GetAtt": ["A", "Arn"]})), 2);
    }

    #[test]
    fn all_inline_policies_of_a_role_count() {
        let document =
            |text: &str| json!({"Statement": [{"Action": text.repeat(1000), "Resource": reference(&id("X"))}]});
        let own = json!({"Policies": [{"PolicyDocument": document("abcd")}, {"PolicyDocument": document("abcd")}]});
        let mut template = Template::new("");
        template.resource(id("Role"), Resource::raw("AWS::IAM::Role", own));
        assert_eq!(mistakes(&template, ""), []);
        let more = json!({"PolicyDocument": document("abcd"), "Roles": [reference(&id("Role"))]});
        template.resource(id("More"), Resource::raw("AWS::IAM::Policy", more));
        let found = mistakes(&template, "");
        assert!(
            matches!(&found[..], [LimitMistake::RolePolicies { role, characters: 12_000..13_000 }] if role == "Role"),
            "{found:?}"
        );
    }

    #[test]
    fn the_parts_of_a_rest_apis_paths_are_its_resources() {
        let of = |count: usize| {
            let routes: serde_json::Map<String, Json> =
                (0..count).map(|n| (format!("/users/{n}"), json!({}))).collect();
            let mut template = Template::new("");
            template.resource(id("Api"), Resource::raw("AWS::ApiGateway::RestApi", json!({"Body": {"paths": routes}})));
            warnings(&template).iter().map(ToString::to_string).collect::<String>()
        };
        assert_eq!(of(298), "");
        assert!(of(299).contains("its paths have 301 parts"), "{}", of(299));
    }

    #[test]
    fn integrations_count_per_api_and_references_per_template() {
        let of = |count: usize, apis: usize| {
            let mut template = Template::new("");
            for n in 0..count {
                let api = json!({"ApiId": reference(&id(&format!("Api{}", n % apis)))});
                template.resource(id(&format!("I{n}")), Resource::raw("AWS::ApiGatewayV2::Integration", api));
            }
            mistakes(&template, "").len()
        };
        assert_eq!((of(300, 1), of(301, 1), of(301, 2)), (0, 1, 0));
        let references = |count: usize| mistakes(&Template::new(""), &"{{resolve:ssm:x}}".repeat(count)).len();
        assert_eq!((references(60), references(61)), (0, 1));
    }
}
