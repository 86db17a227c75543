//! Quick add as the window asks for it: a line read while it is typed, added once, taken back.

use acceptance::world::World;
use wire::{
    Code, EngineHost, Host,
    dto::{AddQuick, Did, Mutation, QuickMeaning, QuickQuery, QuickReading},
};

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

fn read(world: &World, text: &str) -> QuickReading {
    host(world).read_quick(QuickQuery { text: text.into() }).expect("an answer")
}

fn add(text: &str, request: &str) -> AddQuick {
    AddQuick { text: text.into(), request_id: request.into() }
}

#[test]
fn a_line_is_read_with_its_places_as_the_window_counts_them() {
    let world = World::at("2026-11-18T10:00[Europe/Berlin]");
    let reading = read(&world, "Café 🎂 tomorrow at noon");
    assert_eq!(reading.title.as_deref(), Some("Café 🎂"));
    assert_eq!(reading.echo.as_deref(), Some("Thu 19 Nov, 12:00 · reminder 11:50"));
    let spans: Vec<_> = reading.spans.iter().map(|s| (s.start, s.end, s.meaning)).collect();
    assert_eq!(spans, [(8, 16, QuickMeaning::Date), (17, 24, QuickMeaning::Time)]);
}

#[test]
fn a_refused_line_keeps_what_was_understood_and_is_not_added() {
    let world = World::at("2026-11-18T10:00[Europe/Berlin]");
    let reading = read(&world, "lunch tomorrow 1/2");
    let refused = reading.refused.expect("a refusal");
    assert_eq!((refused.start, refused.end), (15, 18));
    assert!(refused.text.starts_with("'1/2' could be"), "{}", refused.text);
    assert_eq!((reading.spans.len(), reading.echo), (1, None));
    let fault = host(&world).add_quick(add("lunch tomorrow 1/2", "r1")).expect_err("refused");
    assert_eq!((fault.code, fault.field.as_deref()), (Code::Invalid, Some("text")));
    assert_eq!(world.all_rows(), "");
}

#[test]
fn what_the_window_says_of_a_line_names_no_command() {
    let world = World::at("2026-11-18T10:00[Europe/Berlin]");
    let refused = read(&world, "Bob's birthday 29 Feb 1960").refused.expect("a refusal");
    let said = "nobody called Bob is known here: add the person, whose birthday is told every year";
    assert_eq!(refused.text, said);
    let notes = read(&world, "Zoe's birthday 3 March").notes;
    assert!(notes[0].ends_with("or add the person") && notes.len() == 1, "{notes:?}");
}

#[test]
fn a_line_sent_twice_is_added_once_rings_and_can_be_taken_back() {
    let mut world = World::at("2026-11-18T10:00[Europe/Berlin]");
    let first = host(&world).add_quick(add("tea in 20 minutes", "r1")).expect("added");
    assert_eq!((first.did, first.title.as_deref(), first.undo), (Did::Created, Some("tea"), true));
    // Later the same words would mean another moment.
    world.wait_until("2026-11-18T10:05");
    let again = host(&world).add_quick(add("tea in 20 minutes", "r1")).expect("the same");
    assert_eq!(again.event, first.event);
    world.wait_until("2026-11-18T10:30");
    assert_eq!(world.titles(), ["tea"]);
    let gym = host(&world).add_quick(add("gym every Monday at 18:00", "r2")).expect("added");
    assert!(world.all_rows().contains("gym"), "{}", world.all_rows());
    host(&world).undo(Mutation { request_id: "r3".into() }).expect("taken back");
    assert!(!world.rows().contains("scheduled planned gym"), "{} {gym:?}", world.rows());
}
