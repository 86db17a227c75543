//! `carillon-desktop`: the window. It draws what the ledger says and passes on what the user
//! wants; it sends nothing itself and ends when closed. The resident part is `carillon daemon`.
#![forbid(unsafe_code)]
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod args;
mod commands;
mod door;
mod dropped;
mod window;

use std::process::ExitCode;

fn main() -> ExitCode {
    match args::parse(std::env::args_os().skip(1)).and_then(window::run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("carillon-desktop: {sentence}");
            ExitCode::FAILURE
        }
    }
}
