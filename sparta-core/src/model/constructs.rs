//! The constructs of an App: whatever its functions use and are invoked by.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use super::{AppMistake, Model};
use crate::{
    App, FunctionKind, FunctionSpec, Mistake, Problem, Subject,
    cfn::LogicalId,
    construct::{Construct, FunctionHandle, HandleMistake},
    trigger::{ApiOptions, RestApiOptions},
};

/// All constructs in the order of their declaration, with those that they need themselves. One that is used in several places
/// is there as often.
pub(super) fn declared(app: &App, functions: &[FunctionSpec]) -> Vec<Arc<dyn Construct>> {
    let of_functions = functions.iter().flat_map(FunctionSpec::constructs);
    let mut open: VecDeque<Arc<dyn Construct>> = app.constructs.iter().cloned().chain(of_functions).collect();
    let mut declared = Vec::new();
    while let Some(construct) = open.pop_front() {
        open.extend(construct.constructs());
        declared.push(construct);
    }
    declared
}

/// The first of each logical id.
pub(super) fn distinct(declared: &[Arc<dyn Construct>]) -> Vec<&Arc<dyn Construct>> {
    let mut first: BTreeMap<LogicalId, &Arc<dyn Construct>> = BTreeMap::new();
    for construct in declared {
        first.entry(construct.id()).or_insert(construct);
    }
    first.into_values().collect()
}

impl Model {
    /// The functions by name, and whether they have an alias.
    fn callees(&self) -> impl Iterator<Item = (&str, bool)> + Clone {
        self.functions.iter().map(|function| (function.name(), function.alias_id().is_some()))
    }

    /// What is wrong with functions that are asked whether a request comes to its route.
    pub(super) fn check_authorizers(&self, mistakes: &mut Vec<Mistake>) {
        for function in &self.functions {
            let asked = function.triggers().iter().flat_map(|trigger| trigger.functions());
            mistakes.extend(asked.filter_map(|handle| self.check_asked(&handle)).map(|it| function.mistake(it)));
        }
        let of_rest_api = self.rest_api.iter().flat_map(RestApiOptions::functions);
        let asked = self.http_api.iter().flat_map(ApiOptions::functions).chain(of_rest_api);
        let problems = asked.filter_map(|handle| self.check_asked(&handle));
        mistakes.extend(problems.map(|problem| Mistake::new(Subject::App, problem)));
    }

    fn check_asked(&self, handle: &FunctionHandle) -> Option<HandleMistake> {
        handle.check(self.callees()).or_else(|| {
            let name = handle.function();
            let is_http = |function: &FunctionSpec| function.name() == name && function.kind() == FunctionKind::Http;
            self.functions.iter().any(is_http).then(|| HandleMistake::Http(name.to_owned()))
        })
    }

    /// What is wrong with constructs, and where two of one name differ.
    pub(super) fn check_constructs(&self, mistakes: &mut Vec<Mistake>) {
        let mut checked: BTreeMap<LogicalId, &dyn Construct> = BTreeMap::new();
        for construct in &self.constructs {
            let construct = &**construct;
            let (kind, name) = (construct.words(), construct.label().to_owned());
            match checked.get(&construct.id()) {
                None => {
                    let subject = || Subject::Construct { kind: kind.clone(), name: name.clone() };
                    let handles = construct.functions();
                    let handles = handles.iter().filter_map(|handle| handle.check(self.callees())).map(Problem::from);
                    let problems = construct.check().into_iter().chain(handles);
                    mistakes.extend(problems.map(|problem| Mistake::new(subject(), problem)));
                    checked.insert(construct.id(), construct);
                }
                Some(first) if !first.is_like(construct) => {
                    let mistake = AppMistake::ConstructTwice { kind, name }.into();
                    if !mistakes.contains(&mistake) {
                        mistakes.push(mistake);
                    }
                }
                Some(_) => {}
            }
        }
    }
}
