//! An update that nobody agrees to is not begun.

use sparta_core::diff::Version;

use super::*;
use crate::difference::{Acceptance, Reviewer};

fn template(action: &str) -> String {
    let statement = serde_json::json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let policies = [serde_json::json!({"PolicyName": "x", "PolicyDocument": {"Statement": statement}})];
    let role = serde_json::json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}});
    serde_json::json!({"Resources": {"Role": role}}).to_string()
}

fn script() -> Script {
    let body = template("s3:GetObject").replace('"', "&quot;");
    Script::new([
        ("DescribeStacks", vec![stack("CREATE_COMPLETE")]),
        ("CreateChangeSet", vec![change_set_made()]),
        ("DescribeChangeSet", vec![change_set("CREATE_COMPLETE", "AVAILABLE", "")]),
        ("GetTemplate", vec![Answer::result("GetTemplate", &format!("<TemplateBody>{body}</TemplateBody>"))]),
        ("DeleteChangeSet", vec![done("DeleteChangeSet")]),
    ])
}

fn reviewer(answer: Option<bool>) -> Reviewer {
    Reviewer::new(Version::from_json(&template("s3:*")).unwrap(), Acceptance::default(), move |_| answer.map(Ok))
}

#[tokio::test]
async fn an_update_that_widens_leaves_the_stack_as_it_was_unless_somebody_agrees() {
    for answer in [None, Some(false)] {
        let (script, recorder, reviewer) = (script(), Recorder::default(), reviewer(answer));
        let converged = stacks(&script, &recorder).reviewer(Some(&reviewer)).converge(&request()).await;
        let said = report(converged.unwrap_err());
        assert!(said.contains("Nothing in the stack was changed, and no change set is left."), "{said}");
        assert_eq!(script.changes(), ["CreateChangeSet", "DeleteChangeSet"]);
    }
}

#[tokio::test]
async fn what_can_be_asked_for_at_once_is_asked_for_before_anything_is_made() {
    let (script, recorder) = (script(), Recorder::default());
    let refused = reviewer(None);
    let early = stacks(&script, &recorder).reviewer(Some(&refused)).review_early("Hello").await;
    assert!(report(early.unwrap_err()).contains("Role (permissions): s3:* on *"));
    assert_eq!(script.changes(), [""; 0]);
    // A new stack has nothing to be wider than.
    let new = Script::new([("DescribeStacks", vec![no_stack()])]);
    assert!(stacks(&new, &recorder).reviewer(Some(&refused)).review_early("Hello").await.is_ok());
}
