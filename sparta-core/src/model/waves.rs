//! Whether environments that are deployed side by side stand together.

use std::collections::BTreeMap;

use super::AppMistake;
use crate::Environment;

/// What keeps waves from being stages of their own, and what would be asked after the last one.
pub(super) fn check(environments: &[Environment]) -> Vec<AppMistake> {
    let mut mistakes = Vec::new();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, environment) in environments.iter().enumerate() {
        let Some(wave) = environment.wave_name() else { continue };
        if let Some(before) = last.insert(wave, at).filter(|before| before + 1 < at) {
            let (wave, environment) = (wave.to_owned(), environment.name().to_owned());
            let between = environments[before + 1].name().to_owned();
            mistakes.push(AppMistake::WaveApart { wave, environment, between });
        }
    }
    let is_environment = |wave: &&str| environments.iter().any(|other| other.name().eq_ignore_ascii_case(wave));
    mistakes.extend(last.into_keys().filter(is_environment).map(|wave| AppMistake::WaveOfEnvironment(wave.to_owned())));
    let Some(end) = environments.chunk_by(Environment::is_beside).last() else { return mistakes };
    let asking = end.iter().filter(|environment| environment.promotion_approval().is_some());
    mistakes.extend(asking.map(|environment| AppMistake::LastPromotion(environment.name().to_owned())));
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Approval;

    fn environment(name: &str, wave: Option<&str>) -> Environment {
        let environment = Environment::new(name, ());
        wave.into_iter().fold(environment, Environment::wave)
    }

    #[test]
    fn environments_of_a_wave_are_registered_together() {
        let eu = Some("eu");
        let of =
            |environments: [(&str, Option<&str>); 4]| check(&environments.map(|(name, wave)| environment(name, wave)));
        assert_eq!(of([("test", None), ("berlin", eu), ("paris", eu), ("ohio", Some("us"))]), []);
        let apart = |environment: &str, between: &str| AppMistake::WaveApart {
            wave: "eu".into(),
            environment: environment.into(),
            between: between.into(),
        };
        let found = of([("berlin", eu), ("test", None), ("paris", eu), ("rome", eu)]);
        assert_eq!(found, [apart("paris", "test")]);
        let found = of([("berlin", eu), ("EU", None), ("test", None), ("paris", eu)]);
        assert_eq!(found, [apart("paris", "EU"), AppMistake::WaveOfEnvironment("eu".into())]);
    }

    #[test]
    fn nothing_is_asked_after_the_last_wave() {
        let asking = |name: &str, wave| environment(name, wave).approve_promotion(Approval::manual());
        let found = check(&[asking("test", None), asking("berlin", Some("eu")), environment("paris", Some("eu"))]);
        assert_eq!(found, [AppMistake::LastPromotion("berlin".into())]);
    }
}
