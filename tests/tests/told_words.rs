//! What is said of a reminder is what happened to it: why it was late, what was missed beside it, what
//! a snooze or a letter sent as new made of it.

use acceptance::world::{World, draft, reminder};
use calendar::{
    delivery::{Guarantee, State},
    draft::{EventDraft, ReminderDraft},
    id::ChannelId,
    reason::Reason,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Schedule, Unavailable},
    events::Save,
    ledger::acknowledgement::Answer,
    letters::{Care, Decision},
    quiet::QuietHours,
    settings::Pause,
};

const BERLIN: &str = "Europe/Berlin";

fn world() -> World {
    World::at("2026-11-23T20:00[Europe/Berlin]")
}

/// Notes at these times of that evening.
fn notes(world: &mut World, at: &[&str]) {
    for at in at {
        world.add(draft("note", &format!("N{at}"), &format!("20261123T{at}00"), Some(BERLIN)));
    }
}

fn quiet(world: &World, rules: &str) {
    let rules = rules.parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
}

/// Reasons and causes of lateness, in order of what was due.
fn reasons(world: &World) -> Vec<(Reason, Option<Reason>)> {
    world.deliveries().iter().map(|l| (l.row.facts.reason, l.row.late_cause)).collect()
}

#[test]
fn what_came_in_a_digest_says_how_late_and_why() {
    let mut world = world();
    world.has_slept(0);
    notes(&mut world, &["2041", "2042", "2043", "2044"]);
    world.wait_until("2026-11-23T20:40:00");
    world.jump_to("2026-11-23T20:47:00");
    world.run();
    assert_eq!(reasons(&world), [(Reason::InDigest, Some(Reason::LateStopped)); 4]);
    let id = world.deliveries()[0].row.id;
    let story = world.engine().why(id).expect("a story");
    let last = story.transitions.last().expect("a step");
    assert_eq!(
        last.note,
        "told late: Carillon was stopped, while the computer was awake 20:40 to 20:47"
    );
    assert!(world.sent[0].text.starts_with("While Carillon was stopped, 20:40 to 20:47:"));
}

#[test]
fn what_is_told_within_its_grace_knows_why_it_had_to_wait_if_one_could_notice_it() {
    let mut world = world();
    world.has_slept(0);
    notes(&mut world, &["2041", "2042", "2043"]);
    world.wait_until("2026-11-23T20:40:00");
    world.jump_to("2026-11-23T20:42:50");
    world.run();
    world.jump_to("2026-11-23T20:43:02");
    world.run();
    let stopped = Some(Reason::LateStopped);
    let told = [(Reason::LateStopped, stopped), (Reason::OnTime, stopped), (Reason::OnTime, None)];
    assert_eq!(reasons(&world), told);
}

#[test]
fn a_wake_up_of_seconds_too_late_is_named_as_far_as_it_is_known() {
    let overslept = Some(Reason::LateOverslept);
    for (seconds, slept, cause) in [
        ("03", Some(0), None),
        ("04", Some(0), overslept),
        ("35", Some(0), overslept),
        ("35", None, overslept),
        ("35", Some(2), overslept),
        ("35", Some(30), Some(Reason::LateAsleep)),
        ("59", Some(0), overslept),
    ] {
        let mut world = world();
        if slept.is_some() {
            world.has_slept(0);
        }
        notes(&mut world, &["2041"]);
        world.wait_until("2026-11-23T20:40:00");
        slept.into_iter().for_each(|slept| world.has_slept(slept));
        world.jump_to(&format!("2026-11-23T20:41:{seconds}"));
        world.run();
        assert_eq!(reasons(&world), [(Reason::OnTime, cause)], "{seconds} s, slept {slept:?}");
    }
    // A clock that is set wakes who sleeps by it.
    let mut world = world();
    world.has_slept(0);
    notes(&mut world, &["2041"]);
    world.wait_until("2026-11-23T20:40:00");
    world.set_clock("2026-11-23T20:41:20");
    world.run();
    assert_eq!(reasons(&world), [(Reason::OnTime, Some(Reason::LateBusy))]);
}

/// What somebody or something does that keeps pop-ups back.
#[derive(Debug, Clone, Copy)]
enum Does {
    Quiet(&'static str),
    Pause(&'static str),
    Gone,
    Back,
}

#[test]
fn of_quiet_hours_that_follow_on_a_pause_it_is_said_how_long_they_were() {
    let mut world = world();
    quiet(&world, "22:00-07:00 all");
    notes(&mut world, &["2100"]);
    world.wait_until("2026-11-23T20:50:00");
    world.engine().pause(Pause::Until(world.instant("2026-11-23T22:30:00"))).expect("paused");
    world.wait_until("2026-11-24T07:01:00");
    let id = world.deliveries()[0].row.id;
    let story = world.engine().why(id).expect("a story");
    let last = &story.transitions.last().expect("a step").note;
    assert_eq!(last, "22:00 to 07:00");
}

#[test]
fn of_a_pause_over_quiet_hours_it_is_said_how_long_it_was_and_what_was_missed_in_all_of_it() {
    let mut world = world();
    quiet(&world, "22:00-07:00 all");
    notes(&mut world, &["2300", "2310"]);
    world.add(EventDraft {
        length: Some((0, 3_600)),
        ..draft("appointment", "Walk", "20261124T090000", Some(BERLIN))
    });
    world.wait_until("2026-11-23T21:50:00");
    let noon = world.instant("2026-11-24T12:00:00");
    world.engine().pause(Pause::Until(world.instant("2026-11-24T08:00:00"))).expect("paused");
    world.wait_until("2026-11-23T22:30:00");
    world.engine().pause(Pause::Until(noon)).expect("made longer");
    world.wait_until("2026-11-24T12:01:00");
    let told = world.sent.last().expect("a digest");
    assert!(told.text.contains(", 1 missed"), "{}", told.text);
    let id = world.deliveries()[0].row.id;
    let story = world.engine().why(id).expect("a story");
    let last = &story.transitions.last().expect("a step").note;
    assert_eq!(last, "told late: reminders were paused 21:50 to 12:00");
}

#[test]
fn what_is_over_in_quiet_hours_names_them_as_they_were_set() {
    let mut world = world();
    quiet(&world, "20:30-22:01 all");
    world.add(EventDraft {
        length: Some((0, 1_800)),
        ..draft("appointment", "Walk", "20261123T210000", Some(BERLIN))
    });
    world.wait_until("2026-11-23T21:45:00");
    let listed = world.deliveries().remove(0);
    assert_eq!(listed.row.facts.state, State::Expired, "{}", world.rows());
    let story = world.engine().why(listed.row.id).expect("a story");
    let last = &story.transitions.last().expect("a step").note;
    assert_eq!(last, "it waited for quiet hours to end 20:30 to 22:01");
}

#[test]
fn of_several_holds_the_one_that_held_it_longest_is_why() {
    use Does::{Back, Gone, Pause as Paused, Quiet};
    type Life = (&'static [(&'static str, Does)], Reason);
    let lives: [Life; 6] = [
        (&[("40:00", Quiet("20:40-20:49")), ("48:00", Paused("50:00"))], Reason::LateQuiet),
        (&[("40:00", Quiet("20:40-20:43")), ("42:00", Paused("50:00"))], Reason::LatePaused),
        (
            &[
                ("40:00", Paused("42:00")),
                ("40:00", Quiet("20:42-20:46")),
                ("45:59", Gone),
                ("47:00", Back),
            ],
            Reason::LateQuiet,
        ),
        // Of the first in two parts, and of the one between them.
        (
            &[
                ("40:00", Paused("42:00")),
                ("40:00", Quiet("20:42-20:45")),
                ("44:30", Paused("47:00")),
            ],
            Reason::LatePaused,
        ),
        (
            &[
                ("40:00", Paused("42:00")),
                ("40:00", Quiet("20:42-20:50")),
                ("49:00", Paused("51:00")),
            ],
            Reason::LateQuiet,
        ),
        (&[("40:00", Gone), ("44:00", Paused("45:00")), ("45:30", Back)], Reason::LateHeld),
    ];
    for (life, cause) in lives {
        let mut world = world();
        notes(&mut world, &["2041"]);
        for (at, does) in life {
            world.wait_until(&format!("2026-11-23T20:{at}"));
            match does {
                Quiet(rules) => quiet(&world, &format!("{rules} all")),
                Paused(until) => {
                    let until = world.instant(&format!("2026-11-23T20:{until}"));
                    world.engine().pause(Pause::Until(until)).expect("paused");
                }
                Gone => world.no_desktop = Some(Unavailable::NoNotifier),
                Back => world.no_desktop = None,
            }
            world.run();
        }
        world.wait_until("2026-11-23T20:56:00");
        assert_eq!(reasons(&world), [(cause, Some(cause))], "{life:?}");
    }
}

#[test]
fn absences_that_overlap_are_taken_off_a_hold_once() {
    let mut world = world();
    notes(&mut world, &["2041"]);
    quiet(&world, "20:40-20:49 all");
    world.wait_until("2026-11-23T20:43:00");
    world.beat();
    world.kill();
    notes(&mut world, &["2045"]);
    world.jump_to("2026-11-23T20:46:30");
    world.start();
    world.wait_until("2026-11-23T20:48:00");
    let until = world.instant("2026-11-23T20:51:00");
    world.engine().pause(Pause::Until(until)).expect("paused");
    world.wait_until("2026-11-23T20:56:00");
    // Three minutes and a half of quiet hours that somebody saw, and three of the pause.
    assert_eq!(reasons(&world)[0].1, Some(Reason::LateQuiet));
}

#[test]
fn a_wait_of_seconds_is_not_why_after_hours_without_a_service() {
    let mut world = world();
    notes(&mut world, &["2041"]);
    world.kill();
    world.jump_to("2026-11-23T23:00:00");
    world.no_desktop = Some(Unavailable::NoNotifier);
    world.start();
    world.jump_to("2026-11-23T23:00:02");
    world.no_desktop = None;
    world.run();
    let off = Reason::LateServiceOff;
    assert_eq!(reasons(&world), [(off, Some(off))]);
    assert!(world.sent[0].text.contains("not running 20:00 to 23:00"), "{:?}", world.sent);
}

#[test]
fn what_was_shown_is_told_then_however_late_that_is_written_down() {
    let mut world = world();
    world.has_slept(0);
    notes(&mut world, &["2041", "2042", "2043", "2045"]);
    world.wait_until("2026-11-23T20:40:00");
    for (due, stopped) in [("41", "20:41:31"), ("42", "20:44:10")] {
        world.jump_to(&format!("2026-11-23T20:{due}:00"));
        let parcels = world.pass(&[]).expect("a service").parcels;
        let shown = parcels.iter().map(|parcel| world.hand_over(parcel)).collect();
        world.jump_to(&format!("2026-11-23T{stopped}"));
        world.run_with(shown);
    }
    // Of this one nobody knows when it was shown: the answer is read after the stop.
    world.jump_to("2026-11-23T20:45:00");
    let parcels = world.pass(&[]).expect("a service").parcels;
    world.sleeps_until("2026-11-23T20:45:15");
    world.jump_to("2026-11-23T20:45:31");
    world.wakes();
    let shown = parcels.iter().map(|parcel| world.hand_over(parcel)).collect();
    world.run_with(shown);
    let (stopped, overslept) = (Reason::LateStopped, Reason::LateOverslept);
    let told = [
        (Reason::OnTime, None),
        (Reason::OnTime, None),
        (stopped, Some(stopped)),
        (Reason::OnTime, Some(overslept)),
    ];
    assert_eq!(reasons(&world), told);
    let rows = world.deliveries();
    let moments = ["20:41:00", "20:42:00", "20:44:10", "20:45:31"];
    for (listed, moment) in rows.iter().zip(moments) {
        let told = world.instant(&format!("2026-11-23T{moment}"));
        let story = world.engine().why(listed.row.id).expect("a story");
        let last = story.transitions.last().expect("a step");
        assert_eq!((listed.row.told_at, story.moment_of(last)), (Some(told), told));
        assert_eq!(story.attempts[0].finished, Some(told));
    }
}

#[test]
fn a_stop_of_seconds_is_named_after_many_longer_ones_too() {
    let mut world = world();
    world.has_slept(0);
    let dues: Vec<String> =
        (0..17).map(|n| 45 + 5 * n).map(|m| format!("{}{:02}", 20 + m / 60, m % 60)).collect();
    notes(&mut world, &dues.iter().map(String::as_str).collect::<Vec<_>>());
    world.wait_until("2026-11-23T20:44:00");
    for due in &dues[..16] {
        let (hour, minute) = due.split_at(2);
        let minute: u8 = minute.parse().expect("a minute");
        world.jump_to(&format!("2026-11-23T{hour}:{:02}:30", minute + 2));
        world.run();
    }
    world.jump_to("2026-11-23T22:05:25");
    world.run();
    let mut told = vec![(Reason::LateStopped, Some(Reason::LateStopped)); 16];
    told.push((Reason::OnTime, Some(Reason::LateOverslept)));
    assert_eq!(reasons(&world), told);
}

#[test]
fn who_works_longer_than_it_seemed_was_not_woken_late() {
    let mut world = world();
    world.has_slept(0);
    notes(&mut world, &["2041", "2042", "2043"]);
    world.wait_until("2026-11-23T20:40:00");
    // Awake in time; then the ledger is another program's.
    world.jump_to("2026-11-23T20:41:00");
    let other = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    other.execute_batch("BEGIN IMMEDIATE").expect("its turn");
    let mut tries = 0;
    world.run_in_spite_of(|_| {
        tries += 1;
        if tries == 4 {
            other.execute_batch("ROLLBACK").expect("the end of it");
        }
    });
    assert_eq!(reasons(&world)[0], (Reason::OnTime, Some(Reason::LateUnwritable)));
    // Woken in time, and at work for half a minute; then by a few seconds too late, which is the least of it.
    world.wait_until("2026-11-23T20:41:50");
    world.pass(&[]);
    world.jump_to("2026-11-23T20:42:30");
    world.run();
    assert_eq!(reasons(&world)[1], (Reason::OnTime, None));
    world.jump_to("2026-11-23T20:43:05");
    let parcels = world.pass(&[]).expect("a service").parcels;
    world.jump_to("2026-11-23T20:43:30");
    let finished = parcels.iter().map(|parcel| world.hand_over(parcel)).collect();
    world.run_with(finished);
    assert_eq!(reasons(&world)[2], (Reason::OnTime, None));
}

#[test]
fn what_was_saved_just_before_the_service_was_stopped_says_that_it_was() {
    let mut world = world();
    world.has_slept(0);
    world.wait_until("2026-11-23T20:40:00");
    // Nothing was planned for this time: only what was saved since tells that nobody looked.
    let note = draft("note", "N2041", "20261123T204100", Some(BERLIN));
    let save = Save { draft: note, ..Save::default() };
    world.engine().save_event(&save).expect("saved");
    world.jump_to("2026-11-23T20:42:01");
    world.run();
    assert_eq!(reasons(&world), [(Reason::LateStopped, Some(Reason::LateStopped))]);
}

#[test]
fn who_waited_for_the_ledger_was_not_away() {
    let mut world = world();
    world.has_slept(0);
    world.wait_until("2026-11-23T20:40:00");
    let note = draft("note", "N2041", "20261123T204100", Some(BERLIN));
    world.engine().save_event(&Save { draft: note, ..Save::default() }).expect("saved");
    world.jump_to("2026-11-23T20:40:50");
    let other = rusqlite::Connection::open(world.folder().join("carillon.db")).expect("a file");
    other.execute_batch("BEGIN IMMEDIATE").expect("its turn");
    let mut tries = 0;
    // Each comes five seconds later.
    world.run_in_spite_of(|_| {
        tries += 1;
        if tries == 15 {
            other.execute_batch("ROLLBACK").expect("the end of it");
        }
    });
    assert_eq!(reasons(&world), [(Reason::LateUnwritable, Some(Reason::LateUnwritable))]);
}

#[test]
fn a_sleep_is_called_so_where_the_machine_knows_of_it() {
    for (slept, cause) in
        [(420, Reason::LateAsleep), (9, Reason::LateStopped), (10, Reason::LateAsleep)]
    {
        let mut world = world();
        world.has_slept(0);
        notes(&mut world, &["2041"]);
        world.wait_until("2026-11-23T20:40:00");
        world.has_slept(slept);
        world.jump_to("2026-11-23T20:47:00");
        world.run();
        assert_eq!(world.deliveries()[0].row.facts.reason, cause, "{slept} s");
    }
}

#[test]
fn what_is_told_until_its_start_had_begun_and_is_not_over() {
    let mut world = world();
    quiet(&world, "20:39-20:42 all");
    let until_start =
        ReminderDraft { use_by: Some("start".into()), ..reminder("-PT1M", ChannelId::DESKTOP) };
    world.add(EventDraft {
        reminders: Some(vec![until_start]),
        ..draft("appointment", "Meeting", "20261123T204100", Some(BERLIN))
    });
    world.wait_until("2026-11-23T20:41:30");
    assert_eq!(reasons(&world)[0].0, Reason::ExpiredBegun);
}

#[test]
fn a_single_late_one_names_what_was_missed_meanwhile_and_the_next_one_does_not() {
    let mut world = world();
    world.add(draft("appointment", "Call", "20261123T203000", Some(BERLIN)));
    notes(&mut world, &["2041", "2042"]);
    world.kill();
    world.jump_to("2026-11-23T22:00:00");
    world.start();
    world.run();
    let texts: Vec<&str> = world.sent.iter().map(|sent| sent.text.as_str()).collect();
    let named: Vec<bool> = texts.iter().map(|text| text.contains("\nMissed meanwhile: ")).collect();
    assert_eq!(named, [true, false], "{texts:?}");
    assert!(texts[0].contains("\u{2068}Call\u{2069}"), "{texts:?}");
}

#[test]
fn a_snooze_before_its_time_is_no_cancellation_and_nothing_was_told_before_it() {
    let mut world = world();
    notes(&mut world, &["2041"]);
    let id = world.deliveries()[0].row.id;
    let until = "2026-11-23T20:50:00+01:00".parse().expect("an instant");
    let snoozed = world.engine().snooze(id, until, "cli").expect("possible");
    assert!(!snoozed.again);
    assert_eq!(reasons(&world)[0].0, Reason::CancelledBySnooze);
    world.wait_until("2026-11-23T20:51:00");
    let told = world.deliveries().last().expect("the snooze").row.id;
    let later = "2026-11-23T20:59:00+01:00".parse().expect("an instant");
    assert!(world.engine().snooze(told, later, "cli").expect("possible").again);
    world.engine().acknowledge(&[told], Answer::Done, "cli").expect("done");
    let last = world.deliveries().last().expect("the second snooze").row.facts.reason;
    assert_eq!(last, Reason::CancelledAcknowledged);
}

#[test]
fn a_letter_sent_as_new_is_what_its_event_shows_and_each_names_the_other() {
    let mut world = world();
    let new = NewWebhook {
        name: "hook".into(),
        url: "https://example.com".into(),
        guarantee: Guarantee::NeverRepeat,
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Ambiguous);
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", hook)]),
        ..draft("note", "Pay", "20261123T204100", Some(BERLIN))
    });
    world.wait_until("2026-11-23T20:42:00");
    let old = world.deliveries()[0].row.id;
    assert_eq!(reasons(&world)[0].0, Reason::ReviewNoAnswer);
    world.answer(Handover::Accepted { shown_by: None });
    let decided =
        world.engine().decide_letters(&[old], Decision::AsNew(None), Care::AllOrNone, None);
    let new = decided.expect("sent").done.remove(0).parse().expect("an id");
    world.run();
    let (from, to) = (world.instant("2026-11-23T20:00:00"), world.instant("2026-11-23T21:00:00"));
    let happening = world.engine().happenings(from, to).expect("a list").remove(0);
    let shown: Vec<_> = happening.deliveries.iter().map(|row| row.facts.state).collect();
    assert_eq!(shown, [State::Completed]);
    assert_eq!(world.engine().why(old).expect("its story").delivery.row.into, Some(new));
    assert_eq!(world.engine().why(new).expect("its story").replaces, Some(old));
}

#[test]
fn what_is_refused_as_it_is_says_so_and_ends_soon() {
    let mut world = world();
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    world.answer(Handover::Transient { retry_after: None, schedule: Schedule::Refused });
    let mut note = draft("note", "Sync", "20261123T204100", Some(BERLIN));
    note.reminders = Some(vec![reminder("PT0M", hook)]);
    world.add(note);
    world.wait_until("2026-11-23T20:45:00");
    assert_eq!(reasons(&world)[0].0, Reason::RetryRefused);
    world.wait_until("2026-11-24T00:00:00");
    assert_eq!(reasons(&world)[0].0, Reason::DeadExhausted);
}
