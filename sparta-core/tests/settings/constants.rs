use sparta_core::{
    App, Environment, Error, Function, Request,
    cfn::{Output, Value},
    iam::Statement,
    resource, service_fn,
    settings::{Secret, Setting},
};
use sparta_macros::Settings;

mod links {
    /// As visible as the fields are.
    #[derive(sparta_macros::Settings)]
    #[settings(crate = "sparta_core")]
    pub(super) struct Links {
        pub(super) log_days: u16,
        #[settings(rename = "DB_HOST")]
        pub(super) host: String,
        pub(super) tier: super::Tier,
    }
}
use links::Links;

#[derive(Settings, Clone, Copy)]
#[settings(crate = "sparta_core")]
enum Tier {
    Standard,
}

#[derive(Settings)]
#[settings(crate = "sparta_core")]
struct Shop {
    payment_key: Secret<String>,
    r#type: Option<u8>,
}

fn json(value: impl Into<Value>) -> serde_json::Value {
    serde_json::to_value(value.into()).unwrap()
}

#[test]
fn a_constant_is_called_as_its_field_and_refers_to_its_parameter() {
    const DAYS: Setting<u16> = Links::LOG_DAYS;
    assert_eq!(json(DAYS), serde_json::json!({"Ref": "LogDays"}));
    assert_eq!(json(Links::HOST), serde_json::json!({"Ref": "DbHost"}));
    assert_eq!((Links::HOST.variable(), Links::HOST.parameter_name()), ("DB_HOST", "DbHost".to_owned()));
    assert_eq!(json(Links::TIER), serde_json::json!({"Ref": "Tier"}));
    let key: Setting<Secret<String>> = Shop::PAYMENT_KEY;
    assert_eq!((key.variable(), Shop::TYPE.variable()), ("PAYMENT_KEY", "TYPE"));
    assert_eq!(format!("{key:?}"), "Setting(\"PAYMENT_KEY\")");
}

#[test]
fn a_setting_is_a_value_everywhere_in_the_template() {
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")))
        .variable("RETENTION", Links::LOG_DAYS)
        .grant(Statement::allow(["rds-db:connect"]).on(Links::HOST));
    let links = || Links { log_days: 7, host: "arn:aws:rds-db:eu-west-1:1:dbuser:db/x".into(), tier: Tier::Standard };
    let parameter = resource!(AWS::SSM::Parameter { Type: "String", Value: (Links::HOST), Tier: (Links::TIER) });
    let app = App::new("Links")
        .function(hello)
        .environment(Environment::new("test", links()))
        .resource("Host", parameter.delete())
        .output("Days", Output::new("How long logs are kept", Links::LOG_DAYS));
    let template = json(serde_json::to_value(app.synthesize().unwrap().template).unwrap());
    let resources = &template["Resources"];
    assert_eq!(resources["Host"]["Properties"]["Value"]["Ref"], "DbHost");
    assert_eq!(resources["HelloFunction"]["Properties"]["Environment"]["Variables"]["RETENTION"]["Ref"], "LogDays");
    assert_eq!(template["Outputs"]["Days"]["Value"]["Ref"], "LogDays");
}

#[test]
fn a_setting_that_no_environment_has_is_a_mistake() {
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let app = App::new("Links")
        .function(hello.variable("RETENTION", Links::LOG_DAYS))
        .environment(Environment::new("test", [("MESSAGE", "Hello!")]));
    let report = app.check().unwrap_err().to_string();
    assert!(report.contains("LogDays"), "{report}");
}

#[test]
fn a_part_can_be_there_only_in_environments_in_which_a_setting_is_true() {
    #[derive(Settings)]
    #[settings(crate = "sparta_core")]
    struct Audits {
        is_audited: bool,
        verbose: bool,
    }
    let hello = Function::http("hello", service_fn(async |_: Request| Ok::<_, Error>("hello")));
    let audit = resource!(AWS::Logs::LogGroup { RetentionInDays: 365 });
    let name = Output::new("Name of the group", audit.reference()).only_if(Audits::IS_AUDITED);
    let app = App::new("Links")
        .function(hello)
        .environment(Environment::new("test", Audits { is_audited: false, verbose: true }))
        .environment(Environment::new("production", Audits { is_audited: true, verbose: false }))
        .resource("Audit", audit.delete().only_if(Audits::IS_AUDITED))
        .output("AuditName", name);
    app.check().unwrap();
    let template = serde_json::to_value(app.synthesize().unwrap().template).unwrap();
    let condition = &template["Resources"]["Audit"]["Condition"];
    assert_eq!(condition, "IsIsAudited");
    assert_eq!(condition, &template["Outputs"]["AuditName"]["Condition"]);
    let conditions = &template["Conditions"];
    assert_eq!(conditions["IsIsAudited"], serde_json::json!({"Fn::Equals": [{"Ref": "IsAudited"}, "true"]}));
    assert_eq!(conditions.as_object().unwrap().len(), 2, "{conditions}");
}
