//! `./dev sim`: many simulated lives from seeds. A life in which something does not hold is made
//! smaller, and the line to repeat it is printed.

#![forbid(unsafe_code)]

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use simulator::campaign::{Campaign, Verdict};

const USAGE: &str = "usage: sim [--seeds N] [--days D] [--first S] [--seconds T] [--cut D] \
[--without PLACES] [--show]
  --seeds N     so many seeds (100)
  --days D      each lives so many days (10)
  --first S     beginning with this seed (0)
  --seconds T   and as many more as fit into this time
  --cut D, --without PLACES   a smaller life, as a failure prints it
  --show        what happens in it, step by step";
/// So many failures are made smaller; more say nothing new.
const SHRUNK: usize = 3;
/// And so much of each is said.
const LINES: usize = 8;

fn main() -> ExitCode {
    let (campaign, show) = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if show {
        simulator::show(&campaign.plan(campaign.first));
    }
    // A panic is a finding, which is told with the others.
    std::panic::set_hook(Box::new(|_| ()));
    let begun = Instant::now();
    let (mut count, mut told, mut rows, mut struck) = (0_u64, 0, 0, 0);
    let mut failed: Vec<Verdict> = Vec::new();
    campaign.run(|verdict| {
        count += 1;
        told += verdict.told;
        rows += verdict.rows;
        struck += verdict.struck;
        if !verdict.wrong.is_empty() {
            say(&campaign, &verdict);
            failed.push(verdict);
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let a_minute = count as f64 * 60.0 / seconds.max(0.001);
    println!(
        "{count} seeds of {} days in {seconds:.1} s ({a_minute:.0} a minute): {rows} deliveries, \
         {told} told, {struck} mishaps; {} failed",
        campaign.days,
        failed.len(),
    );
    for verdict in failed.iter().take(SHRUNK) {
        let smaller = campaign.shrink(verdict.seed);
        let again = Verdict::of(&smaller.plan(verdict.seed));
        println!("Seed {}, made smaller:", verdict.seed);
        say(&smaller, &again);
    }
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(campaign: &Campaign, verdict: &Verdict) {
    println!("{}", campaign.command(verdict.seed));
    for line in verdict.wrong.iter().take(LINES) {
        println!("    {line}");
    }
    if verdict.wrong.len() > LINES {
        println!("    and {} more", verdict.wrong.len() - LINES);
    }
}

fn options(mut given: impl Iterator<Item = String>) -> Result<(Campaign, bool), String> {
    let mut campaign = Campaign {
        first: 0,
        seeds: 100,
        time: Duration::ZERO,
        days: 10,
        without: Default::default(),
        cut: None,
    };
    let mut show = false;
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
            "--days" => campaign.days = days()?,
            "--cut" => campaign.cut = Some(days()?),
            "--without" => {
                let places = value.split(',').map(str::parse).collect::<Result<_, _>>();
                campaign.without = places.map_err(|_| format!("no list of places: {value}"))?;
            }
            _ => return Err(format!("there is no option {name}")),
        }
    }
    Ok((campaign, show))
}
