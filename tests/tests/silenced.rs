//! What quiet hours or a pause would swallow is said before: when an event is made, and when
//! something is snoozed.

use acceptance::world::{World, draft, reminder};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::ChannelId,
};
use engine::{quiet::QuietHours, settings::Pause};
use wire::{
    EngineHost, Host,
    dto::{self, Empty, NewForm, PreviewQuery, Snooze, SnoozeUntil},
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

/// Quiet from ten to seven, every night.
fn world() -> World {
    let world = World::at("2026-11-23T20:00[Europe/Berlin]");
    let rules = "22:00-07:00 all".parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
    world
}

/// What is said of a draft's reminders.
fn missed(world: &World, draft: &EventDraft) -> Vec<String> {
    let saved = world
        .engine()
        .save_event(&engine::events::Save { draft: draft.clone(), ..Default::default() });
    let id = saved.expect("a valid event").event.parse().expect("an id");
    let event = world.engine().event(id).expect("an event").event;
    let context = world.engine().planning_context().expect("a ledger");
    let ahead = event.occurrences(&context, world.now(), jiff::Timestamp::MAX, 5).items;
    let silence = world.engine().silence().expect("a ledger");
    let said = silence.missed(&event, &context, &ahead, world.now());
    said.into_iter().map(|(_, sentence)| sentence).collect()
}

#[test]
fn a_reminder_is_missed_whose_event_is_over_when_quiet_hours_end() {
    let world = world();
    let early = |title: &str, at: &str| draft("appointment", title, at, Some(BERLIN));
    for (title, at, said) in [
        (
            "Over",
            "20261124T053000",
            Some("would be missed: quiet hours last until 07:00, the event is over at 06:30"),
        ),
        (
            "Just over",
            "20261124T060000",
            Some("would be missed: quiet hours last until 07:00, the event is over at 07:00"),
        ),
        ("Still on", "20261124T060100", None),
        ("Evening", "20261123T215900", None),
    ] {
        assert_eq!(missed(&world, &early(title, at)).first().map(String::as_str), said, "{title}");
    }
    let alarm = ReminderDraft { alarm: true, ..reminder("-PT10M", ChannelId::DESKTOP) };
    let with = EventDraft { reminders: Some(vec![alarm]), ..early("Alarm", "20261124T053000") };
    assert!(missed(&world, &with).is_empty());
    let offer = draft("deadline", "Offer", "20261124T063000", Some(BERLIN));
    let said = "would be missed: quiet hours last until 07:00, the deadline is at 06:30";
    assert_eq!(missed(&world, &offer), [said], "an hour before; the day before has passed");
}

#[test]
fn of_a_series_the_first_that_would_be_missed_is_meant() {
    let world = world();
    let rules = vec!["FREQ=DAILY".to_string()];
    let swim = draft("appointment", "Swim", "20261124T053000", Some(BERLIN));
    assert_eq!(missed(&world, &EventDraft { rules, ..swim }).len(), 1);
}

#[test]
fn a_pause_swallows_too_and_one_without_an_end_says_so() {
    let world = world();
    world.engine().pause(Pause::Forever).expect("paused");
    let call = draft("appointment", "Call", "20261123T203000", Some(BERLIN));
    let said = "would be missed: reminders are paused until you resume, the event is over at 21:30";
    assert_eq!(missed(&world, &call), [said]);
    let note = draft("note", "Note", "20261123T203000", Some(BERLIN));
    assert!(missed(&world, &note).is_empty(), "it is worth telling for ever");
}

#[test]
fn a_pause_that_ends_in_the_night_lasts_until_the_morning() {
    let world = world();
    let end = "2026-11-23T22:30:00[Europe/Berlin]".parse::<jiff::Zoned>().expect("a time");
    world.engine().pause(Pause::Until(end.timestamp())).expect("paused");
    let call = draft("appointment", "Call", "20261123T220000", Some(BERLIN));
    let said = "would be missed: quiet hours last until 07:00, the event is over at 23:00";
    assert_eq!(missed(&world, &call), [said]);
}

#[test]
fn the_editor_says_it_of_the_reminder_while_it_is_made() {
    let world = world();
    let form = NewForm { date: Some("2026-11-24".into()), wall_min: Some(330), ..new_form() };
    let draft = host(&world).editor_new(form).expect("a form").draft;
    let draft = dto::Draft { title: "Over".into(), ..draft };
    let seen = host(&world).editor_preview(PreviewQuery { draft: draft.clone(), event: None });
    let said = "would be missed: quiet hours last until 07:00, the event is over at 06:30";
    assert_eq!(seen.expect("a preview").reminders[0].missed.as_deref(), Some(said));
    let mut alarm = draft;
    alarm.reminders[0].alarm = true;
    let seen = host(&world).editor_preview(PreviewQuery { draft: alarm, event: None });
    assert_eq!(seen.expect("a preview").reminders[0].missed, None);
}

fn new_form() -> NewForm {
    NewForm {
        kind: None,
        date: None,
        wall_min: None,
        fold: None,
        duration_min: None,
        all_day: None,
        days: None,
        calendar: None,
    }
}

#[test]
fn a_snooze_into_the_night_says_when_it_will_be_told_or_that_it_will_not() {
    let mut world = world();
    world.add(draft("note", "Call back", "20261123T213000", Some(BERLIN)));
    world.wait_until("2026-11-23T21:55");
    let snooze = |minutes: u32, request: &str| {
        let asked = Snooze {
            deliveries: vec![world.deliveries()[0].row.id.to_string()],
            until: SnoozeUntil::For { minutes },
            request_id: request.into(),
        };
        host(&world).snooze(asked).expect("snoozed").note
    };
    assert_eq!(snooze(4, "a"), None);
    let said = "quiet hours last until 07:00: it will be told then";
    assert_eq!(snooze(10, "b").as_deref(), Some(said));
    assert_eq!(snooze(10, "b").as_deref(), Some(said), "asked again");
}

#[test]
fn a_task_snoozed_into_a_night_that_outlasts_its_deadline_would_be_missed() {
    let mut world = world();
    let offer = draft("deadline", "Offer", "20261124T063000", Some(BERLIN));
    let own = Some(vec![reminder("-PT9H", ChannelId::DESKTOP)]);
    world.add(EventDraft { reminders: own, ..offer });
    world.wait_until("2026-11-23T21:40");
    let until = world.now() + jiff::SignedDuration::from_mins(30);
    let snoozed = world.engine().snooze(world.only(), until, "cli").expect("snoozed");
    let said = "it would be missed: quiet hours last until 07:00, the deadline is at 06:30";
    assert_eq!(snoozed.silenced.as_deref(), Some(said));
}

#[test]
fn the_window_sets_quiet_hours_and_pauses() {
    let mut world = World::at("2026-11-23T20:00[Europe/Berlin]");
    let usual = host(&world).get_quiet(Empty {}).expect("hours");
    assert_eq!((usual.on, usual.from_min, usual.to_min), (false, 1320, 420));
    let wanted = dto::QuietHours { on: true, from_min: 1230, to_min: 390, days: vec![0, 6] };
    assert_eq!(host(&world).set_quiet(wanted.clone()).expect("set"), wanted);
    assert_eq!(host(&world).get_quiet(Empty {}).expect("hours"), wanted);
    for (from_min, to_min, days, field) in [
        (60, 60, vec![1], "toMin"),
        (60, 1500, vec![1], "toMin"),
        (-60, 60, vec![1], "fromMin"),
        (0, 60, vec![], "days"),
    ] {
        let asked = dto::QuietHours { on: true, from_min, to_min, days };
        let fault = host(&world).set_quiet(asked).expect_err("refused");
        assert_eq!(fault.field.as_deref(), Some(field));
    }
    let paused = host(&world).pause(dto::PauseFor { minutes: Some(30) }).expect("paused");
    assert!(paused.paused && paused.paused_until.is_some());
    world.wait_until("2026-11-23T20:31");
    assert_eq!(world.engine().paused().expect("a ledger"), None);
}

/// What the menu says of a reminder's snoozes: until when, what to know, and whether it is refused.
fn menu(world: &World, delivery: &str, minutes: Option<u32>) -> Vec<String> {
    let asked = dto::SnoozeQuery { delivery: delivery.into(), minutes };
    let choices = host(world).snooze_choices(asked).expect("choices");
    let say = |choice: dto::SnoozeChoice| {
        let (hour, minute) = (choice.at.wall_min / 60, choice.at.wall_min % 60);
        let mark = if choice.refused { "✗ " } else { "" };
        format!("{mark}{hour:02}:{minute:02} {}", choice.warning.unwrap_or_default())
    };
    choices.into_iter().map(say).map(|line| line.trim().to_string()).collect()
}

#[test]
fn the_snooze_menu_warns_before_it_is_chosen() {
    let mut world = world();
    world.add(draft("appointment", "Call", "20261123T203000", Some(BERLIN)));
    world.wait_until("2026-11-23T20:21");
    let call = host(&world).inbox(Empty {}).expect("an inbox").items[0].delivery.clone();
    assert_eq!(
        menu(&world, &call, None),
        ["20:25", "20:30", "20:51", "21:21", "09:00 it is over at Mon 23 Nov, 21:30",]
    );
    let late = "22:21 quiet hours last until 07:00: it will be told then";
    assert_eq!(menu(&world, &call, Some(120)), [late]);
}

#[test]
fn the_snooze_menu_refuses_what_is_not_before_the_deadline() {
    let mut world = world();
    let own = vec![reminder("-PT30M", ChannelId::DESKTOP)];
    let task = draft("deadline", "Tax", "20261124T080000", Some(BERLIN));
    world.add(EventDraft { reminders: Some(own), ..task });
    world.wait_until("2026-11-24T07:31");
    let tax = host(&world).inbox(Empty {}).expect("an inbox").items[0].delivery.clone();
    assert_eq!(
        menu(&world, &tax, None),
        [
            "07:55",
            "✗ 08:00 the deadline is at 08:00",
            "✗ 08:01 the deadline is at 08:00",
            "✗ 08:31 the deadline is at 08:00",
            "✗ 18:00 the deadline is at 08:00",
            "✗ 09:00 the deadline is at Tue 24 Nov, 08:00",
        ]
    );
}
