use sparta_core::{
    App,
    construct::{StoredParameter, StoredSecret},
};

use super::{function, mistakes, statements, template, variables};

#[test]
fn secrets_and_parameters_are_read_one_by_one() {
    let key = "arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666";
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/mail-AbCdEf";
    let hello = function("hello")
        .uses(StoredSecret::existing("prod/database").kms_key(key).read())
        .uses(StoredSecret::existing(arn).named("mail").read())
        .uses(StoredParameter::existing("/prod/rates").read());
    let template = template(hello);
    insta::assert_json_snapshot!((variables(&template), statements(&template)));
}

#[test]
fn what_is_read_has_a_name_or_an_arn_of_its_kind() {
    let wrong = StoredSecret::existing("arn:aws:ssm:eu-west-1:123456789012:parameter/rates").named("rates");
    let report = mistakes(&App::new("Shop").function(function("hello").uses(wrong.read())));
    assert!(report[0].contains("neither the name nor the ARN of a secret"), "{report:?}");
    let report = mistakes(&App::new("Shop").function(function("hello").uses(StoredParameter::existing("a b").read())));
    assert!(report[0].contains("neither the name nor the ARN of a parameter"), "{report:?}");
}
