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
    let mut comparison = Comparison::new(name);
    let mut best = None;
    for candidate in among {
        let Some(distance) = comparison.distance(candidate) else { continue };
        // of those that are as near, the first by its name
        if best.is_none_or(|best| (distance, candidate) < best) {
            best = Some((distance, candidate));
            comparison.limit = distance;
        }
    }
    best.map(|(_, candidate)| candidate)
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

/// A name that is compared with many: what each comparison needs is there for the next.
struct Comparison {
    typed: Vec<char>,
    counts: Counts,
    candidate: Vec<char>,
    rows: [Vec<usize>; 3],
    /// What differs more is not meant.
    limit: usize,
}

/// How often each letter is in a name; some share their place.
type Counts = [i16; 32];

fn counts(letters: &[char]) -> Counts {
    let mut counts = [0; 32];
    for letter in letters {
        counts[*letter as usize % counts.len()] += 1;
    }
    counts
}

impl Comparison {
    fn new(name: &str) -> Self {
        let typed: Vec<char> = name.to_lowercase().chars().collect();
        // a third of the letters may differ
        let limit = 1 + typed.len() / 3;
        Self { counts: counts(&typed), typed, candidate: Vec::new(), rows: Default::default(), limit }
    }

    /// Damerau and Levenshtein's, where it is within the limit: one letter more, less, changed or swapped with its neighbour.
    fn distance(&mut self, candidate: &str) -> Option<usize> {
        let Self { typed, candidate: letters, rows: [before, row, next], limit, .. } = self;
        letters.clear();
        letters.extend(candidate.chars().map(|it| it.to_ascii_lowercase()));
        if typed.len().abs_diff(letters.len()) > *limit || at_least(&self.counts, &counts(letters)) > *limit {
            return None;
        }
        row.clear();
        row.extend(0..=letters.len());
        for (i, a) in typed.iter().enumerate() {
            next.clear();
            next.push(i + 1);
            for (j, b) in letters.iter().enumerate() {
                let mut best = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
                if i > 0 && j > 0 && *a == letters[j - 1] && typed[i - 1] == *b {
                    best = best.min(before[j - 1] + 1);
                }
                next.push(best);
            }
            // it grows from row to row, but for a swap, which takes one back
            if next.iter().all(|&it| it > *limit + 1) {
                return None;
            }
            std::mem::swap(before, row);
            std::mem::swap(row, next);
        }
        row.last().copied().filter(|it| it <= limit)
    }
}

/// How many letters of the one are not in the other, or the other way round: each is a difference at least.
fn at_least(one: &Counts, other: &Counts) -> usize {
    let (more, less) = one.iter().zip(other).fold((0, 0), |(more, less), (a, b)| match a - b {
        it if it > 0 => (more + it, less),
        it => (more, less - it),
    });
    more.max(less).unsigned_abs().into()
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
