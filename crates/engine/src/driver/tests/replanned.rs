//! Aim: what is planned anew while it is being sent, and is not taken, is told at its new moment, and is
//! over when that says so. Method: a journey an hour to the west between a claim and what comes of it.

use super::*;

/// A floating note, worth telling for a minute, that rings at nine by the clock of where one is.
fn bell(engine: &Engine) {
    let reminder = ReminderDraft {
        trigger: "PT0M".into(),
        channel: ChannelId::DESKTOP.to_string(),
        use_by: Some("grace".into()),
        ..ReminderDraft::default()
    };
    let draft = EventDraft {
        kind: "note".into(),
        calendar: CalendarId::FIRST.to_string(),
        title: "Bell".into(),
        start: "20261123T090000".into(),
        reminders: Some(vec![reminder]),
        ..EventDraft::default()
    };
    engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
}

/// What becomes of a claim after the journey.
enum Came {
    Back(Handover),
    TooLate,
    Never,
}

/// How many are sent when a journey has moved what is being sent at nine to ten o'clock: until then, and
/// at ten; and how its rows end.
fn sent(came: Came) -> (usize, usize, Vec<String>) {
    let (_folder, clock, engine) = ledger();
    bell(&engine);
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 0 };
    let pass = |scheduler: &mut Scheduler, finished: &[Finished]| {
        let mut all = Vec::new();
        let mut finished = finished.to_vec();
        loop {
            let pass = scheduler.pass(&engine.now(), &finished, slots, Availability::default());
            let passed = pass.expect("a pass");
            finished.clear();
            all.extend(passed.parcels);
            if !passed.more {
                return all;
            }
        }
    };
    clock.to("2026-11-23T09:00:00Z");
    let claims = pass(&mut scheduler, &[]).pop().expect("a parcel").claims;
    let there = ZoneName::stored("Atlantic/Cape_Verde");
    assert!(engine.note_machine_zone(&there).expect("a journey"));
    assert!(pass(&mut scheduler, &[]).is_empty(), "it is being sent");
    let nothing =
        Finished { claims: vec![], too_late: vec![], report: None, in_digest: false, at: None };
    let settled = match came {
        Came::Back(handover) => {
            let report = Some(Report { handover, status: None, detail: String::new() });
            pass(&mut scheduler, &[Finished { claims, report, ..nothing }])
        }
        Came::TooLate => {
            clock.to("2026-11-23T09:01:00Z");
            pass(&mut scheduler, &[Finished { too_late: claims, ..nothing }])
        }
        Came::Never => {
            scheduler = Scheduler::lead(engine.clone()).expect("to lead");
            pass(&mut scheduler, &[])
        }
    };
    let mut soon = settled.len();
    for at in ["2026-11-23T09:01:30Z", "2026-11-23T09:59:59Z"] {
        clock.to(at);
        soon += pass(&mut scheduler, &[]).len();
    }
    clock.to("2026-11-23T10:00:00Z");
    let then = pass(&mut scheduler, &[]).len();
    let states = engine.counts(Timestamp::MIN, Timestamp::MAX).expect("counts");
    (soon, then, states.iter().map(|(state, ..)| state.code().to_string()).collect())
}

#[test]
fn what_failed_while_it_was_planned_anew_is_told_at_its_new_moment() {
    let failed = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
    let (soon, then, states) = sent(Came::Back(failed));
    assert_eq!((soon, then), (0, 1), "{states:?}");
    assert_eq!(states, ["cancelled", "processing"], "another try of another moment");
}

#[test]
fn what_found_nobody_while_it_was_planned_anew_is_told_at_its_new_moment() {
    let (soon, then, states) = sent(Came::Back(Handover::Unavailable(Unavailable::NoNotifier)));
    assert_eq!((soon, then), (0, 1), "{states:?}");
    assert_eq!(states, ["processing"]);
}

#[test]
fn what_was_over_before_it_was_planned_anew_only_is_told_at_its_new_moment() {
    let (soon, then, states) = sent(Came::TooLate);
    assert_eq!((soon, then), (0, 1), "{states:?}");
    assert_eq!(states, ["processing"]);
}

#[test]
fn what_was_cut_off_while_it_was_planned_anew_is_told_at_its_new_moment() {
    let (soon, then, states) = sent(Came::Never);
    assert_eq!((soon, then), (0, 1), "{states:?}");
    assert_eq!(states, ["processing"]);
}

#[test]
fn what_was_told_while_it_was_planned_anew_stays_told() {
    let (soon, then, states) = sent(Came::Back(Handover::Accepted { shown_by: None }));
    assert_eq!((soon, then), (0, 0), "{states:?}");
    assert_eq!(states, ["completed"]);
}
