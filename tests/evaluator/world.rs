//! An account with a pipeline and the environments that it deploys, and the calls that are made there.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sparta::{Synthesis, delivery::Source};
use sparta_test_tools::Call;

use super::stack::{Role, Stack};

/// A pipeline and its environments, in one account.
pub(super) struct World {
    pub(super) account: String,
    pub(super) pipeline: Stack,
    pub(super) environments: Vec<Stack>,
}

/// A call with what it is a case of.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) title: String,
    pub(super) call: Call,
}

impl World {
    /// The pipeline of a service.
    pub(super) fn of(synthesis: &Synthesis, account: &str) -> Self {
        let pipeline = synthesis.pipeline(synthesis.model.pipeline().unwrap(), Source::Connection).unwrap();
        let json = |text: String| serde_json::from_str(&text).unwrap();
        Self::of_templates(json(synthesis.template.to_json()), json(pipeline.to_json()), account)
    }

    /// What a pipeline's template and the service's come to in an account.
    pub(super) fn of_templates(service: Value, pipeline: Value, account: &str) -> Self {
        let name = pipeline["Resources"]["Pipeline"]["Properties"]["Name"].as_str().unwrap().to_owned();
        let pipeline = Stack::new(pipeline, &name, account, BTreeMap::new());
        let mut world = Self { account: account.to_owned(), pipeline, environments: Vec::new() };
        for action in world.actions("CHANGE_SET_REPLACE") {
            let configuration = &action["Configuration"];
            let overrides: Value = serde_json::from_str(configuration["ParameterOverrides"].as_str().unwrap()).unwrap();
            let overrides = overrides.as_object().unwrap().iter();
            let of_code = [
                ("CodeBucket".to_owned(), world.pipeline.physical_name("Artifacts").into()),
                ("CodeKey".to_owned(), world.code_key().into()),
            ];
            let parameters = overrides.map(|(name, value)| (name.clone(), value.clone())).chain(of_code).collect();
            let name = configuration["StackName"].as_str().unwrap();
            world.environments.push(Stack::new(service.clone(), name, account, parameters));
        }
        world
    }

    /// The same after `provisionPipeline` ran again, when the environments' APIs were there.
    pub(super) fn provisioned_again(mut self) -> Self {
        for stack in &self.environments {
            let api = stack.of_type("AWS::ApiGatewayV2::Api").next().unwrap();
            self.pipeline = self.pipeline.pinned(&stack.name, &stack.physical_name(api));
        }
        self
    }

    /// The pipeline's actions of CloudFormation's on environments with this mode, in their order.
    pub(super) fn actions(&self, mode: &str) -> Vec<Value> {
        let pipeline = self.pipeline.properties("Pipeline");
        let stages = pipeline["Stages"].as_array().unwrap().iter();
        let actions = stages.flat_map(|stage| stage["Actions"].as_array().unwrap());
        let of_environment = |it: &&Value| it["Configuration"]["StackName"] != *self.pipeline.name;
        actions.filter(|it| it["Configuration"]["ActionMode"] == mode).filter(of_environment).cloned().collect()
    }

    /// The key of the code, where the release copies it to.
    fn code_key(&self) -> String {
        let project = self.pipeline.properties("ReleaseProject");
        let prefix = &project["Environment"]["EnvironmentVariables"][1];
        assert_eq!(prefix["Name"], "CODE_PREFIX");
        format!("{}{}-{}.zip", prefix["Value"].as_str().unwrap(), "a1".repeat(20), "b2".repeat(32))
    }

    /// The object that is the code, where it is deployed from.
    pub(super) fn code(&self) -> String {
        format!("{}/{}", self.pipeline.arn("Artifacts"), self.code_key())
    }

    /// The key of an artifact: CodePipeline shortens the pipeline's name, and the artifact's.
    fn key(&self, artifact: &str) -> String {
        format!("{:.20}/{artifact:.10}/aBcDeFg", self.pipeline.name)
    }

    /// The object that is an artifact.
    pub(super) fn artifact(&self, artifact: &str) -> String {
        format!("{}/{}", self.pipeline.arn("Artifacts"), self.key(artifact))
    }

    /// A call of a role of the pipeline's stack.
    pub(super) fn by(&self, role: &str, action: &str, resource: impl Into<String>) -> Case {
        self.as_role(role, &self.pipeline.role(role), action, resource.into())
    }

    /// A call of a role of an environment's stack.
    pub(super) fn by_function(&self, stack: &Stack, role: &str, action: &str, resource: impl Into<String>) -> Case {
        self.as_role(&format!("{role} of {}", stack.name), &stack.role(role), action, resource.into())
    }

    /// Another account's call on something of this account's, whose policies decide on it too.
    pub(super) fn trusting(&self, mut case: Case) -> Case {
        case.call.resource_policy = self.resource_policy(&case.call.action, &case.call.resource);
        case.call.account.clone_from(&self.account);
        case
    }

    /// A call of a service of AWS's.
    pub(super) fn by_service(&self, service: &str, action: &str, resource: impl Into<String>) -> Case {
        let resource = resource.into();
        let title = format!("{service} calls {action} on {resource}");
        let principal = format!("{service}.amazonaws.com");
        let case = Case { title, call: self.call(principal, action, resource) };
        case.with("aws:SourceAccount", &self.account)
    }

    pub(super) fn as_role(&self, name: &str, role: &Role, action: &str, resource: String) -> Case {
        let title = format!("{name} calls {action} on {resource}");
        let (_, role_name) = role.arn.rsplit_once('/').unwrap();
        let principal = format!("arn:aws:sts::{}:assumed-role/{role_name}/session", self.account);
        let mut call = self.call(principal, action, resource);
        call.policies.clone_from(&role.policies);
        let document = |arn: &String| self.pipeline.policy(arn).unwrap_or_else(|| panic!("{name} is bounded by {arn}"));
        call.boundary = role.boundary.as_ref().map(document);
        Case { title, call }
    }

    fn call(&self, principal: String, action: &str, resource: String) -> Call {
        let owner = resource.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(&self.account);
        Call {
            principal,
            action: action.to_owned(),
            account: owner.to_owned(),
            resource_policy: self.resource_policy(action, &resource),
            resource,
            context: BTreeMap::from([("aws:SecureTransport".to_owned(), "true".to_owned())]),
            policies: Vec::new(),
            boundary: None,
        }
    }

    /// The policy of a bucket of the pipeline's, or whom a role trusts.
    fn resource_policy(&self, action: &str, resource: &str) -> Option<Value> {
        let policies = self.pipeline.of_type("AWS::S3::BucketPolicy").map(|id| self.pipeline.properties(id));
        let of_bucket = policies.into_iter().find(|policy| {
            let bucket = format!("arn:aws:s3:::{}", policy["Bucket"].as_str().unwrap());
            resource == bucket || resource.starts_with(&format!("{bucket}/"))
        });
        if let Some(policy) = of_bucket {
            return Some(policy["PolicyDocument"].clone());
        }
        if action != "sts:AssumeRole" {
            return None;
        }
        let stacks = self.environments.iter().chain([&self.pipeline]);
        let mut roles = stacks.flat_map(|stack| stack.of_type("AWS::IAM::Role").map(|id| stack.role(id)));
        roles.find(|role| role.arn == resource).map(|role| role.trust)
    }
}

impl Case {
    /// The case of a call on something that CloudFormation made for a stack.
    pub(super) fn on_tagged(self, stack: &Stack) -> Self {
        self.with("aws:ResourceTag/aws:cloudformation:stack-name", &stack.name)
    }

    /// The case with a condition key of the call.
    pub(super) fn with(mut self, key: &str, value: &str) -> Self {
        self.call.context.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The caller with a policy more, which says what somebody who pushes to the repository likes.
    pub(super) fn with_every_right(mut self) -> Self {
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        self.call.policies.push(json!({"Version": "2012-10-17", "Statement": [everything]}));
        self.title += ", with a policy that allows everything";
        self
    }
}
