use std::path::Path;

use cargo_metadata::{Metadata, Package, Target};

/// A program of a cargo workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub package: String,
    pub manifest: String,
    pub workspace: String,
    pub name: String,
    /// An example rather than a `bin`.
    pub example: bool,
}

/// Which of several programs is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    One(Program),
    Several(Vec<Program>),
    None,
}

impl Program {
    /// What it is called in an error.
    pub fn label(&self) -> String {
        format!("`{}` of the package `{}`", self.name, self.package)
    }

    /// All programs of a workspace.
    pub fn all(metadata: &Metadata) -> Vec<Self> {
        let of_package = |package: &Package| {
            let program = |target: &Target| Self {
                package: package.name.to_string(),
                manifest: package.manifest_path.to_string(),
                workspace: metadata.workspace_root.to_string(),
                name: target.name.clone(),
                example: target.is_example(),
            };
            let targets = package.targets.iter();
            let programs = targets.filter(|target| target.is_bin() || target.is_example());
            programs.map(program).collect::<Vec<_>>()
        };
        metadata.packages.iter().flat_map(of_package).collect()
    }

    /// The one called `name`: the one in `folder`'s own package, if it has one, else anywhere in the workspace.
    pub fn named(programs: &[Self], name: &str, folder: &Path) -> Choice {
        let called: Vec<_> = programs.iter().filter(|program| program.name == name).cloned().collect();
        let here = |program: &&Self| Path::new(&program.manifest).parent() == Some(folder);
        let own: Vec<_> = called.iter().filter(here).cloned().collect();
        match Choice::of(own) {
            Choice::None => Choice::of(called),
            choice => choice,
        }
    }
}

impl Choice {
    pub fn of(mut programs: Vec<Program>) -> Self {
        match programs.len() {
            0 => Self::None,
            1 => Self::One(programs.remove(0)),
            _ => Self::Several(programs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(package: &str, name: &str) -> Program {
        Program {
            package: package.into(),
            manifest: format!("/w/{package}/Cargo.toml"),
            workspace: "/w".into(),
            name: name.into(),
            example: false,
        }
    }

    #[test]
    fn a_name_is_found_anywhere_in_the_workspace() {
        let programs = [program("a", "one"), program("b", "two")];
        let named = |name| Program::named(&programs, name, Path::new("/w"));
        assert_eq!(named("two"), Choice::One(program("b", "two")));
        assert_eq!(named("three"), Choice::None);
    }

    #[test]
    fn the_folders_own_package_goes_before_others_with_that_name() {
        let programs = [program("a", "main"), program("b", "main")];
        let named = |folder| Program::named(&programs, "main", Path::new(folder));
        assert_eq!(named("/w/b"), Choice::One(program("b", "main")));
        assert_eq!(named("/w"), Choice::Several(programs.to_vec()));
    }
}
