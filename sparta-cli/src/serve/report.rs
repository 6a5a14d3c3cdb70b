//! The line that Lambda writes after each invocation.

use std::{fmt, time::Duration};

/// What there is to say of an invocation.
#[derive(Debug)]
pub(super) struct Report<'a> {
    pub(super) id: &'a str,
    pub(super) duration: Duration,
    /// How long the process took to start, if this was its first one.
    pub(super) init: Option<Duration>,
    pub(super) memory: u32,
    /// In MB, where the system says it.
    pub(super) used: Option<u64>,
    pub(super) failure: Option<String>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, duration, init, memory, used, failure } = self;
        let millis = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let billed = millis(*duration + init.unwrap_or_default()).ceil();
        write!(f, "REPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {billed} ms", millis(*duration))?;
        write!(f, "\tMemory Size: {memory} MB")?;
        if let Some(used) = used {
            write!(f, "\tMax Memory Used: {used} MB")?;
        }
        if let Some(init) = init {
            write!(f, "\tInit Duration: {:.2} ms", millis(*init))?;
        }
        match failure {
            Some(failure) => write!(f, "\t{failure}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_written_as_lambda_writes_it() {
        let (duration, init) = (Duration::from_micros(1_234), Some(Duration::from_micros(10_500)));
        let report = Report { id: "id-1", duration, init, memory: 128, used: Some(7), failure: None };
        let first = "REPORT RequestId: id-1\tDuration: 1.23 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\tMax Memory Used: 7 MB\tInit Duration: 10.50 ms";
        assert_eq!(report.to_string(), first);
        let failure = Some("Status: timeout".to_owned());
        let report = Report { init: None, used: None, failure, ..report };
        let late =
            "REPORT RequestId: id-1\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tStatus: timeout";
        assert_eq!(report.to_string(), late);
    }
}
