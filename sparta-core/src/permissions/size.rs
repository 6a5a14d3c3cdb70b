//! How large policies are, and how they are split where they are too large.

use super::resolver::ANY;
use crate::iam::{ACCOUNT, PARTITION, REGION, Statement, policy_document};

/// The most characters of a role's inline policies together, blanks aside.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
pub(crate) const INLINE: usize = 10_240;

/// The most characters of a managed policy, blanks aside.
pub(crate) const MANAGED: usize = 6_144;

/// The longest that each pseudo parameter can be: `aws-us-gov`, `ap-southeast-2`, an account.
const LONGEST: [(&str, usize); 4] = [(PARTITION, 10), (REGION, 14), (ACCOUNT, 12), ("${AWS::StackName}", 128)];

/// How many characters IAM counts of a policy with these statements, at most, once everything is substituted.
pub(crate) fn size(statements: &[Statement]) -> usize {
    let document = serde_json::to_string(&policy_document(statements)).expect("a policy is JSON");
    let document = LONGEST.iter().fold(document, |text, (name, length)| text.replace(name, &ANY.repeat(*length)));
    document.chars().filter(|c| !c.is_whitespace()).count()
}

/// The statements in as few policies of `limit` characters as their order allows; `None` where one alone is larger, even
/// for a single action on a single resource.
pub(crate) fn chunks(statements: &[Statement], limit: usize) -> Option<Vec<Vec<Statement>>> {
    let mut fitting = Vec::new();
    for statement in statements {
        split(statement, limit, &mut fitting)?;
    }
    let mut chunks: Vec<Vec<Statement>> = Vec::new();
    for statement in fitting {
        match chunks.last_mut() {
            Some(last) => {
                last.push(statement);
                if size(last) > limit {
                    let statement = last.pop().expect("it was pushed");
                    chunks.push(vec![statement]);
                }
            }
            None => chunks.push(vec![statement]),
        }
    }
    Some(chunks)
}

/// Halves the resources of a statement, or else its actions, until each part fits.
fn split(statement: &Statement, limit: usize, fitting: &mut Vec<Statement>) -> Option<()> {
    if size(std::slice::from_ref(statement)) <= limit {
        fitting.push(statement.clone());
        return Some(());
    }
    let (resources, actions) = (statement.resources(), statement.actions());
    let halves = match (resources.len(), actions.len()) {
        (0 | 1, 0 | 1) => return None,
        (0 | 1, _) => {
            let (first, second) = actions.split_at(actions.len() / 2);
            [statement.of_only(first), statement.of_only(second)]
        }
        _ => {
            let (first, second) = resources.split_at(resources.len() / 2);
            [statement.on_only(first), statement.on_only(second)]
        }
    };
    halves.iter().try_for_each(|half| split(half, limit, fitting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cfn::sub;

    fn statement(n: usize) -> Statement {
        Statement::allow([format!("s3:Get{}", "x".repeat(n))]).on(sub("arn:${AWS::Partition}:s3:::${AWS::Region}"))
    }

    #[test]
    fn a_policy_is_as_large_as_it_can_become() {
        let shortest = size(&[Statement::allow(["s3:Get"]).on("arn::s3:::")]);
        // `{"Fn::Sub":""}` around the resource counts too, which is too much rather than too little.
        assert_eq!(size(&[statement(0)]), shortest + 10 + 14 + r#"{"Fn::Sub":}"#.len());
    }

    #[test]
    fn statements_are_split_into_policies_that_fit() {
        let statements: Vec<Statement> = (0..40).map(|n| statement(n * 10)).collect();
        let chunks = super::chunks(&statements, 2_000).unwrap();
        assert!(chunks.len() > 2 && chunks.iter().all(|chunk| size(chunk) <= 2_000));
        assert_eq!(chunks.concat(), statements);
        assert!(super::chunks(&[statement(2_000)], 2_000).is_none());
    }

    #[test]
    fn a_statement_of_too_many_actions_becomes_several() {
        let actions: Vec<String> = (0..100).map(|n| format!("s3:Get{n:0>60}")).collect();
        let chunks = super::chunks(&[Statement::allow(actions.clone()).on("*")], 2_000).unwrap();
        assert!(chunks.len() > 2 && chunks.iter().all(|chunk| size(chunk) <= 2_000));
        let all = chunks.concat().iter().flat_map(|part| part.actions().to_vec()).collect::<Vec<_>>();
        assert_eq!(all, actions);
    }

    #[test]
    fn a_statement_on_too_many_resources_becomes_several() {
        let arns: Vec<String> = (0..100).map(|n| format!("arn:aws:s3:::{n:0>60}")).collect();
        let statement = arns.iter().fold(Statement::allow(["s3:GetObject"]), |all, arn| all.on(arn.as_str()));
        let chunks = super::chunks(&[statement], 2_000).unwrap();
        assert!(chunks.iter().all(|chunk| size(chunk) <= 2_000));
        assert_eq!(chunks.concat().iter().map(|part| part.resources().len()).sum::<usize>(), 100);
    }
}
