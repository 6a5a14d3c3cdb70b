//! CPU time of what is pure: an App's validation, its template, its configuration files and its pipeline's stack.
#![allow(missing_docs, reason = "criterion's macros make public functions without any")]

use std::{hint::black_box, time::Duration};

use criterion::{
    BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
    measurement::{Measurement, ValueFormatter, WallTime},
};
use rustix::time::{ClockId, clock_gettime};
use sparta_core::{
    App, Approval, Environment, Error, Function, Pipeline, Request, Synthesis,
    construct::Queue,
    service_fn,
    trigger::{HttpApi, Schedule},
};

/// The time that this thread computed, whatever else the machine does meanwhile.
struct CpuTime(WallTime);

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        now.try_into().expect("a clock that began at zero")
    }

    fn end(&self, start: Duration) -> Duration {
        self.start() - start
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        self.0.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self.0.formatter()
    }
}

const SETTINGS: usize = 20;

/// An App of that many functions, each with what `of` adds to it, three environments, two gates and a pipeline.
fn app(functions: usize, of: fn(usize, Function) -> Function) -> App {
    let environments = |app: App| {
        app.environment(Environment::new("test", settings("t")).approve_promotion(Approval::manual()))
            .environment(Environment::new("staging", settings("s")))
            .environment(Environment::new("production", settings("p")).approve_changes(Approval::manual()))
    };
    delivered(functions, of, environments)
}

fn settings(of: &str) -> Vec<(String, String)> {
    (0..SETTINGS).map(|n| (format!("SETTING_{n}"), of.repeat(10))).collect()
}

fn delivered(functions: usize, of: fn(usize, Function) -> Function, environments: impl Fn(App) -> App) -> App {
    let function = |n| {
        let handler = service_fn(async |_: Request| Ok::<_, Error>("hello"));
        of(n, Function::http(format!("function-{n}"), handler))
    };
    let app = (0..functions).map(function).fold(App::new("Large"), App::function);
    environments(app).pipeline(Pipeline::github("https://github.com/acme/large"))
}

/// Some five resources each, so that a hundred of them stay within CloudFormation's five hundred.
fn triggered(n: usize, function: Function) -> Function {
    match n % 10 {
        0..4 => function.trigger(Schedule::rate(Duration::from_secs(60))),
        4 => function.trigger(HttpApi::get(format!("/things/{n}/{{id}}"))),
        5 => function.trigger(Queue::new(format!("queue-{n}")).without_dead_letters().batches()),
        _ => function.trigger(Queue::existing(format!("arn:aws:sqs:eu-west-1:123456789012:queue-{n}")).batches()),
    }
}

/// Everything that `build` writes, but for the code.
fn synthesize(app: &App) -> usize {
    let synthesis = app.synthesize().expect("the app has no mistakes");
    let configurations = synthesis.model.environments().iter().map(|e| e.configuration().to_json().len());
    synthesis.template.to_json().len() + pipeline(&synthesis) + configurations.sum::<usize>()
}

fn pipeline(synthesis: &Synthesis) -> usize {
    let pipeline = synthesis.model.pipeline().expect("the app has a pipeline");
    let source = sparta_core::delivery::Source::Connection;
    synthesis.pipeline(pipeline, source).expect("the pipeline has no mistakes").to_json().len()
}

/// What `describe` and each command begin with.
fn template(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("template with triggers");
    for functions in [10, 50, 100] {
        group.throughput(Throughput::Elements(functions as u64));
        let app = app(functions, triggered);
        let json = |app: &App| app.synthesize().expect("the app has no mistakes").template.to_json().len();
        group.bench_function(BenchmarkId::from_parameter(functions), |b| b.iter(|| json(black_box(&app))));
    }
    group.finish();
}

fn synthesis(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("synthesis with triggers");
    for functions in [10, 50, 100] {
        group.throughput(Throughput::Elements(functions as u64));
        let app = app(functions, triggered);
        group.bench_function(BenchmarkId::from_parameter(functions), |b| b.iter(|| synthesize(black_box(&app))));
    }
    group.finish();

    let mut group = criterion.benchmark_group("synthesis for one environment");
    for functions in [10, 50, 100] {
        group.throughput(Throughput::Elements(functions as u64));
        let app = delivered(functions, triggered, |app| app.environment(Environment::new("production", settings("p"))));
        group.bench_function(BenchmarkId::from_parameter(functions), |b| b.iter(|| synthesize(black_box(&app))));
    }
    group.finish();

    let mut group = criterion.benchmark_group("synthesis of plain functions");
    for functions in [10, 50, 100, 150] {
        group.throughput(Throughput::Elements(functions as u64));
        let app = app(functions, |_, function| function);
        group.bench_function(BenchmarkId::from_parameter(functions), |b| b.iter(|| synthesize(black_box(&app))));
    }
    group.finish();
}

/// What a service's own test does: synthesis, and the check of template and pipeline against the registry's data.
fn check(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("synthesis and check with triggers");
    for functions in [10, 50, 100] {
        group.throughput(Throughput::Elements(functions as u64));
        let app = app(functions, triggered);
        group.bench_function(BenchmarkId::from_parameter(functions), |b| {
            b.iter(|| black_box(&app).check().expect("the app has no mistakes"));
        });
    }
    group.finish();
}

/// An App that CloudFormation could not take, so that what is timed is the report of its mistakes.
fn mistakes(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("report of mistakes");
    for functions in [200, 400] {
        group.throughput(Throughput::Elements(functions as u64));
        let app = app(functions, |_, function| function.trigger(HttpApi::get("/same")));
        let report = || app.synthesize().expect_err("the app has mistakes").to_string();
        group.bench_function(BenchmarkId::from_parameter(functions), |b| b.iter(|| black_box(report()).len()));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime(WallTime)).sample_size(20);
    targets = template, synthesis, check, mistakes
}
criterion_main!(benches);
