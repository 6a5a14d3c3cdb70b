//! How resources are called, by their own property or by CloudFormation.

use super::ANY;
use crate::cfn::LogicalId;

/// How resources of a type are called.
pub(super) struct Naming {
    kind: &'static str,
    /// The property that sets the name; CloudFormation generates one where it is left out.
    pub(super) property: &'static str,
    /// The most characters that a generated name has.
    max_length: usize,
    generated: GeneratedName,
    /// Whether `Ref` gives the ARN instead of the name.
    pub(super) refers_by_arn: bool,
}

/// What CloudFormation generates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GeneratedName {
    /// `<stack>-<logical id>-<random>`.
    OfStack,
    /// The same, of which the logical id counts: there are others that begin as the stack does.
    OfStackAndId,
    /// `<stack>-<logical id>-<random>` in small letters.
    OfStackInSmallLetters,
    /// `<logical id>-<random>`.
    OfId,
    /// `CFN-<logical id>-<random>`.
    OfIdBehindCfn,
    /// Something else, or the name is required.
    Unknown,
}

const fn naming(kind: &'static str, property: &'static str, max_length: usize, generated: GeneratedName) -> Naming {
    Naming { kind, property, max_length, generated, refers_by_arn: false }
}

const fn naming_by_arn(
    kind: &'static str,
    property: &'static str,
    max_length: usize,
    generated: GeneratedName,
) -> Naming {
    Naming { kind, property, max_length, generated, refers_by_arn: true }
}

/// Reviewed against the types' documentation; a type that is not here has any name, unless one is set.
const NAMINGS: &[Naming] = &[
    naming_by_arn("AWS::CloudFormation::Stack", "StackName", 128, GeneratedName::OfStackAndId),
    naming("AWS::CloudWatch::Alarm", "AlarmName", 255, GeneratedName::OfStack),
    naming("AWS::CodeBuild::Project", "Name", 255, GeneratedName::OfId),
    naming("AWS::DynamoDB::Table", "TableName", 255, GeneratedName::OfStack),
    naming("AWS::Events::Archive", "ArchiveName", 48, GeneratedName::Unknown),
    naming("AWS::Events::EventBus", "Name", 256, GeneratedName::Unknown),
    naming("AWS::Events::Rule", "Name", 64, GeneratedName::OfStack),
    naming("AWS::IAM::Group", "GroupName", 128, GeneratedName::OfStack),
    naming("AWS::IAM::InstanceProfile", "InstanceProfileName", 128, GeneratedName::OfStack),
    naming_by_arn("AWS::IAM::ManagedPolicy", "ManagedPolicyName", 128, GeneratedName::OfStack),
    naming("AWS::IAM::Role", "RoleName", 64, GeneratedName::OfStack),
    naming("AWS::IAM::User", "UserName", 64, GeneratedName::OfStack),
    naming("AWS::Kinesis::Stream", "Name", 128, GeneratedName::OfStack),
    naming("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", 64, GeneratedName::OfStack),
    naming("AWS::Lambda::Function", "FunctionName", 64, GeneratedName::OfStack),
    naming("AWS::Logs::LogGroup", "LogGroupName", 512, GeneratedName::OfStack),
    naming("AWS::S3::Bucket", "BucketName", 63, GeneratedName::OfStackInSmallLetters),
    naming_by_arn("AWS::SNS::Topic", "TopicName", 256, GeneratedName::OfStack),
    naming("AWS::SQS::Queue", "QueueName", 80, GeneratedName::OfStack),
    naming("AWS::SSM::Parameter", "Name", 1011, GeneratedName::OfIdBehindCfn),
    naming("AWS::Scheduler::Schedule", "Name", 64, GeneratedName::OfStack),
    naming_by_arn("AWS::SecretsManager::Secret", "Name", 512, GeneratedName::OfId),
    naming_by_arn("AWS::StepFunctions::StateMachine", "StateMachineName", 80, GeneratedName::Unknown),
];

impl Naming {
    /// How a type's resources are called, where that is known.
    pub(super) fn of(kind: &str) -> Option<&'static Self> {
        NAMINGS.iter().find(|naming| naming.kind == kind)
    }

    /// A name that the property sets, as it is in the ARN.
    pub(super) fn set(&self, name: &str) -> String {
        match self.kind {
            "AWS::SSM::Parameter" => name.trim_start_matches('/').to_owned(),
            // A secret's ARN goes on with six random characters.
            "AWS::SecretsManager::Secret" => format!("{name}-??????"),
            _ => name.to_owned(),
        }
    }

    /// What a name that CloudFormation generates looks like.
    ///
    /// It is for all that the stack has of the type, and holds when one is added. Only where the stack's name is cut,
    /// because it and the logical id have to share what room there is, it is for this resource alone.
    pub(super) fn generated(&self, stack: &str, id: &LogicalId) -> String {
        let id = id.as_str();
        let pattern = match self.generated {
            GeneratedName::Unknown => ANY.to_owned(),
            GeneratedName::OfId => format!("{id}-*"),
            GeneratedName::OfIdBehindCfn => format!("CFN-{id}-*"),
            GeneratedName::OfStack | GeneratedName::OfStackInSmallLetters => of_stack(stack, id, self.max_length),
            GeneratedName::OfStackAndId => {
                let pattern = of_stack(stack, id, self.max_length);
                let kept = id.len().min((self.max_length - REST).saturating_sub(pattern.len() - "-*".len()));
                pattern.strip_suffix("-*").map_or(pattern.clone(), |whole| format!("{whole}-{}*", &id[..kept]))
            }
        };
        if self.generated == GeneratedName::OfStackInSmallLetters { pattern.to_ascii_lowercase() } else { pattern }
    }
}

/// Twelve or thirteen random characters, and a `-` on both sides of the logical id.
const REST: usize = 15;

/// `<stack>-<id>-<random>` in at most `max_length` characters. Both parts get half of the room, and what the other leaves.
///
/// See <https://github.com/aws-cloudformation/cloudformation-cli-java-plugin>, `IdentifierUtils`.
fn of_stack(stack: &str, id: &str, max_length: usize) -> String {
    let room = max_length - REST;
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
pub(in crate::permissions) fn clean(stack: &str) -> String {
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
    use sparta_schema::iam::is_like;

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
    fn generated(stack: &str, id: &str, max_length: usize, random: usize) -> String {
        let room = max_length - random - 2;
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
                for (max_length, random) in [(64, 12), (64, 13), (80, 12), (255, 13)] {
                    let (pattern, name) = (of_stack(stack, id, max_length), generated(stack, id, max_length, random));
                    assert!(name.len() <= max_length && is_like(&pattern, &name), "{pattern} {name}");
                    let other = generated(&format!("Test{stack}"), id, max_length, random);
                    assert!(!is_like(&pattern, &other), "{pattern} {other}");
                }
            }
        }
    }
}
