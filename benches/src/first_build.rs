//! What a newcomer waits for: the processor time of a first package from clean, by package.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt::{self, Display, Formatter};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::Result;
use crate::compile::{BARE, build, cargo};

/// The file that this program, as cargo's wrapper of rustc, adds a line to.
const LOG: &str = "SPARTA_BENCH_RUSTC_LOG";
const COMMAND: [&str; 6] = ["run", "--package", "codepipeline", "--", "build", "--codePipelinePackage"];
/// Seconds from which a package has a line of its own.
const SHOWN: f64 = 1.0;

/// Seconds of processor time per package, in the build that is a command line and in the one for Lambda.
#[derive(Default)]
struct Packages(BTreeMap<String, [f64; 2]>);

/// Measures the first command, and the bare service's build to compare with.
pub(crate) fn measure() -> Result<()> {
    let folder = env::temp_dir().join(format!("sparta-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let measured = measure_in(&folder);
    let _ = fs::remove_dir_all(&folder);
    measured
}

fn measure_in(folder: &Path) -> Result<()> {
    let log = folder.join("rustc");
    let mut first = cargo();
    first.args(COMMAND).arg("pipeline.zip").arg("--outputDir").arg(folder.join("package"));
    first.env("CARGO_TARGET_DIR", folder.join("first")).env("RUSTC_WRAPPER", env::current_exe()?).env(LOG, &log);
    let ([wall, cpu], status) = timed(|| Ok(first.status()?))?;
    if !status.success() {
        return Err("the first command fails".into());
    }
    let ([bare_wall, bare_cpu], _) = timed(|| build(&BARE, Some(&folder.join("bare"))))?;
    let packages = Packages::read(&fs::read_to_string(log)?)?;
    println!("| from clean | CPU | time |\n| --- | ---: | ---: |");
    println!("| `cargo {} pipeline.zip` | {cpu:.1} s | {wall:.1} s |", COMMAND.join(" "));
    println!("| the bare service | {bare_cpu:.1} s | {bare_wall:.1} s |\n\n{packages}");
    println!("| cargo, build scripts, packing | | | {:.1} s |", cpu - packages.total());
    Ok(())
}

/// Elapsed and processor time of what `run` starts, in seconds.
fn timed<T>(run: impl FnOnce() -> Result<T>) -> Result<([f64; 2], T)> {
    let (begin, before) = (Instant::now(), children_cpu()?);
    let result = run()?;
    Ok(([begin.elapsed().as_secs_f64(), children_cpu()? - before], result))
}

/// Runs rustc in cargo's stead where this program is its wrapper, and logs what it took.
pub(crate) fn wrapped() -> Option<Result<ExitCode>> {
    let log = env::var_os(LOG)?;
    let mut arguments = env::args_os().skip(1);
    Some(arguments.next().ok_or_else(|| "no rustc to wrap".into()).and_then(|rustc| compile(&rustc, arguments, &log)))
}

fn compile(rustc: &OsStr, arguments: impl Iterator<Item = OsString>, log: &OsStr) -> Result<ExitCode> {
    let arguments: Vec<_> = arguments.collect();
    let status = Command::new(rustc).args(&arguments).status()?;
    // Without a folder it is a question of cargo's, such as for the version.
    if let Some(pair) = arguments.windows(2).find(|pair| pair[0] == "--out-dir") {
        let is_release = Path::new(&pair[1]).iter().any(|part| part == "release");
        let line = format!("{} {} {}\n", env::var("CARGO_PKG_NAME")?, u8::from(is_release), children_cpu()?);
        // In one piece: several compilers write at the same time.
        OpenOptions::new().create(true).append(true).open(log)?.write_all(line.as_bytes())?;
    }
    Ok(status.code().map_or(ExitCode::FAILURE, |code| ExitCode::from(code as u8)))
}

impl Packages {
    fn read(log: &str) -> Result<Self> {
        let mut packages = Self::default();
        for line in log.lines() {
            let [package, build, seconds] = line.split(' ').collect::<Vec<_>>()[..] else {
                return Err(format!("the log of rustc has the line `{line}`").into());
            };
            let entry = packages.0.entry(package.to_owned()).or_default();
            entry[usize::from(build == "1")] += seconds.parse::<f64>()?;
        }
        Ok(packages)
    }

    fn total(&self) -> f64 {
        self.0.values().flatten().sum()
    }
}

impl Display for Packages {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<(&str, [f64; 2])> = self.0.iter().map(|(name, seconds)| (name.as_str(), *seconds)).collect();
        rows.sort_by(|(_, a), (_, b)| (b[0] + b[1]).total_cmp(&(a[0] + a[1])));
        let shown = rows.partition_point(|(_, [plain, lambda])| plain + lambda >= SHOWN);
        let others = rows.split_off(shown);
        let sum = others.iter().fold([0.0; 2], |sum, (_, seconds)| [sum[0] + seconds[0], sum[1] + seconds[1]]);
        let name = format!("{} others", others.len());
        rows.push((&name, sum));
        write!(f, "| package | command line | for Lambda | CPU |\n| --- | ---: | ---: | ---: |")?;
        for (name, [plain, lambda]) in rows {
            write!(f, "\n| {name} | {plain:.1} s | {lambda:.1} s | {:.1} s |", plain + lambda)?;
        }
        Ok(())
    }
}

/// Processor time in seconds of all processes that ended below this one.
fn children_cpu() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("stat without a name")?;
    let ticks =
        fields.split_whitespace().skip(13).take(2).map(str::parse::<f64>).sum::<std::result::Result<f64, _>>()?;
    Ok(ticks / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_shown_by_their_processor_time_in_both_builds() {
        let packages = Packages::read("tiny 0 0.25\nserde 0 1\nserde 1 1.5\nclap 0 3.25\nserde 0 0.5\n").unwrap();
        let table = packages.to_string();
        let rows: Vec<&str> = table.lines().skip(2).collect();
        let (clap, serde) = ("| clap | 3.2 s | 0.0 s | 3.2 s |", "| serde | 1.5 s | 1.5 s | 3.0 s |");
        assert_eq!(rows, [clap, serde, "| 1 others | 0.2 s | 0.0 s | 0.2 s |"]);
        assert_eq!(packages.total(), 6.5);
    }

    #[test]
    fn a_line_that_does_not_read_is_an_error() {
        assert!(Packages::read("serde 0\n").is_err());
        assert!(Packages::read("serde 0 much\n").is_err());
    }
}
