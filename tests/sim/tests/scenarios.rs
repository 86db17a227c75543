//! Lives made by hand: what the invariants say in numbers.

use engine::planted::Planted;
use jiff::civil::date;
use simulator::{
    campaign::Verdict,
    plan::{Definition, Plan, Step, Via},
    receiver::Mood,
    run,
    trace::Happened,
};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

const DAILY: Definition = Definition::DAILY;

/// What the judge says of a life with a bug, in which these things happen so many milliseconds
/// after the first moment at which these events are due.
fn with(bug: Planted, events: &[Definition], steps: &[(u64, Step)]) -> Vec<String> {
    let adds = events.iter().enumerate().map(|(name, event)| (0, Step::Add(name, *event)));
    let others = steps.iter().map(|(after, step)| (6 * HOUR + after, *step));
    let steps = adds.chain(others).collect();
    Verdict::of(&Plan { bug: Some(bug), steps, ..Plan::empty(1, 1) }).wrong
}

#[track_caller]
fn check(wrong: &[String], rule: &str) {
    assert!(wrong.iter().any(|wrong| wrong.starts_with(rule)), "{wrong:?}");
}

#[test]
fn a_lease_by_the_wall_clock_is_found_when_the_clock_is_set_in_mid_flight() {
    let wrong = with(Planted::WallClockLease, &[DAILY], &[(20, Step::SetClock(100_000))]);
    check(&wrong, "i03_a_hand_over");
}

#[test]
fn what_is_done_before_it_is_sent_is_found_when_the_service_is_killed_in_between() {
    let wrong = with(Planted::DoneBeforeSend, &[DAILY], &[(3, Step::Kill(5_000))]);
    check(&wrong, "i17_completed");
}

#[test]
fn what_was_selected_first_and_changed_then_is_found() {
    let pop_up = Definition { via: Via::Desktop, ..DAILY };
    let steps = [(10, Step::Delete(1))];
    check(&with(Planted::SelectThenUpdate, &[pop_up; 2], &steps), "the_ledger_refuses_nothing");
}

/// What the ledger refuses while all is planned anew for a journey, which nobody hears of.
#[test]
fn what_is_armed_twice_in_a_re_plan_nobody_asked_for_is_found() {
    let by_the_clock = Definition { zone: None, ..DAILY };
    let steps = vec![(0, Step::Add(0, by_the_clock)), (HOUR, Step::Travel("Asia/Tokyo"))];
    let plan = Plan { steps, ..Plan::empty(8, 1) };
    assert_eq!(Verdict::of(&plan).wrong, Vec::<String>::new());
    let bug = Some(Planted::ArmedTwice);
    check(&Verdict::of(&Plan { bug, ..plan }).wrong, "the_ledger_refuses_nothing");
}

/// Something weekly, and the service is killed and started again every ten minutes for thirty days.
#[test]
fn thirty_days_with_a_restart_every_ten_minutes_tell_a_weekly_event_four_or_five_times() {
    let weekly = Definition { every: Some(7), ..DAILY };
    let restarts = (1..30 * 144).map(|n| (n * 10 * MINUTE, Step::Kill(1_000)));
    let steps = [(0, Step::Add(0, weekly))].into_iter().chain(restarts).collect();
    let verdict = Verdict::of(&Plan { steps, ..Plan::empty(6, 30) });
    assert_eq!(verdict.wrong, Vec::<String>::new());
    assert!((4..=5).contains(&verdict.told), "told {} times", verdict.told);
}

/// The service gets to run only for a moment every few hours, at most ten of them apart.
#[test]
fn passes_delayed_up_to_ten_hours_lose_nothing() {
    let times = [7, 12, 16, 21].map(|hour| date(2026, 10, 20).at(hour, 30, 0, 0));
    let adds = times.iter().zip(0..).map(|(start, name)| {
        let event = Definition { start: *start, ..DAILY };
        (0, Step::Add(name, event))
    });
    for seed in 1..=3 {
        let (mut at, mut freezes) = (MINUTE, Vec::new());
        while at < 10 * 24 * HOUR {
            // From hardly any time to ten hours, without an order.
            let delay = at.wrapping_mul(2_654_435_761 * seed) % (10 * HOUR);
            freezes.push((at, Step::Freeze(delay)));
            // Late ones go out at one a second.
            at += delay + 6_000;
        }
        let steps = adds.clone().chain(freezes).collect();
        let verdict = Verdict::of(&Plan { steps, ..Plan::empty(seed, 10) });
        assert_eq!(verdict.wrong, Vec::<String>::new());
        // Once a day each, for ten days and the four that follow.
        assert_eq!(verdict.told, times.len() * 14);
    }
}

/// A restart, a sleep, a frozen service and a clock set forward over the same two hours.
#[test]
fn a_restart_a_sleep_a_freeze_and_a_clock_set_forward_are_one_case() {
    let gone = 2 * HOUR;
    let from = 5 * HOUR;
    let forward = i64::try_from(gone).expect("two hours");
    for step in [Step::Kill(gone), Step::Sleep(gone), Step::Freeze(gone), Step::SetClock(forward)] {
        let plan =
            Plan { steps: vec![(0, Step::Add(0, DAILY)), (from, step)], ..Plan::empty(9, 1) };
        let verdict = Verdict::of(&plan);
        assert_eq!(verdict.wrong, Vec::<String>::new(), "{step:?}");
        // Once late on the first day, and on the days that follow the end of it.
        assert_eq!(verdict.told, 5, "{step:?}");
    }
}

/// A disk that fails once excuses what is late within ten seconds of it, and nothing after.
#[test]
fn a_failing_disk_is_an_excuse_for_ten_seconds() {
    for step in [Step::FailingSync, Step::Failing(3)] {
        let steps = vec![(0, Step::Add(0, DAILY)), (HOUR, step)];
        let outcome = run(&Plan { steps, ..Plan::empty(9, 1) });
        // It is met when the ledger is next written.
        let met = outcome.troubles.iter().find(|trouble| trouble.from > HOUR - 2_000);
        let lasts = met.map(|trouble| trouble.until - trouble.from);
        assert_eq!(lasts, Some(11_000), "{step:?}");
    }
}

/// What was missed for days is planned by the first edit, and nothing else of it may differ.
#[test]
fn an_edit_after_days_without_a_service_is_excused_for_what_was_missed_alone() {
    let days = 24 * HOUR;
    let mut steps = vec![(0, Step::Add(0, DAILY)), (HOUR, Step::Kill(5 * days))];
    steps.push((4 * days, Step::MoveAndUndo(0, 30)));
    let plan = Plan { steps, ..Plan::empty(26, 6) };
    assert_eq!(Verdict::of(&plan).wrong, Vec::<String>::new());
    // An edit that loses what lies ahead is found all the same.
    let bug = Some(Planted::CancelAndInsert);
    check(&Verdict::of(&Plan { bug, ..plan }).wrong, "i26_undo");
}

/// What one notification service showed is on the screen of each that follows, and what one service of ours did is taken
/// over by the next, but for what was answered.
#[test]
fn each_notification_service_shows_what_is_unanswered_by_then() {
    let pop_up = Definition { via: Via::Desktop, every: None, ..DAILY };
    let adds = (0..3).map(|name| (0, Step::Add(name, pop_up)));
    let others = [
        (20 * 60, Step::Acknowledge),
        (30 * 60, Step::Replace(0)),
        (40 * 60, Step::Replace(50)),
        (50 * 60, Step::Acknowledge),
        (60 * 60, Step::Replace(60_000)),
        (70 * 60, Step::Kill(1_000)),
    ];
    let others = others.map(|(after, step)| (6 * HOUR + after * 1_000, step));
    let plan = Plan { steps: adds.chain(others).collect(), ..Plan::empty(4, 1) };
    let outcome = run(&plan);
    let rows = outcome.trace.iter().filter_map(|entry| match &entry.what {
        Happened::ShownAgain { rows, .. } => Some((entry.truth / MINUTE - 6 * 60, rows.len())),
        _ => None,
    });
    let rows: Vec<(u64, usize)> = rows.collect();
    assert_eq!(rows, [(30, 1), (30, 1), (40, 1), (40, 1), (61, 1), (70, 1)]);
    assert_eq!(Verdict::of(&plan).wrong, Vec::<String>::new());
    let bug = Some(Planted::ShownOnce);
    check(&Verdict::of(&Plan { bug, ..plan }).wrong, "what_vanished_is_shown_again");
}

/// Something hourly, of which two are told when several are late: nobody is there for three days.
#[test]
fn a_bound_that_is_ignored_and_many_counted_as_one_are_found() {
    let hourly = Definition {
        every: None,
        seconds: Some(3_600),
        times: Some(80),
        collapse: Some("each:2"),
        ..DAILY
    };
    let steps = vec![(0, Step::Add(0, hourly)), (HOUR, Step::Kill(75 * HOUR))];
    let plan = Plan { steps, ..Plan::empty(5, 5) };
    assert_eq!(Verdict::of(&plan).wrong, Vec::<String>::new());
    let rules = [
        (Planted::BoundIgnored, "no_more_than_its_bound_is_told"),
        (Planted::CountedAsOne, "what_is_beyond_is_counted"),
    ];
    for (bug, rule) in rules {
        check(&Verdict::of(&Plan { bug: Some(bug), ..plan.clone() }).wrong, rule);
    }
}

/// An endpoint took it and closed before it answered, and is not to repeat anything two seconds later.
#[test]
fn what_may_have_arrived_is_found_when_it_is_repeated_all_the_same() {
    let steps = vec![
        (0, Step::Add(0, DAILY)),
        (6 * HOUR - 1_000, Step::Mood(false, Mood::TakesAndCloses, 2_000)),
        (6 * HOUR + 2_000, Step::Guarantee(Via::Hook, true)),
    ];
    let plan = Plan { steps, ..Plan::empty(5, 1) };
    assert_eq!(Verdict::of(&plan).wrong, Vec::<String>::new());
    let bug = Some(Planted::RepeatedAllTheSame);
    check(&Verdict::of(&Plan { bug, ..plan }).wrong, "what_may_have_arrived_is_not_repeated");
}
