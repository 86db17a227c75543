//! The house rules that neither the compiler nor clippy can keep, as functions over a file's path
//! and text. They read words, not meaning: quick to run and quick to understand, and a determined
//! author can get round them. The test `repository` runs them over everything that is committed.

#![forbid(unsafe_code)]

mod read;
pub mod rules;
mod scan;

pub use read::sources;

use std::fmt;

/// One file: its path from the root with `/` between the parts, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    /// A file that lies nowhere, to try a rule on.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    fn is_under(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    fn ends_with(&self, ending: &str) -> bool {
        self.path.ends_with(ending)
    }

    fn is_code(&self) -> bool {
        [".rs", ".ts", ".svelte"].iter().any(|ending| self.ends_with(ending))
    }

    /// Made by a test from the Rust types; nobody writes there.
    fn is_generated(&self) -> bool {
        self.is_under("ui/src/wire")
    }

    /// The rules' own sources are full of the words they look for.
    fn is_tidy(&self) -> bool {
        self.is_under("tests/tidy")
    }

    fn is_test_file(&self) -> bool {
        self.is_under("tests")
            || self.path.contains("/tests/")
            || self.ends_with("/tests.rs")
            || self.ends_with(".test.ts")
    }

    /// The line, counted from 1, from which on a Rust file is tests.
    fn tests_begin(&self) -> usize {
        if self.is_test_file() {
            return 1;
        }
        let tests =
            self.text.lines().position(|line| line.trim_start().starts_with("#[cfg(test)]"));
        tests.map_or(usize::MAX, |line| line + 1)
    }
}

/// A place where a rule is broken, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub message: String,
}

impl Finding {
    fn at(source: &Source, line: usize, message: impl Into<String>) -> Self {
        Self { path: source.path.clone(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.message)
    }
}
