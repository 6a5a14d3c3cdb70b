//! The check against cfn-lint's, on templates that are generated from the schemas.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use sparta_schema::{Fault, FaultKind, Node, check, resource_type};

use crate::cfn_lint::{Finding, cases, left_out, venv, verdict};

/// How many resources are generated; each comes as it is, with either of two mutations and with both, where these find a
/// place.
const RESOURCES: &str = "750";

#[derive(Deserialize)]
struct Case {
    #[serde(rename = "type")]
    name: String,
    seed: usize,
    mutation: String,
    template: Json,
    found: Vec<Finding>,
}

#[test]
fn every_mistake_that_cfn_lint_finds_is_found_and_nothing_that_it_accepts_is_refused() {
    let cases: Vec<Case> = cases(&venv(), "templates.py", RESOURCES);
    let left_out = left_out();
    let mut tally = BTreeMap::<String, usize>::new();
    let mut unexplained = Vec::new();
    for case in &cases {
        let node = Node::from_json(&case.template["Resources"]["Subject"]["Properties"]);
        let faults = check(resource_type(&case.name).unwrap(), &node);
        let verdict = verdict(case.found.is_empty(), faults.is_empty());
        *tally.entry(verdict.to_owned()).or_default() += 1;

        let theirs: Vec<String> = case.found.iter().map(Finding::property).collect();
        let ours: Vec<String> = faults.iter().map(|it| without_indices(&it.path)).collect();
        for (finding, path) in case.found.iter().zip(&theirs).filter(|(_, path)| !is_among(path, &ours)) {
            match why_not_found(case, finding, &left_out) {
                Some(reason) => *tally.entry(format!("not found: {reason}")).or_default() += 1,
                None => unexplained.push(format!("not found: {case} {path}: {} {}", finding.rule, finding.message)),
            }
        }
        for (fault, _) in faults.iter().zip(&ours).filter(|(_, path)| !is_among(path, &theirs)) {
            match why_found(case, fault) {
                Some(reason) => *tally.entry(format!("found alone: {reason}")).or_default() += 1,
                None => unexplained.push(format!("found alone: {case} {fault}")),
            }
        }
    }
    let summary = format!("{} templates: {tally:#?}", cases.len());
    println!("{summary}");
    assert!(cases.len() >= 2_000, "{summary}");
    assert!(unexplained.is_empty(), "{}\n{summary}", unexplained.join("\n"));
}

/// Why a mistake that cfn-lint reports is not looked for.
fn why_not_found<'a>(case: &Case, finding: &Finding, left_out: &'a BTreeSet<String>) -> Option<&'a str> {
    if left_out.contains(&finding.rule) {
        return Some("the program that makes the data leaves the rule out, and says why");
    }
    match finding.rule.as_str() {
        // E3003: required, E3024: tags, E3032: counts of items
        "E3003" | "E3024" | "E3032" if case.has("choice") => {
            Some("a branch of `Fn::If` leaves it out, and that branch may never be taken where the resource is made")
        }
        "E3027" if finding.message.starts_with("''") => Some("the registry's pattern lets a schedule be empty"),
        "E3034" if finding.message.contains("22517998000000000") => Some("numbers beyond 2^53 are not told apart"),
        "E3510" if finding.message.starts_with("True is not of type 'object'") => {
            Some("a policy may be text, as which CloudFormation also takes a boolean")
        }
        "E1156" | "E3511" if case.name.starts_with("AWS::Batch::") || case.name.starts_with("AWS::ECS::") => {
            Some("Batch and ECS take a role's name, too")
        }
        "E3710" => Some("a service that was shut down is about the day, not the template"),
        _ => None,
    }
}

/// Why a mistake is found that cfn-lint does not report.
fn why_found(case: &Case, fault: &Fault) -> Option<&'static str> {
    match (fault.kind, case.name.as_str()) {
        (FaultKind::ReadOnly, _) => Some(
            "cfn-lint 1.58 does not run its rule; the registry's schema marks the property read-only, and by the registry's \
             contract a request with it is invalid",
        ),
        (FaultKind::Type, _) if case.has("null") && fault.message.ends_with("leave it out instead") => {
            Some("cfn-lint finds `null` when it reads a file, and these templates are handed over in memory")
        }
        (FaultKind::Enum, "AWS::CodeBuild::Project" | "AWS::CodePipeline::Pipeline") => {
            Some("the schema has no enum, but the service's own model has one")
        }
        (FaultKind::Enum, "AWS::CloudFront::Distribution") if fault.path.contains(".CacheBehaviors[") => {
            Some("cfn-lint compares the default behavior with the origins, and CloudFront all of them")
        }
        (FaultKind::Pattern, _) if fault.message.starts_with("the tag cannot be there") => {
            Some("the schema has no pattern for tags, but the service's own model has one")
        }
        (FaultKind::Pattern, "AWS::Route53::RecordSetGroup") if fault.path == "HostedZoneName" => Some(
            "cfn-lint looks for a zone's dot in AWS::Route53::RecordSet alone, and both need it by their documentation",
        ),
        (FaultKind::Enum, _) if case.found.iter().any(|it| it.rule == "E3638") => {
            Some("cfn-lint reports one mistake of this rule, and both capacities are wrong")
        }
        _ => None,
    }
}

/// Whether one of the paths is the same, or one of the two leads to the other: some mistakes are put at a map, others at
/// its key or at what is below it.
fn is_among(path: &str, among: &[String]) -> bool {
    let parent = |path: &str| path.rsplit_once('.').map_or(String::new(), |(parent, _)| parent.to_owned());
    let leads =
        |from: &str, to: &str| to.strip_prefix(from).is_some_and(|rest| !from.is_empty() && rest.starts_with('.'));
    among.iter().any(|it| it == path || parent(it) == path || *it == parent(path) || leads(it, path) || leads(path, it))
}

/// cfn-lint reports what is said of several items once.
fn without_indices(path: &str) -> String {
    path.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

impl Finding {
    /// The path below the resource's properties, as a fault has it.
    fn property(&self) -> String {
        let mut names = Vec::new();
        let mut parts = self.path.iter().skip(3);
        while let Some(part) = parts.next() {
            match part.as_str() {
                "Fn::If" => _ = parts.next(),
                part if part == "Ref" || part.starts_with("Fn::") => break,
                part if part.parse::<usize>().is_ok() => {}
                part => names.push(part),
            }
        }
        names.join(".")
    }
}

impl Case {
    fn has(&self, mutation: &str) -> bool {
        self.mutation.split('+').any(|it| it == mutation)
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (seed {}, mutation {})", self.name, self.seed, self.mutation)
    }
}
