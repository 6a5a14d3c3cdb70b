//! Compares a service built with Sparta with the same service on bare `lambda_http`.

mod api;
mod call;
mod compile;
mod event;
mod first_build;
mod instructions;
mod measure;
mod report;
mod service;
mod stats;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use compile::{BARE, LOGGING, MOVED, SPARTA, build};
use event::Event;
use measure::Cache;
use report::Table;
use service::Service;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A value for each service: Sparta's, the bare one's and the bare one's with logging set up.
type Each<T> = [T; 3];

/// A value for each service by its number.
fn each<T>(mut value: impl FnMut(usize) -> Result<T>) -> Result<Each<T>> {
    Ok([value(0)?, value(1)?, value(2)?])
}

/// Compares a service built with Sparta with the same service on bare lambda_http.
#[derive(Parser)]
struct Options {
    /// Sparta's service; the example `hello` is built without this.
    #[arg(long)]
    sparta: Option<PathBuf>,
    /// Takes the bare service's own handler for Sparta's service, through the feature `lambda_http`.
    #[arg(long, conflicts_with = "sparta")]
    moved: bool,
    /// The service without Sparta; `bare-lambda-http` is built without this.
    #[arg(long)]
    bare: Option<PathBuf>,
    /// The same with logging set up; `bare-lambda-http-logging` is built without this.
    #[arg(long)]
    logging: Option<PathBuf>,
    /// Rounds whose medians are shown.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Invocations of each service per round and event; of the 6 MB event, a hundredth of them.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..))]
    invocations: u32,
    /// Starts of each service per round, with the binary cached and as many with it evicted.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    starts: u32,
    /// Leaves out the count of instructions, which needs valgrind.
    #[arg(long)]
    no_instructions: bool,
    /// Measures a first package from clean instead, by package, which takes minutes.
    #[arg(long, exclusive = true)]
    build_times: bool,
}

fn main() -> Result<ExitCode> {
    if let Some(compiled) = first_build::wrapped() {
        return compiled;
    }
    let options = Options::parse();
    match options.build_times {
        true => first_build::measure(),
        false => measure(&options),
    }
    .map(|()| ExitCode::SUCCESS)
}

fn measure(options: &Options) -> Result<()> {
    let there = [&options.sparta, &options.bare, &options.logging];
    let packages = [if options.moved { MOVED } else { SPARTA }, BARE, LOGGING];
    let built = each(|which| there[which].clone().map_or_else(|| build(&packages[which], None), Ok))?;
    let names = ["sparta", "bare", "logging"];
    let copies = each(|which| copy(&built[which], names[which]))?;
    let binaries = copies.each_ref().map(PathBuf::as_path);
    let mut table = Table::default();
    measure::sizes(&mut table, binaries)?;
    let events = [Event::small(), Event::usual(), Event::large(), Event::largest()];
    if !options.no_instructions {
        instructions::count(&mut table, binaries, &events)?;
    }
    let machine = report::machine();
    measure::pin()?;
    for round in 1..=options.rounds {
        eprintln!("round {round} of {}", options.rounds);
        measure_round(&mut table, binaries, &events, options)?;
    }
    println!("{machine}; rounds: {}\n\n{table}", options.rounds);
    Ok(())
}

/// Copies a binary beside this one: the way a linker lays its file out on the disk tells in how long it takes to read.
fn copy(binary: &Path, name: &str) -> Result<PathBuf> {
    let folder = env::current_exe()?.with_file_name("sparta-bench-services");
    fs::create_dir_all(&folder)?;
    let copy = folder.join(name);
    fs::copy(binary, &copy).map_err(|error| format!("cannot copy {}: {error}", binary.display()))?;
    Ok(copy)
}

/// Each event has processes of its own, so that their memory is that of this event.
fn measure_round(table: &mut Table, binaries: Each<&Path>, events: &[Event], options: &Options) -> Result<()> {
    let count = options.invocations as usize;
    for event in events {
        let mut services = each(|which| Service::start(binaries[which]))?;
        for service in &mut services {
            service.check(&event.bytes)?;
        }
        let count = if event.bytes.len() > 1_000_000 { count / 100 } else { count };
        measure::invocations(table, &mut services, event, count)?;
        measure::connections(table, &services);
    }
    measure::starts(table, binaries, Cache::Cached, options.starts as usize)?;
    measure::starts(table, binaries, Cache::Evicted, options.starts as usize)
}
