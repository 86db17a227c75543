//! Lives made by hand in which a newer program takes over while something is under way.

use std::collections::BTreeSet;

use engine::planted::Planted;
use simulator::{
    campaign::Verdict,
    judge::judge,
    outcome::Upgraded,
    plan::{Definition, Plan, Step, Upgrade},
    receiver::Mood,
    run,
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

const DAILY: Definition = Definition::DAILY;

/// What the judge says of a life, with a bug or without one, in which a newer program comes just as
/// something is due.
fn with(bug: Option<Planted>, how: Upgrade, detail: u64) -> Vec<String> {
    let steps = vec![(0, Step::Add(0, DAILY)), (6 * HOUR + 10, Step::Upgrade(how, detail))];
    Verdict::of(&Plan { bug, steps, ..Plan::empty(1, 1) }).wrong
}

/// By which rules a bug is found in such a life, which is whole without it.
fn found(bug: Planted, how: Upgrade, detail: u64) -> BTreeSet<String> {
    let rule = |wrong: String| wrong.split(':').next().unwrap_or_default().to_owned();
    let rules: BTreeSet<_> = with(Some(bug), how, detail).into_iter().map(rule).collect();
    if !rules.is_empty() {
        assert_eq!(with(None, how, detail), Vec::<String>::new(), "{how:?} {detail}");
    }
    rules
}

/// A newer program comes so many milliseconds after the first moment something is due, which is slow
/// to be taken. Gives how it took over, and how the first try ended.
fn upgraded(how: Upgrade, detail: u64, after: u64, twins: bool) -> (Upgraded, Option<String>) {
    let steps = vec![
        (0, Step::Add(0, DAILY)),
        (6 * HOUR - 1_000, Step::Mood(false, Mood::Slow, MINUTE)),
        (6 * HOUR + after, Step::Upgrade(how, detail)),
        (7 * HOUR, Step::Outdated),
    ];
    let plan = Plan { steps, twins, ..Plan::empty(3, 1) };
    let outcome = run(&plan);
    assert_eq!(judge(&plan, &outcome), Vec::<String>::new(), "{how:?} {detail} {after} {twins}");
    let first = outcome.stories.iter().filter_map(|story| story.attempts.first());
    let first = first.min_by_key(|attempt| attempt.started).expect("a try");
    (outcome.upgraded.expect("it came"), first.outcome.clone())
}

#[test]
fn a_newer_program_takes_over_in_mid_claim() {
    for (how, twins) in Upgrade::ALL.into_iter().flat_map(|how| [(how, false), (how, true)]) {
        for after in [1, 5, 500, 4_030] {
            let (seen, first) = upgraded(how, 100, after, twins);
            let (led, due) = (seen.led.expect("it leads"), 6 * HOUR);
            // What is under way is waited for, by whoever sees that it is.
            let is_cut_off = how == Upgrade::Unlocked && after < 4_000;
            let said = if is_cut_off { "unknown" } else { "accepted" };
            assert_eq!(first.as_deref(), Some(said), "{how:?} {after}");
            assert!(is_cut_off || led > due + 4_000, "{how:?} {after}: {led}");
            // An older one that has nothing to do notices at its next look.
            let soon = if how == Upgrade::Unlocked { 16 * MINUTE } else { MINUTE };
            assert!(led < due + soon, "{how:?} {after}: {led}");
            assert_eq!(seen.outdated, (1, 0), "an older program is refused");
        }
    }
}

#[test]
fn whichever_write_it_dies_at_the_ledger_is_brought_up_in_the_end() {
    for how in [Upgrade::Dies, Upgrade::LosesPower] {
        let (mut write, mut cut) = (0, 0);
        // Ends: there are only so many writes.
        while upgraded(how, write, 10, false).0.cut.len() == 1 {
            (write, cut) = (write + 3, cut + 1);
        }
        println!("{how:?}: cut off {cut} times before write {write}");
        assert!(cut > 20, "{how:?}: cut off {cut} times before write {write}");
    }
}

#[test]
fn an_older_program_that_writes_on_and_a_step_by_halves_are_found() {
    let rules = found(Planted::NewerUnseen, Upgrade::Unlocked, HOUR);
    assert!(rules.contains("i04_older_programs_leave_it_alone"), "{rules:?}");
    // What is half of each can be opened by nobody any more.
    let wanted = ["what_is_brought_up_is_old_or_new", "the_file_is_sound"];
    let is_half = |rules: &BTreeSet<String>| wanted.iter().all(|rule| rules.contains(*rule));
    let mut halves = (50..90).map(|write| found(Planted::HalfBroughtUp, Upgrade::Dies, write));
    assert!(halves.any(|rules| is_half(&rules)), "none speaks of a half");
}
