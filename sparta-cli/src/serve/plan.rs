//! What is served: the functions, and what reaches them over HTTP. It passes from one build of the service to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sparta_core::{Environment, Synthesis, contract};

use super::values::{Place, Values};

/// What is served.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) app: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) functions: Vec<FunctionPlan>,
    /// The routes of the HTTP API.
    pub(crate) routes: Vec<Route>,
    pub(crate) cors: Option<CorsPlan>,
    pub(crate) urls: Vec<UrlPlan>,
    /// What is declared and not served, for people.
    pub(crate) notes: Vec<String>,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FunctionPlan {
    /// As it was registered: its handler.
    pub(crate) name: String,
    /// As Lambda calls it.
    pub(crate) function_name: String,
    pub(crate) memory: u32,
    pub(crate) timeout_seconds: u64,
    pub(crate) variables: BTreeMap<String, String>,
    /// How often an asynchronous invocation that failed is repeated.
    pub(crate) retries: u32,
    /// How many processes it may have.
    pub(crate) limit: usize,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Route {
    /// As API Gateway has it: `GET /links/{code}`, `$default`.
    pub(crate) key: String,
    pub(crate) function: String,
}

/// A function's own address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UrlPlan {
    pub(crate) function: String,
    pub(crate) cors: Option<CorsPlan>,
}

/// Which pages of other origins may read answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CorsPlan {
    pub(crate) origins: Vec<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) exposed: Vec<String>,
    pub(crate) max_age: Option<String>,
    pub(crate) credentials: bool,
}

/// The account that the service is said to be in: the one of AWS's documentation.
const ACCOUNT: &str = "123456789012";
/// What Lambda gives a function that asks for nothing else.
const MEMORY: u32 = 128;
const TIMEOUT: u64 = 3;
const RETRIES: u32 = 2;
/// More processes than this at once are a mistake on one machine.
const LIMIT: usize = 100;

impl Plan {
    /// What is served of an App with the settings of one environment.
    pub(crate) fn of(synthesis: &Synthesis, environment: Option<&Environment>, region: &str) -> Self {
        let template = serde_json::to_value(&synthesis.template).expect("a template is JSON");
        let parameters = environment.map(|it| it.configuration().parameters).unwrap_or_default();
        let stack = synthesis.model.direct_stack_name(environment);
        let place = Place { stack, region: region.to_owned(), account: ACCOUNT.to_owned() };
        let values = Values { template: &template, parameters, place };
        let mut notes = Vec::new();
        let functions = synthesis.model.functions().iter().map(|function| function.name());
        let functions = functions.filter_map(|name| values.function(name, environment, &mut notes));
        let functions = functions.collect();
        values.note_what_is_not_served(&mut notes);
        Self {
            app: synthesis.model.name().to_owned(),
            region: region.to_owned(),
            account: ACCOUNT.to_owned(),
            functions,
            routes: values.routes(),
            cors: values.http_api().and_then(|(_, api)| values.cors(&api["Properties"]["CorsConfiguration"])),
            urls: values.urls(),
            notes,
        }
    }

    /// What is to be known of one function.
    pub(crate) fn notes_of(&self, function: &str) -> impl Iterator<Item = &str> {
        let name = format!("function `{function}`");
        self.notes.iter().map(String::as_str).filter(move |note| note.contains(&name))
    }

    pub(crate) fn arn(&self, function: &FunctionPlan) -> String {
        format!("arn:aws:lambda:{}:{}:function:{}", self.region, self.account, function.function_name)
    }
}

impl Values<'_> {
    fn function(&self, name: &str, environment: Option<&Environment>, notes: &mut Vec<String>) -> Option<FunctionPlan> {
        let (id, resource) = self
            .of_type("AWS::Lambda::Function")
            .find(|(_, it)| self.text(&it["Properties"]["Handler"]).as_deref() == Some(name))?;
        let properties = &resource["Properties"];
        let number = |value: &Value| self.text(value)?.parse::<u64>().ok();
        let configurations = self.of_type("AWS::Lambda::EventInvokeConfig");
        let retries = configurations
            .filter(|(_, it)| self.referred(&it["Properties"]["FunctionName"]).iter().any(|it| it == id))
            .find_map(|(_, it)| number(&it["Properties"]["MaximumRetryAttempts"]));
        let reserved = number(&properties["ReservedConcurrentExecutions"]).and_then(|it| usize::try_from(it).ok());
        Some(FunctionPlan {
            name: name.to_owned(),
            function_name: self.physical_name(id, resource),
            memory: number(&properties["MemorySize"]).and_then(|it| u32::try_from(it).ok()).unwrap_or(MEMORY),
            timeout_seconds: number(&properties["Timeout"]).unwrap_or(TIMEOUT),
            variables: self.variables(name, &properties["Environment"]["Variables"], environment, notes),
            retries: retries.and_then(|it| u32::try_from(it).ok()).unwrap_or(RETRIES),
            limit: reserved.unwrap_or(LIMIT).min(LIMIT),
        })
    }

    /// The variables of a function, but for those that only AWS knows.
    fn variables(
        &self,
        function: &str,
        declared: &Value,
        environment: Option<&Environment>,
        notes: &mut Vec<String>,
    ) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        for (name, value) in declared.as_object().into_iter().flatten() {
            match self.text(value).filter(|text| !text.contains("{{resolve:")) {
                Some(text) => _ = variables.insert(name.clone(), text),
                None if std::env::var_os(name).is_some() => {}
                None => notes.push(format!(
                    "`{name}` of the function `{function}` is only known in AWS: set it where this runs, `{name}=...`"
                )),
            }
        }
        // Settings that the template has no room for come from Parameter Store in AWS.
        let settings = environment.map(Environment::settings);
        for (field, (name, text)) in settings.iter().flat_map(|it| it.fields.iter().zip(&it.values)) {
            let text = text.clone().unwrap_or_default();
            if field.kind != sparta_core::settings::Kind::Secret && !variables.contains_key(name) {
                variables.insert(name.clone(), text);
            }
        }
        variables.remove(contract::STORED_SETTINGS);
        variables
    }

    fn http_api(&self) -> Option<(&str, &Value)> {
        self.of_type("AWS::ApiGatewayV2::Api").find(|(_, api)| api["Properties"]["ProtocolType"] != "WEBSOCKET")
    }

    fn routes(&self) -> Vec<Route> {
        let Some((api, document)) = self.http_api() else { return Vec::new() };
        let routes = self.of_type("AWS::ApiGatewayV2::Route").filter(|(_, route)| self.is_present(route));
        let mut found = Vec::new();
        for (_, route) in routes.map(|(id, route)| (id, &route["Properties"])) {
            if self.referred(&route["ApiId"]).iter().any(|id| id == api)
                && let Some(key) = self.text(&route["RouteKey"])
                && let Some(function) = self.function_of(&route["Target"])
            {
                found.push(Route { key, function });
            }
        }
        found.extend(self.routes_of_body(&document["Properties"]["Body"]));
        found
    }

    /// The routes of an API that has them in its own document.
    fn routes_of_body(&self, body: &Value) -> Vec<Route> {
        let mut found = Vec::new();
        for (path, methods) in body["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let key = match (path.as_str(), method.as_str()) {
                    ("/$default", _) => "$default".to_owned(),
                    (path, "x-amazon-apigateway-any-method") => format!("ANY {path}"),
                    (path, method) => format!("{} {path}", method.to_uppercase()),
                };
                if let Some(function) = self.function_of(&operation["x-amazon-apigateway-integration"]) {
                    found.push(Route { key, function });
                }
            }
        }
        found
    }

    fn urls(&self) -> Vec<UrlPlan> {
        let urls = self.of_type("AWS::Lambda::Url").filter(|(_, url)| self.is_present(url));
        let urls = urls.map(|(_, url)| &url["Properties"]);
        let plan = |url: &Value| {
            Some(UrlPlan { function: self.function_of(&url["TargetFunctionArn"])?, cors: self.cors(&url["Cors"]) })
        };
        urls.filter_map(plan).collect()
    }

    fn cors(&self, declared: &Value) -> Option<CorsPlan> {
        declared.as_object()?;
        let list = |name: &str| self.list(&declared[name]).unwrap_or_default();
        Some(CorsPlan {
            origins: list("AllowOrigins"),
            methods: list("AllowMethods"),
            headers: list("AllowHeaders"),
            exposed: list("ExposeHeaders"),
            max_age: self.text(&declared["MaxAge"]),
            credentials: self.text(&declared["AllowCredentials"]).as_deref() == Some("true"),
        })
    }

    /// The function that a value leads to: itself, or through an integration, an alias or a version.
    fn function_of(&self, value: &Value) -> Option<String> {
        let mut pending = self.referred(value);
        let mut seen = Vec::new();
        while let Some(id) = pending.pop() {
            let resource = &self.template["Resources"][&id];
            let properties = &resource["Properties"];
            match resource["Type"].as_str()? {
                "AWS::Lambda::Function" => return self.text(&properties["Handler"]),
                "AWS::ApiGatewayV2::Integration" if !seen.contains(&id) => {
                    pending.extend(self.referred(&properties["IntegrationUri"]));
                }
                "AWS::Lambda::Alias" | "AWS::Lambda::Version" if !seen.contains(&id) => {
                    pending.extend(self.referred(&properties["FunctionName"]));
                }
                _ => {}
            }
            seen.push(id);
        }
        None
    }

    fn note_what_is_not_served(&self, notes: &mut Vec<String>) {
        for (what, is_there) in [
            ("the WebSocket API", self.of_type("AWS::ApiGatewayV2::Api").count() > self.http_api().iter().count()),
            ("the REST API", self.of_type("AWS::ApiGateway::RestApi").next().is_some()),
            ("the load balancer's targets", self.of_type("AWS::ElasticLoadBalancingV2::TargetGroup").next().is_some()),
            ("event sources (queues, streams)", self.of_type("AWS::Lambda::EventSourceMapping").next().is_some()),
            ("schedules", self.of_type("AWS::Scheduler::Schedule").next().is_some()),
        ] {
            if is_there {
                notes.push(format!("not served yet: {what}; `invoke` and Lambda's API reach the functions"));
            }
        }
        let is_guarded = |(_, route): (&str, &Value)| {
            !matches!(&route["Properties"]["AuthorizationType"], Value::Null)
                && route["Properties"]["AuthorizationType"] != "NONE"
        };
        if self.of_type("AWS::ApiGatewayV2::Route").any(is_guarded) {
            notes.push("authorizers and signatures are not asked for: everybody may send requests".to_owned());
        }
    }
}
