//! What was cancelled in the window: it is seen to be, nothing of it comes up, and it can take place
//! after all.

use acceptance::world::{World, draft};
use calendar::draft::EventDraft;
use engine::events::Target;
use wire::{
    EngineHost, Host,
    dto::{Did, Mark, OccurrenceRef, RangeQuery, ReinstateEvent, UpNextQuery},
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

#[test]
fn what_is_cancelled_is_shown_as_cancelled_and_may_take_place_after_all() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = world.add(draft("appointment", "Dentist", "20261124T100000", Some(BERLIN)));
    let one = OccurrenceRef { event: event.to_string(), original: "20261124T100000".into() };
    let shown = |world: &World| {
        let asked =
            RangeQuery { from: "2026-11-24".into(), to: "2026-11-25".into(), second_zone: None };
        let segment = host(world).range(asked).expect("a range").segments.remove(0);
        let detail = host(world).occurrence(one.clone()).expect("it is there");
        let next = host(world).up_next(UpNextQuery { limit: 9 }).expect("what comes up").len();
        let marks: Vec<_> = detail.reminders.iter().map(|r| r.mark).collect();
        (segment.cancelled, segment.mark, detail.cancelled, marks, next)
    };
    let stands = (false, Some(Mark::Scheduled), false, vec![Some(Mark::Scheduled)], 1);
    assert_eq!(shown(&world), stands);
    world.engine().cancel(&Target::all(event)).expect("cancelled");
    assert_eq!(shown(&world), (true, None, true, vec![None], 0));
    let asked = ReinstateEvent { event: event.to_string(), version: 2, request_id: "on".into() };
    let change = host(&world).reinstate(asked.clone()).expect("it takes place");
    assert_eq!((change.did, change.title.as_deref()), (Did::Reinstated, Some("Dentist")));
    assert!(change.undo);
    assert_eq!(host(&world).reinstate(asked).expect("the first answer").version, Some(3));
    assert_eq!(shown(&world), stands);
    let again = ReinstateEvent { event: event.to_string(), version: 3, request_id: "no".into() };
    let refused = host(&world).reinstate(again).expect_err("nothing to bring back");
    assert!(refused.message.contains("is not cancelled"), "{}", refused.message);
}

#[test]
fn of_a_series_that_is_cancelled_what_is_over_is_not_shown_as_cancelled() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=4".into()],
        ..draft("appointment", "Stand-up", "20261123T090000", Some(BERLIN))
    });
    world.wait_until("2026-11-24T12:00");
    world.engine().cancel(&Target::all(event)).expect("cancelled");
    let asked =
        RangeQuery { from: "2026-11-23".into(), to: "2026-11-27".into(), second_zone: None };
    let segments = host(&world).range(asked).expect("a range").segments;
    let shown: Vec<_> = segments.iter().map(|s| (s.cancelled, s.mark)).collect();
    let told = (false, Some(Mark::Told));
    assert_eq!(shown, [told, told, (true, None), (true, None)]);
}

#[test]
fn nothing_comes_after_one_of_a_cancelled_series() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let choir = draft("appointment", "Choir", "20261129T193000", Some(BERLIN));
    let event = world.add(EventDraft { rules: vec!["FREQ=WEEKLY".into()], ..choir });
    let one = OccurrenceRef { event: event.to_string(), original: "20261129T193000".into() };
    let next = |world: &World| {
        let detail = host(world).occurrence(one.clone()).expect("it is there");
        (detail.next.map(|next| next.date), detail.reminders.iter().map(|r| r.mark).collect())
    };
    assert_eq!(next(&world), (Some("2026-12-06".into()), vec![Some(Mark::Scheduled)]));
    world.engine().cancel(&Target::all(event)).expect("cancelled");
    assert_eq!(next(&world), (None, vec![None]));
}
