//! ARNs: written out, taken apart and compared.

use std::fmt;

/// The partition, region and account of a deployment, for `Fn::Sub`: which they are, CloudFormation knows.
pub(crate) const PARTITION: &str = "${AWS::Partition}";
pub(crate) const REGION: &str = "${AWS::Region}";
pub(crate) const ACCOUNT: &str = "${AWS::AccountId}";

/// An ARN: `arn:<partition>:<service>:<region>:<account>:<resource>`.
///
/// Each part is text for `Fn::Sub`: it may hold pseudo parameters such as `${AWS::Region}`, and wildcards.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
///
/// # Example
///
/// ```
/// use sparta_core::iam::Arn;
///
/// let queue = Arn::new("sqs", "orders").to_string();
/// assert_eq!(queue, "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders");
/// assert_eq!(Arn::parse(&queue).unwrap().region, "${AWS::Region}");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// The service's prefix in IAM: `sqs`.
    pub service: &'a str,
    /// The region; empty where the service's resources are in none.
    pub region: &'a str,
    /// The account's id; empty where names are unique in all accounts.
    pub account: &'a str,
    /// The resource: `function:hello`, `role/admin`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// A resource in the partition, region and account that the stack is deployed to.
    pub fn new(service: &'a str, resource: &'a str) -> Self {
        let arn = Self { partition: PARTITION, service, region: REGION, account: ACCOUNT, resource };
        match service {
            "iam" => Self { region: "", ..arn },
            "apigateway" => Self { account: "", ..arn },
            "s3" => Self { region: "", account: "", ..arn },
            _ => arn,
        }
    }

    /// The parts of an ARN; `None` where `text` is none.
    pub fn parse(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix("arn:")?;
        let (partition, rest) = split_colon(rest)?;
        let (service, rest) = split_colon(rest)?;
        let (region, rest) = split_colon(rest)?;
        let (account, resource) = split_colon(rest)?;
        Some(Self { partition, service, region, account, resource })
    }

    /// The parts of an ARN that is written out: nothing in it is left to substitute.
    pub(crate) fn parse_literal(text: &'a str) -> Option<Self> {
        Self::parse(text).filter(|_| !text.contains("${AWS::"))
    }
}

impl fmt::Display for Arn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, service, region, account, resource } = self;
        write!(f, "arn:{partition}:{service}:{region}:{account}:{resource}")
    }
}

/// What is before and after the first colon; the colons of a pseudo parameter such as `${AWS::Region}` do not count.
pub(crate) fn split_colon(text: &str) -> Option<(&str, &str)> {
    let mut is_inside = false;
    let colon = text.char_indices().find(|(at, c)| {
        match c {
            '{' if text[..*at].ends_with('$') => is_inside = true,
            '}' => is_inside = false,
            _ => {}
        }
        *c == ':' && !is_inside
    });
    colon.map(|(at, _)| (&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_the_same_after_it_was_taken_apart() {
        for text in [
            "arn:aws:lambda:eu-west-1:123456789012:function:hello:live",
            "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:db-${AWS::Region}-??????",
            "arn:aws:s3:::bucket/*",
            "arn:*:sns:*:*:*",
            "arn:::::",
        ] {
            assert_eq!(Arn::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "arn", "arn:aws:sqs:eu-west-1:123456789012", "urn:aws:sqs:eu-west-1:1:x", "arn:${a:b:c:d:e:f"]
        {
            assert_eq!(Arn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn services_without_regions_or_accounts_leave_them_out() {
        let of = |service| Arn::new(service, "x").to_string();
        assert_eq!(of("iam"), "arn:${AWS::Partition}:iam::${AWS::AccountId}:x");
        assert_eq!(of("s3"), "arn:${AWS::Partition}:s3:::x");
        assert_eq!(of("apigateway"), "arn:${AWS::Partition}:apigateway:${AWS::Region}::x");
    }

    #[test]
    fn colons_of_pseudo_parameters_part_nothing() {
        assert_eq!(split_colon("a-${AWS::Region}:b:c"), Some(("a-${AWS::Region}", "b:c")));
        assert_eq!(split_colon("{a:b}"), Some(("{a", "b}")));
        assert_eq!(split_colon("${AWS::Region}"), None);
    }
}
