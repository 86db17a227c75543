//! What the kernel says of a process: memory, wake-ups, time on a processor.

use std::fs;

/// A reading of all threads of a process.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    /// Voluntary context switches: how often it woke.
    pub(crate) wakeups: u64,
    /// Milliseconds on a processor (`schedstat`).
    pub(crate) cpu_ms: f64,
}

/// Wake-ups and processor time so far.
pub(crate) fn read(pid: u32) -> Reading {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process is there");
    let mut sum = Reading::default();
    for task in tasks.flatten() {
        let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
        sum.wakeups += field(&status, "voluntary_ctxt_switches:");
        let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let nanos: f64 = stat.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        sum.cpu_ms += nanos / 1e6;
    }
    sum
}

/// Resident and proportional set size in MB.
pub(crate) fn memory(pid: u32) -> (f64, f64) {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let mb = |name| field(&rollup, name) as f64 / 1024.0;
    (mb("Rss:"), mb("Pss:"))
}

/// This process and everything it started.
pub(crate) fn family(pid: u32) -> Vec<u32> {
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        next += 1;
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))
            .unwrap_or_default();
        family.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
    }
    family
}

fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}
