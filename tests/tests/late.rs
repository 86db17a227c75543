//! Late: the same whatever kept the service from looking, bounded however much was missed, and what
//! is on time before what is not.

use std::collections::BTreeSet;

use acceptance::world::{World, draft, reminder, reminders};
use calendar::{
    delivery::State,
    draft::{EventDraft, OverrideDraft, ReminderDraft},
    id::ChannelId,
    network::Network,
    zones::ZoneName,
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, Message, Unavailable},
    ledger::{
        inbox::{Filter, Listed},
        overflow::Stretch,
    },
    rate::{LIFTED, Rate},
};

const BERLIN: &str = "Europe/Berlin";

fn webhook(name: &str) -> NewWebhook {
    NewWebhook {
        name: name.into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        guarantee: Default::default(),
        retries: Default::default(),
        rate: Default::default(),
        request: None,
    }
}

fn endpoint(world: &World, name: &str) -> ChannelId {
    world.engine().add_webhook(&webhook(name)).expect("a channel").id
}

/// Something every minute, by a webhook.
fn minutely(world: &mut World, collapse: &str) {
    let lamp = endpoint(world, "lamp");
    minutely_to(world, lamp, collapse);
}

fn minutely_to(world: &mut World, lamp: ChannelId, collapse: &str) {
    let each = ReminderDraft {
        collapse: Some(collapse.into()),
        use_by: Some("24h".into()),
        ..reminder("PT0M", lamp)
    };
    world.add(EventDraft {
        rules: vec!["FREQ=MINUTELY".into()],
        reminders: Some(vec![each]),
        ..draft("note", "Tick", "20261123T090000", Some(BERLIN))
    });
}

/// Something every minute so many times, by a webhook, each of them told.
fn ticks(world: &mut World, endpoint: ChannelId, n: usize, times: u32) {
    let each = ReminderDraft {
        collapse: Some(format!("each:{times}")),
        use_by: Some("24h".into()),
        ..reminder("PT0M", endpoint)
    };
    world.add(EventDraft {
        rules: vec![format!("FREQ=MINUTELY;COUNT={times}")],
        reminders: Some(vec![each]),
        ..draft("note", &format!("Tick {n}"), "20261123T090000", Some(BERLIN))
    });
}

#[test]
fn ten_thousand_missed_ticks_are_a_hundred_more_rows_and_one_range_in_a_few_passes() {
    for (collapse, told) in [("each:100", 100), ("latest", 1)] {
        let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
        minutely(&mut world, collapse);
        world.wait_until("2026-11-23T08:59:30");
        world.kill();
        world.jump_to("2026-11-30T07:39:30");
        // The next few stand in the ledger ahead of their time.
        let ahead = world.rows_by_now();
        world.passes = 0;
        world.start();
        let passes = world.passes;
        // Planned a thousand at a time, and a few to decide on what came of it.
        assert!(passes <= 10 + 10, "{collapse}: {passes} passes");
        assert_eq!(world.rows_by_now(), ahead + 100, "{collapse}");
        let ranges = world.engine().overflows(None).expect("ranges");
        let counts: Vec<_> = ranges.iter().map(|row| row.range.count).collect();
        assert_eq!(counts, [10_000 - ahead - 100], "{collapse}: each is in a row or in the range");
        assert_eq!(ranges[0].range.until.to_string(), "2026-11-30T04:59:00Z");
        world.wait_until("2026-11-30T07:42:30");
        // One to claim and one to settle, each of what is told.
        let passes = world.passes - passes;
        assert!(passes <= 2 * (told + 3) + 10, "{collapse}: {passes} passes");
        assert_eq!(world.sent.len(), told + 3, "{collapse}: what is live goes on");
        let keys: BTreeSet<_> = world.sent.iter().map(|sent| &sent.key).collect();
        assert_eq!(keys.len(), told + 3, "{collapse}: nothing is told twice");
    }
}

#[test]
fn what_was_moved_far_ahead_hides_none_of_what_was_missed_before_it() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    minutely(&mut world, "each:100");
    let id = world.events()[0];
    let mut draft = world.draft(id);
    draft.overrides.push(OverrideDraft {
        original: "20261123T235900".into(),
        start: "20261129T120000".into(),
        ..OverrideDraft::default()
    });
    world.save(Some(id), draft);
    world.kill();
    world.jump_to("2026-11-30T07:39:30");
    world.start();
    let ranges = world.engine().overflows(None).expect("ranges");
    let counted: u64 = ranges.iter().map(|row| row.range.count).sum();
    assert_eq!(world.rows_by_now() + counted, 10_000);
}

#[test]
fn a_digest_and_the_story_of_each_say_how_many_more_were_missed() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let each = ReminderDraft {
        collapse: Some("each:5".into()),
        use_by: Some("24h".into()),
        ..reminder("PT0M", ChannelId::DESKTOP)
    };
    world.add(EventDraft {
        rules: vec!["FREQ=MINUTELY".into()],
        reminders: Some(vec![each]),
        ..draft("note", "Tick", "20261123T090000", Some(BERLIN))
    });
    world.wait_until("2026-11-23T08:59:30");
    world.kill();
    world.jump_to("2026-11-30T07:39:30");
    world.start();
    world.run();
    let range = world.engine().overflows(None).expect("ranges").remove(0).range;
    let told = world.sent.iter().find(|sent| sent.rows > 1).expect("a digest");
    let last = told.text.lines().last().expect("a line");
    let said = format!("and {} more, missed ", engine::message::thousands(range.count));
    assert!(last.starts_with(&said), "{last}");
    let filter = Filter { states: vec![State::Completed], limit: 100, ..Filter::default() };
    let rows = world.engine().deliveries(&filter).expect("rows");
    let behind = rows.iter().filter_map(|listed| {
        let story = world.engine().why(listed.row.id).expect("a story");
        Some((listed.row.facts.due, story.behind?))
    });
    let behind: Vec<_> = behind.collect();
    assert_eq!(behind.len(), 5, "{behind:?}");
    let whole = |(_, one): &(_, Stretch)| (one.count, one.until) == (range.count, range.until);
    assert!(behind.iter().all(whole), "{behind:?}");
}

#[test]
fn so_many_that_they_are_decided_on_in_parts_are_collapsed_as_one() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    for n in 0..6 {
        let new = NewWebhook {
            rate: Rate { per_second: LIFTED, burst: LIFTED },
            ..webhook(&format!("lamp {n}"))
        };
        let lamp = world.engine().add_webhook(&new).expect("a channel").id;
        minutely_to(&mut world, lamp, "each:100");
    }
    world.kill();
    world.jump_to("2026-11-23T16:59:30");
    world.start();
    let late = world.sent.len() - 6;
    assert_eq!(late, 600, "of 480 each the newest hundred, after what is on time just now");
    let rows = world.rows();
    let beyond = rows.matches(" coalesced ").count();
    assert!(beyond > 900, "{beyond}");
    assert_eq!(rows.matches(" coalesced.overflow ").count(), beyond, "and it says so");
}

#[test]
fn who_was_asleep_through_a_journey_is_told_that_and_what_was_missed() {
    let mut world = World::at("2026-11-20T08:00[Europe/Lisbon]");
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        reminders: reminders(&["PT0M"]),
        ..draft("note", "Pill", "20261120T080000", Some("Europe/Lisbon"))
    });
    world.add(EventDraft {
        length: Some((0, 3_600)),
        ..draft("appointment", "Walk", "20261122T090000", Some("Europe/Lisbon"))
    });
    // Two of them go where the computer goes.
    for (title, zone) in [("Call", Some("Europe/Lisbon")), ("Post", None), ("Milk", None)] {
        world.add(draft("note", title, "20261121T120000", zone));
    }
    world.wait_until("2026-11-20T18:10");
    world.jump_to("2026-11-23T10:30");
    world.engine().note_machine_zone(&ZoneName::stored(BERLIN)).expect("travelled");
    world.run();
    let told = world.sent.last().expect("a digest");
    let words = "While you were away, Fri 19:10 to Mon 11:30: 4 reminders, 1 missed";
    assert!(told.text.starts_with(words), "{}", told.text);
    for title in ["Pill", "Call", "Post", "Milk"] {
        let is_one =
            |listed: &Listed| listed.title == title && listed.row.facts.state == State::Completed;
        let one = world.deliveries().into_iter().rfind(is_one);
        let story = world.engine().why(one.expect("one").row.id).expect("a story");
        let last = &story.transitions.last().expect("a step").note;
        assert!(last.starts_with("told late: the computer was asleep"), "{title}: {last}");
    }
}

/// How nobody looked for a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absence {
    Restart,
    Suspend,
    Reboot,
    ClockSet,
}

/// What became of each, whatever the cause is called.
fn week(absence: Absence) -> Vec<String> {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, "lamp");
    world.add(EventDraft {
        rules: vec!["FREQ=DAILY".into()],
        ..draft("appointment", "Stand-up", "20261123T083000", Some(BERLIN))
    });
    world.add(EventDraft {
        rules: vec!["FREQ=HOURLY".into()],
        reminders: reminders(&["PT0M"]),
        ..draft("note", "Water", "20261123T091500", Some(BERLIN))
    });
    world.add(draft("deadline", "Form", "20261127T120000", Some(BERLIN)));
    world.add(draft("deadline", "Tax", "20261201T120000", Some(BERLIN)));
    for title in ["Call", "Post"] {
        world.add(draft("note", title, "20261125T120000", Some(BERLIN)));
    }
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", lamp)]),
        ..draft("note", "Light", "20261126T060000", Some(BERLIN))
    });
    hourly_to(&mut world, lamp);
    world.wait_until("2026-11-23T09:30");
    match absence {
        Absence::Restart => {
            world.kill();
            world.jump_to("2026-11-30T08:25");
            world.start();
        }
        Absence::Suspend => {
            world.jump_to("2026-11-30T08:25");
            world.run();
        }
        Absence::Reboot => {
            world.jump_to("2026-11-30T08:25");
            world.reboot();
        }
        Absence::ClockSet => {
            world.set_clock("2026-11-30T08:25");
            world.run();
            assert!(world.rows().contains("held held.clock Light"), "{}", world.rows());
            world.engine().accept_clock().expect("accepted");
            world.run();
        }
    }
    world.wait_until("2026-11-30T08:27");
    let rows = world.rows();
    let ranges = world.engine().overflows(None).expect("ranges");
    let ranges = ranges.iter().map(|row| format!("{:?}", (row.range.count, row.range.until)));
    let plain = rows.lines().map(|line| {
        let cause = line.split(' ').find(|word| word.starts_with("late."));
        cause.map_or(line.to_string(), |cause| line.replace(cause, "late"))
    });
    plain.chain(ranges).collect()
}

/// Every hour by a webhook, each told as long as it is a day old at most.
fn hourly_to(world: &mut World, lamp: ChannelId) {
    let each = ReminderDraft {
        collapse: Some("each:5".into()),
        use_by: Some("24h".into()),
        ..reminder("PT0M", lamp)
    };
    world.add(EventDraft {
        rules: vec!["FREQ=MINUTELY;INTERVAL=60".into()],
        reminders: Some(vec![each]),
        ..draft("note", "Pump", "20261123T100000", Some(BERLIN))
    });
}

#[test]
fn off_asleep_started_anew_and_set_forward_a_week_ends_the_same() {
    let restarted = week(Absence::Restart);
    assert!(restarted.iter().any(|line| line.contains("told.in_digest Call")), "{restarted:#?}");
    assert!(restarted.iter().any(|line| line.contains("expired.deadline Form")), "{restarted:#?}");
    assert!(restarted.iter().any(|line| line.contains("completed late Light")), "{restarted:#?}");
    assert!(restarted.iter().any(|line| line.starts_with("(114, ")), "{restarted:#?}");
    for absence in [Absence::Suspend, Absence::Reboot, Absence::ClockSet] {
        assert_eq!(week(absence), restarted, "{absence:?}");
    }
}

#[test]
fn what_is_late_goes_out_at_a_pace_and_what_is_live_before_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let endpoints: Vec<_> = (0..8).map(|n| endpoint(&world, &format!("lamp {n}"))).collect();
    for n in 0..40 {
        let start = format!("20261123T09{:02}00", 10 + n);
        world.add(EventDraft {
            reminders: Some(vec![reminder("PT0M", endpoints[n % 8])]),
            ..draft("note", &format!("Late {n}"), &start, Some(BERLIN))
        });
    }
    for endpoint in &endpoints[..2] {
        world.add(EventDraft {
            reminders: Some(vec![reminder("PT0M", *endpoint)]),
            ..draft("note", "Live", "20261123T110003", Some(BERLIN))
        });
    }
    world.kill();
    world.jump_to("2026-11-23T11:00");
    world.start();
    assert_eq!(world.sent.len(), 1, "the first is sent at once");
    world.wait_until("2026-11-23T11:01");
    assert_eq!(world.sent.len(), 42, "{}", world.rows());
    let (live, late): (Vec<_>, Vec<_>) =
        world.sent.iter().partition(|sent| sent.text.contains("Live"));
    for sent in live {
        assert_eq!(sent.at, "2026-11-23T10:00:03Z", "live before late, and not at its pace");
    }
    let second = |sent: &&acceptance::world::Sent| sent.at[..19].to_string();
    let mut a_second: std::collections::BTreeMap<String, usize> = Default::default();
    late.iter().for_each(|sent| *a_second.entry(second(sent)).or_default() += 1);
    assert!(a_second.values().all(|count| *count <= 5), "{a_second:?}");
    assert!(a_second.len() <= 10, "and no slower than that: {a_second:?}");
    // Not in the order in which they were due.
    let order: Vec<_> = late.iter().map(|sent| sent.text.clone()).collect();
    let mut by_due = order.clone();
    by_due.sort();
    assert_ne!(order, by_due);
}

#[test]
fn thousands_of_late_ones_of_one_endpoint_hide_none_of_another() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let (busy, lamp) = (endpoint(&world, "busy"), endpoint(&world, "lamp"));
    (0..20).for_each(|n| ticks(&mut world, busy, n, 110));
    world.add(EventDraft {
        reminders: Some(vec![reminder("PT0M", lamp)]),
        ..draft("note", "Light", "20261123T105000", Some(BERLIN))
    });
    world.kill();
    world.jump_to("2026-11-23T11:00");
    assert_eq!(world.rows_by_now(), 2_201);
    world.start();
    world.wait_until("2026-11-23T11:00:01");
    let told: Vec<_> = world.sent.iter().map(|s| (&s.at[..], s.text.contains("Light"))).collect();
    let wanted = [
        ("2026-11-23T10:00:00Z", false),
        ("2026-11-23T10:00:00.2Z", true),
        ("2026-11-23T10:00:01Z", false),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn what_is_on_time_is_no_part_of_a_digest_of_what_was_missed_that_has_room_for_more() {
    for (on_time, told) in [(1, "Bell 0"), (4, "4 reminders at once")] {
        let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
        let busy = endpoint(&world, "busy");
        (0..20).for_each(|n| ticks(&mut world, busy, n, 110));
        let missed = ["Tea", "Post", "Milk", "Bread"].map(|title| (title.to_string(), "1050"));
        let bells = (0..on_time).map(|n| (format!("Bell {n}"), "1102"));
        for (title, at) in missed.into_iter().chain([("Honey".into(), "1100")]).chain(bells) {
            world.add(draft("note", &title, &format!("20261123T{at}30"), Some(BERLIN)));
        }
        world.kill();
        world.jump_to("2026-11-23T11:00:00");
        world.lead();
        let mut shown = Vec::new();
        let mut parcels = world.pass(&[]).expect("a service").parcels;
        // The digest is on its way for two minutes, in which one comes to be late and others are due.
        world.jump_to("2026-11-23T11:02:30");
        for _ in 0..8 {
            let finished: Vec<_> = parcels.iter().map(|parcel| world.hand_over(parcel)).collect();
            shown.extend(parcels.iter().filter_map(|parcel| match &parcel.message {
                Message::Notice(notice) => Some((parcel.claims.len(), notice.title.clone())),
                Message::Webhook(_) => None,
            }));
            parcels = world.pass(&finished).expect("a service").parcels;
        }
        let missed = "While you were away, 08:59 to 11:00: 4 reminders";
        let wanted = [(4, missed), (on_time, told), (1, "Honey")];
        assert_eq!(shown, wanted.map(|(count, title)| (count, title.to_string())));
    }
}

#[test]
fn what_is_due_just_when_one_is_back_is_no_part_of_the_digest_of_what_was_missed() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let missed = ["Tea", "Post", "Milk", "Bread"].map(|title| (title, "1050"));
    for (title, at) in missed.into_iter().chain([("Bell", "1100")]) {
        world.add(draft("note", title, &format!("20261123T{at}00"), Some(BERLIN)));
    }
    world.kill();
    world.jump_to("2026-11-23T11:00:00");
    world.start();
    assert_eq!(world.titles(), ["Bell", "While you were away, 08:59 to 11:00: 4 reminders"]);
}

#[test]
fn thousands_that_wait_for_the_pace_of_their_endpoints_keep_nobody_busy() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let endpoints = [endpoint(&world, "one"), endpoint(&world, "other")];
    for n in 0..28 {
        endpoints.iter().for_each(|endpoint| ticks(&mut world, *endpoint, n, 100));
    }
    world.run();
    world.kill();
    world.jump_to("2026-11-23T11:00");
    world.passes = 0;
    world.start();
    let (passes, sent) = (world.passes, world.sent.len());
    assert!(passes <= 5_600 / 500 + 5, "{passes} passes for 5,600 rows");
    for second in 1..=40 {
        world.wait_until(&format!("2026-11-23T11:00:{second:02}"));
        if second == 20 {
            world.beat();
        }
    }
    let (passes, sent) = (world.passes - passes, world.sent.len() - sent);
    assert!((79..=81).contains(&sent), "each endpoint is called once a second: {sent}");
    assert!(passes <= 5 * 40 + 5, "one to claim, one to settle, one a second: {passes} passes");
}

const OFFLINE: Handover = Handover::Unavailable(Unavailable::Offline);

#[test]
fn of_what_found_nobody_only_the_latest_is_told() {
    let mut world = World::at("2026-11-23T08:59[Europe/Berlin]");
    let lamp = endpoint(&world, "lamp");
    world.add(EventDraft {
        rules: vec!["FREQ=MINUTELY;COUNT=5".into()],
        reminders: Some(vec![ReminderDraft {
            collapse: Some("latest".into()),
            ..reminder("PT0M", lamp)
        }]),
        ..draft("note", "Tick", "20261123T090000", Some(BERLIN))
    });
    world.answer(OFFLINE);
    world.wait_until("2026-11-23T11:00");
    world.answer(Handover::Accepted { shown_by: None });
    world.wait_until("2026-11-23T12:00");
    let rows = world.rows();
    assert_eq!(rows.matches(" coalesced ").count(), 4, "{rows}");
    assert!(rows.contains("Mon 23 09:04 completed"), "{rows}");
}

#[test]
fn what_found_nobody_goes_out_at_the_pace_of_what_is_late() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, "lamp");
    for n in 0..6 {
        world.add(EventDraft {
            reminders: Some(vec![reminder("PT0M", lamp)]),
            ..draft("note", &format!("Late {n}"), "20261123T091000", Some(BERLIN))
        });
    }
    world.answer(OFFLINE);
    world.wait_until("2026-11-23T09:20");
    let tried = world.sent.len();
    assert!(tried >= 6, "each was tried");
    world.answer(Handover::Accepted { shown_by: None });
    world.jump_to("2026-11-23T11:00");
    world.run();
    assert_eq!(world.sent.len(), tried + 1, "the first is sent at once");
    world.wait_until("2026-11-23T11:00:10");
    let at: BTreeSet<_> = world.sent[tried..].iter().map(|s| &s.at).collect();
    assert_eq!((world.sent.len(), at.len()), (tried + 6, 6), "one a second: {at:?}");
}
