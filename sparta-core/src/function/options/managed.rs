//! Functions on Lambda's managed instances.

use super::{Check, FunctionMistake, Options, size::DEFAULT_MEMORY};
use crate::{Function, cfn::Value, property};

/// EC2 instances of the account that Lambda manages, on which a function runs: a capacity provider, and how it is used.
///
/// A process serves several requests at a time there, on a thread for each processor.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/lambda-managed-instances.html>.
///
/// # Example
///
/// ```
/// use sparta_core::ManagedInstances;
///
/// let steady = ManagedInstances::on("arn:aws:lambda:eu-west-1:123456789012:capacity-provider:steady")
///     .max_concurrency(32)
///     .environments(3, 30);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct ManagedInstances {
    provider: Value,
    max_concurrency: Option<u32>,
    gb_per_cpu: Option<u32>,
    environments: Option<(u32, u32)>,
}

impl ManagedInstances {
    /// The instances of the capacity provider with this ARN.
    pub fn on(provider_arn: impl Into<Value>) -> Self {
        Self { provider: provider_arn.into(), max_concurrency: None, gb_per_cpu: None, environments: None }
    }

    /// How many requests one process serves at a time, 1 to 1,600; by default Lambda's 8 for each processor.
    pub fn max_concurrency(mut self, requests: u32) -> Self {
        self.max_concurrency = Some(requests);
        self
    }

    /// How much of the function's memory there is for each processor: 2, 4 or 8 GB.
    pub fn gb_per_cpu(mut self, gigabytes: u32) -> Self {
        self.gb_per_cpu = Some(gigabytes);
        self
    }

    /// The least and the greatest number of processes, up to 15,000.
    pub fn environments(mut self, least: u32, most: u32) -> Self {
        self.environments = Some((least, most));
        self
    }

    pub(crate) fn capacity(&self) -> Value {
        property!(AWS::Lambda::Function.CapacityProviderConfig {
            LambdaManagedInstancesCapacityProviderConfig: {
                CapacityProviderArn: (&self.provider),
                ExecutionEnvironmentMemoryGiBPerVCpu: (self.gb_per_cpu),
                PerExecutionEnvironmentMaxConcurrency: (self.max_concurrency),
            },
        })
    }

    pub(crate) fn scaling(&self) -> Option<Value> {
        self.environments.map(|(least, most)| {
            property!(AWS::Lambda::Function.FunctionScalingConfig {
                MinExecutionEnvironments: (least),
                MaxExecutionEnvironments: (most),
            })
        })
    }
}

impl Function {
    /// Runs it on managed instances, with at least 2,048 MB of memory.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, ManagedInstances, Memory, Request, service_fn};
    /// # async fn hello(_: Request) -> Result<&'static str, Error> { Ok("hello") }
    /// let provider = "arn:aws:lambda:eu-west-1:123456789012:capacity-provider:steady";
    /// let hello = Function::http("hello", service_fn(hello))
    ///     .memory(Memory::mb(4096))
    ///     .managed_instances(ManagedInstances::on(provider));
    /// ```
    pub fn managed_instances(mut self, instances: ManagedInstances) -> Self {
        self.spec.options.managed_instances = Some(instances);
        self
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    let Some(instances) = &options.managed_instances else { return };
    let others = [
        (options.reserved_concurrency.is_some(), "reserved concurrency"),
        (options.provisioned_concurrency.is_some(), "provisioned concurrency"),
        (options.tenant_isolation, "tenant isolation"),
        (options.vpc.is_some(), "a VPC of its own: the capacity provider has one"),
    ];
    for (_, other) in others.into_iter().filter(|(is_there, _)| *is_there) {
        check.report(FunctionMistake::OnManagedInstances(other));
    }
    let memory = options.memory.clone().or_else(|| Some(DEFAULT_MEMORY.into()));
    check.each(&memory, |memory| {
        let megabytes = memory.megabytes();
        (!(2048..=32_768).contains(&megabytes)).then_some(FunctionMistake::ManagedMemory { megabytes })
    });
    if let Some(requests) = instances.max_concurrency.filter(|requests| !(1..=1600).contains(requests)) {
        check.report(FunctionMistake::MaxConcurrency(requests));
    }
    if let Some(gigabytes) = instances.gb_per_cpu.filter(|gigabytes| ![2, 4, 8].contains(gigabytes)) {
        check.report(FunctionMistake::MemoryPerCpu(gigabytes));
    }
    if let Some((least, most)) = instances.environments.filter(|(least, most)| least > most || *most > 15_000) {
        check.report(FunctionMistake::ExecutionEnvironments { least, most });
    }
}
