//! The alarms of a service: its own, those that environments watch, and those that everything has.

#[cfg(test)]
mod tests;
mod usual;

use std::collections::BTreeSet;

use crate::{
    Alarm, Environment, Mistake, Watch,
    alarm::topic,
    cfn::{LogicalId, Value},
    stack::Stack,
};

/// What an App has to be watched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    pub(crate) alarms: Vec<Alarm>,
    /// The topic of the alarms that everything has, if it is to have them.
    pub(crate) usual_to: Option<Value>,
    pub(crate) dashboard: bool,
}

impl Watched {
    /// What CloudWatch would refuse, in an App with these functions and environments.
    pub(crate) fn check(&self, functions: &[&str], environments: &[Environment]) -> Vec<Mistake> {
        let more = self.watched(environments);
        let alarms = self.alarms.iter().chain(&more).flat_map(|alarm| alarm.check(functions));
        alarms.chain(self.usual_to.as_ref().and_then(topic)).collect()
    }

    /// Adds the alarms, and then those that are missing.
    pub(crate) fn synthesize(&self, environments: &[Environment], stack: &mut Stack) {
        let watches = environments.iter().flat_map(Environment::watches);
        let named: BTreeSet<LogicalId> = watches.map(|watch| watch.alarm().logical_id()).collect();
        let is_named = |alarm: &Alarm| named.contains(&alarm.logical_id());
        for alarm in self.alarms.iter().chain(&self.watched(environments)) {
            alarm.resources(&is_named).into_iter().for_each(|(id, resource)| stack.resource(id, resource));
        }
        if let Some(topic) = &self.usual_to {
            usual::add(topic, stack);
        }
    }

    /// The alarms that environments watch and the App has not itself. Who hears of all alarms hears of these too.
    fn watched(&self, environments: &[Environment]) -> Vec<Alarm> {
        let watched: Vec<&Alarm> = environments.iter().flat_map(Environment::watches).map(Watch::alarm).collect();
        let mut found: Vec<Alarm> = Vec::new();
        for alarm in &watched {
            let is_part = self.alarms.iter().chain(watched.iter().copied()).any(|other| other.is_made_of(alarm));
            let is_there = self.alarms.iter().any(|own| alarm.stands_for(own)) || found.contains(alarm);
            if !is_part && !is_there {
                found.push((*alarm).clone());
            }
        }
        let told = |alarm: Alarm| match &self.usual_to {
            Some(topic) if alarm.tells_nobody() => alarm.to(topic.clone()),
            _ => alarm,
        };
        found.into_iter().map(told).collect()
    }
}
