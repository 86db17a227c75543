//! An import is undone and made again like whatever else was done last.

use std::ops::ControlFlow;

use acceptance::world::World;
use calendar::ics::Alarmless;
use engine::{
    import::{ImportFile, Mode, Target},
    undo::Undone,
};

fn import(world: &mut World, import: &str, name: &str, events: &[String]) {
    let text = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.concat());
    let file = ImportFile {
        deleted: Default::default(),
        bytes: text.as_bytes(),
        target: Target::NamedByFile(name.into()),
        mode: Mode::Apply,
        alarmless: Alarmless::KindDefaults,
    };
    let engine = world.engine();
    engine.import_as(import, &file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    world.run();
}

fn event(uid: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{uid}\nDTSTART;TZID=Europe/Berlin:20261201T100000\n{more}END:VEVENT\n"
    )
}

fn calendars(world: &World) -> Vec<String> {
    let all = world.engine().calendars().expect("calendars");
    all.into_iter().map(|calendar| calendar.name).collect()
}

fn said(done: &Undone) -> String {
    done.refused.clone().unwrap_or_else(|| done.label.clone())
}

#[test]
fn undo_takes_the_import_back_and_not_what_was_done_before_it() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, "first", "Town", &[event("fair", "")]);
    let id = world.events()[0];
    let mut draft = world.draft(id);
    draft.title = "Big fair".into();
    world.save(Some(id), draft);
    let before = world.rows();
    let many: Vec<String> = (0..450).map(|n| event(&format!("e{n}"), "")).collect();
    let newer = [event("fair", "SEQUENCE:1\nLOCATION:Square\n")];
    import(&mut world, "second", "Town", &newer);
    import(&mut world, "second", "Fair grounds", &many);
    let after = world.rows();
    assert_eq!((world.events().len(), world.draft(id).place.as_str()), (451, "Square"));
    // Also after a restart.
    world.kill();
    world.start();
    let undone = world.engine().undo(Some("r1")).expect("undone");
    assert_eq!(said(&undone), "Import into “Town”");
    assert_eq!(world.engine().undo(Some("r1")).expect("the same answer"), undone);
    assert_eq!((world.events().len(), world.rows()), (1, before.clone()));
    assert_eq!(world.draft(id).place, "");
    assert_eq!(calendars(&world), ["Personal", "Town"]);
    assert_eq!(said(&world.engine().redo(None).expect("redone")), "Import into “Town”");
    let again = world.rows().replace("planned.again", "planned");
    assert_eq!((world.events().len(), again), (451, after));
    assert_eq!(world.draft(id).place, "Square");
    assert_eq!(calendars(&world), ["Personal", "Town", "Fair grounds"]);
    // There and back again; and then what was done before it.
    world.engine().undo(None).expect("undone");
    assert_eq!(said(&world.engine().undo(None).expect("undone")), "Change “Big fair”");
    assert_eq!(world.draft(id).title, "fair");
    assert_eq!(said(&world.engine().undo(None).expect("undone")), "Import into “Town”");
    assert_eq!((world.events().len(), calendars(&world).len()), (0, 1));
}

#[test]
fn what_was_changed_since_an_import_stays_and_the_rest_goes_once() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&mut world, "one", "Town", &[event("a", ""), event("b", "")]);
    let id = world.events()[0];
    let mut draft = world.draft(id);
    draft.title = "Mine".into();
    world.save(Some(id), draft);
    world.engine().take_import_back("one").expect("a ledger").expect("taken back");
    assert_eq!(world.events(), [id]);
    assert!(world.engine().take_import_back("one").expect("a ledger").is_none());
}

#[test]
fn people_of_an_import_go_and_come_again() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let card = "BEGIN:VCARD\nVERSION:3.0\nUID:ana\nFN:Ana\nBDAY:1990-11-28\nEND:VCARD\n";
    let file = ImportFile {
        deleted: Default::default(),
        bytes: card.as_bytes(),
        target: Target::NamedByFile("people".into()),
        mode: Mode::Apply,
        alarmless: Alarmless::Silent,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import");
    world.run();
    let (rows, people) = (world.rows(), world.engine().people().expect("people"));
    assert_eq!(said(&world.engine().undo(None).expect("undone")), "Import people");
    assert!(world.engine().people().expect("people").is_empty());
    assert_eq!(said(&world.engine().redo(None).expect("redone")), "Import people");
    let again = world.rows().replace("planned.again", "planned");
    assert_eq!((again, world.engine().people().expect("people")), (rows, people));
}
