//! What CloudFormation calls for a service's resources, by the documentation of what each call takes.

use super::{
    stack::{REGION, Stack},
    world::{Case, World},
};

/// The calls for all resources of a stack: to make them, to look at them, to change them, to roll back and to delete them.
pub(super) fn calls(world: &World, stack: &Stack, role: &str) -> Vec<Case> {
    let mut calls = Vec::new();
    for (id, kind) in stack.resources() {
        let cloudformation = CloudFormation { world, stack, role, id };
        calls.extend(match kind {
            "AWS::IAM::Role" => cloudformation.role_calls(),
            "AWS::Lambda::Function" => cloudformation.function_calls(),
            "AWS::Lambda::Permission" => cloudformation.permission_calls(),
            "AWS::Logs::LogGroup" => cloudformation.log_group_calls(),
            "AWS::ApiGatewayV2::Api" => cloudformation.http_api_calls(),
            // These are made by the calls for their API.
            "AWS::ApiGatewayV2::Integration" | "AWS::ApiGatewayV2::Route" | "AWS::ApiGatewayV2::Stage" => Vec::new(),
            _ => panic!("what CloudFormation calls for {kind} is not in this list"),
        });
    }
    calls
}

struct CloudFormation<'w> {
    world: &'w World,
    stack: &'w Stack,
    role: &'w str,
    id: &'w str,
}

impl CloudFormation<'_> {
    fn call(&self, action: &str, resource: impl Into<String>) -> Case {
        self.world.by(self.role, action, resource)
    }

    fn all(&self, service: &str, actions: &[&str], resource: &str) -> Vec<Case> {
        actions.iter().map(|action| self.call(&format!("{service}:{action}"), resource)).collect()
    }

    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html> for the boundary.
    fn role_calls(&self) -> Vec<Case> {
        let role = self.stack.role(self.id);
        let looks = ["GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags"];
        let changes = ["TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"];
        let ends = ["DeleteRolePolicy", "DeleteRole"];
        let mut calls = self.all("iam", &[&looks[..], &changes, &ends].concat(), &role.arn);
        for action in ["CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary"] {
            let call = self.call(&format!("iam:{action}"), &role.arn);
            let boundary = role.boundary.as_ref().expect("the pipeline's roles are bounded");
            calls.push(call.with("iam:PermissionsBoundary", boundary));
        }
        calls
    }

    fn function_calls(&self) -> Vec<Case> {
        let properties = self.stack.properties(self.id);
        let code = [&properties["Code"]["S3Bucket"], &properties["Code"]["S3Key"]].map(|it| it.as_str().unwrap());
        let pass = self.call("iam:PassRole", properties["Role"].as_str().unwrap());
        let mut calls = vec![
            pass.with("iam:PassedToService", "lambda.amazonaws.com"),
            self.call("s3:GetObject", format!("arn:aws:s3:::{}/{}", code[0], code[1])),
        ];
        let looks = ["GetFunction", "GetFunctionCodeSigningConfig", "GetFunctionRecursionConfig"];
        let more_looks = ["GetRuntimeManagementConfig", "ListTags"];
        let changes = ["CreateFunction", "TagResource", "UntagResource", "UpdateFunctionCode"];
        let more_changes = ["UpdateFunctionConfiguration", "DeleteFunction"];
        let actions = [&looks[..], &more_looks, &changes, &more_changes].concat();
        calls.extend(self.all("lambda", &actions, &self.stack.arn(self.id)));
        calls
    }

    fn permission_calls(&self) -> Vec<Case> {
        let function = self.stack.properties(self.id)["FunctionName"].as_str().unwrap().to_owned();
        self.all("lambda", &["AddPermission", "GetPolicy", "RemovePermission"], &function)
    }

    fn log_group_calls(&self) -> Vec<Case> {
        let group = self.stack.arn(self.id);
        let group = group.strip_suffix(":*").unwrap();
        let changes = ["CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "PutRetentionPolicy"];
        let mut calls = self.all("logs", &changes, group);
        // What IAM says that it denied is written so.
        calls.extend(self.all("logs", &changes, &format!("{group}:log-stream:")));
        calls.extend(self.all("logs", &["ListTagsForResource", "TagResource", "UntagResource"], group));
        calls
    }

    /// See <https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html>.
    fn http_api_calls(&self) -> Vec<Case> {
        let id = self.stack.physical_name(self.id);
        let mut calls = vec![self.http("POST", "/apis")];
        for version in ["", "%2Fv2"] {
            let tags = format!("/tags/arn%3Aaws%3Aapigateway%3A{REGION}%3A%3A{version}%2Fapis%2F{id}");
            calls.extend(["GET", "POST", "PUT", "DELETE"].map(|method| self.http(method, &tags)));
        }
        for part in ["", "/integrations/i1", "/routes/r1", "/stages/$default"] {
            // An API and its stages have tags of their own; nothing says that routes and integrations have any.
            let is_tagged = part.is_empty() || part.starts_with("/stages");
            calls.extend(["GET", "PATCH", "DELETE"].map(|method| {
                let call = self.http(method, &format!("/apis/{id}{part}"));
                if is_tagged { call.on_tagged(self.stack) } else { call }
            }));
            if let Some((parts, _)) = part.rsplit_once('/') {
                calls.push(self.http("POST", &format!("/apis/{id}{parts}")));
            }
        }
        for action in ["TagResource", "UntagResource"] {
            calls.push(self.http(action, &format!("/apis/{id}/stages/$default")));
        }
        calls
    }

    fn http(&self, method: &str, path: &str) -> Case {
        self.call(&format!("apigateway:{method}"), format!("arn:aws:apigateway:{REGION}::{path}"))
    }
}
