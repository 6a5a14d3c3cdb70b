//! Every call of AWS that the command line makes, with the IAM action that allows it, and the services without an SDK.

/// One call of AWS: its name, and the IAM action that allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The operation, such as `CreateChangeSet`.
    pub name: &'static str,
    /// The action, such as `cloudformation:CreateChangeSet`.
    pub action: &'static str,
}

/// A service whose calls are made without an SDK crate of its own, as far as they differ from those of others.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its id in profiles and in `AWS_ENDPOINT_URL_<ID>`, such as `Secrets Manager`.
    pub id: &'static str,
    /// Its name in hosts and signatures, such as `secretsmanager`.
    pub name: &'static str,
    /// How its calls are written.
    pub protocol: Protocol,
    /// Whether IPv6 reaches its ordinary hosts, so that it has no others for dual-stack.
    pub ipv6: bool,
}

/// How a service's calls are written.
#[derive(Clone, Copy, Debug)]
pub enum Protocol {
    /// JSON 1.1: the call is in the header `X-Amz-Target`, behind this prefix.
    Json(&'static str),
    /// JSON 1.0, in the same way.
    Json10(&'static str),
    /// REST: the call is a method and a path.
    Rest,
}

/// AWS CodeConnections.
pub const CODE_CONNECTIONS: Service = Service {
    id: "CodeConnections",
    name: "codeconnections",
    protocol: Protocol::Json10("com.amazonaws.codeconnections.CodeConnections_20231201"),
    ipv6: false,
};

/// AWS CodePipeline.
pub const CODE_PIPELINE: Service = Service {
    id: "CodePipeline",
    name: "codepipeline",
    protocol: Protocol::Json("CodePipeline_20150709"),
    ipv6: false,
};

/// Amazon CloudWatch Logs.
pub const CLOUD_WATCH_LOGS: Service =
    Service { id: "CloudWatch Logs", name: "logs", protocol: Protocol::Json("Logs_20140328"), ipv6: false };

/// AWS Lambda.
pub const LAMBDA: Service = Service { id: "Lambda", name: "lambda", protocol: Protocol::Rest, ipv6: false };

/// AWS Secrets Manager.
pub const SECRETS_MANAGER: Service =
    Service { id: "Secrets Manager", name: "secretsmanager", protocol: Protocol::Json("secretsmanager"), ipv6: true };

/// A constant for each call, and a list for each kind of thing that calls are about.
macro_rules! calls {
    ($($(#[$doc:meta])* $list:ident { $($name:ident: $call:literal, $action:literal;)+ })+) => {
        $(
            $(pub(crate) const $name: Call = Call { name: $call, action: $action };)+
            $(#[$doc])*
            pub const $list: &[Call] = &[$($name),+];
        )+
    };
}

calls! {
    /// Calls about a stack and its change sets.
    STACK {
        CREATE_CHANGE_SET: "CreateChangeSet", "cloudformation:CreateChangeSet";
        DELETE_CHANGE_SET: "DeleteChangeSet", "cloudformation:DeleteChangeSet";
        DELETE_STACK: "DeleteStack", "cloudformation:DeleteStack";
        DESCRIBE_CHANGE_SET: "DescribeChangeSet", "cloudformation:DescribeChangeSet";
        DESCRIBE_STACK_EVENTS: "DescribeStackEvents", "cloudformation:DescribeStackEvents";
        DESCRIBE_STACKS: "DescribeStacks", "cloudformation:DescribeStacks";
        EXECUTE_CHANGE_SET: "ExecuteChangeSet", "cloudformation:ExecuteChangeSet";
        GET_STACK_POLICY: "GetStackPolicy", "cloudformation:GetStackPolicy";
        GET_TEMPLATE: "GetTemplate", "cloudformation:GetTemplate";
        LIST_CHANGE_SETS: "ListChangeSets", "cloudformation:ListChangeSets";
        LIST_STACK_RESOURCES: "ListStackResources", "cloudformation:ListStackResources";
        SET_STACK_POLICY: "SetStackPolicy", "cloudformation:SetStackPolicy";
    }

    /// Calls that get a stack out of a state in which nothing can be deployed to it.
    RECOVERY {
        CANCEL_UPDATE_STACK: "CancelUpdateStack", "cloudformation:CancelUpdateStack";
        CONTINUE_UPDATE_ROLLBACK: "ContinueUpdateRollback", "cloudformation:ContinueUpdateRollback";
        ROLLBACK_STACK: "RollbackStack", "cloudformation:RollbackStack";
    }

    /// Calls about the bucket that carries a deployment.
    BUCKET {
        GET_BUCKET_LOCATION: "GetBucketLocation", "s3:GetBucketLocation";
        HEAD_BUCKET: "HeadBucket", "s3:ListBucket";
    }

    /// Calls about an object in that bucket.
    OBJECT {
        HEAD_OBJECT: "HeadObject", "s3:GetObject";
        PUT_OBJECT: "PutObject", "s3:PutObject";
    }

    /// Calls that empty the bucket of a pipeline.
    EMPTIED {
        DELETE_OBJECTS: "DeleteObjects", "s3:DeleteObjectVersion";
        LIST_OBJECT_VERSIONS: "ListObjectVersions", "s3:ListBucketVersions";
    }

    /// Calls about a function that was deployed.
    FUNCTION {
        GET_FUNCTION_CONFIGURATION: "GetFunctionConfiguration", "lambda:GetFunctionConfiguration";
    }

    /// Calls about what a function has logged.
    LOG {
        FILTER_LOG_EVENTS: "FilterLogEvents", "logs:FilterLogEvents";
    }

    /// Calls about a function whose code is replaced in place.
    CODE_IN_PLACE {
        UPDATE_FUNCTION_CODE: "UpdateFunctionCode", "lambda:UpdateFunctionCode";
    }

    /// Calls about a pipeline.
    PIPELINE {
        GET_PIPELINE: "GetPipeline", "codepipeline:GetPipeline";
        GET_PIPELINE_STATE: "GetPipelineState", "codepipeline:GetPipelineState";
        LIST_ACTION_EXECUTIONS: "ListActionExecutions", "codepipeline:ListActionExecutions";
        LIST_PIPELINE_EXECUTIONS: "ListPipelineExecutions", "codepipeline:ListPipelineExecutions";
        PUT_APPROVAL_RESULT: "PutApprovalResult", "codepipeline:PutApprovalResult";
        RETRY_STAGE_EXECUTION: "RetryStageExecution", "codepipeline:RetryStageExecution";
        ROLLBACK_STAGE: "RollbackStage", "codepipeline:RollbackStage";
        START_PIPELINE_EXECUTION: "StartPipelineExecution", "codepipeline:StartPipelineExecution";
    }

    /// Calls about the secret that holds a pipeline's token.
    SECRET {
        CREATE_SECRET: "CreateSecret", "secretsmanager:CreateSecret";
        DELETE_SECRET: "DeleteSecret", "secretsmanager:DeleteSecret";
        GET_SECRET_VALUE: "GetSecretValue", "secretsmanager:GetSecretValue";
        PUT_SECRET_VALUE: "PutSecretValue", "secretsmanager:PutSecretValue";
        RESTORE_SECRET: "RestoreSecret", "secretsmanager:RestoreSecret";
    }

    /// Calls about the connection that a pipeline's stack has.
    CONNECTION {
        GET_CONNECTION: "GetConnection", "codeconnections:GetConnection";
    }

    /// Calls about the caller; AWS allows them to everybody.
    CALLER {
        GET_CALLER_IDENTITY: "GetCallerIdentity", "sts:GetCallerIdentity";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_pipeline_says_what_its_commands_take() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pipeline.md");
        let page = std::fs::read_to_string(page).unwrap();
        for Call { action, .. } in PIPELINE.iter().chain(EMPTIED) {
            let (_, name) = action.split_once(':').unwrap();
            assert!(page.contains(&format!("{name}`")), "{action}");
        }
    }
}
