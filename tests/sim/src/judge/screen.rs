//! What must hold of the desktop's screen, from one notification service to the next: each takes with
//! it what it showed. And from one service of ours to the next: what one put there, the other has in
//! its place.

use calendar::{delivery::State, id::DeliveryId};
use engine::queries::Story;
use jiff::SignedDuration;

use super::{
    case::Case,
    rows::name,
    silence::{is_alarm, is_silent, may_be_silent, reminder_of},
};
use crate::{outcome::Trouble, trace::Happened};

/// So soon after another notification service began all is shown again: what was on its way to the
/// one before comes back by then.
const SOON: u64 = 20_000;
/// And after it is known to be told.
const KNOWN: u64 = 1_000;
/// What is written down of something shown is, so soon after it.
const NOTED: u64 = 16_000;
/// So shortly before and after a moment either holds.
const EDGE: u64 = 1_000;
/// What was due longer ago is in the inbox only.
const FRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Something that came on the screen.
struct Shown {
    row: DeliveryId,
    at: u64,
    /// Its number there.
    pop_up: u32,
    /// Of what was only shown again, since when.
    begun: Option<u64>,
    /// Whether that has the place of another.
    replaces: bool,
}

/// From the begin of a notification service, or of a service of ours under it, to its end.
#[derive(Default)]
struct Screen {
    /// Which notification service it is.
    owner: usize,
    /// Which service of ours.
    process: Option<u32>,
    /// When the one before ended.
    since: u64,
    from: u64,
    until: Option<u64>,
    shown: Vec<Shown>,
}

impl Screen {
    /// Whether a service of ours followed another under the same notification service.
    fn is_taken_over(&self, before: &Self) -> bool {
        self.owner == before.owner
    }
}

/// Every one there was, in order.
fn screens(case: &Case<'_>) -> Vec<Screen> {
    let mut all = vec![Screen::default()];
    let mut is_there = true;
    for entry in &case.outcome.trace {
        let at = entry.truth;
        let last = all.last_mut().expect("BUG: there is a first");
        match &entry.what {
            Happened::Vanished => {
                is_there = false;
                last.until = Some(last.until.unwrap_or(at));
            }
            Happened::Appeared => {
                is_there = true;
                let (since, owner) = (last.until.unwrap_or(at), last.owner + 1);
                let process = last.process;
                all.push(Screen { since, from: at, owner, process, ..Screen::default() });
            }
            Happened::Ended { process, .. } if last.process == Some(*process) => {
                last.until = Some(last.until.unwrap_or(at));
            }
            Happened::Leads { process } => {
                let (since, owner) = (last.until.unwrap_or(at), last.owner);
                let process = Some(*process);
                // Where no notification service is, nothing can be put.
                let until = (!is_there).then_some(at);
                all.push(Screen { since, from: at, until, owner, process, ..Screen::default() });
            }
            Happened::Told { marks, to, process, pop_up, .. } if to == "desktop" => {
                let shown = |(row, _): &(DeliveryId, i64)| Shown {
                    row: *row,
                    at,
                    pop_up: *pop_up,
                    begun: None,
                    replaces: false,
                };
                // What was on its way from one that is no more is not of the one there is.
                if let Some(of) = all.iter_mut().rfind(|s| s.process == Some(*process)) {
                    of.shown.extend(marks.iter().map(shown));
                }
            }
            Happened::ShownAgain { rows, begun, process, pop_up, replaces } => {
                let shown = |row: &DeliveryId| Shown {
                    row: *row,
                    at,
                    pop_up: *pop_up,
                    begun: Some(*begun),
                    replaces: *replaces,
                };
                if let Some(of) = all.iter_mut().rfind(|s| s.process == Some(*process)) {
                    of.shown.extend(rows.iter().map(shown));
                }
            }
            _ => {}
        }
    }
    all
}

/// Whether anything but a service that ended, a notification's or ours, was out of order with the desktop.
fn is_troubled(case: &Case<'_>, ends: &[u64], (from, until): (u64, u64), led: Option<u64>) -> bool {
    let is_end = |t: &Trouble| {
        t.desktop == Some(true) && ends.iter().any(|end| end.saturating_sub(1_000) == t.from)
    };
    let is_followed = |t: &&Trouble| led.is_some_and(|led| t.from <= led && led <= t.until);
    let outcome = case.outcome;
    let downs = outcome.downs.iter().filter(|down| !is_followed(down));
    let mut all = outcome.troubles.iter().chain(downs).filter(|t| !is_end(t));
    all.any(|t| t.desktop != Some(false) && t.from <= until && from <= t.until)
}

fn ends(screens: &[Screen]) -> Vec<u64> {
    screens.iter().filter_map(|screen| screen.until).collect()
}

/// When what a row tells was snoozed, but for the snooze that it is.
fn snoozed<'a>(case: &'a Case<'_>, story: &'a Story) -> impl Iterator<Item = u64> + 'a {
    let (own, of) = (story.delivery.row.id, reminder_of(story));
    let others = case.outcome.snoozes.iter().filter(move |snooze| snooze.row != own);
    let is_of = move |row| case.story(row).is_some_and(|other| reminder_of(other) == of);
    others.filter(move |snooze| is_of(snooze.row)).map(|snooze| snooze.at)
}

/// When a row may first have been answered, or its event deleted.
fn left(case: &Case<'_>, story: &Story) -> Option<u64> {
    let (own, of) = (story.delivery.row.id, reminder_of(story));
    let is_its = |row: DeliveryId| {
        row == own || case.story(row).is_some_and(|other| reminder_of(other) == of)
    };
    let answers = case.outcome.answers.iter().filter(|(_, row)| is_its(*row));
    let answered = answers.map(|(at, _)| *at).chain(snoozed(case, story));
    let given = story.answer.iter().flat_map(|given| case.when(given.at));
    let life = case.life(story);
    let versions = life.into_iter().flat_map(|life| &life.versions);
    let gone = versions.filter(|version| !version.sure || version.definition.is_none());
    answered.chain(given).chain(gone.map(|version| version.from)).min()
}

/// Whether a row that was told is to be on the screen from one true time until another.
fn is_wanted(case: &Case<'_>, story: &Story, from: u64, until: u64) -> bool {
    let row = &story.delivery.row;
    let is_of_inbox = row.facts.desktop
        && row.event.is_some()
        && row.facts.state == State::Completed
        && !row.identity.reminder.starts_with("n:");
    let told = story.transitions.iter().filter(|step| step.to == State::Completed);
    let is_known = told.flat_map(|step| case.when(step.at)).any(|at| at <= from + KNOWN);
    let (begin, end) = (case.wall(from), case.wall(until + EDGE));
    let is_fresh = row.facts.due >= end - FRESH && row.facts.due <= begin;
    let is_worth = row.facts.use_by.is_none_or(|over| over > end);
    let is_kept = !case.outcome.gone.iter().any(|(at, gone)| *gone == row.id && *at <= until);
    let is_left = left(case, story).is_some_and(|at| at <= until + EDGE);
    let may_be_silent = may_be_silent(case, from) || may_be_silent(case, until);
    is_of_inbox
        && is_known
        && is_fresh
        && is_worth
        && is_kept
        && !is_left
        && (is_alarm(case, story) || !may_be_silent)
}

/// What went with a notification service, and nobody has answered, is on the screen of the next one
/// soon, unless something else is out of order.
pub(super) fn what_vanished_is_shown_again(case: &Case<'_>, wrong: &mut Vec<String>) {
    let screens = screens(case);
    let ends = ends(&screens);
    for pair in screens.windows(2) {
        let [before, screen] = pair else { continue };
        let is_taken_over = screen.is_taken_over(before);
        let led = is_taken_over.then_some(screen.from);
        let (from, until) = (screen.from, screen.from + SOON);
        let lasts = screen.until.is_none_or(|end| end > until) && until < case.outcome.lasted;
        let is_restored = case.restored.iter().any(|(back, ..)| *back <= until);
        if !lasts || is_restored || is_troubled(case, &ends, (screen.since, until), led) {
            continue;
        }
        for story in &case.outcome.stories {
            let id = story.delivery.row.id;
            let mut shown = screen.shown.iter().filter(|shown| shown.row == id);
            let was_told = case.told(story).iter().any(|told| told.truth < screen.since);
            // Of what insists the last telling is on the screen, and the others are not.
            let is_last = !is_taken_over || story.delivery.row.insist.nag.is_none();
            if was_told
                && is_last
                && is_wanted(case, story, from, until)
                && !shown.any(|shown| shown.at <= until)
            {
                let what = name(story);
                wrong.push(format!("{what}: not shown again within {SOON} ms of {from} ms"));
            }
        }
    }
}

/// Whether it is no snooze and no nag, of which each has its own answer.
fn is_first(story: &Story) -> bool {
    story.delivery.row.identity.reminder.starts_with("t:")
}

/// What was answered, was deleted or is over is not shown again, nor anything while all is silent.
pub(super) fn what_is_left_stays_off_the_screen(case: &Case<'_>, wrong: &mut Vec<String>) {
    let again = screens(case).into_iter().flat_map(|screen| screen.shown);
    for (row, begun) in again.filter_map(|shown| Some((shown.row, shown.begun?))) {
        let Some(story) = case.story(row) else { continue };
        let what = name(story);
        let answers = case.outcome.answers.iter().filter(|(_, of)| *of == row);
        let told = case.told(story).first().map_or(u64::MAX, |told| told.truth);
        let snoozed = snoozed(case, story).filter(|at| told < *at && is_first(story));
        if let Some(at) = answers.map(|(at, _)| *at).chain(snoozed).find(|at| *at < begun) {
            wrong.push(format!("{what}: shown again at {begun} ms, answered at {at} ms"));
        }
        let mut versions = case.life(story).into_iter().flat_map(|life| &life.versions);
        let last = versions.rfind(|version| version.from < begun);
        if last.is_some_and(|version| version.sure && version.definition.is_none()) {
            wrong.push(format!("{what}: shown again at {begun} ms, and deleted"));
        }
        if story.delivery.row.facts.use_by.is_some_and(|over| over <= case.wall(begun)) {
            wrong.push(format!("{what}: shown again at {begun} ms, when it was over"));
        }
        if is_silent(case, begun) && !is_alarm(case, story) && case.is_calm(begun, false) {
            wrong.push(format!("{what}: shown again at {begun} ms, while all was silent"));
        }
    }
}

/// Nothing is shown again that is on the screen, or that was never sent.
pub(super) fn what_is_shown_is_not_shown_again(case: &Case<'_>, wrong: &mut Vec<String>) {
    let screens = screens(case);
    let ends = ends(&screens);
    for screen in &screens {
        for (n, again) in screen.shown.iter().enumerate() {
            let Some((begun, story)) = again.begun.zip(case.story(again.row)) else { continue };
            let what = name(story);
            if !case.sent(story).iter().any(|sent| sent.truth < begun) {
                wrong.push(format!("{what}: shown again at {begun} ms, and never sent before"));
            }
            // Of what was cut off nobody knows that it is.
            let is_doubtful = |shown: &&Shown| match shown.begun {
                None => story.delivery.row.again,
                Some(since) => is_troubled(case, &ends, (since, shown.at + NOTED), None),
            };
            let mut before = screen.shown[..n].iter().filter(|shown| shown.row == again.row);
            if let Some(shown) = before.find(|shown| !is_doubtful(shown)) {
                let at = shown.at;
                wrong.push(format!(
                    "{what}: shown again at {begun} ms, on the screen since {at} ms"
                ));
            }
        }
    }
}

/// What one service of ours put on the screen and another shows again has its place: nothing stands there twice.
pub(super) fn what_is_taken_over_is_replaced(case: &Case<'_>, wrong: &mut Vec<String>) {
    let screens = screens(case);
    let ends = ends(&screens);
    for (n, screen) in screens.iter().enumerate() {
        let before = || screens[..n].iter().filter(|before| before.owner == screen.owner);
        for again in &screen.shown {
            let Some((begun, story)) = again.begun.zip(case.story(again.row)) else { continue };
            let what = name(story);
            let mut shown =
                before().flat_map(|before| &before.shown).filter(|s| s.row == again.row);
            let Some(last) = shown.next_back() else {
                if again.replaces {
                    wrong.push(format!("{what}: has the place of another at {begun} ms"));
                }
                continue;
            };
            let noted = (last.begun.unwrap_or(last.at), last.at + NOTED);
            let is_doubtful = story.delivery.row.again
                || is_troubled(case, &ends, noted, None)
                || case.restored.iter().any(|(back, ..)| *back <= begun);
            // Something else has the place it had.
            let is_gone = |s: &Shown| s.replaces && s.pop_up == last.pop_up && s.at <= begun;
            let is_doubtful = is_doubtful || screen.shown.iter().any(is_gone);
            if last.pop_up != again.pop_up && !is_doubtful {
                let at = last.at;
                wrong.push(format!("{what}: stands there twice, since {at} ms and {begun} ms"));
            }
        }
    }
}
