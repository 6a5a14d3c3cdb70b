//! How much a function has: memory, storage, time.

use std::time::Duration;

use super::{Check, FunctionMistake, Options};
use crate::{
    Function,
    settings::{Configured, configured_by_numbers},
};

/// What a function has that says nothing of it.
pub(in crate::function) const DEFAULT_MEMORY: Memory = Memory(128);
pub(in crate::function) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(3);

/// Memory of a function, 128 to 10,240 MB. CPU scales with it.
///
/// A setting stands for megabytes: `.memory(Links::MEMORY)`.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Memory(u32);

impl Memory {
    /// This many megabytes.
    pub const fn mb(megabytes: u32) -> Self {
        Self(megabytes)
    }

    /// How many megabytes.
    pub const fn megabytes(self) -> u32 {
        self.0
    }
}

/// Storage of a function in `/tmp`, 512 to 10,240 MB.
///
/// A setting stands for megabytes: `.ephemeral_storage(Links::STORAGE)`.
///
/// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Storage(u32);

impl Storage {
    /// This many megabytes.
    pub const fn mb(megabytes: u32) -> Self {
        Self(megabytes)
    }

    /// This many gigabytes of 1,024 MB.
    pub const fn gb(gigabytes: u32) -> Self {
        Self(gigabytes.saturating_mul(1024))
    }

    /// How many megabytes.
    pub const fn megabytes(self) -> u32 {
        self.0
    }
}

configured_by_numbers!(Memory, |megabytes| Memory(u32::try_from(megabytes).unwrap_or(u32::MAX)));
configured_by_numbers!(Storage, |megabytes| Storage(u32::try_from(megabytes).unwrap_or(u32::MAX)));
configured_by_numbers!(Duration, Duration::from_secs);

impl Function {
    /// Memory, 128 MB by default; a setting stands for megabytes.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Memory, Request, service_fn};
    /// # use sparta_macros::Settings;
    /// # async fn thumbnail(_: Request) -> Result<&'static str, Error> { Ok("") }
    /// #[derive(Settings)]
    /// # #[settings(crate = "sparta_core")]
    /// struct Links {
    ///     memory: u32,
    /// }
    ///
    /// let the_same_everywhere = Function::http("thumbnail", service_fn(thumbnail)).memory(Memory::mb(1024));
    /// let by_environment = Function::http("thumbnail", service_fn(thumbnail)).memory(Links::MEMORY);
    /// ```
    pub fn memory(mut self, memory: impl Into<Configured<Memory>>) -> Self {
        self.spec.options.memory = Some(memory.into());
        self
    }

    /// How long one invocation may take: whole seconds, 1 to 900; 3 by default. A setting stands for seconds.
    ///
    /// See <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>.
    pub fn timeout(mut self, timeout: impl Into<Configured<Duration>>) -> Self {
        self.spec.options.timeout = Some(timeout.into());
        self
    }

    /// Storage in `/tmp`, 512 MB by default; a setting stands for megabytes.
    ///
    /// # Example
    ///
    /// ```
    /// # use sparta_core::{Error, Function, Request, Storage, service_fn};
    /// # async fn thumbnail(_: Request) -> Result<&'static str, Error> { Ok("") }
    /// let thumbnail = Function::http("thumbnail", service_fn(thumbnail)).ephemeral_storage(Storage::gb(1));
    /// ```
    pub fn ephemeral_storage(mut self, storage: impl Into<Configured<Storage>>) -> Self {
        self.spec.options.ephemeral_storage = Some(storage.into());
        self
    }
}

pub(super) fn check(options: &Options, check: &mut Check<'_>) {
    if options.managed_instances.is_none() {
        check.each(&options.memory, |memory| {
            let megabytes = memory.megabytes();
            (!(128..=10_240).contains(&megabytes)).then_some(FunctionMistake::Memory { megabytes })
        });
    }
    check.each(&options.timeout, |timeout| {
        let fits = (1..=900).contains(&timeout.as_secs()) && timeout.subsec_nanos() == 0;
        (!fits).then_some(FunctionMistake::Timeout(timeout))
    });
    check.each(&options.ephemeral_storage, |storage| {
        let megabytes = storage.megabytes();
        (!(512..=10_240).contains(&megabytes)).then_some(FunctionMistake::EphemeralStorage { megabytes })
    });
}
