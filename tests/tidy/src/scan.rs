//! Tells code from comments and from quoted text, for Rust and for TypeScript. What is left out is
//! replaced by spaces, so that lines and columns stay where they are. Not a parser: it knows how
//! quotes and comments begin and end, and that is all the rules need.

use crate::Source;

/// What to leave standing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Neither comments nor quoted text.
    Code,
    /// Code and quoted text.
    CodeAndQuotes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Rust,
    Script,
}

/// The text with everything else turned to spaces. Of a Svelte file only the script is kept.
pub fn view(source: &Source, view: View) -> String {
    let (text, language) = if source.ends_with(".rs") {
        (source.text.clone(), Language::Rust)
    } else if source.ends_with(".svelte") {
        (script_of(&source.text), Language::Script)
    } else {
        (source.text.clone(), Language::Script)
    };
    Scanner { chars: text.chars().collect(), at: 0, language, view, out: String::new() }.run()
}

/// Blanks the markup and styles around `<script>…</script>`.
fn script_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("<script") {
            inside = true;
        } else if trimmed.starts_with("</script") {
            inside = false;
        } else if inside {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    language: Language,
    view: View,
    out: String,
}

impl Scanner {
    fn run(mut self) -> String {
        // Ends because every branch moves on by at least one character.
        while self.at < self.chars.len() {
            if !self.comment() && !self.quote() {
                self.keep(1);
            }
        }
        self.out
    }

    fn looking_at(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(n, wanted)| self.peek(n) == Some(wanted))
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn keep(&mut self, count: usize) {
        for _ in 0..count {
            self.out.extend(self.peek(0));
            self.at += 1;
        }
    }

    fn blank(&mut self, count: usize) {
        for _ in 0..count {
            self.out.extend(self.peek(0).map(|c| if c == '\n' { '\n' } else { ' ' }));
            self.at += 1;
        }
    }

    fn quoted(&mut self, count: usize) {
        match self.view {
            View::Code => self.blank(count),
            View::CodeAndQuotes => self.keep(count),
        }
    }

    fn comment(&mut self) -> bool {
        if self.looking_at("//") {
            while self.peek(0).is_some_and(|c| c != '\n') {
                self.blank(1);
            }
            return true;
        }
        if !self.looking_at("/*") {
            return false;
        }
        let mut depth = 0;
        while self.at < self.chars.len() {
            if self.looking_at("/*") && (depth == 0 || self.language == Language::Rust) {
                depth += 1;
                self.blank(2);
            } else if self.looking_at("*/") {
                depth -= 1;
                self.blank(2);
                if depth == 0 {
                    break;
                }
            } else {
                self.blank(1);
            }
        }
        true
    }

    fn quote(&mut self) -> bool {
        match (self.language, self.peek(0)) {
            (Language::Rust, Some('r')) => self.raw_string(),
            (Language::Rust, Some('\'')) => self.char_literal(),
            (Language::Script, Some('`')) => self.template(),
            (Language::Script, Some('/')) if self.regex_may_begin() => self.regex(),
            (Language::Script, Some('\'')) => self.until_closed('\''),
            (_, Some('"')) => self.until_closed('"'),
            _ => false,
        }
    }

    /// The delimiters stay, what is between them is quoted.
    fn until_closed(&mut self, close: char) -> bool {
        self.keep(1);
        while let Some(c) = self.peek(0) {
            match c {
                '\\' => self.quoted(2),
                c if c == close => break,
                '\n' if self.language == Language::Script => return true,
                _ => self.quoted(1),
            }
        }
        self.keep(1);
        true
    }

    fn raw_string(&mut self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at));
        if before.is_some_and(|c| (c.is_alphanumeric() && *c != 'b') || *c == '_') {
            return false;
        }
        let hashes = (1..).take_while(|n| self.peek(*n) == Some('#')).count();
        if self.peek(1 + hashes) != Some('"') {
            return false;
        }
        let close: String = std::iter::once('"').chain("#".repeat(hashes).chars()).collect();
        self.keep(2 + hashes);
        while self.at < self.chars.len() && !self.looking_at(&close) {
            self.quoted(1);
        }
        self.keep(1 + hashes);
        true
    }

    /// `'a'` and `'\n'` are characters, `'a` is a lifetime.
    fn char_literal(&mut self) -> bool {
        if self.peek(1) == Some('\\') || self.peek(2) == Some('\'') {
            return self.until_closed('\'');
        }
        self.keep(1);
        true
    }

    fn template(&mut self) -> bool {
        self.keep(1);
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match c {
                '\\' => self.quoted(2),
                '`' if depth == 0 => break,
                '$' if self.peek(1) == Some('{') => {
                    depth += 1;
                    self.quoted(2);
                }
                '}' if depth > 0 => {
                    depth -= 1;
                    self.quoted(1);
                }
                _ => self.quoted(1),
            }
        }
        self.keep(1);
        true
    }

    fn regex_may_begin(&self) -> bool {
        let before = self.out.trim_end();
        before.is_empty()
            || before.ends_with(['(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';', '>'])
            || before.ends_with("return")
    }

    fn regex(&mut self) -> bool {
        let line = self.chars[self.at + 1..].iter().take_while(|c| **c != '\n');
        if !line.into_iter().any(|c| *c == '/') {
            return false;
        }
        self.keep(1);
        let mut in_class = false;
        while let Some(c) = self.peek(0) {
            match c {
                '\\' => {
                    self.quoted(2);
                    continue;
                }
                '[' => in_class = true,
                ']' => in_class = false,
                '/' if !in_class => break,
                '\n' => return true,
                _ => {}
            }
            self.quoted(1);
        }
        self.keep(1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, code: &str) {
        let seen = view(&Source::new(path, text), View::Code);
        assert_eq!(seen.replace(' ', ""), code.replace(' ', ""), "{text}");
        assert_eq!(seen.lines().count(), text.lines().count(), "{text}");
    }

    #[test]
    fn rust_code_is_told_from_what_it_quotes() {
        for (text, code) in [
            ("a(); // b()", "a();"),
            ("a /* b /* c */ d */ e", "a e"),
            (r#"f("x\"y", 1)"#, r#"f("", 1)"#),
            ("f(r#\"x\"y\"#)", "f(r#\"\"#)"),
            ("f('{', '\\'', '\"')", "f('', '', '')"),
            ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
            ("let for_r = \"}\";", "let for_r = \"\";"),
        ] {
            check("x.rs", text, code);
        }
    }

    #[test]
    fn script_code_is_told_from_what_it_quotes() {
        for (text, code) in [
            ("a(); // it's", "a();"),
            ("f('{', \"}\", `a${b({})}c`)", "f('', \"\", ``)"),
            ("x.replace(/[/{]\\//g, '')", "x.replace(//g, '')"),
            ("a / b / c", "a / b / c"),
            ("/* a /* b */ c", "c"),
        ] {
            check("x.ts", text, code);
        }
    }

    #[test]
    fn of_a_component_the_script_is_looked_at() {
        check("X.svelte", "<script>\nlet a\n</script>\n<p>don't {</p>", "\nlet a\n\n\n");
    }
}
