//! What must hold of the services, as seen from outside.

use std::collections::BTreeMap;

use super::case::Case;
use crate::trace::Happened;

const HOUR: u64 = 3_600_000;
/// In an hour in which nothing happens there are so many looks at most: the longest sleep is a
/// quarter of one, and planning goes on now and then.
const LOOKS: usize = 8;
/// And so many for each thing that happens.
const EACH: usize = 4;
/// While something is out of order it is looked after as often as this, in milliseconds: once a second,
/// of which waiting for a ledger that others hold takes 240, and a hold is as long as planned without
/// those.
const A_LOOK: u64 = 760;
/// Who stands by takes over within so many milliseconds.
const TAKE_OVER: u64 = 2_000;

/// One claim is handed over once, whoever does it. An older copy does not know what was claimed since
/// it was made.
pub(super) fn i01_a_claim_is_sent_once(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut sent = BTreeMap::new();
    for entry in &case.outcome.trace {
        match &entry.what {
            Happened::Restored { of } => sent.retain(|_, at| *at < *of),
            Happened::Sent { marks, process, .. } => {
                for mark in marks {
                    if sent.insert(*mark, entry.truth).is_some() {
                        let at = entry.truth;
                        wrong.push(format!("{mark:?} was sent again by {process} at {at} ms"));
                    }
                }
            }
            _ => {}
        }
    }
}

/// At no time two services lead.
pub(super) fn i02_one_leads(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut leader = None;
    for entry in &case.outcome.trace {
        match entry.what {
            Happened::Leads { process } => {
                if let Some(other) = leader.replace(process) {
                    wrong.push(format!("{process} leads at {} ms, and {other} does", entry.truth));
                }
            }
            Happened::Ended { process, .. } if leader == Some(process) => leader = None,
            _ => {}
        }
    }
    said_meanwhile(case, "i02_one_leads", wrong);
}

/// While a hand-over is under way, it is not begun again.
pub(super) fn i03_a_hand_over_is_not_repeated(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut under_way = BTreeMap::new();
    for entry in &case.outcome.trace {
        match &entry.what {
            Happened::Sent { marks, process, .. } => {
                for (row, _) in marks {
                    if let Some(other) = under_way.insert(*row, *process) {
                        let at = entry.truth;
                        wrong.push(format!(
                            "{row} is sent by {process} at {at} ms, and {other} does"
                        ));
                    }
                }
            }
            Happened::Answered { marks, .. } => {
                under_way.retain(|row, _| !marks.iter().any(|(of, _)| of == row));
            }
            Happened::Ended { process, .. } => under_way.retain(|_, who| who != process),
            _ => {}
        }
    }
}

/// Who stands by leads soon after the leader died, if the life goes on for so long.
pub(super) fn i03_an_heir_takes_over(case: &Case<'_>, wrong: &mut Vec<String>) {
    let trace = &case.outcome.trace;
    let end = trace.last().map_or(0, |last| last.truth);
    for (n, entry) in trace.iter().enumerate() {
        let Happened::Ended { orderly: false, heir: true, process } = entry.what else { continue };
        let (from, until) = (entry.truth, entry.truth + TAKE_OVER);
        if until > end {
            continue;
        }
        let is_troubled = case.outcome.troubles.iter().any(|t| t.from <= until && from <= t.until);
        let leads = |what: &Happened| matches!(what, Happened::Leads { .. });
        let mut later = trace[n..].iter().take_while(|later| later.truth <= until);
        if !is_troubled && !later.any(|later| leads(&later.what)) {
            wrong.push(format!("{process} ended at {from} ms, and nobody took over"));
        }
    }
}

/// Whoever does not lead hands nothing over.
pub(super) fn i04_only_the_leader_sends(case: &Case<'_>, wrong: &mut Vec<String>) {
    let mut leader = None;
    for entry in &case.outcome.trace {
        match entry.what {
            Happened::Leads { process } => leader = Some(process),
            Happened::Ended { process, .. } if leader == Some(process) => leader = None,
            Happened::Sent { process, .. } if leader != Some(process) => {
                wrong.push(format!("{process} sends at {} ms, and does not lead", entry.truth));
            }
            _ => {}
        }
    }
}

/// Nobody is awake all the time, nor looks again and again: in each hour there are a few looks, and
/// some more for what happens in it and for what is out of order.
pub(super) fn i11_no_busy_loop(case: &Case<'_>, wrong: &mut Vec<String>) {
    let outcome = case.outcome;
    let mut looks: BTreeMap<u64, usize> = BTreeMap::new();
    for at in &outcome.passes {
        *looks.entry(at / HOUR).or_default() += 1;
    }
    let mut happened: BTreeMap<u64, usize> = BTreeMap::new();
    let steps = outcome.stories.iter().flat_map(|story| &story.transitions);
    let moved = steps.flat_map(|step| case.when(step.at));
    for at in outcome.trace.iter().map(|entry| entry.truth).chain(moved) {
        *happened.entry(at / HOUR).or_default() += 1;
    }
    for (hour, looks) in looks {
        let (from, until) = (hour * HOUR, (hour + 1) * HOUR);
        let troubles = outcome.troubles.iter().chain(&outcome.downs).chain(&outcome.rests);
        let troubled =
            troubles.map(|t| t.until.min(until).saturating_sub(t.from.max(from)) / A_LOOK);
        let of_trouble = usize::try_from(troubled.sum::<u64>()).unwrap_or(usize::MAX);
        let most = LOOKS + EACH * happened.get(&hour).copied().unwrap_or(0) + of_trouble;
        if looks > most {
            wrong.push(format!("{looks} looks in hour {hour}, {most} at most being in order"));
        }
    }
    // A sleep that ends at once, again and again, ends with a look each time.
    let most = 2 * outcome.passes.len() as u64 + 10;
    if outcome.wakings > most {
        wrong.push(format!("woke {} times, {most} at most being in order", outcome.wakings));
    }
}

/// A change and its undo end where they began.
pub(super) fn i26_undo_restores_what_will_ring(case: &Case<'_>, wrong: &mut Vec<String>) {
    said_meanwhile(case, "i26_undo_restores_what_will_ring", wrong);
}

/// Nobody tries to write what the ledger's own rules refuse, whether or not anybody hears of that.
pub(super) fn the_ledger_refuses_nothing(case: &Case<'_>, wrong: &mut Vec<String>) {
    for entry in &case.outcome.trace {
        if let Happened::Barred { what } = &entry.what {
            wrong.push(format!("at {} ({} ms): {what}", entry.wall, entry.truth));
        }
    }
}

/// The ledger's file is whole, and can be opened.
pub(super) fn the_file_is_sound(case: &Case<'_>, wrong: &mut Vec<String>) {
    wrong.extend(case.outcome.damage.iter().cloned());
}

/// What the world saw while the run went on.
pub(super) fn said_meanwhile(case: &Case<'_>, name: &str, wrong: &mut Vec<String>) {
    let said = case.outcome.broken.iter().filter(|(of, _)| *of == name);
    wrong.extend(said.map(|(_, what)| what.clone()));
}
