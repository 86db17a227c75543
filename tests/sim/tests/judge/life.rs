//! A small life that really was, and what can be changed in what was seen of it.

use calendar::{delivery::State, id::DeliveryId, reason::Reason};
use engine::queries::Story;
use jiff::{SignedDuration, Timestamp, civil::date};
use simulator::{
    outcome::{Outcome, Silence, Silenced, Trouble, Version},
    plan::{Deciding, Definition, Plan, Step, Upgrade, Via},
    receiver::Mood,
    trace::{Entry, Happened},
};

use super::{
    bounds::BOUNDED,
    dates::{ANNIVERSARY, RENEWAL},
    guarantee::DOUBTED,
    overlaps::workflow,
};

pub(crate) const HOUR: u64 = 3_600_000;

pub(crate) const DAILY: Definition = Definition::DAILY;
/// Shown at one, then snoozed.
pub(crate) const POP_UP: Definition = Definition {
    start: date(2026, 10, 20).at(13, 10, 0, 0),
    every: None,
    via: Via::Desktop,
    use_by: Some("start"),
    ..DAILY
};
/// Told at two, and deleted at four.
pub(crate) const DELETED: Definition =
    Definition { start: date(2026, 10, 20).at(14, 10, 0, 0), every: None, ..DAILY };

/// Shown at three, and again every two hours.
pub(crate) const INSISTS: Definition = Definition {
    start: date(2026, 10, 20).at(15, 10, 0, 0),
    nag: Some(120),
    use_by: None,
    ..POP_UP
};

/// At four the endpoint says that it is gone; it is switched on at five, and tells again at six.
pub(crate) const GONE: Definition = Definition {
    start: date(2026, 10, 20).at(16, 10, 0, 0),
    every: None,
    via: Via::Hasty,
    ..DAILY
};
/// At seven the endpoint refuses it for good.
const REFUSED: Definition =
    Definition { start: date(2026, 10, 20).at(19, 10, 0, 0), every: None, via: Via::Hook, ..DAILY };
/// At eight the secrets are locked for ten minutes.
const LOCKED: Definition =
    Definition { start: date(2026, 10, 20).at(20, 10, 0, 0), every: None, via: Via::Hook, ..DAILY };
const BACK: Definition = Definition { start: date(2026, 10, 20).at(18, 10, 0, 0), ..GONE };

pub(crate) fn plan() -> Plan {
    let steps = vec![
        (0, Step::Add(0, DAILY)),
        (1, Step::Add(1, POP_UP)),
        (2, Step::Add(2, DELETED)),
        (3, Step::Add(3, INSISTS)),
        (4, Step::Add(4, GONE)),
        (5, Step::Add(5, BACK)),
        (6, Step::Add(6, REFUSED)),
        (7, Step::Add(7, LOCKED)),
        (8, Step::Add(8, RENEWAL)),
        (9, Step::Add(9, ANNIVERSARY)),
        (10, Step::Add(10, crate::screen::SHOWN)),
        (11, Step::Add(11, workflow("skip"))),
        (12, Step::Add(12, workflow("buffer"))),
        (13, Step::Add(13, workflow("allow"))),
        (14, Step::Add(14, BOUNDED)),
        (15, Step::Add(15, DOUBTED)),
        (3 * HOUR, Step::Test(Via::Desktop)),
        (7 * HOUR + 60_000, Step::Snooze(10)),
        (10 * HOUR - 1_000, Step::Mood(false, Mood::Gone, 10_000)),
        (10 * HOUR, Step::Delete(2)),
        (11 * HOUR, Step::SwitchOn(Via::Hasty)),
        (11 * HOUR, Step::Kill(5_000)),
        (11 * HOUR + HOUR / 2, Step::Decide(Deciding::NewWords, 0)),
        (13 * HOUR - 1_000, Step::Mood(false, Mood::Never, 10_000)),
        (14 * HOUR - 1_000, Step::Mood(false, Mood::Locked, 601_000)),
        (15 * HOUR - 1_000, Step::Mood(false, Mood::Slow, 60_000)),
        (16 * HOUR, Step::Replace(1_000)),
        (16 * HOUR + HOUR / 2, Step::Upgrade(Upgrade::Orderly, 0)),
        (17 * HOUR - 1_000, Step::Mood(false, Mood::Absent, 601_000)),
        (17 * HOUR + HOUR / 2 - 1_000, Step::Mood(false, Mood::TakesAndCloses, 1_500)),
        (17 * HOUR + HOUR / 2 + 60_000, Step::Guarantee(Via::Hasty, true)),
        (18 * HOUR + HOUR / 2, Step::Outdated),
    ];
    Plan { twins: true, steps, ..Plan::empty(1, 1) }
}

/// The first row about an event.
pub(crate) fn story(outcome: &mut Outcome, name: usize) -> &mut Story {
    let subject = outcome.lives[name].subject.clone().expect("it was added");
    let of = |row: &&mut Story| {
        let identity = &row.delivery.row.identity;
        identity.subject == subject && identity.reminder.starts_with("t:")
    };
    outcome.stories.iter_mut().filter(|row| !row.attempts.is_empty()).find(of).expect("a row")
}

/// Where something about a row of an event stands in the trace.
pub(crate) fn find(outcome: &mut Outcome, name: usize, is: fn(&Happened) -> bool) -> usize {
    let row = story(outcome, name).delivery.row.id;
    let about = |what: &Happened| match what {
        Happened::Sent { marks, .. }
        | Happened::Answered { marks, .. }
        | Happened::Told { marks, .. } => marks.iter().any(|(of, _)| *of == row),
        _ => false,
    };
    let found = outcome.trace.iter().position(|entry| is(&entry.what) && about(&entry.what));
    found.expect("it was told")
}

pub(crate) fn sent(outcome: &mut Outcome, name: usize) -> usize {
    find(outcome, name, |what| matches!(what, Happened::Sent { .. }))
}

pub(crate) fn told(outcome: &mut Outcome, name: usize) -> usize {
    find(outcome, name, |what| matches!(what, Happened::Told { .. }))
}

pub(crate) fn answered(outcome: &mut Outcome, name: usize) -> usize {
    find(outcome, name, |what| matches!(what, Happened::Answered { .. }))
}

pub(crate) fn later(at: Timestamp, millis: i64) -> Timestamp {
    at + SignedDuration::from_millis(millis)
}

/// Puts something into the trace just after an entry.
pub(crate) fn after(outcome: &mut Outcome, place: usize, what: Happened) {
    let entry = Entry { what, ..outcome.trace[place].clone() };
    outcome.trace.insert(place + 1, entry);
}

/// The same hand-over, by the claim so many after it.
pub(crate) fn again(outcome: &mut Outcome, of: usize, place: usize, token: i64) {
    let mut what = outcome.trace[of].what.clone();
    if let Happened::Sent { marks, .. } = &mut what {
        marks[0].1 += token;
    }
    after(outcome, place, what);
}

/// The heir leads so many milliseconds after the leader was killed.
pub(crate) fn heir(outcome: &mut Outcome, millis: u64) {
    let is_end = |e: &Entry| matches!(e.what, Happened::Ended { heir: true, .. });
    let end = outcome.trace.iter().position(is_end).expect("it was killed");
    let truth = outcome.trace[end].truth + millis;
    let is_lead = |e: &&mut Entry| matches!(e.what, Happened::Leads { .. });
    let lead = outcome.trace[end..].iter_mut().find(is_lead).expect("an heir");
    lead.truth = truth;
}

/// An older copy is put in place when the daily one has just been due for so long.
pub(crate) fn restore(outcome: &mut Outcome, millis: i64) {
    let place = sent(outcome, 0);
    let due = story(outcome, 0).delivery.row.facts.due;
    let truth = outcome.trace[place].truth - 1;
    // A copy from before there was anything.
    let what = Happened::Restored { of: 0 };
    outcome.trace.insert(place, Entry { truth, wall: later(due, millis), what });
}

/// The deleted one is handed over at this moment after it was deleted.
pub(crate) fn send_deleted(outcome: &mut Outcome, millis: i64) {
    let place = sent(outcome, 2);
    let deleted = outcome.lives[2].versions.last().expect("it was deleted").from;
    let truth = deleted.checked_add_signed(millis).expect("a moment");
    outcome.trace[place].truth = truth;
}

/// The daily one failed this often, and was cut off as often as this.
pub(crate) fn tries(outcome: &mut Outcome, failed: usize, cut_off: usize) {
    let story = story(outcome, 0);
    let one = story.attempts[0].clone();
    let many = |word: &str, count| {
        let try_ =
            engine::ledger::attempt::AttemptRow { outcome: Some(word.into()), ..one.clone() };
        std::iter::repeat_n(try_, count)
    };
    story.attempts.extend(many("transient", failed).chain(many("unknown", cut_off)));
}

/// A pause of a minute that began so long before the pop-up.
pub(crate) fn pause(outcome: &mut Outcome, before: u64) {
    let place = sent(outcome, 1);
    let from = outcome.trace[place].truth - before;
    outcome.silences.push(Silence { from, by: Silenced::Pause(60_000), sure: true });
}

/// The clock is set by so much a second before the pop-up.
pub(crate) fn set_before_the_pop_up(outcome: &mut Outcome, millis: i64) {
    let place = sent(outcome, 1);
    let at = outcome.trace[place].truth - 1_000;
    outcome.set.push((at, millis));
}

/// What insists was answered by this moment.
pub(crate) fn answer(outcome: &mut Outcome, at: u64) {
    let row = story(outcome, 3).delivery.row.id;
    outcome.answers.push((at, row));
}

/// What insists was told once.
pub(crate) fn forget_nags(outcome: &mut Outcome) {
    let is_nag = |story: &Story| story.delivery.row.identity.reminder.starts_with("n:");
    outcome.stories.retain(|story| !is_nag(story));
}

pub(crate) fn trouble(outcome: &mut Outcome) {
    outcome.troubles.push(Trouble { from: 0, until: u64::MAX / 2, desktop: None });
}

/// The pop-up is shown once more, and says so or does not.
pub(crate) fn pop_up_twice(outcome: &mut Outcome, says_so: bool) {
    let place = told(outcome, 1);
    let mut what = outcome.trace[place].what.clone();
    if let Happened::Told { again, .. } = &mut what {
        *again = says_so;
    }
    after(outcome, place, what);
}

/// This row.
pub(crate) fn row(outcome: &mut Outcome, id: DeliveryId) -> &mut Story {
    outcome.stories.iter_mut().find(|story| story.delivery.row.id == id).expect("a row")
}

/// The daily one's row of a later day.
pub(crate) fn tomorrow(outcome: &mut Outcome) -> DeliveryId {
    let own = story(outcome, 0).delivery.row.clone();
    let is_other = |story: &&Story| {
        let name = &story.delivery.row.identity;
        name.subject == own.identity.subject && story.delivery.row.facts.due > own.facts.due
    };
    outcome.stories.iter().find(is_other).expect("another day").delivery.row.id
}

/// The pop-up was left to another like it, and should be told by this.
pub(crate) fn collapses(outcome: &mut Outcome, by: Option<&'static str>) {
    let other = snooze(outcome).delivery.row.id;
    let story = story(outcome, 1);
    ends_as(story, State::Coalesced);
    story.delivery.row.into = Some(other);
    for version in &mut outcome.lives[1].versions {
        version.definition.iter_mut().for_each(|d| d.collapse = by);
    }
}

fn refusal(outcome: &Outcome) -> usize {
    let is_it = |entry: &Entry| matches!(entry.what, Happened::Refused { .. });
    outcome.trace.iter().position(is_it).expect("it was refused")
}

/// That something was refused is not seen.
pub(crate) fn forget_the_refusal(outcome: &mut Outcome) {
    let place = refusal(outcome);
    outcome.trace.remove(place);
}

/// What was refused for good waits for a person so many milliseconds after that was heard.
pub(crate) fn dies_after(outcome: &mut Outcome, millis: i64) {
    let place = answered(outcome, 6);
    let at = later(outcome.trace[place].wall, millis);
    story(outcome, 6).transitions.last_mut().expect("a step").at = at;
}

/// What was refused for good is sent again, which a person asked for or not.
pub(crate) fn send_the_refused(outcome: &mut Outcome, is_asked: bool) {
    let place = sent(outcome, 6);
    let mut entry = outcome.trace[place].clone();
    entry.truth += HOUR;
    if let Happened::Sent { marks, .. } = &mut entry.what {
        marks[0].1 += 1;
    }
    let at = later(entry.wall, 3_599_000);
    outcome.trace.push(entry);
    let steps = &mut story(outcome, 6).transitions;
    let mut step = steps.last().expect("a step").clone();
    (step.at, step.to) = (at, State::Pending);
    step.reason = if is_asked { Reason::RetryAsked } else { Reason::RetryRefused };
    steps.push(step);
}

/// It was refused so often, as if it might heal.
pub(crate) fn refuse(outcome: &mut Outcome, times: usize) {
    let place = refusal(outcome);
    if let Happened::Refused { for_good, .. } = &mut outcome.trace[place].what {
        *for_good = false;
    }
    let what = outcome.trace[place].what.clone();
    for _ in 1..times {
        after(outcome, place, what.clone());
    }
}

/// What was shown at one was answered so many milliseconds after its snooze was promised, which the
/// snooze does not hear of.
pub(crate) fn answer_the_snoozed(outcome: &mut Outcome, after: u64) {
    let at = outcome.snoozes[0].at + after;
    let row = story(outcome, 1).delivery.row.id;
    outcome.answers.push((at, row));
}

/// An event's row ends by an answer.
pub(crate) fn is_answered(outcome: &mut Outcome, name: usize) {
    let step = story(outcome, name).transitions.last_mut().expect("a step");
    step.reason = Reason::CancelledAcknowledged;
}

/// The pop-up rings through all silence, or does not.
pub(crate) fn is_alarm(outcome: &mut Outcome, is: bool) {
    for version in &mut outcome.lives[1].versions {
        version.definition.iter_mut().for_each(|d| d.alarm = is);
    }
}

/// The daily one is told by another reminder, too, or by that instead.
pub(crate) fn is_told_before(outcome: &mut Outcome, before: i64, instead: bool) {
    for version in &mut outcome.lives[0].versions {
        let Some(definition) = &mut version.definition else { continue };
        definition.second = Some((definition.before, definition.via)).filter(|_| !instead);
        definition.before = before;
    }
}

/// The daily one was planned by hand when it had just been due: since it was changed then, or not.
pub(crate) fn planned_late(outcome: &mut Outcome, changed: bool) {
    let place = sent(outcome, 0);
    let at = outcome.trace[place].truth;
    let story = story(outcome, 0);
    let due = story.delivery.row.facts.due;
    (story.transitions[0].at, story.transitions[0].actor) = (due, "window".into());
    if changed {
        let was = outcome.lives[0].versions[0];
        outcome.lives[0].versions.push(Version { from: at, ..was });
    }
}

/// The row that rings when the snooze is over.
pub(crate) fn snooze(outcome: &mut Outcome) -> &mut Story {
    let id = outcome.snoozes[0].row;
    row(outcome, id)
}

/// A row's last step, by the service out of being ready, leads to this.
pub(crate) fn ends_as(story: &mut Story, state: State) {
    story.delivery.row.facts.state = state;
    let step = story.transitions.last_mut().expect("a step");
    (step.to, step.actor, step.from) = (state, "service".into(), "pending".into());
}

/// That the daily one was told is written down so many milliseconds after it is due.
pub(crate) fn noted_after(outcome: &mut Outcome, millis: i64) {
    let story = story(outcome, 0);
    let at = later(story.delivery.row.facts.due, millis);
    story.transitions.last_mut().expect("a step").at = at;
}

/// The pop-up was not told any more, so many milliseconds after it was over.
pub(crate) fn expire(outcome: &mut Outcome, millis: i64) {
    let story = story(outcome, 1);
    ends_as(story, State::Expired);
    let over = later(story.delivery.row.facts.due, 600_000);
    story.transitions.last_mut().expect("a step").at = later(over, millis);
}

/// A try of one was cut off, and it was over before another.
pub(crate) fn cut_off(outcome: &mut Outcome, desktop: bool) {
    expire(outcome, 0);
    let story = story(outcome, 1);
    story.delivery.row.facts.desktop = desktop;
    story.attempts[0].outcome = Some("unknown".into());
}

/// The daily one was told with this one.
pub(crate) fn coalesce(outcome: &mut Outcome, into: DeliveryId) {
    let story = story(outcome, 0);
    ends_as(story, State::Coalesced);
    story.delivery.row.into = Some(into);
}

/// The machine was taken elsewhere before a row was due.
pub(crate) fn is_moved(story: &mut Story) {
    story.transitions[1].actor = "service".into();
    story.transitions[1].reason = Reason::Moved;
}

/// The daily one's row is due at another moment, to which a journey moved it once it was due, or nobody.
pub(crate) fn is_due_later(outcome: &mut Outcome, moved: bool) {
    let story = story(outcome, 0);
    story.delivery.row.facts.due = later(story.delivery.row.facts.due, 3_600_000);
    if moved {
        is_moved(story);
    }
}

/// The pop-up was claimed to be over so many milliseconds after it was sent.
pub(crate) fn claimed_until(outcome: &mut Outcome, millis: i64) {
    let place = sent(outcome, 1);
    let wall = outcome.trace[place].wall;
    if let Happened::Sent { over, .. } = &mut outcome.trace[place].what {
        over[0] = Some(later(wall, millis));
    }
}

/// The daily one is sent so many milliseconds after it is due, and gets another moment then.
pub(crate) fn send_what_moves(outcome: &mut Outcome, millis: i64) {
    let place = sent(outcome, 0);
    let due = story(outcome, 0).delivery.row.facts.due;
    outcome.trace[place].wall = later(due, millis);
    let story = story(outcome, 0);
    story.delivery.row.facts.due = later(due, 3_600_000);
    is_moved(story);
    story.transitions[1].at = later(due, 1);
}

/// The machine slept over the moment the daily one is due, until so many milliseconds before it was
/// told.
pub(crate) fn slept_until(outcome: &mut Outcome, before: u64) {
    let place = told(outcome, 0);
    let until = outcome.trace[place].truth;
    outcome.trace[place].truth += before;
    outcome.slept.push((until - HOUR, until));
}

/// Another row tells what the daily one told, due so many hours later.
pub(crate) fn tell_as_well(outcome: &mut Outcome, hours: i64) {
    let name = story(outcome, 0).delivery.row.identity.clone();
    let due = later(story(outcome, 0).delivery.row.facts.due, hours * 3_600_000);
    let other = tomorrow(outcome);
    let row = &mut row(outcome, other).delivery.row;
    (row.identity, row.facts.due) = (name, due);
}

/// What is told through the endpoint that is back is sent so many milliseconds after it said that it
/// is gone, or was switched on.
pub(crate) fn send_to_gone(outcome: &mut Outcome, is_since: fn(&Happened) -> bool, millis: u64) {
    let since =
        outcome.trace.iter().find(|entry| is_since(&entry.what)).expect("it was gone").truth;
    let place = sent(outcome, 5);
    outcome.trace[place].truth = since + millis;
}

/// An event is this instead, from so many milliseconds before its row was sent until then.
pub(crate) fn becomes(
    outcome: &mut Outcome,
    (name, row): (usize, DeliveryId),
    before: u64,
    change: fn(&mut Definition),
) {
    let is_it = |what: &Happened| matches!(what, Happened::Sent { marks, .. } if marks[0].0 == row);
    let sent = outcome.trace.iter().find(|entry| is_it(&entry.what)).expect("it was sent").truth;
    let versions = &mut outcome.lives[name].versions;
    let was = *versions.last().expect("it was added");
    let mut last = Version { from: sent - before, ..was };
    last.definition.iter_mut().for_each(change);
    versions.extend([last, Version { from: sent + 1, ..was }]);
}

/// The same of the first row of the daily one.
pub(crate) fn daily_becomes(outcome: &mut Outcome, before: u64, change: fn(&mut Definition)) {
    let row = story(outcome, 0).delivery.row.id;
    becomes(outcome, (0, row), before, change);
}

/// The snoozed one is cancelled as a whole so long before the snooze rings.
pub(crate) fn cancel_the_snoozed(outcome: &mut Outcome, before: u64) {
    let row = snooze(outcome).delivery.row.id;
    becomes(outcome, (1, row), before, |d| d.off = true);
}

/// The ledger let go of the daily one so many hours after it was told.
pub(crate) fn daily_is_gone(outcome: &mut Outcome, hours: u64) {
    let place = told(outcome, 0);
    let at = outcome.trace[place].truth + hours * HOUR;
    let row = story(outcome, 0).delivery.row.id;
    outcome.gone.push((at, row));
}

/// The test is told so many milliseconds after somebody asked for it.
pub(crate) fn tell_the_test(outcome: &mut Outcome, millis: u64) {
    let tested = outcome.tests[0];
    let is_it =
        |what: &Happened| matches!(what, Happened::Told { marks, .. } if marks[0].0 == tested.row);
    let told = outcome.trace.iter_mut().find(|entry| is_it(&entry.what)).expect("it was told");
    told.truth = tested.at + millis;
}
