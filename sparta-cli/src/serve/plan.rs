//! What is served: the functions, and what reaches them over HTTP. It passes from one build of the service to the next.

mod guard;
mod http_api;
mod load_balancer;
mod rest_api;
mod web_socket;

pub(crate) use guard::{Gatekeeper, Guard, TokenPlan};
pub(crate) use http_api::{CorsPlan, HttpApiPlan, Route};
pub(crate) use load_balancer::{Condition, RulePlan};
pub(crate) use rest_api::{RestApiPlan, RestRoute};
pub(crate) use web_socket::{WebSocketPlan, WebSocketRoute};

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
    pub(crate) http_api: Option<HttpApiPlan>,
    pub(crate) rest_api: Option<RestApiPlan>,
    /// The rules of load balancers, the first to be tried first.
    pub(crate) rules: Vec<RulePlan>,
    pub(crate) web_socket: Option<WebSocketPlan>,
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

/// A function's own address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UrlPlan {
    pub(crate) function: String,
    pub(crate) cors: Option<CorsPlan>,
    /// Whether requests have to be signed.
    pub(crate) guard: Guard,
}

/// Who has the whole address, without a path or a host of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    HttpApi,
    RestApi,
    LoadBalancer,
    FunctionUrl,
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
        let mut plan = Self {
            app: synthesis.model.name().to_owned(),
            region: region.to_owned(),
            account: ACCOUNT.to_owned(),
            functions,
            http_api: values.http_api(),
            rest_api: values.rest_api(),
            rules: values.rules(),
            web_socket: values.web_socket(),
            urls: values.urls(),
            notes,
        };
        plan.note_what_is_not_looked_at();
        plan
    }

    /// Who has the whole address.
    pub(crate) fn front(&self) -> Option<Front> {
        match self {
            Self { http_api: Some(_), .. } => Some(Front::HttpApi),
            Self { rest_api: Some(_), .. } => Some(Front::RestApi),
            Self { rules, .. } if !rules.is_empty() => Some(Front::LoadBalancer),
            Self { urls, .. } if urls.len() == 1 => Some(Front::FunctionUrl),
            _ => None,
        }
    }

    fn guards(&self) -> impl Iterator<Item = &Guard> {
        let http = self.http_api.iter().flat_map(|api| &api.routes).map(|route| &route.guard);
        let rest = self.rest_api.iter().flat_map(|api| &api.routes).map(|route| &route.guard);
        let web_socket = self.web_socket.iter().flat_map(|api| &api.routes).map(|route| &route.guard);
        http.chain(rest).chain(web_socket).chain(self.urls.iter().map(|url| &url.guard))
    }

    fn note_what_is_not_looked_at(&mut self) {
        let has_tokens = self.guards().any(|guard| matches!(guard, Guard::Tokens(_)));
        let has_signatures = self.guards().any(|guard| *guard == Guard::Iam);
        for (is_there, note) in [
            (
                has_tokens,
                "tokens have to be of their issuer and in time, and who has signed them is not looked at here: \
                 anybody who reaches this address can write one",
            ),
            (has_signatures, "requests have to be signed where AWS asks for it, and by whom is not looked at here"),
        ] {
            if is_there {
                self.notes.push(note.to_owned());
            }
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

    fn urls(&self) -> Vec<UrlPlan> {
        let urls = self.of_type("AWS::Lambda::Url").filter(|(_, url)| self.is_present(url));
        let urls = urls.map(|(_, url)| &url["Properties"]);
        let plan = |url: &Value| {
            let is_signed = url["AuthType"] == "AWS_IAM";
            Some(UrlPlan {
                function: self.function_of(&url["TargetFunctionArn"])?,
                cors: self.cors(&url["Cors"]),
                guard: if is_signed { Guard::Iam } else { Guard::Open },
            })
        };
        urls.filter_map(plan).collect()
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
            ("event sources (queues, streams)", self.of_type("AWS::Lambda::EventSourceMapping").next().is_some()),
            ("schedules", self.of_type("AWS::Scheduler::Schedule").next().is_some()),
        ] {
            if is_there {
                notes.push(format!("not served yet: {what}; `invoke` and Lambda's API reach the functions"));
            }
        }
    }
}

#[cfg(test)]
mod tests;
