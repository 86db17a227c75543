//! How long things are, and whether they say what they are for.

use crate::{
    Finding, Source,
    scan::{View, view},
};

const LONGEST_FILE: usize = 500;
const LONGEST_FUNCTION: usize = 70;

/// A file one can read in a sitting.
pub fn files_are_short(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    if !source.is_code() || lines <= LONGEST_FILE {
        return Vec::new();
    }
    let message = format!(
        "{lines} lines, and {LONGEST_FILE} are allowed: find the second subject in it and give that a file"
    );
    vec![Finding::at(source, LONGEST_FILE + 1, message)]
}

/// A function one can see at once. Blank lines and comments are not counted.
pub fn functions_are_short(source: &Source) -> Vec<Finding> {
    if !source.is_code() || source.is_generated() {
        return Vec::new();
    }
    let code = view(source, View::Code);
    let is_function =
        if source.ends_with(".rs") { begins_rust_function } else { begins_script_function };
    blocks(&code)
        .into_iter()
        .filter(|block| block.lines > LONGEST_FUNCTION && is_function(&block.head))
        .map(|block| {
            let message = format!("a function of {} lines, and {LONGEST_FUNCTION} are allowed: give a part of it a name", block.lines);
            Finding::at(source, block.line, message)
        })
        .collect()
}

struct Block {
    /// What stands before the opening brace, back to the last `;` or brace.
    head: String,
    line: usize,
    /// Lines with code between the braces.
    lines: usize,
}

/// A brace that is still open: the line it is in, the lines of code so far, and its head.
struct Open {
    line: usize,
    code_lines: usize,
    head: String,
}

fn blocks(code: &str) -> Vec<Block> {
    let mut open: Vec<Open> = Vec::new();
    let mut found = Vec::new();
    let mut head = String::new();
    let mut code_lines = 0;
    let mut parens = 0;
    for (n, line) in code.lines().enumerate() {
        code_lines += usize::from(!line.trim().is_empty());
        for c in line.chars() {
            match c {
                '{' => open.push(Open { line: n + 1, code_lines, head: std::mem::take(&mut head) }),
                '}' => {
                    head.clear();
                    if let Some(Open { line, code_lines: before, head }) = open.pop() {
                        let lines = (code_lines - before).saturating_sub(1);
                        found.push(Block { head, line, lines });
                    }
                }
                ';' if parens == 0 => head.clear(),
                _ => {
                    parens = match c {
                        '(' => parens + 1,
                        ')' => parens.max(1) - 1,
                        _ => parens,
                    };
                    head.push(c);
                }
            }
        }
        head.push('\n');
    }
    found
}

fn begins_rust_function(head: &str) -> bool {
    super::says(head, "fn")
}

fn begins_script_function(head: &str) -> bool {
    let head = head.trim();
    let first = head.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    // A group of tests is a list, not a function.
    if head.contains("describe(")
        || ["if", "for", "while", "switch", "catch", "with", "else"].contains(&first)
    {
        return false;
    }
    let with_result =
        head.rsplit_once(')').is_some_and(|(_, result)| result.trim_start().starts_with(':'));
    head.ends_with("=>")
        || head.contains("function")
        || with_result
        || (head.ends_with(')') && first != "import")
}

/// Two to eight lines at the top tell a stranger whether to read on.
pub fn modules_say_what_they_are_for(source: &Source) -> Vec<Finding> {
    if !source.is_code() || source.is_generated() || source.ends_with(".d.ts") {
        return Vec::new();
    }
    let mut lines = source.text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("");
    let (said, how) = if source.ends_with(".rs") {
        (first.starts_with("//!"), "begin with `//!` and what the module is for")
    } else if source.ends_with(".svelte") {
        let second = lines.next().unwrap_or("");
        let comment = |line: &str| ["//", "/*", "<!--"].iter().any(|begin| line.starts_with(begin));
        (
            comment(first) || (first.starts_with("<script") && comment(second)),
            "begin with a comment, `<!-- … -->` or first in the script, that says what it draws",
        )
    } else {
        (
            first.starts_with("//") || first.starts_with("/*"),
            "begin with a comment that says what the module is for",
        )
    };
    if said { Vec::new() } else { vec![Finding::at(source, 1, how)] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tried::{bad, good};

    fn lines(count: usize, line: &str) -> String {
        format!("{line}\n").repeat(count)
    }

    #[test]
    fn a_file_has_at_most_500_lines() {
        good(files_are_short, "crates/x/src/lib.rs", &lines(500, "a"));
        good(files_are_short, "docs/long.md", &lines(900, "a"));
        bad(files_are_short, "crates/x/src/lib.rs", &lines(501, "a"), "501 lines");
        bad(files_are_short, "ui/src/X.svelte", &lines(501, "a"), "501 lines");
    }

    #[test]
    fn a_function_has_at_most_70_lines() {
        let rule = functions_are_short;
        let rust = |count, line| {
            format!("impl X {{\nfn f(x: [u8; 3]) -> T {{\n{}}}\n}}\n", lines(count, line))
        };
        good(rule, "a.rs", &rust(70, "a();"));
        good(rule, "a.rs", &rust(140, "// a"));
        good(rule, "a.rs", &format!("mod x {{\n{}}}", lines(100, "a")));
        bad(rule, "a.rs", &rust(71, "a();"), "71 lines");
        bad(rule, "a.rs", &rust(71, "if a { b() }"), "71 lines");
    }

    #[test]
    fn a_function_of_a_script_too() {
        let rule = functions_are_short;
        let long = lines(71, "a();");
        good(rule, "a.ts", &format!("describe('x', () => {{\n{long}}});"));
        good(rule, "a.ts", &format!("export const table = {{\n{long}}};"));
        good(rule, "a.ts", &format!("if (a) {{\n{long}}}"));
        for head in [
            "function f()",
            "const f = () =>",
            "  draw(x: number): void",
            "export async function f()",
        ] {
            let text = format!("{head} {{\n{long}}}\n");
            bad(rule, "a.ts", &text, "71 lines");
            bad(rule, "A.svelte", &format!("<script>\n{text}</script>"), "71 lines");
        }
    }

    #[test]
    fn a_module_says_what_it_is_for() {
        let rule = modules_say_what_they_are_for;
        good(rule, "a.rs", "//! What is due.\n");
        good(rule, "a.ts", "// What is due.\n");
        good(rule, "A.svelte", "<!-- A chip. -->\n<script>");
        good(rule, "A.svelte", "<script lang=\"ts\">\n  // A chip.\n");
        good(rule, "ui/src/wire/Event.ts", "export type Event = {}");
        bad(rule, "a.rs", "use std::fmt;\n", "//!");
        bad(rule, "a.ts", "import x from 'y';", "comment");
        bad(rule, "A.svelte", "<script>\nimport x from 'y';", "what it draws");
    }
}
