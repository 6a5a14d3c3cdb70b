//! Times and ids as Lambda and API Gateway write them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    since_epoch: Duration,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { since_epoch: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() }
    }

    #[cfg(feature = "aws")]
    pub(crate) fn of_millis(millis: u64) -> Self {
        Self { since_epoch: Duration::from_millis(millis) }
    }

    pub(super) fn plus(self, time: Duration) -> Self {
        Self { since_epoch: self.since_epoch + time }
    }

    pub(super) fn millis(self) -> u128 {
        self.since_epoch.as_millis()
    }

    pub(super) fn seconds(self) -> u64 {
        self.since_epoch.as_secs()
    }

    /// `2026-12-01T09:30:00.125Z`
    pub(crate) fn iso(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.time());
        let millis = self.since_epoch.subsec_millis();
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }

    /// `01/Dec/2026:09:30:00 +0000`, as in access logs.
    pub(super) fn common_log(self) -> String {
        let ((year, month, day), (hour, minute, second)) = (self.date(), self.time());
        format!("{day:02}/{}/{year}:{hour:02}:{minute:02}:{second:02} +0000", MONTHS[month - 1])
    }

    /// `2026/12/01`, as log streams begin.
    pub(super) fn day(self) -> String {
        let (year, month, day) = self.date();
        format!("{year}/{month:02}/{day:02}")
    }

    fn time(self) -> (u64, u64, u64) {
        let seconds = self.seconds();
        (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
    }

    /// Counts years from March, so that the day of a leap year is the last one.
    fn date(self) -> (u64, usize, u64) {
        let days = self.seconds() / 86_400 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        (year, usize::try_from(month).unwrap_or(1), day)
    }
}

/// `8-4-4-4-12` hexadecimal digits, as the ids of requests are.
pub(super) fn request_id() -> String {
    let (high, low) = (fastrand::u64(..), fastrand::u64(..));
    let (version, variant) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | 0b10 << 62);
    let [a, b, c] = [version >> 32, version >> 16 & 0xffff, version & 0xffff];
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", variant >> 48, variant & 0xffff_ffff_ffff)
}

/// The root of a trace: `Root=1-5759e988-bd862e3fe1be46a994272793`.
pub(super) fn trace_root() -> String {
    let random = fastrand::u128(..) >> 32;
    format!("Root=1-{:08x}-{random:024x}", Moment::now().seconds())
}

/// The trace that an invocation is part of: X-Ray samples nothing here.
pub(super) fn trace_id(root: &str) -> String {
    if root.contains("Parent=") {
        root.to_owned()
    } else {
        format!("{root};Parent={:016x};Sampled=0", fastrand::u64(..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Moment {
        Moment { since_epoch: Duration::from_millis(seconds * 1000 + 7) }
    }

    #[test]
    fn moments_are_written_as_aws_does() {
        assert_eq!(at(0).iso(), "1970-01-01T00:00:00.007Z");
        assert_eq!(at(951_827_696).iso(), "2000-02-29T12:34:56.007Z");
        assert_eq!(at(1_796_117_400).common_log(), "01/Dec/2026:09:30:00 +0000");
        assert_eq!(at(1_798_761_599).day(), "2026/12/31");
    }

    #[test]
    fn ids_have_their_form() {
        let id = request_id();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert_eq!(&id[14..15], "4", "{id}");
        let trace = trace_id(&trace_root());
        assert_eq!(
            trace.len(),
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0".len(),
            "{trace}"
        );
    }
}
