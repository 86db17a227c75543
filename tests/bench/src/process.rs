//! What the kernel says of a process: memory, wake-ups, time on a processor.

use std::{collections::HashMap, ffi::OsString, fs};

/// What one thread has done so far.
#[derive(Debug, Clone, Copy, Default)]
struct Thread {
    /// Voluntary context switches: how often it woke.
    wakeups: u64,
    /// Nanoseconds on a processor (`schedstat`).
    cpu: u64,
}

/// What all threads of a process do while one looks. The kernel forgets a thread that ends, so
/// one looks often.
#[derive(Debug)]
pub(crate) struct Watch {
    pid: u32,
    before: HashMap<OsString, Thread>,
    sum: Thread,
}

impl Watch {
    /// Begins to look.
    pub(crate) fn begin(pid: u32) -> Self {
        Self { pid, before: threads(pid), sum: Thread::default() }
    }

    /// Adds what each thread did since the last look.
    pub(crate) fn look(&mut self) {
        let now = threads(self.pid);
        for (id, thread) in &now {
            let before = self.before.get(id).copied().unwrap_or_default();
            self.sum.wakeups += thread.wakeups - before.wakeups;
            self.sum.cpu += thread.cpu - before.cpu;
        }
        self.before = now;
    }

    /// Wake-ups, and milliseconds on a processor.
    pub(crate) fn seen(&self) -> (u64, f64) {
        (self.sum.wakeups, self.sum.cpu as f64 / 1e6)
    }
}

fn threads(pid: u32) -> HashMap<OsString, Thread> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process is there");
    let read = |task: fs::DirEntry| {
        let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let stat = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let cpu = stat.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
        (task.file_name(), Thread { wakeups: field(&status, "voluntary_ctxt_switches:"), cpu })
    };
    tasks.flatten().map(read).collect()
}

/// Resident and proportional set size in MB.
pub(crate) fn memory(pid: u32) -> (f64, f64) {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let mb = |name| field(&rollup, name) as f64 / 1024.0;
    (mb("Rss:"), mb("Pss:"))
}

/// The most that was ever resident, in MB.
pub(crate) fn peak(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    field(&status, "VmHWM:") as f64 / 1024.0
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
