use super::parser::Ast;

const STEPS: usize = 200_000;
// a level of the stack takes some hundred bytes, many more without optimisation
const DEPTH: usize = 400;

/// Looks for a pattern in a text, trying one possibility after another.
pub(super) struct Matcher<'t> {
    text: &'t [u32],
    steps: usize,
    depth: usize,
    gave_up: bool,
}

/// What has to match after a part: whether it does from a position.
type Rest<'r, 't> = &'r mut dyn FnMut(&mut Matcher<'t>, usize) -> bool;

impl<'t> Matcher<'t> {
    pub(super) fn new(text: &'t [u32]) -> Self {
        Self { text, steps: 0, depth: 0, gave_up: false }
    }

    pub(super) fn search(mut self, ast: &Ast) -> Option<bool> {
        let anchored = matches!(ast, Ast::Sequence(parts) if matches!(parts.first(), Some(Ast::Start)));
        let last = if anchored { 0 } else { self.text.len() };
        let found = (0..=last).any(|at| self.run(ast, at, &mut |_, _| true));
        match (found, self.gave_up) {
            (_, true) => None,
            (found, false) => Some(found),
        }
    }

    // once it gave up everything matches, so that all ends soon
    fn run(&mut self, ast: &Ast, at: usize, rest: Rest<'_, 't>) -> bool {
        self.steps += 1;
        self.depth += 1;
        self.gave_up |= self.steps > STEPS || self.depth > DEPTH;
        let matched = self.gave_up || self.part(ast, at, rest);
        self.depth -= 1;
        matched
    }

    fn part(&mut self, ast: &Ast, at: usize, rest: Rest<'_, 't>) -> bool {
        match ast {
            Ast::One(set) => self.text.get(at).is_some_and(|&code| set.has(code)) && rest(self, at + 1),
            Ast::Sequence(parts) => self.sequence(parts, at, rest),
            Ast::Either(all) => all.iter().any(|it| self.run(it, at, rest)),
            Ast::Repeat { inner, min, max, lazy } => match &**inner {
                Ast::One(set) => {
                    let end = self.text[at..].iter().take(*max).take_while(|code| set.has(**code)).count();
                    self.steps += end / 16;
                    let mut tries = (*min..=end).map(|count| at + count);
                    if *lazy {
                        tries.any(|it| self.tried(it, rest))
                    } else {
                        tries.rev().any(|it| self.tried(it, rest))
                    }
                }
                inner => self.repeat(inner, (*min, *max, *lazy), at, rest),
            },
            Ast::Start => at == 0 && rest(self, at),
            Ast::End => (at == self.text.len() || self.text[at..] == [10]) && rest(self, at),
            Ast::VeryEnd => at == self.text.len() && rest(self, at),
            Ast::WordBoundary { negative } => self.is_boundary(at) != *negative && rest(self, at),
            Ast::Look { inner, behind, negative } => self.looks(inner, *behind, at) != *negative && rest(self, at),
        }
    }

    fn tried(&mut self, at: usize, rest: Rest<'_, 't>) -> bool {
        self.steps += 1;
        self.gave_up |= self.steps > STEPS;
        self.gave_up || rest(self, at)
    }

    fn sequence(&mut self, parts: &[Ast], at: usize, rest: Rest<'_, 't>) -> bool {
        match parts {
            [] => rest(self, at),
            [part] => self.run(part, at, rest),
            [first, others @ ..] => self.run(first, at, &mut |matcher, at| matcher.sequence(others, at, rest)),
        }
    }

    fn repeat(&mut self, inner: &Ast, (min, max, lazy): (usize, usize, bool), at: usize, rest: Rest<'_, 't>) -> bool {
        if min == 0 && lazy && rest(self, at) {
            return true;
        }
        let bounds = (min.saturating_sub(1), max.saturating_sub(1), lazy);
        let once_more = max > 0
            && self.run(inner, at, &mut |matcher, next| {
                // an empty repetition would repeat without end
                (next > at || min > 0) && matcher.repeat(inner, bounds, next, rest)
            });
        once_more || (min == 0 && !lazy && rest(self, at))
    }

    fn looks(&mut self, inner: &Ast, behind: bool, at: usize) -> bool {
        if behind {
            (0..=at).rev().any(|start| self.run(inner, start, &mut |_, end| end == at))
        } else {
            self.run(inner, at, &mut |_, _| true)
        }
    }

    fn is_boundary(&self, at: usize) -> bool {
        let word = |code: &u32| char::from_u32(*code).is_some_and(|it| it.is_alphanumeric() || it == '_');
        let before = at.checked_sub(1).is_some_and(|it| word(&self.text[it]));
        before != self.text.get(at).is_some_and(word)
    }
}
