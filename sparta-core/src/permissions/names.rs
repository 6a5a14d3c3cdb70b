use super::{
    place::{ANY, Place},
    values::{alternatives, is_optional},
};
use crate::cfn::{LogicalId, Resource};

/// How resources of a type are called.
struct Naming {
    kind: &'static str,
    /// The property that sets the name; CloudFormation makes one up where it is left out.
    property: &'static str,
    /// The most characters that a made-up name has.
    longest: usize,
    made: Made,
    /// Whether `Ref` gives the ARN instead of the name.
    refers_by_arn: bool,
}

/// What CloudFormation makes up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// `<stack>-<logical id>-<random>`.
    OfStack,
    /// The same in small letters.
    OfStackInSmallLetters,
    /// `<logical id>-<random>`.
    OfId,
    /// `CFN-<logical id>-<random>`.
    OfIdBehindCfn,
    /// Something else, or the name is required.
    Unknown,
}

const fn naming(kind: &'static str, property: &'static str, longest: usize, made: Made) -> Naming {
    Naming { kind, property, longest, made, refers_by_arn: false }
}

const fn naming_by_arn(kind: &'static str, property: &'static str, longest: usize, made: Made) -> Naming {
    Naming { kind, property, longest, made, refers_by_arn: true }
}

/// Reviewed against the types' documentation; a type that is not here has any name, unless one is set.
const NAMINGS: &[Naming] = &[
    naming("AWS::CloudWatch::Alarm", "AlarmName", 255, Made::OfStack),
    naming("AWS::CodeBuild::Project", "Name", 255, Made::OfId),
    naming("AWS::DynamoDB::Table", "TableName", 255, Made::OfStack),
    naming("AWS::Events::EventBus", "Name", 256, Made::Unknown),
    naming("AWS::Events::Rule", "Name", 64, Made::OfStack),
    naming("AWS::IAM::Group", "GroupName", 128, Made::OfStack),
    naming("AWS::IAM::InstanceProfile", "InstanceProfileName", 128, Made::OfStack),
    naming_by_arn("AWS::IAM::ManagedPolicy", "ManagedPolicyName", 128, Made::OfStack),
    naming("AWS::IAM::Role", "RoleName", 64, Made::OfStack),
    naming("AWS::IAM::User", "UserName", 64, Made::OfStack),
    naming("AWS::Kinesis::Stream", "Name", 128, Made::OfStack),
    naming("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", 64, Made::OfStack),
    naming("AWS::Lambda::Function", "FunctionName", 64, Made::OfStack),
    naming("AWS::Logs::LogGroup", "LogGroupName", 512, Made::OfStack),
    naming("AWS::S3::Bucket", "BucketName", 63, Made::OfStackInSmallLetters),
    naming_by_arn("AWS::SNS::Topic", "TopicName", 256, Made::OfStack),
    naming("AWS::SQS::Queue", "QueueName", 80, Made::OfStack),
    naming("AWS::SSM::Parameter", "Name", 1011, Made::OfIdBehindCfn),
    naming("AWS::Scheduler::Schedule", "Name", 64, Made::OfStack),
    naming_by_arn("AWS::SecretsManager::Secret", "Name", 512, Made::OfId),
    naming_by_arn("AWS::StepFunctions::StateMachine", "StateMachineName", 80, Made::Unknown),
];

fn of(kind: &str) -> Option<&'static Naming> {
    NAMINGS.iter().find(|naming| naming.kind == kind)
}

/// What a resource may be called, as it is at the end of its ARN: more than one name where a condition decides.
pub(super) fn names(place: &Place<'_>, id: &LogicalId, resource: &Resource) -> Vec<String> {
    let Some(naming) = of(resource.resource_type()) else { return vec![ANY.to_owned()] };
    let given = resource.properties().get(naming.property);
    let mut names: Vec<String> = alternatives(given).into_iter().map(|name| naming.given(&place.text(name))).collect();
    if is_optional(given) {
        names.push(naming.made_up(place, id));
    }
    let path = resource.properties().get("Path").filter(|_| resource.resource_type().starts_with("AWS::IAM::"));
    let mut paths: Vec<String> = alternatives(path).into_iter().map(|path| place.text(path)).collect();
    if is_optional(path) {
        paths.push("/".to_owned());
    }
    let paths = paths.iter().map(|path| path.trim_start_matches('/'));
    paths.flat_map(|path| names.iter().map(move |name| format!("{path}{name}"))).collect()
}

/// The property that names a resource whose name is known only when it is deployed.
pub(super) fn unknown(place: &Place<'_>, id: &LogicalId, resource: &Resource) -> Option<&'static str> {
    let naming = of(resource.resource_type())?;
    let is_given = [naming.property, "Path"].iter().any(|property| resource.properties().contains_key(*property));
    (is_given && names(place, id, resource).iter().any(|name| name.starts_with(ANY))).then_some(naming.property)
}

/// What `Ref` gives of a resource, where it is one thing.
pub(super) fn reference(place: &Place<'_>, id: &LogicalId, resource: &Resource) -> String {
    let found = match of(resource.resource_type()) {
        Some(naming) if !naming.refers_by_arn => names(place, id, resource),
        Some(_) => super::arns::own(place, id, resource),
        None => Vec::new(),
    };
    <[String; 1]>::try_from(found).map_or_else(|_| ANY.to_owned(), |[one]| one)
}

impl Naming {
    /// A name that a property gives.
    fn given(&self, name: &str) -> String {
        match self.kind {
            "AWS::SSM::Parameter" => name.trim_start_matches('/').to_owned(),
            // A secret's ARN goes on with six random characters.
            "AWS::SecretsManager::Secret" => format!("{name}-??????"),
            _ => name.to_owned(),
        }
    }

    /// What a name that CloudFormation makes up looks like.
    ///
    /// It is for all that the stack has of the type, and holds when one is added. Only where the stack's name is cut,
    /// because it and the logical id have to share what room there is, it is for this resource alone.
    fn made_up(&self, place: &Place<'_>, id: &LogicalId) -> String {
        let id = id.as_str();
        let pattern = match self.made {
            Made::Unknown => ANY.to_owned(),
            Made::OfId => format!("{id}-*"),
            Made::OfIdBehindCfn => format!("CFN-{id}-*"),
            Made::OfStack | Made::OfStackInSmallLetters => of_stack(place.stack, id, self.longest),
        };
        if self.made == Made::OfStackInSmallLetters { pattern.to_ascii_lowercase() } else { pattern }
    }
}

/// Twelve or thirteen random characters, and a `-` on both sides of the logical id.
const REST: usize = 15;

/// `<stack>-<id>-<random>` in at most `longest` characters. Both parts get half of the room, and what the other leaves.
///
/// See <https://github.com/aws-cloudformation/cloudformation-cli-java-plugin>, `IdentifierUtils`.
fn of_stack(stack: &str, id: &str, longest: usize) -> String {
    let room = longest - REST;
    let stack = clean(stack);
    let others = |own: usize| room.saturating_sub(own + stack.matches('*').count());
    let kept = stack.len().min(others(id.len()).max(room / 2));
    if kept == stack.len() {
        return stack + "-*";
    }
    let of_id = id.len().min(others(stack.len()).max(room / 2));
    format!("{}*-{}*", stack[..kept].trim_end_matches('-'), &id[..of_id])
}

/// Of several `-` in a row CloudFormation keeps one, for some types.
fn clean(stack: &str) -> String {
    let mut name = String::new();
    for word in stack.split('-') {
        match word {
            _ if name.is_empty() => name += word,
            "" if !name.ends_with('*') => name += "*",
            "" => {}
            _ if name.ends_with('*') => name += word,
            _ => name = name + "-" + word,
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_owns_what_begins_with_its_name() {
        assert_eq!(of_stack("Test-HelloPipeline-main", "HelloWorldFunction", 64), "Test-HelloPipeline-main-*");
        assert_eq!(of_stack("Production-HelloPipeline-main", "HelloQueue", 80), "Production-HelloPipeline-main-*");
        assert_eq!(of_stack("Test-App-fix--y", "X", 64), "Test-App-fix*y-*");
    }

    #[test]
    fn where_a_stacks_name_is_cut_it_owns_its_resources_one_by_one() {
        let of = |id| of_stack("Production-HelloPipeline-main", id, 64);
        assert_eq!(of("HelloWorldFunction"), "Production-HelloPipeline-main-*");
        assert_eq!(of("AFunctionOfAConsiderablyLongName"), "Production-HelloPipeline*-AFunctionOfAConsiderably*");
    }

    /// As CloudFormation's own handlers do it, with 12 random characters; older ones have 13.
    fn generated(stack: &str, id: &str, longest: usize, random: usize) -> String {
        let room = longest - random - 2;
        let half = room / 2;
        let (s, i) = match (stack.len() <= half, id.len() <= half) {
            (true, _) => (stack.len(), id.len().min(room - stack.len())),
            (_, true) => (stack.len().min(room - id.len()), id.len()),
            _ => (half + room % 2, half),
        };
        format!("{}-{}-{}", &stack[..s], &id[..i], "X".repeat(random))
    }

    #[test]
    fn what_cloudformation_makes_up_fits_and_what_it_makes_for_others_does_not() {
        let stack = "Production-HelloPipeline-feature-some-thing-or-other";
        for end in 1..stack.len() {
            let stack = stack[..end].trim_end_matches('-');
            for id in ["A", "HelloWorldFunction", "AFunctionOfAConsiderablyLongNameThatGoesOnAndOn"] {
                for (longest, random) in [(64, 12), (64, 13), (80, 12), (255, 13)] {
                    let (pattern, name) = (of_stack(stack, id, longest), generated(stack, id, longest, random));
                    assert!(name.len() <= longest && fits(&pattern, &name), "{pattern} {name}");
                    let other = generated(&format!("Test{stack}"), id, longest, random);
                    assert!(!fits(&pattern, &other), "{pattern} {other}");
                }
            }
        }
    }

    fn fits(pattern: &str, name: &str) -> bool {
        let parts: Vec<&str> = pattern.split('*').collect();
        let Some(mut rest) = name.strip_prefix(parts[0]) else { return false };
        for part in &parts[1..] {
            let Some(found) = rest.find(part) else { return false };
            rest = &rest[found + part.len()..];
        }
        true
    }
}
