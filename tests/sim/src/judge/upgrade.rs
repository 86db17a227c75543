//! What must hold when a newer program takes over from an older one.

use engine::ledger::upgrade::Looks;

use super::case::Case;

/// So soon after the older service was asked to stop a newer one leads, where all is well; one that
/// stood by may have led for a moment.
const TAKE_OVER: u64 = 2_000;

/// Once the ledger is newer, no older program writes to it or is let in.
pub(super) fn i04_older_programs_leave_it_alone(case: &Case<'_>, wrong: &mut Vec<String>) {
    let Some(seen) = &case.outcome.upgraded else { return };
    for (process, writes) in &seen.late {
        wrong.push(format!("{process} is of the older program and wrote {writes} times"));
    }
    let (started, let_in) = seen.outdated;
    if let_in > 0 {
        wrong.push(format!("of {started} older programs {let_in} were let in"));
    }
}

/// The ledger is brought up and a newer service leads in the end; soon after the older one was asked
/// to stop, where all is well.
pub(super) fn a_newer_program_takes_over(case: &Case<'_>, wrong: &mut Vec<String>) {
    let Some(seen) = &case.outcome.upgraded else { return };
    let (Some(_), Some(led)) = (seen.up, seen.led) else {
        wrong.push(format!("it came at {} ms, and does not lead", seen.at));
        return;
    };
    let Some(asked) = seen.asked else { return };
    let (from, until) = (asked.saturating_sub(1_000), asked + TAKE_OVER);
    let mut troubles = case.outcome.troubles.iter();
    let is_well = !troubles.any(|t| t.from <= until && from <= t.until)
        && !case.was_booted_between(from, until);
    if led > until && is_well {
        wrong.push(format!("the older one was asked at {asked} ms, and it leads at {led} ms"));
    }
}

/// What is cut off while the ledger is brought up leaves it as it was or as it becomes, and what it
/// was is kept.
pub(super) fn what_is_brought_up_is_old_or_new(case: &Case<'_>, wrong: &mut Vec<String>) {
    let Some(seen) = &case.outcome.upgraded else { return };
    for (at, looks) in &seen.cut {
        if !matches!(looks, Some(Looks::Older | Looks::Newer)) {
            wrong.push(format!("cut off at {at} ms it is neither: {looks:?}"));
        }
    }
    if !seen.is_kept {
        wrong.push("no copy of what it was is kept".into());
    }
}
