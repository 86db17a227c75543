//! `./dev bench`: what the built programs cost and how late they are, measured on the real
//! service in a home of its own. Prints a table; fails where a burst waits for the disk too often, or
//! nobody can count that, and where what was missed is decided too late.

#![forbid(unsafe_code)]

mod burst;
mod crowd;
mod edits;
mod idle;
mod import;
mod lateness;
mod many;
mod million;
mod missed;
mod process;
mod window;

use std::time::Duration;

/// Idle time watched, unless `--idle-minutes` says otherwise.
const IDLE: Duration = Duration::from_secs(600);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let minutes =
        arguments.iter().position(|a| a == "--idle-minutes").and_then(|at| arguments.get(at + 1));
    let idle =
        minutes.and_then(|n| n.parse().ok()).map_or(IDLE, |n: u64| Duration::from_secs(60 * n));
    let part = arguments.get(1).map(String::as_str).filter(|part| !part.starts_with("--"));
    say("what", "measured");
    match arguments.first().map(String::as_str) {
        Some("import") => return import::measure().await,
        Some("engine") => return engine(part, idle).await,
        Some(_) | None => {}
    }
    window::measure().await;
    lateness::measure().await;
    idle::measure(idle).await;
}

/// What the engine alone costs: all of it, or one part.
async fn engine(part: Option<&str>, idle: Duration) {
    let wanted = |name| part.is_none_or(|part| part == name);
    if wanted("burst") {
        burst::measure().await;
    }
    if wanted("missed") {
        missed::measure();
    }
    if wanted("edits") {
        edits::measure();
    }
    if wanted("crowd") {
        crowd::measure(idle).await;
    }
    if wanted("million") {
        million::measure().await;
    }
}

/// One line of the table.
pub(crate) fn say(what: &str, measured: impl std::fmt::Display) {
    println!("{what:<44} {measured}");
}

/// Ends the measuring in one sentence.
pub(crate) fn stop(why: &str) -> ! {
    eprintln!("{why}");
    std::process::exit(1)
}

/// The value below which this share of the values lies; the values are ascending.
pub(crate) fn percentile(values: &[f64], share: f64) -> f64 {
    let place = (values.len() as f64 * share).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// The middle of several runs.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(&values, 0.5)
}
