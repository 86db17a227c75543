//! What `doctor` found, as a page to read.

use std::collections::BTreeMap;

use calendar::delivery::{Class, State};
use jiff::SignedDuration;

use super::{Lateness, LedgerShape, Shape};
use crate::words;

/// What stands only in the ledger.
const UNREAD: &str = "not known: the ledger cannot be read";

/// How the ledger is.
fn ledger_words(ledger: &LedgerShape) -> String {
    let health = match (ledger.ok, ledger.missing, ledger.record.is_empty()) {
        (_, true, _) => "MISSING",
        (false, false, _) => "DAMAGED",
        (true, false, false) => "RECORD CHANGED",
        (true, false, true) => "sound",
    };
    match ledger.schema {
        Some(schema) if ledger.deep => {
            format!("schema {schema}, SQLite {}, {health}, every record compared", ledger.sqlite)
        }
        Some(schema) => format!(
            "schema {schema}, SQLite {}, {health}, records not compared (`carillon doctor --deep` does)",
            ledger.sqlite
        ),
        None if !ledger.ok => format!("SQLite {}, {health}", ledger.sqlite),
        None => "not there yet: it is made when something is added".into(),
    }
}

/// The page.
pub(super) fn text(shape: &Shape) -> String {
    let ledger = &shape.ledger;
    let ledger_words = ledger_words(ledger);
    let service = match (&shape.service.pid, &shape.service.version) {
        (Some(pid), Some(version)) => {
            let stands = if shape.service.stopped { "stopped" } else { "running" };
            format!("{stands}, process {pid}, version {version}")
        }
        _ => "not running".into(),
    };
    let notifier = match (&shape.notifier.reachable, &shape.notifier.name) {
        (None, _) if !shape.service.running => "not known while no service runs".to_string(),
        (None, _) if !shape.ledger.ok => UNREAD.into(),
        (None, _) => "not known yet".into(),
        (Some(_), Some(name)) => name.clone(),
        (Some(_), None) => "none: reminders wait in the inbox until there is one".into(),
    };
    let autostart = match shape.autostart {
        Some(true) => "on",
        Some(false) => "off",
        None => "not known",
    };
    let lateness = match &shape.lateness_ms {
        late if late.n == 0 && !shape.ledger.ok => UNREAD.into(),
        late => late.words(),
    };
    let zones = match shape.zones.moved {
        0 => format!("{} ({})", shape.zones.version, shape.zones.source),
        n => format!(
            "{} ({}), which moved {}: `carillon zones`",
            shape.zones.version,
            shape.zones.source,
            words::count(n as usize, "occurrence")
        ),
    };
    let backups = match (&shape.backups.newest, shape.backups.kept) {
        (Some(day), 1) => format!("one, of {day}"),
        (Some(day), n) => format!("{n}, the newest of {day}"),
        (None, _) => "none yet: the service makes one a day".into(),
    };
    let place = place(&shape.zones.system_zone, std::env::var("TZ").ok().as_deref());
    let mut rows = vec![
        ["  ledger", &ledger.path],
        ["", &ledger_words],
        ["  backups", &backups],
        ["  zones", &zones],
        ["  this computer", &place],
        ["  service", &service],
        ["  notifications", &notifier],
        ["  start at login", autostart],
        ["  lateness", &lateness],
    ];
    let spread = spread(&shape.counts);
    if !spread.is_empty() {
        rows.push(["  told within", &spread]);
    }
    let ends = ends(&shape.counts);
    if !ends.is_empty() {
        rows.push(["  in 30 days", &ends]);
    }
    rows.extend(happened(shape));
    rows.push(["  log", &shape.log]);
    let rows: Vec<_> = rows.into_iter().map(|row| row.map(String::from)).collect();
    format!("Carillon {}\n{}{}", shape.version, table(&rows), verdict(&shape.problems))
}

fn table(rows: &[[String; 2]]) -> String {
    let label = rows.iter().map(|[label, _]| label.chars().count()).max().unwrap_or(0);
    words::columns(rows).lines().map(|line| format!("{}\n", fit(line, label + 2))).collect()
}

fn verdict(problems: &[String]) -> String {
    if problems.is_empty() {
        return "All is well.\n".into();
    }
    problems.iter().map(|line| format!("{}\n", fit(&format!("Not well: {line}."), 2))).collect()
}

/// A line as wide as the terminal, if there is one: who reads it elsewhere finds each line whole.
fn fit(line: &str, indent: usize) -> String {
    words::terminal().map_or_else(|| line.into(), |width| words::wrapped(line, width, indent))
}

/// Where this computer is. What the environment says of that is not looked at.
fn place(zone: &str, named: Option<&str>) -> String {
    let named = named.map(|name| name.trim_start_matches(':')).filter(|name| !name.is_empty());
    match named.filter(|name| *name != zone) {
        Some(name) => {
            format!("is in {zone}: TZ={name} of this command does not count, only the service's")
        }
        None => format!("is in {zone}"),
    }
}

/// What was done to the ledger, and what a person did that keeps it silent.
fn happened(shape: &Shape) -> impl Iterator<Item = [&str; 2]> {
    let rows = [
        ("  paused", &shape.paused),
        ("  quiet hours", &shape.quiet),
        ("  restored or copied", &shape.restored),
        ("  another ledger", &shape.mended),
    ];
    rows.into_iter().filter_map(|(what, words)| Some([what, words.as_deref()?]))
}

impl Lateness {
    fn words(&self) -> String {
        let (Some(p50), Some(p99), Some(share)) = (self.p50, self.p99, self.within_a_minute) else {
            return "nothing was told in the last 30 days".into();
        };
        format!(
            "half within {}, 99 of 100 within {}; {:.1} % of {} told within a minute, over 30 days, without what waited for quiet hours, a pause or a person",
            span(p50),
            span(p99),
            share * 100.0,
            self.n
        )
    }
}

/// The classes of lateness shown, each with what came within it and not within the one before.
const SHOWN: [(i64, &str); 5] = [
    (1 << 10, "1 s"),
    (1 << 16, "1 min"),
    (1 << 22, "1 h"),
    (1 << 27, "1 day"),
    (i64::MAX, "later"),
];

/// How late what was told was, of everything: `118 within 1 s, 2 within 1 h`.
fn spread(counts: &BTreeMap<String, u64>) -> String {
    let within = |name: &str| name.strip_prefix("within:").and_then(|most| most.parse().ok());
    let told: Vec<(i64, u64)> =
        counts.iter().filter_map(|(name, n)| Some((within(name)?, *n))).collect();
    let mut least = 0;
    let mut said = Vec::new();
    for (most, word) in SHOWN {
        let of_class = told.iter().filter(|(class, _)| (least..=most).contains(class));
        let n: u64 = of_class.map(|(_, n)| n).sum();
        if n > 0 {
            said.push(format!("{word}: {n}"));
        }
        least = most.saturating_add(1);
    }
    said.join(", ")
}

/// Milliseconds as people read them.
fn span(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => words::length(SignedDuration::from_millis(ms)),
    }
}

/// How many came to which end, in the words of the screen.
fn ends(counts: &BTreeMap<String, u64>) -> String {
    let of = |class: Class| {
        let mut said: Vec<(&str, u64)> = Vec::new();
        for state in State::ALL.into_iter().filter(|state| state.class() == class) {
            let n = counts.get(state.code()).copied().unwrap_or_default();
            // The screen asks to check it, which nobody counts.
            let word = if state == State::Review { "uncertain" } else { words::state(state) };
            match said.iter_mut().find(|(known, _)| *known == word) {
                Some((_, sum)) => *sum += n,
                None => said.push((word, n)),
            }
        }
        said.retain(|(_, n)| *n > 0);
        let sum: u64 = said.iter().map(|(_, n)| n).sum();
        (said.iter().map(|(word, n)| format!("{n} {word}")).collect::<Vec<_>>().join(", "), sum)
    };
    let (mut said, _) = of(Class::Final);
    // What was settled since is an end as well, and counted as that too.
    let (parked, n) = of(Class::Parked);
    if n > 0 {
        let between = if said.is_empty() { "" } else { "; " };
        let wait = if n == 1 { "waits" } else { "wait" };
        said.push_str(&format!("{between}waited or still {wait} for a person: {parked}"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_of_the_environment_is_said_not_to_count() {
        for (named, said) in [
            (None, "is in UTC"),
            (Some(""), "is in UTC"),
            (Some(":UTC"), "is in UTC"),
            (
                Some("Asia/Tokyo"),
                "is in UTC: TZ=Asia/Tokyo of this command does not count, only the service's",
            ),
        ] {
            assert_eq!(place("UTC", named), said);
        }
    }

    #[test]
    fn what_was_counted_reads_as_a_sentence_with_one_and_with_many() {
        for (counts, said) in [
            (&[][..], ""),
            (&[("completed", 7)], "7 told"),
            (&[("review", 1)], "waited or still waits for a person: 1 uncertain"),
            (
                &[("completed", 7), ("expired", 3), ("dead", 3), ("review", 1)],
                "7 told, 3 missed; waited or still wait for a person: 3 failed, 1 uncertain",
            ),
        ] {
            let counts = counts.iter().map(|(name, n)| ((*name).to_string(), *n)).collect();
            assert_eq!(ends(&counts), said);
        }
    }
}
