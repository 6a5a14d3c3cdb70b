//! What the files of CI systems other than CodePipeline share: the program that they compile, their gates, and safe text.

use std::fmt::Write;

use super::{DeliveryMistake, Plan, Stage, github_actions::GitHubActions, gitlab_ci::GitLabCi};
use crate::{
    Approval, CiSystem, Mistake, Mistakes, Pipeline, Subject, Synthesis,
    pipeline::{Patterns, short_name},
};

/// The program that a CI system compiles once, and that then deploys each environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Program<'a> {
    /// The service's package.
    pub package: &'a str,
    /// Its binary.
    pub binary: &'a str,
    /// The toolchain that compiles it, such as `1.95`.
    pub rust_version: &'a str,
    /// Cargo's flags for the package's features, such as `--features metrics`.
    pub features: &'a str,
    /// The workspace's folder in the repository; empty where it is the repository's own.
    pub folder: &'a str,
    /// The feature that gives the program what talks to AWS, such as `sparta-lambda/aws`.
    pub aws_feature: &'a str,
}

/// A file that a CI system reads in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiFile {
    /// Where the repository has it.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Synthesis {
    /// The file that the CI system of `pipeline` reads: a workflow of GitHub Actions, or `.gitlab-ci.yml`. CodePipeline has none;
    /// it reads a [`Buildspec`](crate::synth::Buildspec).
    ///
    /// # Errors
    ///
    /// All that is wrong with the declaration, or that the CI system could not deploy.
    pub fn ci_file(&self, pipeline: &Pipeline, program: Program<'_>) -> Result<Option<CiFile>, Mistakes> {
        match pipeline.ci_system() {
            CiSystem::CodePipeline => Ok(None),
            CiSystem::GitHubActions => self.deliver(pipeline, &GitHubActions { program }).map(Some),
            CiSystem::GitLabCi => self.deliver(pipeline, &GitLabCi { program }).map(Some),
        }
    }
}

/// What the CI system would not do, and is declared of gates.
pub(super) fn check(plan: &Plan<'_>) -> Result<(), Mistakes> {
    let system = plan.pipeline.ci_system().title();
    let mistakes = plan.stages.iter().flat_map(|stage| {
        let environment = || stage.environment.name().to_owned();
        let gates = [&stage.environment.approve_changes, &stage.environment.approve_promotion];
        let asked = gates.into_iter().flatten().filter(|gate| !is_plain(gate));
        let asked = asked.map(move |_| DeliveryMistake::ApprovalOfCi { environment: environment(), system });
        let window = stage.environment.deployment_window();
        let window = window.map(|_| DeliveryMistake::WindowOfCi { environment: environment(), system });
        let checks = !stage.environment.variable_checks().is_empty();
        let checks = checks.then(|| DeliveryMistake::VariablesOfCi { environment: environment(), system });
        asked.chain(window).chain(checks).map(|problem| Mistake::new(Subject::Pipeline, problem)).collect::<Vec<_>>()
    });
    Mistakes::none_or(plan.app(), mistakes.collect())
}

/// Who is asked, for how long and where is set up in the CI system.
fn is_plain(approval: &Approval) -> bool {
    let plain = approval.message.iter().fold(Approval::manual(), Approval::message);
    *approval == plain
}

/// A job that deploys an environment.
pub(super) struct Job<'p> {
    pub(super) stage: &'p Stage<'p>,
    /// The jobs that have to be done before.
    pub(super) needs: Vec<String>,
    /// Whether somebody has to agree before: by the environment's own gate, or by that of one before.
    pub(super) is_gated: bool,
}

/// The jobs in their order. Environments of one wave need the same ones.
pub(super) fn jobs<'p>(plan: &'p Plan<'_>) -> Vec<Job<'p>> {
    let (mut jobs, mut before): (_, &[Stage<'_>]) = (Vec::new(), &[]);
    for wave in plan.waves() {
        let promotes = before.iter().any(|stage| stage.environment.approve_promotion.is_some());
        for stage in wave {
            let needs = match before {
                [] => vec!["build".to_owned()],
                before => before.iter().map(job).collect(),
            };
            jobs.push(Job { stage, needs, is_gated: promotes || stage.environment.approve_changes.is_some() });
        }
        before = wave;
    }
    jobs
}

/// The job that deploys an environment. Its name is letters, digits, `-` and `_`.
pub(super) fn job(stage: &Stage<'_>) -> String {
    format!("deploy-{}", stage.environment.name())
}

/// What the role of that job is called, so that the file can name it: at most 64 characters.
pub(super) fn role_name(plan: &Plan<'_>, stage: &Stage<'_>) -> String {
    short_name(&format!("{}-{}", plan.name, job(stage)), 64)
}

/// The commands that compile the service once, and pack it with the program that deploys it.
pub(super) fn build_commands(program: &Program<'_>, commit: &str, archive: &str) -> Vec<String> {
    let Program { package, binary, features, folder, aws_feature, .. } = *program;
    let [package, binary, aws_feature] = [package, binary, aws_feature].map(word);
    let features: String = features.split_whitespace().fold(String::new(), |all, flag| all + " " + &word(flag));
    let enter = (!folder.is_empty()).then(|| format!("cd {}", word(folder)));
    let run = format!(
        "CARGO_PROFILE_DEV_DEBUG=0 cargo run --locked --package {package} --bin {binary}{features} --features {aws_feature} \
         -- build --outputDir .sparta{features} --buildID \"{commit}\""
    );
    let pack = format!("tar -cf \"{archive}\" .sparta -C target/debug {binary}");
    enter.into_iter().chain([run, pack]).collect()
}

/// The commands that deploy what [`build_commands`] packed.
pub(super) fn deploy_commands(plan: &Plan<'_>, stage: &Stage<'_>, program: &Program<'_>) -> [String; 2] {
    let (environment, pipeline) = (stage.environment.name(), &plan.name);
    let binary = word(&format!("./{}", program.binary));
    [
        "tar -xf delivery.tar".to_owned(),
        // Nobody is there to answer; what the functions may do is bounded, and the environment asks whom it has to.
        format!(
            "{binary} provision --environment {environment} --pipeline {pipeline} --acceptWidening --outputDir .sparta"
        ),
    ]
}

/// Lines of a block, this deep.
pub(super) fn lines(depth: usize, lines: impl IntoIterator<Item = String>) -> String {
    let indent = " ".repeat(depth);
    lines.into_iter().fold(String::new(), |mut all, line| {
        _ = writeln!(all, "{indent}{}", line.replace('\n', &format!("\n{indent}")));
        all
    })
}

/// A double-quoted text of YAML, in which nothing is read but what it says.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        _ = match c {
            '"' | '\\' => write!(quoted, "\\{c}"),
            c if c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() => write!(quoted, "{c}"),
            c => write!(quoted, "\\U{:08X}", u32::from(c)),
        };
    }
    quoted + "\""
}

/// One word of a POSIX shell. GitHub would replace what is in `${{`, in scripts too.
pub(super) fn word(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./,:=+@".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''").replace("${{", "$''{{"))
}

/// All that pushes of one kind are about.
pub(super) fn merged<'p>(patterns: impl Iterator<Item = &'p Patterns>) -> Patterns {
    patterns.fold(Patterns::default(), |mut all, patterns| {
        all.includes.extend(patterns.includes.iter().cloned());
        all.excludes.extend(patterns.excludes.iter().cloned());
        all
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_word_is_one_argument_whatever_is_in_it() {
        for text in ["a", "", "a b", "'; touch x; '", "$(touch x)", "`touch x`", "${{ github.token }}", "a\nb", "\\"] {
            let output = Command::new("sh").args(["-c", &format!("printf %s {}", word(text))]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
            assert!(!word(text).contains("${{"));
        }
    }

    #[test]
    fn quoted_text_stays_on_its_line_and_between_its_quotes() {
        assert_eq!(quoted("main"), r#""main""#);
        assert_eq!(quoted("a\"\nb: c\u{2028}\\"), r#""a\"\U0000000Ab: c\U00002028\\""#);
    }
}
