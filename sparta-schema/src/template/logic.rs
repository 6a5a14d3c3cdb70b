//! Conditions: which of them can hold at once.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json};

/// Conditions, each true or false.
pub(super) type Case<'t> = BTreeSet<(&'t str, bool)>;

// what takes more is not decided
const DEPTH: usize = 50;
const FORMULA: usize = 2_000;
const CASES: usize = 4_096;
const EVALUATIONS: usize = 500_000;

/// What is known of a template's conditions.
pub(super) struct Logic<'t> {
    conditions: Option<&'t Map<String, Json>>,
    parameters: Option<&'t Map<String, Json>>,
    decided: RefCell<HashMap<Case<'t>, Option<bool>>>,
    left: Cell<usize>,
}

enum Formula {
    Known(bool),
    /// A variable has a value.
    Is(usize, String),
    /// Something that is not known, by its own variable.
    Open(usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// The variables of a case: what stands on one side of `Fn::Equals`, with the values that make a difference.
#[derive(Default)]
struct Variables {
    names: HashMap<String, usize>,
    values: Vec<BTreeSet<Option<String>>>,
    size: usize,
}

impl<'t> Logic<'t> {
    pub(super) fn new(conditions: Option<&'t Map<String, Json>>, parameters: Option<&'t Map<String, Json>>) -> Self {
        Self { conditions, parameters, decided: RefCell::default(), left: Cell::new(EVALUATIONS) }
    }

    /// Whether the conditions can be so at once; `None` where it is not decided.
    pub(super) fn is_possible(&self, case: &Case<'t>) -> Option<bool> {
        if case.is_empty() {
            return Some(true);
        }
        if case.iter().any(|(name, value)| case.contains(&(*name, !value))) {
            return Some(false);
        }
        if let Some(decided) = self.decided.borrow().get(case) {
            return *decided;
        }
        let decided = self.decide(case);
        self.decided.borrow_mut().insert(case.clone(), decided);
        decided
    }

    fn decide(&self, case: &Case<'t>) -> Option<bool> {
        let mut variables = Variables::default();
        let decided = self.decide_with(case, &mut variables);
        // what is not decided was work, too
        self.left.set(self.left.get().saturating_sub(variables.size));
        decided
    }

    fn decide_with(&self, case: &Case<'t>, variables: &mut Variables) -> Option<bool> {
        if self.left.get() == 0 {
            return None;
        }
        let mut parts = Vec::new();
        for (name, value) in case {
            let formula = self.condition(name, variables, 0)?;
            parts.push(if *value { formula } else { Formula::Not(Box::new(formula)) });
        }
        let formula = Formula::All(parts);
        let count = variables
            .values
            .iter()
            .try_fold(1_usize, |count, it| count.checked_mul(it.len()).filter(|count| *count <= CASES))?;
        self.left.set(self.left.get().checked_sub(count * variables.size)?);
        let domains: Vec<Vec<_>> = variables.values.iter().map(|it| it.iter().collect()).collect();
        let holds = (0..count).any(|mut number| {
            let chosen: Vec<_> = domains
                .iter()
                .map(|values| {
                    let value = values[number % values.len()];
                    number /= values.len();
                    value.as_deref()
                })
                .collect();
            formula.holds(&chosen)
        });
        Some(holds)
    }

    fn condition(&self, name: &str, variables: &mut Variables, depth: usize) -> Option<Formula> {
        match self.conditions.and_then(|it| it.get(name)) {
            Some(definition) if depth < DEPTH => self.formula(definition, variables, depth + 1),
            _ => Some(Formula::Open(variables.open(&format!("condition {name}")))),
        }
    }

    fn formula(&self, value: &Json, variables: &mut Variables, depth: usize) -> Option<Formula> {
        variables.size += 1;
        if variables.size > FORMULA || depth > DEPTH {
            return None;
        }
        if let Some(known) = value.as_bool() {
            return Some(Formula::Known(known));
        }
        let (name, argument) = value.as_object().filter(|it| it.len() == 1)?.iter().next()?;
        let all = |variables: &mut Variables| {
            argument.as_array()?.iter().map(|it| self.formula(it, variables, depth + 1)).collect::<Option<Vec<_>>>()
        };
        Some(match name.as_str() {
            "Condition" => self.condition(argument.as_str()?, variables, depth)?,
            "Fn::And" => Formula::All(all(variables)?),
            "Fn::Or" => Formula::Any(all(variables)?),
            "Fn::Not" => Formula::Not(Box::new(all(variables)?.pop()?)),
            "Fn::Equals" => match argument.as_array()?.as_slice() {
                [a, b] => self.equals(a, b, variables),
                _ => return None,
            },
            _ => Formula::Open(variables.open(&value.to_string())),
        })
    }

    fn equals(&self, a: &Json, b: &Json, variables: &mut Variables) -> Formula {
        match (literal(a), literal(b)) {
            (Some(a), Some(b)) => Formula::Known(a == b),
            (None, None) if a == b => Formula::Known(true),
            (None, None) => {
                let mut sides = [a.to_string(), b.to_string()];
                sides.sort();
                Formula::Open(variables.open(&sides.join(" = ")))
            }
            (None, Some(value)) => Formula::Is(self.variable(a, &value, variables), value),
            (Some(value), None) => Formula::Is(self.variable(b, &value, variables), value),
        }
    }

    fn variable(&self, side: &Json, value: &str, variables: &mut Variables) -> usize {
        let parameter = side.get("Ref").and_then(Json::as_str).and_then(|name| self.parameters?.get(name));
        let allowed = parameter.and_then(|it| it.get("AllowedValues")).and_then(Json::as_array);
        let index = variables.index(&side.to_string());
        let values = &mut variables.values[index];
        match allowed {
            Some(allowed) => values.extend(allowed.iter().map(literal)),
            None => values.extend([None, Some(value.to_owned())]),
        }
        index
    }
}

impl Variables {
    fn index(&mut self, name: &str) -> usize {
        let next = self.values.len();
        let index = *self.names.entry(name.to_owned()).or_insert(next);
        if index == next {
            self.values.push(BTreeSet::new());
        }
        index
    }

    fn open(&mut self, name: &str) -> usize {
        let index = self.index(name);
        self.values[index].extend([None, Some(String::new())]);
        index
    }
}

impl Formula {
    fn holds(&self, chosen: &[Option<&str>]) -> bool {
        match self {
            Self::Known(it) => *it,
            Self::Is(variable, value) => chosen[*variable] == Some(value),
            Self::Open(variable) => chosen[*variable].is_some(),
            Self::Not(inner) => !inner.holds(chosen),
            Self::All(parts) => parts.iter().all(|it| it.holds(chosen)),
            Self::Any(parts) => parts.iter().any(|it| it.holds(chosen)),
        }
    }
}

/// A value that is written out, as text.
fn literal(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(it) => Some(it.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_excludes_one_another_is_never_at_once() {
        let parameters =
            json!({ "Stage": { "Type": "String" }, "Size": { "Type": "String", "AllowedValues": ["s", "l"] } });
        let conditions = json!({
            "Test": { "Fn::Equals": [{ "Ref": "Stage" }, "test"] },
            "Production": { "Fn::Equals": ["production", { "Ref": "Stage" }] },
            "Either": { "Fn::Or": [{ "Condition": "Test" }, { "Condition": "Production" }] },
            "Large": { "Fn::Equals": [{ "Ref": "Size" }, "l"] },
            "Small": { "Fn::Equals": [{ "Ref": "Size" }, "s"] },
            "Never": { "Fn::Equals": ["a", "b"] },
            "Medium": { "Fn::Equals": [{ "Ref": "Size" }, "m"] },
            "Plain": false,
            "Circle": { "Fn::Not": [{ "Condition": "Circle" }] },
            "Broken": { "Fn::And": "x" },
        });
        let logic = Logic::new(conditions.as_object(), parameters.as_object());
        let possible = |case: &[(&'static str, bool)]| logic.is_possible(&case.iter().copied().collect());
        assert_eq!(possible(&[("Test", true), ("Production", true)]), Some(false));
        assert_eq!(possible(&[("Test", false), ("Production", false)]), Some(true));
        assert_eq!(possible(&[("Test", true), ("Either", false)]), Some(false));
        assert_eq!(possible(&[("Either", true), ("Test", false)]), Some(true));
        assert_eq!(possible(&[("Large", false), ("Small", false)]), Some(false));
        assert_eq!(possible(&[("Never", true)]), Some(false));
        assert_eq!(possible(&[("Never", false)]), Some(true));
        assert_eq!(possible(&[("Medium", true)]), Some(false));
        assert_eq!(possible(&[("Unknown", true), ("Test", true)]), Some(true));
        assert_eq!(possible(&[("Plain", true)]), Some(false));
        assert_eq!(possible(&[("Circle", true)]), Some(true));
        assert_eq!(possible(&[("Broken", true)]), None);
    }
}
