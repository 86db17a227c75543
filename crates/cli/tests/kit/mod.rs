//! The real program over a ledger in a folder of its own, on a machine in Berlin.

// Each test file uses its part of this.
#![allow(dead_code)]

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The program.
pub const CARILLON: &str = env!("CARGO_BIN_EXE_carillon");

/// A folder with a ledger.
pub struct Desk {
    folder: tempfile::TempDir,
}

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let code = output.status.code().unwrap_or(-1);
        Self { code, out: text(output.stdout), err: text(output.stderr) }
    }

    /// The answer as JSON, of a command that succeeded.
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).expect("JSON")
    }

    /// The answer of a command that succeeded.
    pub fn done(&self) -> &str {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        &self.out
    }

    /// The one sentence of a command that failed in this way.
    pub fn refused(&self, code: i32) -> &str {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        let sentence = self.err.strip_suffix('\n').expect("a line");
        assert!(!sentence.contains('\n') && !sentence.ends_with('.'), "one sentence: {sentence:?}");
        sentence
    }
}

impl Desk {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temp folder") }
    }

    /// The folder of the ledger: the usual one of this home, where a first look makes one.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("ledger/carillon")
    }

    /// A folder beside the ledger.
    pub fn beside(&self) -> &Path {
        self.folder.path()
    }

    /// A command that sees this ledger and nothing of the host.
    pub fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(CARILLON);
        self.shield(&mut command);
        command.args(args);
        command
    }

    /// Gives a command this ledger's environment.
    pub fn shield(&self, command: &mut Command) {
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TZ", "Europe/Berlin")
            .env("XDG_DATA_HOME", self.folder.path().join("ledger"))
            .env("XDG_STATE_HOME", self.folder.path().join("ledger"))
            .stdin(Stdio::null());
    }

    pub fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Said {
        Said::of(self.command(args).output().expect("carillon runs"))
    }

    /// Runs a line, split at spaces; `~` stands for a space inside a word.
    pub fn line(&self, line: &str) -> Said {
        self.run(line.split_whitespace().map(|word| word.replace('~', " ")))
    }

    /// Runs with this on standard input.
    pub fn piped(&self, line: &str, input: &str) -> Said {
        let mut command = self.command(line.split_whitespace());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("carillon runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_string();
        let feeder = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().expect("carillon ends");
        feeder.join().expect("fed").expect("all was read");
        Said::of(output)
    }

    /// What `doctor` says as JSON, whatever it found, and how it ended.
    pub fn doctor(&self) -> (Value, i32) {
        let Said { code, out, err } = self.line("doctor --json");
        let found = serde_json::from_str(&out);
        (found.unwrap_or_else(|_| panic!("JSON: {out:?} {err:?}")), code)
    }

    /// The id of a new event.
    pub fn add(&self, line: &str) -> String {
        let added = self.line(&format!("add --json {line}")).json();
        added["id"].as_str().expect("an id").to_string()
    }

    /// All that a refused command must leave as it was.
    pub fn everything(&self) -> String {
        let list = self.line("list --json --from 1971-01-01 --to 2100-01-01").json();
        format!("{list} {}", self.line("deliveries --json").json())
    }
}

/// Sets the mode of a file.
pub fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}
