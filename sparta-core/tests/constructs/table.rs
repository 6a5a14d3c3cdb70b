use serde_json::json;
use sparta_core::{
    App,
    construct::{Index, Key, Queue, StreamView, Table, TableGrant},
};

use super::{function, mistakes, statements, template, variables};

#[test]
fn a_table_is_what_a_security_review_passes() {
    let template = template(function("hello").uses(Table::new("links").key("code").read_write()));
    insta::assert_json_snapshot!((&template["Resources"]["LinksTable"], variables(&template), statements(&template)));
}

#[test]
fn a_table_has_all_options() {
    let readings = Table::new("readings")
        .key("sensor")
        .sort_key(Key::number("time"))
        .index(Index::global("by-site").key("site").sort_key(Key::number("time")).project(["value"]))
        .index(Index::local("by-value").sort_key(Key::number("value")).project_keys())
        .provisioned(5, 1)
        .time_to_live("expires")
        .stream(StreamView::KeysOnly)
        .kms_key("arn:aws:kms:eu-west-1:123456789012:key/0d3e1f5a-1111-2222-3333-444455556666")
        .without_point_in_time_recovery()
        .delete_with_stack();
    let template = template(
        function("hello").uses(readings.read()).uses(readings.delete()).uses(readings.read().index("by-site")),
    );
    insta::assert_json_snapshot!((&template["Resources"]["ReadingsTable"], statements(&template)));
}

#[test]
fn changes_come_from_a_stream_that_the_table_gets() {
    let changes = Table::new("links")
        .key("code")
        .changes()
        .size(50)
        .parallel(2)
        .retries(3)
        .bisect()
        .filter(json!({"eventName": ["REMOVE"]}))
        .report_failures();
    let template = template(function("hello").trigger(changes));
    let resources = &template["Resources"];
    let stream = &resources["LinksTable"]["Properties"]["StreamSpecification"];
    assert_eq!(stream, &json!({"StreamViewType": "NEW_AND_OLD_IMAGES"}));
    insta::assert_json_snapshot!((&resources["HelloLinksMapping"], statements(&template)));
}

#[test]
fn keys_and_indexes_are_what_dynamodb_takes() {
    let report = |table: Table| mistakes(&App::new("Shop").function(function("hello")).with(table));
    let table = || Table::new("links").key("code");
    for (table, expected) in [
        (Table::new("links"), "table `links`: the table `links` has no key"),
        (table().index(Index::global("x")), "the global index `x` has no key"),
        (table().sort_key("n").index(Index::local("x").key("y").sort_key("z")), "the local index `x` has a key"),
        (table().index(Index::local("x").sort_key("z")), "the local index `x` needs a sort key, and its table one too"),
        (
            table().index(Index::global("x").key("a")).index(Index::global("x").key("b")),
            "two indexes of the table `links` are called `x`",
        ),
        (table().sort_key(Key::number("code")), "the attribute `code` of a table is a key of two types"),
    ] {
        let report = report(table);
        assert!(report.len() == 1 && report[0].contains(expected), "{expected}: {report:?}");
    }
}

#[test]
fn only_an_index_that_is_there_is_read() {
    let links = || Table::new("links").key("code").index(Index::global("by-owner").key("owner"));
    let report = |grant: TableGrant| mistakes(&App::new("Shop").function(function("hello").uses(grant)));
    assert_eq!(report(links().read().index("by-owner")), [""; 0]);
    assert!(report(links().read().index("by-owners"))[0].contains("no index `by-owners` to read: it has `by-owner`"));
    assert!(report(links().write().index("by-owner"))[0].contains("the index `by-owner` can only be read"));
}

#[test]
fn a_name_is_known_where_a_test_sets_it() {
    let table = || Table::new("named-by-a-test").key("id");
    assert!(table().name().unwrap_err().to_string().contains("`named-by-a-test`"));
    sparta_core::construct::set_name(table(), "local");
    assert_eq!(table().name().unwrap(), "local");
    assert!(Queue::new("named-by-a-test").url().is_err(), "another kind has another name");
}
