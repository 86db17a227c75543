//! What can be changed of how a newer program took over.

use engine::ledger::upgrade::Looks;
use simulator::outcome::{Outcome, Upgraded};

use super::Change;

pub(crate) const CASES: &[(&str, Change, Change)] = &[
    (
        "i04_older_programs_leave_it_alone",
        |o| upgraded(o).late.push((3, 1)),
        |o| upgraded(o).outdated.0 += 1,
    ),
    (
        "i04_older_programs_leave_it_alone",
        |o| upgraded(o).outdated.1 += 1,
        |o| upgraded(o).outdated.0 += 1,
    ),
    ("a_newer_program_takes_over", |o| leads_after(o, 2_001), |o| leads_after(o, 2_000)),
    ("a_newer_program_takes_over", |o| upgraded(o).led = None, |o| upgraded(o).asked = None),
    (
        "what_is_brought_up_is_old_or_new",
        |o| cut_to(o, Some(Looks::Neither)),
        |o| cut_to(o, Some(Looks::Newer)),
    ),
    ("what_is_brought_up_is_old_or_new", |o| cut_to(o, None), |o| cut_to(o, Some(Looks::Older))),
    (
        "what_is_brought_up_is_old_or_new",
        |o| upgraded(o).is_kept = false,
        |o| upgraded(o).is_kept = true,
    ),
];

pub(crate) fn upgraded(outcome: &mut Outcome) -> &mut Upgraded {
    outcome.upgraded.as_mut().expect("a newer program came")
}

/// It leads so many milliseconds after the older service was asked to stop.
pub(crate) fn leads_after(outcome: &mut Outcome, millis: u64) {
    let seen = upgraded(outcome);
    seen.led = Some(seen.asked.expect("it was asked") + millis);
}

/// Bringing the ledger up was cut off, and left this.
pub(crate) fn cut_to(outcome: &mut Outcome, looks: Option<Looks>) {
    let seen = upgraded(outcome);
    seen.cut.push((seen.at, looks));
}
