//! Many runs, on all cores; and of one that failed the smallest that still fails.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    judge,
    plan::{DAY, Plan, Step},
    run,
    trace::Happened,
};

/// A failing run is tried so often to make it smaller.
const TRIES: u32 = 300;
/// So many that nobody lived before there are at least, however slow the machine is.
const FRESH: u64 = 20;

/// Which runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// The first seed.
    pub first: u64,
    /// So many of them at least.
    pub seeds: u64,
    /// And as many more as fit into this time.
    pub time: Duration,
    /// Those beyond the first begin with this seed; if none is given, they follow them.
    pub fresh: Option<u64>,
    /// So many days each.
    pub days: u32,
    /// Steps that are left out, by their place in the plan.
    pub without: BTreeSet<usize>,
    /// The run is cut after so many days.
    pub cut: Option<u32>,
}

/// What became of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its seed.
    pub seed: u64,
    /// What does not hold; empty when all does.
    pub wrong: Vec<String>,
    /// How often somebody was told something.
    pub told: usize,
    /// How often something went wrong around it.
    pub struck: usize,
    /// How many rows there were.
    pub rows: usize,
    /// The same for the same life.
    pub hash: u64,
}

impl Verdict {
    /// Runs a plan and judges it. A panic is wrong, too.
    pub fn of(plan: &Plan) -> Self {
        let seed = plan.seed;
        let judged = catch_unwind(AssertUnwindSafe(|| {
            let outcome = run(plan);
            let count = |is: fn(&Happened) -> bool| {
                outcome.trace.iter().filter(|entry| is(&entry.what)).count()
            };
            let told = count(|what| matches!(what, Happened::Told { .. }));
            let struck = count(|what| matches!(what, Happened::Struck { .. }));
            let rows = outcome.stories.len();
            let (wrong, hash) = (judge::judge(plan, &outcome), outcome.hash());
            Self { seed, wrong, told, struck, rows, hash }
        }));
        judged.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            let wrong = vec![format!("it panicked: {}", text.unwrap_or_default())];
            Self { seed, wrong, told: 0, struck: 0, rows: 0, hash: 0 }
        })
    }
}

impl Campaign {
    /// The plan of a seed.
    pub fn plan(&self, seed: u64) -> Plan {
        let mut plan = Plan::of(seed, self.days);
        leave_out(&mut plan, &self.without);
        cut(&mut plan, self.cut);
        plan
    }

    /// The seed of this place among all.
    fn seed(&self, place: u64) -> u64 {
        match self.fresh {
            Some(fresh) if place >= self.seeds => fresh.wrapping_add(place - self.seeds),
            Some(_) | None => self.first.wrapping_add(place),
        }
    }

    /// Runs all of them; `heard` is told of each.
    pub fn run(&self, mut heard: impl FnMut(Verdict)) {
        let (begun, next) = (Instant::now(), AtomicU64::new(0));
        let (tell, verdicts) = mpsc::channel();
        let tell = Mutex::new(tell);
        let work = || {
            let tell = tell.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let least = self.seeds + self.fresh.map_or(0, |_| FRESH);
            // Ends: with the seeds wanted, or with the time.
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= least && begun.elapsed() >= self.time {
                    return;
                }
                if tell.send(Verdict::of(&self.plan(self.seed(n)))).is_err() {
                    return;
                }
            }
        };
        thread::scope(|scope| {
            let cores = thread::available_parallelism().map_or(1, Into::into);
            let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
            // Ends: when no worker is left, each of which holds a sender while it works.
            loop {
                match verdicts.recv_timeout(Duration::from_millis(50)) {
                    Ok(verdict) => heard(verdict),
                    Err(_) if workers.iter().all(thread::ScopedJoinHandle::is_finished) => break,
                    Err(_) => {}
                }
            }
            verdicts.try_iter().for_each(heard);
        });
    }

    /// What has to be typed to see this seed again.
    pub fn command(&self, seed: u64) -> String {
        let mut line = format!("./dev sim --first {seed} --seeds 1 --days {}", self.days);
        if let Some(days) = self.cut {
            line.push_str(&format!(" --cut {days}"));
        }
        if !self.without.is_empty() {
            let places: Vec<_> = self.without.iter().map(ToString::to_string).collect();
            line.push_str(&format!(" --without {}", places.join(",")));
        }
        line
    }

    /// The smallest run found that still fails: first without faults, then without events, then
    /// with fewer days.
    pub fn shrink(&self, seed: u64) -> Self {
        let whole = Plan::of(seed, self.days);
        let mut smallest = self.clone();
        let mut tries = TRIES;
        for is_event in [false, true] {
            let places: Vec<usize> = (0..whole.steps.len())
                .filter(|n| !self.without.contains(n))
                .filter(|n| {
                    matches!(whole.steps[*n].1, Step::Add(..) | Step::Import(..)) == is_event
                })
                .collect();
            smallest.drop_some(seed, &places, &mut tries);
        }
        for days in 1..self.days {
            let shorter = Self { cut: Some(days), ..smallest.clone() };
            if tries > 0 && shorter.fails(seed, &mut tries) {
                return shorter;
            }
        }
        smallest
    }

    /// Leaves out of these places what is not needed to fail, many at a time at first.
    fn drop_some(&mut self, seed: u64, places: &[usize], tries: &mut u32) {
        let mut size = places.len();
        while size > 0 {
            for some in places.chunks(size) {
                let mut fewer = self.clone();
                fewer.without.extend(some);
                if *tries > 0 && fewer != *self && fewer.fails(seed, tries) {
                    *self = fewer;
                }
            }
            size /= 2;
        }
    }

    fn fails(&self, seed: u64, tries: &mut u32) -> bool {
        *tries -= 1;
        !Verdict::of(&self.plan(seed)).wrong.is_empty()
    }
}

fn leave_out(plan: &mut Plan, places: &BTreeSet<usize>) {
    let mut place = 0;
    plan.steps.retain(|_| {
        place += 1;
        !places.contains(&(place - 1))
    });
}

fn cut(plan: &mut Plan, days: Option<u32>) {
    if let Some(days) = days {
        plan.days = plan.days.min(days);
        plan.steps.retain(|(at, _)| *at < u64::from(plan.days) * DAY);
    }
}
