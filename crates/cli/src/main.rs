//! `carillon`: the command line, and with `carillon daemon` the service. One command is one
//! function from its arguments to an [`answer::Answer`]; this file reads the words and writes the
//! answer. Human text by default, JSON with `--json`; a failure is one sentence on stderr.

#![forbid(unsafe_code)]

mod answer;
mod args;
mod commands;
mod failure;
mod session;
mod their;
mod times;
mod words;

use std::{
    ffi::OsString,
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use clap::Parser;

use crate::{answer::Answer, args::Cli, failure::Failure};

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    match Cli::try_parse_from(&words) {
        Ok(cli) => {
            let json = cli.json;
            finish(commands::run(cli), json)
        }
        Err(asked) if !asked.use_stderr() => finish(Ok(Answer::text(asked.to_string())), false),
        Err(error) => finish(Err(error.into()), words.iter().any(|word| word == "--json")),
    }
}

/// Writes what came of it and says how it ended.
fn finish(done: Result<Answer, Failure>, json: bool) -> ExitCode {
    match done {
        Ok(answer) => {
            let written = io::stdout().lock().write_all(answer.shown(json).as_bytes());
            if let (Ok(()), Some(failure)) = (&written, answer.failure) {
                return finish(Err(failure), json);
            }
            match written {
                Ok(()) if answer.is_well => ExitCode::SUCCESS,
                // Whoever reads has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
                Ok(()) => ExitCode::FAILURE,
                Err(error) => finish(
                    Err(Failure::failed(format!("could not write the answer: {error}"))),
                    json,
                ),
            }
        }
        Err(failure) => {
            // With stderr gone too there is nobody left to tell.
            writeln!(io::stderr().lock(), "{}", failure.shown(json)).unwrap_or(());
            ExitCode::from(failure.exit())
        }
    }
}
