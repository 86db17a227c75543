//! A run as the rules look at it.

use std::collections::BTreeMap;

use calendar::id::DeliveryId;
use engine::queries::Story;
use jiff::{SignedDuration, Timestamp};

use crate::{
    oracle::{self, FIRST, Place},
    outcome::{Life, Outcome, Trouble},
    plan::{Definition, Plan, Via},
    trace::{Entry, Happened},
    world::SOON,
};

/// So shortly before and after a change either holds.
const EDGE: u64 = 1_000;

/// Something handed over, or taken by the other side.
#[derive(Debug, Clone)]
pub(super) struct Passing {
    pub truth: u64,
    pub wall: Timestamp,
    /// The key the other side saw; of what was only sent, none.
    pub key: String,
    /// What the other side is called; of what was only sent, nothing.
    pub to: String,
    /// From when on it was not to be told, as it was claimed; of what was told, nothing.
    pub over: Option<Timestamp>,
    /// Whether it says that it may be seen twice.
    pub again: bool,
    /// How many rows it stood for.
    pub rows: usize,
}

/// Whether a row is of this reminder: told like that, so long before. All of a person's are.
pub(super) fn is_by(story: &Story, reminder: &Definition) -> bool {
    let row = &story.delivery.row;
    let is_via = match reminder.via {
        Via::Desktop => row.facts.desktop,
        via => !row.facts.desktop && story.delivery.channel == via.name(),
    };
    let before = lead(&row.identity.reminder);
    is_via && (reminder.is_of_person() || before == Some(reminder.before))
}

/// How many minutes before the start a reminder is told, by its name: `t:-P1DT2H3M`, and what nags
/// and snoozes make of it.
pub(super) fn lead(name: &str) -> Option<i64> {
    let (mut minutes, mut number, mut clock) = (0, 0, false);
    for letter in name.split(':').nth(1)?.trim_start_matches('-').strip_prefix('P')?.chars() {
        let of = match (letter, clock) {
            ('0'..='9', _) => {
                number = 10 * number + i64::from(letter.to_digit(10)?);
                continue;
            }
            ('T', _) => {
                clock = true;
                continue;
            }
            ('D', false) => 24 * 60,
            ('H', true) => 60,
            ('M', true) => 1,
            _ => return None,
        };
        minutes += number * of;
        number = 0;
    }
    Some(minutes)
}

/// A time in which the machine was in one place, as far as the ledger knew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stay {
    pub from: u64,
    pub until: u64,
    pub place: Place,
}

/// A run, sorted for looking things up.
pub(super) struct Case<'a> {
    pub outcome: &'a Outcome,
    pub begin: Timestamp,
    pub sent: BTreeMap<DeliveryId, Vec<Passing>>,
    pub told: BTreeMap<DeliveryId, Vec<Passing>>,
    pub stays: Vec<Stay>,
    /// When an older copy was put in place, by true time and wall, and of when it was.
    pub restored: Vec<(u64, Timestamp, u64)>,
}

impl<'a> Case<'a> {
    pub fn of(plan: &Plan, outcome: &'a Outcome) -> Self {
        let mut case = Self {
            outcome,
            begin: oracle::start(plan.begins),
            sent: BTreeMap::new(),
            told: BTreeMap::new(),
            stays: stays(&outcome.trace),
            restored: Vec::new(),
        };
        for entry in &outcome.trace {
            let (truth, wall) = (entry.truth, entry.wall);
            match &entry.what {
                Happened::Sent { marks, over, .. } => {
                    for ((row, _), over) in marks.iter().zip(over) {
                        let (key, to, rows) = (String::new(), String::new(), marks.len());
                        let one = Passing { truth, wall, key, to, over: *over, again: false, rows };
                        case.sent.entry(*row).or_default().push(one);
                    }
                }
                Happened::Told { key, marks, to, again, .. } => {
                    let (key, to, rows) = (key.clone(), to.clone(), marks.len());
                    let one = Passing { truth, wall, key, to, over: None, again: *again, rows };
                    for (row, _) in marks {
                        case.told.entry(*row).or_default().push(one.clone());
                    }
                }
                Happened::Restored { of } => case.restored.push((truth, wall, *of)),
                _ => {}
            }
        }
        case
    }

    /// Whether anything was handed over or changed by a person between two moments.
    pub fn is_anything_between(&self, from: u64, until: u64) -> bool {
        let is_between = |at: u64| from <= at && at < until;
        let sent = self.sent.values().flatten().any(|one| is_between(one.truth));
        let versions = self.outcome.lives.iter().flat_map(|life| &life.versions);
        sent || versions.map(|version| version.from).any(is_between)
    }

    /// Whether no clock was set and no older copy put back, each of which says other things of what was
    /// at the same time.
    pub fn is_steady(&self) -> bool {
        self.outcome.set.iter().all(|(_, by)| *by == 0) && self.restored.is_empty()
    }

    /// When a row was handed over.
    pub fn sent(&self, story: &Story) -> &[Passing] {
        self.sent.get(&story.delivery.row.id).map_or(&[], Vec::as_slice)
    }

    /// When the other side took a row.
    pub fn told(&self, story: &Story) -> &[Passing] {
        self.told.get(&story.delivery.row.id).map_or(&[], Vec::as_slice)
    }

    /// What is known of a row.
    pub fn story(&self, row: DeliveryId) -> Option<&'a Story> {
        self.outcome.stories.iter().find(|story| story.delivery.row.id == row)
    }

    /// The event a row is about.
    pub fn life(&self, story: &Story) -> Option<&'a Life> {
        let subject = &story.delivery.row.identity.subject;
        self.outcome.lives.iter().find(|life| life.subject.as_ref() == Some(subject))
    }

    /// The rows about an event.
    pub fn stories_of<'b>(&self, life: &'b Life) -> impl Iterator<Item = &'a Story>
    where
        'a: 'b,
    {
        let subject = life.subject.clone();
        let stories = self.outcome.stories.iter();
        stories.filter(move |story| Some(&story.delivery.row.identity.subject) == subject.as_ref())
    }

    /// When the wall reached a moment: once, or again after it was set back.
    pub fn reached(&self, wall: Timestamp) -> Vec<u64> {
        let (mut ahead, mut found, mut before) = (0, Vec::new(), i128::MIN);
        let mut steps = self.outcome.set.iter().peekable();
        let wanted = wall.duration_since(self.begin).as_millis();
        while let Some((from, by)) = steps.next() {
            ahead += by;
            let until = steps.peek().map_or(self.outcome.lasted, |(next, _)| *next);
            let at = wanted - i128::from(ahead);
            let at = u64::try_from(at.max(i128::from(*from))).unwrap_or(u64::MAX);
            if before < wanted && at < until {
                found.push(at);
            }
            before = i128::from(until) + i128::from(ahead);
        }
        found
    }

    /// Every true time at which the wall showed a moment.
    pub fn when(&self, wall: Timestamp) -> Vec<u64> {
        let (mut ahead, mut found) = (0, Vec::new());
        let mut steps = self.outcome.set.iter().peekable();
        while let Some((from, by)) = steps.next() {
            ahead += by;
            let until = steps.peek().map_or(u64::MAX, |(next, _)| *next);
            let at = wall.duration_since(self.begin).as_millis() - i128::from(ahead);
            found.extend(u64::try_from(at).ok().filter(|at| (*from..=until).contains(at)));
        }
        found
    }

    /// What the wall said at a true time.
    pub fn wall(&self, at: u64) -> Timestamp {
        let ahead: i64 =
            self.outcome.set.iter().filter(|(from, _)| *from <= at).map(|(_, by)| by).sum();
        let millis = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(ahead);
        self.begin.saturating_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
    }

    /// Where the machine was at a true time, if the ledger knew.
    pub fn place(&self, at: u64) -> Option<Place> {
        let mut stays = self.stays.iter();
        stays.rfind(|stay| stay.from <= at && at < stay.until).map(|stay| stay.place)
    }

    /// Where the ledger may have taken the machine to be at a true time.
    pub fn places_at(&self, at: u64) -> Vec<Place> {
        let known = |stay: &&Stay| stay.from <= at + EDGE && at <= stay.until.saturating_add(EDGE);
        let mut all: Vec<_> = self.stays.iter().filter(known).map(|stay| stay.place).collect();
        if self.place(at).is_none() {
            // It has left one place, and the ledger may or may not know the next.
            let before = self.stays.iter().rfind(|stay| stay.from <= at);
            let next = self.stays.iter().find(|stay| stay.from > at);
            all.extend(before.into_iter().chain(next).map(|stay| stay.place));
        }
        all
    }

    /// Whether all was well around a true time, for one side.
    pub fn is_calm(&self, at: u64, desktop: bool) -> bool {
        let outcome = self.outcome;
        let mut all = outcome.troubles.iter().chain(&outcome.downs).chain(&outcome.rests);
        !all.any(|t| is_about(t, at, desktop))
    }

    /// The same, whatever rest an endpoint is given.
    pub fn is_calm_but_for_rests(&self, at: u64, desktop: bool) -> bool {
        let mut all = self.outcome.troubles.iter().chain(&self.outcome.downs);
        !all.any(|t| is_about(t, at, desktop))
    }

    /// Whether nothing but a sleep kept anybody from being told, from its beginning until soon after.
    pub fn slept_well(&self, slept: (u64, u64), desktop: bool) -> bool {
        let outcome = self.outcome;
        let mut all = outcome.troubles.iter().chain(&outcome.downs).chain(&outcome.rests);
        let is_own = |t: &Trouble| {
            t.from == slept.0.saturating_sub(1_000)
                && t.until == slept.1 + SOON
                && t.desktop.is_none()
        };
        !all.any(|t| {
            let is_about = t.desktop.is_none_or(|of| of == desktop);
            is_about && !is_own(t) && t.from <= slept.1 + 3_000 && slept.0 <= t.until
        })
    }

    /// By how many milliseconds the clock was set ahead and back, between two true times.
    pub fn set_between(&self, from: u64, until: u64) -> (u64, u64) {
        let all = self.outcome.set.iter().filter(|(at, _)| (from..=until).contains(at));
        all.fold((0, 0), |(ahead, back), (_, by)| match by.is_positive() {
            true => (ahead + by.unsigned_abs(), back),
            false => (ahead, back + by.unsigned_abs()),
        })
    }

    /// Whether the machine was started anew between two true times.
    pub fn was_booted_between(&self, from: u64, until: u64) -> bool {
        let booted = |what: &Happened| matches!(what, Happened::Booted);
        let entries = self.outcome.trace.iter().filter(|entry| booted(&entry.what));
        entries.map(|entry| entry.truth).any(|at| (from..=until).contains(&at))
    }

    /// By how many milliseconds in all it was, one way or the other.
    pub fn set_by(&self) -> u64 {
        self.outcome.set.iter().map(|(_, by)| by.unsigned_abs()).sum()
    }

    /// Whether an older copy was put in place later that does not know what happened then.
    pub fn is_forgotten(&self, at: u64) -> bool {
        self.restored.iter().any(|(back, _, of)| *of <= at && at <= *back)
    }

    /// Whether a clock that was set back between two true times made this moment one to come.
    pub fn was_ahead(&self, moment: Timestamp, from: u64, until: u64) -> bool {
        let between = |set: &&(u64, i64)| from < set.0 && set.0 < until && set.1 < 0;
        self.outcome.set.iter().filter(between).any(|(at, _)| self.wall(*at) < moment)
    }

    /// By how many milliseconds in all the clock was set back.
    pub fn set_back(&self) -> i64 {
        -self.outcome.set.iter().map(|(_, by)| by.min(&0)).sum::<i64>()
    }

    /// Every place the machine ever was in, by each zone data and hour of whole days it ever had.
    pub fn places(&self) -> Vec<Place> {
        let mut homes = vec![FIRST.home];
        let mut data = vec![(FIRST.newer, FIRST.hour)];
        for entry in &self.outcome.trace {
            if let Happened::Arrived { place } = entry.what {
                homes.push(place.home);
                data.push((place.newer, place.hour));
            }
        }
        homes.sort_unstable();
        homes.dedup();
        data.sort_unstable();
        data.dedup();
        let all =
            |home| data.iter().map(move |(newer, hour)| Place { home, newer: *newer, hour: *hour });
        homes.into_iter().flat_map(all).collect()
    }
}

/// Whether something is out of order around a true time, for one side.
fn is_about(trouble: &Trouble, at: u64, desktop: bool) -> bool {
    let is_of = trouble.desktop.is_none_or(|of| of == desktop);
    trouble.from <= at + 3_000 && at <= trouble.until && is_of
}

fn stays(trace: &[Entry]) -> Vec<Stay> {
    let mut stays = vec![Stay { from: 0, until: u64::MAX, place: FIRST }];
    for entry in trace {
        let last = stays.last_mut().expect("BUG: there is a first");
        match entry.what {
            // An older copy knows the place it was made in.
            Happened::Arrived { .. } | Happened::Restored { .. } => {
                last.until = last.until.min(entry.truth)
            }
            Happened::Followed { place } if last.until < u64::MAX => {
                stays.push(Stay { from: entry.truth, until: u64::MAX, place });
            }
            _ => {}
        }
    }
    stays
}
