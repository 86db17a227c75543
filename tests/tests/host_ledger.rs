//! The ledger's page and what the window shows of what has passed: where it begins, and what takes
//! nothing from an event.

use acceptance::world::{World, draft};
use calendar::draft::EventDraft;
use wire::{
    EngineHost, Host,
    dto::{
        AddQuick, DeliveriesPage, DeliveriesQuery, Empty, LeapDay, Mark, OccurrenceRef,
        PersonSaved, RangeQuery, SavePerson, Trigger, YearlyFields,
    },
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

fn page(world: &World, soon: Option<u32>, to: Option<&str>) -> DeliveriesPage {
    let asked = DeliveriesQuery {
        marks: Vec::new(),
        channel: None,
        from: None,
        to: to.map(Into::into),
        event: None,
        soon,
        cursor: None,
        limit: 50,
    };
    host(world).deliveries(asked).expect("a page")
}

fn dues(page: &DeliveriesPage) -> Vec<&str> {
    page.rows.iter().map(|row| &row.due.utc[8..16]).collect()
}

#[test]
fn the_ledger_shows_the_next_few_above_what_was_and_says_that_more_comes() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let rules = vec!["FREQ=HOURLY".to_string()];
    world.add(EventDraft { rules, ..draft("note", "Dense", "20261123T100000", Some(BERLIN)) });
    world.wait_until("2026-11-23T12:30");
    let now = page(&world, Some(3), None);
    assert_eq!(
        dues(&now),
        ["23T14:00", "23T13:00", "23T12:00", "23T11:00", "23T10:00", "23T09:00"],
        "the next three, then what was"
    );
    assert!(now.later);
    let all = page(&world, None, None);
    assert!(all.rows.len() > 20 && !all.later, "as it always was");
    let today = page(&world, Some(3), Some("2026-11-23"));
    assert!(today.rows.is_empty() && !today.later, "a day before it");
}

#[test]
fn of_what_is_due_at_once_nothing_is_left_out() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    for title in ["Tea", "Pill", "Walk"] {
        world.add(draft("note", title, "20261123T100000", Some(BERLIN)));
    }
    let now = page(&world, Some(1), None);
    assert_eq!((now.rows.len(), now.later), (3, false));
    world.add(draft("note", "Sleep", "20261123T220000", Some(BERLIN)));
    let now = page(&world, Some(1), None);
    assert_eq!((now.rows.len(), now.later), (3, true));
}

fn born(world: &World, name: &str, zone: Option<&str>, day: u8) -> PersonSaved {
    let asked = SavePerson {
        id: None,
        name: name.into(),
        birthday: YearlyFields { month: Some(11), day: Some(day), year: Some(1990) },
        anniversary: YearlyFields::default(),
        zone: zone.map(Into::into),
        leap_day: LeapDay::Backward,
        version: None,
        request_id: name.into(),
    };
    host(world).save_person(asked).expect("saved")
}

#[test]
fn a_birthday_added_on_its_day_says_that_it_is_not_told_this_year_and_is_not_struck_out() {
    let world = World::at("2026-11-23T21:16[Europe/Berlin]");
    let saved = born(&world, "Today", None, 23);
    assert_eq!(
        saved.change.note.as_deref(),
        Some(
            "this year’s birthday was to be told on Mon 23 Nov at 09:00, which has passed; \
             the next is told on Tue 23 Nov 2027 at 09:00"
        )
    );
    assert!(saved.change.passed.is_empty(), "once is enough");
    assert_eq!(born(&world, "Tomorrow", None, 24).change.note, None);
    let week = RangeQuery { from: "2026-11-23".into(), to: "2026-11-24".into(), second_zone: None };
    let segments = host(&world).range(week).expect("a day").segments;
    let marks: Vec<Option<Mark>> = segments.iter().map(|segment| segment.mark).collect();
    assert_eq!(marks, [None]);
    let listed = page(&world, Some(1), Some("2026-11-24"));
    assert_eq!(listed.rows[0].mark, Some(Mark::Skipped), "the ledger says what became of it");
}

#[test]
fn a_birthday_comes_by_the_calendar_of_where_the_person_lives() {
    let world = World::at("2026-11-23T21:05[UTC]");
    born(&world, "Kiri", Some("Pacific/Kiritimati"), 24);
    born(&world, "Ana", None, 24);
    let people = host(&world).people(Empty {}).expect("people");
    let days = |name: &str| {
        let person = people.iter().find(|person| person.name == name).expect("there");
        person.birthday.as_ref().and_then(|day| day.in_days)
    };
    assert_eq!((days("Kiri"), days("Ana")), (Some(0), Some(1)));
}

#[test]
fn an_hour_before_a_task_of_a_day_is_at_23_that_day_wherever_it_is_said() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let text = "report due tomorrow, remind 1h";
    let asked = AddQuick { text: text.into(), request_id: "quick".into() };
    let event = host(&world).add_quick(asked).expect("added").event.expect("its id");
    let row = page(&world, None, None).rows.remove(0);
    assert_eq!(row.due.utc, "2026-11-24T22:00:00.000Z", "23:00 in Berlin");
    let said = Trigger::Day { days: 0, wall_min: 23 * 60 };
    assert_eq!(row.trigger, said);
    let original = row.original.expect("an occurrence");
    let form = host(&world).editor_get(OccurrenceRef { event, original }).expect("a form");
    assert_eq!(form.draft.reminders[0].trigger, said);
}

#[test]
fn the_inbox_says_until_when_a_task_can_be_snoozed() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("deadline", "Report", "20261123T110000", Some(BERLIN)));
    world.add(draft("note", "Tea", "20261123T100000", Some(BERLIN)));
    world.wait_until("2026-11-23T10:01");
    let inbox = host(&world).inbox(Empty {}).expect("an inbox");
    let deadline = |title: &str| {
        let item = inbox.items.iter().find(|item| item.title == title).expect("told");
        item.deadline.as_ref().map(|at| at.wall_min)
    };
    assert_eq!((deadline("Report"), deadline("Tea")), (Some(11 * 60), None));
}
