//! The results as Markdown.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::process::Command;

use crate::Each;
use crate::stats::median;

/// What a value counts.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Micros,
    KiB,
    Count,
    /// Events per invocation, of which there may be less than one.
    Rate,
    Instructions,
}

/// One row for each measure, with the values of every round.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

struct Row {
    name: String,
    unit: Unit,
    rounds: Vec<Each<f64>>,
}

impl Table {
    /// Adds one round's values.
    pub(crate) fn record(&mut self, name: &str, unit: Unit, values: Each<f64>) {
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.rounds.push(values),
            None => self.rows.push(Row { name: name.to_owned(), unit, rounds: vec![values] }),
        }
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "| measure | sparta | bare | ratio | from, to | bare with logging | ratio | from, to |")?;
        writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for row in &self.rows {
            let [sparta, bare, logging] =
                [0, 1, 2].map(|which| median(&row.rounds.iter().map(|round| round[which]).collect::<Vec<_>>()));
            let [sparta, bare, logging] = [sparta, bare, logging].map(|value| row.unit.show(value));
            let (to_bare, to_logging) = (row.ratio(1), row.ratio(2));
            writeln!(f, "| {} | {sparta} | {bare} | {to_bare} | {logging} | {to_logging} |", row.name)?;
        }
        Ok(())
    }
}

impl Row {
    /// Sparta's values by those of another service: median, lowest and highest.
    fn ratio(&self, other: usize) -> String {
        let mut ratios: Vec<f64> = self.rounds.iter().map(|round| round[0] / round[other]).collect();
        ratios.sort_unstable_by(f64::total_cmp);
        let (ratio, low, high) = (median(&ratios), ratios[0], ratios[ratios.len() - 1]);
        // Where the other service had none there is no ratio.
        if ratio.is_finite() { format!("{ratio:.2} | {low:.2}, {high:.2}") } else { " | ".to_owned() }
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Unit::Micros if value >= 1000.0 => format!("{:.2} ms", value / 1000.0),
            Unit::Micros => format!("{value:.1} µs"),
            Unit::KiB => format!("{value:.0} KiB"),
            Unit::Count => format!("{value:.0}"),
            Unit::Rate => format!("{value:.2}"),
            Unit::Instructions if value >= 1e6 => format!("{:.2} M", value / 1e6),
            Unit::Instructions => format!("{:.1} k", value / 1e3),
        }
    }
}

/// What the figures were measured on, in one line.
pub(crate) fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).into_owned());
    format!("{cores} cores of {model}, Linux {}, {}", kernel.trim(), rustc.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_the_medians_of_its_rounds_and_of_their_ratios() {
        let mut table = Table::default();
        table.record("size", Unit::KiB, [2000.0, 1000.0, 4000.0]);
        table.record("faults", Unit::Count, [0.0, 0.0, 2.0]);
        for round in [[10.0, 10.0, 20.0], [30.0, 20.0, 30.0], [1100.0, 1000.0, 1000.0]] {
            table.record("round trip", Unit::Micros, round);
        }
        let table = table.to_string();
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| size | 2000 KiB | 1000 KiB | 2.00 | 2.00, 2.00 | 4000 KiB | 0.50 | 0.50, 0.50 |",
                "| faults | 0 | 0 |  |  | 2 | 0.00 | 0.00, 0.00 |",
                "| round trip | 30.0 µs | 20.0 µs | 1.10 | 1.00, 1.50 | 30.0 µs | 1.00 | 0.50, 1.10 |",
            ]
        );
    }
}
