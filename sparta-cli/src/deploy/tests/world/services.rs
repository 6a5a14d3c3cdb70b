//! The other services of the world: S3, Lambda, Secrets Manager, CodeConnections, CodePipeline, STS.

use serde_json::{Value, json};

use super::stacks::Form;
use super::{ACCOUNT, BUCKET, Function, World};
use crate::deploy::tests::script::{Answer, Seen};

impl World {
    /// The answer to a request, after its effect.
    pub(super) fn answer(&mut self, seen: &Seen) -> Answer {
        let mut words = seen.head.split_whitespace();
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let path = target.split('?').next().unwrap();
        if let Some(rest) = path.strip_prefix("/2015-03-31/functions/") {
            return self.lambda(method, rest, &seen.body);
        }
        match seen.call.as_str() {
            "GetConnection" => return self.connection(),
            "StartPipelineExecution" => {
                self.started += 1;
                return Answer::json(200, r#"{"pipelineExecutionId": "1"}"#);
            }
            call if seen.header("x-amz-target").is_some() => return self.secrets(call, &seen.body),
            _ => {}
        }
        if seen.body.contains("Action=GetCallerIdentity") {
            let identity = format!("<Account>{ACCOUNT}</Account><Arn>arn:aws:iam::{ACCOUNT}:user/me</Arn>");
            return Answer::result("GetCallerIdentity", &identity);
        }
        if seen.body.contains("Action=") {
            return self.cloudformation(&Form::of(&seen.body));
        }
        self.s3(method, path.trim_start_matches('/'), seen)
    }

    fn connection(&mut self) -> Answer {
        let status = if self.pending > 0 { "PENDING" } else { "AVAILABLE" };
        self.pending = self.pending.saturating_sub(1);
        Answer::json(200, &json!({"Connection": {"ConnectionStatus": status}}).to_string())
    }

    fn s3(&mut self, method: &str, path: &str, seen: &Seen) -> Answer {
        match (method, path.trim_end_matches('/')) {
            ("HEAD", BUCKET) => Answer::head(200, "x-amz-bucket-region: eu-west-1\r\n"),
            ("GET", BUCKET) => Answer::xml(200, "<LocationConstraint>eu-west-1</LocationConstraint>".into()),
            ("HEAD", object) => match self.objects.get(object) {
                Some(sha256) => Answer::head(200, &format!("x-amz-checksum-sha256: {sha256}\r\n")),
                None => Answer::head(404, ""),
            },
            (_, object) => {
                let sha256 = seen.header("x-amz-checksum-sha256").unwrap_or_default();
                self.objects.insert(object.to_owned(), sha256);
                Answer::head(200, "")
            }
        }
    }

    fn lambda(&mut self, method: &str, rest: &str, body: &str) -> Answer {
        let name = rest.split('/').next().unwrap();
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let code = format!("{}/{}", body["S3Bucket"].as_str().unwrap_or(""), body["S3Key"].as_str().unwrap_or(""));
        let code = self.objects.get(&code).cloned();
        let Some(function) = self.functions.get_mut(name) else {
            return Answer::json_error(404, "ResourceNotFoundException", "Function not found");
        };
        if method == "PUT" {
            match code {
                Some(sha256) => *function = Function { sha256, busy: 2 },
                None => return Answer::json_error(400, "InvalidParameterValueException", "NoSuchKey"),
            }
        }
        let update = if function.busy > 0 { "InProgress" } else { "Successful" };
        let answer = json!({"CodeSha256": function.sha256, "LastUpdateStatus": update});
        function.busy = function.busy.saturating_sub(1);
        Answer::json(200, &answer.to_string())
    }

    fn secrets(&mut self, call: &str, body: &str) -> Answer {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let name = text(if call == "CreateSecret" { "Name" } else { "SecretId" });
        let versions = self.secrets.get_mut(&name);
        let answer = |version: &(String, String)| {
            let answer = json!({"ARN": "arn:secret", "VersionId": version.0, "SecretString": version.1});
            Answer::json(200, &answer.to_string())
        };
        let new = (text("ClientRequestToken"), text("SecretString"));
        match (call, versions) {
            ("GetSecretValue", Some(versions)) => answer(versions.last().unwrap()),
            ("CreateSecret", None) => {
                self.secrets.insert(name, vec![new.clone()]);
                answer(&new)
            }
            // The same token again is the same request.
            ("CreateSecret" | "PutSecretValue", Some(versions)) if versions.last() == Some(&new) => answer(&new),
            ("CreateSecret", Some(_)) => Answer::json_error(400, "ResourceExistsException", "already exists"),
            ("PutSecretValue", Some(versions)) => {
                versions.push(new.clone());
                answer(&new)
            }
            _ => {
                Answer::json_error(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
            }
        }
    }
}
