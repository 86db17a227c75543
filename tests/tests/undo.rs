//! Undo never overwrites what somebody else did, never gets stuck, and brings whole calendars back.

use acceptance::world::{World, draft, reminder};
use calendar::{
    draft::EventDraft,
    ics::Alarmless,
    id::{CalendarId, EventId},
};
use engine::{
    channels::NewWebhook,
    import::{ImportFile, Mode, Target},
    ledger::calendar::CalendarRow,
    undo::Undone,
};
use std::ops::ControlFlow;

const BERLIN: &str = "Europe/Berlin";

fn world() -> World {
    World::at("2026-11-23T07:00[Europe/Berlin]")
}

fn dentist(title: &str) -> EventDraft {
    draft("appointment", title, "20261123T100000", Some(BERLIN))
}

fn retitle(world: &mut World, id: EventId, title: &str) {
    let draft = EventDraft { title: title.into(), ..world.draft(id) };
    world.save(Some(id), draft);
}

fn undo(world: &mut World) -> Undone {
    let undone = world.engine().undo(None).expect("undo");
    world.run();
    undone
}

fn refusal(undone: &Undone) -> &str {
    undone.refused.as_deref().unwrap_or("it was done")
}

#[test]
fn a_change_that_names_a_removed_channel_is_stepped_over() {
    let mut world = world();
    let new = NewWebhook {
        name: "hook".into(),
        url: "https://example.com".into(),
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&new).expect("a channel").id;
    let plain = world.add(dentist("Dentist"));
    let told = EventDraft { reminders: Some(vec![reminder("PT0M", hook)]), ..dentist("Robot") };
    let robot = world.add(told);
    let without = EventDraft { reminders: Some(vec![]), ..world.draft(robot) };
    world.save(Some(robot), without);
    world.engine().remove_channel(hook, None).expect("removed");
    let undone = undo(&mut world);
    assert_eq!(
        refusal(&undone),
        "cannot undo Change “Robot”: the channel hook was removed; undo again for the change before it"
    );
    assert_eq!(undo(&mut world).title, "Robot");
    assert_eq!(undo(&mut world).title, "Dentist");
    assert!(world.engine().event(plain).is_err(), "its creation is undone");
    assert_eq!(undo(&mut world), Undone::default());
}

#[test]
fn a_newer_version_from_a_file_is_undone_before_what_was_changed_before_it() {
    let mut world = world();
    let import = |world: &mut World, day: u32, title: &str| {
        let text = format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\nSUMMARY:{title}\nDTSTAMP:202611{day:02}T000000Z\nDTSTART:20261124T160000Z\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        let file = ImportFile {
            deleted: Default::default(),
            bytes: text.as_bytes(),
            target: Target::Named("Personal".into()),
            mode: Mode::Apply,
            alarmless: Alarmless::KindDefaults,
        };
        world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
        world.run();
    };
    world.add(dentist("Dentist"));
    import(&mut world, 1, "Tea");
    let tea = world.deliveries().iter().find(|l| l.title == "Tea").and_then(|l| l.row.event);
    let tea = tea.expect("an event");
    retitle(&mut world, tea, "Tea with Ana");
    import(&mut world, 2, "Green tea");
    for (label, title) in
        [("Import into “Personal”", "Tea with Ana"), ("Change “Tea with Ana”", "Tea")]
    {
        assert_eq!(
            (undo(&mut world).label.as_str(), world.draft(tea).title.as_str()),
            (label, title)
        );
    }
    assert_eq!(undo(&mut world).label, "Import into “Personal”");
    assert!(world.engine().event(tea).is_err());
    assert_eq!(undo(&mut world).label, "Create “Dentist”");
}

#[test]
fn a_deleted_calendar_comes_back_with_all_its_events_and_goes_again() {
    let mut world = world();
    let work =
        world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar").id;
    let here = |title: &str| EventDraft { calendar: work.to_string(), ..dentist(title) };
    let (one, two) = (world.add(here("One")), world.add(here("Two")));
    let gone = world.add(here("Gone"));
    retitle(&mut world, one, "First");
    world.engine().delete_event(gone, None, None).expect("deleted");
    let rows = world.rows();
    world.jump_to("2026-11-23T08:00");
    let answer = world.engine().delete_calendar(work, None).expect("deleted");
    assert_eq!((answer.name.as_str(), answer.effect.cancelled), ("Work", 2));
    assert_eq!(world.rows(), "");
    let undone = undo(&mut world);
    assert_eq!((undone.label.as_str(), undone.title.as_str()), ("Delete calendar “Work”", "Work"));
    assert_eq!(world.rows(), rows.replace(" planned ", " planned.again "));
    assert!(world.engine().event(gone).is_err(), "that was deleted before");
    world.engine().redo(None).expect("redo");
    assert_eq!((world.rows().as_str(), world.engine().calendars().expect("one").len()), ("", 1));
    undo(&mut world);
    // The changes before are still there to undo.
    assert_eq!(undo(&mut world).label, "Delete “Gone”");
    assert_eq!(undo(&mut world).label, "Change “First”");
    assert_eq!((world.draft(one).title.as_str(), world.draft(two).title.as_str()), ("One", "Two"));
}

#[test]
fn a_calendar_that_was_used_again_is_not_deleted_by_redo() {
    let mut world = world();
    let work =
        world.engine().save_calendar(None, "Work", "teal", true, None).expect("a calendar").id;
    world.add(EventDraft { calendar: work.to_string(), ..dentist("One") });
    world.engine().delete_calendar(work, None).expect("deleted");
    undo(&mut world);
    world.jump_to("2026-11-23T08:00");
    let file = ImportFile { deleted: Default::default(),
        bytes: b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\nSUMMARY:New\nDTSTART:20261124T160000Z\nEND:VEVENT\nEND:VCALENDAR\n",
        target: Target::Calendar(work),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    assert_eq!(world.engine().redo(None).expect("redo"), Undone::default());
    assert_eq!(world.engine().calendars().expect("calendars").len(), 2);
}

/// What the calendars are called, in their order, those hidden in brackets.
fn calendars(world: &World) -> String {
    let all = world.engine().calendars().expect("calendars");
    let said = |c: CalendarRow| match c.shown {
        true => format!("{} {}", c.name, c.color),
        false => format!("({} {})", c.name, c.color),
    };
    all.into_iter().map(said).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_was_done_last_to_a_calendar_is_what_undo_takes_back() {
    let mut world = world();
    world.add(dentist("Dentist"));
    let put = |world: &World, id, name: &str, color: &str, shown| {
        world.engine().save_calendar(id, name, color, shown, None).expect("a calendar").id
    };
    let id = put(&world, None, "Work", "teal", true);
    let work = Some(id);
    put(&world, work, "Job", "teal", true);
    put(&world, work, "Job", "rose", true);
    put(&world, work, "Job", "rose", false);
    put(&world, work, "Job", "rose", false);
    let steps = [
        ("Hide calendar “Job”", "Personal indigo, Job rose"),
        ("Give calendar “Job” another colour", "Personal indigo, Job teal"),
        ("Rename calendar “Work” to “Job”", "Personal indigo, Work teal"),
        ("Add calendar “Work”", "Personal indigo"),
    ];
    for (label, then) in steps {
        assert_eq!((undo(&mut world).label.as_str(), calendars(&world).as_str()), (label, then));
    }
    let again = ["Work teal", "Job teal", "Job rose", "(Job rose)"];
    for (step, then) in steps.iter().rev().zip(again) {
        let redone = world.engine().redo(None).expect("redo");
        let now = calendars(&world);
        assert_eq!(
            (redone.label.as_str(), now.as_str()),
            (step.0, &*format!("Personal indigo, {then}"))
        );
    }
    // An empty calendar that is deleted comes back, too.
    world.engine().delete_calendar(id, None).expect("deleted");
    assert_eq!(undo(&mut world).label, "Delete calendar “Job”");
    assert_eq!(calendars(&world), "Personal indigo, (Job rose)");
}

#[test]
fn two_calendars_never_have_one_name() {
    let mut world = world();
    let make = |world: &World, name: &str| {
        world.engine().save_calendar(None, name, "teal", true, None).map(|row| row.id)
    };
    let work = make(&world, "Work").expect("a calendar");
    let refused = |said: engine::Result<CalendarId>| said.map_err(|e| e.to_string());
    let sentence = "there is a calendar 'Work' already: choose another name";
    assert_eq!(refused(make(&world, " Work ")), Err(sentence.into()));
    let home = make(&world, "Home").expect("a calendar");
    let renamed = world.engine().save_calendar(Some(home), "Work", "teal", true, None);
    assert_eq!(refused(renamed.map(|row| row.id)), Err(sentence.into()));
    // One that comes back beside one that got its name meanwhile has a number.
    world.add(EventDraft { calendar: work.to_string(), ..dentist("One") });
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:one\nSUMMARY:New\nDTSTART:20261124T160000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    let import = |name: &str, text: &str| {
        let target = Target::Named(name.into());
        let (mode, alarmless) = (Mode::Apply, Alarmless::Silent);
        let file = ImportFile {
            deleted: Default::default(),
            bytes: text.as_bytes(),
            target,
            mode,
            alarmless,
        };
        let engine = world.engine();
        engine.import_as("x", &file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    };
    import("Personal", &text.replace("one", "other"));
    world.engine().delete_calendar(work, None).expect("deleted");
    import("Work", text);
    let undone = undo(&mut world);
    assert_eq!(
        (undone.label.as_str(), undone.title.as_str()),
        ("Delete calendar “Work”, which is called “Work 2” now: another has its name", "Work 2")
    );
    assert_eq!(calendars(&world), "Personal indigo, Work 2 teal, Home teal, Work rose");
    world.engine().redo(None).expect("redo");
    assert_eq!(calendars(&world), "Personal indigo, Home teal, Work rose");
}
