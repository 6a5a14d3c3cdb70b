use std::cell::Cell;

use proptest::{prelude::*, test_runner::TestRunner};
use sparta_core::{Mistakes, Synthesis, cfn::Template, delivery::Source};

use crate::apps::{Shape, shapes};

/// The App's documents as one text, or its mistakes.
fn bytes(shape: &Shape, source: Source<'_>) -> Result<Vec<String>, Mistakes> {
    let Synthesis { model, template } = shape.app().synthesize()?;
    let mut documents = vec![template.to_json(), template.to_compact_json()];
    documents.extend(model.environments().iter().map(|environment| environment.configuration().to_json()));
    if let Some(pipeline) = model.pipeline() {
        documents.push(Synthesis { model: model.clone(), template }.pipeline(pipeline, source)?.to_json());
    }
    Ok(documents)
}

/// The templates of a valid shape.
fn templates(shape: &Shape) -> Vec<Template> {
    let Ok(synthesis) = shape.app().synthesize() else { return Vec::new() };
    let pipeline = synthesis.model.pipeline();
    let pipeline =
        pipeline.map(|declared| synthesis.pipeline(declared, Source::Connection).expect("it is declared well"));
    pipeline.into_iter().chain([synthesis.template]).collect()
}

fn sources() -> impl Strategy<Value = Source<'static>> {
    prop_oneof![Just(Source::Connection), Just(Source::OAuth { secret_name: "sparta/x/github" })]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_is_made_passes_the_check(shape in shapes()) {
        let app = shape.app();
        if app.synthesize().is_ok() {
            prop_assert_eq!(app.check().map_err(|mistakes| mistakes.to_string()), Ok(()));
        }
    }
}

proptest! {
    #[test]
    fn the_same_app_gives_the_same_bytes_or_the_same_mistakes(shape in shapes(), source in sources()) {
        let said = |result: Result<Vec<String>, Mistakes>| result.map_err(|mistakes| mistakes.to_string());
        prop_assert_eq!(said(bytes(&shape, source)), said(bytes(&shape, source)));
    }

    #[test]
    fn every_reference_is_to_something_that_is_there(shape in shapes()) {
        for template in templates(&shape) {
            prop_assert_eq!(template.dangling_references(), Vec::<String>::new());
        }
    }

    #[test]
    fn logical_ids_are_letters_and_digits_and_each_is_one_thing(shape in shapes()) {
        for template in templates(&shape) {
            let ids = template.parameters().keys().chain(template.resources().keys());
            let mut ids: Vec<&str> = ids.map(|id| id.as_str()).collect();
            ids.sort_unstable();
            prop_assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{ids:?}");
            ids.extend(template.outputs().keys().map(|id| id.as_str()));
            prop_assert!(ids.iter().all(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric())), "{ids:?}");
        }
    }

    #[test]
    fn a_configuration_file_has_a_value_for_each_parameter_that_is_not_spartas_own(shape in shapes()) {
        if let Ok(Synthesis { model, template }) = shape.app().synthesize() {
            let parameters = template.parameters().keys().map(|id| id.as_str());
            let own = sparta_core::contract::OWN_PARAMETERS;
            let parameters: Vec<&str> = parameters.filter(|id| !own.contains(id)).collect();
            for environment in model.environments() {
                let configuration = environment.configuration();
                prop_assert_eq!(configuration.parameters.keys().collect::<Vec<_>>(), &parameters[..]);
            }
        }
    }

    #[test]
    fn mistakes_are_never_an_empty_report(shape in shapes()) {
        match (shape.app().validate(), shape.app().synthesize()) {
            (Err(mistakes), synthesized) => {
                prop_assert!(mistakes.iter().count() > 0);
                prop_assert!(synthesized.is_err());
            }
            (Ok(model), Ok(synthesis)) => prop_assert_eq!(model.name(), synthesis.model.name()),
            (Ok(_), Err(mistakes)) => prop_assert!(mistakes.iter().count() > 0),
        }
    }
}

#[test]
fn random_shapes_are_valid_often_and_mistaken_often() {
    let (valid, all) = (Cell::new(0), 500);
    let config = ProptestConfig { cases: all, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new_with_rng(config, proptest::test_runner::TestRng::deterministic_rng(Default::default()))
        .run(&shapes(), |shape| {
            valid.set(valid.get() + u32::from(shape.app().synthesize().is_ok()));
            Ok(())
        })
        .unwrap();
    assert!((all / 10..all * 9 / 10).contains(&valid.get()), "{} of {all} are valid", valid.get());
}
