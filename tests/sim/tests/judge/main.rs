//! Aim: each rule of the judge can fail, and does not when it should not. Method: a small life that
//! really was, in which nothing is wrong; then what was seen of it is changed, once so that the rule
//! is broken and once so that it only nearly is.

mod bounds;
mod clocks;
mod dates;
mod guarantee;
mod letters;
mod life;
mod locked;
mod overlaps;
mod refusal;
mod screen;
mod upgrade;

use calendar::{delivery::State, reason::Reason};
use simulator::{
    judge::{judge, names},
    outcome::{Outcome, Version},
    run,
    trace::Happened,
};

use self::{dates::*, life::*};

type Change = fn(&mut Outcome);
type Case = (&'static str, Change, Change);

/// Each rule, what breaks it, and what nearly does.
const CASES: &[Case] = &[
    (
        "i01_a_claim_is_sent_once",
        |o| {
            let (of, place) = (sent(o, 0), answered(o, 0));
            again(o, of, place, 0);
        },
        |o| {
            let (of, place) = (sent(o, 0), answered(o, 0));
            again(o, of, place, 1);
        },
    ),
    (
        "i02_one_leads",
        |o| after(o, 1, Happened::Leads { process: 99 }),
        |o| {
            let Happened::Leads { process } = o.trace[1].what else { panic!("who leads?") };
            after(o, 1, Happened::Ended { process: 99, orderly: true, heir: false });
            after(o, 1, Happened::Leads { process: 99 });
            after(o, 1, Happened::Ended { process, orderly: true, heir: false });
        },
    ),
    (
        "i03_a_hand_over_is_not_repeated",
        |o| {
            let place = sent(o, 0);
            again(o, place, place, 1);
        },
        |o| {
            let (of, place) = (sent(o, 0), answered(o, 0));
            again(o, of, place, 1);
        },
    ),
    ("i03_an_heir_takes_over", |o| heir(o, 2_001), |o| heir(o, 2_000)),
    (
        "i04_only_the_leader_sends",
        |o| {
            let place = sent(o, 0);
            if let Happened::Sent { process, .. } = &mut o.trace[place].what {
                *process = 98;
            }
        },
        |o| after(o, 1, Happened::Ended { process: 98, orderly: true, heir: false }),
    ),
    ("i11_no_busy_loop", |o| o.wakings += 10_000, |o| o.wakings += 100),
    // In an hour in which nothing happens, and in which it looked four times.
    ("i11_no_busy_loop", |o| o.passes.extend([34 * HOUR; 5]), |o| o.passes.extend([34 * HOUR; 4])),
    ("i11_told_by_one_row", |o| tell_as_well(o, 11), |o| tell_as_well(o, 12)),
    (
        "i12_dues_are_as_reckoned",
        |o| {
            let due = &mut story(o, 0).delivery.row.facts.due;
            *due = later(*due, 60_000);
        },
        |o| {
            let due = &mut story(o, 0).delivery.row.facts.due;
            *due = later(*due, 24 * 3_600_000);
        },
    ),
    (
        "i12_dues_are_as_reckoned",
        |o| o.lives[0].versions[0].definition.iter_mut().for_each(|d| d.zone = Some("Asia/Tokyo")),
        |o| o.lives[0].versions[0].definition.iter_mut().for_each(|d| d.zone = None),
    ),
    (
        "i12_dues_are_as_reckoned",
        |o| should_be(o, 8, |d| d.notice = 2),
        |o| should_be(o, 8, |d| d.every = Some(1)),
    ),
    (
        "i10_prompt_when_all_is_well",
        |o| should_be(o, 9, |d| d.zone = Some("Asia/Tokyo")),
        |o| should_be(o, 9, |d| d.zone = Some("America/New_York")),
    ),
    (
        "i14_an_edit_makes_nothing_already_due",
        |o| {
            let story = story(o, 0);
            story.transitions[0].at = story.delivery.row.facts.due;
        },
        |o| {
            let story = story(o, 0);
            story.transitions[0].at = later(story.delivery.row.facts.due, -1);
        },
    ),
    (
        "i14_an_edit_makes_nothing_already_due",
        |o| planned_late(o, false),
        |o| planned_late(o, true),
    ),
    (
        "i14_no_replan_loses_anything",
        |o| {
            let step = &mut story(o, 0).transitions[1];
            (step.to, step.actor) = (State::Cancelled, "service".into());
        },
        |o| {
            let step = &mut story(o, 0).transitions[1];
            (step.to, step.actor) = (State::Cancelled, "window".into());
        },
    ),
    (
        "i14_no_replan_loses_anything",
        |o| {
            is_moved(story(o, 1));
            expire(o, -1);
        },
        |o| {
            is_moved(story(o, 1));
            expire(o, 0);
        },
    ),
    (
        "i16_told_at_most_once_without_a_doubt",
        |o| {
            let place = told(o, 0);
            after(o, place, o.trace[place].what.clone());
        },
        |o| {
            let place = told(o, 0);
            after(o, place, o.trace[place].what.clone());
            story(o, 0).attempts[0].outcome = Some("ambiguous".into());
        },
    ),
    ("i16_repeats_are_marked", |o| pop_up_twice(o, false), |o| pop_up_twice(o, true)),
    (
        "i16_one_key_for_one_row",
        |o| {
            let place = told(o, 0);
            if let Happened::Told { key, .. } = &mut o.trace[place].what {
                key.push('x');
            }
        },
        |o| {
            let place = told(o, 0);
            let other = story(o, 1).delivery.row.id;
            if let Happened::Told { key, marks, .. } = &mut o.trace[place].what {
                key.push('x');
                marks.push((other, 1));
            }
        },
    ),
    (
        "i17_completed_is_what_somebody_took",
        |o| {
            let place = told(o, 0);
            o.trace.remove(place);
        },
        |o| {
            let place = told(o, 0);
            o.trace.remove(place);
            story(o, 0).delivery.row.facts.reason = Reason::InboxOnly;
        },
    ),
    (
        "i17_nothing_is_lost",
        |o| {
            let row = story(o, 0).delivery.row.id;
            let place = told(o, 0);
            o.trace.remove(place);
            o.stories.retain(|story| story.delivery.row.id != row);
        },
        |o| {
            let place = told(o, 0);
            o.trace.remove(place);
            story(o, 0).delivery.row.facts.state = State::Expired;
        },
    ),
    ("i17_nothing_is_lost", |o| is_due_later(o, false), |o| is_due_later(o, true)),
    ("i17_expired_is_what_is_over", |o| expire(o, -1), |o| expire(o, 0)),
    ("i17_missed_is_what_cannot_have_arrived", |o| cut_off(o, false), |o| cut_off(o, true)),
    (
        "i17_coalesced_is_told_with_another",
        |o| {
            let other = story(o, 1).delivery.row.id;
            coalesce(o, other);
        },
        |o| {
            let other = tomorrow(o);
            coalesce(o, other);
        },
    ),
    (
        "i17_coalesced_is_told_with_another",
        |o| {
            let other = tomorrow(o);
            coalesce(o, other);
            row(o, other).transitions.clear();
        },
        |o| {
            let other = tomorrow(o);
            coalesce(o, other);
            ends_as(row(o, other), State::Cancelled);
        },
    ),
    ("i17_each_is_told_by_itself", |o| collapses(o, None), |o| collapses(o, Some("latest"))),
    ("i17_refused_for_good_is_dead_at_once", |o| dies_after(o, 2_001), |o| dies_after(o, 2_000)),
    (
        "i17_refused_for_good_is_dead_at_once",
        |o| send_the_refused(o, false),
        |o| send_the_refused(o, true),
    ),
    ("i17_dead_for_good_is_what_was_refused", forget_the_refusal, |o| {
        forget_the_refusal(o);
        let step = story(o, 6).transitions.last_mut().expect("a step");
        step.reason = Reason::DeadExhausted;
    }),
    ("i19_refusals_are_bounded", |o| refuse(o, 7), |o| refuse(o, 6)),
    (
        "i10_prompt_when_all_is_well",
        |o| {
            let row = &mut story(o, 0).delivery.row;
            row.told_at = Some(later(row.facts.due, 2_001));
        },
        |o| {
            let row = &mut story(o, 0).delivery.row;
            row.told_at = Some(later(row.facts.due, 2_000));
        },
    ),
    ("i10_prompt_when_all_is_well", |o| noted_after(o, 2_001), |o| noted_after(o, 2_000)),
    ("i10_told_soon_after_waking", |o| slept_until(o, 1_001), |o| slept_until(o, 1_000)),
    (
        "i19_every_row_comes_to_an_end",
        |o| story(o, 0).delivery.row.facts.state = State::Held,
        |o| story(o, 0).delivery.row.facts.state = State::Dead,
    ),
    (
        "i19_every_row_comes_to_an_end",
        |o| {
            o.set.push((HOUR, 10));
            story(o, 0).delivery.row.facts.state = State::Held;
        },
        |o| {
            // By this clock it is not yet due.
            o.set.push((HOUR, -24 * 3_600_000));
            story(o, 0).delivery.row.facts.state = State::Held;
        },
    ),
    ("i19_tries_are_bounded", |o| tries(o, 12, 0), |o| tries(o, 11, 3)),
    (
        "i20_each_by_its_own_channel",
        |o| {
            let place = told(o, 0);
            if let Happened::Told { to, .. } = &mut o.trace[place].what {
                *to = "careful".into();
            }
        },
        |o| {
            let place = told(o, 0);
            if let Happened::Told { again, .. } = &mut o.trace[place].what {
                *again = true;
            }
        },
    ),
    ("i21_only_what_is_over_goes", |o| daily_is_gone(o, 47), |o| daily_is_gone(o, 49)),
    (
        "i21_only_what_is_over_goes",
        |o| {
            daily_is_gone(o, 49);
            story(o, 0).delivery.row.facts.state = State::Dead;
        },
        |o| {
            daily_is_gone(o, 49);
            story(o, 0).delivery.row.facts.state = State::Expired;
        },
    ),
    (
        "i21_what_went_stays_away",
        |o| {
            daily_is_gone(o, 49);
            tell_as_well(o, 24);
        },
        |o| daily_is_gone(o, 49),
    ),
    ("i22_nothing_after_the_confirmed_cancel", |o| send_deleted(o, 1), |o| send_deleted(o, 0)),
    (
        "i22_nothing_after_the_confirmed_cancel",
        |o| daily_becomes(o, 1, |d| d.off = true),
        |o| daily_becomes(o, 0, |d| d.off = true),
    ),
    (
        "i22_nothing_after_the_confirmed_cancel",
        |o| daily_becomes(o, 1, |d| d.left_out = Some(0)),
        |o| daily_becomes(o, 1, |d| d.left_out = Some(9)),
    ),
    (
        "i22_nothing_after_the_confirmed_cancel",
        |o| daily_becomes(o, 1, |d| d.parted = Some((0, 30))),
        |o| daily_becomes(o, 1, |d| d.parted = Some((9, 30))),
    ),
    (
        "i22_nothing_after_the_confirmed_cancel",
        |o| cancel_the_snoozed(o, 1),
        |o| cancel_the_snoozed(o, 0),
    ),
    (
        "i23_nothing_at_or_after_its_end",
        |o| {
            let place = sent(o, 1);
            story(o, 1).delivery.row.facts.use_by = Some(o.trace[place].wall);
        },
        |o| {
            let place = sent(o, 1);
            story(o, 1).delivery.row.facts.use_by = Some(later(o.trace[place].wall, 1));
        },
    ),
    ("i23_nothing_at_or_after_its_end", |o| claimed_until(o, 0), |o| claimed_until(o, 1)),
    ("i24_never_early", |o| send_what_moves(o, -1), |o| send_what_moves(o, 0)),
    (
        "i24_never_early",
        |o| {
            let place = sent(o, 1);
            story(o, 1).delivery.row.facts.due = later(o.trace[place].wall, 1);
        },
        |o| {
            let place = sent(o, 1);
            story(o, 1).delivery.row.facts.due = o.trace[place].wall;
        },
    ),
    (
        "i25_the_audit_replays",
        |o| {
            story(o, 0).transitions.pop();
        },
        |o| {
            let steps = &mut story(o, 0).transitions;
            let mut same = steps[0].clone();
            same.from = same.to.code().into();
            steps.insert(1, same);
        },
    ),
    (
        "i26_undo_restores_what_will_ring",
        |o| o.broken.push(("i26_undo_restores_what_will_ring", "another ring".into())),
        |o| o.broken.push(("i02_one_leads", "two do".into())),
    ),
    ("i27_nothing_of_the_past_after_a_restore", |o| restore(o, 0), |o| restore(o, -1)),
    (
        "snoozes_ring",
        |o| o.snoozes[0].until = later(o.snoozes[0].until, 1),
        |o| {
            o.snoozes[0].until = later(o.snoozes[0].until, 1);
            o.set.push((1, -1));
        },
    ),
    (
        "snoozes_ring",
        |o| ends_as(snooze(o), State::Cancelled),
        |o| {
            ends_as(snooze(o), State::Cancelled);
            let step = snooze(o).transitions.last_mut().expect("a step");
            step.actor = "window".into();
        },
    ),
    ("silence_is_kept", |o| pause(o, 2_000), |o| pause(o, 1_999)),
    // A clock that is set back makes no pause shorter, and one that is put ahead does.
    (
        "silence_is_kept",
        |o| {
            pause(o, 2_000);
            set_before_the_pop_up(o, -3_600_000);
        },
        |o| {
            pause(o, 2_000);
            set_before_the_pop_up(o, 60_000);
        },
    ),
    ("an_answer_ends_nags", |o| answer(o, 10 * HOUR), |o| answer(o, 40 * HOUR)),
    ("an_answer_ends_snoozes", |o| answer_the_snoozed(o, 1), |o| answer_the_snoozed(o, HOUR)),
    ("an_answer_leaves_endpoints_alone", |o| is_answered(o, 0), |o| is_answered(o, 1)),
    (
        "silence_is_kept",
        |o| pause(o, 2_000),
        |o| {
            pause(o, 2_000);
            is_alarm(o, true);
        },
    ),
    // A row is of the reminder that says so, whatever others there are.
    ("i12_dues_are_as_reckoned", |o| is_told_before(o, 20, true), |o| is_told_before(o, 20, false)),
    ("what_insists_is_told_again", forget_nags, |o| {
        forget_nags(o);
        let again = o.lives[3].versions[0];
        o.lives[3].versions.push(Version { from: 12 * HOUR, ..again });
    }),
    (
        "what_is_gone_is_left_alone",
        |o| send_to_gone(o, |what| matches!(what, Happened::Gone { .. }), 1_000),
        |o| send_to_gone(o, |what| matches!(what, Happened::SwitchedOn { .. }), 0),
    ),
    ("tests_are_told", |o| tell_the_test(o, 2_001), |o| tell_the_test(o, 2_000)),
    (
        "the_file_is_sound",
        |o| o.damage.push("a page is lost".into()),
        |o| o.broken.push(("i02_one_leads", "two do".into())),
    ),
];

fn cases() -> impl Iterator<Item = &'static Case> {
    let others = [
        bounds::CASES,
        clocks::CASES,
        guarantee::CASES,
        letters::CASES,
        locked::CASES,
        overlaps::CASES,
        refusal::CASES,
        screen::CASES,
        upgrade::CASES,
    ];
    CASES.iter().chain(others.into_iter().flatten())
}

#[test]
fn each_rule_fails_when_it_is_broken_and_only_then() {
    let (plan, outcome) = (plan(), run(&plan()));
    assert_eq!(judge(&plan, &outcome), Vec::<String>::new());
    let said = |change: Change, rule: &str| {
        let mut changed = outcome.clone();
        change(&mut changed);
        judge(&plan, &changed).iter().any(|wrong| wrong.starts_with(rule))
    };
    let dumb: Vec<_> = cases().filter(|(rule, broken, _)| !said(*broken, rule)).collect();
    let dumb: Vec<_> = dumb.iter().map(|(rule, ..)| rule).collect();
    assert!(dumb.is_empty(), "{dumb:?} say nothing when they are broken");
    let strict: Vec<_> = cases().filter(|(rule, _, nearly)| said(*nearly, rule)).collect();
    let strict: Vec<_> = strict.iter().map(|(rule, ..)| rule).collect();
    assert!(strict.is_empty(), "{strict:?} say something when they are not");
}

#[test]
fn each_rule_has_its_case() {
    let cases: Vec<_> = cases().map(|(rule, ..)| *rule).collect();
    let without: Vec<_> = names().into_iter().filter(|rule| !cases.contains(rule)).collect();
    assert!(without.is_empty(), "{without:?} have none");
}

#[test]
fn what_is_due_in_troubled_times_may_be_late() {
    let (plan, mut outcome) = (plan(), run(&plan()));
    let row = &mut story(&mut outcome, 0).delivery.row;
    row.told_at = Some(later(row.facts.due, 60_000));
    assert!(!judge(&plan, &outcome).is_empty());
    trouble(&mut outcome);
    assert_eq!(judge(&plan, &outcome), Vec::<String>::new());
}
