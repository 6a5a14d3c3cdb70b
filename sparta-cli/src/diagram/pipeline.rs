//! The diagram of a pipeline: a column for each stage, and in it what is done, from top to bottom.

use sparta_core::{CiSystem, Environment, Model, Pipeline};

use super::{Diagram, Group, Kind, Node};

/// The diagram of the pipeline that a service has.
pub(super) fn of(model: &Model) -> Option<Diagram> {
    let pipeline = model.pipeline()?;
    let mut drawn = Drawn { diagram: Diagram::new(pipeline.name_for(model.name())), last: Vec::new(), columns: 0 };
    drawn.column(vec![source(pipeline)?]);
    let stages = Stages { model, pipeline };
    match pipeline.ci_system() {
        CiSystem::CodePipeline => stages.of_code_pipeline(&mut drawn),
        _ => stages.of_ci(&mut drawn),
    }
    drawn.pull_requests(pipeline);
    Some(drawn.diagram)
}

/// A diagram that grows to the right.
struct Drawn {
    diagram: Diagram,
    /// The groups that come before the next column.
    last: Vec<String>,
    columns: usize,
}

impl Drawn {
    /// Adds groups that are entered once all before them are done.
    fn column(&mut self, groups: Vec<Group>) {
        let before = std::mem::take(&mut self.last);
        for group in groups {
            for from in &before {
                self.diagram.edge(from.clone(), group.id.clone(), "");
            }
            self.last.push(group.id.clone());
            self.group(group);
        }
        self.columns += 1;
    }

    /// Adds a group whose boxes follow each other.
    fn group(&mut self, mut group: Group) {
        group.column = self.columns;
        for pair in group.nodes.windows(2) {
            self.diagram.edge(pair[0].id.clone(), pair[1].id.clone(), "");
        }
        self.diagram.groups.push(group);
    }

    /// Adds what is built beside the pipeline.
    fn pull_requests(&mut self, pipeline: &Pipeline) {
        let Some(pull_requests) = pipeline.declared_pull_requests() else { return };
        let mut group = Group::named("pull-requests", "Pull requests");
        let build = group.node(Kind::Step, "Build", "tests, with no credentials");
        group.nodes.push(build.detail(pull_requests.buildspec_path()));
        // Below the source, where it begins.
        let columns = std::mem::replace(&mut self.columns, 0);
        self.group(group);
        self.columns = columns;
    }
}

impl Group {
    fn named(id: &str, label: impl Into<String>) -> Self {
        Self { id: format!("stage:{id}"), label: label.into(), detail: Vec::new(), column: 0, nodes: Vec::new() }
    }

    /// A box of this group.
    fn node(&self, kind: Kind, what: &str, label: impl Into<String>) -> Node {
        Node::new(kind, what, format!("{}:{}", self.id, self.nodes.len() + 1), label)
    }

    fn step(&mut self, what: &str, label: impl Into<String>) {
        self.nodes.push(self.node(Kind::Step, what, label));
    }

    fn gate(&mut self, what: &str, label: impl Into<String>) {
        self.nodes.push(self.node(Kind::Gate, what, label));
    }

    /// Says more of the last box.
    fn more(&mut self, line: impl Into<String>) {
        self.nodes.last_mut().expect("a box was added").detail.push(line.into());
    }
}

fn source(pipeline: &Pipeline) -> Option<Group> {
    let location = pipeline.source().ok()?;
    let mut source = Group::named("source", "Source");
    source.step("Source", location.to_string());
    source.more(format!("branch {}", pipeline.source_branch()));
    Some(source)
}

struct Stages<'m> {
    model: &'m Model,
    pipeline: &'m Pipeline,
}

impl Stages<'_> {
    fn of_code_pipeline(&self, drawn: &mut Drawn) {
        if self.pipeline.mutates() {
            drawn.column(vec![self.update()]);
        }
        let mut build = Group::named("build", "Build");
        build.step("Build", "CodeBuild");
        build.more(self.pipeline.buildspec_path());
        build.step("Release", "a copy that no build can write");
        drawn.column(vec![build]);
        for wave in waves(self.model) {
            let stage = wave[0].wave_name().unwrap_or(wave[0].name());
            let label = format!("Deploy-{stage}");
            drawn.column(wave.iter().map(|environment| self.environment(&label, environment, &[])).collect());
            let asked = questions(wave);
            if !asked.is_empty() {
                let mut promotion = Group::named(&format!("promote:{stage}"), format!("Promote-{stage}"));
                asked.into_iter().for_each(|question| promotion.gate("Approval", question));
                drawn.column(vec![promotion]);
            }
        }
    }

    /// Each environment is a job, and somebody agrees to a promotion by letting the next ones begin.
    fn of_ci(&self, drawn: &mut Drawn) {
        let mut build = Group::named("build", "build");
        build.step("Build", self.pipeline.ci_system().title());
        drawn.column(vec![build]);
        let mut asked = Vec::new();
        for wave in waves(self.model) {
            let job = |environment: &Environment| {
                self.environment(&format!("deploy-{}", environment.name()), environment, &asked)
            };
            drawn.column(wave.iter().map(job).collect());
            asked = questions(wave);
        }
    }

    /// The stage in which the pipeline updates itself.
    fn update(&self) -> Group {
        let mut update = Group::named("pipeline", "Pipeline");
        update.step("Review", "what changes in the pipeline itself");
        update.more(self.pipeline.template_path());
        update.step("Change set", self.pipeline.name_for(self.model.name()));
        update.gate("Approval", "where a gate goes or more is allowed");
        update.step("Execution", "of the change set");
        update
    }

    /// What is done for one environment; `promotions` are the questions of those before, where they are asked here.
    fn environment(&self, label: &str, environment: &Environment, promotions: &[String]) -> Group {
        let mut stage = Group::named(&format!("deploy:{}", environment.name()), label);
        stage.detail.push(format!("environment {}", environment.name()));
        stage.detail.extend(environment.wave_name().map(|wave| format!("wave {wave}")));
        stage.detail.extend(environment.account_id().map(|account| format!("account {account}")));
        stage.detail.extend(environment.region_name().map(|region| format!("region {region}")));
        promotions.iter().for_each(|question| stage.gate("Approval", question.as_str()));
        if let Some(window) = environment.deployment_window() {
            stage.gate("Window", window.to_string());
        }
        for check in environment.variable_checks() {
            stage.gate("Only if", check.to_string());
        }
        stage.step("Change set", self.model.stack_name(environment, self.pipeline.source_branch()));
        if let Some(approval) = environment.changes_approval() {
            stage.gate("Approval", approval.question().unwrap_or("of the changes"));
        }
        stage.step("Execution", "of the change set");
        if let Some(function) = environment.migration_function() {
            stage.step("Migration", function);
        }
        if let Some(canary) = environment.traffic_canary() {
            stage.step("Canary", canary.to_string());
        }
        for watch in environment.watches() {
            stage.gate("Watch", watch.alarm().logical_id().to_string());
            stage.more(format!("{} min, else it goes back", watch.minutes()));
        }
        let tests = environment.smoke_tests();
        if !tests.is_empty() {
            stage.gate("Smoke tests", format!("{} of them", tests.len()));
            tests.iter().for_each(|test| stage.more(test.place()));
        }
        stage
    }
}

/// The environments in their order, those that are deployed side by side together.
fn waves(model: &Model) -> impl Iterator<Item = &[Environment]> {
    model.environments().chunk_by(|one, next| one.wave_name().is_some() && one.wave_name() == next.wave_name())
}

/// What is asked before the environments after these, each question once.
fn questions(wave: &[Environment]) -> Vec<String> {
    let mut asked = Vec::new();
    for approval in wave.iter().filter_map(Environment::promotion_approval) {
        let question = approval.question().unwrap_or("of the promotion").to_owned();
        if !asked.contains(&question) {
            asked.push(question);
        }
    }
    asked
}
