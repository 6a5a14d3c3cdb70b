/// What the ARNs of a type of resources look like: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
///
/// # Example
///
/// ```
/// let schedule = sparta_schema::iam::service("scheduler").unwrap().resource("schedule").unwrap();
/// let format = schedule.arns[0];
/// assert_eq!(format.variables().collect::<Vec<_>>()[3..], ["GroupName", "ScheduleName"]);
/// assert_eq!(format.fill(|_| "*").as_str(), "arn:*:scheduler:*:*:schedule/*/*");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArnFormat(pub(super) &'static str);

/// A piece of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArnPart {
    /// Stands as it is.
    Text(&'static str),
    /// Stands for something: `Partition`, `Region`, `Account`, or a name of the resource.
    Variable(&'static str),
}

impl ArnFormat {
    /// As IAM's reference has it.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Its pieces in their order.
    pub fn parts(self) -> impl Iterator<Item = ArnPart> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let (part, after) = match rest.strip_prefix("${").and_then(|it| it.split_once('}')) {
                Some((variable, after)) => (ArnPart::Variable(variable), after),
                None if rest.is_empty() => return None,
                None => {
                    let (text, after) = rest.split_at(rest.find("${").unwrap_or(rest.len()));
                    (ArnPart::Text(text), after)
                }
            };
            rest = after;
            Some(part)
        })
    }

    /// The names of its variables in their order, `Partition`, `Region` and `Account` among them.
    pub fn variables(self) -> impl Iterator<Item = &'static str> {
        self.parts().filter_map(|part| match part {
            ArnPart::Variable(name) => Some(name),
            ArnPart::Text(_) => None,
        })
    }

    /// The ARN with what is given for each variable.
    pub fn fill<T: AsRef<str>>(self, mut value: impl FnMut(&'static str) -> T) -> String {
        self.parts().fold(String::new(), |mut arn, part| {
            match part {
                ArnPart::Text(text) => arn.push_str(text),
                ArnPart::Variable(name) => arn.push_str(value(name).as_ref()),
            }
            arn
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_texts_and_variables() {
        let format = ArnFormat("arn:${Partition}:logs::log-group:${Name}:*");
        assert_eq!(
            format.parts().collect::<Vec<_>>(),
            [
                ArnPart::Text("arn:"),
                ArnPart::Variable("Partition"),
                ArnPart::Text(":logs::log-group:"),
                ArnPart::Variable("Name"),
                ArnPart::Text(":*"),
            ]
        );
        assert_eq!(format.variables().collect::<Vec<_>>(), ["Partition", "Name"]);
        assert_eq!(format.fill(|name| name.to_lowercase()), "arn:partition:logs::log-group:name:*");
    }
}
