//! `carillon-desktop`: the window. It draws what the ledger says and passes on what the user
//! wants; it sends nothing itself and ends when closed. The resident part is `carillon daemon`.
#![forbid(unsafe_code)]
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod args;
mod commands;
mod door;
mod dropped;
#[cfg(test)]
#[path = "../sources.rs"]
mod sources;
mod window;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use args::Asked;

fn main() -> ExitCode {
    let done = args::asked(std::env::args_os().skip(1)).and_then(|asked| match asked {
        Asked::Window(args) => window::run(args),
        Asked::Words(words) => {
            // Whoever reads may have seen enough.
            io::stdout().lock().write_all(words.as_bytes()).unwrap_or(());
            Ok(())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("carillon-desktop: {sentence}");
            ExitCode::FAILURE
        }
    }
}
