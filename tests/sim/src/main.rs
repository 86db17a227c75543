//! `./dev sim`: many simulated lives from seeds. A life in which something does not hold is made
//! smaller, the line to repeat it is printed, and it is kept among those that are lived first.

#![forbid(unsafe_code)]

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use simulator::{
    campaign::{Campaign, Verdict},
    kept,
};

const USAGE: &str = "usage: sim [--seeds N] [--days D] [--first S] [--seconds T] [--fresh S] \
[--cut D] [--without PLACES] [--keep FILE] [--show]
  --seeds N     so many seeds (100)
  --days D      each lives so many days (10)
  --first S     beginning with this seed (0)
  --seconds T   and as many more as fit into this time
  --fresh S     these begin with another seed, and are at least twenty
  --cut D, --without PLACES   a smaller life, as a failure prints it
  --keep FILE   lives that failed once: lived again first, and what fails now is added
  --show        what happens in it, step by step";
/// So many failures are made smaller; more say nothing new.
const SHRUNK: usize = 3;
/// And so much of each is said.
const LINES: usize = 8;

/// What was asked for.
struct Options {
    campaign: Campaign,
    keep: Option<PathBuf>,
    show: bool,
}

/// What all lives came to.
#[derive(Default)]
struct Sum {
    told: usize,
    struck: usize,
    rows: usize,
    hash: u64,
    failed: Vec<Verdict>,
}

impl Sum {
    fn add(&mut self, verdict: Verdict, what: &str) {
        self.told += verdict.told;
        self.rows += verdict.rows;
        self.struck += verdict.struck;
        // In whatever order they end.
        self.hash ^= verdict.hash;
        if !verdict.wrong.is_empty() {
            say(what, &verdict);
            self.failed.push(verdict);
        }
    }
}

fn main() -> ExitCode {
    match options(std::env::args().skip(1)).and_then(|options| work(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Lives all of them; says whether all held.
fn work(options: &Options) -> Result<bool, String> {
    let Options { campaign, keep, show } = options;
    if *show {
        simulator::show(&campaign.plan(campaign.first));
    }
    // A panic is a finding, which is told with the others.
    std::panic::set_hook(Box::new(|_| ()));
    let mut kept_holds = true;
    if let Some(file) = keep {
        let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        let mut sum = Sum::default();
        let lives = kept::read(&text)?;
        for (name, plan) in &lives {
            sum.add(Verdict::of(plan), name);
        }
        println!("{} lives that failed once: {} failed", lives.len(), sum.failed.len());
        kept_holds = sum.failed.is_empty();
    }
    let (begun, mut count, mut sum) = (Instant::now(), 0_u64, Sum::default());
    campaign.run(|verdict| {
        count += 1;
        let command = campaign.command(verdict.seed);
        sum.add(verdict, &command);
    });
    let seconds = begun.elapsed().as_secs_f64();
    let a_minute = count as f64 * 60.0 / seconds.max(0.001);
    let Sum { told, struck, rows, hash, failed } = sum;
    if let Some(fresh) = campaign.fresh {
        let more = count.saturating_sub(campaign.seeds);
        println!("{more} of them as never before, from seed {fresh} on:");
        println!("    ./dev sim --first {fresh} --seeds {more} --days {}", campaign.days);
    }
    println!(
        "{count} seeds of {} days in {seconds:.1} s ({a_minute:.0} a minute): {rows} deliveries, \
         {told} told, {struck} mishaps, all traces {hash:016x}; {} failed",
        campaign.days,
        failed.len(),
    );
    for verdict in failed.iter().take(SHRUNK) {
        let smaller = campaign.shrink(verdict.seed);
        let plan = smaller.plan(verdict.seed);
        println!("Seed {}, made smaller:", verdict.seed);
        let again = Verdict::of(&plan);
        say(&smaller.command(verdict.seed), &again);
        let name = again.wrong.first().unwrap_or(&verdict.wrong[0]);
        if let Some(file) = keep {
            let life = kept::write(name, &plan);
            let mut file = OpenOptions::new().append(true).open(file).map_err(|e| e.to_string())?;
            file.write_all(format!("\n{life}").as_bytes()).map_err(|e| e.to_string())?;
        }
    }
    Ok(kept_holds && failed.is_empty())
}

fn say(what: &str, verdict: &Verdict) {
    println!("{what}");
    for line in verdict.wrong.iter().take(LINES) {
        println!("    {line}");
    }
    if verdict.wrong.len() > LINES {
        println!("    and {} more", verdict.wrong.len() - LINES);
    }
}

fn options(mut given: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut campaign = Campaign {
        first: 0,
        seeds: 100,
        time: Duration::ZERO,
        fresh: None,
        days: 10,
        without: Default::default(),
        cut: None,
    };
    let (mut keep, mut show) = (None, false);
    while let Some(name) = given.next() {
        if name == "--show" {
            show = true;
            continue;
        }
        let value = given.next().ok_or_else(|| format!("{name} needs a number"))?;
        let number =
            || value.parse::<u64>().map_err(|_| format!("{name} takes a number, not {value}"));
        let days = || number().map(|n| u32::try_from(n).unwrap_or(u32::MAX).clamp(1, 400));
        match name.as_str() {
            "--seeds" => campaign.seeds = number()?,
            "--first" => campaign.first = number()?,
            "--seconds" => campaign.time = Duration::from_secs(number()?),
            "--fresh" => campaign.fresh = Some(number()?),
            "--days" => campaign.days = days()?,
            "--cut" => campaign.cut = Some(days()?),
            "--keep" => keep = Some(PathBuf::from(&value)),
            "--without" => {
                let places = value.split(',').map(str::parse).collect::<Result<_, _>>();
                campaign.without = places.map_err(|_| format!("no list of places: {value}"))?;
            }
            _ => return Err(format!("there is no option {name}")),
        }
    }
    Ok(Options { campaign, keep, show })
}
