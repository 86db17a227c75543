//! `carillon daemon`: the service, in the foreground, telling on stderr what it does.

use std::path::PathBuf;

use crate::{answer::Answer, args::Daemon, failure::Failure};

pub fn run(data_dir: Option<PathBuf>, words: &Daemon) -> Result<Answer, Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .init();
    #[cfg(target_os = "linux")]
    service::forget_the_life_of_the_bus();
    let tray = match words.no_tray {
        true => service::TrayChoice::None,
        false => service::TrayChoice::Shown,
    };
    service::run(&service::Options { data_dir, tray })
        .map_err(|e| Failure::failed(e.to_string()))?;
    Ok(Answer::nothing())
}
