//! Whether AWS has a region.

use std::{net::ToSocketAddrs, sync::mpsc, thread, time::Duration};

use super::PlaceError;

/// How long the name service has for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Refuses a region that is not known, unless it has an address all the same: AWS opens new ones.
pub(super) fn check(name: &str, has_address: impl Fn(&str) -> bool) -> Result<(), PlaceError> {
    if sparta_schema::regions().any(|region| region == name) || (is_like_a_region(name) && has_address(name)) {
        return Ok(());
    }
    Err(PlaceError::Region { name: name.to_owned(), nearest: sparta_schema::nearest(name, sparta_schema::regions()) })
}

fn is_like_a_region(name: &str) -> bool {
    let ends = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.ends_with(|c: char| c.is_ascii_digit());
    ends && name.contains('-') && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Whether the name service knows CloudFormation's address in a region.
pub(super) fn has_address(region: &str) -> bool {
    let suffix = match region.split('-').next() {
        Some("cn") => "com.cn",
        Some("eusc") => "eu",
        _ => "com",
    };
    let host = format!("cloudformation.{region}.amazonaws.{suffix}:443");
    let (answer, answered) = mpsc::channel();
    // A name service that does not answer would hold the command for a minute.
    thread::spawn(move || answer.send(host.to_socket_addrs().is_ok()));
    answered.recv_timeout(PATIENCE).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_that_is_not_known_is_refused_with_the_nearest() {
        let nowhere = |_: &str| false;
        let nearest = |name: &str| match check(name, nowhere) {
            Err(PlaceError::Region { nearest, .. }) => nearest,
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(nearest("eu-wst-1"), Some("eu-west-1"));
        assert_eq!(nearest("eu-west1"), Some("eu-west-1"));
        assert_eq!(nearest("EU-WEST-1"), Some("eu-west-1"));
        assert_eq!(nearest("Ireland (Dublin)"), None);
        for known in ["eu-west-1", "us-gov-west-1", "cn-north-1", "eusc-de-east-1"] {
            assert_eq!(check(known, nowhere), Ok(()), "{known}");
        }
    }

    #[test]
    fn a_region_that_is_new_is_let_through() {
        assert_eq!(check("eu-south-9", |region| region == "eu-south-9"), Ok(()));
        assert!(check("a.example/", |_| true).is_err(), "it is no name to look up");
    }
}
