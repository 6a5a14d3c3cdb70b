//! The programs of a cargo workspace, and which of them is running.

use std::path::Path;

use cargo_metadata::{Metadata, Package, Target};

/// A program of a cargo workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    pub package: String,
    pub manifest: String,
    pub workspace: String,
    pub name: String,
    /// An example rather than a `bin`.
    pub example: bool,
    /// Dependencies that lie outside of the repository, each with its folder.
    pub outside: Vec<(String, String)>,
    /// The feature of its package that gives it what talks to AWS; none where it does not depend on `sparta-lambda`.
    pub aws_feature: Option<String>,
    /// Whether cargo is configured to keep what it compiles in between apart from the target folder.
    pub own_build_folder: bool,
}

/// Which of several programs is meant.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    One(Program),
    Several(Vec<Program>),
    None,
}

impl Program {
    /// What it is called in an error.
    pub(crate) fn label(&self) -> String {
        format!("`{}` of the package `{}`", self.name, self.package)
    }

    /// Cargo's flags that select it.
    pub(crate) fn target_flags(&self) -> [&str; 2] {
        [if self.example { "--example" } else { "--bin" }, &self.name]
    }

    /// All programs of a workspace.
    pub(crate) fn all(metadata: &Metadata) -> Vec<Self> {
        let repository = repository(metadata.workspace_root.as_std_path());
        let own_build_folder =
            metadata.build_directory.as_ref().is_some_and(|folder| *folder != metadata.target_directory);
        let of_package = |package: &Package| {
            let outside = outside(package, repository);
            let aws_feature = aws_feature(package);
            let program = |target: &Target| Self {
                package: package.name.to_string(),
                manifest: package.manifest_path.to_string(),
                workspace: metadata.workspace_root.to_string(),
                name: target.name.clone(),
                example: target.is_example(),
                outside: outside.clone(),
                aws_feature: aws_feature.clone(),
                own_build_folder,
            };
            let targets = package.targets.iter();
            let programs = targets.filter(|target| target.is_bin() || target.is_example());
            programs.map(program).collect::<Vec<_>>()
        };
        metadata.packages.iter().flat_map(of_package).collect()
    }

    /// The one called `name`: the one in `folder`'s own package, if it has one, else anywhere in the workspace.
    pub(crate) fn named(programs: &[Self], name: &str, folder: &Path) -> Choice {
        let called: Vec<_> = programs.iter().filter(|program| program.name == name).cloned().collect();
        let here = |program: &&Self| Path::new(&program.manifest).parent() == Some(folder);
        let own: Vec<_> = called.iter().filter(here).cloned().collect();
        match Choice::of(own) {
            Choice::None => Choice::of(called),
            choice => choice,
        }
    }
}

/// The folder that git keeps a workspace in, or the workspace itself.
fn repository(workspace: &Path) -> &Path {
    workspace.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(workspace)
}

fn outside(package: &Package, repository: &Path) -> Vec<(String, String)> {
    let paths = package.dependencies.iter().filter_map(|it| Some((it.name.clone(), it.path.as_ref()?)));
    let outside = paths.filter(|(_, path)| !path.as_std_path().starts_with(repository));
    outside.map(|(name, path)| (name, path.to_string())).collect()
}

/// The feature of the package's own that switches on `aws` of `sparta-lambda`, so that the SDKs of the user's commands
/// come along; else that one itself.
fn aws_feature(package: &Package) -> Option<String> {
    let dependency = package.dependencies.iter().find(|dependency| dependency.name == "sparta-lambda")?;
    let name = dependency.rename.as_ref().unwrap_or(&dependency.name);
    let switches = [format!("{name}/aws"), format!("{name}?/aws")];
    let own = package.features.iter().find(|(_, enabled)| enabled.iter().any(|it| switches.contains(it)));
    Some(own.map_or_else(|| switches[0].clone(), |(own, _)| own.clone()))
}

impl Choice {
    pub(crate) fn of(mut programs: Vec<Program>) -> Self {
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
            outside: Vec::new(),
            aws_feature: None,
            own_build_folder: false,
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

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn manifest(name: &str) -> String {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
    }

    fn programs(package: &Path) -> Vec<Program> {
        let manifest = package.join("Cargo.toml");
        let metadata = cargo_metadata::MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap();
        Program::all(&metadata)
    }

    #[test]
    fn what_talks_to_aws_is_switched_on_by_the_packages_own_feature_or_by_the_dependencys() {
        for (dependencies, feature) in [
            ("[dependencies]\n", None),
            ("[dependencies]\nsparta-lambda = \"0.1\"\n", Some("sparta-lambda/aws")),
            ("[dependencies]\nsparta = { package = \"sparta-lambda\", version = \"0.1\" }\n", Some("sparta/aws")),
            (
                "[dependencies]\nsparta = { package = \"sparta-lambda\", version = \"0.1\" }\n\
                 [features]\nmore = []\ncloud = [\"more\", \"sparta/aws\"]\n",
                Some("cloud"),
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            write(&folder.path().join("Cargo.toml"), &(manifest("service") + dependencies));
            write(&folder.path().join("src/main.rs"), "fn main() {}");
            assert_eq!(programs(folder.path())[0].aws_feature.as_deref(), feature, "{dependencies}");
        }
    }

    #[test]
    fn a_dependency_outside_of_the_repository_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| write(&folder.path().join(path), text);
        write("mine/.git/HEAD", "");
        write("mine/inside/Cargo.toml", &manifest("inside"));
        write("mine/inside/src/lib.rs", "");
        write("elsewhere/Cargo.toml", &manifest("elsewhere"));
        write("elsewhere/src/lib.rs", "");
        let dependencies =
            "[dependencies]\ninside = { path = \"../inside\" }\nelsewhere = { path = \"../../elsewhere\" }\n";
        write("mine/service/Cargo.toml", &(manifest("service") + dependencies));
        write("mine/service/src/main.rs", "fn main() {}");
        let programs = programs(&folder.path().join("mine/service"));
        let outside: Vec<&str> = programs[0].outside.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(outside, ["elsewhere"]);
    }
}
