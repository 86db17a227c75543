//! A newer version of an event from its file, beside what a person changed of it here: each keeps
//! what it changed, and where both changed the same the answer says whose it is now.

use std::ops::ControlFlow;

use acceptance::world::{World, reminders};
use calendar::{ics::Alarmless, id::CalendarId, id::EventId, timing::LocalStart};
use engine::{
    events::{Save, Scope, Target as About},
    import::{ImportFile, Imported, Mode, Target},
};

const STANDUP: &str = "SUMMARY:Stand-up\nDTSTART;TZID=Europe/Berlin:20261201T090000\nRRULE:FREQ=DAILY;COUNT=6\nBEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT10M\nEND:VALARM";

fn file(body: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\n{body}\nEND:VEVENT\nEND:VCALENDAR\n")
}

/// The version of this number, which adds these lines.
fn version(number: u8, body: &str, more: &str) -> String {
    file(&format!("SEQUENCE:{number}\nDTSTAMP:202611{:02}T000000Z\n{more}{body}", number + 1))
}

fn import_by(world: &mut World, text: &str, mode: Mode, alarmless: Alarmless) -> Imported {
    let target = Target::Calendar(CalendarId::FIRST);
    let file =
        ImportFile { deleted: Default::default(), bytes: text.as_bytes(), target, mode, alarmless };
    let done = world.engine().import(&file, &mut |_, _| ControlFlow::Continue(()));
    world.run();
    done.expect("an import")
}

/// Imports it; a preview says the same before.
fn import(world: &mut World, text: &str) -> String {
    let would = said(&import_by(world, text, Mode::Preview, Alarmless::Silent));
    let done = said(&import_by(world, text, Mode::Apply, Alarmless::Silent));
    assert_eq!(would, done);
    done
}

fn said(done: &Imported) -> String {
    let mut text =
        format!("{} new, {} changed, {} as before", done.created, done.updated, done.unchanged);
    for remark in &done.remarks {
        text.push_str(&format!("\n{}", remark.reason));
    }
    text
}

fn only(world: &World) -> EventId {
    world.events()[0]
}

fn rings(world: &World) -> Vec<String> {
    let rings = world.engine().next_rings(20).expect("rings");
    rings.iter().map(|ring| format!("{} {}", &ring.due.to_string()[5..16], ring.title)).collect()
}

fn at(text: &str) -> LocalStart {
    LocalStart::parse(text).expect("a start")
}

#[test]
fn reminders_and_notes_of_ones_own_survive_what_the_file_adds() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let tea = "SUMMARY:Tea\nDTSTART;TZID=Europe/Berlin:20261201T160000";
    import(&mut world, &version(0, tea, ""));
    let id = only(&world);
    let mut draft = world.draft(id);
    draft.reminders = reminders(&["-P1D", "-PT1H"]);
    draft.description = "bring the cups".into();
    world.save(Some(id), draft);
    assert_eq!(
        import(&mut world, &version(1, tea, "LOCATION:Kitchen\n")),
        "0 new, 1 changed, 0 as before"
    );
    let now = world.draft(id);
    assert_eq!((now.place.as_str(), now.description.as_str()), ("Kitchen", "bring the cups"));
    assert_eq!(rings(&world), ["11-30T15:00 Tea", "12-01T14:00 Tea"]);
    // And so does what the next version brings.
    assert_eq!(
        import(&mut world, &version(2, tea, "LOCATION:Garden\nDESCRIPTION:with cake\n")),
        "0 new, 1 changed, 0 as before\n“Tea” was changed here and in the file: the notes are the file's"
    );
    let now = world.draft(id);
    assert_eq!((now.place.as_str(), now.description.as_str()), ("Garden", "with cake"));
    assert_eq!(rings(&world), ["11-30T15:00 Tea", "12-01T14:00 Tea"]);
}

#[test]
fn a_silence_of_ones_own_survives_new_alarms_of_the_file() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &version(0, STANDUP, ""));
    let id = only(&world);
    let mut draft = world.draft(id);
    draft.reminders = Some(Vec::new());
    world.save(Some(id), draft);
    assert_eq!(
        import(&mut world, &version(1, &STANDUP.replace("-PT10M", "-PT30M"), "")),
        "0 new, 0 changed, 1 as before\n“Stand-up” was changed here and in the file: the reminders stay as they are here"
    );
    assert_eq!(rings(&world), [""; 0]);
}

#[test]
fn usual_reminders_stay_when_a_newer_file_comes_without_them() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let tea = "SUMMARY:Tea\nDTSTART;TZID=Europe/Berlin:20261201T160000\nDTEND;TZID=Europe/Berlin:20261201T170000";
    import_by(&mut world, &version(0, tea, ""), Mode::Apply, Alarmless::KindDefaults);
    assert_eq!(rings(&world), ["12-01T14:50 Tea"]);
    assert_eq!(import(&mut world, &version(0, tea, "")), "0 new, 0 changed, 1 as before");
    assert_eq!(
        import(&mut world, &version(1, tea, "LOCATION:Kitchen\n")),
        "0 new, 1 changed, 0 as before"
    );
    assert_eq!(rings(&world), ["12-01T14:50 Tea"]);
}

#[test]
fn occurrences_left_out_here_stay_out_also_when_the_file_moves_the_series() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &version(0, STANDUP, ""));
    let id = only(&world);
    world.engine().delete_occurrence(id, at("20261203T090000"), None, None).expect("a skip");
    assert_eq!(
        import(&mut world, &version(1, STANDUP, "LOCATION:Hall\n")),
        "0 new, 1 changed, 0 as before"
    );
    let without_third =
        |hour: &str| [1, 2, 4, 5, 6].map(|day| format!("12-{day:02}T{hour}:50 Stand-up")).to_vec();
    assert_eq!(rings(&world), without_third("07"));
    let later = STANDUP.replace("T090000", "T100000");
    assert_eq!(
        import(&mut world, &version(2, &later, "LOCATION:Hall\n")),
        "0 new, 1 changed, 0 as before"
    );
    assert_eq!(rings(&world), without_third("08"));
}

#[test]
fn a_series_ended_here_stays_ended() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &version(0, STANDUP, ""));
    let id = only(&world);
    let (original, scope) = (Some(at("20261203T090000")), Some(Scope::Following));
    let target = About { id, original, scope, based_on: None, request: None };
    world.engine().delete(&target).expect("an end");
    assert_eq!(
        import(&mut world, &version(1, STANDUP, "LOCATION:Hall\n")),
        "0 new, 1 changed, 0 as before"
    );
    assert_eq!(rings(&world), ["12-01T07:50 Stand-up", "12-02T07:50 Stand-up"]);
    // Who says otherwise in the file says how it goes on.
    assert_eq!(
        import(&mut world, &version(2, &STANDUP.replace("COUNT=6", "COUNT=5"), "LOCATION:Hall\n")),
        "0 new, 1 changed, 0 as before\n“Stand-up” was changed here and in the file: the rule is the file's"
    );
    assert_eq!(rings(&world).len(), 5);
}

#[test]
fn a_parted_series_takes_changes_of_the_file_in_the_half_they_are_of() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &version(0, STANDUP, ""));
    let id = only(&world);
    let mut draft = world.draft(id);
    draft.start = "20261204T110000".into();
    draft.rules = vec!["FREQ=DAILY;COUNT=3".into()];
    draft.title = "Late stand-up".into();
    let following = Some(at("20261204T090000"));
    let save = Save { id: Some(id), draft, following, ..Save::default() };
    world.engine().save_event(&save).expect("a parting");
    let parted = [
        "12-01T07:50 Stand-up",
        "12-02T07:50 Stand-up",
        "12-03T07:50 Stand-up",
        "12-04T09:50 Late stand-up",
        "12-05T09:50 Late stand-up",
        "12-06T09:50 Late stand-up",
    ];
    assert_eq!(rings(&world), parted);
    let off = "LOCATION:Hall\nEXDATE;TZID=Europe/Berlin:20261202T090000,20261205T090000\n";
    assert_eq!(import(&mut world, &version(1, STANDUP, off)), "0 new, 1 changed, 0 as before");
    assert_eq!(rings(&world), [parted[0], parted[2], parted[3], parted[5]]);
    let places = world.events().into_iter().map(|id| world.draft(id).place);
    assert_eq!(places.collect::<Vec<_>>(), ["Hall", "Hall"]);
    // Another rule has no halves that one could know again.
    let weekly = STANDUP.replace("FREQ=DAILY;COUNT=6", "FREQ=WEEKLY;COUNT=2");
    assert_eq!(
        import(&mut world, &version(2, &weekly, "LOCATION:Hall\n")),
        "0 new, 1 changed, 0 as before\n“Stand-up” was parted here from 4 Dec 2026 on, and the file has other days for it: the file's series takes the place of both parts"
    );
    assert_eq!(rings(&world), ["12-01T07:50 Stand-up", "12-08T07:50 Stand-up"]);
}

#[test]
fn of_two_moves_the_newer_files_counts_and_is_named() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &version(0, STANDUP, ""));
    let id = only(&world);
    let mut draft = world.draft(id);
    draft.start = "20261201T080000".into();
    draft.title = "Early stand-up".into();
    world.save(Some(id), draft);
    assert_eq!(
        import(&mut world, &version(1, &STANDUP.replace("T090000", "T100000"), "")),
        "0 new, 1 changed, 0 as before\n“Early stand-up” was changed here and in the file: the time is the file's"
    );
    assert_eq!(rings(&world)[0], "12-01T08:50 Early stand-up");
}

#[test]
fn a_move_here_keeps_its_hour_and_takes_what_the_file_leaves_out() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, &version(0, STANDUP, ""));
    let id = only(&world);
    let mut draft = world.draft(id);
    draft.start = "20261201T080000".into();
    world.save(Some(id), draft);
    let off = "EXDATE;TZID=Europe/Berlin:20261202T090000\n";
    assert_eq!(import(&mut world, &version(1, STANDUP, off)), "0 new, 1 changed, 0 as before");
    assert_eq!(rings(&world)[..2], ["12-01T06:50 Stand-up", "12-03T06:50 Stand-up"]);
}
