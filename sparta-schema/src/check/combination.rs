use crate::check::map::listed;
use crate::check::{Checker, Verdict};
use crate::fault::{Fault, FaultKind};
use crate::node::Node;
use crate::schema::{Id, Keyword};

impl Checker<'_> {
    pub(super) fn any_of(&mut self, any: &[Id], node: &Node) {
        let mut wrong = Vec::new();
        let mut unsure = false;
        for &id in any {
            match self.verdict(id, node) {
                Verdict::Yes => return,
                Verdict::Unsure => unsure = true,
                Verdict::No(faults) => wrong.push(faults),
            }
        }
        if unsure {
            self.unsure = true;
        } else {
            self.no_form(any, wrong, node);
        }
    }

    pub(super) fn one_of(&mut self, one: &[Id], node: &Node) {
        let mut right = Vec::new();
        let mut wrong = Vec::new();
        let mut unsure = false;
        for &id in one {
            match self.verdict(id, node) {
                Verdict::Yes => right.push(id),
                Verdict::Unsure => unsure = true,
                Verdict::No(faults) => wrong.push(faults),
            }
        }
        match right.len() {
            0 if !unsure => self.no_form(one, wrong, node),
            0 | 1 => self.unsure |= unsure,
            _ => self.several_forms(&right, node),
        }
    }

    pub(super) fn not(&mut self, id: Id, node: &Node) {
        match self.verdict(id, node) {
            Verdict::Yes => {
                let message = match self.required_names(id) {
                    Some(names) => format!("{} cannot have {} here", self.name(), listed(&names)),
                    None => format!("{} has a value that is excluded", self.name()),
                };
                self.fault(node.place, FaultKind::Exclusive, message);
            }
            Verdict::Unsure => self.unsure = true,
            Verdict::No(_) => {}
        }
    }

    pub(super) fn condition(&mut self, condition: Id, then: Option<Id>, otherwise: Option<Id>, node: &Node) {
        let branch = match self.verdict(condition, node) {
            Verdict::Yes => then,
            Verdict::No(_) => otherwise,
            Verdict::Unsure => {
                self.unsure = true;
                return;
            }
        };
        if let Some(id) = branch {
            self.schema(id, node);
        }
    }

    // the form that was meant is the one with the fewest mistakes, and those far inside tell more
    fn no_form(&mut self, forms: &[Id], wrong: Vec<Vec<Fault>>, node: &Node) {
        let names: Option<Vec<_>> = forms.iter().map(|id| self.required_names(*id)).collect();
        let absent = wrong.iter().all(|faults| faults.iter().all(|it| it.place == node.place));
        if let Some(names) = names.filter(|_| absent) {
            let names = names.iter().map(|it| listed(it).replace(", ", " and ")).collect::<Vec<_>>().join(", or ");
            self.fault(node.place, FaultKind::Required, format!("{} needs {names}", self.name()));
            return;
        }
        let types_differ =
            |faults: &Vec<Fault>| faults.iter().any(|it| it.place == node.place && it.kind == FaultKind::Type);
        let nearest = wrong.into_iter().min_by_key(|faults| (types_differ(faults), faults.len()));
        self.faults.extend(nearest.unwrap_or_default());
    }

    fn several_forms(&mut self, right: &[Id], node: &Node) {
        let names: Option<Vec<_>> = right.iter().map(|id| self.required_names(*id)).collect();
        let message = match names {
            Some(names) => format!("{} takes only one of {}", self.name(), listed(&names.concat())),
            None => format!("{} has more than one of the forms that it may have: leave a part out", self.name()),
        };
        self.fault(node.place, FaultKind::Exclusive, message);
    }

    /// The names of a schema that asks for nothing but names.
    fn required_names(&self, id: Id) -> Option<Vec<&'static str>> {
        match self.resource_type.schemas[id].as_slice() {
            [Keyword::Required(names)] => Some(names.clone()),
            [Keyword::Ref(id)] => self.required_names(*id),
            _ => None,
        }
    }
}
