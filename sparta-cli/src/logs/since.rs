//! How far back logs are read.

use std::{str::FromStr, time::Duration};

/// A time that has gone by: `30s`, `10m`, `2h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Since(pub(crate) Duration);

/// A text that is no such time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time is a number with its unit: `30s`, `10m`, `2h`, `7d`")]
pub(crate) struct NoTime;

impl FromStr for Since {
    type Err = NoTime;

    fn from_str(text: &str) -> Result<Self, NoTime> {
        let units = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
        let found = units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
        let (number, seconds) = found.ok_or(NoTime)?;
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let number = number.parse::<u64>().ok().filter(|_| is_number).ok_or(NoTime)?;
        number.checked_mul(seconds).map(Duration::from_secs).map(Self).ok_or(NoTime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        for (text, seconds) in [("0s", 0), ("30s", 30), ("10m", 600), ("2h", 7_200), ("7d", 604_800)] {
            assert_eq!(text.parse(), Ok(Since(Duration::from_secs(seconds))), "{text}");
        }
        for text in ["", "10", "m", "-1m", "+1m", "1.5h", "1 m", "10min", "99999999999999999999d"] {
            assert_eq!(text.parse::<Since>(), Err(NoTime), "{text}");
        }
    }
}
