//! What must hold of every run. Each rule is a predicate over what was seen from outside and what
//! the ledger says at the end; none of them asks the engine what it should have done.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{
    delivery::{Class, State},
    id::ChannelId,
};
use engine::queries::Story;
use jiff::{SignedDuration, Timestamp};

use crate::{
    oracle,
    plan::{Definition, Plan, Via},
    trace::Happened,
    world::{Life, Outcome},
};

/// What is due in a calm moment is told within so many milliseconds.
const PROMPT: i64 = 2_000;
/// From the sending to the arrival, and what a slow receiver takes.
const WAY: u64 = 4_100;
/// The long schedule has ten tries after the first; those that were cut off aside.
const MOST_TRIES: usize = 11 + 12;
/// What a person did so shortly before a moment may count for it or not.
const EDGE: u64 = 1_000;

/// Everything that does not hold, in words; empty when all does.
pub fn judge(plan: &Plan, outcome: &Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    if !outcome.damage.is_empty() {
        wrong.push(format!("the file is damaged: {:?}", outcome.damage));
    }
    let seen = Seen::of(outcome);
    let time = Time { begin: oracle::start(plan.begins), outcome };
    for story in &outcome.stories {
        each_row(story, &seen, (&time, plan), &mut wrong);
    }
    seen.all_are_known(outcome, &mut wrong);
    for (name, life) in outcome.lives.iter().enumerate() {
        every_occurrence(name, life, &time, &seen, &mut wrong);
    }
    wrong
}

/// What the other sides took, by key.
struct Seen {
    told: BTreeMap<String, Vec<(u64, Timestamp, u32)>>,
    digests: Vec<(u64, usize)>,
    /// The keys of rows that were tried.
    tried: BTreeSet<String>,
}

impl Seen {
    fn of(outcome: &Outcome) -> Self {
        let tried = outcome.stories.iter().filter(|story| !story.attempts.is_empty());
        let tried = tried.map(|story| story.delivery.row.key.clone()).collect();
        let mut seen = Self { told: BTreeMap::new(), digests: Vec::new(), tried };
        for entry in &outcome.trace {
            if let Happened::Told { key, process, rows, .. } = &entry.what {
                if *rows > 1 {
                    seen.digests.push((entry.truth, *rows));
                } else {
                    let times = seen.told.entry(key.clone()).or_default();
                    times.push((entry.truth, entry.wall, *process));
                }
            }
        }
        seen
    }

    fn times(&self, key: &str) -> &[(u64, Timestamp, u32)] {
        self.told.get(key).map_or(&[], Vec::as_slice)
    }

    /// Whether what was told by a row's key is another row's doing.
    fn is_of_another(&self, story: &Story) -> bool {
        story.attempts.is_empty() && self.tried.contains(&story.delivery.row.key)
    }

    /// Nothing is told that the ledger knows nothing of.
    fn all_are_known(&self, outcome: &Outcome, wrong: &mut Vec<String>) {
        let known: BTreeSet<&str> =
            outcome.stories.iter().map(|story| story.delivery.row.key.as_str()).collect();
        for (key, times) in &self.told {
            if !known.contains(key.as_str()) {
                wrong.push(format!("{key} was told at {times:?} and is not in the ledger"));
            }
        }
    }
}

/// What holds of each row of the ledger.
fn each_row(story: &Story, seen: &Seen, (time, plan): (&Time<'_>, &Plan), wrong: &mut Vec<String>) {
    let row = &story.delivery.row;
    let (key, state) = (&row.key, row.facts.state);
    let mut say =
        |what: String| wrong.push(format!("{} {key} ({state}): {what}", story.delivery.title));
    // A name that was cancelled before any try and brought back has two rows with one key.
    let told = if seen.is_of_another(story) { &[] } else { seen.times(key) };

    // No repeat but after an attempt nobody knows the end of (I1, I2, I3).
    let unknown = |outcome: Option<&str>| matches!(outcome, None | Some("unknown" | "ambiguous"));
    let open = story.attempts.iter().filter(|a| unknown(a.outcome.as_deref())).count();
    let is_careful =
        !row.facts.desktop && row.facts.guarantee == calendar::delivery::Guarantee::NeverRepeat;
    let most = if is_careful { 1 } else { 1 + open };
    if told.len() > most {
        say(format!("told {} times, {open} attempts being unknown: {told:?}", told.len()));
    }
    // Never early (I24), nothing at or after its end (I23).
    if let Some((_, wall, _)) = told.iter().find(|(_, wall, _)| *wall < row.facts.due) {
        let moved = story.transitions.iter().any(|t| t.reason == calendar::reason::Reason::Moved);
        if !moved {
            say(format!("told at {wall}, before it was due at {}", row.facts.due));
        }
    }
    if let Some(end) = row.facts.use_by.and_then(|end| time.reached(end))
        && let Some((truth, wall, _)) = told.iter().find(|(truth, ..)| *truth >= end + WAY)
    {
        say(format!("told at {wall} ({truth} ms), though no more from {end} ms on"));
    }
    if story.attempts.len() > MOST_TRIES {
        say(format!("tried {} times", story.attempts.len()));
    }
    // Told is what somebody took.
    let in_digest = row.facts.reason == calendar::reason::Reason::InDigest;
    let in_inbox = row.facts.reason == calendar::reason::Reason::InboxOnly;
    if state == State::Completed && told.is_empty() && !in_digest && !in_inbox {
        say("completed, but nobody took it".into());
    }
    // The audit replays to the row (I25), each step with a reason (I17).
    let mut at = String::new();
    for step in &story.transitions {
        if step.from != at {
            say(format!("its audit goes from {} on where it was {at}", step.from));
        }
        at = step.to.code().into();
    }
    if at != state.code() {
        say(format!("its audit ends with {at}"));
    }
    // In the end nothing is left that a clock has to move (I19).
    let lasted = SignedDuration::from_secs(i64::from(plan.days) * 86_400);
    let is_past = row.facts.due.duration_since(time.begin) < lasted;
    if state.class() == Class::Live && is_past && time.outcome.set.len() == 1 {
        say(format!("due at {} and still open", row.facts.due));
    }
}

/// True and wall time of a run.
struct Time<'a> {
    begin: Timestamp,
    outcome: &'a Outcome,
}

impl Time<'_> {
    /// When the wall first reached a moment.
    fn reached(&self, wall: Timestamp) -> Option<u64> {
        let mut ahead = 0;
        let mut steps = self.outcome.set.iter().peekable();
        while let Some((from, by)) = steps.next() {
            ahead += by;
            let until = steps.peek().map_or(self.outcome.lasted, |(next, _)| *next);
            let at = wall.duration_since(self.begin).as_millis() - i128::from(ahead);
            let at = u64::try_from(at.max(i128::from(*from))).unwrap_or(u64::MAX);
            if at < until {
                return Some(at);
            }
        }
        None
    }

    /// Whether all was well around a true time.
    fn is_calm(&self, at: u64) -> bool {
        !self.outcome.troubles.iter().any(|(from, until)| *from <= at + 3_000 && at <= *until)
    }
}

/// Everything an event was to be told of was, or it is said why not.
fn every_occurrence(
    name: usize,
    life: &Life,
    time: &Time<'_>,
    seen: &Seen,
    wrong: &mut Vec<String>,
) {
    let Some(id) = life.id else { return };
    let ends = life.versions.iter().skip(1).map(|version| version.from).chain([u64::MAX]);
    for (version, until) in life.versions.iter().zip(ends) {
        let Some(definition) = version.definition.filter(|_| version.sure) else { continue };
        let end = time.begin.saturating_add(SignedDuration::from_millis(
            i64::try_from(time.outcome.lasted).unwrap_or(i64::MAX) - 4 * 86_400_000,
        ));
        for (due, start) in oracle::dues(&definition, end.unwrap_or(Timestamp::MAX)) {
            let Some(at) = time.reached(due) else { continue };
            if at < version.from + EDGE || at + EDGE > until {
                continue;
            }
            let rows = rows_of(time.outcome, id, &definition, due);
            let what = format!("event {name} of {start}, due {due} ({at} ms)");
            one_occurrence(&what, (at, until, due), &rows, (time, seen), wrong);
        }
    }
}

fn rows_of<'a>(
    outcome: &'a Outcome,
    id: calendar::id::EventId,
    definition: &Definition,
    due: Timestamp,
) -> Vec<&'a Story> {
    let desktop = definition.via == Via::Desktop;
    let rows = outcome.stories.iter().filter(|story| {
        let row = &story.delivery.row;
        let is_desktop = row.identity.channel == ChannelId::DESKTOP;
        row.event == Some(id) && row.facts.due == due && is_desktop == desktop
    });
    rows.collect()
}

fn one_occurrence(
    what: &str,
    (at, until, due): (u64, u64, Timestamp),
    rows: &[&Story],
    (time, seen): (&Time<'_>, &Seen),
    wrong: &mut Vec<String>,
) {
    let states: Vec<_> =
        rows.iter().map(|s| (s.delivery.row.facts.state, s.delivery.row.facts.reason)).collect();
    let ended = |state: &State| !matches!(state, State::Cancelled | State::Skipped);
    let is_quiet_long = until > at + 5 * 86_400_000 || until == u64::MAX;
    if is_quiet_long && !states.iter().any(|(state, _)| ended(state)) {
        wrong.push(format!("{what}: nothing was told, and nothing says why: {states:?}"));
    }
    if !time.is_calm(at) || until < at + 5_000 {
        return;
    }
    let is_prompt = rows.iter().any(|story| {
        let row = &story.delivery.row;
        let told = row
            .told_at
            .is_some_and(|told| told.duration_since(due).as_millis() <= i128::from(PROMPT));
        let heard = seen.times(&row.key).len() == 1
            || seen.digests.iter().any(|(truth, _)| truth.abs_diff(at) < 3_000);
        row.facts.state == State::Completed && told && heard
    });
    if !is_prompt {
        wrong.push(format!("{what}: all was well, but it was not told at once: {states:?}"));
    }
}
