//! What is billed of a service, by the templates of its environments.

use serde::Serialize;
use sparta_core::{
    Synthesis,
    diff::{CostDriver, Version},
};

/// What is billed, and where.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cost {
    #[serde(flatten)]
    driver: CostDriver,
    /// The environments that have it, where others have not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    environments: Vec<String>,
}

/// What is billed in any environment, what is billed while nothing happens first.
pub(super) fn of(synthesis: &Synthesis) -> Vec<Cost> {
    let template = || Version::of(&synthesis.template);
    let environments = synthesis.model.environments();
    if environments.is_empty() {
        let costs = template().cost_drivers().into_iter();
        return costs.map(|driver| Cost { driver, environments: Vec::new() }).collect();
    }
    let mut found: Vec<Cost> = Vec::new();
    for environment in environments {
        for driver in template().parameters(environment.configuration().parameters).cost_drivers() {
            let name = environment.name().to_owned();
            match found.iter_mut().find(|cost| cost.driver == driver) {
                Some(cost) => cost.environments.push(name),
                None => found.push(Cost { driver, environments: vec![name] }),
            }
        }
    }
    found
        .iter_mut()
        .filter(|cost| cost.environments.len() == environments.len())
        .for_each(|it| it.environments.clear());
    found.sort_by_key(|cost| !cost.driver.when_idle);
    found
}

impl Cost {
    pub(super) fn row(&self) -> Vec<String> {
        let driver = &self.driver;
        let when = if driver.when_idle { "while nothing happens" } else { "as it is used" };
        let size = driver
            .property
            .zip(driver.new.as_ref())
            .map_or_else(|| "-".to_owned(), |(name, value)| format!("{name} {value}"));
        let only =
            if self.environments.is_empty() { String::new() } else { format!(", in {}", self.environments.join(", ")) };
        let resource = format!("{} ({})", driver.logical_id, driver.resource_type);
        vec![when.to_owned(), resource, size, format!("{}{only}", driver.billed_by)]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sparta_core::{App, Environment, Error, Function, Request, cfn::Resource, service_fn};

    use super::*;

    #[test]
    fn what_differs_between_environments_names_them() {
        let volume = json!({"Size": {"Ref": "Gb"}, "AvailabilityZone": "eu-west-1a"});
        let api = Function::http("api", service_fn(async |_: Request| Ok::<_, Error>("")));
        let app = App::new("Shop")
            .function(api)
            .resource("Disk", Resource::raw("AWS::EC2::Volume", volume))
            .resource("Jobs", Resource::raw("AWS::SQS::Queue", json!({})))
            .environment(Environment::new("test", [("GB", "1")]))
            .environment(Environment::new("production", [("GB", "50")]));
        let mut costs = of(&app.synthesize().unwrap());
        costs.retain(|cost| ["Disk", "Jobs"].contains(&cost.driver.logical_id.as_str()));
        let rows: Vec<String> = costs.iter().map(|cost| cost.row().join(" | ")).collect();
        assert_eq!(
            rows,
            [
                "while nothing happens | Disk (AWS::EC2::Volume) | - | each month, by the GB",
                "while nothing happens | Disk (AWS::EC2::Volume) | Size 1 | each month, by the GB, in test",
                "while nothing happens | Disk (AWS::EC2::Volume) | Size 50 | each month, by the GB, in production",
                "as it is used | Jobs (AWS::SQS::Queue) | - | each request",
            ]
        );
    }
}
