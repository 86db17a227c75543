//! What is cancelled is told no more and stays in the calendar; of a series what is over took place;
//! and all of it can take place after all.

use acceptance::world::{World, draft, reminders};
use calendar::{draft::EventDraft, id::EventId, timing::LocalStart};
use engine::events::{Scope, Target};

const BERLIN: &str = "Europe/Berlin";

fn start(text: &str) -> LocalStart {
    LocalStart::parse(text).expect("a start")
}

/// Choir, Mondays at 19:00 from 23 November on, told ten minutes before.
fn choir(change: impl FnOnce(&mut EventDraft)) -> (World, EventId) {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    let mut weekly = EventDraft {
        rules: vec!["FREQ=WEEKLY".into()],
        ..draft("appointment", "Choir", "20261123T190000", Some(BERLIN))
    };
    change(&mut weekly);
    let id = world.add(weekly);
    (world, id)
}

fn about(id: EventId, at: &str, scope: Scope) -> Target<'static> {
    Target { original: Some(start(at)), scope: Some(scope), ..Target::all(id) }
}

fn undo(world: &mut World) -> String {
    let undone = world.engine().undo(None).expect("undo");
    world.run();
    undone.refused.unwrap_or(undone.label)
}

#[test]
fn cancelling_is_told_no_more_and_stays_in_the_calendar() {
    let (mut world, id) = choir(|d| d.reminders = reminders(&["-P1D", "-PT10M"]));
    let unsaid = world.engine().cancel(&Target { scope: None, ..Target::all(id) });
    assert!(matches!(unsaid, Err(engine::Error::ScopeNeeded)));
    let one = world.engine().cancel(&about(id, "20261130T190000", Scope::This)).expect("cancelled");
    assert!(one.effect.cancelled <= 2);
    let rest =
        world.engine().cancel(&about(id, "20261207T190000", Scope::Following)).expect("cancelled");
    let rest: EventId = rest.event.parse().expect("an id");
    assert!(world.draft(rest).disabled && !world.draft(id).disabled);
    let all = world.engine().cancel(&Target::all(id)).expect("cancelled");
    assert_eq!(all.effect.cancelled, 1);
    let again = world.engine().cancel(&Target::all(id)).expect_err("cancelled already");
    assert_eq!(again.to_string(), "“Choir” is cancelled already");
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles(), Vec::<String>::new());
    for _ in 0..3 {
        undo(&mut world);
    }
    world.wait_until("2027-01-20T12:00");
    assert!(!world.titles().is_empty());
}

#[test]
fn a_series_is_cancelled_from_now_on_and_what_took_place_stays() {
    let (mut world, id) = choir(|d| {
        d.reminders = reminders(&["-PT10M"]);
        d.rules = vec!["FREQ=WEEKLY;COUNT=5".into()];
    });
    // The second is being sung: it is over at eight.
    world.wait_until("2026-11-30T19:30");
    let (before, rows) = (world.draft(id), world.rows());
    let saved = world.engine().cancel(&Target::all(id)).expect("cancelled");
    assert_eq!((saved.parted_from.as_deref(), saved.effect.cancelled), (Some(&*id.to_string()), 1));
    let rest: EventId = saved.event.parse().expect("an id");
    let drafts = [world.draft(id), world.draft(rest)];
    let said = drafts.map(|d| format!("{} {} {}", d.disabled, d.start, d.rules.join(" ")));
    assert_eq!(
        said,
        ["false 20261123T190000 FREQ=WEEKLY;COUNT=1", "true 20261130T190000 FREQ=WEEKLY;COUNT=4"]
    );
    world.wait_until("2026-12-08T12:00");
    assert_eq!(world.titles(), ["Choir", "Choir"]);
    let again = world.engine().cancel(&Target::all(id)).expect_err("nothing is left");
    assert_eq!(again.to_string(), "“Choir” is over: nothing of it is left to cancel");
    // It takes place after all, named by either of its parts.
    let back = world.engine().reinstate(&Target::all(id)).expect("back");
    assert_eq!(back.event, rest.to_string());
    undo(&mut world);
    undo(&mut world);
    assert_eq!(world.draft(id), before);
    assert!(world.rows().contains("Mon 14 18:50 scheduled"), "{} {rows}", world.rows());
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles().len(), 4, "one of five was cancelled when it came");
}

#[test]
fn nothing_rings_after_a_cancelled_series_not_even_what_slept() {
    let (mut world, id) = choir(|d| d.reminders = reminders(&["-PT10M"]));
    world.wait_until("2026-11-23T19:30");
    let told = world.deliveries()[0].row.id;
    let until = "2026-11-23T21:00:00Z".parse().expect("a moment");
    world.engine().snooze(told, until, "test").expect("it sleeps");
    world.run();
    world.wait_until("2026-11-23T20:30");
    let saved = world.engine().cancel(&Target::all(id)).expect("cancelled");
    assert_eq!((saved.effect.cancelled, saved.effect.snoozes), (1, 1));
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles().len(), 1, "{}", world.rows());
}

#[test]
fn what_was_left_out_takes_place_after_all_in_each_scope() {
    let (mut world, id) = choir(|d| {
        d.reminders = reminders(&["-PT10M"]);
        d.rules = vec!["FREQ=WEEKLY;COUNT=5".into()];
        d.exdates = vec!["20261214T190000".into()];
    });
    let before = world.draft(id);
    for at in ["20261130T190000", "20261207T190000"] {
        world.engine().cancel(&about(id, at, Scope::This)).expect("cancelled");
    }
    let refused = |world: &World, target: &Target<'_>| {
        world.engine().reinstate(target).expect_err("refused").to_string()
    };
    assert_eq!(
        refused(&world, &Target::all(id)),
        "“Choir” is not cancelled, but 3 of its occurrences are: say which"
    );
    let here = about(id, "20261221T190000", Scope::This);
    assert_eq!(refused(&world, &here), "that occurrence is not cancelled");
    world.engine().reinstate(&about(id, "20261130T190000", Scope::This)).expect("back");
    world.engine().reinstate(&about(id, "20261207T190000", Scope::Following)).expect("both back");
    world.run();
    assert_eq!(world.draft(id), EventDraft { exdates: vec![], ..before });
    // A cancelled series takes place again from one on.
    world.engine().cancel(&Target::all(id)).expect("cancelled");
    let one = refused(&world, &about(id, "20261130T190000", Scope::This));
    assert!(one.contains("is cancelled as a whole"), "{one}");
    let back = world.engine().reinstate(&about(id, "20261214T190000", Scope::Following));
    let rest: EventId = back.expect("back").event.parse().expect("an id");
    assert!(world.draft(id).disabled && !world.draft(rest).disabled);
    world.wait_until("2027-01-15T12:00");
    assert_eq!(world.titles().len(), 2);
}
