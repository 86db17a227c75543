//! What must hold of endpoints that never repeat, always or since a person said so.

use engine::{ledger::attempt::AttemptRow, queries::Story};

use super::{
    case::Case,
    rows::{name, was_asked},
};
use crate::{plan::Via, trace::Happened};

/// The true times between which an endpoint is known to never repeat. What an older copy knows of it
/// nobody can say, if it was ever changed.
fn careful(case: &Case<'_>, to: &str) -> Vec<(u64, u64)> {
    let (mut all, mut since) = (Vec::new(), (to == Via::Careful.name()).then_some(0));
    let is_changed = !is_always_the_same(case, to);
    for entry in &case.outcome.trace {
        let now = match &entry.what {
            Happened::Promised { to: of, careful, sure } if *of == to => *careful && *sure,
            Happened::Restored { .. } if is_changed => false,
            _ => continue,
        };
        all.extend(since.take().map(|from| (from, entry.truth)));
        since = now.then_some(entry.truth);
    }
    all.extend(since.map(|from| (from, u64::MAX)));
    all
}

/// Whether nobody ever changed what an endpoint promises.
pub(super) fn is_always_the_same(case: &Case<'_>, to: &str) -> bool {
    let is_it = |what: &Happened| matches!(what, Happened::Promised { to: of, .. } if *of == to);
    !case.outcome.trace.iter().any(|entry| is_it(&entry.what))
}

/// The last try before this one of which nobody knows what came of it, and nobody asked for another
/// since.
fn doubted<'a>(case: &Case<'_>, story: &'a Story, before: &AttemptRow) -> Option<&'a AttemptRow> {
    let mut all = story.attempts.iter().filter(|one| one.n < before.n && one.is_doubtful());
    // By a clock that was set back it may have been then twice.
    let until = case.when(before.started).into_iter().max()?;
    let is_unasked = |one: &&AttemptRow| {
        let since = case.when(one.started).into_iter().min().unwrap_or(0);
        !was_asked(case, story, since, until)
    };
    all.next_back().filter(is_unasked)
}

/// Through an endpoint that never repeats nothing is sent again that may have arrived, unless a person
/// wants it so.
pub(super) fn what_may_have_arrived_is_not_repeated(case: &Case<'_>, wrong: &mut Vec<String>) {
    for story in case.outcome.stories.iter().filter(|story| !story.delivery.row.facts.desktop) {
        let to = &story.delivery.channel;
        let careful = careful(case, to);
        for again in &story.attempts {
            let begun = case.when(again.started);
            let is_within = |at: &u64| careful.iter().any(|(from, until)| from < at && at < until);
            if begun.is_empty() || !begun.iter().all(is_within) {
                continue;
            }
            if let Some(first) = doubted(case, story, again) {
                let (what, first, again) = (name(story), first.started, again.started);
                wrong.push(format!("{what}: sent at {first} and again at {again} by {to}"));
            }
        }
    }
}
