//! What AWS itself has of sources: who may read them, and the event that starts the pipeline.

use super::id;
use crate::{
    attribute,
    cfn::{Template, Value, sub},
    delivery::Plan,
    iam::{Arn, Statement, policy_document, trust_policy_for},
    pipeline::short_name,
    property, resource,
};

/// The longest name of a rule.
const LONGEST_RULE: usize = 64;

/// What starts the pipeline.
pub(super) struct Event {
    pattern: Value,
    /// What CodePipeline calls the kind of revision that the event is about.
    revision_type: &'static str,
    /// Where the event has it.
    revision: &'static str,
}

/// The actions that CodePipeline takes to read a repository of CodeCommit.
///
/// See <https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html>.
pub(super) fn read_codecommit(repository: &str) -> Statement {
    let read = Statement::allow([
        "codecommit:CancelUploadArchive",
        "codecommit:GetBranch",
        "codecommit:GetCommit",
        "codecommit:GetRepository",
        "codecommit:GetUploadArchiveStatus",
        "codecommit:UploadArchive",
    ]);
    read.on(sub(Arn::new("codecommit", repository).to_string()))
}

/// The actions that CodePipeline takes to read an object.
pub(super) fn read_s3(bucket: &str, key: &str) -> [Statement; 2] {
    let arn = |resource: &str| sub(Arn::new("s3", resource).to_string());
    [
        Statement::allow(["s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"]).on(arn(bucket)),
        Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]).on(arn(&format!("{bucket}/{}", literal(key)))),
    ]
}

/// A key as itself: neither a wildcard of IAM's nor a variable of `Fn::Sub`'s or a policy's.
fn literal(key: &str) -> String {
    let plain = |c: char| match c {
        '*' | '?' | '$' => format!("${{!{c}}}"),
        c => c.to_string(),
    };
    key.chars().map(plain).collect()
}

/// A push to the pipeline's branch.
pub(super) fn of_codecommit(plan: &Plan<'_>, repository: &str) -> Event {
    let pattern = property!(AWS::Events::Rule.EventPattern {
        source: ["aws.codecommit"],
        "detail-type": ["CodeCommit Repository State Change"],
        resources: [(sub(Arn::new("codecommit", repository).to_string()))],
        detail: {
            event: ["referenceCreated", "referenceUpdated"],
            referenceType: ["branch"],
            referenceName: [(plan.pipeline.source_branch())],
        },
    });
    Event { pattern, revision_type: "COMMIT_ID", revision: "$.detail.commitId" }
}

/// A new version of the object.
pub(super) fn of_s3(bucket: &str, key: &str) -> Event {
    let pattern = property!(AWS::Events::Rule.EventPattern {
        source: ["aws.s3"],
        "detail-type": ["Object Created"],
        detail: { bucket: { name: [(bucket)] }, object: { key: [(key)] } },
    });
    Event { pattern, revision_type: "S3_OBJECT_VERSION_ID", revision: "$.detail.object.version-id" }
}

/// The rule, and who it starts the pipeline as. What was pushed is what is delivered, however much was pushed after it.
pub(super) fn add(plan: &Plan<'_>, event: Event, template: &mut Template) {
    let name = short_name(&plan.name, LONGEST_RULE);
    let pipeline = || sub(Arn::new("codepipeline", &plan.name).to_string());
    let rule_arn = sub(Arn::new("events", &format!("rule/{name}")).to_string());
    let start = Statement::allow(["codepipeline:StartPipelineExecution"]).on(pipeline());
    template.resource(
        id("StartRole"),
        resource!(AWS::IAM::Role {
            Description: "Starts the pipeline when its sources change",
            AssumeRolePolicyDocument: (trust_policy_for("events.amazonaws.com", &rule_arn)),
            Policies: [{ PolicyName: "Work", PolicyDocument: (policy_document(&[start])) }],
        }),
    );
    let Event { pattern, revision_type, revision } = event;
    let revisions = format!(
        r#"{{"sourceRevisions":[{{"actionName":"Source","revisionType":"{revision_type}","revisionValue":"<revision>"}}]}}"#
    );
    let rule = resource!(AWS::Events::Rule {
        Name: (name),
        Description: "Starts the pipeline when its sources change",
        EventPattern: (pattern),
        Targets: [{
            Id: "Pipeline",
            Arn: (pipeline()),
            RoleArn: (attribute!(AWS::IAM::Role, id("StartRole"), "Arn")),
            InputTransformer: { InputPathsMap: { revision: (revision) }, InputTemplate: (revisions) },
        }],
    });
    template.resource(id("SourceRule"), rule.depends_on(id("Pipeline")));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::{Source, tests::guided};
    use crate::{Approval, Pipeline, Variable, delivery::DeliveryMistake};

    fn resources(pipeline: &Pipeline) -> Json {
        serde_json::from_str::<Json>(&guided(pipeline, Source::Connection).to_json()).unwrap()["Resources"].take()
    }

    fn statements(role: &Json) -> Json {
        role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"].clone()
    }

    fn gates(resources: &Json) -> Vec<Json> {
        let stages = resources["Pipeline"]["Properties"]["Stages"].as_array().unwrap().iter();
        let actions = stages.flat_map(|stage| stage["Actions"].as_array().unwrap());
        let gates = actions.filter(|action| action["ActionTypeId"]["Provider"] == "Manual");
        gates.map(|action| action["Configuration"].clone()).collect()
    }

    #[test]
    fn a_push_to_codecommit_starts_the_pipeline_with_its_commit() {
        let resources = resources(&Pipeline::codecommit("orders").branch("develop"));
        let source = &resources["Pipeline"]["Properties"]["Stages"][0]["Actions"][0];
        assert_eq!(source["ActionTypeId"]["Provider"], "CodeCommit");
        let read = json!({
            "RepositoryName": "orders", "BranchName": "develop", "PollForSourceChanges": "false", "OutputArtifactFormat": "CODE_ZIP",
        });
        assert_eq!(source["Configuration"], read);
        let repository = json!({"Fn::Sub": "arn:${AWS::Partition}:codecommit:${AWS::Region}:${AWS::AccountId}:orders"});
        let role = statements(&resources["SourceRole"]);
        let all = role.as_array().unwrap();
        assert_eq!((all.len(), &all[2]["Resource"]), (3, &repository), "{role}");

        let rule = &resources["SourceRule"];
        assert_eq!(rule["Properties"]["EventPattern"]["resources"], json!([repository]));
        assert_eq!(rule["Properties"]["EventPattern"]["detail"]["referenceName"], json!(["develop"]));
        let target = &rule["Properties"]["Targets"][0];
        let input: Json = serde_json::from_str(target["InputTransformer"]["InputTemplate"].as_str().unwrap()).unwrap();
        let revision = json!({"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "<revision>"});
        assert_eq!(input, json!({"sourceRevisions": [revision]}));
        assert_eq!(target["InputTransformer"]["InputPathsMap"], json!({"revision": "$.detail.commitId"}));
        let start = statements(&resources["StartRole"]);
        assert_eq!(start.as_array().unwrap().len(), 1);
        assert_eq!(
            (&start[0]["Action"], &start[0]["Resource"]),
            (&json!("codepipeline:StartPipelineExecution"), &target["Arn"])
        );
        let trust = &resources["StartRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Condition"];
        let by = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:rule/HelloPipeline-develop";
        assert_eq!(trust["ArnEquals"]["aws:SourceArn"], json!({"Fn::Sub": by}));
        assert_eq!(rule["Properties"]["Name"], "HelloPipeline-develop");

        let gate = &gates(&resources)[0];
        assert!(gate["CustomData"].as_str().unwrap().contains("(commit #{SourceVariables.CommitId})"), "{gate}");
        let page = gate["ExternalEntityLink"]["Fn::Sub"].as_str().unwrap();
        assert!(
            page.ends_with("/repositories/orders/commit/#{SourceVariables.CommitId}?region=${AWS::Region}"),
            "{page}"
        );
    }

    #[test]
    fn a_new_version_in_s3_starts_the_pipeline_with_that_version() {
        let resources = resources(&Pipeline::s3("acme-sources", "teams/*/${x}.zip"));
        let source = &resources["Pipeline"]["Properties"]["Stages"][0]["Actions"][0];
        let read =
            json!({"S3Bucket": "acme-sources", "S3ObjectKey": "teams/*/${x}.zip", "PollForSourceChanges": "false"});
        assert_eq!(source["Configuration"], read);
        let role = statements(&resources["SourceRole"]);
        let [.., bucket, object] = &role.as_array().unwrap()[..] else { panic!("{role}") };
        assert_eq!(bucket["Resource"], json!({"Fn::Sub": "arn:${AWS::Partition}:s3:::acme-sources"}));
        assert_eq!(object["Action"], json!(["s3:GetObject", "s3:GetObjectVersion"]));
        // `Fn::Sub` makes `${*}` of it, which IAM takes for a star that is none of its own.
        let key = "arn:${AWS::Partition}:s3:::acme-sources/teams/${!*}/${!$}{x}.zip";
        assert_eq!(object["Resource"], json!({"Fn::Sub": key}));
        let detail = json!({"bucket": {"name": ["acme-sources"]}, "object": {"key": ["teams/*/${x}.zip"]}});
        assert_eq!(resources["SourceRule"]["Properties"]["EventPattern"]["detail"], detail);
        for gate in gates(&resources) {
            assert!(gate["CustomData"].as_str().unwrap().contains("(version #{SourceVariables.VersionId})"), "{gate}");
            assert_eq!(gate["ExternalEntityLink"], Json::Null);
        }
    }

    #[test]
    fn what_aws_has_itself_is_read_with_no_token() {
        let approval = Approval::manual();
        let app = crate::App::new("Hello").environment(crate::Environment::new("test", ()).approve_changes(approval));
        let synthesis = crate::Synthesis { model: app.model(), template: crate::cfn::Template::new("Hello") };
        let token = Source::OAuth { secret_name: "sparta/x/github-token" };
        let mistakes = synthesis.pipeline(&Pipeline::codecommit("orders"), token).unwrap_err();
        let problems: Vec<_> =
            mistakes.iter().filter_map(|it| it.problem().downcast_ref::<DeliveryMistake>()).collect();
        assert_eq!(problems, [&DeliveryMistake::TokenOfService("CodeCommit")]);
    }

    #[test]
    fn the_build_has_the_variables() {
        let plain = resources(&Pipeline::codecommit("orders"));
        let build =
            |resources: &Json| resources["Pipeline"]["Properties"]["Stages"][2]["Actions"][0]["Configuration"].clone();
        assert_eq!(
            (&plain["Pipeline"]["Properties"]["Variables"], &build(&plain)["EnvironmentVariables"]),
            (&Json::Null, &Json::Null)
        );
        let variable = Variable::new("LOG-LEVEL").default("info").description("How much");
        let resources = resources(&Pipeline::codecommit("orders").variable(variable));
        let declared = json!([{"Name": "LOG-LEVEL", "DefaultValue": "info", "Description": "How much"}]);
        assert_eq!(resources["Pipeline"]["Properties"]["Variables"], declared);
        let environment = build(&resources)["EnvironmentVariables"].clone();
        assert_eq!(environment, r##"[{"name":"LOG_LEVEL","value":"#{variables.LOG-LEVEL}"}]"##);
    }
}
