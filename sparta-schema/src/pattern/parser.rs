use std::iter::Peekable;
use std::str::Chars;

use super::set::{Class, Set};

/// A pattern's syntax tree.
pub(super) enum Ast {
    One(Set),
    Sequence(Vec<Ast>),
    Either(Vec<Ast>),
    Repeat {
        inner: Box<Ast>,
        min: usize,
        max: usize,
        lazy: bool,
    },
    Start,
    /// The end, or before the line feed that ends the text.
    End,
    VeryEnd,
    WordBoundary {
        negative: bool,
    },
    Look {
        inner: Box<Ast>,
        behind: bool,
        negative: bool,
    },
}

pub(super) fn parse(text: &str) -> Option<Ast> {
    let mut parser = Parser { rest: text.chars().peekable(), ignore_case: false, dot_all: false };
    let ast = parser.alternatives()?;
    parser.rest.next().is_none().then_some(ast)
}

struct Parser<'a> {
    rest: Peekable<Chars<'a>>,
    ignore_case: bool,
    /// Whether `.` stands for a line feed as well.
    dot_all: bool,
}

impl Parser<'_> {
    fn eat(&mut self, expected: char) -> bool {
        self.rest.next_if_eq(&expected).is_some()
    }

    fn eat_all(&mut self, expected: &str) -> bool {
        let mut ahead = self.rest.clone();
        let found = expected.chars().all(|it| ahead.next_if_eq(&it).is_some());
        if found {
            self.rest = ahead;
        }
        found
    }

    fn alternatives(&mut self) -> Option<Ast> {
        let mut all = vec![self.sequence()?];
        while self.eat('|') {
            all.push(self.sequence()?);
        }
        if all.len() == 1 { all.pop() } else { Some(Ast::Either(all)) }
    }

    fn sequence(&mut self) -> Option<Ast> {
        let mut parts = Vec::new();
        while let Some(next) = self.rest.peek() {
            if matches!(next, '|' | ')') {
                break;
            }
            let Some(part) = self.part()? else { continue };
            parts.push(self.repeated(part)?);
        }
        Some(Ast::Sequence(parts))
    }

    // the outer option is `None` for what is not understood, the inner for flags, which match nothing
    fn part(&mut self) -> Option<Option<Ast>> {
        let ast = match self.rest.next()? {
            '^' => Ast::Start,
            '$' => Ast::End,
            '.' if self.dot_all => Ast::One(Set { negative: true, ..Set::default() }),
            '.' => Ast::One(Set { negative: true, ranges: vec![(10, 10)], ..Set::default() }),
            '[' => self.set()?,
            '(' => return self.group(),
            '\\' => self.escape()?,
            '*' | '+' | '?' => return None,
            letter => self.letter(letter),
        };
        Some(Some(ast))
    }

    fn letter(&self, letter: char) -> Ast {
        let code = u32::from(letter);
        Ast::One(Set { ignore_case: self.ignore_case, ranges: vec![(code, code)], ..Set::default() })
    }

    fn group(&mut self) -> Option<Option<Ast>> {
        let look = [("?=", false, false), ("?!", false, true), ("?<=", true, false), ("?<!", true, true)];
        for (prefix, behind, negative) in look {
            if self.eat_all(prefix) {
                let inner = Box::new(self.group_end()?);
                return Some(Some(Ast::Look { inner, behind, negative }));
            }
        }
        if self.flags() {
            return Some(None);
        }
        if self.eat_all("?P<") || self.eat_all("?<") {
            while self.rest.next()? != '>' {}
        } else if !self.eat_all("?:") && self.rest.peek() == Some(&'?') {
            return None;
        }
        self.group_end().map(Some)
    }

    /// Takes `?i)` and `?s)`, which are for what follows.
    fn flags(&mut self) -> bool {
        let ignore_case = self.eat_all("?i)");
        let dot_all = !ignore_case && self.eat_all("?s)");
        self.ignore_case |= ignore_case;
        self.dot_all |= dot_all;
        ignore_case || dot_all
    }

    fn group_end(&mut self) -> Option<Ast> {
        let outside = (self.ignore_case, self.dot_all);
        let ast = self.alternatives()?;
        (self.ignore_case, self.dot_all) = outside;
        self.eat(')').then_some(ast)
    }

    fn repeated(&mut self, mut part: Ast) -> Option<Ast> {
        loop {
            let (min, max) = match self.rest.peek() {
                Some('*') => (0, usize::MAX),
                Some('+') => (1, usize::MAX),
                Some('?') => (0, 1),
                Some('{') => match self.bounds() {
                    Some(bounds) => bounds,
                    None => return Some(part),
                },
                _ => return Some(part),
            };
            self.rest.next();
            let lazy = self.eat('?');
            if self.eat('+') || min > max {
                return None;
            }
            part = Ast::Repeat { inner: Box::new(part), min, max, lazy };
        }
    }

    // `{2}`, `{2,}`, `{2,5}` and `{,5}`; any other brace stands for itself. The closing brace is left to be skipped
    fn bounds(&mut self) -> Option<(usize, usize)> {
        let text: String = self.rest.clone().skip(1).take_while(|it| *it != '}').collect();
        let (min, max) = text.split_once(',').unwrap_or((&text, &text));
        let bound = |text: &str, default| if text.is_empty() { Some(default) } else { text.parse().ok() };
        let bounds = (bound(min, 0)?, bound(max, usize::MAX)?);
        if text.is_empty() || text == "," || self.rest.clone().nth(text.len() + 1) != Some('}') {
            return None;
        }
        self.rest.nth(text.len());
        Some(bounds)
    }

    fn escape(&mut self) -> Option<Ast> {
        let ast = match self.rest.peek()? {
            'b' => Ast::WordBoundary { negative: false },
            'B' => Ast::WordBoundary { negative: true },
            'A' => Ast::Start,
            'Z' | 'z' => Ast::VeryEnd,
            '1'..='9' => return None,
            _ => {
                let mut set = Set { ignore_case: self.ignore_case, ..Set::default() };
                match self.escaped()? {
                    Escaped::Code(code) => set.ranges.push((code, code)),
                    Escaped::Class(class, negative) => set.classes.push((class, negative)),
                }
                return Some(Ast::One(set));
            }
        };
        self.rest.next();
        Some(ast)
    }

    fn escaped(&mut self) -> Option<Escaped> {
        let letter = self.rest.next()?;
        Some(match letter {
            'd' | 'D' => Escaped::Class(Class::Digit, letter == 'D'),
            'w' | 'W' => Escaped::Class(Class::Word, letter == 'W'),
            's' | 'S' => Escaped::Class(Class::Space, letter == 'S'),
            'p' | 'P' => Escaped::Class(self.property()?, letter == 'P'),
            't' => Escaped::Code(9),
            'n' => Escaped::Code(10),
            'v' => Escaped::Code(11),
            'f' => Escaped::Code(12),
            'r' => Escaped::Code(13),
            '0' => Escaped::Code(0),
            'x' if self.eat('{') => Escaped::Code(self.hexadecimal_to_brace()?),
            'x' => Escaped::Code(self.hexadecimal(2)?),
            'u' => Escaped::Code(self.utf_16()?),
            'Q' | 'E' | 'h' | 'H' | 'k' | 'G' | 'R' | 'X' => return None,
            _ => Escaped::Code(u32::from(letter)),
        })
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        (0..digits).try_fold(0, |code, _| Some(code * 16 + self.rest.next()?.to_digit(16)?))
    }

    /// A character beyond 16 bits is written as two surrogates.
    fn utf_16(&mut self) -> Option<u32> {
        let code = self.hexadecimal(4)?;
        let alone = self.rest.clone();
        if (0xd800..0xdc00).contains(&code) && self.eat_all("\\u") {
            match self.hexadecimal(4) {
                Some(low) if (0xdc00..0xe000).contains(&low) => {
                    return Some(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
                }
                _ => self.rest = alone,
            }
        }
        Some(code)
    }

    fn hexadecimal_to_brace(&mut self) -> Option<u32> {
        let mut code = 0;
        while !self.eat('}') {
            code = code * 16 + self.rest.next()?.to_digit(16)?;
        }
        Some(code)
    }

    fn property(&mut self) -> Option<Class> {
        let name = if self.eat('{') {
            let mut name = String::new();
            loop {
                match self.rest.next()? {
                    '}' => break name,
                    letter => name.push(letter),
                }
            }
        } else {
            self.rest.next()?.to_string()
        };
        Some(match name.as_str() {
            "L" | "Alpha" | "IsAlphabetic" => Class::Letter,
            "Lu" | "Upper" => Class::Upper,
            "Ll" | "Lower" => Class::Lower,
            "N" | "Nd" | "Digit" => Class::Number,
            "Z" | "Zs" => Class::Separator,
            "M" | "Mn" | "Mc" => Class::Mark,
            "S" => Class::Symbol,
            "P" => Class::Punctuation,
            "C" | "Cc" | "Cf" | "Cntrl" => Class::Control,
            "ASCII" => Class::Ascii,
            "Graph" => Class::Graphic,
            "Print" => Class::Printable,
            _ => return None,
        })
    }

    fn set(&mut self) -> Option<Ast> {
        let mut set = Set { negative: self.eat('^'), ignore_case: self.ignore_case, ..Set::default() };
        let mut first = true;
        loop {
            let start = match self.rest.next()? {
                ']' if !first => return Some(Ast::One(set)),
                '[' if self.rest.peek() == Some(&':') => return None,
                '&' if self.eat_all("&[") => {
                    let Ast::One(other) = self.set()? else { return None };
                    set.and = Some(Box::new(other));
                    return self.eat(']').then_some(Ast::One(set));
                }
                '&' if self.rest.peek() == Some(&'&') => return None,
                '\\' if self.rest.peek() == Some(&'b') => return None,
                '\\' => self.escaped()?,
                letter => Escaped::Code(u32::from(letter)),
            };
            first = false;
            match start {
                Escaped::Class(class, negative) => set.classes.push((class, negative)),
                Escaped::Code(start) => set.ranges.push((start, self.range_end(start)?)),
            }
        }
    }

    fn range_end(&mut self, start: u32) -> Option<u32> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('-') || ahead.peek() == Some(&']') {
            return Some(start);
        }
        let before = self.rest.clone();
        self.rest = ahead;
        let end = match self.rest.next()? {
            '\\' => self.escaped()?,
            letter => Escaped::Code(u32::from(letter)),
        };
        match end {
            Escaped::Code(end) => (start <= end).then_some(end),
            // `a-\w`: the hyphen is one of the set
            Escaped::Class(..) => {
                self.rest = before;
                Some(start)
            }
        }
    }
}

enum Escaped {
    Code(u32),
    Class(Class, bool),
}
