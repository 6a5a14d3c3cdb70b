//! The measurements: each takes all services, which take turns in it.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{Advice, fadvise};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::event::Event;
use crate::report::{Table, Unit};
use crate::service::Service;
use crate::stats::{median, percentile};
use crate::{Each, Result, each};

const TURN: usize = 250;

/// Keeps this process and those that it starts on one processor: whether the scheduler puts the two ends of a connection
/// on the same one makes more of a difference than anything that is measured here.
pub(crate) fn pin() -> Result<()> {
    let allowed = sched_getaffinity(None)?;
    let last = (0..CpuSet::MAX_CPU).rfind(|&cpu| allowed.is_set(cpu)).ok_or("no processor to run on")?;
    let mut only = CpuSet::new();
    only.set(last);
    Ok(sched_setaffinity(None, &only)?)
}

/// Sizes of the binaries.
pub(crate) fn sizes(table: &mut Table, binaries: Each<&Path>) -> Result<()> {
    let sizes = each(|which| Ok(binaries[which].metadata()?.len() as f64 / 1024.0))?;
    table.record("size of the binary", Unit::KiB, sizes);
    Ok(())
}

/// Whether the binary is in the page cache when its process starts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Cache {
    Cached,
    Evicted,
}

/// Start to first poll, memory and processor time until then, over `count` processes of each.
pub(crate) fn starts(table: &mut Table, binaries: Each<&Path>, cache: Cache, count: usize) -> Result<()> {
    let [mut wall, mut cpu, mut resident] = [const { [const { vec![] }; 3] }; 3];
    for turn in 0..count {
        for which in order(turn) {
            if cache == Cache::Evicted {
                evict(binaries[which])?;
            }
            let service = Service::start(binaries[which])?;
            if cache == Cache::Evicted && service.major_faults()? == 0 {
                return Err(format!("{} stays in the page cache", binaries[which].display()).into());
            }
            wall[which].push(micros(service.started_in));
            cpu[which].push(micros(service.cpu()?));
            resident[which].push(service.resident()? as f64);
        }
    }
    let name = match cache {
        Cache::Cached => "start to first poll, binary cached",
        Cache::Evicted => "start to first poll, binary evicted",
    };
    percentiles(table, name, wall);
    table.record(&format!("{name}, CPU"), Unit::Micros, cpu.map(|samples| median(&samples)));
    if cache == Cache::Cached {
        table.record("resident memory at first poll", Unit::KiB, resident.map(|samples| median(&samples)));
    }
    Ok(())
}

/// Round trip and processor time of `count` invocations of each service.
pub(crate) fn invocations(table: &mut Table, services: &mut Each<Service>, event: &Event, count: usize) -> Result<()> {
    for service in services.iter_mut() {
        for _ in 0..TURN.min(count) {
            service.invoke(&event.bytes)?;
        }
    }
    let faults = minor_faults(services)?;
    let mut wall = [const { vec![] }; 3];
    let mut cpu = [Duration::ZERO; 3];
    for turn in 0..count.div_ceil(TURN) {
        for which in order(turn) {
            let service = &mut services[which];
            let before = service.cpu()?;
            for _ in 0..TURN.min(count - turn * TURN) {
                wall[which].push(micros(service.invoke(&event.bytes)?.1));
            }
            cpu[which] += service.cpu()?.saturating_sub(before);
        }
    }
    percentiles(table, &format!("round trip, {}", event.name), wall);
    let cpu = cpu.map(|total| micros(total) / count as f64);
    table.record(&format!("CPU per invocation, {}", event.name), Unit::Micros, cpu);
    let after = minor_faults(services)?;
    let faults = [0, 1, 2].map(|which| (after[which] - faults[which]) as f64 / count as f64);
    table.record(&format!("page faults per invocation, {}", event.name), Unit::Rate, faults);
    let resident = each(|which| Ok(services[which].resident()? as f64))?;
    table.record(&format!("resident memory after {count} invocations, {}", event.name), Unit::KiB, resident);
    Ok(())
}

fn minor_faults(services: &Each<Service>) -> Result<Each<u64>> {
    each(|which| services[which].minor_faults())
}

/// Connections that the services made since they started.
pub(crate) fn connections(table: &mut Table, services: &Each<Service>) {
    let connections = services.each_ref().map(|service| service.connections() as f64);
    table.record("connections to the Runtime API", Unit::Count, connections);
}

/// Who goes first alternates, and so does who runs in whose wake.
fn order(turn: usize) -> Each<usize> {
    let mut order = [0, 1, 2];
    order.rotate_left(turn % 3);
    if turn % 6 >= 3 {
        order.reverse();
    }
    order
}

fn percentiles(table: &mut Table, name: &str, mut samples: Each<Vec<f64>>) {
    for percent in [50.0, 99.0] {
        let values = samples.each_mut().map(|samples| percentile(samples, percent));
        table.record(&format!("{name}, p{percent}"), Unit::Micros, values);
    }
}

/// Drops a file from the page cache; pages that were never written to the disk would stay.
fn evict(file: &Path) -> Result<()> {
    let file = File::open(file)?;
    file.sync_all()?;
    Ok(fadvise(&file, 0, None, Advice::DontNeed)?)
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
