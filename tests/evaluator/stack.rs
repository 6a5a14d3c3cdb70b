//! A stack as CloudFormation deploys it: the names, ARNs and policies that its resources get.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub(super) const REGION: &str = "eu-west-1";

/// A template, deployed under a name to an account.
pub(super) struct Stack {
    pub(super) name: String,
    pub(super) account: String,
    parameters: BTreeMap<String, Value>,
    template: Value,
}

/// A role, with all that decides what it may do and who takes it on.
pub(super) struct Role {
    pub(super) arn: String,
    /// Its inline policies, and those of the stack that are attached to it.
    pub(super) policies: Vec<Value>,
    /// The ARN of its permissions boundary.
    pub(super) boundary: Option<String>,
    pub(super) trust: Value,
}

impl Stack {
    pub(super) fn new(template: Value, name: &str, account: &str, parameters: BTreeMap<String, Value>) -> Self {
        Self { name: name.to_owned(), account: account.to_owned(), parameters, template }
    }

    /// The same once its parameters that are about `stack` have this value.
    pub(super) fn pinned(mut self, stack: &str, value: &str) -> Self {
        let of_stack =
            |it: &Value| it["Description"].as_str().is_some_and(|it| it.contains(&format!("HTTP API of {stack};")));
        let parameters = self.template["Parameters"].as_object().unwrap().iter();
        let names: Vec<String> = parameters.filter(|(_, it)| of_stack(it)).map(|(name, _)| name.clone()).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        self.parameters.extend(names.into_iter().map(|name| (name, value.into())));
        self
    }

    /// The logical ids and types of its resources.
    pub(super) fn resources(&self) -> impl Iterator<Item = (&str, &str)> {
        let resources = self.template["Resources"].as_object().unwrap();
        resources.iter().map(|(id, resource)| (id.as_str(), resource["Type"].as_str().unwrap()))
    }

    /// The logical ids of its resources of a type.
    pub(super) fn of_type<'s>(&'s self, kind: &'s str) -> impl Iterator<Item = &'s str> {
        self.resources().filter(move |(_, of)| *of == kind).map(|(id, _)| id)
    }

    /// A resource's properties, as CloudFormation hands them to its handlers.
    pub(super) fn properties(&self, id: &str) -> Value {
        let resource = &self.template["Resources"][id];
        assert!(resource.is_object(), "{} has no resource {id}", self.name);
        self.value(&resource["Properties"]).unwrap()
    }

    /// The ARN of a parameter's value or a resource: what IAM knows it by.
    pub(super) fn arn(&self, id: &str) -> String {
        let Self { account, .. } = self;
        let (name, kind) = (self.physical_name(id), self.kind(id));
        match kind {
            "AWS::CodeBuild::Project" => format!("arn:aws:codebuild:{REGION}:{account}:project/{name}"),
            "AWS::CodeConnections::Connection" => {
                format!("arn:aws:codeconnections:{REGION}:{account}:connection/{name}")
            }
            "AWS::Cognito::UserPool" => format!("arn:aws:cognito-idp:{REGION}:{account}:userpool/{name}"),
            "AWS::IAM::ManagedPolicy" => format!("arn:aws:iam::{account}:policy/{name}"),
            "AWS::IAM::Role" => format!("arn:aws:iam::{account}:role/{name}"),
            "AWS::KMS::Key" => format!("arn:aws:kms:{REGION}:{account}:key/{name}"),
            "AWS::Lambda::Function" => format!("arn:aws:lambda:{REGION}:{account}:function:{name}"),
            "AWS::Logs::LogGroup" => format!("arn:aws:logs:{REGION}:{account}:log-group:{name}:*"),
            "AWS::S3::Bucket" => format!("arn:aws:s3:::{name}"),
            "AWS::SQS::Queue" => format!("arn:aws:sqs:{REGION}:{account}:{name}"),
            "AWS::SecretsManager::Secret" => format!("arn:aws:secretsmanager:{REGION}:{account}:secret:{name}"),
            _ => panic!("no ARN is known of {kind}"),
        }
    }

    pub(super) fn role(&self, id: &str) -> Role {
        let properties = self.properties(id);
        let inline = properties["Policies"].as_array().into_iter().flatten();
        let mut policies: Vec<Value> = inline.map(|policy| policy["PolicyDocument"].clone()).collect();
        for attached in properties["ManagedPolicyArns"].as_array().into_iter().flatten() {
            let found = self.policy(attached.as_str().unwrap());
            policies.push(found.unwrap_or_else(|| panic!("{id} has {attached}, which is not in its stack")));
        }
        let name = Value::from(self.physical_name(id));
        for other in self.of_type("AWS::IAM::Policy").map(|other| self.properties(other)) {
            if other["Roles"].as_array().is_some_and(|roles| roles.contains(&name)) {
                policies.push(other["PolicyDocument"].clone());
            }
        }
        Role {
            arn: self.arn(id),
            policies,
            boundary: properties["PermissionsBoundary"].as_str().map(str::to_owned),
            trust: properties["AssumeRolePolicyDocument"].clone(),
        }
    }

    /// The logical id of the role with this ARN.
    pub(super) fn role_of_arn(&self, arn: &str) -> String {
        let mut roles = self.of_type("AWS::IAM::Role");
        roles.find(|id| self.arn(id) == arn).unwrap_or_else(|| panic!("{} has no role {arn}", self.name)).to_owned()
    }

    /// The managed policy of this ARN.
    pub(super) fn policy(&self, arn: &str) -> Option<Value> {
        let id = self.of_type("AWS::IAM::ManagedPolicy").find(|id| self.arn(id) == arn)?;
        Some(self.properties(id)["PolicyDocument"].clone())
    }

    fn kind(&self, id: &str) -> &str {
        let kind = self.template["Resources"][id]["Type"].as_str();
        kind.unwrap_or_else(|| panic!("{} has no resource {id}", self.name))
    }

    /// A resource's own name, or the one that CloudFormation makes up.
    pub(super) fn physical_name(&self, id: &str) -> String {
        let properties = &self.template["Resources"][id]["Properties"];
        let named =
            ["BucketName", "FunctionName", "LogGroupName", "ManagedPolicyName", "Name", "QueueName", "RoleName"];
        if let Some(name) = named.iter().find_map(|property| properties.get(property)) {
            return self.text(name);
        }
        match self.kind(id) {
            "AWS::ApiGatewayV2::Api" => {
                format!("{:.10}", format!("{:x<10}", self.name.to_lowercase().replace('-', "")))
            }
            "AWS::Cognito::UserPool" => format!("{REGION}_ABCDEFGHIJKL"),
            "AWS::S3::Bucket" => format!("{}-{id}-abcdefghijkl", self.name).to_lowercase(),
            "AWS::SSM::Parameter" => format!("CFN-{id}-ABCDEFGHIJKL"),
            "AWS::SecretsManager::Secret" => format!("{id}-ABCDEFGHIJKL"),
            _ => format!("{}-{id}-ABCDEFGHIJKL", self.name),
        }
    }

    pub(super) fn text(&self, value: &Value) -> String {
        let text = self.value(value).unwrap();
        text.as_str().unwrap_or_else(|| panic!("{value} is {text}")).to_owned()
    }

    /// What CloudFormation makes of a value; `None` of what is left out.
    fn value(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Object(map) => match map.iter().next().filter(|_| map.len() == 1) {
                Some((function, argument)) if function == "Ref" || function.starts_with("Fn::") => {
                    self.function(function, argument)
                }
                _ => {
                    let entries = map.iter().filter_map(|(key, value)| Some((key.clone(), self.value(value)?)));
                    Some(entries.collect::<Map<_, _>>().into())
                }
            },
            Value::Array(items) => Some(items.iter().filter_map(|item| self.value(item)).collect()),
            plain => Some(plain.clone()),
        }
    }

    fn function(&self, function: &str, argument: &Value) -> Option<Value> {
        Some(match (function, argument) {
            ("Ref", Value::String(name)) if name == "AWS::NoValue" => return None,
            ("Ref", Value::String(name)) => self.reference(name),
            ("Fn::GetAtt", Value::Array(path)) => self.attribute(path[0].as_str()?, path[1].as_str()?).into(),
            ("Fn::Sub", Value::String(text)) => self.substituted(text).into(),
            ("Fn::Join", Value::Array(parts)) => {
                let texts: Vec<String> = parts[1].as_array()?.iter().map(|part| self.text(part)).collect();
                texts.join(parts[0].as_str()?).into()
            }
            ("Fn::If", Value::Array(parts)) => {
                let holds = self.condition(&self.template["Conditions"][parts[0].as_str()?]);
                return self.value(&parts[if holds { 1 } else { 2 }]);
            }
            _ => panic!("{function} of {argument}"),
        })
    }

    fn condition(&self, condition: &Value) -> bool {
        let of = |function: &str| condition[function].as_array();
        match (of("Fn::Not"), of("Fn::Equals")) {
            (Some(not), _) => !self.condition(&not[0]),
            (_, Some(sides)) => self.value(&sides[0]) == self.value(&sides[1]),
            _ => panic!("condition {condition}"),
        }
    }

    fn reference(&self, name: &str) -> Value {
        let pseudo = match name {
            "AWS::AccountId" => self.account.as_str(),
            "AWS::Partition" => "aws",
            "AWS::Region" => REGION,
            "AWS::StackName" => &self.name,
            _ => return self.parameter_or_resource(name),
        };
        pseudo.into()
    }

    fn parameter_or_resource(&self, name: &str) -> Value {
        let declared = &self.template["Parameters"][name];
        match self.parameters.get(name).or_else(|| declared.get("Default")) {
            Some(value) => value.clone(),
            None if declared.is_object() => format!("{name}-value").into(),
            // `Ref` gives a policy's and a secret's ARN.
            None if ["AWS::IAM::ManagedPolicy", "AWS::SecretsManager::Secret"].contains(&self.kind(name)) => {
                self.arn(name).into()
            }
            None => self.physical_name(name).into(),
        }
    }

    fn attribute(&self, id: &str, attribute: &str) -> String {
        assert!(matches!(attribute, "Arn" | "ConnectionArn"), "{attribute} of {id}");
        self.arn(id)
    }

    fn substituted(&self, text: &str) -> String {
        let mut parts = text.split("${");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| {
            let (name, rest) = part.split_once('}').unwrap();
            let value = match name.split_once('.') {
                Some((id, attribute)) => self.attribute(id, attribute),
                None => self.reference(name).as_str().unwrap().to_owned(),
            };
            text + &value + rest
        })
    }
}
