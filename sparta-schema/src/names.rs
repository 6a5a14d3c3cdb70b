use crate::resource_type::types;

/// The name that was probably meant, where one is near enough.
///
/// # Example
///
/// ```
/// let nearest = sparta_schema::nearest("VersionConfiguration", ["BucketName", "VersioningConfiguration"]);
/// assert_eq!(nearest, Some("VersioningConfiguration"));
/// ```
pub fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = name.to_lowercase().chars().collect();
    // a third of the letters may differ
    let limit = 1 + typed.len() / 3;
    among
        .into_iter()
        .filter_map(|candidate| {
            let distance = distance(&typed, candidate, limit)?;
            Some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// The resource type that was probably meant.
pub fn nearest_type(name: &str) -> Option<&'static str> {
    nearest(name, types())
}

/// Whether a name fits one in which `*` stands for anything.
pub(crate) fn matches(glob: &str, name: &str) -> bool {
    let mut parts = glob.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

// Damerau and Levenshtein's: one letter more, less, changed or swapped with its neighbour
fn distance(typed: &[char], candidate: &str, limit: usize) -> Option<usize> {
    let candidate: Vec<char> = candidate.chars().map(|it| it.to_ascii_lowercase()).collect();
    if typed.len().abs_diff(candidate.len()) > limit {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=candidate.len()).collect();
    for (i, a) in typed.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in candidate.iter().enumerate() {
            let mut best = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == candidate[j - 1] && typed[i - 1] == *b {
                best = best.min(before[j - 1] + 1);
            }
            next.push(best);
        }
        // it grows from row to row, but for a swap, which takes one back
        if next.iter().all(|&it| it > limit + 1) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|&it| it <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_fingers_is_understood() {
        for (typed, meant) in [
            ("AWS::S3::Buket", "AWS::S3::Bucket"),
            ("AWS::Lamdba::Function", "AWS::Lambda::Function"),
            ("aws::sqs::queue", "AWS::SQS::Queue"),
            ("AWS::DynamoDB::GlobalTabel", "AWS::DynamoDB::GlobalTable"),
        ] {
            assert_eq!(nearest_type(typed), Some(meant));
        }
    }

    #[test]
    fn what_resembles_nothing_has_no_nearest() {
        assert_eq!(nearest("Zzzzzz", ["BucketName", "Tags"]), None);
        assert_eq!(nearest_type("My::Own::Thing"), None);
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("Outputs.*", "Outputs.Url"));
        assert!(matches("A.*.B", "A.0.B"));
        assert!(!matches("A.*.B", "A.0.C"));
        assert!(!matches("Arn", "ArnX"));
        assert!(matches("*", "x"));
    }
}
