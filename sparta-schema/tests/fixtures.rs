//! The check against cfn-lint's, on cfn-lint's own templates: those that it calls good and those that it calls bad.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use sparta_schema::{check_template, template_warnings};

use crate::cfn_lint::{Finding, cases, left_out, venv, verdict};

const SOURCES: &str = "cfn-lint==1.58.0 --hash=sha256:ba02cd7f7e06c8bc160936051a03ec931af52943fcc9cc72ad2748caa0f2a103";

#[derive(Deserialize)]
struct Case {
    name: String,
    template: Json,
    found: Vec<Finding>,
}

#[test]
fn what_cfn_lint_calls_good_is_accepted_and_what_it_calls_bad_is_found() {
    let left_out = left_out();
    let mut tally = BTreeMap::<&str, usize>::new();
    let mut unexplained = Vec::new();
    let venv = venv();
    let sources = venv.sources(SOURCES);
    let cases: Vec<Case> = cases(&venv, "fixtures.py", sources.to_str().unwrap());
    for case in &cases {
        let mistakes = check_template(&case.template);
        let warnings = template_warnings(&case.template);
        let verdict = verdict(case.found.is_empty(), mistakes.is_empty());
        *tally.entry(verdict).or_default() += 1;
        if case.found.is_empty() && !mistakes.is_empty() {
            match why_refused(case, &mistakes[0].to_string()) {
                Some(reason) => *tally.entry(reason).or_default() += 1,
                None => unexplained.push(format!("refused: {}: {}", case.name, mistakes[0])),
            }
        }
        let places: BTreeSet<_> =
            mistakes.iter().chain(&warnings).map(|it| (it.section.as_str(), it.logical_id.as_str())).collect();
        for finding in &case.found {
            let part = |index: usize| finding.path.get(index).map_or("", String::as_str);
            // what is about several is reported at one of them, which names the others
            let is_named = || mistakes.iter().any(|it| it.message.contains(&format!("`{}`", part(1))));
            let is_found = match finding.path.len() {
                0 => !mistakes.is_empty(),
                _ => places.contains(&(part(0), part(1))) || places.contains(&(part(0), "")) || is_named(),
            };
            let reason = if is_found { Some("found") } else { why_not_found(case, finding, &left_out) };
            match reason {
                Some(reason) => *tally.entry(reason).or_default() += 1,
                None => {
                    let path = finding.path.join(".");
                    unexplained.push(format!("not found: {} {path}: {} {}", case.name, finding.rule, finding.message));
                }
            }
        }
    }
    let summary = format!("{} templates: {tally:#?}", cases.len());
    println!("{summary}");
    assert!(cases.len() >= 200, "{summary}");
    assert!(unexplained.is_empty(), "{}\n{summary}", unexplained.join("\n"));
}

/// Why a template is refused that cfn-lint accepts.
fn why_refused(case: &Case, mistake: &str) -> Option<&'static str> {
    if mistake == "Resources: a template needs resources" {
        return Some("CloudFormation refuses a template without resources");
    }
    if mistake.contains("`Code` must be a map") && case.name.ends_with("aws-lambda-function.yaml") {
        return Some("`aws cloudformation package` puts a map there before CloudFormation reads it");
    }
    None
}

/// Why a mistake that cfn-lint reports is not looked for.
fn why_not_found<'a>(case: &Case, finding: &Finding, left_out: &'a BTreeSet<String>) -> Option<&'a str> {
    if left_out.contains(&finding.rule) {
        return Some("left out, with a reason in left-out.json");
    }
    if finding.message.contains("is resolved") {
        return Some("a parameter's default need not be what is deployed");
    }
    if finding.message.contains("is not reachable") || finding.path.iter().any(|it| it == "Fn::GetAZs") {
        return Some("left out, with a reason in left-out.json");
    }
    match (case.name.as_str(), finding.rule.as_str(), finding.path.get(1).map_or("", String::as_str)) {
        ("integration/getatt-types.yaml", "E1010" | "E6101", _) => {
            return Some("CloudFormation makes text of numbers and booleans");
        }
        ("bad/generic.yaml", "E1011", "lambdaMap2") => {
            return Some("what a mapping gives is not compared with what is wanted");
        }
        ("good/schema_resource.yaml", "E3006", "MyReport") => return Some("private types are let through"),
        ("integration/ref-no-value.yaml", "E3012", "CloudFront1" | "IamRole2") => {
            return Some("`Properties` that are left out are as if they had not been written");
        }
        ("bad/resources/primary_identifiers.yaml", "E3019", "Bucket1" | "Bucket2") => {
            return Some("what `Fn::If` makes of all properties together is not compared");
        }
        ("bad/route53.yaml", "E3023", "MyCNAMERecordSetConditions")
        | ("bad/resources/properties/list_duplicates.yaml", "E3037", "IamGroupWithNestedConditions") => {
            return Some("what one branch of `Fn::If` makes of a whole list is not decided");
        }
        ("good/functions/foreach.yaml", "E3045", "S3BucketA") => {
            return Some("a loop over what a parameter chooses makes names that are not known");
        }
        ("good/functions_findinmap.yaml" | "good/functions_findinmap_enhanced.yaml", "E7001", _) => {
            return Some("names inside of mappings are taken as they are");
        }
        _ => {}
    }
    let transform = case.template.get("Transform");
    if transform.is_some_and(|it| it.to_string().contains("AWS::Serverless")) {
        return Some("cfn-lint runs SAM's transform and reports what it makes");
    }
    None
}
