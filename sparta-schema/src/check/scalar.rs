use crate::check::Checker;
use crate::fault::FaultKind;
use crate::iam;
use crate::names::nearest;
use crate::node::{Node, Value};
use crate::pattern;
use crate::schema::{Keyword, Literal, Types};

// more are not shown in a message
const SHOWN: usize = 12;

impl Checker<'_> {
    pub(super) fn scalar_keyword(&mut self, keyword: &Keyword, node: &Node) {
        match keyword {
            Keyword::Enum(literals) => self.one_of_literals(literals, node, false),
            Keyword::EnumIgnoreCase(literals) => self.one_of_literals(literals, node, true),
            Keyword::Const(literal) => self.one_of_literals(std::slice::from_ref(literal), node, false),
            Keyword::Pattern(pattern) => self.pattern(pattern, node),
            Keyword::FormatPattern(pattern) if matches!(node.value, Value::String(_)) => self.pattern(pattern, node),
            Keyword::Format(format) => self.format(format, node),
            Keyword::Misspelt(names) => self.misspelt(names, node),
            Keyword::IamAction => self.iam_action(node),
            Keyword::Retired(values) => self.retired(values, node),
            Keyword::MinLength(min) => self.length(node, *min, "at least", |length| length < *min),
            Keyword::MaxLength(max) => self.length(node, *max, "at most", |length| length > *max),
            Keyword::Minimum(min) => self.range(node, |it| it >= *min, || format!("at least {min}")),
            Keyword::Maximum(max) => self.range(node, |it| it <= *max, || format!("at most {max}")),
            Keyword::ExclusiveMinimum(min) => self.range(node, |it| it > *min, || format!("more than {min}")),
            Keyword::ExclusiveMaximum(max) => self.range(node, |it| it < *max, || format!("less than {max}")),
            Keyword::MultipleOf(step) => {
                self.range(node, |it| (it / step).fract() == 0.0, || format!("a multiple of {step}"))
            }
            _ => {}
        }
    }

    fn one_of_literals(&mut self, literals: &[Literal], node: &Node, ignore_case: bool) {
        if literals.iter().any(|literal| equal(&node.value, literal, ignore_case)) {
            return;
        }
        let shown = literals.iter().take(SHOWN).map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        let name = self.name();
        let found = shown_value(&node.value);
        let expected = match literals.len() {
            1 => shown,
            2..=SHOWN => format!("one of {shown}"),
            many => format!("one of {shown} and {} more", many - SHOWN),
        };
        let texts = literals.iter().filter_map(|it| if let Literal::Text(text) = it { Some(*text) } else { None });
        let hint = match &node.value {
            Value::String(text) if literals.len() > 1 && !self.tentative => self.hint(text, texts),
            _ => String::new(),
        };
        self.fault(node.place, FaultKind::Enum, format!("{name} must be {expected}, not {found}{hint}"));
    }

    fn misspelt(&mut self, names: &[&str], node: &Node) {
        let Value::String(text) = &node.value else { return };
        if names.contains(&text.as_str()) || !self.left.hint() {
            return;
        }
        if let Some(meant) = nearest(text, names.iter().copied()) {
            let message = format!("{} is not known as `{text}`; did you mean `{meant}`?", self.name());
            self.fault(node.place, FaultKind::Enum, message);
        }
    }

    fn iam_action(&mut self, node: &Node) {
        let Value::String(text) = &node.value else { return };
        if iam::exists(text) {
            return;
        }
        let meant = if self.left.hint() { iam::nearest_action(text) } else { None };
        let meant = match meant {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => ": correct it, or leave it where it is a new one".to_owned(),
        };
        let what = if text.contains(['*', '?']) { "stands for" } else { "is" };
        self.fault(node.place, FaultKind::UnknownAction, format!("`{text}` {what} no IAM action that is known{meant}"));
    }

    fn retired(&mut self, values: &[(&str, &str)], node: &Node) {
        let Value::String(text) = &node.value else { return };
        if let Some((_, said)) = values.iter().find(|(value, _)| value == text) {
            self.fault(node.place, FaultKind::Retired, format!("`{text}` is retired: {said}"));
        }
    }

    fn pattern(&mut self, expected: &str, node: &Node) {
        let Some(text) = as_text(&node.value) else { return };
        if !pattern::may_match(expected, &text) {
            let message = format!("{} must match the pattern `{expected}`, which `{text}` does not", self.name());
            self.fault(node.place, FaultKind::Pattern, message);
        }
    }

    fn format(&mut self, format: &str, node: &Node) {
        let Value::String(text) = &node.value else { return };
        let (right, expected) = match format {
            "date-time" => (is_date_time(text), "a date and time such as `2030-01-31T12:00:00Z`"),
            "ipv4" => (text.parse::<std::net::Ipv4Addr>().is_ok(), "an IPv4 address such as `192.0.2.1`"),
            "ipv6" => (text.parse::<std::net::Ipv6Addr>().is_ok(), "an IPv6 address such as `2001:db8::1`"),
            "ipv4-network" => (is_network::<std::net::Ipv4Addr>(text, 32), "an IPv4 network such as `10.0.0.0/16`"),
            "ipv6-network" => (is_network::<std::net::Ipv6Addr>(text, 128), "an IPv6 network such as `2001:db8::/32`"),
            _ => return,
        };
        if !right {
            self.fault(node.place, FaultKind::Pattern, format!("{} must be {expected}, not `{text}`", self.name()));
        }
    }

    fn length(&mut self, node: &Node, limit: usize, bound: &str, is_wrong: impl Fn(usize) -> bool) {
        let Value::String(text) = &node.value else { return };
        let length = text.chars().count();
        if is_wrong(length) {
            let characters = if limit == 1 { "character" } else { "characters" };
            let message = format!("{} must have {bound} {limit} {characters}, not {length}", self.name());
            self.fault(node.place, FaultKind::Length, message);
        }
    }

    fn range(&mut self, node: &Node, right: impl Fn(f64) -> bool, expected: impl Fn() -> String) {
        let number = match &node.value {
            Value::Number(number) => *number,
            Value::String(text) => match text.trim().parse() {
                Ok(number) => number,
                Err(_) => return,
            },
            _ => return,
        };
        if !right(number) {
            let message = format!("{} must be {}, not {number}", self.name(), expected());
            self.fault(node.place, FaultKind::Range, message);
        }
    }
}

/// Whether CloudFormation takes a value for one of the types: it reads text as a number or boolean, and writes them as text.
pub(super) fn fits(types: Types, value: &Value) -> bool {
    match value {
        Value::List(_) => types.has(Types::ARRAY),
        Value::Map(_) => types.has(Types::OBJECT),
        Value::Bool(_) => types.has(Types::BOOLEAN) || types.has(Types::STRING),
        Value::Number(it) => {
            types.has(Types::NUMBER) || types.has(Types::STRING) || (types.has(Types::INTEGER) && it.fract() == 0.0)
        }
        Value::String(text) => {
            types.has(Types::STRING)
                || (types.has(Types::INTEGER) && text.trim().parse::<f64>().is_ok_and(|it| it.fract() == 0.0))
                || (types.has(Types::NUMBER) && text.trim().parse::<f64>().is_ok())
                || (types.has(Types::BOOLEAN) && boolean(text).is_some())
        }
        Value::Null | Value::Unknown(_) | Value::Choice(_) | Value::Absent => true,
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// The types in words.
pub(super) fn expected(types: Types) -> String {
    let words = [
        (Types::STRING, "text"),
        (Types::INTEGER, "a whole number"),
        (Types::NUMBER, "a number"),
        (Types::BOOLEAN, "`true` or `false`"),
        (Types::ARRAY, "a list"),
        (Types::OBJECT, "a map"),
    ];
    let words: Vec<_> = words.into_iter().filter(|(it, _)| types.has(*it)).map(|(_, word)| word).collect();
    words.join(" or ")
}

/// A value's type in words.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a map".to_owned(),
        value => shown_value(value),
    }
}

fn shown_value(value: &Value) -> String {
    as_text(value).map_or_else(|| "this".to_owned(), |text| format!("`{text}`"))
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(it) => Some(it.to_string()),
        _ => None,
    }
}

fn equal(value: &Value, literal: &Literal, ignore_case: bool) -> bool {
    match (value, literal) {
        (Value::String(text), Literal::Text(literal)) if ignore_case => text.eq_ignore_ascii_case(literal),
        (Value::Bool(it), Literal::Bool(literal)) => it == literal,
        (Value::Bool(it), Literal::Text(text)) => boolean(&text.to_ascii_lowercase()) == Some(*it),
        (Value::String(text), Literal::Bool(it)) => boolean(text) == Some(*it),
        (Value::Number(it), Literal::Number(literal)) => it == literal,
        (Value::Number(_), Literal::Text(literal)) => as_text(value).as_deref() == Some(*literal),
        (Value::String(text), Literal::Number(it)) => text.trim().parse() == Ok(*it),
        (Value::String(text), Literal::Text(literal)) => {
            text == literal || (boolean(text).is_some() && boolean(text) == boolean(&literal.to_ascii_lowercase()))
        }
        _ => false,
    }
}

fn is_date_time(text: &str) -> bool {
    let time = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)";
    pattern::may_match(&format!(r"^\d{{4}}-(0[1-9]|1[0-2])-\d{{2}}[Tt]{time}$"), text)
}

fn is_network<Address: std::str::FromStr>(text: &str, longest: u8) -> bool {
    let (address, prefix) = text.split_once('/').unwrap_or((text, "0"));
    let prefix_fits =
        prefix.parse::<u8>().is_ok_and(|it| it <= longest) || prefix.parse::<std::net::Ipv4Addr>().is_ok();
    address.parse::<Address>().is_ok() && prefix_fits
}
