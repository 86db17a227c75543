//! Aim: an import that is taken back leaves nothing, neither of what came in nor of what it changed.
//! Method: the ledger before and after, and the same file once more.

use std::ops::ControlFlow;

use acceptance::world::World;
use calendar::{draft::EventDraft, halves::Halves, ics::Alarmless, timing::LocalStart};
use engine::{
    events::Save,
    import::{ImportFile, Imported, Mode, Target},
    taken_back::TakenBack,
};

fn import(world: &World, bytes: &[u8]) -> Imported {
    let target = Target::NamedByFile("Town".into());
    let file = ImportFile {
        deleted: Default::default(),
        bytes,
        target,
        mode: Mode::Apply,
        alarmless: Alarmless::KindDefaults,
    };
    world.engine().import(&file, &mut |_, _| ControlFlow::Continue(())).expect("an import")
}

fn event(uid: &str, title: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{title}\nDTSTART;TZID=Europe/Berlin:20261201T100000\n{more}END:VEVENT\n"
    )
}

fn file(events: &[String]) -> Vec<u8> {
    format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", events.concat()).into_bytes()
}

fn calendars(world: &World) -> Vec<(String, u32)> {
    let sizes = world.engine().calendar_sizes().expect("sizes");
    let size = |id| sizes.iter().find(|(c, _)| *c == id).map_or(0, |(_, n)| *n);
    let all = world.engine().calendars().expect("calendars");
    all.into_iter().map(|c| (c.name, size(c.id))).collect()
}

#[test]
fn what_came_in_goes_with_its_calendar_and_can_come_again() {
    let world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let before = calendars(&world);
    let many: Vec<String> = (0..450).map(|n| event(&n.to_string(), "Fair", "")).collect();
    let done = import(&world, &file(&many));
    assert_eq!((done.created, world.engine().next_rings(5).expect("rings").len()), (450, 5));
    let back = world.engine().take_back(done.trail).expect("taken back");
    assert_eq!(back, TakenBack { removed: 450, restored: 0, kept: 0 });
    assert_eq!(calendars(&world), before);
    assert!(world.engine().next_rings(5).expect("rings").is_empty());
    assert_eq!(import(&world, &file(&many)).created, 450);
}

#[test]
fn what_was_changed_is_as_before_and_what_was_changed_since_stays() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&world, &file(&[event("a", "Fair", ""), event("b", "Fete", "")]));
    world.run();
    let rows = world.rows();
    let newer = [event("a", "Fair!", "SEQUENCE:1\n"), event("b", "Fete!", "SEQUENCE:1\n")];
    let done = import(&world, &file(&newer));
    assert_eq!(done.updated, 2);
    let back = world.engine().take_back(done.trail).expect("taken back");
    assert_eq!((back, world.rows()), (TakenBack { restored: 2, ..TakenBack::default() }, rows));

    let done = import(&world, &file(&newer));
    let id = world.engine().next_rings(1).expect("rings")[0].event.expect("an event");
    let mut draft = world.draft(id);
    draft.title = "Mine".into();
    world.save(Some(id), draft);
    let back = world.engine().take_back(done.trail).expect("taken back");
    assert_eq!(back, TakenBack { removed: 0, restored: 1, kept: 1 });
    assert!(world.rows().contains("Mine"), "{}", world.rows());
}

#[test]
fn an_event_that_came_in_and_was_changed_by_the_next_file_goes_too() {
    let world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let before = calendars(&world);
    let mut trail = import(&world, &file(&[event("a", "Fair", "")])).trail;
    trail.append(import(&world, &file(&[event("a", "Fair!", "SEQUENCE:1\n")])).trail);
    let back = world.engine().take_back(trail).expect("taken back");
    assert_eq!(back, TakenBack { removed: 1, restored: 1, kept: 0 });
    assert_eq!(calendars(&world), before);
}

#[test]
fn people_go_with_their_birthdays_or_are_as_before() {
    let world = World::at("2026-11-24T07:00[Europe/Berlin]");
    let card = |uid: &str, name: &str, more: &str| {
        format!("BEGIN:VCARD\nVERSION:4.0\nUID:{uid}\nFN:{name}\n{more}END:VCARD\n")
    };
    let first = card("b", "Bo", "REV:20260101T000000Z\n");
    assert_eq!(import(&world, first.as_bytes()).people, 1);
    let known = world.engine().people().expect("people");
    let cards = card("a", "Ana", "BDAY:19920229\nANNIVERSARY:20150620\n")
        + &card("b", "Bo", "BDAY:--0301\nREV:20260201T000000Z\n");
    for _ in 0..2 {
        let done = import(&world, cards.as_bytes());
        let came = (done.created, done.updated, done.birthdays, done.anniversaries);
        assert_eq!(came, (1, 1, 2, 1));
        let back = world.engine().take_back(done.trail).expect("taken back");
        assert_eq!(back, TakenBack { removed: 1, restored: 1, kept: 0 });
        assert_eq!(world.engine().people().expect("people"), known);
        assert!(world.engine().next_rings(5).expect("rings").is_empty());
    }
}

#[test]
fn a_parted_series_that_a_newer_file_made_one_is_parted_again() {
    let mut world = World::at("2026-11-24T07:00[Europe/Berlin]");
    import(&world, &file(&[event("a", "Fair", "RRULE:FREQ=DAILY;COUNT=5\n")]));
    let id = world.events()[0];
    let at = LocalStart::parse("20261203T100000").expect("a start");
    let row = world.engine().event(id).expect("an event");
    let context = world.engine().planning_context().expect("a ledger");
    let Halves::Two(_, rest) = row.event.halves(&context, at).expect("parted") else {
        panic!("one half")
    };
    let draft = EventDraft { title: "Late fair".into(), ..EventDraft::from(&*rest) };
    let save = Save { id: Some(id), draft, following: Some(at), ..Save::default() };
    world.engine().save_event(&save).expect("saved");
    world.wait_until("2026-12-01T12:00");
    let rows = world.rows();
    // With other days it is one series again, with the same it stays parted.
    for (count, parts) in [(6, 1), (5, 2)] {
        let more = format!("SEQUENCE:1\nLOCATION:Town\nRRULE:FREQ=DAILY;COUNT={count}\n");
        let done = import(&world, &file(&[event("a", "Fair!", &more)]));
        assert_eq!(world.events().len(), parts);
        let back = world.engine().take_back(done.trail).expect("taken back");
        assert_eq!(back, TakenBack { restored: 2, ..TakenBack::default() });
        assert_eq!(world.rows(), rows);
    }
    world.wait_until("2026-12-10T12:00");
    assert_eq!(world.titles(), ["Fair", "Fair", "Late fair", "Late fair", "Late fair"]);
}
