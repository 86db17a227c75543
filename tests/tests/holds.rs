//! Nobody waits long for what a person does: it changes a bounded number of rows in one transaction,
//! however much it is about; and so does a service, however much is due. Counted, not timed.

use std::{
    ops::ControlFlow,
    sync::mpsc::{Sender, TryRecvError, channel},
    thread::JoinHandle,
};

use acceptance::world::{World, draft, reminders};
use calendar::{
    draft::EventDraft,
    ics::Alarmless,
    id::{CalendarId, EventId, PersonId},
    zones::ZoneName,
};
use engine::{
    channels::NewWebhook,
    events::{Save, Target},
    import::{ImportFile, Mode, Target as Into},
    people::{PersonSaved, SavePerson},
    quiet::QuietHours,
    settings::Pause,
};

const BERLIN: &str = "Europe/Berlin";
/// Rows that one transaction may change; the slowest disk writes them in a tenth of a second.
const MOST: u64 = 3_000;

fn dense(triggers: &[&str]) -> EventDraft {
    EventDraft {
        rules: vec!["FREQ=MINUTELY".into()],
        reminders: reminders(triggers),
        ..draft("note", "Tick", "20261123T090000", Some(BERLIN))
    }
}

fn edit(world: &mut World, id: EventId, change: impl FnOnce(&mut EventDraft)) {
    let mut draft = world.draft(id);
    change(&mut draft);
    world.save(Some(id), draft);
}

/// An act of a person's, and what it is called.
type Act = (&'static str, fn(&mut World, EventId));

#[test]
fn an_edit_of_a_dense_series_changes_few_rows_however_many_reminders_it_has() {
    let acts: [Act; 5] = [
        ("edit", |world, id| edit(world, id, |draft| draft.title = "Tock".into())),
        ("move", |world, id| edit(world, id, |draft| draft.start = "20261123T090030".into())),
        ("cancel", |world, id| edit(world, id, |draft| draft.disabled = true)),
        ("other reminders", |world, id| {
            edit(world, id, |draft| draft.reminders = reminders(&["-PT7M", "-PT8M"]));
        }),
        ("delete", |world, id| {
            world.engine().delete(&Target::all(id)).expect("deleted");
        }),
    ];
    for triggers in [&["PT0M"][..], &["PT0M", "-PT1M", "-PT2M", "-PT3M", "-PT5M"]] {
        let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
        world.engine().most_changed();
        let id = world.add(dense(triggers));
        let of = triggers.len();
        let most = world.engine().most_changed();
        assert!(most <= MOST, "adding one of {of}: {most}");
        for (what, act) in acts {
            act(&mut world, id);
            let most = world.engine().most_changed();
            assert!(most <= MOST, "{what} of {of}: {most}");
            world.engine().undo(None).expect("undone");
            let most = world.engine().most_changed();
            assert!(most <= MOST, "undo of {what} of {of}: {most}");
        }
    }
}

#[test]
fn what_was_missed_before_an_edit_is_planned_in_small_parts() {
    let acts: [Act; 2] = [
        ("edit", |world, id| edit(world, id, |draft| draft.title = "Tock".into())),
        ("undo", |world, _| {
            world.engine().undo(None).expect("undone");
        }),
    ];
    let many: Vec<String> = (0..20).map(|minutes| format!("-PT{minutes}M")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for ((what, act), triggers) in acts.iter().flat_map(|act| [(act, &many[..5]), (act, &many[..])])
    {
        let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
        let each = |mut draft: EventDraft| {
            let reminders = draft.reminders.iter_mut().flatten();
            reminders.for_each(|reminder| reminder.collapse = Some("each".into()));
            draft
        };
        let id = world.add(each(dense(triggers)));
        edit(&mut world, id, |draft| draft.title = "Tack".into());
        world.kill();
        world.jump_to("2026-11-23T20:59");
        world.engine().most_changed();
        act(&mut world, id);
        let most = world.engine().most_changed();
        assert!(most <= MOST, "{what} of {}: {most}", triggers.len());
    }
}

/// What a service comes to do by itself, and what that is called.
type Deed = (&'static str, fn(&mut World));

#[test]
fn a_pass_changes_few_rows_however_much_is_due_and_whatever_brought_it() {
    let deeds: [Deed; 3] = [
        ("a pass after an absence", |world| {
            world.kill();
            world.jump_to("2026-11-23T20:59");
            world.start();
        }),
        ("a journey", |world| {
            let zone = ZoneName::stored("Asia/Tokyo");
            world.engine().set_machine_zone(&zone).expect("travelled");
        }),
        ("the end of two holds", |world| {
            let rules = "10:00-14:00 all".parse().expect("hours");
            world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("quiet");
            let until = Pause::Until(world.instant("2026-11-23T12:00"));
            world.engine().pause(until).expect("paused");
            world.jump_to("2026-11-23T11:00");
            world.run();
            world.jump_to("2026-11-23T13:00");
            world.run();
            assert!(world.rows().contains(" held held.quiet_hours "), "{}", world.rows());
            world.jump_to("2026-11-23T14:00");
        }),
    ];
    for (what, deed) in deeds {
        let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
        let mut series = dense(&["PT0M", "-PT1M", "-PT2M", "-PT3M", "-PT5M"]);
        series.zone = None;
        let reminders = series.reminders.iter_mut().flatten();
        reminders.for_each(|reminder| reminder.collapse = Some("each:1000".into()));
        world.add(series);
        world.engine().most_changed();
        deed(&mut world);
        world.run();
        let most = world.engine().most_changed();
        let due = world.rows_by_now();
        assert!(due > 1_000, "{what}: {due}");
        assert!(most <= MOST, "{what}: {most} for {due}");
    }
}

#[test]
fn a_dense_series_goes_on_before_its_rows_are_used_up_and_seldom_looks() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    world.add(dense(&["PT0M", "-PT1M", "-PT2M", "-PT3M", "-PT5M"]));
    let rows = |world: &World| world.engine().next_rings(1_000).expect("rings").into_iter();
    let ahead = rows(&world).filter(|ring| ring.delivery.is_some()).count();
    assert!((500..=510).contains(&ahead), "{ahead}");
    let (mut least, mut plans, mut before) = (ahead, 0, ahead);
    for minute in (0..60).step_by(3) {
        world.wait_until(&format!("2026-11-23T09:{minute:02}:30"));
        let ahead = rows(&world).filter(|ring| ring.delivery.is_some()).count();
        least = least.min(ahead);
        plans += usize::from(ahead > before);
        before = ahead;
    }
    assert!(least >= 245, "{least}");
    assert_eq!(plans, 1, "when half of them are reached");
    let dues: Vec<_> = rows(&world).map(|ring| ring.due).collect();
    assert_eq!(dues.len(), 1_000, "what no row stands for yet is projected");
    let gaps = dues.chunk_by(|one, other| one == other).collect::<Vec<_>>();
    assert!(gaps[..190].iter().all(|alike| alike.len() == 5), "each minute five, rows or not");
}

#[test]
fn a_calendar_or_an_endpoint_of_dense_series_goes_in_small_parts() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let work =
        world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar").id;
    for _ in 0..8 {
        let mut draft = EventDraft { calendar: work.to_string(), ..dense(&["PT0M", "-PT1M"]) };
        draft
            .reminders
            .iter_mut()
            .flatten()
            .for_each(|reminder| reminder.channel = hook.to_string());
        world.add(draft);
    }
    world.engine().most_changed();
    let of = |world: &World, what: &str| {
        let most = world.engine().most_changed();
        // One series more than it takes to have changed much.
        assert!(most <= 1_000 + MOST, "{what}: {most}");
    };
    let gone = world.engine().delete_calendar(work, None).expect("deleted");
    of(&world, "the calendar");
    assert!(gone.effect.cancelled >= 4_000, "{}", gone.effect.cancelled);
    world.engine().undo(None).expect("undone");
    of(&world, "its undo");
    let gone = world.engine().remove_channel(hook, None).expect("removed");
    of(&world, "the endpoint");
    assert!(gone.effect.cancelled >= 4_000 && gone.silent == 8, "{}", gone.effect.cancelled);
}

#[test]
fn snoozing_hundreds_changes_few_rows_at_a_time_and_is_one_answer() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    world.add(dense(&["PT0M"]));
    let until = world.instant("2026-11-24T18:00");
    let all: Vec<_> = world.deliveries().iter().map(|listed| (listed.row.id, until)).collect();
    assert_eq!(all.len(), 500);
    let mut one_too_early = all.clone();
    one_too_early[499].1 = world.now();
    world.engine().most_changed();
    world.engine().snooze_all(&one_too_early, "window", None).expect_err("one is past");
    assert_eq!(world.engine().most_changed(), 0, "none of them is snoozed");
    let snoozed = world.engine().snooze_all(&all, "window", Some("all")).expect("snoozed");
    let most = world.engine().most_changed();
    assert!(most <= 1_000, "{most}");
    assert_eq!(snoozed.len(), 500);
    let again = world.engine().snooze_all(&all, "window", Some("all")).expect("the first answer");
    assert_eq!(again, snoozed);
    assert_eq!(world.deliveries().len(), 1_000, "each of them once");
}

/// Another program that takes the ledger as soon as this is more than nothing in it, and keeps it
/// until it is told to let go.
fn taken_after(world: &World, what: &'static str) -> (JoinHandle<()>, Sender<()>) {
    let path = world.engine().dir().join("carillon.db");
    let (tell, told) = channel();
    let other = std::thread::spawn(move || {
        let other = rusqlite::Connection::open(path).expect("a ledger");
        other.busy_timeout(std::time::Duration::ZERO).expect("no patience");
        // Ends: what it waits for comes, or the test fails and nobody listens any more.
        loop {
            match told.try_recv() {
                Ok(()) => panic!("let go of before it had the ledger: there was no {what}"),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {}
            }
            if other.execute_batch("BEGIN IMMEDIATE").is_err() {
                std::thread::yield_now();
                continue;
            }
            let sql = format!("SELECT count(*) FROM {what}");
            let count: i64 = other.query_row(&sql, [], |row| row.get(0)).expect("counted");
            if count > 0 {
                told.recv().unwrap_or(());
                return;
            }
            other.execute_batch("ROLLBACK").expect("let go of");
        }
    });
    (other, tell)
}

#[test]
fn what_is_cut_off_between_two_parts_says_that_some_is_done_and_goes_on_when_asked_again() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    world.add(dense(&["PT0M"]));
    let until = world.instant("2026-11-24T18:00");
    let all: Vec<_> = world.deliveries().iter().map(|listed| (listed.row.id, until)).collect();
    let said =
        "the ledger is busy: another program holds it; some of it is done: do it again to finish";
    let (other, let_go) = taken_after(&world, "acknowledgement");
    let cut_off = world.engine().snooze_all(&all, "window", None).expect_err("it is held");
    assert_eq!(cut_off.to_string(), said);
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
    assert_eq!(world.engine().snooze_all(&all, "window", None).expect("snoozed").len(), 500);
}

#[test]
fn an_endpoint_whose_removal_is_cut_off_is_gone_and_who_leads_takes_it_from_the_rest() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let through = |world: &mut World| {
        let mut draft = dense(&["PT0M", "-PT1M"]);
        let reminders = draft.reminders.iter_mut().flatten();
        reminders.for_each(|reminder| reminder.channel = hook.to_string());
        world.add(draft)
    };
    let ids: Vec<EventId> = (0..8).map(|_| through(&mut world)).collect();
    let told = |world: &World| {
        let reminders = |id: &&EventId| !world.draft(**id).reminders.unwrap_or_default().is_empty();
        ids.iter().filter(reminders).count()
    };
    let (other, let_go) = taken_after(&world, "channel WHERE deleted_at IS NOT NULL");
    let gone = world.engine().remove_channel(hook, Some("go")).expect("it is gone");
    let silent = 8 - told(&world);
    assert!((1..8).contains(&silent), "{silent}");
    // It says what is done, and that it goes on.
    assert_eq!((gone.name.as_str(), gone.silent as usize), ("hook", silent));
    assert_eq!(gone.effect.cancelled as usize, 500 * silent);
    let said = gone.said().expect("it says so");
    assert!(said.ends_with("The rest of its reminders is still being cancelled."), "{said}");
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
    assert_eq!(world.engine().channels().expect("channels").len(), 1);
    world.run();
    assert_eq!(told(&world), 0);
    let gone = world.engine().remove_channel(hook, Some("go")).expect("the whole answer");
    assert_eq!((gone.silent, gone.effect.cancelled, gone.goes_on), (8, 4_000, false));
}

#[test]
fn what_is_done_is_said_to_be_done_also_where_its_answer_cannot_be_amended() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let work =
        world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar").id;
    for _ in 0..8 {
        let draft = dense(&["PT0M", "-PT1M"]);
        world.add(EventDraft { calendar: work.to_string(), ..draft });
    }
    let (other, let_go) = taken_after(&world, "delivery WHERE state = 'cancelled'");
    let gone = world.engine().delete_calendar(work, Some("calendar")).expect("it is gone");
    assert!(gone.effect.cancelled > 0, "and some of what follows from it is done");
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
}

#[test]
fn cards_and_the_way_back_of_an_import_that_are_cut_off_say_that_some_is_done() {
    let world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let card = |n| format!("BEGIN:VCARD\nVERSION:4.0\nUID:{n}\nFN:Ana {n}\nEND:VCARD\n");
    let cards: String = (0..1_500).map(card).collect();
    let file = ImportFile {
        deleted: Default::default(),
        bytes: cards.as_bytes(),
        target: Into::Calendar(CalendarId::FIRST),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    let import = || world.engine().import_as("cards", &file, &mut |_, _| ControlFlow::Continue(()));
    let (other, let_go) = taken_after(&world, "person");
    let cut_off = import().expect_err("it is held").to_string();
    assert!(cut_off.ends_with("; some of it is done: do it again to finish"), "{cut_off}");
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
    import().expect("imported");
    assert_eq!(world.engine().people().expect("people").len(), 1_500);
    let (other, let_go) = taken_after(&world, "person WHERE deleted_at IS NOT NULL");
    let cut_off = world.engine().take_import_back("cards").expect_err("it is held").to_string();
    assert!(cut_off.ends_with("; some of it is done: do it again to finish"), "{cut_off}");
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
    world.engine().take_import_back("cards").expect("taken back");
    assert_eq!(world.engine().people().expect("people").len(), 0);
}

/// Ana in Tokyo, and as many appointments each week at nine of her time.
fn ana_with(world: &World, many: usize) -> PersonId {
    let id: PersonId = save_ana(world, None, "Asia/Tokyo").id.parse().expect("an id");
    for n in 0..many {
        let draft = EventDraft {
            person: Some(id.to_string()),
            rules: vec!["FREQ=WEEKLY".into()],
            reminders: reminders(&["-PT10M"]),
            ..draft("appointment", &format!("Call {n}"), "20261125T090000", Some("@"))
        };
        world.engine().save_event(&Save { draft, ..Save::default() }).expect("saved");
    }
    id
}

fn save_ana(world: &World, id: Option<PersonId>, zone: &str) -> PersonSaved {
    let save =
        SavePerson { id, name: "Ana".into(), zone: Some(zone.into()), ..SavePerson::default() };
    world.engine().save_person(&save, Some(zone)).expect("a person")
}

/// How many there are at each moment and in each state.
fn alike(world: &World) -> Vec<(String, usize)> {
    let rows = world.all_rows();
    let mut all: Vec<_> =
        rows.lines().map(|row| row.rsplit_once(" Call").map(|(r, _)| r)).collect();
    all.sort_unstable();
    let of = |some: &[Option<&str>]| (some[0].unwrap_or_default().to_string(), some.len());
    all.chunk_by(|one, other| one == other).map(of).collect()
}

#[test]
fn who_has_hundreds_of_events_is_moved_in_small_parts_and_so_back() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let ana = ana_with(&world, 600);
    let tokyo = [("Wed 25 00:50 scheduled planned".to_string(), 600)];
    let lisbon = [("Wed 25 09:50 scheduled planned".to_string(), 600)];
    assert_eq!(alike(&world), tokyo);
    world.engine().most_changed();
    save_ana(&world, Some(ana), "Europe/Lisbon");
    let most = world.engine().most_changed();
    assert!(most <= 1_500, "{most}");
    assert_eq!(alike(&world), lisbon);
    let zones = |world: &World| {
        let zones = world.events().into_iter().map(|id| world.draft(id).zone.unwrap_or_default());
        zones.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(zones(&world), ["@Europe/Lisbon".to_string()].into());
    world.engine().undo(None).expect("undone");
    let most = world.engine().most_changed();
    assert!(most <= 1_500, "undo: {most}");
    assert_eq!((alike(&world), zones(&world)), (tokyo.into(), ["@Asia/Tokyo".to_string()].into()));
    world.engine().redo(None).expect("made again");
    assert_eq!((alike(&world), zones(&world)), (lisbon.into(), ["@Europe/Lisbon".into()].into()));
}

#[test]
fn a_move_of_a_person_that_is_cut_off_is_gone_on_with_and_tells_nothing_by_the_old_zone() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let ana = ana_with(&world, 600);
    world.kill();
    world.jump_to("2026-11-25T00:49:00");
    let (other, let_go) = taken_after(&world, "setting WHERE name = 'moved_people'");
    save_ana(&world, Some(ana), "Europe/Lisbon");
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
    let moments: Vec<String> = alike(&world).into_iter().map(|(moment, _)| moment).collect();
    assert_eq!(moments, ["Wed 25 00:50 scheduled planned", "Wed 25 09:50 scheduled planned"]);
    // Of those that are not through, one is changed, and the moment of all comes that they had before.
    world.jump_to("2026-11-25T00:50:30");
    let last = world.events().into_iter().max().expect("an event");
    let draft = EventDraft { title: "Call her".into(), ..world.draft(last) };
    let save = Save { id: Some(last), draft, ..Save::default() };
    let saved = world.engine().save_event(&save).expect("saved");
    assert_eq!((saved.effect.cancelled, saved.effect.passed.len()), (0, 0));
    assert!(world.all_rows().contains("Wed 25 09:50 scheduled planned Call her"));
    world.start();
    assert_eq!(alike(&world), [("Wed 25 09:50 scheduled planned".to_string(), 600)]);
    assert!(world.sent.is_empty(), "{:?}", world.sent.len());
    assert_eq!(world.draft(last).zone.as_deref(), Some("@Europe/Lisbon"));
}

#[test]
fn an_edit_while_a_person_is_being_moved_leaves_what_that_moves_into_the_past_to_be_told() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let ana = ana_with(&world, 600);
    world.kill();
    // Five hours before it is due by the old zone, and five minutes after that by the new one.
    world.jump_to("2026-11-24T19:55:00");
    let (other, let_go) = taken_after(&world, "setting WHERE name = 'moved_people'");
    save_ana(&world, Some(ana), "Pacific/Kiritimati");
    let_go.send(()).expect("it listens");
    other.join().expect("it let go");
    let last = world.events().into_iter().max().expect("an event");
    let draft = EventDraft { place: "By phone".into(), ..world.draft(last) };
    let save = Save { id: Some(last), draft, ..Save::default() };
    let saved = world.engine().save_event(&save).expect("saved");
    assert_eq!((saved.effect.cancelled, saved.effect.passed.len()), (0, 0));
    world.start();
    let all = alike(&world);
    let past = all.iter().filter(|(row, _)| row.starts_with("Tue 24 19:50 completed "));
    assert_eq!(past.map(|(_, many)| many).sum::<usize>(), 600, "{all:?}");
}
