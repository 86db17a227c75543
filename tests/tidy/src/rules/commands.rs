//! The window's commands: one expression each, registered, permitted.

use crate::{
    Finding, Source,
    scan::{View, view},
};

const WINDOW: &str = "src-tauri";

struct Command {
    line: usize,
    name: String,
    body: String,
}

fn commands_of(source: &Source) -> Vec<Command> {
    if !source.is_under(WINDOW) || !source.ends_with(".rs") {
        return Vec::new();
    }
    let code = view(source, View::Code);
    code.match_indices("#[tauri::command").filter_map(|(at, _)| command_at(&code, at)).collect()
}

fn command_at(code: &str, at: usize) -> Option<Command> {
    let rest = &code[at..];
    let (_, after_fn) = rest.split_once("fn ")?;
    let name = after_fn.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    let (_, body) = after_fn.split_once('{')?;
    let mut depth = 1;
    let end = body.find(|c| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    Some(Command {
        line: code[..at].lines().count().max(1),
        name: name.to_owned(),
        body: body[..end].to_owned(),
    })
}

/// A command passes on; what it decides belongs into the engine or the host.
pub fn commands_are_one_expression(source: &Source) -> Vec<Finding> {
    let more_than_one =
        |command: &Command| [";", " if ", "match "].iter().any(|part| command.body.contains(part));
    commands_of(source)
        .into_iter()
        .filter(more_than_one)
        .map(|command| {
            let message = format!(
                "the command `{}` is more than one expression: move its body to wire's host",
                command.name
            );
            Finding::at(source, command.line, message)
        })
        .collect()
}

/// A command that nobody may call, or that is not there, fails only when a user needs it.
pub fn commands_are_registered_and_permitted(sources: &[Source]) -> Vec<Finding> {
    let all = |wanted: fn(&Source) -> bool| -> String {
        sources
            .iter()
            .filter(|source| source.is_under(WINDOW) && wanted(source))
            .map(|source| source.text.as_str())
            .collect()
    };
    let code = all(|source| source.ends_with(".rs"));
    let registered: String = code
        .split("generate_handler![")
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .collect();
    let permitted = all(|source| source.ends_with(".toml"));
    let lacks = |text: &str, name: &str| !super::says(text, name);
    let mut found = Vec::new();
    for source in sources {
        for command in commands_of(source) {
            if lacks(&registered, &command.name) {
                let message = format!(
                    "the command `{}` is not registered: add it to generate_handler![…]",
                    command.name
                );
                found.push(Finding::at(source, command.line, message));
            }
            if lacks(&permitted, &format!("\"{}\"", command.name)) {
                let message = format!(
                    "nobody may call the command `{}`: allow it in src-tauri/permissions/ and name that in a capability",
                    command.name
                );
                found.push(Finding::at(source, command.line, message));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    const GOOD: &str =
        "#[tauri::command]\nfn call(host: State<'_, Host>) -> Answer {\n    host.call()\n}\n";
    const PATH: &str = "src-tauri/src/commands.rs";

    #[test]
    fn a_command_is_one_expression() {
        let rule = commands_are_one_expression;
        good(rule, PATH, GOOD);
        good(rule, PATH, "fn other() { a(); b(); }");
        bad(rule, PATH, "#[tauri::command]\nfn call() { let x = 1; x }", "wire's host");
        bad(rule, PATH, "#[tauri::command(async)]\nfn call() { match a { b => c } }", "`call`");
    }

    #[test]
    fn a_command_is_registered_and_permitted() {
        let command = Source::new(PATH, GOOD);
        let registers = Source::new("src-tauri/src/window.rs", "generate_handler![commands::call]");
        let permits = Source::new("src-tauri/permissions/call.toml", "commands.allow = [\"call\"]");
        let check = |sources: &[&Source]| {
            let sources: Vec<Source> = sources.iter().map(|source| (*source).clone()).collect();
            commands_are_registered_and_permitted(&sources).len()
        };
        assert_eq!(check(&[&command, &registers, &permits]), 0);
        assert_eq!(check(&[&command, &registers]), 1);
        assert_eq!(check(&[&command, &permits]), 1);
        assert_eq!(check(&[&command]), 2);
    }
}
