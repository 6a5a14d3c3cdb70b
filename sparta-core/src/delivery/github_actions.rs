//! GitHub Actions: a workflow that builds once, and deploys each environment in its turn.

use super::{
    Backend, Plan, Program, Stage,
    ci::{self, CiFile, Job, lines, quoted},
    oidc::{AUDIENCE, Tokens},
};
use crate::{Architecture, Mistakes, Push, pipeline::Patterns};

// The commits of the releases beside them: a tag can be moved to other code, a commit cannot.
const CHECKOUT: &str = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2";
const UPLOAD: &str = "actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2";
const DOWNLOAD: &str = "actions/download-artifact@d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0";
const CREDENTIALS: &str = "aws-actions/configure-aws-credentials@61815dcd50bd041e203e49132bacad1fd04d2708 # v5.1.1";

/// The workflow of a service.
pub(super) struct GitHubActions<'a> {
    pub(super) program: Program<'a>,
}

/// A job's token says its environment, and not its branch: the environment says which branches deploy to it.
pub(super) fn tokens() -> Tokens {
    Tokens {
        issuer: "token.actions.githubusercontent.com".to_owned(),
        subjects: |plan, stage| vec![format!("repo:{}:environment:{}", plan.location, stage.environment.name())],
    }
}

impl Backend for GitHubActions<'_> {
    type Document = CiFile;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        tokens().code(app, stage)
    }

    fn document(&self, plan: &Plan<'_>) -> Result<CiFile, Mistakes> {
        ci::check(plan)?;
        let deployments: String = ci::jobs(plan).iter().map(|job| self.deployment(plan, job)).collect();
        let text = format!("{}{}{deployments}", head(plan), self.build(plan));
        Ok(CiFile { path: format!(".github/workflows/{}.yml", plan.app()), text })
    }
}

impl GitHubActions<'_> {
    /// Compiled in a container, because GitHub's own machines have a newer glibc than Lambda.
    fn build(&self, plan: &Plan<'_>) -> String {
        let commands = ci::build_commands(&self.program, "$GITHUB_SHA", "$GITHUB_WORKSPACE/delivery.tar");
        let (machine, image) = (machine(plan), quoted(&format!("rust:{}-bookworm", self.program.rust_version)));
        format!(
            r"jobs:
  build:
    runs-on: {machine}
    # Its glibc is older than that of the machine: Lambda's is 2.34.
    container: {image}
    timeout-minutes: 60
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
      - name: Build once what every environment gets
        shell: bash
        run: |
{commands}      - uses: {UPLOAD}
        with:
          name: delivery
          path: delivery.tar
          if-no-files-found: error
",
            commands = lines(10, commands)
        )
    }

    fn deployment(&self, plan: &Plan<'_>, job: &Job<'_>) -> String {
        let (stage, needs, environment) = (job.stage, job.needs.join(", "), job.stage.environment.name());
        let gate = if job.is_gated {
            format!(
                "    # Somebody has to approve: in Settings > Environments > {environment}, give it required reviewers.\n"
            )
        } else {
            String::new()
        };
        format!(
            r"
  {job}:
    needs: [{needs}]
{gate}    environment: {name}
    runs-on: {machine}
    permissions:
      contents: read
      id-token: write
    steps:
      - uses: {DOWNLOAD}
        with:
          name: delivery
      - uses: {CREDENTIALS}
        with:
          role-to-assume: arn:aws:iam::{account}:role/{role}
          aws-region: {region}
          audience: {AUDIENCE}
      - name: Deploy it
        shell: bash
        run: |
{commands}",
            job = ci::job(stage),
            name = quoted(environment),
            machine = machine(plan),
            account = stage.account().unwrap_or("${{ vars.AWS_ACCOUNT_ID }}"),
            role = ci::role_name(plan, stage),
            region = stage.region().unwrap_or("${{ vars.AWS_REGION }}"),
            commands = lines(10, ci::deploy_commands(plan, stage, &self.program)),
        )
    }
}

fn head(plan: &Plan<'_>) -> String {
    let (name, starts) = (quoted(&plan.name), starts(plan));
    format!(
        r"# How GitHub Actions delivers this service. Written by `build --buildspec`, and yours to edit.
#
# The repository, or each of its environments, needs the variables AWS_ACCOUNT_ID and AWS_REGION (Settings > Secrets and
# variables > Actions > Variables). In Settings > Environments, say which branches deploy to each, and who has to approve.
name: {name}

on:
  push:
{starts}
permissions:
  contents: read

# No two runs deploy at once. Of those that wait, GitHub keeps the last one.
concurrency:
  group: {name}
  cancel-in-progress: false

"
    )
}

/// The pushes that start it: filters of branches, tags and paths.
fn starts(plan: &Plan<'_>) -> String {
    let pushes = plan.pipeline.pushes();
    if pushes.is_empty() {
        return list("branches", [escaped(plan.pipeline.source_branch())]);
    }
    let of = |patterns: fn(&Push) -> Option<&Patterns>| ci::merged(pushes.iter().filter_map(patterns));
    let paths = of(Push::path_patterns);
    let only_excludes = paths.includes.is_empty();
    [
        list("branches", filters(&of(Push::branch_patterns))),
        list("tags", filters(&of(Push::tag_patterns))),
        match only_excludes {
            true => list("paths-ignore", paths.excludes.iter().map(|path| escaped(path))),
            false => list("paths", filters(&paths)),
        },
    ]
    .concat()
}

fn filters(patterns: &Patterns) -> Vec<String> {
    let excludes = patterns.excludes.iter().map(|pattern| format!("!{}", escaped(pattern)));
    patterns.includes.iter().map(|pattern| escaped(pattern)).chain(excludes).collect()
}

/// `*` and `**` mean what they mean to CodePipeline; what else GitHub reads in a pattern is meant as it stands.
///
/// See <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet>.
fn escaped(pattern: &str) -> String {
    let escaped = pattern.replace('+', r"\+");
    if escaped.starts_with('!') { format!(r"\{escaped}") } else { escaped }
}

fn list(key: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| format!("- {}", quoted(&item))).collect();
    if items.is_empty() { String::new() } else { format!("    {key}:\n{}", lines(6, items)) }
}

fn machine(plan: &Plan<'_>) -> &'static str {
    match plan.synthesis.model.architecture() {
        Architecture::X86_64 => "ubuntu-24.04",
        Architecture::Arm64 => "ubuntu-24.04-arm",
    }
}
