//! What a person has to be allowed in order to deploy by hand, as an IAM policy.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use sparta_core::{
    Synthesis,
    cfn::sub,
    contract::{CODE_BUCKET, CODE_KEY, PERMISSIONS_BOUNDARY},
    iam::Statement,
};

use super::role;
use crate::{
    CliError,
    calls::{self, Call},
    stack::Request,
};

/// Where the service would be deployed to, as far as that is known without asking AWS.
pub(crate) struct Account<'a> {
    /// `*` where no region is set.
    pub(crate) region: &'a str,
    /// `*` where no bucket is given.
    pub(crate) bucket: &'a str,
    /// Whether only the functions' code is to be replaced.
    pub(crate) in_place: bool,
}

/// The policy for `provision` with this request, complete, and for `status`, `delete` and `recover` of its stack.
///
/// CloudFormation acts with the caller's rights, so what it does to the stack's resources is in it too.
pub(crate) fn policy(synthesis: &Synthesis, request: &Request, account: &Account<'_>) -> Result<Json, CliError> {
    let mut parameters = request.parameters.clone();
    let archives = format!("{}/*", synthesis.model.name());
    parameters.extend([
        (CODE_BUCKET.to_owned(), account.bucket.to_owned()),
        (CODE_KEY.to_owned(), archives.clone()),
        (PERMISSIONS_BOUNDARY.to_owned(), String::new()),
    ]);
    let needs = synthesis.required_permissions(&request.stack_name, &parameters)?;
    let statements = own(&request.stack_name, account, &archives).into_iter().chain(needs);
    let statements: Vec<Statement> = statements.collect();
    Ok(substituted(&role::policy(&statements), account))
}

/// What the command line itself calls.
fn own(stack: &str, account: &Account<'_>, archives: &str) -> Vec<Statement> {
    let stacks = format!("arn:${{AWS::Partition}}:cloudformation:${{AWS::Region}}:${{AWS::AccountId}}:stack/{stack}/*");
    let bucket = format!("arn:${{AWS::Partition}}:s3:::{}", account.bucket);
    // CloudFormation tags stacks, and S3 gives up uploads, in the caller's name too.
    let stack_actions = allow(
        &[calls::STACK, calls::RECOVERY].concat(),
        ["cloudformation:TagResource", "cloudformation:UntagResource"],
    );
    let mut own = vec![
        stack_actions.on(sub(stacks)),
        allow(calls::BUCKET, []).on(sub(bucket.as_str())),
        allow(calls::OBJECT, ["s3:AbortMultipartUpload"]).on(sub(format!("{bucket}/{archives}"))),
    ];
    let functions = format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{stack}-*");
    let in_place = if account.in_place { calls::CODE_IN_PLACE } else { &[] };
    own.push(allow(&[calls::FUNCTION, in_place].concat(), []).on(sub(functions)));
    own
}

fn allow<const N: usize>(calls: &[Call], more: [&'static str; N]) -> Statement {
    let actions: BTreeSet<&str> = calls.iter().map(|call| call.action).chain(more).collect();
    Statement::allow(actions)
}

/// The policy as IAM reads it, with nothing left to substitute.
fn substituted(value: &Json, account: &Account<'_>) -> Json {
    match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), substituted(value, account))).collect(),
        Json::Array(items) => items.iter().map(|item| substituted(item, account)).collect(),
        Json::String(text) => Json::String(text_of(text, account)),
        plain => plain.clone(),
    }
}

fn text_of(text: &str, account: &Account<'_>) -> String {
    let partition = match account.region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let known = [("AWS::Partition", partition), ("AWS::Region", account.region), ("AWS::AccountId", "*")];
    let text = known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value));
    text.replace("${!", "${")
}
