//! `./dev differ [RULES]`: random rules through every engine, and each difference explained.
//! Engines that are programs are given as `name=program|argument`. An engine may differ only where a
//! sentence about it fits the rule; what no sentence explains is printed and ends with failure.
//! Where we read a rule otherwise on purpose, `Series` says so in its documentation.

#![forbid(unsafe_code)]

use std::{collections::BTreeMap, process::ExitCode, thread, time::Duration};

use calendar::recurrence::{Rule, Series};
use jiff::civil::DateTime;
use recurrence_engines::{
    excuses::{self, Excuse},
    first_week,
    foreign::{Foreign, Silence},
    random_rules::{self, Random},
};

const STAMP: &str = "%Y%m%dT%H%M%S";
/// So many starts of each rule are compared, up to this year.
const STARTS: usize = 12;
const LAST_YEAR: i16 = 2120;
/// The first seed; the tests use those from nought on.
const FIRST_SEED: u64 = 1_000_000;
/// How long an engine may think about one rule.
const PATIENCE: Duration = Duration::from_millis(200);
/// So many differences nobody has explained are printed.
const MOST_PRINTED: usize = 40;

/// A rule to be walked.
struct Case {
    start: DateTime,
    text: String,
    rule: Rule,
}

fn case(seed: u64) -> Case {
    let mut random = Random(seed);
    let start = random_rules::start(&mut random);
    let text = ascending(&random_rules::rule(&mut random));
    let rule = Rule::parse(&text).expect("a valid rule");
    Case { start, text, rule }
}

/// The rule with its lists in order: libical takes them as they are written.
fn ascending(text: &str) -> String {
    let part = |part: &str| {
        let (name, list) = part.split_once('=').expect("a part has a value");
        let values: Result<Vec<i32>, _> = list.split(',').map(str::parse).collect();
        let Ok(mut values) = values else { return part.to_owned() };
        values.sort_unstable();
        let values: Vec<String> = values.iter().map(i32::to_string).collect();
        format!("{name}={}", values.join(","))
    };
    text.split(';').map(part).collect::<Vec<_>>().join(";")
}

fn stamps(found: &[DateTime]) -> String {
    let each = found.iter().map(|at| at.strftime(STAMP).to_string());
    each.collect::<Vec<_>>().join(",")
}

fn ours(case: &Case) -> String {
    let series = Series::new(case.start, vec![case.rule.clone()]);
    let walk = series.from(case.start, None).take(STARTS);
    let found: Vec<DateTime> = walk.take_while(|at| at.year() <= LAST_YEAR).collect();
    stamps(&found)
}

/// Their starts, with DTSTART first where it does not match: it is the first instance all the
/// same (RFC 5545, 3.8.5.3).
fn theirs(engine: &mut Foreign, case: &Case) -> Result<String, Silence> {
    let start = stamps(&[case.start]);
    let most = STARTS.to_string();
    let answer = engine.ask(&["list", &start, "", &case.text, &most, &LAST_YEAR.to_string()])?;
    let mut found: Vec<&str> = answer[0].split(',').filter(|stamp| !stamp.is_empty()).collect();
    if found.first() != Some(&start.as_str()) {
        found.insert(0, &start);
    }
    found.truncate(STARTS);
    Ok(found.join(","))
}

fn is_in_first_week(case: &Case, ours: &str, said: &Result<String, Silence>) -> bool {
    let starts = |text: &str| -> Vec<DateTime> {
        text.split(',').filter_map(|stamp| DateTime::strptime(STAMP, stamp).ok()).collect()
    };
    said.as_ref().is_ok_and(|theirs| {
        let (ours, theirs) = (starts(ours), starts(theirs));
        first_week::differs_there_alone(&case.rule, case.start, &ours, &theirs)
    })
}

/// What became of one engine.
#[derive(Default)]
struct Tally {
    engine: String,
    same: usize,
    excused: BTreeMap<&'static str, usize>,
    unexplained: usize,
}

impl Tally {
    fn add(&mut self, case: &Case, seed: u64, said: Result<String, Silence>) {
        let mine = ours(case);
        if said.as_ref() == Ok(&mine) {
            self.same += 1;
            return;
        }
        let fits = |excuse: &&Excuse| {
            excuse.engine == self.engine
                && (excuse.fits)(&case.rule, case.start, said.as_ref().err())
                && (excuse.name != excuses::FIRST_WEEK || is_in_first_week(case, &mine, &said))
        };
        if let Some(excuse) = excuses::KNOWN.iter().find(fits) {
            *self.excused.entry(excuse.name).or_default() += 1;
            return;
        }
        self.unexplained += 1;
        if self.unexplained <= MOST_PRINTED {
            let (start, engine) = (stamps(&[case.start]), &self.engine);
            println!("seed {seed}: {start} {}\n  ours {mine}\n  {engine} {said:?}", case.text);
        }
    }

    fn say(&self) {
        let all = self.same + self.unexplained + self.excused.values().sum::<usize>();
        println!("{}: {all} random rules, {} the same", self.engine, self.same);
        for (name, count) in &self.excused {
            println!("  {count:>6}  {name}");
        }
        println!("  {:>6}  unexplained", self.unexplained);
    }
}

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let rules = match words.first().and_then(|word| word.parse().ok()) {
        Some(rules) => {
            words.remove(0);
            rules
        }
        None => 20_000,
    };
    let engines = Foreign::all(&words, PATIENCE);
    let compared: Vec<Tally> = thread::scope(|scope| {
        let one = |engine| scope.spawn(move || compare(engine, rules));
        let threads: Vec<_> = engines.into_iter().map(one).collect();
        threads.into_iter().map(|thread| thread.join().expect("no engine panics us")).collect()
    });
    compared.iter().for_each(Tally::say);
    let is_explained = compared.iter().all(|tally| tally.unexplained == 0);
    if is_explained { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn compare(mut engine: Foreign, rules: u64) -> Tally {
    let mut tally = Tally::default();
    tally.engine.clone_from(&engine.name);
    for seed in FIRST_SEED..FIRST_SEED + rules {
        let case = case(seed);
        let said = theirs(&mut engine, &case);
        tally.add(&case, seed, said);
    }
    tally
}
