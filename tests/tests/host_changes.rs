//! What a person does in the window: forms, saving, drops, scopes, taking back.

use acceptance::world::{World, draft, reminders};
use calendar::{draft::EventDraft, id::EventId};
use engine::channels::NewWebhook;
use wire::{
    Code, EngineHost, Host,
    dto::{
        Change, DeleteEvent, Did, Draft, EditorForm, Empty, Kind, MoveAnswer, MoveOccurrence,
        Mutation, NewForm, OccurrenceRef, PreviewQuery, RangeQuery, ReminderDraft, SaveEvent,
        Scope, Shift, TimeMode, Trigger, ZoneField,
    },
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

/// Titles with local start, in the days asked for.
fn drawn(world: &World, from: &str, to: &str) -> String {
    let asked = RangeQuery { from: from.into(), to: to.into(), second_zone: None };
    let view = host(world).range(asked).expect("a range");
    let lines = view.segments.iter().map(|s| {
        let start = format!("{:02}:{:02}", s.wall_start / 60, s.wall_start % 60);
        let end = format!("{:02}:{:02}", s.wall_end / 60, s.wall_end % 60);
        let time = if s.all_day { "all day".into() } else { format!("{start}-{end}") };
        format!("{} {time} {}", &s.date[5..], s.title)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn named(event: &EventId, original: &str) -> OccurrenceRef {
    OccurrenceRef { event: event.to_string(), original: original.into() }
}

fn form(world: &World, event: &EventId, original: &str) -> EditorForm {
    host(world).editor_get(named(event, original)).expect("a form")
}

fn save(form: &EditorForm, draft: Draft, scope: Option<Scope>, request: &str) -> SaveEvent {
    SaveEvent {
        draft,
        event: form.event.clone(),
        original: form.original.clone(),
        scope,
        version: form.version,
        request_id: request.into(),
    }
}

fn daily(world: &mut World) -> EventId {
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=4".into()],
        ..draft("appointment", "Stand-up", "20261123T090000", Some(BERLIN))
    })
}

#[test]
fn what_cannot_be_taken_back_stands_beside_the_change_before_it() {
    let mut world = World::at("2026-11-23T07:00[Europe/Berlin]");
    daily(&mut world);
    let standing = |world: &World| {
        let status = host(world).status(Empty {}).expect("a status");
        (status.lasting, status.undo.expect("a change"))
    };
    let made = "Create “Stand-up”".to_string();
    assert_eq!(standing(&world), (None, made.clone()));
    let new = NewWebhook {
        name: "lamp".into(),
        url: "https://lamp.example/".into(),
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&new).expect("added");
    world.engine().remove_channel(hook.id, None).expect("removed");
    assert_eq!(standing(&world), (Some("removing the channel lamp".into()), made.clone()));
    world.engine().pause(engine::settings::Pause::Forever).expect("paused");
    assert_eq!(standing(&world), (Some("pausing".into()), made.clone()));
    world.add(draft("note", "Tea", "20261123T090000", Some(BERLIN)));
    assert_eq!(standing(&world), (None, "Create “Tea”".into()));
}

fn drop_on(
    event: &EventId,
    original: &str,
    date: &str,
    wall_min: i32,
    version: u32,
) -> MoveOccurrence {
    MoveOccurrence {
        event: event.to_string(),
        original: original.into(),
        date: date.into(),
        wall_min: Some(wall_min),
        fold: None,
        duration_min: None,
        days: None,
        all_day: None,
        scope: None,
        version,
        request_id: format!("drop {date} {wall_min}"),
    }
}

fn done(answer: MoveAnswer) -> Change {
    match answer {
        MoveAnswer::Done { change } => change,
        other => panic!("not done: {other:?}"),
    }
}

#[test]
fn an_empty_form_has_the_kinds_defaults() {
    let world = World::at("2026-11-23T09:20[Europe/Berlin]");
    let empty = NewForm {
        kind: None,
        date: None,
        wall_min: None,
        fold: None,
        duration_min: None,
        all_day: None,
        days: None,
        calendar: None,
    };
    let form = host(&world).editor_new(empty.clone()).expect("a form");
    let timing = &form.draft.timing;
    assert_eq!(
        (timing.date.as_str(), timing.wall_min, timing.duration_min),
        ("2026-11-23", 600, 60)
    );
    assert_eq!(timing.zone.as_ref().map(|z| z.city.as_str()), Some("Berlin"));
    assert_eq!(form.draft.reminders[0].trigger, Trigger::Offset { minutes: -10 });
    let task = NewForm { kind: Some(Kind::Deadline), ..empty.clone() };
    let task = host(&world).editor_new(task).expect("a form").draft;
    let offsets: Vec<_> = task.reminders.iter().map(|r| r.trigger.clone()).collect();
    assert_eq!(offsets, [Trigger::Offset { minutes: -1440 }, Trigger::Offset { minutes: -60 }]);
    let run = NewForm { kind: Some(Kind::Workflow), ..empty };
    let run = host(&world).editor_new(run).expect("a form").draft;
    let offsets: Vec<_> = run.reminders.iter().map(|r| r.trigger.clone()).collect();
    assert_eq!((run.timing.duration_min, offsets), (0, vec![Trigger::Offset { minutes: 0 }]));
}

#[test]
fn a_form_saved_twice_makes_one_event_that_rings_and_can_be_taken_back() {
    let mut world = World::at("2026-11-23T09:20[Europe/Berlin]");
    let mut draft = host(&world)
        .editor_new(NewForm {
            kind: None,
            date: Some("2026-11-24".into()),
            wall_min: Some(870),
            fold: None,
            duration_min: Some(90),
            all_day: None,
            days: None,
            calendar: None,
        })
        .expect("a form")
        .draft;
    draft.title = "Dentist".into();
    draft.url = Some("https://dentist.example/".into());
    let asked = SaveEvent {
        draft,
        event: None,
        original: None,
        scope: None,
        version: None,
        request_id: "one".into(),
    };
    let change = host(&world).save(asked.clone()).expect("saved");
    assert_eq!((change.did, change.version, change.undo), (Did::Created, Some(1), true));
    let again = host(&world).save(asked).expect("saved");
    assert_eq!(again.event, change.event);
    assert_eq!(drawn(&world, "2026-11-23", "2026-11-26"), "11-24 14:30-16:00 Dentist");
    world.run();
    assert_eq!(world.rows(), "Tue 24 14:20 scheduled planned Dentist");
    let event: EventId = change.event.expect("an id").parse().expect("an id");
    let detail = host(&world)
        .occurrence(named(&event, &change.original.expect("a start")))
        .expect("a detail");
    assert_eq!(detail.url.as_deref(), Some("https://dentist.example/"));
    let status = host(&world).status(Empty {}).expect("a status");
    assert_eq!(status.undo.as_deref(), Some("Create “Dentist”"));
    let undone = host(&world).undo(Mutation { request_id: "two".into() }).expect("undone");
    assert_eq!((undone.did, undone.title.as_deref()), (Did::Undone, Some("Dentist")));
    assert_eq!(drawn(&world, "2026-11-23", "2026-11-26"), "");
    host(&world).redo(Mutation { request_id: "three".into() }).expect("redone");
    world.run();
    assert_eq!(world.rows(), "Tue 24 14:20 scheduled planned.again Dentist");
    let nothing = host(&world).redo(Mutation { request_id: "four".into() }).expect("nothing");
    assert_eq!(nothing.did, Did::Nothing);
}

#[test]
fn a_form_saved_as_it_was_opened_changes_nothing_that_rings() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    // Triggers of files say things in their own way.
    let all_day = world.add(EventDraft {
        reminders: reminders(&["-PT15H", "-P1D", "PT0M"]),
        ..draft("appointment", "Fair", "20261130", None)
    });
    let timed = world.add(EventDraft {
        reminders: reminders(&["-PT24H", "END-PT5M", "20261125T100000Z"]),
        ..draft("appointment", "Talk", "20261201T100000", Some("Asia/Tokyo"))
    });
    let series = daily(&mut world);
    let rows = world.all_rows();
    for (n, (event, original)) in
        [(all_day, "20261130"), (timed, "20261201T100000"), (series, "20261125T090000")]
            .into_iter()
            .enumerate()
    {
        let opened = form(&world, &event, original);
        let scope = opened.recurring.then_some(Scope::All);
        let before = world.draft(event);
        host(&world)
            .save(save(&opened, opened.draft.clone(), scope, &format!("same {n}")))
            .expect("saved");
        assert_eq!(world.draft(event), before, "{original}");
    }
    world.run();
    assert_eq!(world.all_rows(), rows);
}

#[test]
fn only_this_one_differs_or_all_move_as_the_form_says() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = daily(&mut world);
    let opened = form(&world, &event, "20261124T090000");
    assert_eq!(opened.scopes, [Scope::This, Scope::Following, Scope::All]);
    let mut draft = opened.draft.clone();
    draft.title = "Long stand-up".into();
    draft.timing.wall_min = 10 * 60;
    let unsaid = host(&world).save(save(&opened, draft.clone(), None, "unsaid"));
    assert_eq!(unsaid.expect_err("a scope is needed").field.as_deref(), Some("scope"));
    host(&world).save(save(&opened, draft, Some(Scope::This), "this")).expect("saved");
    assert_eq!(
        drawn(&world, "2026-11-23", "2026-11-27"),
        "11-23 09:00-10:00 Stand-up\n11-24 10:00-11:00 Long stand-up\n11-25 09:00-10:00 Stand-up\n11-26 09:00-10:00 Stand-up"
    );
    let opened = form(&world, &event, "20261125T090000");
    let mut draft = opened.draft.clone();
    draft.title = "Daily".into();
    draft.timing.wall_min = 9 * 60 + 30;
    draft.timing.duration_min = 15;
    host(&world).save(save(&opened, draft, Some(Scope::All), "all")).expect("saved");
    assert_eq!(
        drawn(&world, "2026-11-23", "2026-11-27"),
        "11-23 09:30-09:45 Daily\n11-24 10:00-11:00 Long stand-up\n11-25 09:30-09:45 Daily\n11-26 09:30-09:45 Daily"
    );
    let opened = form(&world, &event, "20261125T093000");
    let mut draft = opened.draft.clone();
    draft.reminders.clear();
    let refused = host(&world).save(save(&opened, draft.clone(), Some(Scope::This), "no"));
    assert_eq!(refused.expect_err("of all only").field.as_deref(), Some("reminders"));
    draft.rule = None;
    host(&world).save(save(&opened, draft, Some(Scope::All), "once")).expect("saved");
    assert_eq!(drawn(&world, "2026-11-23", "2026-11-27"), "11-25 09:30-09:45 Daily");
    for n in 0..3 {
        host(&world).undo(Mutation { request_id: format!("back {n}") }).expect("undone");
    }
    assert_eq!(
        drawn(&world, "2026-11-24", "2026-11-26"),
        "11-24 09:00-10:00 Stand-up\n11-25 09:00-10:00 Stand-up"
    );
}

#[test]
fn an_event_changed_meanwhile_is_a_conflict_and_a_deleted_one_is_gone() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = world.add(draft("appointment", "Dentist", "20261124T100000", Some(BERLIN)));
    let opened = form(&world, &event, "20261124T100000");
    let mut other = world.draft(event);
    other.title = "Doctor".into();
    world.save(Some(event), other);
    let stale = host(&world).save(save(&opened, opened.draft.clone(), None, "stale"));
    assert_eq!(stale.expect_err("a conflict").code, Code::Conflict);
    let delete = DeleteEvent {
        event: event.to_string(),
        original: None,
        scope: Scope::All,
        version: 2,
        request_id: "gone".into(),
    };
    let change = host(&world).delete(delete.clone()).expect("deleted");
    assert_eq!((change.did, change.cancelled_reminders), (Did::Deleted, 1));
    assert_eq!(host(&world).delete(delete).expect("the first answer").cancelled_reminders, 1);
    let gone = host(&world).editor_get(named(&event, "20261124T100000"));
    assert_eq!(gone.expect_err("gone").code, Code::NotFound);
}

#[test]
fn one_of_a_series_is_skipped() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = daily(&mut world);
    let skip = DeleteEvent {
        event: event.to_string(),
        original: Some("20261124T090000".into()),
        scope: Scope::This,
        version: 1,
        request_id: "skip".into(),
    };
    let change = host(&world).delete(skip.clone()).expect("skipped");
    assert_eq!((change.did, change.version), (Did::Skipped, Some(2)));
    assert_eq!(host(&world).delete(skip).expect("the first answer").version, Some(2));
    assert_eq!(
        drawn(&world, "2026-11-23", "2026-11-26"),
        "11-23 09:00-10:00 Stand-up\n11-25 09:00-10:00 Stand-up"
    );
}

#[test]
fn a_drop_asks_for_the_scope_of_a_series_and_keeps_its_own_zone() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=3".into()],
        ..draft("appointment", "Call", "20261123T100000", Some("America/New_York"))
    });
    let mut asked = drop_on(&event, "20261124T100000", "2026-11-24", 17 * 60, 1);
    match host(&world).move_occurrence(asked.clone()).expect("a question") {
        MoveAnswer::ChooseScope { title, scopes } => {
            let all = vec![Scope::This, Scope::Following, Scope::All];
            assert_eq!((title.as_str(), scopes), ("Call", all));
        }
        other => panic!("{other:?}"),
    }
    asked.scope = Some(Scope::This);
    let change = done(host(&world).move_occurrence(asked.clone()).expect("moved"));
    assert_eq!(change.original.as_deref(), Some("20261124T100000"));
    let again = done(host(&world).move_occurrence(asked).expect("moved"));
    assert_eq!(again.version, change.version);
    assert_eq!(
        drawn(&world, "2026-11-23", "2026-11-26"),
        "11-23 16:00-17:00 Call\n11-24 17:00-18:00 Call\n11-25 16:00-17:00 Call"
    );
    assert_eq!(world.draft(event).overrides[0].start, "20261124T110000");
    let mut all = drop_on(&event, "20261125T100000", "2026-11-26", 15 * 60, 2);
    all.scope = Some(Scope::All);
    let change = done(host(&world).move_occurrence(all).expect("moved"));
    assert_eq!(change.original.as_deref(), Some("20261126T090000"));
    assert_eq!(world.draft(event).start, "20261124T090000");
}

#[test]
fn a_drop_into_a_doubled_hour_asks_which_and_into_a_missing_one_lands_after_it() {
    let mut world = World::at("2026-10-20T08:00[Europe/Berlin]");
    let event = world.add(draft("appointment", "Backup", "20261024T023000", Some(BERLIN)));
    let mut asked = drop_on(&event, "20261024T023000", "2026-10-25", 150, 1);
    match host(&world).move_occurrence(asked.clone()).expect("a question") {
        MoveAnswer::ChooseFold { offsets } => assert_eq!(offsets, ["CEST", "CET"]),
        other => panic!("{other:?}"),
    }
    asked.fold = Some(true);
    let change = done(host(&world).move_occurrence(asked).expect("moved"));
    assert_eq!(change.original.as_deref(), Some("20261025T023000+fold"));
    let said = "02:30 comes twice on 25 October in Berlin: this is the second, CET";
    assert_eq!(change.note.as_deref(), Some(said));
    assert_eq!(drawn(&world, "2026-10-25", "2026-10-26"), "10-25 02:30-03:30 Backup");
    let first = EventDraft { ..world.draft(event) };
    assert_eq!((first.start.as_str(), first.fold.as_str()), ("20261025T023000", "second"));
    let asked = drop_on(&event, "20261025T023000+fold", "2027-03-28", 150, 2);
    let change = done(host(&world).move_occurrence(asked).expect("moved"));
    assert_eq!(
        change.note.as_deref(),
        Some("02:30 does not exist on 28 March 2027 in Berlin → 03:30")
    );
    assert_eq!(drawn(&world, "2027-03-28", "2027-03-29"), "03-28 03:30-04:30 Backup");
    assert_eq!(world.draft(event).fold, "");
}

#[test]
fn onto_the_rail_and_off_it_and_to_another_length() {
    let mut world = World::at("2026-11-23T08:00[Europe/Berlin]");
    let event = world.add(draft("appointment", "Fair", "20261124T100000", Some(BERLIN)));
    let mut asked = drop_on(&event, "20261124T100000", "2026-11-24", 600, 1);
    asked.duration_min = Some(150);
    done(host(&world).move_occurrence(asked).expect("resized"));
    assert_eq!(drawn(&world, "2026-11-23", "2026-11-26"), "11-24 10:00-12:30 Fair");
    let mut asked = drop_on(&event, "20261124T100000", "2026-11-25", 0, 2);
    (asked.wall_min, asked.all_day) = (None, Some(true));
    let change = done(host(&world).move_occurrence(asked).expect("on the rail"));
    assert_eq!(change.original.as_deref(), Some("20261125"));
    assert_eq!(drawn(&world, "2026-11-23", "2026-11-26"), "11-25 all day Fair");
    let mut asked = drop_on(&event, "20261125", "2026-11-23", 660, 3);
    asked.all_day = Some(false);
    done(host(&world).move_occurrence(asked).expect("off the rail"));
    assert_eq!(drawn(&world, "2026-11-23", "2026-11-26"), "11-23 11:00-12:00 Fair");
    let mut asked = drop_on(&event, "20261123T110000", "2026-11-23", 660, 4);
    asked.request_id = "where it is".into();
    assert_eq!(done(host(&world).move_occurrence(asked).expect("there")).did, Did::Nothing);
}

#[test]
fn a_preview_says_what_the_clocks_do_and_what_cannot_be() {
    let world = World::at("2027-03-26T09:00[Europe/Berlin]");
    let mut draft = host(&world)
        .editor_new(NewForm {
            kind: None,
            date: Some("2027-03-27".into()),
            wall_min: Some(150),
            fold: None,
            duration_min: None,
            all_day: None,
            days: None,
            calendar: None,
        })
        .expect("a form")
        .draft;
    draft.title = "Backup".into();
    draft.rule = Some("FREQ=DAILY".into());
    let look = |draft: &Draft| {
        let asked = PreviewQuery { draft: draft.clone(), event: None };
        host(&world).editor_preview(asked).expect("a preview")
    };
    let seen = look(&draft);
    assert_eq!(seen.sentence.as_deref(), Some("every day"));
    assert!(seen.more && seen.refused.is_empty() && !seen.past);
    let next: Vec<_> = seen.next.iter().map(|d| (d.wall.wall_min, d.shift)).collect();
    assert_eq!(
        next,
        [
            (Some(150), Shift::None),
            (Some(210), Shift::Gap),
            (Some(150), Shift::None),
            (Some(150), Shift::None),
            (Some(150), Shift::None)
        ]
    );
    assert_eq!(seen.notes.len(), 1);
    assert_eq!(seen.notes[0].text, "02:30 does not exist on 28 March in Berlin → 03:30");
    assert_eq!(seen.reminders[0].due.as_ref().map(|m| m.wall_min), Some(140));
    draft.timing.zone = Some(ZoneField { id: "Asia/Tokyo".into(), city: "Tokyo".into() });
    let here = look(&draft).next[0].here.clone().expect("another wall here");
    assert_eq!((here.date.as_str(), here.wall_min), ("2027-03-26", Some(18 * 60 + 30)));
    draft.title = " ".into();
    draft.rule = Some("FREQ=SOMETIMES".into());
    draft.reminders.push(draft.reminders[0].clone());
    let fields: Vec<_> = look(&draft).refused.into_iter().map(|r| r.field).collect();
    assert_eq!(fields, ["title", "rule", "reminders.1"]);
    draft.timing.mode = TimeMode::Zoned;
    draft.timing.zone = Some(ZoneField { id: "EST".into(), city: "EST".into() });
    assert_eq!(look(&draft).refused[0].field, "timing");
}

#[test]
fn a_reminder_at_the_deadline_is_refused_in_its_place() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let task = NewForm {
        kind: Some(Kind::Deadline),
        date: Some("2026-10-25".into()),
        wall_min: Some(150),
        fold: None,
        duration_min: None,
        all_day: None,
        days: None,
        calendar: None,
    };
    let mut draft = host(&world).editor_new(task).expect("a form").draft;
    draft.title = "Tax".into();
    let late = ReminderDraft {
        trigger: Trigger::Offset { minutes: 5 },
        channel: draft.reminders[0].channel.clone(),
        nag_min: None,
        alarm: false,
    };
    draft.reminders.push(late);
    let seen = host(&world)
        .editor_preview(PreviewQuery { draft: draft.clone(), event: None })
        .expect("a preview");
    assert_eq!(seen.refused[0].field, "reminders.2");
    assert!(seen.past);
    assert_eq!(seen.fold, Some(["CEST".into(), "CET".into()]));
    let asked = SaveEvent {
        draft,
        event: None,
        original: None,
        scope: None,
        version: None,
        request_id: "late".into(),
    };
    let fault = host(&world).save(asked).expect_err("refused");
    assert_eq!((fault.code, fault.field.as_deref()), (Code::Invalid, Some("reminders")));
}

#[test]
fn the_end_by_the_wall_is_kept_over_a_change_of_the_clocks() {
    let mut world = World::at("2026-10-20T08:00[Europe/Berlin]");
    let event = world.add(draft("appointment", "Party", "20261024T220000", Some(BERLIN)));
    let opened = form(&world, &event, "20261024T220000");
    let mut draft = opened.draft.clone();
    draft.timing.duration_min = 6 * 60;
    host(&world).save(save(&opened, draft, None, "longer")).expect("saved");
    // From 22:00 to 04:00 by the wall are seven hours that night.
    assert_eq!(world.draft(event).length, Some((0, 7 * 3600)));
    assert_eq!(
        drawn(&world, "2026-10-24", "2026-10-26"),
        "10-24 22:00-24:00 Party\n10-25 00:00-04:00 Party"
    );
    assert_eq!(form(&world, &event, "20261024T220000").draft.timing.duration_min, 360);
}
