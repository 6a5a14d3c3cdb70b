//! Dynamic references: `{{resolve:secretsmanager:orders:SecretString:password}}`.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html>. CloudFormation leaves
//! alone what does not look like one, so that only what is meant as one is a mistake.

use crate::names::nearest;

const START: &str = "{{resolve:";
const SERVICES: [&str; 3] = ["secretsmanager", "ssm", "ssm-secure"];

/// Whether a text takes its value from Secrets Manager or the Parameter Store when it is deployed, or is meant to.
pub(crate) fn is_dynamic(text: &str) -> bool {
    text.split_once(START).is_some_and(|(_, rest)| rest.contains("}}") || mistake(text).is_some())
}

/// What is wrong with the dynamic references in a property's text.
pub(crate) fn mistake(text: &str) -> Option<String> {
    if let Some(rest) = text.strip_prefix(START)
        && !rest.contains("}}")
        && SERVICES.iter().any(|it| rest.strip_prefix(it).is_some_and(|rest| rest.starts_with(':')))
    {
        return Some(format!("the dynamic reference `{text}` must end with `}}}}`"));
    }
    references(text).find_map(|(body, is_closed)| misspelt(body, is_closed).or_else(|| malformed(body, is_closed)))
}

/// What is wrong with those in a part of a text, of which functions make the rest.
pub(crate) fn mistake_in_part(text: &str) -> Option<String> {
    references(text).find_map(|(body, is_closed)| misspelt(body, is_closed))
}

/// What is between the braces, and whether there are closing ones.
fn references(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split(START).skip(1).map(|rest| rest.split_once("}}").map_or((rest, false), |(body, _)| (body, true)))
}

fn misspelt(body: &str, is_closed: bool) -> Option<String> {
    let (service, is_whole) = body.split_once(':').map_or((body, is_closed), |(service, _)| (service, true));
    let begins = |start: &str| service.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    if !is_whole || SERVICES.contains(&service) || !begins("s") {
        return None;
    }
    let meant = nearest(service, SERVICES).or_else(|| begins("secret").then_some("secretsmanager"))?;
    Some(format!("there is no dynamic reference to `{service}`; did you mean `{meant}`?"))
}

fn malformed(body: &str, is_closed: bool) -> Option<String> {
    // what is substituted is not known
    if !is_closed || body.contains('$') {
        return None;
    }
    let mut parts = body.split(':');
    let service = parts.next().filter(|it| SERVICES.contains(it))?;
    let parts: Vec<_> = parts.collect();
    let form = match service {
        "secretsmanager" if !is_secret(&parts) => "secret:SecretString:key:stage:id",
        "ssm" | "ssm-secure" if !is_parameter(&parts) => "parameter:1",
        _ => return None,
    };
    let (first, _) = form.split_once(':').unwrap_or((form, ""));
    Some(format!(
        "the dynamic reference `{START}{body}}}}}` must have the form `{START}{service}:{form}}}}}`, in which all that \
         follows `{first}` may be left out"
    ))
}

fn is_parameter(parts: &[&str]) -> bool {
    match parts {
        ["arn", ..] => true,
        [name] => !name.is_empty(),
        [name, version] => !name.is_empty() && !version.is_empty() && version.bytes().all(|it| it.is_ascii_digit()),
        _ => false,
    }
}

fn is_secret(parts: &[&str]) -> bool {
    let rest = match parts {
        ["arn", _, _, _, _, "secret", _, rest @ ..] => rest,
        ["arn", ..] | [""] | [] => return false,
        [_, rest @ ..] => rest,
    };
    rest.len() <= 4 && rest.first().is_none_or(|it| matches!(*it, "SecretString" | ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_services_documents_show_is_right() {
        for right in [
            "{{resolve:ssm:S3AccessControl:2}}",
            "{{resolve:ssm:/a/b.c_d-e}}",
            "{{resolve:ssm-secure:IAMUserPassword:10}}",
            "{{resolve:secretsmanager:MyRDSSecret}}",
            "{{resolve:secretsmanager:MyRDSSecret:SecretString:username}}",
            "{{resolve:secretsmanager:MyRDSSecret:::}}",
            "{{resolve:secretsmanager:MySecret:SecretString:password::EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE}}",
            "{{resolve:secretsmanager:arn:aws:secretsmanager:us-west-2:123456789012:secret:MySecret-a1b2c3}}",
            "{{resolve:secretsmanager:arn:aws:secretsmanager:us-west-2:123456789012:secret:MySecret:SecretString:a:AWSPREVIOUS}}",
            "postgres://{{resolve:ssm:user}}:{{resolve:secretsmanager:db:SecretString:password}}@host",
        ] {
            assert_eq!(mistake(right), None, "{right}");
            assert!(is_dynamic(right), "{right}");
        }
    }

    #[test]
    fn what_is_not_meant_as_a_reference_is_left_alone() {
        for text in [
            "{{ resolve:ssm:name }}",
            "{{resolve:vault:name}}",
            "{{resolve:kms:name}}",
            "{{resolve:${Service}:name}}",
            "{{resolve:ssm:${Name}:${Version}}}",
            "{{resolve:secretsmanager:${Secret}:SecretString:password}}",
            "{{resolve:",
            "{{resolve}}",
            "see {{resolve:ssm:name",
            "{{name}}",
        ] {
            assert_eq!(mistake(text), None, "{text}");
        }
    }

    #[test]
    fn misspelt_references_are_mistakes() {
        for (text, meant) in [
            ("{{resolve:secretmanager:x}}", "secretsmanager"),
            ("{{resolve:secrets-manager:${Secret}}}", "secretsmanager"),
            ("{{resolve:secrets:x}}", "secretsmanager"),
            ("x{{resolve:SSM:x}}", "ssm"),
            ("{{resolve:ssm-secured:x:1}}", "ssm-secure"),
            ("{{resolve:ssm:a}}{{resolve:ssm_secure:", "ssm-secure"),
        ] {
            let found = mistake_in_part(text).unwrap_or_default();
            assert!(found.ends_with(&format!("did you mean `{meant}`?")), "{text}: {found}");
        }
        for text in [
            "{{resolve:ssm}}",
            "{{resolve:ssm:}}",
            "{{resolve:ssm:name:latest}}",
            "{{resolve:ssm:name:}}",
            "{{resolve:ssm:name:1:2}}",
            "{{resolve:secretsmanager}}",
            "{{resolve:secretsmanager:}}",
            "a {{resolve:secretsmanager:db:password}}",
            "{{resolve:secretsmanager:arn:aws:secretsmanager:us-west-2:123456789012:MySecret}}",
            "{{resolve:secretsmanager:db:SecretString:a:b:c:d}}",
            "{{resolve:ssm:name}",
            "{{resolve:ssm-secure:name",
        ] {
            assert!(mistake(text).is_some(), "{text}");
            assert_eq!(mistake_in_part(text), None, "{text}");
        }
    }
}
