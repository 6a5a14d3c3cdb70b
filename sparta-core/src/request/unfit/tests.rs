use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU8;

use proptest::prelude::*;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

use super::*;

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only what fits counts")]
struct Order {
    id: u32,
    customer: Customer,
    items: Vec<Item>,
    #[serde(default)]
    notes: BTreeMap<String, String>,
    place: Option<(f64, f64)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only what fits counts")]
struct Customer {
    name: String,
    kind: Kind,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only what fits counts")]
enum Kind {
    Person,
    Company { seats: u16 },
    Pair(u8, u8),
    Other(String),
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only what fits counts")]
struct Item {
    name: String,
    count: NonZeroU8,
}

fn order() -> Value {
    json!({
        "id": 1,
        "customer": {"name": "a", "kind": "Person"},
        "items": [{"name": "tea", "count": 1}, {"name": "milk", "count": 2}],
        "notes": {"door": "blue"},
        "place": [1.5, 2],
    })
}

/// The places of a body that do not fit, and why.
fn faults<T: DeserializeOwned>(body: &Value) -> Vec<(String, String)> {
    match Unfit::read::<T>(body.to_string().as_bytes()) {
        Ok(_) => Vec::new(),
        Err(unfit) => unfit.faults.into_iter().map(|fault| (fault.path, fault.message)).collect(),
    }
}

fn paths<T: DeserializeOwned>(body: &Value) -> Vec<String> {
    faults::<T>(body).into_iter().map(|(path, _)| path).collect()
}

/// An order with this at these places.
fn order_with<const N: usize>(changes: [(&str, Value); N]) -> Value {
    let mut order = order();
    changes.into_iter().for_each(|(pointer, value)| *order.pointer_mut(pointer).unwrap() = value);
    order
}

#[test]
fn what_fits_has_no_faults() {
    assert!(faults::<Order>(&order()).is_empty());
}

#[test]
fn every_place_that_does_not_fit_is_told() {
    let body = order_with([
        ("/id", json!("x")),
        ("/customer/kind", json!("Robot")),
        ("/items/0/name", json!(7)),
        ("/items/1", json!({"count": 300})),
        ("/notes/door", json!(false)),
        ("/place/1", Value::Null),
    ]);
    let mut found = faults::<Order>(&body);
    found.sort();
    let expected = [
        ("customer.kind", "unknown variant `Robot`, expected one of `Person`, `Company`, `Pair`, `Other`"),
        ("id", "invalid type: string \"x\", expected u32"),
        ("items[0].name", "invalid type: integer `7`, expected a string"),
        ("items[1]", "missing field `name`"),
        ("items[1].count", "invalid value: integer `300`, expected a nonzero u8"),
        ("notes.door", "invalid type: boolean `false`, expected a string"),
        ("place[1]", "invalid type: null, expected f64"),
    ];
    assert_eq!(found, expected.map(|(path, message)| (path.to_owned(), message.to_owned())));
}

#[test]
fn every_field_that_is_missing_is_told() {
    let missing = |fields: &[&str]| {
        let message = |field: &&str| (".".to_owned(), format!("missing field `{field}`"));
        fields.iter().map(message).collect::<Vec<_>>()
    };
    assert_eq!(faults::<Order>(&json!({})), missing(&["id", "customer", "items"]));
    assert_eq!(paths::<Order>(&json!([])), ["."], "a list could be one");
    assert_eq!(paths::<Order>(&json!(7)), ["."]);
}

#[test]
fn a_key_that_is_not_known_is_told_with_its_place() {
    let mut body = order();
    body["customer"] = json!({"nam": "a", "kind": "Person", "age": 3});
    let message = |key: &str| format!("unknown field `{key}`, expected `name` or `kind`");
    let mut found = faults::<Order>(&body);
    found.sort();
    assert_eq!(
        found,
        [
            ("customer".to_owned(), "missing field `name`".to_owned()),
            ("customer.age".to_owned(), message("age")),
            ("customer.nam".to_owned(), message("nam")),
        ]
    );
    // serde_json keeps the order of the keys where another crate of the program asks for it, and sorts them otherwise.
    assert_eq!(paths::<HashMap<u8, bool>>(&json!({"1": true, "2": 7, "300": true, "x": true})), ["2", "300", "x"]);
    assert!(paths::<HashMap<u8, bool>>(&json!({"1": true})).is_empty());
}

#[test]
fn variants_are_read_to_the_end() {
    for (kind, expected) in [
        (json!({"Company": {"seats": "x"}}), vec!["customer.kind.Company.seats"]),
        (json!({"Company": {}}), vec!["customer.kind.Company"]),
        (json!({"Pair": [1, 300]}), vec!["customer.kind.Pair[1]"]),
        (json!({"Pair": ["x", 300]}), vec!["customer.kind.Pair[0]", "customer.kind.Pair[1]"]),
        (json!({"Pair": [1, 2, 3]}), vec!["customer.kind.Pair"]),
        (json!({"Other": 1}), vec!["customer.kind.Other"]),
        (json!({"Person": 1}), vec!["customer.kind.Person"]),
        (json!({"Person": null}), vec![]),
        (json!({"Company": {"seats": 1}, "Other": "x"}), vec!["customer.kind"]),
        (json!("Other"), vec!["customer.kind"]),
        (json!(5), vec!["customer.kind"]),
    ] {
        let mut with_more = expected.clone();
        with_more.push("items");
        assert_eq!(paths::<Order>(&order_with([("/customer/kind", kind.clone())])), expected, "{kind}");
        let body = order_with([("/customer/kind", kind.clone()), ("/items", json!("x"))]);
        assert_eq!(paths::<Order>(&body), with_more, "{kind}");
    }
}

#[test]
fn where_nothing_can_stand_in_the_rest_of_a_list_is_read_without_its_element() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(try_from = "String")]
    struct Code(String);
    impl TryFrom<String> for Code {
        type Error = &'static str;

        fn try_from(text: String) -> Result<Self, Self::Error> {
            if text.len() == 3 { Ok(Self(text)) } else { Err("a code has three letters") }
        }
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what fits counts")]
    struct Flight {
        from: Code,
        to: Code,
        seats: u8,
    }
    let flights = json!([
        {"from": "LIS", "to": "FCO", "seats": "x"},
        {"from": "LI", "to": "FCO", "seats": 3},
        {"from": "LIS", "seats": 300, "to": 7},
        {"from": "LIS", "to": "FCO", "seats": 300},
    ]);
    assert_eq!(paths::<Vec<Flight>>(&flights), ["[0].seats", "[1].from", "[2].seats", "[2].to", "[3].seats"]);
    assert_eq!(paths::<Flight>(&json!({"from": "x", "to": "y", "seats": 300})), ["from"], "no more can be known");
    assert_eq!(
        paths::<(Vec<Code>, u8)>(&json!([["LI", "LIS", "L"], 300])),
        ["[0][0]", "[0][2]", "[1]"],
        "a list is read without what cannot be in it"
    );
    assert_eq!(paths::<[Code; 2]>(&json!(["LI", "L"])), ["[0]"], "a tuple is not");
}

#[test]
fn what_depends_on_parts_that_do_not_fit_is_not_told() {
    #[derive(Deserialize)]
    struct Raw {
        from: u8,
        to: u8,
    }
    #[derive(Debug, Deserialize)]
    #[serde(try_from = "Raw")]
    struct Range;
    impl TryFrom<Raw> for Range {
        type Error = &'static str;

        fn try_from(raw: Raw) -> Result<Self, Self::Error> {
            if raw.from < raw.to { Ok(Self) } else { Err("a range ends behind its start") }
        }
    }
    let ranges = json!([{"from": 2, "to": 1}, {"from": 2, "to": "x"}, {"from": "x", "to": 300}, {"from": 1}]);
    let expected =
        [("[0]", "a range"), ("[1].to", "invalid type"), ("[2].from", "invalid type"), ("[2].to", "invalid value")];
    let found = faults::<Vec<Range>>(&ranges);
    for ((path, message), (at, start)) in found.iter().zip(expected) {
        assert_eq!(path, at);
        assert!(message.starts_with(start), "{message}");
    }
    assert_eq!((found.len(), &found[4]), (5, &("[3]".to_owned(), "missing field `to`".to_owned())));
}

#[test]
fn a_tag_that_does_not_fit_says_nothing_of_the_content() {
    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind")]
    #[expect(dead_code, reason = "only what fits counts")]
    enum Inside {
        A { count: u8 },
        B { name: String },
    }
    #[derive(Debug, Deserialize)]
    #[serde(tag = "kind", content = "value")]
    #[expect(dead_code, reason = "only what fits counts")]
    enum Beside {
        A(u8),
        B(String),
    }
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only what fits counts")]
    enum Any {
        A(u8),
        B { name: String },
    }
    let inside = json!([{"kind": "C", "name": "x"}, {"name": "x"}, {"kind": "B"}, {"kind": "A", "count": "x"}]);
    assert_eq!(paths::<Vec<Inside>>(&inside), ["[0].kind", "[1]", "[2]", "[3]"]);
    let beside = json!([
        {"kind": "C", "value": "x"}, {"value": "x"}, {"kind": "B"}, {"kind": "A", "value": "x"}, {"value": "x", "kind": "C"},
        ["C", "x"], {"kind": "B", "value": "x"},
    ]);
    assert_eq!(
        paths::<Vec<Beside>>(&beside),
        ["[0].kind", "[1]", "[2]", "[3].value", "[4].kind", "[5][0]"],
        "and nothing of a content that may fit"
    );
    assert_eq!(paths::<Vec<Any>>(&json!(["x", 7, {"name": 7}, {"name": "x"}])), ["[0]", "[2]"]);
}

#[test]
fn what_serde_reads_in_its_own_way_is_read_so() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what fits counts")]
    struct Odd {
        raw: Box<RawValue>,
        any: Value,
        wide: u128,
        letter: char,
        unit: (),
        #[serde(flatten)]
        rest: HashMap<String, u8>,
        fits: bool,
    }
    let wide = u128::MAX;
    let body = format!(
        r#"{{"raw": [1], "any": {{"x": null}}, "wide": {wide}, "letter": "ä", "unit": null, "more": 1, "fits": true}}"#
    );
    Unfit::read::<Odd>(body.as_bytes()).unwrap();
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what fits counts")]
    struct Plain {
        raw: Box<RawValue>,
        any: Value,
        wide: u128,
        letter: char,
        unit: (),
        fits: bool,
    }
    let body = body.replace("true", "1");
    let unfit = Unfit::read::<Plain>(body.as_bytes()).unwrap_err();
    assert_eq!(unfit.paths().collect::<Vec<_>>(), ["fits"]);
    let twice = Unfit::read::<Item>(br#"{"name": "a", "name": "b", "count": 1}"#).unwrap_err();
    assert_eq!(twice.to_string(), "the body does not fit: `.`: duplicate field `name` at line 1 column 20");
}

#[test]
fn a_type_that_is_itself_in_its_first_variant_ends() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only what fits counts")]
    enum Term {
        Not(Box<Term>),
        Is(bool),
    }
    assert_eq!(paths::<Vec<Term>>(&json!([7, {"Not": {"Is": 1}}, {"Is": 2}])), ["[0]", "[1].Not.Is", "[2].Is"]);
}

#[test]
fn no_more_is_told_than_somebody_reads() {
    let long = "ä".repeat(500);
    let found = faults::<Vec<u8>>(&json!(vec![long; 100]));
    assert_eq!(found.len(), MOST);
    assert!(found.iter().all(|(_, message)| message.chars().count() == LONGEST + 3));
}

/// Where an order can be wrong by itself.
const PLACES: [(&str, &str); 8] = [
    ("/id", "id"),
    ("/customer/name", "customer.name"),
    ("/customer/kind", "customer.kind"),
    ("/items/0/name", "items[0].name"),
    ("/items/0/count", "items[0].count"),
    ("/items/1/name", "items[1].name"),
    ("/notes/door", "notes.door"),
    ("/place/0", "place[0]"),
];

proptest! {
    /// `true` fits none of them.
    #[test]
    fn what_is_told_is_what_is_wrong(wrong in prop::collection::btree_set(0..PLACES.len(), 0..PLACES.len())) {
        let mut body = order();
        wrong.iter().for_each(|at| *body.pointer_mut(PLACES[*at].0).unwrap() = true.into());
        let mut found = paths::<Order>(&body);
        let mut expected: Vec<&str> = wrong.iter().map(|at| PLACES[*at].1).collect();
        found.sort();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn whatever_is_sent_is_answered(body in "[\\[\\]{}\",:a-z0-9 ]{0,40}") {
        if let Err(unfit) = Unfit::read::<Order>(body.as_bytes()) {
            prop_assert!(unfit.paths().next().is_some());
        }
    }
}
