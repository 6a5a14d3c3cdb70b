//! A pipeline whose environment is in another account and region: what its roles there are let in to, and nobody else.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sparta::{cfn::Template, delivery::Source};
use sparta_test_models::gated::abroad;
use sparta_test_tools::Call;

use super::{stack::Stack, world::Case};

const HOME: &str = "111111111111";
const AWAY: &str = "222222222222";

/// The pipeline's stack, that with its bucket in the other region, and that with the roles in the other account.
pub(super) struct Abroad {
    pipeline: Stack,
    store: Stack,
    target: Stack,
}

fn stack(template: &Template, name: &str, account: &str, parameters: &[(&str, String)]) -> Stack {
    let parameters: BTreeMap<String, Value> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
    Stack::new(serde_json::from_str(&template.to_json()).unwrap(), name, account, parameters)
}

pub(super) fn world() -> Abroad {
    let synthesis = abroad().synthesize().unwrap();
    let declared = synthesis.model.pipeline().unwrap();
    let stores = synthesis.stores(declared).unwrap();
    let store = stores.iter().find(|it| it.region.as_deref() == Some("eu-central-1")).unwrap();
    let store = stack(&store.template, &store.stack, HOME, &[]);
    let [bucket, key] = [store.physical_name("Artifacts"), store.arn("ArtifactKey")];
    let own = format!("arn:aws:kms:eu-west-1:{HOME}:key/home");
    let of_pipeline =
        [("EuCentral1Artifacts", bucket.clone()), ("EuCentral1ArtifactKey", key.clone()), ("ArtifactKey", own)];
    let pipeline = synthesis.pipeline(declared, Source::Connection).unwrap();
    let targets = synthesis.elsewhere(declared).unwrap();
    let target = targets.iter().find(|it| it.environment == "production").unwrap();
    let of_target = [("ArtifactBucket", bucket), ("ArtifactKey", key), ("PipelineAccount", HOME.to_owned())];
    Abroad {
        pipeline: stack(&pipeline, "Abroad-main", HOME, &of_pipeline),
        target: stack(&target.template, &target.stack, AWAY, &of_target),
        store,
    }
}

impl Abroad {
    /// A call of a role of a stack on something of another, whose policy decides on it too.
    fn call(&self, by: &Stack, role: &str, action: &str, (on, resource): (&Stack, String)) -> Case {
        let role = by.role(role);
        let (_, name) = role.arn.rsplit_once('/').unwrap();
        let resource_policy = match action.split_once(':').unwrap().0 {
            "s3" => Some(on.properties("ArtifactsPolicy")["PolicyDocument"].clone()),
            "kms" => Some(on.properties("ArtifactKey")["KeyPolicy"].clone()),
            _ => on.of_type("AWS::IAM::Role").map(|id| on.role(id)).find(|it| it.arn == resource).map(|it| it.trust),
        };
        let context = [("aws:SecureTransport", "true"), ("aws:PrincipalArn", &role.arn)];
        let call = Call {
            principal: format!("arn:aws:sts::{}:assumed-role/{name}/session", by.account),
            action: action.to_owned(),
            account: on.account.clone(),
            context: context.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            policies: role.policies,
            boundary: None,
            resource_policy,
            resource: resource.clone(),
        };
        Case { title: format!("{} calls {action} on {resource}", role.arn), call }
    }

    fn object(&self, key: &str) -> (&Stack, String) {
        (&self.store, format!("{}/{key}", self.store.arn("Artifacts")))
    }

    fn role(&self, role: &str) -> (&Stack, String) {
        (&self.target, self.target.arn(role))
    }

    fn key(&self) -> (&Stack, String) {
        (&self.store, self.store.arn("ArtifactKey"))
    }

    /// All that a delivery takes.
    pub(super) fn calls(&self) -> Vec<Case> {
        let (home, away) = (&self.pipeline, &self.target);
        let (released, outputs, code) = ("Abroad-main/Release/a1", "Abroad-main/Outputs-pr/a1", "Abroad/code/a1.zip");
        let mut calls = vec![
            self.call(home, "PipelineRole", "sts:AssumeRole", self.role("ProductionDeployRole")),
            self.call(home, "PipelineRole", "sts:AssumeRole", self.role("ProductionWatchRole")),
            self.call(home, "ReviewRole", "sts:AssumeRole", self.role("ProductionShowRole")),
            self.call(away, "ProductionCloudFormationRole", "s3:GetObject", self.object(code)),
        ];
        let parts = [
            (home, "ReleaseRole", &["s3:GetObject", "s3:PutObject"][..], code),
            (home, "PipelineRole", &["s3:GetObject", "s3:PutObject"], released),
            (home, "PipelineRole", &["s3:GetObject"], outputs),
            (away, "ProductionDeployRole", &["s3:GetObject", "s3:GetObjectVersion"], released),
            (away, "ProductionDeployRole", &["s3:PutObject", "s3:PutObjectAcl"], "Abroad-main/Outputs-pr/a1"),
        ];
        for (stack, role, actions, key) in parts {
            calls.extend(actions.iter().map(|action| self.call(stack, role, action, self.object(key))));
        }
        for action in ["kms:Decrypt", "kms:GenerateDataKey"] {
            calls.push(self.call(home, "PipelineRole", action, self.key()));
            calls.push(self.call(away, "ProductionDeployRole", action, self.key()));
        }
        calls
    }

    /// What nobody has to do.
    pub(super) fn attacks(&self) -> Vec<Case> {
        let (home, away) = (&self.pipeline, &self.target);
        let (released, code) = ("Abroad-main/Release/a1", "Abroad/code/a1.zip");
        let mut attacks = Vec::new();
        for role in ["BuildRole", "BuildActionRole", "ReleaseRole", "UpdateRole", "ReviewRole", "SmokeRole"] {
            for of in ["ProductionDeployRole", "ProductionWatchRole", "ProductionCloudFormationRole"] {
                attacks.push(self.call(home, role, "sts:AssumeRole", self.role(of)));
            }
        }
        for key in [released, code] {
            attacks.push(self.call(home, "BuildRole", "s3:PutObject", self.object(key)));
            for role in ["ProductionCloudFormationRole", "ProductionShowRole", "ProductionWatchRole"] {
                attacks.push(self.call(away, role, "s3:PutObject", self.object(key)));
            }
            attacks.push(self.call(away, "ProductionDeployRole", "s3:PutObject", self.object(key)));
        }
        attacks.push(self.call(away, "ProductionCloudFormationRole", "s3:GetObject", self.object(released)));
        attacks.push(self.call(away, "ProductionDeployRole", "s3:GetObject", self.object(code)));
        attacks.push(self.call(away, "ProductionDeployRole", "s3:GetObject", self.object("Abroad-main/Source/a1")));
        for role in ["ProductionCloudFormationRole", "ProductionShowRole"] {
            // Whatever somebody gives a role there, the bucket and the key know two roles alone.
            attacks.push(self.call(away, role, "kms:Decrypt", self.key()).with_every_right());
            attacks.push(self.call(away, role, "s3:GetObject", self.object(released)).with_every_right());
        }
        let mut stranger = self.call(away, "ProductionDeployRole", "s3:GetObject", self.object(released));
        for text in [&mut stranger.call.principal, stranger.call.context.get_mut("aws:PrincipalArn").unwrap()] {
            *text = text.replace(AWAY, "333333333333");
        }
        stranger.title += " from a third account";
        attacks.push(stranger.with_every_right());
        // Of another account, a role of that name is nobody that the roles there trust.
        let mut twin = self.call(home, "PipelineRole", "sts:AssumeRole", self.role("ProductionDeployRole"));
        for text in [&mut twin.call.principal, twin.call.context.get_mut("aws:PrincipalArn").unwrap()] {
            *text = text.replace(HOME, "333333333333");
        }
        twin.call.policies = vec![json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
        ]})];
        twin.title += " from a third account";
        attacks.push(twin);
        attacks
    }
}
