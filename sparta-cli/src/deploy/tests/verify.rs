use super::inplace::{deployed_template, function, in_place, resources};
use super::*;

fn running(functions: Vec<Answer>) -> Script {
    Script::new([("ListStackResources", vec![resources()]), ("GetFunctionConfiguration", functions)])
}

async fn verified(script: &Script, recorder: &Recorder) -> Result<(), String> {
    let functions = ["Fn".to_owned(), "Other".to_owned()];
    let verified = stacks(script, recorder).verify_code(&script.config(), "Hello", &functions, "new").await;
    verified.map_err(report)
}

#[tokio::test]
async fn each_function_is_compared_with_what_was_uploaded() {
    let script = running(vec![function("new", "Successful", "")]);
    let recorder = Recorder::default();
    verified(&script, &recorder).await.unwrap();
    assert_eq!(script.count("GetFunctionConfiguration"), 2);
    assert!(recorder.lines().is_empty());
}

#[tokio::test]
async fn other_code_than_was_uploaded_is_told() {
    let script = running(vec![function("new", "Successful", ""), function("their", "Successful", "")]);
    let told = verified(&script, &Recorder::default()).await.unwrap_err();
    let first = "error: function \"Hello-Other\" of stack \"Hello\" runs other code than was uploaded: SHA-256 their, not new\n";
    assert!(told.starts_with(first), "{told}");
    assert!(told.contains("hint: Somebody replaced the archive in the bucket"), "{told}");
}

#[tokio::test]
async fn who_may_not_look_at_functions_deploys_and_is_told() {
    let script = running(vec![Answer::json_error(403, "AccessDeniedException", "not authorized")]);
    let recorder = Recorder::default();
    verified(&script, &recorder).await.unwrap();
    assert!(recorder.text().contains("is not compared with what was uploaded"), "{}", recorder.text());
}

#[tokio::test]
async fn a_comparison_that_fails_says_that_the_stack_is_deployed() {
    let script = running(vec![Answer::json(500, "{}")]);
    let told = verified(&script, &Recorder::default()).await.unwrap_err();
    assert!(told.starts_with("error: stack \"Hello\" is deployed, but what its functions run could not"), "{told}");
    assert!(told.contains("hint: The same command compares them again.\n"), "{told}");
}

#[tokio::test]
async fn other_code_in_place_is_told() {
    let script = Script::new([
        ("DescribeStacks", vec![stack("UPDATE_COMPLETE")]),
        ("GetTemplate", vec![deployed_template()]),
        ("ListStackResources", vec![resources()]),
        ("GetFunctionConfiguration", vec![function("old", "Successful", ""), function("their", "Successful", "")]),
        ("UpdateFunctionCode", vec![Answer::json(200, "{}")]),
    ]);
    let recorder = Recorder::default();
    let told = report(stacks(&script, &recorder).update_in_place(&script.config(), &in_place()).await.unwrap_err());
    let first = "error: function \"Hello-Fn\" took other code than was uploaded: SHA-256 their, not new\n";
    assert!(told.starts_with(first), "{told}");
    assert!(!told.contains("Not updated"), "{told}");
}
