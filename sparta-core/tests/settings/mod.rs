//! `#[derive(Settings)]`: what it describes, writes and reads.

mod constants;
mod names;
mod secrets;
mod stored;

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use sparta_core::settings::{
    EnvironmentSettings, Field, Kind, Number, Secret, SettingErrorKind, Settings, SettingsError, SettingsSnapshot,
};
use sparta_macros::Settings;

#[derive(Settings, Debug, Clone, Copy, PartialEq)]
#[settings(crate = "sparta_core")]
enum Size {
    Small,
    ExtraLarge,
    #[settings(rename = "XXL")]
    Huge,
}

#[derive(Settings, Debug)]
#[settings(crate = "sparta_core")]
struct Everything {
    /// Text that the function
    /// answers with.
    ///
    /// Not this.
    message: String,
    #[settings(rename = "DB_PORT", default = 5432, min = 1024)]
    port: u16,
    #[settings(default = Size::Small)]
    size: Size,
    #[settings(default)]
    verbose: bool,
    ratio: f64,
    letter: char,
    offset: i64,
    nickname: Option<String>,
    limit: Option<u32>,
    alternative: Option<Size>,
    #[settings(min_length = 2, max_length = 5, pattern = "[a-z]+", default = "abc")]
    r#type: String,
    #[settings(min_length = 4)]
    password: Secret<String>,
    pin: Option<Secret<u16>>,
}

fn everything() -> Everything {
    Everything {
        message: "hi".into(),
        port: 8080,
        size: Size::ExtraLarge,
        verbose: true,
        ratio: 0.5,
        letter: 'x',
        offset: -3,
        nickname: None,
        limit: Some(7),
        alternative: None,
        r#type: "abc".into(),
        password: Secret::secrets_manager("db").json_key("password"),
        pin: None,
    }
}

/// The variables as Lambda has them: an absent value is an empty text, a reference is resolved.
fn deployed(settings: &impl Settings) -> HashMap<String, String> {
    let resolve = |text: String| {
        if text.starts_with("{{resolve:") { "4711".to_owned() } else { text }
    };
    settings.values().into_iter().map(|(variable, text)| (variable, resolve(text.unwrap_or_default()))).collect()
}

fn read<S: Settings>(variables: &HashMap<String, String>) -> Result<S, SettingsError> {
    S::read(&|variable| variables.get(variable).cloned())
}

fn only_field(settings: Vec<Field>, variable: &str) -> Field {
    settings.into_iter().find(|field| field.variable == variable).expect("no such variable")
}

#[test]
fn fields_are_described_in_the_order_of_their_declaration() {
    let fields = Everything::fields();
    let variables: Vec<_> = fields.iter().map(|field| field.variable.as_str()).collect();
    let expected = "MESSAGE DB_PORT SIZE VERBOSE RATIO LETTER OFFSET NICKNAME LIMIT ALTERNATIVE TYPE PASSWORD PIN";
    assert_eq!(variables.join(" "), expected);

    let message = &fields[0];
    assert_eq!(message.name.as_deref(), Some("Everything::message"));
    assert_eq!(message.description.as_deref(), Some("Text that the function answers with."));
    assert_eq!((&message.kind, message.optional, &message.default), (&Kind::String, false, &None));

    let port = &fields[1];
    assert_eq!(
        (port.constraints.min, port.constraints.max),
        (Some(Number::Integer(1024)), Some(Number::Integer(65535)))
    );
    assert_eq!((port.default.as_deref(), fields[3].default.as_deref()), (Some("5432"), Some("false")));

    let texts = ["small", "extra-large", "XXL"].map(str::to_owned).to_vec();
    assert_eq!((&fields[2].kind, fields[2].default.as_deref()), (&Kind::Enum(texts.clone()), Some("small")));
    assert_eq!((&fields[9].kind, fields[9].optional), (&Kind::Enum(texts), true));
    assert_eq!(fields[10].name.as_deref(), Some("Everything::type"));
    assert_eq!((&fields[12].kind, fields[12].optional), (&Kind::Secret, true));
}

#[test]
fn values_are_texts_and_secrets_are_references() {
    let values: HashMap<_, _> = everything().values().into_iter().collect();
    let text = |variable: &str| values[variable].as_deref();
    assert_eq!(text("DB_PORT"), Some("8080"));
    assert_eq!(text("SIZE"), Some("extra-large"));
    assert_eq!(text("VERBOSE"), Some("true"));
    assert_eq!(text("NICKNAME"), None);
    assert_eq!(text("PASSWORD"), Some("{{resolve:secretsmanager:db:SecretString:password}}"));
    assert_eq!(text("PIN"), None);
}

#[test]
fn what_was_deployed_is_read_back() {
    let settings: Everything = read(&deployed(&everything())).unwrap();
    assert_eq!(settings.password.expose().unwrap(), "4711");
    assert_eq!((settings.port, settings.size, settings.letter), (8080, Size::ExtraLarge, 'x'));
    assert_eq!((settings.nickname, settings.limit, settings.alternative), (None, Some(7), None));
    assert!(settings.pin.is_none());
}

#[test]
fn a_default_or_none_stands_for_a_variable_that_is_not_set() {
    let given = [("MESSAGE", ""), ("RATIO", "1"), ("LETTER", "ä"), ("OFFSET", "0"), ("PASSWORD", "secret")];
    let settings: Everything = read(&given.map(|(k, v)| (k.to_owned(), v.to_owned())).into()).unwrap();
    assert_eq!((settings.message.as_str(), settings.port, settings.size), ("", 5432, Size::Small));
    assert_eq!((settings.verbose, settings.r#type.as_str()), (false, "abc"));
    assert_eq!((settings.nickname, settings.limit), (None, None));
}

#[test]
fn all_mistakes_are_reported_at_once_and_no_secret_is_shown() {
    let wrong = [
        ("DB_PORT", "80"),
        ("SIZE", "medium"),
        ("VERBOSE", "yes"),
        ("RATIO", "NaN"),
        ("LETTER", "xy"),
        ("OFFSET", ""),
        ("LIMIT", "-1"),
        ("TYPE", "ABC"),
        ("PASSWORD", "abc"),
        ("PIN", "hunter2"),
    ];
    let error = read::<Everything>(&wrong.map(|(k, v)| (k.to_owned(), v.to_owned())).into()).unwrap_err();
    insta::assert_snapshot!(error);
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("\"abc\""), "{shown}");
}

#[test]
fn a_single_mistake_is_one_line() {
    let mut variables = deployed(&everything());
    variables.remove("MESSAGE");
    let error = read::<Everything>(&variables).unwrap_err();
    assert_eq!(error.to_string(), "MESSAGE (Everything::message): not set, expected a text");
}

#[test]
fn a_reference_that_nobody_resolved_is_an_error() {
    let mut variables = deployed(&everything());
    variables.insert("PASSWORD".into(), "{{resolve:ssm:/key}}".into());
    let error = read::<Everything>(&variables).unwrap_err();
    assert!(matches!(error.errors()[0].kind, SettingErrorKind::Unresolved { .. }), "{error}");
}

#[test]
fn the_process_is_read_once_into_a_static() {
    #[derive(Settings)]
    #[settings(crate = "sparta_core")]
    struct Shell {
        #[settings(rename = "CARGO_MANIFEST_DIR")]
        folder: String,
    }
    #[derive(Settings, Debug)]
    #[settings(crate = "sparta_core")]
    struct Nowhere {
        no_such_variable_anywhere: String,
    }

    let first: &'static Shell = Shell::get().unwrap();
    assert_eq!(first.folder, env!("CARGO_MANIFEST_DIR"));
    assert!(std::ptr::eq(first, Shell::get().unwrap()));
    let error = Nowhere::get().unwrap_err();
    assert_eq!(error.errors()[0].variable, "NO_SUCH_VARIABLE_ANYWHERE");
    assert_eq!(Nowhere::get().unwrap_err(), error);
}

#[test]
fn settings_errors_go_into_any_error() {
    fn boxed() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        read::<Everything>(&HashMap::new())?;
        Ok(())
    }
    assert!(boxed().unwrap_err().to_string().starts_with("4 settings are wrong:"));
}

fn snapshot(settings: impl EnvironmentSettings) -> SettingsSnapshot {
    settings.snapshot()
}

#[test]
fn an_environment_takes_a_struct_or_pairs_or_nothing() {
    let typed = snapshot(everything());
    assert_eq!((typed.fields.len(), typed.values.len()), (13, 13));
    assert_eq!(typed.errors(), []);
    let check = typed.check.unwrap();
    let variables = deployed(&everything());
    assert_eq!(check(&|variable| variables.get(variable).cloned()), Ok(()));
    assert_eq!(check(&|_| None).unwrap_err().errors().len(), 4);

    let pairs = [("MESSAGE", "Hello Test!"), ("A_B", "1")];
    let owned: Vec<(String, String)> = pairs.map(|(k, v)| (k.into(), v.into())).to_vec();
    for untyped in [snapshot(pairs), snapshot(owned)] {
        let variables: Vec<_> = untyped.fields.iter().map(|field| field.variable.as_str()).collect();
        assert_eq!(variables, ["MESSAGE", "A_B"]);
        assert_eq!(untyped.values[0], ("MESSAGE".to_owned(), Some("Hello Test!".to_owned())));
        assert!(untyped.check.is_none() && untyped.errors().is_empty());
    }
    assert_eq!(snapshot(BTreeMap::from(pairs)).fields[0].variable, "A_B");
    assert!(snapshot(()).fields.is_empty());
}

#[test]
fn what_aws_would_refuse_is_refused_when_it_is_declared() {
    let mut settings = everything();
    settings.port = 80;
    settings.ratio = f64::INFINITY;
    settings.r#type = "toolong".into();
    settings.password = Secret::ssm("key").json_key("password");
    let pairs = [("A", ""), ("_HANDLER", ""), ("DB_HOST", ""), ("DB__HOST", ""), ("DB_HOST", "")];
    let errors = [snapshot(settings).errors(), snapshot(pairs).errors()].concat();
    insta::assert_snapshot!(SettingsError::check(errors).unwrap_err());
}

#[test]
fn the_default_of_a_constrained_field_fits_it() {
    let field = only_field(Everything::fields(), "DB_PORT");
    assert_eq!(field.check("1024"), Ok(()));
    assert!(field.check("1023").is_err() && field.check("65536").is_err() && field.check("").is_err());
}

#[derive(Settings, Debug, PartialEq)]
#[settings(crate = "sparta_core")]
struct Values {
    text: String,
    optional: Option<String>,
    letter: char,
    flag: bool,
    byte: i8,
    wide: u64,
    widest: i128,
    maybe: Option<u128>,
    decimal: f64,
    single: f32,
    size: Option<Size>,
}

fn values() -> impl Strategy<Value = Values> {
    use proptest::num::{f32, f64};
    let size = proptest::option::of(prop_oneof![Just(Size::Small), Just(Size::ExtraLarge), Just(Size::Huge)]);
    let texts = (any::<String>(), proptest::option::of(".+"), any::<char>(), any::<bool>());
    let numbers = (any::<i8>(), any::<u64>(), any::<i128>(), any::<Option<u128>>());
    let decimals = (f64::NORMAL | f64::SUBNORMAL | f64::ZERO, f32::NORMAL | f32::SUBNORMAL | f32::ZERO);
    (texts, numbers, decimals, size).prop_map(|(texts, numbers, decimals, size)| Values {
        text: texts.0,
        optional: texts.1,
        letter: texts.2,
        flag: texts.3,
        byte: numbers.0,
        wide: numbers.1,
        widest: numbers.2,
        maybe: numbers.3,
        decimal: decimals.0,
        single: decimals.1,
        size,
    })
}

proptest! {
    #[test]
    fn every_value_is_read_back_as_it_was_written(values in values()) {
        let variables = deployed(&values);
        let back: Values = read(&variables).unwrap();
        prop_assert_eq!(&back, &values);
        prop_assert_eq!(snapshot(values).errors(), []);
    }

    #[test]
    fn no_text_makes_reading_panic_or_leak(texts in proptest::collection::vec("\\PC{0,12}", 13)) {
        let variables = Everything::fields().into_iter().map(|field| field.variable).zip(texts).collect::<HashMap<_, _>>();
        if let Err(error) = read::<Everything>(&variables) {
            for error in error.errors() {
                let hidden = matches!(&error.kind, SettingErrorKind::Malformed { found, .. } if found.to_string().contains("a secret of"));
                prop_assert_eq!(hidden, ["PASSWORD", "PIN"].contains(&error.variable.as_str()));
            }
        }
    }
}
