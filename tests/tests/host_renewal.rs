//! What the editor says of a contract while it is filled in.

use acceptance::world::World;
use calendar::draft::EventDraft;
use wire::{
    EngineHost, Host,
    dto::{OccurrenceRef, PreviewQuery},
};

/// What is noted of a contract with this notice that renews on 1 December, on 23 November.
fn notes(notice: u32, rules: &[&str]) -> Vec<String> {
    let mut world = World::at("2026-11-23T10:00[Europe/Berlin]");
    let id = world.add(EventDraft {
        notice,
        reminders: None,
        rules: rules.iter().map(|rule| (*rule).to_string()).collect(),
        ..acceptance::world::draft("renewal", "Gym", "20261201", None)
    });
    let host = EngineHost::new(world.engine().clone());
    let named = OccurrenceRef { event: id.to_string(), original: "20261201".into() };
    let form = host.editor_get(named).expect("a form");
    let asked = PreviewQuery { draft: form.draft, event: form.event };
    let seen = host.editor_preview(asked).expect("a preview");
    seen.notes.into_iter().map(|note| note.text).collect()
}

#[test]
fn a_contract_that_is_too_late_to_cancel_says_that_nothing_of_it_will_ring() {
    let gone = "the last day to cancel has passed (Sun 1 Nov 2026)";
    assert_eq!(notes(30, &[]), [format!("{gone}: nothing of it will ring")]);
    assert_eq!(
        notes(30, &["FREQ=YEARLY"]),
        [format!("{gone}: nothing rings before that of Wed 1 Dec 2027")]
    );
    assert_eq!(notes(3, &[]), [""; 0]);
    let told = "the last day to cancel is Mon 23 Nov 2026, and its reminders have passed";
    assert_eq!(notes(8, &[]), [format!("{told}: nothing of it will ring")]);
}
