//! `./dev fuzz TARGET [N] [SEED]`: N hostile inputs for a reader, counted; the slowest is shown.
//! An input that breaks something is printed, and ends with failure.

#![forbid(unsafe_code)]

use std::{panic, process::ExitCode, thread, time::Duration};

use fuzz::{Target, hostile, random_rules::Random};
use rustix::time::{ClockId, clock_gettime};

/// The CPU time this thread has taken: whatever else the machine does is no part of it.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// The work of one thread.
struct Worker {
    target: Target,
    seeds: std::ops::Range<u64>,
}

/// What came of it.
struct Came {
    broken: Vec<String>,
    slowest: (Duration, u64),
    spent: Duration,
}

impl Worker {
    fn run(self) -> Came {
        let mut came =
            Came { broken: Vec::new(), slowest: (Duration::ZERO, 0), spent: Duration::ZERO };
        for seed in self.seeds {
            let input = hostile::input(self.target, &mut Random(seed));
            let begun = cpu();
            if panic::catch_unwind(|| self.target.try_on(&input)).is_err() {
                came.broken.push(format!("seed {seed}: {}", String::from_utf8_lossy(&input)));
            }
            came.slowest = came.slowest.max((cpu() - begun, seed));
        }
        came.spent = cpu();
        came
    }
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let named = words.first().and_then(|word| Target::ALL.iter().find(|(name, _)| name == word));
    let number = |at: usize, usual| words.get(at).map_or(Ok(usual), |word| word.parse::<u64>());
    let (Some((name, target)), Ok(count), Ok(first)) =
        (named, number(1, 1_000_000), number(2, 1 << 32))
    else {
        eprintln!("fuzz takes rrule, ics, vcf or quick, then a number of inputs and a first seed");
        return ExitCode::FAILURE;
    };
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let share = count.div_ceil(threads);
    let came: Vec<Came> = thread::scope(|scope| {
        let worker = |n: u64| {
            let seeds = first + n * share..first + ((n + 1) * share).min(count);
            scope.spawn(|| Worker { target: *target, seeds }.run())
        };
        let running: Vec<_> = (0..threads).map(worker).collect();
        running.into_iter().map(|thread| thread.join().expect("a worker catches")).collect()
    });
    let broken: Vec<&String> = came.iter().flat_map(|came| &came.broken).collect();
    let (longest, seed) = came.iter().map(|came| came.slowest).max().unwrap_or_default();
    let spent: Duration = came.iter().map(|came| came.spent).sum();
    println!("{name}: {count} inputs in {spent:.1?} of CPU time, {} broken", broken.len());
    let input = hostile::input(*target, &mut Random(seed));
    println!("slowest, {longest:.1?}, seed {seed}: {}", String::from_utf8_lossy(&input));
    broken.iter().take(20).for_each(|input| println!("{input}"));
    if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
