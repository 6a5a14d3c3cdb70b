//! Instructions per invocation, which repeat exactly where times do not.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::event::Event;
use crate::report::{Table, Unit};
use crate::service::Service;
use crate::{Each, Result, each};

/// Counts the instructions of each service's start, and of each event.
pub(crate) fn count(table: &mut Table, binaries: Each<&Path>, events: &[Event]) -> Result<()> {
    check()?;
    eprintln!("counting instructions");
    let start = each(|which| total(binaries[which], None, 0))?;
    table.record("instructions of a start and its end", Unit::Instructions, start);
    for event in events {
        let (few, many) = if event.bytes.len() > 1_000_000 { (2, 6) } else { (50, 250) };
        let per_invocation = |binary| -> Result<f64> {
            let [few_total, many_total] = [total(binary, Some(event), few)?, total(binary, Some(event), many)?];
            Ok((many_total - few_total) / f64::from(many - few))
        };
        let values = each(|which| per_invocation(binaries[which]))?;
        table.record(&format!("instructions per invocation, {}", event.name), Unit::Instructions, values);
    }
    Ok(())
}

fn check() -> Result<()> {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    match version {
        Ok(status) if status.success() => Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(format!("cannot start valgrind: {error}").into()),
        _ => Err("valgrind is not installed, whose callgrind counts instructions: \
                  install it, or leave the count out with --no-instructions"
            .into()),
    }
}

/// The instructions of a process that serves `event` so many times.
fn total(binary: &Path, event: Option<&Event>, times: u32) -> Result<f64> {
    let out = env::temp_dir().join(format!("sparta-bench-callgrind-{}", std::process::id()));
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(binary).stderr(Stdio::null());
    let mut service = Service::start_as(valgrind, binary)?;
    for _ in 0..times {
        service.invoke(&event.ok_or("no event to serve")?.bytes)?;
    }
    service.finish()?;
    let profile = fs::read_to_string(&out).map_err(|error| format!("callgrind left nothing behind: {error}"))?;
    fs::remove_file(&out)?;
    summary(&profile).ok_or_else(|| "callgrind's file has no summary".into())
}

/// The instructions that a profile counts in all.
fn summary(profile: &str) -> Option<f64> {
    let line =
        profile.lines().find_map(|line| line.strip_prefix("summary:").or_else(|| line.strip_prefix("totals:")))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_a_profile_is_its_total() {
        assert_eq!(summary("version: 1\nevents: Ir\nsummary: 12362122\n\nfn=(1) main\n1 2\n"), Some(12_362_122.0));
        assert_eq!(summary("events: Ir\nfn=(1) main\n1 2\ntotals: 2\n"), Some(2.0));
        assert_eq!(summary("events: Ir\n"), None);
    }
}
