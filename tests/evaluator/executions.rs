//! What becomes of executions: with all that can go wrong, and beside one another.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sparta::{Alarm, App, Approval, Canary, Environment, Pipeline as Declared, Variable, VariableCheck, Window};

use super::{
    all_allowed, example,
    execution::{self, End, Pipeline},
    service,
    world::World,
};

/// A service with all gates, in an App whose pipeline is of this branch.
fn gated(branch: &str) -> World {
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let environment = |name: &str| Environment::new(name, [("MESSAGE", "Hello")]);
    let staging = environment("staging")
        .approve_promotion(Approval::manual())
        .only_if(VariableCheck::equals("RELEASE", "yes"))
        .smoke_test(async |_| Ok(()));
    let production = environment("production")
        .approve_changes(Approval::manual())
        .window(Window::cron("* * 8-17 ? * MON-THU"))
        .canary(Canary::percent(10).every(minutes(5)))
        .watch(Alarm::errors("hello-world").above(0), minutes(10));
    let pipeline = Declared::github("https://github.com/acme/hello-pipeline")
        .branch(branch)
        .variable(Variable::new("RELEASE").default("yes"));
    let app: App = service("test").environment(staging).environment(production).pipeline(pipeline);
    World::of(&app.synthesize().unwrap(), "111111111111")
}

fn stage(place: &str) -> &str {
    place.split_once('/').unwrap().0
}

#[test]
fn an_execution_goes_through_all_stages_in_roles_that_may_do_what_the_actions_do() {
    for world in [example(), gated("main")] {
        let trace = Pipeline::of(&world).execute(&|_| false);
        assert_eq!((trace.end, trace.skipped), (End::Succeeded, Vec::new()));
        assert_eq!(trace.ran.len(), Pipeline::of(&world).actions().count());
        let calls = execution::calls(&world);
        assert!(calls.len() > 20, "{}", calls.len());
        all_allowed(&calls);
    }
}

#[test]
fn whatever_fails_nothing_comes_after_it() {
    let world = gated("main");
    let pipeline = Pipeline::of(&world);
    let whole = pipeline.execute(&|_| false).ran;
    let order: BTreeMap<String, u64> =
        pipeline.actions().map(|(place, action)| (place, action["RunOrder"].as_u64().unwrap())).collect();
    let stages: Vec<&str> = pipeline.stages().map(|stage| stage["Name"].as_str().unwrap()).collect();
    let position = |place: &str| stages.iter().position(|it| *it == stage(place)).unwrap();
    for failing in &whole {
        let trace = pipeline.execute(&|place| place == failing);
        assert_eq!(trace.end, End::Failed(failing.clone()));
        for place in &trace.ran {
            let is_before = (position(place), order[place]) <= (position(failing), order[failing]);
            assert!(is_before, "{place} ran although {failing} failed");
        }
    }
}

#[test]
fn nothing_reaches_production_without_its_gates() {
    let world = gated("main");
    let pipeline = Pipeline::of(&world);
    let ran = |rejected: &str| pipeline.execute(&|place| place == rejected).ran;
    let reaches = |ran: &[String], place: &str| ran.iter().any(|it| it == place);
    let executes = "Deploy-production/ExecuteChangeSet";
    assert!(reaches(&ran("nothing"), executes));
    // Each of them is asked before, and without each of them it is not deployed.
    let gates = ["Pipeline/ApproveUpdate", "Promote-staging/ApprovePromotion", "Deploy-production/ApproveChanges"];
    let whole = ran("nothing");
    let at = |place: &str| whole.iter().position(|it| it == place).unwrap_or_else(|| panic!("there is no {place}"));
    for gate in gates {
        assert!(at(gate) < at(executes));
        assert!(!reaches(&ran(gate), executes), "{gate} was rejected");
    }
    // What is rejected there has not even a change set, and what is looked at is what is executed.
    assert!(!reaches(&ran("Promote-staging/ApprovePromotion"), "Deploy-production/CreateChangeSet"));
    assert!(at("Deploy-production/CreateChangeSet") < at("Deploy-production/ShowChanges"));
    assert!(at("Deploy-production/ShowChanges") < at("Deploy-production/ApproveChanges"));
    // An execution whose update is rejected builds nothing.
    assert!(!ran("Pipeline/ApproveUpdate").iter().any(|it| stage(it) == "Build"));
}

#[test]
fn windows_variables_alarms_and_smoke_tests_are_what_codepipeline_makes_of_them() {
    let world = gated("main");
    let pipeline = Pipeline::of(&world);
    let closed = pipeline.execute(&|place| place == "Deploy-production/BeforeEntry");
    assert_eq!(closed.end, End::Failed("Deploy-production/BeforeEntry".to_owned()));
    assert!(!closed.ran.iter().any(|it| stage(it) == "Deploy-production"));
    let other = pipeline.execute(&|place| place == "Deploy-staging/BeforeEntry");
    assert_eq!((other.end, other.skipped), (End::Succeeded, vec!["Deploy-staging".to_owned()]));
    assert!(other.ran.iter().any(|it| it == "Deploy-production/ExecuteChangeSet"), "it goes on");
    for name in ["Deploy-staging", "Deploy-production"] {
        let rung = pipeline.execute(&|place| place == format!("{name}/OnSuccess"));
        assert_eq!(rung.end, End::RolledBack(name.to_owned()));
        assert_eq!(rung.ran.iter().map(|it| stage(it)).next_back(), Some(name));
    }
}

#[test]
fn what_is_done_to_a_stack_is_done_in_one_stage_which_one_execution_has_at_a_time() {
    let world = gated("main");
    let pipeline = Pipeline::of(&world);
    assert_eq!(pipeline.properties["ExecutionMode"], "QUEUED");
    let mut stages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (place, action) in pipeline.actions() {
        if let Some(stack) = action["Configuration"]["StackName"].as_str() {
            stages.entry(stack.to_owned()).or_default().insert(stage(&place).to_owned());
        }
    }
    assert_eq!(stages.len(), 4, "its own and three environments': {stages:?}");
    assert!(stages.values().all(|stages| stages.len() == 1), "{stages:?}");
}

#[test]
fn two_pipelines_at_once_have_nothing_in_common_that_they_change() {
    let [main, next] = ["main", "next"].map(gated);
    let changed = |world: &World| -> BTreeSet<String> {
        let pipeline = Pipeline::of(world);
        let of_actions = pipeline.actions().flat_map(|(_, action)| {
            let names = ["StackName", "ChangeSetName", "ProjectName", "FunctionName", "RoleArn"];
            names.map(|name| action["Configuration"][name].clone())
        });
        let own = [pipeline.properties["Name"].clone(), pipeline.properties["ArtifactStore"]["Location"].clone()];
        of_actions.chain(own).filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let (one, other) = (changed(&main), changed(&next));
    assert!(one.len() > 10, "{one:?}");
    assert_eq!(one.intersection(&other).collect::<Vec<_>>(), Vec::<&String>::new());
}
