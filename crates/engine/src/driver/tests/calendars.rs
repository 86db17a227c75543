//! Aim: a calendar of many events goes and comes back in short transactions, and what is cut off
//! between them is gone on with; a channel and a person of many go likewise. Method: the first of them alone,
//! and then who leads, or undo again.

use calendar::reason::Reason;

use super::*;
use crate::{
    ledger::{
        change::{KeptCalendar, Of},
        delivery, event,
    },
    people::SavePerson,
    scheduler::Fate,
    taken_back::Back,
    undo::Way,
};

const MANY: usize = 450;
/// More than there are changes that can be undone.
const OF_HER: usize = 60;

fn alive(engine: &Engine) -> usize {
    engine.read(|act| event::count(act.tx)).expect("a count") as usize
}

fn many(engine: &Engine, calendar: &str, reminders: Option<Vec<ReminderDraft>>) {
    for n in 0..MANY {
        let draft = EventDraft {
            kind: "note".into(),
            calendar: calendar.into(),
            title: format!("Note {n}"),
            start: "20261201T090000".into(),
            zone: Some("UTC".into()),
            reminders: reminders.clone(),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    }
}

#[test]
fn a_channel_of_many_events_goes_in_parts_too() {
    let (_folder, _clock, engine) = ledger();
    let url = "https://example.com".into();
    let new = crate::channels::NewWebhook { name: "lamp".into(), url, ..Default::default() };
    let lamp = engine.add_webhook(&new).expect("a channel").id;
    let through =
        ReminderDraft { trigger: "PT0M".into(), channel: lamp.to_string(), ..Default::default() };
    many(&engine, &CalendarId::FIRST.to_string(), Some(vec![through]));
    let told = || {
        let ids = engine.read(|act| event::told_through(act.tx, lamp, None, 999));
        ids.expect("events").len()
    };
    // Cut off on its way: it is out of use, and the passes of who leads go on with it.
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let cut_off = engine.write(|act| {
        act.begin_removal(lamp)?;
        act.settle_channels()
    });
    assert!(cut_off.expect("a part") && (250..=350).contains(&told()), "{}", told());
    assert_eq!(engine.channels().expect("channels").len(), 1);
    // What was not gone through yet can be changed, and its own loses the channel by that.
    let next = engine.read(|act| event::told_through(act.tx, lamp, None, 1)).expect("events")[0];
    let row = engine.event(next).expect("an event");
    let draft = EventDraft { title: "Changed".into(), ..EventDraft::from(&row.event) };
    let save = Save { id: Some(next), based_on: Some(row.version), draft, ..Save::default() };
    let saved = engine.save_event(&save).expect("saved");
    assert_eq!(saved.effect.cancelled, 1);
    assert!(engine.event(next).expect("an event").event.reminders.is_empty());
    let other = Save { id: None, based_on: None, ..save };
    engine.save_event(&other).expect_err("a new one is told through no channel that is gone");
    let slots = Slots { desktop: 1, webhook: 1 };
    let mut pass = || scheduler.pass(&engine.now(), &[], slots, Availability::default());
    assert!(pass().expect("a pass").more);
    assert!((1..250).contains(&told()), "{}", told());
    while pass().expect("a pass").more {}
    assert_eq!((told(), alive(&engine)), (0, MANY));
    let again = engine.add_webhook(&new).expect("a channel").id;
    let gone = engine.remove_channel(again, None).expect("removed");
    assert_eq!((gone.name.as_str(), gone.effect.cancelled, gone.silent), ("lamp", 0, 0));
}

#[test]
fn what_is_left_of_a_channel_whose_removal_was_cut_off_ends_at_its_moment() {
    let (_folder, _clock, engine) = ledger();
    let url = "https://example.com".into();
    let new = crate::channels::NewWebhook { name: "lamp".into(), url, ..Default::default() };
    let lamp = engine.add_webhook(&new).expect("a channel").id;
    let test = engine.test_channel(lamp, None).expect("a test");
    engine.write(|act| act.begin_removal(lamp)).expect("removed");
    let fate = engine.next_rings(1).expect("readable")[0].fate;
    assert_eq!(fate, Fate::Lost(Reason::CancelledChannel, None));
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let slots = Slots { desktop: 1, webhook: 1 };
    let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    assert_eq!(pass.parcels.len(), 0);
    let row = engine.why(test).expect("its story").delivery.row;
    assert_eq!(row.facts.reason.code(), "cancelled.channel_removed");
    // Asked for whole, it says what it cancelled.
    let lamp = engine.add_webhook(&new).expect("another").id;
    engine.test_channel(lamp, None).expect("a test");
    assert_eq!(engine.remove_channel(lamp, Some("go")).expect("removed").effect.cancelled, 1);
    assert_eq!(engine.remove_channel(lamp, Some("go")).expect("again").effect.cancelled, 1);
}

#[test]
fn a_desktop_of_many_events_is_not_removed_and_loses_none() {
    let (_folder, _clock, engine) = ledger();
    many(&engine, &CalendarId::FIRST.to_string(), None);
    engine.remove_channel(ChannelId::DESKTOP, None).expect_err("it is this desktop");
    let mut after = None;
    let told =
        engine.read(|act| event::told_through(act.tx, ChannelId::DESKTOP, after.take(), 999));
    assert_eq!(told.expect("events").len(), MANY);
}

#[test]
fn a_calendar_of_many_goes_and_comes_back_in_parts_that_are_gone_on_with() {
    let (_folder, _clock, engine) = ledger();
    let work = engine.save_calendar(None, "Work", "teal", true, None).expect("a calendar");
    many(&engine, &work.id.to_string(), None);
    let parts = |count: usize| {
        for _ in 0..count {
            engine.write(|act| act.settle_calendars()).expect("a part");
        }
        alive(&engine)
    };
    // Cut off on its way: the passes of who leads go on with it.
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    let of = Of { id: work.id, before: Some(KeptCalendar::from(&work)), after: None };
    let gone = engine.write(|act| {
        act.bury_calendar(work.id)?;
        act.keep_of_calendar(of)
    });
    gone.expect("deleted");
    assert_eq!((parts(2), engine.calendars().expect("calendars").len()), (MANY - 200, 1));
    let slots = Slots { desktop: 1, webhook: 1 };
    let mut pass = || scheduler.pass(&engine.now(), &[], slots, Availability::default());
    while pass().expect("a pass").more {}
    assert_eq!(alive(&engine), 0);
    // Cut off on its way back: what is back stays, whatever else is undone meanwhile.
    let mut back = Back::default();
    let part = engine.write(|act| act.next_step(Way::Undo, &mut back)).expect("a part");
    assert_eq!(part.map(|undone| undone.refused), Some(None));
    assert_eq!((parts(2), engine.calendars().expect("calendars").len()), (200, 2));
    engine.save_calendar(None, "Other", "teal", true, None).expect("a calendar");
    engine.undo(None).expect("undone");
    assert_eq!(alive(&engine), MANY);
    // Deleted while it comes back: all of it goes, and all of it comes back.
    let gone = engine.delete_calendar(work.id, None).expect("deleted");
    assert_eq!((gone.effect.cancelled as usize, alive(&engine)), (MANY, 0));
    engine.write(|act| act.next_step(Way::Undo, &mut Back::default())).expect("begun");
    assert_eq!(parts(1), 100);
    let gone = engine.delete_calendar(work.id, None).expect("deleted");
    assert_eq!((gone.effect.cancelled, alive(&engine)), (100, 0));
    let back = engine.undo(None).expect("undone").calendar.expect("a calendar");
    assert_eq!((back.planned as usize, alive(&engine)), (MANY, MANY));
    let again = engine.redo(None).expect("made again").calendar.expect("a calendar");
    assert_eq!((again.cancelled as usize, alive(&engine)), (MANY, 0));
}

#[test]
fn what_a_calendar_cannot_be_settled_for_keeps_nobody_from_ringing() {
    let (_folder, clock, engine) = ledger();
    notes(&engine, "20261123T090000", &["Bell"]);
    let mut scheduler = Scheduler::lead(engine.clone()).expect("to lead");
    engine.save_calendar(None, "Work", "teal", true, None).expect("a calendar");
    let undone = engine.write(|act| {
        let failed: Result<Option<()>> = crate::ledger::apart(act.tx, || {
            act.bury_calendar(CalendarId::FIRST)?;
            Err(crate::Error::not_found("event", "evt_7"))
        });
        failed
    });
    assert_eq!(undone.expect("the rest goes on"), None);
    assert_eq!(engine.calendars().expect("as before").len(), 2);
    clock.to("2026-11-23T09:00:00Z");
    let slots = Slots { desktop: 1, webhook: 1 };
    let pass = scheduler.pass(&engine.now(), &[], slots, Availability::default()).expect("a pass");
    assert_eq!(pass.parcels.len(), 1);
}

#[test]
fn a_person_of_many_events_goes_and_comes_back_at_once_and_what_follows_is_gone_on_with() {
    let (_folder, _clock, engine) = ledger();
    let zone = Some("Pacific/Auckland".to_string());
    let ana = SavePerson { name: "Ana".into(), zone, ..SavePerson::default() };
    let ana = engine.save_person(&ana, None).expect("a person").id;
    for n in 0..OF_HER {
        let draft = EventDraft {
            kind: "note".into(),
            calendar: CalendarId::FIRST.to_string(),
            title: format!("Day {n}"),
            start: "20261201".into(),
            person: Some(ana.clone()),
            ..EventDraft::default()
        };
        engine.save_event(&Save { draft, ..Save::default() }).expect("a note");
    }
    let here = "2026-12-01T09:00:00Z".parse().expect("a moment");
    let rows_here = || {
        let found = engine.read(|act| delivery::unfinished(act.tx, Timestamp::MAX, 1_000));
        found.expect("rows").iter().filter(|row| row.facts.due == here).count()
    };
    let of_her = || {
        let all = engine.read(|act| event::legible(act.tx, &act.context.zones)).expect("events");
        all.rows.iter().filter(|row| row.event.person.is_some()).count()
    };
    let slots = Slots { desktop: 1, webhook: 1 };
    let id = ana.parse().expect("an id");
    for _ in 0..2 {
        engine.delete_person(id, None).expect("deleted");
        assert_eq!((of_her(), rows_here()), (0, 0), "of nobody, and none of them planned anew yet");
        // Cut off after some of them.
        let pass = |scheduler: &mut Scheduler| {
            let passed = scheduler.pass(&engine.now(), &[], slots, Availability::default());
            passed.expect("a pass").more
        };
        let mut killed = Scheduler::lead(engine.clone()).expect("to lead");
        assert!(pass(&mut killed), "there is more");
        assert!((1..OF_HER).contains(&rows_here()), "{} of {OF_HER}", rows_here());
        drop(killed);
        let mut heir = Scheduler::lead(engine.clone()).expect("to lead");
        while pass(&mut heir) {}
        assert_eq!(rows_here(), OF_HER);
        assert_eq!(engine.undo(None).expect("undone").refused, None);
        assert_eq!(of_her(), OF_HER);
        while pass(&mut heir) {}
        assert_eq!(rows_here(), 0);
    }
    assert_eq!(alive(&engine), OF_HER);
}
