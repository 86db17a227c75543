//! What a person does in the window to an occurrence and all that follow it: saving a form,
//! dropping, deleting, and taking it back in one step.

use acceptance::world::{World, draft};
use calendar::{
    draft::{EventDraft, OverrideDraft},
    id::EventId,
};
use wire::{
    EngineHost, Host,
    dto::{
        Change, DeleteEvent, Did, MoveAnswer, MoveOccurrence, Mutation, OccurrenceRef, RangeQuery,
        SaveEvent, Scope,
    },
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

/// Stand-up, daily at 09:00 on four days.
fn daily() -> (World, EventId) {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=4".into()],
        ..draft("appointment", "Stand-up", "20261123T090000", Some(BERLIN))
    });
    (world, event)
}

const WHOLE: &str = "23 09:00 Stand-up\n24 09:00 Stand-up\n25 09:00 Stand-up\n26 09:00 Stand-up";

fn drawn(world: &World) -> String {
    let asked =
        RangeQuery { from: "2026-11-23".into(), to: "2026-11-29".into(), second_zone: None };
    let view = host(world).range(asked).expect("a range");
    let lines = view.segments.iter().map(|s| {
        format!("{} {:02}:{:02} {}", &s.date[8..], s.wall_start / 60, s.wall_start % 60, s.title)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn undo(world: &World) -> Change {
    host(world).undo(Mutation { request_id: "back".into() }).expect("undone")
}

#[test]
fn a_form_saved_for_this_and_following_leaves_what_was_before() {
    let (world, event) = daily();
    let named = OccurrenceRef { event: event.to_string(), original: "20261125T090000".into() };
    let opened = host(&world).editor_get(named).expect("a form");
    assert_eq!(opened.scopes, [Scope::This, Scope::Following, Scope::All]);
    let mut form = opened.draft.clone();
    form.title = "Long stand-up".into();
    form.timing.wall_min = 10 * 60;
    // What one occurrence cannot have of its own, those that follow can.
    form.reminders.clear();
    let asked = SaveEvent {
        draft: form,
        event: opened.event.clone(),
        original: opened.original.clone(),
        scope: Some(Scope::Following),
        version: opened.version,
        request_id: "following".into(),
    };
    let change = host(&world).save(asked.clone()).expect("saved");
    let after =
        "23 09:00 Stand-up\n24 09:00 Stand-up\n25 10:00 Long stand-up\n26 10:00 Long stand-up";
    assert_eq!(drawn(&world), after);
    assert_ne!(change.event, Some(event.to_string()));
    assert_eq!(change.original.as_deref(), Some("20261125T100000"));
    let again = host(&world).save(asked).expect("the first answer");
    assert_eq!((again.event, again.version), (change.event, change.version));
    assert_eq!(drawn(&world), after);
    undo(&world);
    assert_eq!(drawn(&world), WHOLE);
}

#[test]
fn a_drop_of_this_and_following_moves_those() {
    let (world, event) = daily();
    let asked = MoveOccurrence {
        event: event.to_string(),
        original: "20261125T090000".into(),
        date: "2026-11-26".into(),
        wall_min: Some(11 * 60),
        fold: None,
        duration_min: None,
        days: None,
        all_day: None,
        scope: Some(Scope::Following),
        version: 1,
        request_id: "drop".into(),
    };
    let MoveAnswer::Done { change } = host(&world).move_occurrence(asked).expect("moved") else {
        panic!("nothing is left to ask");
    };
    assert_eq!((change.did, change.original.as_deref()), (Did::Moved, Some("20261126T110000")));
    assert_eq!(
        drawn(&world),
        "23 09:00 Stand-up\n24 09:00 Stand-up\n26 11:00 Stand-up\n27 11:00 Stand-up"
    );
    undo(&world);
    assert_eq!(drawn(&world), WHOLE);
}

#[test]
fn this_and_following_are_deleted_and_come_back() {
    let (world, event) = daily();
    let asked = DeleteEvent {
        event: event.to_string(),
        original: Some("20261125T090000".into()),
        scope: Scope::Following,
        version: 1,
        request_id: "end".into(),
    };
    let change = host(&world).delete(asked.clone()).expect("deleted");
    assert_eq!((change.did, change.title.as_deref()), (Did::Ended, Some("Stand-up")));
    assert_eq!(host(&world).delete(asked.clone()).expect("again").version, change.version);
    assert_eq!(drawn(&world), "23 09:00 Stand-up\n24 09:00 Stand-up");
    undo(&world);
    assert_eq!(drawn(&world), WHOLE);
    let unnamed = DeleteEvent { original: None, version: 3, request_id: "x".into(), ..asked };
    let refused = host(&world).delete(unnamed).expect_err("which one");
    assert_eq!(refused.field.as_deref(), Some("original"));
}

#[test]
fn another_rule_in_the_form_lets_exceptions_of_its_old_days_go_and_says_so() {
    let (mut world, event) = daily();
    let moved = OverrideDraft {
        original: "20261126T090000".into(),
        start: "20261126T120000".into(),
        zone: Some(BERLIN.into()),
        length: (0, 3600),
        ..OverrideDraft::default()
    };
    world.save(Some(event), EventDraft { overrides: vec![moved], ..world.draft(event) });
    let named = OccurrenceRef { event: event.to_string(), original: "20261123T090000".into() };
    let opened = host(&world).editor_get(named).expect("a form");
    let mut form = opened.draft.clone();
    form.rule = Some("FREQ=DAILY;COUNT=2".into());
    let asked = SaveEvent {
        draft: form,
        event: opened.event.clone(),
        original: opened.original.clone(),
        scope: Some(Scope::All),
        version: opened.version,
        request_id: "rule".into(),
    };
    let change = host(&world).save(asked).expect("saved");
    assert_eq!(change.note.as_deref(), Some("1 exception went with the old days"));
    assert_eq!(drawn(&world), "23 09:00 Stand-up\n24 09:00 Stand-up");
    undo(&world);
    assert!(drawn(&world).contains("26 12:00 Stand-up"));
}
