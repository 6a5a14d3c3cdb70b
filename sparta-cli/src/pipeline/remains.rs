//! What outlives a pipeline's stack, and which of the environments' stacks need it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// Where a template that has no pipeline any more says which stacks need what.
const METADATA: &str = "sparta:needed";

/// What outlives a pipeline's stack.
#[derive(Debug)]
pub(super) struct Remains {
    template: Value,
    /// What nothing needs any more, by its logical ids.
    pub free: BTreeSet<String>,
    /// What is needed, and by which stacks.
    pub needed: BTreeMap<String, BTreeSet<String>>,
}

/// The stacks that a pipeline's template delivers to, each with the resources that CloudFormation needs for it.
pub(super) fn stacks(template: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut stacks: BTreeMap<String, BTreeSet<String>> =
        serde_json::from_value(template["Metadata"][METADATA].clone()).unwrap_or_default();
    for (stack, configuration) in deployments(template).filter(|(_, it)| !is_own(template, it)) {
        let needs = stacks.entry(stack.to_owned()).or_default();
        references(&configuration["RoleArn"], needs);
        references(&configuration["ParameterOverrides"], needs);
        if is_elsewhere(template, configuration) {
            bucket(template, needs);
        }
    }
    stacks
}

/// Whether an environment's roles are in a stack of its own, in another account or region, where nobody looks for it.
fn is_elsewhere(template: &Value, configuration: &Value) -> bool {
    let mut roles = BTreeSet::new();
    references(&configuration["RoleArn"], &mut roles);
    configuration["RoleArn"] != Value::Null && roles.iter().all(|id| template["Resources"][id] == Value::Null)
}

/// The bucket of the pipeline itself, from which such an environment may have its code.
fn bucket(template: &Value, needs: &mut BTreeSet<String>) {
    for pipeline in pipelines(template) {
        references(&pipeline["ArtifactStore"]["Location"], needs);
        references(&pipeline["ArtifactStores"][0]["ArtifactStore"]["Location"], needs);
    }
}

/// The role that CloudFormation has for the pipeline's own stack, with its policies.
fn own_role(template: &Value) -> BTreeSet<String> {
    let mut role = BTreeSet::new();
    for (_, configuration) in deployments(template).filter(|(_, it)| is_own(template, it)) {
        references(&configuration["RoleArn"], &mut role);
    }
    let is_identity =
        |id: &String| template["Resources"][id]["Type"].as_str().is_some_and(|it| it.starts_with("AWS::IAM::"));
    closure(template, role).into_iter().filter(is_identity).collect()
}

/// The configurations of what a pipeline deploys, with their stacks.
fn deployments(template: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let stages = pipelines(template).flat_map(|it| it["Stages"].as_array().into_iter().flatten());
    let actions = stages.flat_map(|it| it["Actions"].as_array().into_iter().flatten());
    actions.map(|it| &it["Configuration"]).filter_map(|it| Some((it["StackName"].as_str()?, it)))
}

fn pipelines(template: &Value) -> impl Iterator<Item = &Value> {
    let pipelines = resources(template).filter(|(_, it)| it["Type"] == "AWS::CodePipeline::Pipeline");
    pipelines.map(|(_, it)| &it["Properties"])
}

/// Whether that is what updates the pipeline's own stack, which is called like it.
fn is_own(template: &Value, configuration: &Value) -> bool {
    pipelines(template).any(|it| it["Name"] == configuration["StackName"])
}

impl Remains {
    /// What outlives the stack of this template, where these of the stacks that it delivers to are there.
    pub(super) fn of(template: Value, there: &BTreeSet<String>) -> Self {
        let mut needed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let elsewhere =
            deployments(&template).filter(|(_, it)| is_elsewhere(&template, it)).map(|(stack, _)| stack.to_owned());
        let there: BTreeSet<String> = there.iter().cloned().chain(elsewhere).collect();
        for (stack, first) in stacks(&template).into_iter().filter(|(stack, _)| there.contains(stack)) {
            for id in closure(&template, first) {
                needed.entry(id).or_default().insert(stack.clone());
            }
        }
        let retained = retained(&template);
        // The bucket's policy stays as long as the bucket.
        for (id, policy) in resources(&template).filter(|(_, it)| it["Type"] == "AWS::S3::BucketPolicy") {
            let bucket = policy["Properties"]["Bucket"]["Ref"].as_str().and_then(|bucket| needed.get(bucket));
            if let Some(stacks) = bucket.cloned() {
                needed.insert(id.clone(), stacks);
            }
        }
        // CloudFormation deletes the stack in its role, which therefore stays.
        let own = own_role(&template);
        let is_free = |id: &&String| !needed.contains_key(*id) && !own.contains(*id);
        let free = retained.iter().filter(is_free).cloned().collect();
        needed.retain(|id, _| retained.contains(id));
        Self { template, free, needed }
    }

    /// The template with nothing in it but what outlives its stack, of which CloudFormation may delete what is free.
    pub(super) fn released(&self) -> Value {
        let mut template = self.only(self.free.iter().chain(self.needed.keys()).cloned().collect());
        for id in &self.free {
            template["Resources"][id]["DeletionPolicy"] = json!("Delete");
            template["Resources"][id]["UpdateReplacePolicy"] = json!("Delete");
        }
        template
    }

    /// The template with nothing in it but what is needed.
    pub(super) fn kept(&self) -> Value {
        self.only(self.needed.keys().cloned().collect())
    }

    fn only(&self, ids: BTreeSet<String>) -> Value {
        let mut template = self.template.clone();
        let kept = closure(&template, ids);
        if let Some(sections) = template.as_object_mut() {
            sections.remove("Outputs");
        }
        if let Some(resources) = template["Resources"].as_object_mut() {
            resources.retain(|id, _| kept.contains(id));
            for resource in resources.values_mut() {
                let waits = depends_on(resource).filter(|id| kept.contains(*id)).map(str::to_owned);
                let waits: Vec<String> = waits.collect();
                if let Some(resource) = resource.as_object_mut() {
                    resource.remove("DependsOn");
                    if !waits.is_empty() {
                        resource.insert("DependsOn".to_owned(), json!(waits));
                    }
                }
            }
        }
        let mut needs = stacks(&self.template);
        needs.retain(|_, ids| {
            ids.retain(|id| self.needed.contains_key(id));
            !ids.is_empty()
        });
        template["Metadata"][METADATA] = json!(needs);
        template
    }

    /// Whether there is nothing in the stack but what is needed.
    pub(super) fn is_kept_only(&self) -> bool {
        self.template["Resources"] == self.kept()["Resources"]
    }
}

fn resources(template: &Value) -> impl Iterator<Item = (&String, &Value)> {
    template["Resources"].as_object().into_iter().flatten()
}

/// What stays when the stack is deleted.
pub(super) fn retained(template: &Value) -> BTreeSet<String> {
    let stays = |resource: &Value| resource["DeletionPolicy"].as_str().is_some_and(|it| it.starts_with("Retain"));
    resources(template).filter(|(_, resource)| stays(resource)).map(|(id, _)| id.clone()).collect()
}

/// These resources, and all that they refer to.
fn closure(template: &Value, ids: BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<String> = ids.into_iter().collect();
    while let Some(id) = open.pop() {
        let resource = &template["Resources"][&id];
        if resource.is_null() || !found.insert(id) {
            continue;
        }
        let mut more = BTreeSet::new();
        references(&resource["Properties"], &mut more);
        open.extend(more);
    }
    found
}

fn depends_on(resource: &Value) -> impl Iterator<Item = &str> {
    let listed = resource["DependsOn"].as_array().into_iter().flatten();
    listed.chain([&resource["DependsOn"]]).filter_map(Value::as_str)
}

/// The names that intrinsic functions refer to.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("Ref", Value::String(id)) => _ = found.insert(id.clone()),
                    ("Fn::GetAtt", Value::String(path)) => found.extend(path.split('.').next().map(str::to_owned)),
                    ("Fn::GetAtt", Value::Array(path)) => {
                        found.extend(path.first().and_then(Value::as_str).map(str::to_owned));
                    }
                    ("Fn::Sub", Value::String(text)) => substituted(text, found),
                    ("Fn::Sub", Value::Array(parts)) => {
                        parts.iter().filter_map(Value::as_str).for_each(|text| substituted(text, found));
                        parts.iter().for_each(|part| references(part, found));
                    }
                    (_, value) => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The names in `${...}`.
fn substituted(text: &str, found: &mut BTreeSet<String>) {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split(['}', '.']).next());
    found.extend(names.filter(|name| !name.starts_with('!')).map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retained(kind: &str, properties: Value) -> Value {
        json!({ "Type": kind, "DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain", "Properties": properties })
    }

    fn role() -> Value {
        let code = json!({ "Fn::Sub": "${Artifacts.Arn}/Hello/code/*" });
        retained("AWS::IAM::Role", json!({ "Policies": [{ "Resource": code }], "Name": { "Fn::Sub": "${!Literal}" } }))
    }

    fn template() -> Value {
        let deploy = |stack: &str, prefix: &str| {
            json!({ "Configuration": {
                "StackName": stack,
                "RoleArn": { "Fn::GetAtt": [format!("{prefix}CloudFormationRole"), "Arn"] },
                "ParameterOverrides": { "Fn::Sub": format!("{{\"PermissionsBoundary\":\"${{{prefix}Boundary}}\"}}") },
            }})
        };
        let mut large = role();
        large["Properties"]["ManagedPolicyArns"] = json!([{ "Ref": "ProductionCloudFormationPolicy1" }]);
        large["DependsOn"] = json!(["BuildLog", "Artifacts"]);
        json!({
            "Description": "Delivers Shop",
            "Parameters": { "ConnectionArn": { "Type": "String" } },
            "Resources": {
                "Artifacts": retained("AWS::S3::Bucket", json!({})),
                "ArtifactsPolicy": retained("AWS::S3::BucketPolicy", json!({ "Bucket": { "Ref": "Artifacts" } })),
                "BuildLog": { "Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Delete" },
                "TestCloudFormationRole": role(),
                "TestBoundary": retained("AWS::IAM::ManagedPolicy", json!({})),
                "ProductionCloudFormationRole": large,
                "ProductionCloudFormationPolicy1": retained("AWS::IAM::ManagedPolicy", json!({})),
                "ProductionBoundary": retained("AWS::IAM::ManagedPolicy", json!({})),
                "UpdateRole": role(),
                "Pipeline": { "Type": "AWS::CodePipeline::Pipeline", "Properties": { "Name": "Shop-main", "Stages": [
                    { "Actions": [{ "Configuration": {
                        "StackName": "Shop-main", "RoleArn": { "Fn::GetAtt": ["UpdateRole", "Arn"] },
                    }}] },
                    { "Actions": [deploy("Test-Shop-main", "Test")] },
                    { "Actions": [deploy("Prod-Shop-main", "Production")] },
                ]}},
            },
            "Outputs": { "PipelineName": { "Value": { "Ref": "Pipeline" } } },
        })
    }

    fn ids(template: &Value) -> Vec<&str> {
        template["Resources"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn what_the_stacks_that_are_there_need_is_kept_and_the_rest_is_free() {
        // It is there itself, and deleted in a role that is not its own to delete.
        assert!(!stacks(&template()).contains_key("Shop-main"));
        let remains = Remains::of(template(), &["Prod-Shop-main".to_owned()].into());
        assert_eq!(Vec::from_iter(&remains.free), ["TestBoundary", "TestCloudFormationRole"]);
        let needed: Vec<&str> = remains.needed.keys().map(String::as_str).collect();
        let expected = [
            "Artifacts",
            "ArtifactsPolicy",
            "ProductionBoundary",
            "ProductionCloudFormationPolicy1",
            "ProductionCloudFormationRole",
        ];
        assert_eq!(needed, expected);
        let kept = remains.kept();
        assert_eq!(ids(&kept).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(expected));
        assert_eq!(kept["Resources"]["ProductionCloudFormationRole"]["DependsOn"], json!(["Artifacts"]));
        assert!(kept.get("Outputs").is_none() && kept["Parameters"]["ConnectionArn"].is_object());
        let released = remains.released();
        assert_eq!(released["Resources"]["TestBoundary"]["DeletionPolicy"], "Delete");
        assert_eq!(released["Resources"]["ProductionBoundary"]["DeletionPolicy"], "RetainExceptOnCreate");
        assert!(released["Resources"]["Pipeline"].is_null() && released["Resources"]["BuildLog"].is_null());
    }

    #[test]
    fn a_stack_that_was_kept_for_others_is_let_go_once_they_are_gone() {
        let kept = Remains::of(template(), &["Prod-Shop-main".to_owned()].into()).kept();
        let still = Remains::of(kept.clone(), &["Prod-Shop-main".to_owned()].into());
        assert!(still.free.is_empty() && still.is_kept_only());
        let gone = Remains::of(kept, &BTreeSet::new());
        assert!(gone.needed.is_empty());
        assert_eq!(gone.free.len(), 5);
        let released = gone.released();
        let resources = released["Resources"].as_object().unwrap().values();
        assert!(resources.clone().count() == 5 && resources.into_iter().all(|it| it["DeletionPolicy"] == "Delete"));
    }

    #[test]
    fn an_environment_elsewhere_keeps_the_bucket() {
        let template = |role: Value| {
            let deployment = json!({"Configuration": {"StackName": "Production-App-main", "RoleArn": role}});
            let pipeline = json!({
                "Name": "App-main",
                "ArtifactStores": [{"ArtifactStore": {"Location": {"Ref": "Artifacts"}}}],
                "Stages": [{"Actions": [deployment]}],
            });
            json!({"Resources": {
                "Artifacts": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "RetainExceptOnCreate"},
                "Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": pipeline},
                "Role": {"Type": "AWS::IAM::Role", "DeletionPolicy": "RetainExceptOnCreate"},
            }})
        };
        let elsewhere =
            json!({"Fn::Sub": "arn:${AWS::Partition}:iam::222222222222:role/App-main-production-DeployRole"});
        let remains = Remains::of(template(elsewhere), &BTreeSet::new());
        assert_eq!(remains.needed["Artifacts"], BTreeSet::from(["Production-App-main".to_owned()]));
        let here = Remains::of(template(json!({"Fn::GetAtt": ["Role", "Arn"]})), &BTreeSet::new());
        assert!(here.needed.is_empty() && here.free.contains("Artifacts"), "{here:?}");
    }
}
