//! GitLab CI: a `.gitlab-ci.yml` that builds once, and deploys each environment in its turn.

use super::{
    Backend, Plan, Program, Stage,
    ci::{self, CiFile, Job, lines, quoted},
    oidc::{AUDIENCE, Tokens},
};
use crate::{Architecture, Mistakes, Pipeline, Push, Repository, SourceLocation};

/// The pipeline of a service.
pub(super) struct GitLabCi<'a> {
    pub(super) program: Program<'a>,
}

/// A job's token says its branch, and not its environment: who may push to the branch may deploy all of them.
pub(super) fn tokens(pipeline: &Pipeline) -> Tokens {
    let repository = pipeline.source().ok().and_then(SourceLocation::repository);
    let issuer = repository.map_or("gitlab.com", Repository::address);
    Tokens {
        issuer: issuer.to_owned(),
        subjects: |plan, _| {
            let project = plan.location.to_string();
            let subject = |branch: String| format!("project_path:{project}:ref_type:branch:ref:{branch}");
            branches(plan).into_iter().map(subject).collect()
        },
    }
}

/// The branches that start it.
fn branches(plan: &Plan<'_>) -> Vec<String> {
    let pushes = plan.pipeline.pushes();
    match ci::merged(pushes.iter().filter_map(Push::branch_patterns)).includes {
        none if none.is_empty() => vec![plan.pipeline.source_branch().to_owned()],
        named => named,
    }
}

impl Backend for GitLabCi<'_> {
    type Document = CiFile;

    fn code(&self, app: &str, stage: &Stage<'_>) -> [String; 2] {
        // The bucket has the same name whoever signs the tokens.
        super::github_actions::tokens().code(app, stage)
    }

    fn document(&self, plan: &Plan<'_>) -> Result<CiFile, Mistakes> {
        ci::check(plan)?;
        let deployments: String = ci::jobs(plan).iter().map(|job| self.deployment(plan, job)).collect();
        let text = format!("{}{}{deployments}", head(plan), self.build(plan));
        Ok(CiFile { path: ".gitlab-ci.yml".to_owned(), text })
    }
}

impl GitLabCi<'_> {
    fn image(&self) -> String {
        quoted(&format!("rust:{}-bookworm", self.program.rust_version))
    }

    fn build(&self, plan: &Plan<'_>) -> String {
        let commands = ci::build_commands(&self.program, "$CI_COMMIT_SHA", "$CI_PROJECT_DIR/delivery.tar");
        format!(
            r"build:
  stage: build
  image: {image}
{machine}  script:
{commands}  artifacts:
    paths:
      - delivery.tar
",
            image = self.image(),
            machine = machine(plan),
            commands = script(commands)
        )
    }

    fn deployment(&self, plan: &Plan<'_>, job: &Job<'_>) -> String {
        let stage = job.stage;
        // Artifacts are those of the jobs that are named.
        let before = job.needs.iter().filter(|it| *it != "build").map(|it| format!("    - {it}\n"));
        let gate = match job.is_gated {
            true => {
                "  # Somebody has to start it: protect the environment, so that not everybody may.\n  when: manual\n  \
                 allow_failure: false\n"
            }
            false => "",
        };
        let token = "/tmp/aws-token";
        let commands = ci::deploy_commands(plan, stage, &self.program).into_iter();
        let commands = [format!("(umask 077 && printf '%s' \"$AWS_TOKEN\" > {token})")].into_iter().chain(commands);
        format!(
            r#"
{job}:
  stage: {job}
  image: {image}
{machine}  needs:
    - build
{before}{gate}  environment: {name}
  # No two jobs deploy at once.
  resource_group: {group}
  id_tokens:
    AWS_TOKEN:
      aud: {AUDIENCE}
  variables:
    GIT_STRATEGY: none
    AWS_ROLE_ARN: "arn:aws:iam::{account}:role/{role}"
{region}    AWS_ROLE_SESSION_NAME: "gitlab-$CI_JOB_ID"
    AWS_WEB_IDENTITY_TOKEN_FILE: {token}
  script:
{commands}"#,
            job = ci::job(stage),
            image = self.image(),
            machine = machine(plan),
            before = before.collect::<String>(),
            name = quoted(stage.environment.name()),
            group = quoted(&plan.name),
            account = stage.account().unwrap_or("$AWS_ACCOUNT_ID"),
            role = ci::role_name(plan, stage),
            region = stage.region().map(|it| format!("    AWS_REGION: {it}\n")).unwrap_or_default(),
            commands = script(commands),
        )
    }
}

/// One command each: of several in one text, GitLab takes note of the last one's failure alone.
fn script(commands: impl IntoIterator<Item = String>) -> String {
    lines(4, commands.into_iter().map(|command| format!("- {}", quoted(&command))))
}

fn head(plan: &Plan<'_>) -> String {
    let stages = std::iter::once("build".to_owned()).chain(plan.stages.iter().map(ci::job));
    let stages = lines(2, stages.map(|stage| format!("- {stage}")));
    let paths = ci::merged(plan.pipeline.pushes().iter().filter_map(Push::path_patterns)).includes;
    let changes = match paths.is_empty() {
        true => String::new(),
        false => format!("      changes:\n{}", lines(8, paths.iter().map(|path| format!("- {}", quoted(path))))),
    };
    let rule = |branch: String| {
        let condition = format!("$CI_PIPELINE_SOURCE == \"push\" && $CI_COMMIT_BRANCH == \"{branch}\"");
        format!("    - if: {}\n{changes}", quoted(&condition))
    };
    let rules: String = branches(plan).into_iter().map(rule).collect();
    format!(
        r"# How GitLab CI delivers this service. Written by `build --buildspec`, and yours to edit.
#
# The project needs the variables AWS_ACCOUNT_ID and AWS_REGION (Settings > CI/CD > Variables), and protected branches and
# environments that say who may deploy.
workflow:
  rules:
{rules}
stages:
{stages}
"
    )
}

/// GitLab's own machines for arm64 have a tag.
fn machine(plan: &Plan<'_>) -> &'static str {
    match plan.synthesis.model.architecture() {
        Architecture::X86_64 => "",
        Architecture::Arm64 => "  tags:\n    - saas-linux-medium-arm64\n",
    }
}
