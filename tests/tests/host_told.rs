//! What was told and what the person answers: inbox, snooze, the ledger's page, why, and the rest
//! of what the window shows of a ledger.

use acceptance::world::{World, draft, reminder};
use calendar::{draft::EventDraft, id::EventId};
use engine::{courier::Handover, ledger::SchedulerLock};
use wire::{
    Code, EngineHost, Host,
    dto::{
        Acknowledge, AddWebhook, Answer, AttemptOutcome, ChannelRate, DeliveriesQuery, DeliveryRef,
        Did, Empty, Guarantee, LeapDay, Mark, Network, OccurrenceRef, Place, Remove, Retries,
        RetryDeliveries, SaveCalendar, SavePerson, Seen, SetAutostart, Settings, Snooze,
        SnoozeUntil, State, SwitchOnChannel, TestChannel, Theme, Trigger, UpNextQuery,
        YearlyFields, ZoneQuery,
    },
};

const BERLIN: &str = "Europe/Berlin";

fn host(world: &World) -> EngineHost {
    EngineHost::new(world.engine().clone())
}

fn page(world: &World, marks: &[Mark]) -> Vec<wire::dto::DeliveryRow> {
    let asked = DeliveriesQuery {
        marks: marks.to_vec(),
        channel: None,
        from: None,
        to: None,
        event: None,
        soon: None,
        cursor: None,
        limit: 50,
    };
    host(world).deliveries(asked).expect("a page").rows
}

fn webhook(world: &World, request: &str) -> wire::dto::ChannelAdded {
    let asked = AddWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:9/ring".into(),
        network: Network::Loopback,
        guarantee: Guarantee::NeverMiss,
        retries: Retries::Long,
        rate: ChannelRate { per_second: 2, burst: 3 },
        request_id: request.into(),
    };
    host(world).add_webhook(asked).expect("a webhook")
}

#[test]
fn the_inbox_holds_what_was_told_until_it_is_done() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:51");
    let inbox = host(&world).inbox(Empty {}).expect("an inbox");
    let [item] = inbox.items.as_slice() else { panic!("{:?}", inbox.items) };
    assert_eq!(
        (item.mark, item.state, item.shown, item.over),
        (Mark::Told, State::Completed, Seen::Yes, false)
    );
    assert_eq!(
        (item.start.wall_min, item.trigger.clone()),
        (Some(600), Trigger::Offset { minutes: -10 })
    );
    assert_eq!(item.original, "20261123T100000");
    assert_eq!((inbox.snooze_min, inbox.tonight.map(|m| m.wall_min)), (10, Some(18 * 60)));
    assert_eq!((inbox.tomorrow.date.as_str(), inbox.tomorrow.wall_min), ("2026-11-24", 540));
    assert_eq!(host(&world).status(Empty {}).expect("a status").unacknowledged, 1);
    let asked = Acknowledge { deliveries: vec![item.delivery.clone()], request_id: "done".into() };
    for _ in 0..2 {
        let change = host(&world).acknowledge(asked.clone()).expect("done");
        assert_eq!((change.did, change.count), (Did::Acknowledged, 1));
    }
    assert!(host(&world).inbox(Empty {}).expect("an inbox").items.is_empty());
    let why = host(&world).why(DeliveryRef { delivery: item.delivery.clone() }).expect("why");
    let given = why.acknowledged.map(|a| (a.how, a.place));
    assert_eq!(given, Some((Answer::Done, Place::Window)));
}

#[test]
fn a_late_one_says_why_once() {
    let mut world = World::at("2026-11-23T21:00[Europe/Berlin]");
    world.add(draft("note", "Oven", "20261123T221500", Some(BERLIN)));
    world.wait_until("2026-11-23T22:10");
    world.jump_to("2026-11-24T07:03");
    world.run();
    let row = page(&world, &[Mark::Late]).remove(0);
    assert_eq!(row.reason.expect("a reason").text, "the computer was asleep");
    let why = host(&world).why(DeliveryRef { delivery: row.id }).expect("why");
    let said = why.steps.last().and_then(|step| step.reason.clone()).expect("a reason");
    assert_eq!(said.text, "the computer was asleep 22:10 to 07:03");
}

#[test]
fn a_note_is_over_when_its_day_is_and_an_appointment_when_it_ends() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T095500", Some(BERLIN)));
    world.add(draft("appointment", "Dentist", "20261123T100000", Some(BERLIN)));
    for (until, over) in [
        ("2026-11-23T10:30", [false, false]),
        ("2026-11-23T11:00", [false, true]),
        ("2026-11-24T00:00", [true, true]),
    ] {
        world.wait_until(until);
        let items = host(&world).inbox(Empty {}).expect("an inbox").items;
        assert_eq!(items.iter().map(|i| i.over).collect::<Vec<_>>(), over, "{until}");
    }
}

#[test]
fn each_snooze_rings_when_it_says() {
    for (until, rings) in [
        (SnoozeUntil::For { minutes: 15 }, "Mon 23 10:06"),
        (SnoozeUntil::BeforeStart { minutes: 5 }, "Mon 23 10:55"),
        (SnoozeUntil::BeforeStart { minutes: 0 }, "Mon 23 11:00"),
        (SnoozeUntil::Tonight, "Mon 23 18:00"),
        (SnoozeUntil::Tomorrow, "Tue 24 09:00"),
    ] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        world.add(EventDraft {
            reminders: acceptance::world::reminders(&["-PT1H10M"]),
            ..draft("appointment", "Dentist", "20261123T110000", Some(BERLIN))
        });
        world.wait_until("2026-11-23T09:51");
        let told = world.only().to_string();
        let asked = Snooze { deliveries: vec![told], until, request_id: "later".into() };
        let change = host(&world).snooze(asked.clone()).expect("snoozed");
        assert_eq!(change.until, host(&world).snooze(asked).expect("the first answer").until);
        assert!(
            world.rows().contains(&format!("{rings} scheduled planned.snooze")),
            "{}",
            world.rows()
        );
        assert!(host(&world).inbox(Empty {}).expect("an inbox").items.is_empty());
        let next = host(&world).up_next(UpNextQuery { limit: 1 }).expect("what comes");
        let snoozed: Vec<_> = next.iter().map(|n| (n.snoozed, n.rings.clone())).collect();
        assert_eq!(snoozed, [(true, change.until)]);
    }
}

#[test]
fn a_snooze_into_the_past_is_refused_and_the_last_length_is_remembered() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T190000", Some(BERLIN)));
    world.wait_until("2026-11-23T19:05");
    let told = world.only().to_string();
    let snooze = |until, request: &str| {
        let asked = Snooze { deliveries: vec![told.clone()], until, request_id: request.into() };
        host(&world).snooze(asked)
    };
    for (n, until) in [
        SnoozeUntil::Tonight,
        SnoozeUntil::BeforeStart { minutes: 0 },
        SnoozeUntil::For { minutes: 0 },
    ]
    .into_iter()
    .enumerate()
    {
        let fault = snooze(until, &format!("past {n}")).expect_err("past");
        assert_eq!(fault.field.as_deref(), Some("until"));
    }
    assert!(host(&world).inbox(Empty {}).expect("an inbox").tonight.is_none());
    snooze(SnoozeUntil::For { minutes: 25 }, "well").expect("snoozed");
    assert_eq!(host(&world).inbox(Empty {}).expect("an inbox").snooze_min, 25);
}

#[test]
fn the_ledger_is_read_in_pages_and_by_mark() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY;COUNT=9".into()],
        ..draft("note", "Pill", "20261123T100000", Some(BERLIN))
    });
    world.wait_until("2026-11-26T12:00");
    world.kill();
    world.jump_to("2026-11-29T12:00");
    world.start();
    let marks: Vec<_> = page(&world, &[]).iter().map(|r| r.mark.expect("a mark")).collect();
    use Mark::*;
    assert_eq!(marks, [Scheduled, Scheduled, Late, Skipped, Skipped, Told, Told, Told, Told]);
    assert_eq!(page(&world, &[Told]).len(), 4);
    assert_eq!(page(&world, &[Late]).len(), 1);
    assert_eq!(page(&world, &[Late, Told]).len(), 5);
    assert_eq!(page(&world, &[Skipped]).len(), 2);
    let counts = host(&world).status(Empty {}).expect("a status").counts;
    assert_eq!((counts.told, counts.late, counts.skipped, counts.scheduled), (4, 1, 2, 2));
    let mut asked = DeliveriesQuery {
        marks: Vec::new(),
        channel: None,
        from: Some("2026-11-24".into()),
        to: Some("2026-11-29".into()),
        event: None,
        soon: None,
        cursor: None,
        limit: 3,
    };
    let first = host(&world).deliveries(asked.clone()).expect("a page");
    assert_eq!((first.rows.len(), first.cursor.is_some()), (3, true));
    asked.cursor = first.cursor;
    let second = host(&world).deliveries(asked).expect("a page");
    let dates: Vec<_> =
        first.rows.iter().chain(&second.rows).map(|r| r.due.date[8..].to_string()).collect();
    assert_eq!(dates, ["28", "27", "26", "25", "24"]);
    assert!(second.cursor.is_none());
}

#[test]
fn a_webhook_that_fails_tells_its_tries_and_can_be_tried_again() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let added = webhook(&world, "add");
    assert!(added.secret.starts_with("whsec_"));
    assert_eq!(webhook(&world, "add").secret, added.secret, "sent twice, one webhook");
    let channel = added.channel.id.parse().expect("an id");
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", channel)]),
        ..draft("note", "Light", "20261123T093000", Some(BERLIN))
    });
    world.answer(Handover::Permanent);
    world.wait_until("2026-11-23T09:31");
    let [row] = page(&world, &[Mark::Failed]).try_into().expect("one failed");
    assert_eq!((row.attempts.made, row.attempts.max, row.can_retry), (1, Some(10), true));
    assert_eq!((row.channel_name.as_str(), row.state), ("lamp", State::Dead));
    let why = host(&world).why(DeliveryRef { delivery: row.id.clone() }).expect("why");
    assert_eq!(why.attempts[0].outcome, AttemptOutcome::Permanent);
    let steps: Vec<_> = why.steps.iter().map(|s| s.to).collect();
    assert_eq!(steps, [State::Scheduled, State::Processing, State::Dead]);
    assert_eq!(why.steps[0].from, None);
    let failed = host(&world).channels(Empty {}).expect("channels").remove(1);
    let failure = failed.last_failed.expect("it failed");
    assert_eq!((failed.last_told, failure.at.wall_min), (None, 570), "{}", failure.text);
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T09:44");
    let retry = RetryDeliveries { deliveries: vec![row.id.clone()], request_id: "again".into() };
    host(&world).retry(retry.clone()).expect("tried again");
    let counts = host(&world).status(Empty {}).expect("a status").counts;
    assert_eq!((counts.scheduled, counts.sending), (1, 0), "nobody sends it yet");
    assert_eq!(page(&world, &[Mark::Scheduled])[0].state, State::Pending);
    world.run();
    assert_eq!(host(&world).retry(retry).expect("the first answer").count, 1);
    let [row] = page(&world, &[Mark::Late]).try_into().expect("one told late");
    assert_eq!(row.reason.expect("a reason").code, "late.retry_asked");
    let channels = host(&world).channels(Empty {}).expect("channels");
    assert_eq!(channels[0].name, "This desktop");
    assert!(channels[1].last_told.is_some() && channels[1].last_failed.is_none());
    world.answer(Handover::Gone);
    let test = TestChannel { channel: added.channel.id.clone(), request_id: "gone".into() };
    host(&world).test_channel(test).expect("planned");
    world.run();
    let off = || host(&world).channels(Empty {}).expect("channels")[1].off.clone();
    assert_eq!(off().as_deref(), Some("its endpoint said it is gone"));
    let on = SwitchOnChannel { channel: added.channel.id.clone(), request_id: "on".into() };
    for _ in 0..2 {
        let change = host(&world).switch_on_channel(on.clone()).expect("switched on");
        assert_eq!((change.did, change.title.as_deref()), (Did::SwitchedOn, Some("lamp")));
    }
    assert_eq!(off(), None);
    let remove = Remove { id: added.channel.id, request_id: "away".into() };
    for _ in 0..2 {
        let change = host(&world).remove_channel(remove.clone()).expect("removed");
        assert_eq!(change.title.as_deref(), Some("lamp"));
    }
}

#[test]
fn a_test_is_a_delivery_like_any_other() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let desktop = host(&world).channels(Empty {}).expect("channels").remove(0).id;
    let asked = TestChannel { channel: desktop, request_id: "test".into() };
    let row = host(&world).test_channel(asked.clone()).expect("planned");
    assert_eq!(host(&world).test_channel(asked).expect("the first answer").id, row.id);
    assert_eq!((row.trigger.clone(), row.event.clone()), (Trigger::Test, None));
    world.run();
    let why = host(&world).why(DeliveryRef { delivery: row.id }).expect("why");
    assert_eq!(why.delivery.mark, Some(Mark::Told));
    assert_eq!(host(&world).status(Empty {}).expect("a status").unacknowledged, 0);
}

#[test]
fn an_occurrence_tells_what_became_of_each_reminder() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let event = world.add(EventDraft {
        rules: vec!["FREQ=WEEKLY;BYDAY=MO".into()],
        place: "Main Street 1".into(),
        reminders: acceptance::world::reminders(&["-PT10M", "-PT1H30M"]),
        ..draft("appointment", "Choir", "20261123T110000", Some("Europe/Lisbon"))
    });
    world.wait_until("2026-11-23T10:40");
    let named = OccurrenceRef { event: event.to_string(), original: "20261123T110000".into() };
    let detail = host(&world).occurrence(named).expect("a detail");
    assert_eq!(
        (detail.start.wall_min, detail.end.and_then(|w| w.wall_min)),
        (Some(720), Some(780))
    );
    assert_eq!(detail.repeats.as_deref(), Some("every week on Monday"));
    assert_eq!(detail.next.map(|w| w.date), Some("2026-11-30".into()));
    assert_eq!(detail.elsewhere.map(|e| (e.city, e.wall_min)), Some(("Lisbon".into(), 660)));
    let reminders: Vec<_> =
        detail.reminders.iter().map(|r| (r.mark, r.due.wall_min, r.open)).collect();
    assert_eq!(reminders, [(Some(Mark::Told), 630, true), (Some(Mark::Scheduled), 710, false)]);
    let named = OccurrenceRef { event: event.to_string(), original: "20270104T110000".into() };
    let later = host(&world).occurrence(named).expect("a detail");
    assert!(
        later.reminders.iter().all(|r| r.delivery.is_none() && r.mark == Some(Mark::Scheduled))
    );
    let next = host(&world).up_next(UpNextQuery { limit: 3 }).expect("what comes");
    let starts: Vec<_> = next.iter().map(|n| n.start.date.as_str()).collect();
    assert_eq!(starts, ["2026-11-23", "2026-11-30", "2026-12-07"]);
    let [first, ..] = &next[..] else { panic!("nothing comes") };
    assert_eq!((first.rings.as_ref().map(|m| m.wall_min), first.snoozed), (Some(710), false));
    let wrong = OccurrenceRef { event: event.to_string(), original: "20261124T110000".into() };
    assert_eq!(host(&world).occurrence(wrong).expect_err("no Monday").code, Code::NotFound);
}

#[test]
fn people_have_birthdays_and_calendars_have_colours() {
    let world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let asked = SavePerson {
        id: None,
        name: "Ana".into(),
        birthday: YearlyFields { month: Some(2), day: Some(29), year: Some(1992) },
        anniversary: YearlyFields::default(),
        zone: Some("Asia/Tokyo".into()),
        leap_day: LeapDay::Backward,
        version: None,
        request_id: "ana".into(),
    };
    let on = |month, day| YearlyFields { month: Some(month), day: Some(day), year: Some(1992) };
    let ana = host(&world).save_person(asked.clone()).expect("a person").person;
    let again = host(&world).save_person(asked.clone()).expect("the first answer");
    assert_eq!(again.person.id, ana.id);
    // The corrected date calls the reminder of the wrong one back, and says so.
    let id = Some(ana.id.clone());
    let elsewhere = SavePerson { id, birthday: on(11, 22), request_id: "ana 2".into(), ..asked };
    let moved = host(&world).save_person(elsewhere.clone()).expect("moved").change;
    assert_eq!((moved.did, moved.title.as_deref()), (Did::Saved, Some("Ana")));
    let back = SavePerson { birthday: on(2, 29), request_id: "ana 3".into(), ..elsewhere };
    host(&world).save_person(back).expect("as before");
    let born = ana.birthday.expect("a birthday");
    assert_eq!(
        (born.next.as_deref(), born.years, born.in_days),
        (Some("2027-02-28"), Some(35), Some(97))
    );
    assert_eq!(ana.city.as_deref(), Some("Tokyo"));
    let save = SaveCalendar {
        id: None,
        name: "Work".into(),
        color: wire::dto::Color::Teal,
        shown: true,
        request_id: "work".into(),
    };
    let work = host(&world).save_calendar(save.clone()).expect("a calendar");
    assert_eq!(host(&world).save_calendar(save).expect("the first answer").id, work.id);
    let all = host(&world).calendars(Empty {}).expect("calendars");
    assert_eq!(all.iter().map(|c| c.events).collect::<Vec<_>>(), [1, 0]);
    let gone = host(&world)
        .delete_person(Remove { id: ana.id, request_id: "bye".into() })
        .expect("removed");
    assert_eq!((gone.did, gone.cancelled_reminders), (Did::Removed, 1));
    let change = host(&world)
        .delete_calendar(Remove { id: work.id, request_id: "no work".into() })
        .expect("removed");
    assert_eq!(change.title.as_deref(), Some("Work"));
}

#[test]
fn utc_is_named_once() {
    for (zone, city, offset) in [("UTC", "UTC", ""), ("Africa/Abidjan", "Abidjan", "UTC+0")] {
        let world = World::at(&format!("2026-11-23T09:00[{zone}]"));
        let named = host(&world).boot(Empty {}).expect("read").zone;
        assert_eq!((named.city.as_str(), named.offset.as_str()), (city, offset));
    }
}

#[test]
fn the_window_boots_with_settings_zones_and_the_state_of_the_service() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let boot = host(&world).boot(Empty {}).expect("a start");
    assert_eq!((boot.zone.id.as_str(), boot.zone.offset.as_str()), (BERLIN, "UTC+1"));
    assert_eq!(
        (boot.now.utc.as_str(), boot.now.zone.as_str()),
        ("2026-11-23T08:00:00.000Z", "CET")
    );
    assert!(boot.status.service.running || world.folder().exists());
    let zones = |text: &str| {
        let asked = ZoneQuery { text: text.into(), limit: 5, people: false };
        host(&world).zones(asked).expect("zones").into_iter().map(|z| z.id).collect::<Vec<_>>()
    };
    assert_eq!(zones("new y"), ["America/New_York"]);
    assert_eq!(zones("")[0], BERLIN);
    assert!(zones("kolk").contains(&"Asia/Kolkata".to_string()));
    let tokyo = host(&world)
        .zones(ZoneQuery { text: "tokyo".into(), limit: 1, people: false })
        .expect("zones");
    let settings =
        Settings { theme: Theme::Dark, second_zone: tokyo.first().cloned(), ..boot.settings };
    host(&world).save_settings(settings.clone()).expect("kept");
    assert_eq!(host(&world).boot(Empty {}).expect("a start").settings, settings);
    let mut wrong = settings;
    wrong.second_zone = wrong.second_zone.map(|z| wire::dto::ZoneView { id: "EST".into(), ..z });
    let fault = host(&world).save_settings(wrong).expect_err("refused");
    assert_eq!(fault.field.as_deref(), Some("secondZone"));
    assert!(!host(&world).get_autostart(Empty {}).expect("a state").enabled);
    let off = host(&world).set_autostart(SetAutostart { enabled: false }).expect("off");
    assert!(!off.enabled);
    world.engine().pause(engine::settings::Pause::Forever).expect("paused");
    assert!(host(&world).status(Empty {}).expect("a status").service.paused);
    let service =
        host(&world).resume(wire::dto::Mutation { request_id: "on".into() }).expect("resumed");
    assert!(!service.paused);
    world.kill();
}

#[test]
fn a_request_id_is_for_one_thing() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let event: EventId = world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    let told = world.only().to_string();
    let desktop = host(&world).channels(Empty {}).expect("channels").remove(0).id;
    let asked = TestChannel { channel: desktop, request_id: "same".into() };
    host(&world).test_channel(asked).expect("planned");
    let asked = Acknowledge { deliveries: vec![told], request_id: "same".into() };
    let fault = host(&world).acknowledge(asked).expect_err("another thing");
    assert_eq!(fault.field.as_deref(), Some("requestId"));
    assert!(!event.to_string().is_empty());
}

#[test]
fn what_a_request_did_and_its_answer_are_kept_together() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    world.wait_until("2026-11-23T09:31");
    let deliveries = vec![world.only().to_string()];
    // The engine alone acts, as if the window's host had ended before it could answer.
    let until = world.now().checked_add(jiff::SignedDuration::from_mins(5)).expect("a time");
    world.engine().snooze_all(&[(world.only(), until)], "window", Some("later")).expect("snoozed");
    world.wait_until("2026-11-23T09:50");
    let until = SnoozeUntil::For { minutes: 5 };
    let asked = Snooze { deliveries, until, request_id: "later".into() };
    let change = host(&world).snooze(asked).expect("the first answer");
    assert_eq!((change.did, change.count), (Did::Snoozed, 1));
    assert_eq!(world.deliveries().len(), 2, "no second snooze:\n{}", world.rows());
}

#[test]
fn a_service_that_sends_and_is_silent_for_more_than_a_minute_hangs() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T093000", Some(BERLIN)));
    let hangs = |world: &World| {
        let service = host(world).status(Empty {}).expect("a status").service;
        (service.running, service.hanging)
    };
    let lock = SchedulerLock::wait(world.folder()).expect("the lock");
    world.jump_to("2026-11-23T09:29:00");
    world.run();
    world.beat();
    // Silent, and with nothing to do.
    world.jump_to("2026-11-23T09:29:59");
    assert_eq!(hangs(&world), (true, false));
    world.jump_to("2026-11-23T09:30:00");
    assert_eq!(world.pass(&[]).expect("a service").parcels.len(), 1, "it is being sent");
    for (local, is) in [("2026-11-23T09:31:00", false), ("2026-11-23T09:31:01", true)] {
        world.jump_to(local);
        assert_eq!(hangs(&world), (true, is), "{local}");
    }
    world.beat();
    assert_eq!(hangs(&world), (true, false), "it lives");
    world.jump_to("2026-11-23T09:40:00");
    assert_eq!(hangs(&world), (true, true));
    drop(lock);
    assert_eq!(hangs(&world), (false, false), "what does not run does not hang");
}

#[test]
fn a_service_that_leaves_what_is_due_untouched_for_more_than_a_minute_hangs() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    world.add(draft("note", "Tea", "20261123T091000", Some(BERLIN)));
    let _lock = SchedulerLock::wait(world.folder()).expect("the lock");
    world.run();
    let hangs = |world: &World| host(world).status(Empty {}).expect("a status").service.hanging;
    for (local, is) in [("2026-11-23T09:11:00", false), ("2026-11-23T09:11:01", true)] {
        world.jump_to(local);
        assert_eq!(hangs(&world), is, "{local}");
    }
}
