//! `carillon daemon`: the service, in the foreground, telling on stderr and in its log what it does.

use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use engine::place::Place;
use service::log::Log;
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{answer::Answer, args::Daemon, failure::Failure};

/// How much is told: `error`, `warn`, `info` (without it), `debug` or `trace`.
const LEVEL: &str = "CARILLON_LOG";
/// Whose words are told: what libraries say of requests may hold secrets.
const OURS: [&str; 6] = ["carillon", "calendar", "engine", "couriers", "service", "wire"];

pub fn run(data_dir: Option<PathBuf>, words: &Daemon) -> Result<Answer, Failure> {
    let level = std::env::var(LEVEL).ok().and_then(|word| word.parse().ok());
    let level = level.unwrap_or(LevelFilter::INFO);
    let ours = Targets::new().with_targets(OURS.map(|name| (name, level)));
    let log = Place::find(data_dir.as_deref()).ok().map(|place| Log::in_dir(&place.state));
    // Whoever started us may have led what we say on standard error there already.
    let stderr = io::stderr().as_fd().try_clone_to_owned().ok().map(File::from);
    let is_twice = log.as_ref().zip(stderr.as_ref()).is_some_and(|(log, file)| log.is(file));
    let log = Arc::new(Mutex::new(log));
    let layer = fmt::layer()
        .with_writer(move || Both { log: log.clone(), is_twice })
        .with_ansi(false)
        .with_target(false)
        .with_filter(ours);
    tracing_subscriber::registry().with(layer).init();
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

/// Standard error and the log. Where one is gone the other still is told.
struct Both {
    log: Arc<Mutex<Option<Log>>>,
    /// They are one file.
    is_twice: bool,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.is_twice {
            io::stderr().write_all(bytes).unwrap_or(());
        }
        if let Some(log) = &mut *self.log.lock().unwrap_or_else(PoisonError::into_inner) {
            log.write_all(bytes).unwrap_or(());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
