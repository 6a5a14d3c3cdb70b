//! Apps of random shape, as data that an App can be made of more than once.

use std::time::Duration;

use proptest::{collection::vec, option, prelude::*, sample::select, strategy::BoxedStrategy};
use sparta_core::{
    App, Approval, Architecture, Environment, Error, Function, Memory, Pipeline, Request,
    construct::Queue,
    iam::Statement,
    service_fn,
    trigger::{FunctionUrl, HttpApi, Schedule},
};

/// An App's declaration.
#[derive(Clone, Debug)]
pub struct Shape {
    name: String,
    description: String,
    arm: bool,
    functions: Vec<FunctionShape>,
    environments: Vec<EnvironmentShape>,
    variables: Vec<String>,
    pipeline: Option<PipelineShape>,
}

#[derive(Clone, Debug)]
struct FunctionShape {
    name: String,
    memory: u32,
    timeout: u64,
    variable: Option<(String, String)>,
    grant: Option<String>,
    triggers: Vec<TriggerShape>,
}

#[derive(Clone, Debug)]
enum TriggerShape {
    Route(String),
    Url { public: bool },
    Rate { minutes: u64 },
    Cron(String),
    Queue { name: String, batch: u32 },
    Existing { name: String, batch: u32 },
}

#[derive(Clone, Debug)]
struct EnvironmentShape {
    name: String,
    prefix: Option<String>,
    tag: Option<(String, String)>,
    value: String,
    gates: (bool, bool),
    /// Has one setting more than the others.
    odd: bool,
}

#[derive(Clone, Debug)]
struct PipelineShape {
    url: String,
    branch: Option<String>,
    name: Option<String>,
}

impl Shape {
    /// The App that is declared.
    pub fn app(&self) -> App {
        let architecture = if self.arm { Architecture::Arm64 } else { Architecture::X86_64 };
        let app = App::new(&self.name).description(&self.description).architecture(architecture);
        let app = self.functions.iter().fold(app, |app, function| app.function(function.function()));
        let environments = self.environments.iter().map(|environment| environment.environment(&self.variables));
        let app = environments.fold(app, App::environment);
        match &self.pipeline {
            Some(pipeline) => app.pipeline(pipeline.pipeline()),
            None => app,
        }
    }
}

impl FunctionShape {
    fn function(&self) -> Function {
        let handler = service_fn(async |_: Request| Ok::<_, Error>(()));
        let mut function = Function::http(&self.name, handler)
            .memory(Memory::mb(self.memory))
            .timeout(Duration::from_secs(self.timeout));
        if let Some((name, value)) = &self.variable {
            function = function.variable(name, value.as_str());
        }
        if let Some(arn) = &self.grant {
            function = function.grant(Statement::allow(["s3:GetObject"]).on(arn.as_str()));
        }
        self.triggers.iter().fold(function, |function, trigger| match trigger {
            TriggerShape::Route(path) => function.trigger(HttpApi::get(path)),
            TriggerShape::Url { public: true } => function.trigger(FunctionUrl::public()),
            TriggerShape::Url { public: false } => function.trigger(FunctionUrl::signed()),
            TriggerShape::Rate { minutes } => function.trigger(Schedule::rate(Duration::from_secs(minutes * 60))),
            TriggerShape::Cron(fields) => function.trigger(Schedule::cron(fields)),
            TriggerShape::Queue { name, batch } => {
                function.trigger(Queue::new(name).batches().size(*batch).window(Duration::from_secs(1)))
            }
            TriggerShape::Existing { name, batch } => {
                let arn = format!("arn:aws:sqs:eu-west-1:123456789012:{name}");
                function.trigger(Queue::existing(arn).batches().size(*batch).report_failures())
            }
        })
    }
}

impl EnvironmentShape {
    fn environment(&self, variables: &[String]) -> Environment {
        let odd = self.odd.then(|| "ODD".to_owned());
        let settings: Vec<_> = variables.iter().cloned().chain(odd).map(|name| (name, self.value.clone())).collect();
        let mut environment = Environment::new(&self.name, settings);
        if let Some(prefix) = &self.prefix {
            environment = environment.stack_prefix(prefix);
        }
        if let Some((key, value)) = &self.tag {
            environment = environment.tag(key, value);
        }
        if self.gates.0 {
            environment = environment.approve_changes(Approval::manual().message("Go?"));
        }
        if self.gates.1 {
            environment = environment.approve_promotion(Approval::manual());
        }
        environment
    }
}

impl PipelineShape {
    fn pipeline(&self) -> Pipeline {
        let mut pipeline = Pipeline::github(&self.url);
        if let Some(branch) = &self.branch {
            pipeline = pipeline.branch(branch);
        }
        if let Some(name) = &self.name {
            pipeline = pipeline.name(name);
        }
        pipeline
    }
}

/// Mostly what AWS takes, and now and then any text at all.
fn text(pattern: &'static str) -> BoxedStrategy<String> {
    prop_oneof![40 => pattern, 1 => "\\PC{0,8}"].boxed()
}

/// Mostly from a range, and now and then any number.
fn number(range: std::ops::RangeInclusive<u32>) -> BoxedStrategy<u32> {
    prop_oneof![40 => range, 1 => any::<u32>()].boxed()
}

/// Apps of random shape: few names for many things, so that they meet.
pub fn shapes() -> impl Strategy<Value = Shape> {
    let pipeline = (
        text("https://github\\.com/[a-z]{1,8}/[a-z-]{2,8}(\\.git|/)?"),
        option::of(text("[a-z]{1,4}(/[a-z._]{1,30}x)?")),
        option::weighted(0.1, text("[A-Z][a-z-]{0,8}")),
    );
    let pipeline = pipeline.prop_map(|(url, branch, name)| PipelineShape { url, branch, name });
    (
        text("[A-Z][A-Za-z0-9-]{0,20}"),
        text("[a-zA-Z ,]{0,30}"),
        any::<bool>(),
        vec(functions(), 1..6),
        vec(environments(), 0..4),
        vec(text("([A-C]{2}_[A-C]{1,9}|[a-c]{2,4}_(function|role|x))"), 0..4),
        option::of(pipeline),
    )
        .prop_map(|(name, description, arm, functions, environments, variables, pipeline)| Shape {
            name,
            description,
            arm,
            functions,
            environments,
            variables,
            pipeline,
        })
}

fn functions() -> impl Strategy<Value = FunctionShape> {
    let arn = "arn:aws:s3:::[a-z]{3,9}/\\*";
    (
        text("[a-c]{1,4}([-_]?[A-Ca-c0-9]{1,9}|-queue)?"),
        number(128..=10_240),
        number(1..=900).prop_map(u64::from),
        option::weighted(0.2, (text("[X-Z]{2,6}"), text("[a-z ]{0,9}"))),
        option::weighted(0.2, text(arn)),
        vec(triggers(), 0..4),
    )
        .prop_map(|(name, memory, timeout, variable, grant, triggers)| FunctionShape {
            name,
            memory,
            timeout,
            variable,
            grant,
            triggers,
        })
}

fn triggers() -> impl Strategy<Value = TriggerShape> {
    let crons = ["0 8 * * ? *", "0/15 8-17 ? * MON-FRI *", "0 8 * * *"].map(str::to_owned).to_vec();
    prop_oneof![
        4 => text("/[a-d]{1,6}(/\\{[a-c]{1,3}\\+?\\})?").prop_map(TriggerShape::Route),
        1 => any::<bool>().prop_map(|public| TriggerShape::Url { public }),
        1 => number(1..=10_000).prop_map(|minutes| TriggerShape::Rate { minutes: minutes.into() }),
        1 => select(crons).prop_map(TriggerShape::Cron),
        2 => (text("[a-c]{1,6}"), number(1..=10_000)).prop_map(|(name, batch)| TriggerShape::Queue { name, batch }),
        1 => (text("[a-z]{1,6}"), number(1..=10)).prop_map(|(name, batch)| TriggerShape::Existing { name, batch }),
    ]
}

fn environments() -> impl Strategy<Value = EnvironmentShape> {
    (
        // Of several `-` in a row, names have one, and `_` is `-`: stacks that differ in that alone are refused.
        text("[a-f](_?[a-f0-9]){1,6}"),
        option::weighted(0.2, text("[A-F](-?[a-f]){0,3}")),
        option::of((text("[a-z]{1,4}"), text("[a-z ]{0,9}"))),
        text("[a-zA-Z ,\"{}$]{0,20}"),
        (any::<bool>(), prop::bool::weighted(0.2)),
        prop::bool::weighted(0.05),
    )
        .prop_map(|(name, prefix, tag, value, gates, odd)| EnvironmentShape {
            name,
            prefix,
            tag,
            value,
            gates,
            odd,
        })
}
