//! How long others wait for the ledger while somebody changes something: the longest time that each
//! act keeps it, however many transactions it takes.

use std::{
    path::Path,
    sync::mpsc::{RecvTimeoutError, channel},
    time::{Duration, Instant},
};

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::{ChannelId, EventId},
};
use engine::{channels::NewWebhook, events::Target, people::SavePerson, settings::Pause};
use rusqlite::{Connection, ErrorCode};

use crate::{median, say};

const RUNS: usize = 5;
/// Nobody is to wait longer.
const WANTED: f64 = 100.0;
/// How often another program asks for the ledger.
const LOOK: Duration = Duration::from_micros(500);
/// Events of one person, or of one calendar or endpoint.
const MANY: usize = 1_000;
const BERLIN: &str = "Europe/Berlin";

/// What is measured: the world before it, and what is done in that.
type Case = (&'static str, fn() -> (World, EventId), fn(&mut World, EventId));

const CASES: [Case; 13] = [
    ("a series of each minute, five reminders", empty, |world, _| {
        world.add(dense());
    }),
    ("  moved", series, |world, id| {
        edit(world, id, |draft| draft.start = "20261123T090030".into())
    }),
    ("  changed", series, |world, id| edit(world, id, |draft| draft.title = "Tock".into())),
    ("  cancelled", series, |world, id| edit(world, id, |draft| draft.disabled = true)),
    ("  deleted and brought back", series, |world, id| {
        world.engine().delete(&Target::all(id)).expect("deleted");
        world.engine().undo(None).expect("undone");
    }),
    ("  changed after a week's absence", week_later, |world, id| {
        edit(world, id, |draft| draft.title = "Tock".into());
    }),
    ("  deleted after a week's absence", week_later, |world, id| {
        world.engine().delete(&Target::all(id)).expect("deleted");
    }),
    ("  changed while 10,000 wait for the end of a pause", paused, |world, id| {
        edit(world, id, |draft| draft.title = "Tock".into());
    }),
    ("another zone of a person with 1,000 events", of_ana, |world, _| ana_moves(world)),
    ("  undone", moved_ana, |world, _| drop(world.engine().undo(None).expect("undone"))),
    ("a person with 1,000 events deleted", of_ana, |world, _| {
        let ana = world.engine().people().expect("people")[0].person.id;
        world.engine().delete_person(ana, None).expect("deleted");
    }),
    ("a calendar of 1,000 deleted and brought back", of_work, |world, _| {
        let all = world.engine().calendars().expect("calendars");
        let work = all.iter().find(|one| one.name == "Work").expect("a calendar").id;
        world.engine().delete_calendar(work, None).expect("deleted");
        world.engine().undo(None).expect("undone");
    }),
    ("an endpoint of 1,000 removed", through_hook, |world, _| {
        let hook = world.engine().channel_named("hook").expect("a channel").id;
        world.engine().remove_channel(hook, None).expect("removed");
    }),
];

pub(crate) fn measure() {
    say("kept from others at most", format!("{WANTED} ms wanted"));
    for (what, prepare, act) in CASES {
        let runs = (0..RUNS).map(|_| {
            let (mut world, id) = prepare();
            let folder = world.folder().to_path_buf();
            longest_hold(&folder, || act(&mut world, id)).as_secs_f64() * 1e3
        });
        let longest = median(runs.collect());
        let over = if longest > WANTED { ", too long" } else { "" };
        say(what, format!("{longest:.1} ms{over}"));
    }
}

/// How long the ledger was kept from another program at most while this was done.
fn longest_hold(folder: &Path, work: impl FnOnce()) -> Duration {
    let (over, is_over) = channel::<()>();
    std::thread::scope(|scope| {
        let watch = scope.spawn(move || {
            let other = Connection::open(folder.join("carillon.db")).expect("a ledger");
            other.busy_timeout(Duration::ZERO).expect("no patience");
            let (mut since, mut longest) = (None, Duration::ZERO);
            let commits = || other.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0));
            let mut before = commits();
            // Ends with the work.
            while is_over.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                match other.execute_batch("BEGIN IMMEDIATE; ROLLBACK") {
                    Ok(()) => since = None,
                    Err(error) => {
                        assert_eq!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
                        // It is kept for something else than it was then.
                        let now = commits();
                        if now != before {
                            (before, since) = (now, None);
                        }
                        let since = *since.get_or_insert_with(Instant::now);
                        longest = longest.max(since.elapsed());
                    }
                }
            }
            longest
        });
        work();
        drop(over);
        watch.join().expect("it watched")
    })
}

fn dense() -> EventDraft {
    EventDraft {
        rules: vec!["FREQ=MINUTELY".into()],
        reminders: reminders(&["PT0M", "-PT1M", "-PT2M", "-PT3M", "-PT5M"]),
        ..draft("note", "Tick", "20261123T090000", Some(BERLIN))
    }
}

fn edit(world: &mut World, id: EventId, change: impl FnOnce(&mut EventDraft)) {
    let mut draft = world.draft(id);
    change(&mut draft);
    world.save(Some(id), draft);
}

fn empty() -> (World, EventId) {
    (World::at("2026-11-23T08:59[Europe/Berlin]"), EventId::from_bytes([0; 16]))
}

fn series() -> (World, EventId) {
    let (mut world, _) = empty();
    let id = world.add(dense());
    (world, id)
}

fn week_later() -> (World, EventId) {
    let (mut world, id) = series();
    world.kill();
    world.jump_to("2026-11-30T08:59");
    (world, id)
}

/// Each of them is to be told when the pause ends.
fn paused() -> (World, EventId) {
    let (mut world, _) = empty();
    let each = ReminderDraft {
        collapse: Some("each:10000".into()),
        ..reminder("PT0M", ChannelId::DESKTOP)
    };
    let id = world.add(EventDraft { reminders: Some(vec![each]), ..dense() });
    world.engine().pause(Pause::Forever).expect("paused");
    world.kill();
    world.jump_to("2026-11-30T08:00");
    world.start();
    world.run();
    (world, id)
}

fn of_ana() -> (World, EventId) {
    let (mut world, none) = empty();
    let zone = Some("Asia/Tokyo".to_string());
    let ana = SavePerson { name: "Ana".into(), zone, ..SavePerson::default() };
    let ana = world.engine().save_person(&ana, None).expect("a person").id;
    for n in 0..MANY {
        world.add(EventDraft {
            person: Some(ana.clone()),
            rules: vec!["FREQ=WEEKLY".into()],
            reminders: reminders(&["-PT10M"]),
            ..draft("appointment", &format!("Lesson {n}"), "20261125T090000", Some("@"))
        });
    }
    (world, none)
}

fn ana_moves(world: &mut World) {
    let ana = world.engine().people().expect("people")[0].clone();
    let zone = Some("Europe/Lisbon".to_string());
    let id = Some(ana.person.id);
    let save = SavePerson { id, name: "Ana".into(), zone, ..SavePerson::default() };
    world.engine().save_person(&save, None).expect("moved");
}

fn moved_ana() -> (World, EventId) {
    let (mut world, none) = of_ana();
    ana_moves(&mut world);
    (world, none)
}

fn of_work() -> (World, EventId) {
    let (mut world, none) = empty();
    let work = world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar");
    many(&mut world, |draft| draft.calendar = work.id.to_string());
    (world, none)
}

fn through_hook() -> (World, EventId) {
    let (mut world, none) = empty();
    let url = "https://example.com".into();
    let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    many(&mut world, |draft| draft.reminders = Some(vec![reminder("-PT10M", hook)]));
    (world, none)
}

fn many(world: &mut World, change: impl Fn(&mut EventDraft)) {
    for n in 0..MANY {
        let mut lesson = EventDraft {
            rules: vec!["FREQ=WEEKLY".into()],
            reminders: reminders(&["-PT10M"]),
            ..draft("appointment", &format!("Lesson {n}"), "20261125T090000", Some(BERLIN))
        };
        change(&mut lesson);
        world.add(lesson);
    }
}
