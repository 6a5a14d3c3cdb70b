//! State machines of Step Functions.

mod definition;

pub use definition::DefinitionMistake;

use std::{fmt::Debug, marker::PhantomData};

use serde_json::Value as Json;

use super::{Construct, FunctionHandle, Grant, NameError, New, declared, declared::Declared, name, source::Form};
use crate::{
    attribute,
    cfn::{LogicalId, Resource, Value, sub},
    iam::{Arn, Statement, policy_document, trust_policy_for},
    mistake::Problem,
    property, resource,
};

/// A state machine of Step Functions.
///
/// Its role may invoke the functions of its tasks, and nothing else; its errors are logged for 30 days. It is deleted with
/// its stack.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/welcome.html>.
///
/// # Example
///
/// ```
/// use serde_json::json;
/// use sparta_core::{App, Error, Function, LambdaEvent, Request, construct::StateMachine, service_fn};
///
/// fn orders() -> StateMachine {
///     let ship = json!({
///         "Type": "Task",
///         "Resource": "arn:aws:states:::lambda:invoke",
///         "Parameters": {"FunctionName": "${ship}", "Payload.$": "$"},
///         "End": true,
///     });
///     StateMachine::new("orders", json!({"StartAt": "Ship", "States": {"Ship": ship}})).task(Function::handle("ship"))
/// }
///
/// async fn order(_: Request) -> Result<String, Error> {
///     let arn = orders().arn()?;
///     Ok(format!("starts {arn}"))
/// }
///
/// async fn ship(_: LambdaEvent<serde_json::Value>) -> Result<(), Error> {
///     Ok(())
/// }
///
/// let app = App::new("Shop")
///     .function(Function::http("order", service_fn(order)).uses(orders().start()))
///     .function(Function::event("ship", service_fn(ship)));
/// app.check().unwrap();
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StateMachine<Origin = New> {
    declared: Declared,
    definition: Json,
    tasks: Vec<FunctionHandle>,
    grants: Vec<Statement>,
    express: bool,
    origin: PhantomData<Origin>,
}

const FORM: Form = Form { service: "states", prefix: "stateMachine:" };
const ROLE: &str = "StateMachineRole";
const LOGS: &str = "StateMachineLogs";

declared::construct!(StateMachine, "state machine", FORM);

impl StateMachine {
    /// A state machine that the stack makes, with its definition in the Amazon States Language. Its name in AWS is the stack's
    /// and its own.
    ///
    /// `${ship}` in it is the ARN of the function `ship`, which is one of its [`task`](Self::task)s.
    pub fn new(name: impl Into<String>, definition: Json) -> Self {
        Self { definition, ..Self::of(Declared::new(name.into(), "StateMachine")) }
    }

    /// A function that its tasks invoke; `${name}` in the definition stands for its ARN.
    pub fn task(mut self, function: FunctionHandle) -> Self {
        self.tasks.push(function);
        self
    }

    /// Adds a permission to its role, for tasks that call other services.
    ///
    /// # Example
    ///
    /// ```
    /// use serde_json::json;
    /// use sparta_core::{construct::StateMachine, iam::Statement};
    ///
    /// let table = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders";
    /// let put = json!({
    ///     "Type": "Task",
    ///     "Resource": "arn:aws:states:::dynamodb:putItem",
    ///     "Parameters": {"TableName": table, "Item": {"id": {"S.$": "$.id"}}},
    ///     "End": true,
    /// });
    /// let orders = StateMachine::new("orders", json!({"StartAt": "Put", "States": {"Put": put}}))
    ///     .grant(Statement::allow(["dynamodb:PutItem"]).on(table));
    /// ```
    pub fn grant(mut self, statement: Statement) -> Self {
        self.grants.push(statement);
        self
    }

    /// An Express workflow: at most five minutes, and paid for by time, for many short executions.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>.
    pub fn express(mut self) -> Self {
        self.express = true;
        self
    }
}

impl<Origin> StateMachine<Origin> {
    fn of(declared: Declared) -> Self {
        Self {
            declared,
            definition: Json::Null,
            tasks: Vec::new(),
            grants: Vec::new(),
            express: false,
            origin: PhantomData,
        }
    }

    /// Its ARN, in a function that uses it.
    ///
    /// # Errors
    ///
    /// [`NameError`] in a function that does not use it, and outside of Lambda.
    pub fn arn(&self) -> Result<String, NameError> {
        name::of(&self.declared.label, "StateMachine", "start")
    }

    fn machine_arn(&self) -> Value {
        self.declared.existing_arn().unwrap_or_else(|| self.declared.id().reference())
    }

    fn resource(&self) -> Resource {
        let part = |role| LogicalId::of_words([self.declared.label.as_str(), role]);
        let tasks = self.tasks.iter().map(|task| (task.function(), task.placeholder())).collect();
        let logs = attribute!(AWS::Logs::LogGroup, part(LOGS), "Arn");
        let machine = resource!(AWS::StepFunctions::StateMachine {
            DefinitionString: (sub(definition::substituted(&Value::json_text(self.definition.clone()), &tasks))),
            LoggingConfiguration: {
                Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: (logs) } }],
                Level: "ERROR",
            },
            RoleArn: (attribute!(AWS::IAM::Role, part(ROLE), "Arn")),
            StateMachineName: (sub(self.stack_name())),
            StateMachineType: (self.express.then_some("EXPRESS")),
        });
        machine.delete()
    }

    fn stack_name(&self) -> String {
        format!("${{AWS::StackName}}-{}", self.declared.label)
    }

    fn role(&self) -> Resource {
        let tasks = self.tasks.iter().map(|task| Statement::allow(["lambda:InvokeFunction"]).on(task.arn()));
        let statements: Vec<Statement> = [deliver_logs()].into_iter().chain(tasks).chain(self.grants.clone()).collect();
        let source = sub(Arn::new("states", &format!("stateMachine:{}", self.stack_name())).to_string());
        resource!(AWS::IAM::Role {
            AssumeRolePolicyDocument: (trust_policy_for("states.amazonaws.com", &source)),
            Description: (sub(format!("What the state machine {} of ${{AWS::StackName}} may do", self.declared.label))),
            Policies: [(property!(AWS::IAM::Role.Policies[] {
                PolicyName: "StateMachine",
                PolicyDocument: (policy_document(&statements)),
            }))],
        })
    }

    /// The resources of a new one.
    fn parts(&self) -> Vec<(&'static str, Resource)> {
        let logs = resource!(AWS::Logs::LogGroup { RetentionInDays: 30 }).delete();
        vec![("StateMachine", self.resource()), (ROLE, self.role()), (LOGS, logs)]
    }
}

/// What logs take, for which IAM knows no resources.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>.
fn deliver_logs() -> Statement {
    let actions = [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
    ];
    Statement::allow(actions).on("*")
}

impl<Origin: Clone> StateMachine<Origin>
where
    Self: Construct,
{
    /// Starts executions; of an Express workflow also those whose end is waited for.
    pub fn start(&self) -> Grant {
        let waits = self.express.then_some("states:StartSyncExecution");
        let actions = ["states:StartExecution"].into_iter().chain(waits);
        Grant::new(self.clone(), [Statement::allow(actions).on(self.machine_arn())])
    }
}

impl<Origin: Clone + Debug + Send + Sync + 'static> Construct for StateMachine<Origin> {
    declared::forwards!(StateMachine);

    /// Its ARN.
    fn value(&self) -> Value {
        self.machine_arn()
    }

    fn functions(&self) -> Vec<FunctionHandle> {
        self.tasks.clone()
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.declared.check(&["StateMachine", ROLE, LOGS]);
        if self.declared.is_new() {
            let text = Value::json_text(self.definition.clone());
            let (used, tasks) = (definition::placeholders(&text), || self.tasks.iter().map(FunctionHandle::function));
            let missing = used.iter().filter(|name| !tasks().any(|task| task == **name));
            let missing = missing.map(|name| DefinitionMistake::NoTask((*name).to_owned()));
            let unused = tasks().filter(|task| !used.contains(task));
            let unused = unused.map(|task| DefinitionMistake::UnusedTask(task.to_owned()));
            let mistakes = definition::check(&self.definition).into_iter().chain(missing).chain(unused);
            problems.extend(mistakes.map(Problem::from));
        }
        problems
    }
}
