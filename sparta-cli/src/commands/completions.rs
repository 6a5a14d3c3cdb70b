//! `completions`: what a shell completes of this command line.

use clap::builder::PossibleValuesParser;
use clap_complete::{Shell, generate};
use sparta_core::Model;

use crate::{CliError, output, session::Session};

/// Print a script with which a shell completes commands, options, environments and functions
///
/// It completes the name of this program, and so a shell function of that name that calls `cargo run`.
#[derive(clap::Args)]
pub(crate) struct Completions {
    /// Shell that it is for
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    /// `line` is all of the command line, the service's own commands included.
    pub(crate) fn run(self, session: &Session, line: clap::Command) -> Result<(), CliError> {
        // One with mistakes is completed without its names.
        let line = match session.app.validate() {
            Ok(model) => with_names(line, &model),
            Err(_) => line,
        };
        output::print_text(self.script(line).trim_end());
        Ok(())
    }

    fn script(&self, mut line: clap::Command) -> String {
        let (name, mut script) = (line.get_name().to_owned(), Vec::new());
        generate(self.shell, &mut line, name, &mut script);
        String::from_utf8_lossy(&script).into_owned()
    }
}

/// The command line, in which the options that take the name of an environment or a function take those that there are.
fn with_names(line: clap::Command, model: &Model) -> clap::Command {
    let environments: Vec<String> = model.environments().iter().map(|it| it.name().to_owned()).collect();
    let functions: Vec<String> = model.functions().iter().map(|it| it.name().to_owned()).collect();
    let line = one_of(line, "environment", &environments);
    ["function", "functions"].into_iter().fold(line, |line, id| one_of(line, id, &functions))
}

/// The command with its subcommands, in which the argument of this id takes one of these names.
fn one_of(line: clap::Command, id: &str, names: &[String]) -> clap::Command {
    let is_taken = line.get_arguments().any(|argument| argument.get_id() == id);
    let line = line.mut_subcommands(|command| one_of(command, id, names));
    if !is_taken || names.is_empty() {
        return line;
    }
    line.mut_arg(id, |argument| argument.value_parser(PossibleValuesParser::new(names.to_vec())))
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use clap::{CommandFactory, ValueEnum};
    use sparta_core::{App, Environment, Error, Function, Request, service_fn};

    use super::*;
    use crate::run::CommandLine;

    fn script(shell: Shell) -> String {
        let function = |name: &str| Function::http(name, service_fn(async |_: Request| Ok::<_, Error>("")));
        let app = App::new("Links").function(function("follow")).function(function("shorten"));
        let app = app.environment(Environment::new("test", ())).environment(Environment::new("production", ()));
        let line = CommandLine::command().name("links");
        Completions { shell }.script(with_names(line, &app.validate().unwrap()))
    }

    /// What a real bash completes the last of these words to.
    fn completed(words: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("links.bash");
        fs::write(&file, script(Shell::Bash)).unwrap();
        let checked = Command::new("bash").arg("-n").arg(&file).output().unwrap();
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        // As bash calls it: by the name that is registered, with the command, the word and the one before.
        let program = r#"
            source "$1"
            [[ $(complete -p links) =~ -F\ ([^ ]+) ]] || exit 1
            read -ra COMP_WORDS <<<"$2"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            "${BASH_REMATCH[1]}" links "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\n' "${COMPREPLY[@]}"
        "#;
        let bash = ["--norc", "--noprofile", "-c", program, "bash"];
        let output = Command::new("bash").args(bash).arg(&file).arg(words).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_real_bash_completes_commands_options_and_names() {
        assert_eq!(completed("links prov"), ["provision", "provisionPipeline"]);
        assert_eq!(completed("links describe --format h"), ["html"]);
        assert_eq!(completed("links status --environment prod"), ["production"]);
        assert_eq!(completed("links execute --function f"), ["follow"]);
        assert_eq!(completed("links logs --environment test sh"), ["shorten"]);
        assert_eq!(completed("links pipeline ro"), ["rollback"]);
    }

    #[test]
    fn every_shell_has_its_script() {
        for shell in Shell::value_variants() {
            let script = script(*shell);
            assert!(script.contains("provisionPipeline"), "{shell}");
            // The others complete no values.
            let is_full = [Shell::Bash, Shell::Zsh, Shell::Fish].contains(shell);
            assert_eq!(script.contains("production"), is_full, "{shell}");
        }
    }
}
