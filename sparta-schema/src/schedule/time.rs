//! One time, and time zones.

use std::error::Error;
use std::fmt;

use crate::names::nearest;

/// A time at which something happens once: `2030-01-31T08:00:00`, in the schedule's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct At(String);

/// A text is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtError(String);

/// A text is no time zone; what was probably meant comes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneError(String, Option<String>);

const DAYS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
// the areas of the time zone database, and the zones that are in none
const AREAS: &[&str] = &[
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Brazil",
    "Canada",
    "Chile",
    "Etc",
    "Europe",
    "Indian",
    "Mexico",
    "Pacific",
    "SystemV",
    "US",
];

impl At {
    /// Reads a date and a time without a zone.
    ///
    /// # Errors
    ///
    /// It is none, or there is no such day.
    pub fn parse(text: &str) -> Result<Self, AtError> {
        let error = || AtError(text.to_owned());
        let (date, time) = text.split_once('T').ok_or_else(error)?;
        let [year, month, day] = numbers(date, '-', [4, 2, 2]).ok_or_else(error)?;
        let [hour, minute, second] = numbers(time, ':', [2, 2, 2]).ok_or_else(error)?;
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = month.checked_sub(1).and_then(|it| DAYS.get(it as usize)).ok_or_else(error)?;
        let last = last + u32::from(is_leap && month == 2);
        let is_right = (1..=last).contains(&day) && hour < 24 && minute < 60 && second < 60;
        if is_right { Ok(Self(text.to_owned())) } else { Err(error()) }
    }
}

fn numbers(text: &str, between: char, lengths: [usize; 3]) -> Option<[u32; 3]> {
    let parts: Vec<_> = text.split(between).collect();
    let is_number = |(part, length): (&&str, usize)| part.len() == length && part.bytes().all(|it| it.is_ascii_digit());
    let right = parts.len() == 3 && parts.iter().zip(lengths).all(is_number);
    let values: Vec<_> = parts.iter().filter_map(|it| it.parse().ok()).collect();
    values.try_into().ok().filter(|_| right)
}

/// Checks a time zone's name: `Europe/Berlin`, `UTC`.
///
/// The database grows, so that a city in one of its areas is taken for right.
///
/// # Errors
///
/// It is an offset, or in no area.
///
/// # Example
///
/// ```
/// use sparta_schema::schedule::zone;
///
/// assert!(zone("Europe/Berlin").is_ok());
/// assert_eq!(
///     zone("+02:00").unwrap_err().to_string(),
///     "`+02:00` must be the name of a time zone, such as `Europe/Berlin` or `UTC`"
/// );
/// ```
pub fn zone(name: &str) -> Result<(), ZoneError> {
    let is_word = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-+".contains(&it));
    let is_right = match name.split_once('/') {
        Some((area, place)) => AREAS.contains(&area) && place.split('/').all(is_word),
        // `UTC`, `CET`, `EST5EDT`, `Japan`
        None => {
            name.bytes().next().is_some_and(|it| it.is_ascii_alphabetic())
                && is_word(name)
                && !name.contains(['+', '_'])
        }
    };
    let (area, _) = name.split_once('/').unwrap_or((name, ""));
    let meant = || nearest(area, AREAS.iter().copied()).filter(|it| *it != area).map(|area| format!("{area}/..."));
    if is_right || is_known(name) { Ok(()) } else { Err(ZoneError(name.to_owned(), meant())) }
}

/// Checks that a time zone is one of [`zones`].
///
/// # Errors
///
/// It is none, or newer than the data.
///
/// # Example
///
/// ```
/// use sparta_schema::schedule::known_zone;
///
/// assert!(known_zone("Europe/Berlin").is_ok());
/// assert!(known_zone("Europe/Berln").unwrap_err().to_string().ends_with("did you mean `Europe/Berlin`?"));
/// ```
pub fn known_zone(name: &str) -> Result<(), ZoneError> {
    zone(name)?;
    let meant = || nearest(name, zones()).map(str::to_owned);
    if is_known(name) { Ok(()) } else { Err(ZoneError(name.to_owned(), meant())) }
}

fn is_known(name: &str) -> bool {
    zones().any(|known| known == name)
}

/// The names of the time zone database, as they were when the data was made. A few are added each decade.
///
/// See <https://www.iana.org/time-zones>.
pub fn zones() -> impl Iterator<Item = &'static str> {
    include_str!("../../data/zones.txt").lines()
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for AtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` must be a day and a time without a zone, such as `2030-01-31T08:00:00`", self.0)
    }
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` must be the name of a time zone, such as `Europe/Berlin` or `UTC`", self.0)?;
        self.1.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

impl Error for AtError {}
impl Error for ZoneError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_one_of_a_day_that_there_is() {
        for right in ["2030-01-31T08:00:00", "2028-02-29T23:59:59"] {
            assert!(At::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "2030-02-29T08:00:00",
            "2030-13-01T08:00:00",
            "2030-1-1T8:00:00",
            "2030-01-31",
            "2030-01-31T24:00:00",
            "2030-01-31T08:00:00Z",
            "2030-00-01T00:00:00",
        ] {
            assert!(At::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zone_is_a_name_and_no_offset() {
        for right in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "GMT", "EST5EDT", "Japan"]
        {
            assert!(zone(right).is_ok(), "{right}");
        }
        for wrong in ["+02:00", "UTC+1", "Europ/Berlin", "", "Europe/", "Berlin, Germany", "2"] {
            assert!(zone(wrong).is_err(), "{wrong}");
        }
        assert!(zone("Europ/Berlin").unwrap_err().to_string().ends_with("did you mean `Europe/...`?"));
    }

    #[test]
    fn a_known_zone_is_one_of_the_database() {
        for right in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "Asia/Kolkata"] {
            assert_eq!(known_zone(right), Ok(()), "{right}");
        }
        for (wrong, meant) in [
            ("Europe/Hamburg", "must be the name of a time zone"),
            ("europe/berlin", "did you mean `Europe/...`?"),
            ("America/New York", "or `UTC`"),
            ("America/NewYork", "did you mean `America/New_York`?"),
        ] {
            let message = known_zone(wrong).unwrap_err().to_string();
            assert!(message.contains(meant), "{message}");
        }
        assert!(zones().count() > 500 && zones().is_sorted() && zones().all(|name| zone(name).is_ok()));
    }
}
