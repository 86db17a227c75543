//! Process CPU time, measured until it is enough to be believed.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What is worth measuring.
const ENOUGH: Duration = Duration::from_millis(100);

/// The CPU time this process has taken.
pub fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Nanoseconds for each unit of work; `work` says how many units it did. The best of three, as
/// whatever else the machine does only adds.
pub fn measure(mut work: impl FnMut() -> usize) -> f64 {
    (0..3).map(|_| once(&mut work)).fold(f64::INFINITY, f64::min)
}

fn once(work: &mut impl FnMut() -> usize) -> f64 {
    let mut batch = 1;
    loop {
        let (begun, mut units) = (cpu(), 0);
        for _ in 0..batch {
            units += work();
        }
        let spent = cpu() - begun;
        if spent > ENOUGH {
            return spent.as_nanos() as f64 / units.max(1) as f64;
        }
        batch *= 2;
    }
}
