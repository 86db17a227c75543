//! Reminders that nag: told again until somebody answers, anywhere; through kills, edits, quiet
//! hours and clocks that go back; and never without an end.

use acceptance::world::{World, draft, pop_up, reminder};
use calendar::{
    draft::{EventDraft, ReminderDraft},
    id::{ChannelId, DeliveryId, EventId},
};
use engine::{
    channels::NewWebhook,
    courier::{Handover, PopUp, Screen},
    ledger::acknowledgement::Answer,
    quiet::QuietHours,
    tellings::Then,
};
use jiff::SignedDuration;

const BERLIN: &str = "Europe/Berlin";

fn nagging(every: &str, channel: ChannelId) -> ReminderDraft {
    ReminderDraft { nag: Some(every.into()), ..reminder("PT0M", channel) }
}

/// The pill at 09:30, told again every ten minutes.
fn pill() -> (World, EventId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let note = draft("note", "Pill", "20261123T093000", Some(BERLIN));
    let own = Some(vec![nagging("10m", ChannelId::DESKTOP)]);
    let id = world.add(EventDraft { reminders: own, ..note });
    (world, id)
}

/// When it was told, by the clock.
fn told(world: &World) -> Vec<String> {
    world.sent.iter().map(|sent| sent.at[11..16].to_string()).collect()
}

fn latest(world: &World) -> DeliveryId {
    let rows = world.deliveries();
    rows.iter().rfind(|l| l.row.told_at.is_some()).expect("a told one").row.id
}

fn change(world: &mut World, id: EventId, change: impl FnOnce(&mut EventDraft)) {
    let mut draft = world.draft(id);
    change(&mut draft);
    world.save(Some(id), draft);
}

#[test]
fn it_is_told_every_so_often_and_stands_in_the_inbox_once() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:55");
    assert_eq!(told(&world), ["08:30", "08:40", "08:50"]);
    assert_eq!(world.inbox(), "Mon 23 09:30 completed told.on_time Pill");
    assert_eq!(world.engine().count_inbox().expect("a count"), 1);
    assert!(world.sent[1].text.contains("Told again: not answered yet"), "{}", world.sent[1].text);
    assert!(!world.sent[0].text.contains("Told again"), "{}", world.sent[0].text);
    let keys: std::collections::BTreeSet<_> = world.sent.iter().map(|s| &s.key).collect();
    assert_eq!(keys.len(), 3, "each is a delivery of its own");
    // Of what is on the screen only the last stays there.
    let shown: Vec<_> = world.deliveries().iter().map(|l| l.row.id).collect();
    let waiting = world.engine().awaiting_answer(&shown).expect("a ledger");
    assert_eq!(waiting.into_iter().collect::<Vec<_>>(), [latest(&world)]);
}

#[test]
fn what_a_nag_stands_for_is_known_to_be_on_the_screen_until_it_is_off_it() {
    let (mut world, _) = pill();
    for (id, until) in [(1, "09:31"), (2, "09:41")] {
        let shown_by = Some(PopUp { id, ..pop_up(":1.7") });
        world.answer(Handover::Accepted { shown_by });
        world.wait_until(&format!("2026-11-23T{until}"));
    }
    let next = Screen { connection: "of the next".into(), ..pop_up(":1.7").screen };
    let left = || {
        let left = world.engine().left_on_screen(&next).expect("a ledger");
        left.into_iter().map(|(id, rows)| (id, rows.len())).collect::<Vec<_>>()
    };
    // A service that is killed before it takes the first off leaves that to the next.
    assert_eq!(left(), [(1, 1), (2, 1)]);
    let (again, _) = world.engine().to_show_again(&next).expect("a ledger");
    assert_eq!(again.len(), 1, "of both only the last is shown again");
    assert!(world.engine().off_screen(":1.7", 1).expect("noted"));
    assert_eq!(left(), [(2, 1)]);
}

#[test]
fn the_next_telling_is_counted_from_when_the_last_was_shown() {
    // Stopped while it was shown: until before the next one, and until after it.
    let stops = [("09:36", "09:45", ["08:30", "08:40"]), ("10:00", "10:05", ["08:30", "09:00"])];
    for (back, until, times) in stops {
        let (mut world, _) = pill();
        world.wait_until("2026-11-23T09:29");
        world.jump_to("2026-11-23T09:30");
        let parcels = world.pass(&[]).expect("a service").parcels;
        let shown = parcels.iter().map(|parcel| world.hand_over(parcel)).collect();
        world.jump_to(&format!("2026-11-23T{back}"));
        world.run_with(shown);
        world.wait_until(&format!("2026-11-23T{until}"));
        assert_eq!(told(&world), times, "{}", world.all_rows());
    }
}

#[test]
fn each_telling_knows_the_others_and_what_comes_after_the_last() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:55");
    let all = |world: &World, of: usize| {
        let row = &world.deliveries()[of].row;
        let all = world.engine().tellings(row).expect("a ledger").expect("it nags");
        assert_eq!(all.every.seconds(), 600);
        (all.rows.len(), all.rows.iter().filter(|row| row.told_at.is_some()).count(), all.then)
    };
    for of in 0..3 {
        let next = Then::Again(world.instant("2026-11-23T10:00"));
        assert_eq!(all(&world, of), (4, 3, next));
    }
    let id = world.deliveries()[0].row.id;
    world.engine().acknowledge(&[id], Answer::Done, "cli").expect("done");
    let (rows, told, then) = all(&world, 2);
    let Then::Answered(given) = then else { panic!("{then:?}") };
    assert_eq!((rows, told, given.answer, given.place.as_str()), (4, 3, Answer::Done, "cli"));
}

#[test]
fn what_nobody_answers_ends_after_a_day_and_says_so() {
    let (mut world, id) = pill();
    change(&mut world, id, |draft| {
        draft.reminders = Some(vec![nagging("10h", ChannelId::DESKTOP)]);
    });
    world.wait_until("2026-11-25T12:00");
    let row = &world.deliveries()[0].row;
    let all = world.engine().tellings(row).expect("a ledger").expect("it nags");
    assert_eq!((all.rows.len(), all.then), (3, Then::Enough));
    change(&mut world, id, |draft| draft.title = "Pills".into());
}

#[test]
fn an_answer_to_any_of_its_tellings_ends_it() {
    for of in 0..3 {
        let (mut world, _) = pill();
        world.wait_until("2026-11-23T09:55");
        let id = world.deliveries()[of].row.id;
        let effect = world.engine().acknowledge(&[id], Answer::Done, "cli").expect("done");
        assert_eq!(effect.cancelled, 0, "the reminder was told");
        assert_eq!(world.inbox(), "", "told {of}");
        world.wait_until("2026-11-23T20:00");
        assert_eq!(world.sent.len(), 3);
        let last = "Mon 23 10:00 cancelled cancelled.acknowledged Pill";
        assert!(world.all_rows().ends_with(last), "{}", world.all_rows());
    }
}

#[test]
fn opening_it_is_an_answer_too() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:45");
    let id = latest(&world);
    world.engine().acknowledge(&[id], Answer::Opened, "notification").expect("opened");
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.inbox(), "");
}

#[test]
fn answered_while_it_is_being_shown_it_is_not_told_again() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:39");
    let first = latest(&world);
    world.jump_to("2026-11-23T09:40:01");
    let parcels = world.pass(&[]).expect("a pass").parcels;
    assert_eq!(parcels.len(), 1);
    world.engine().acknowledge(&[first], Answer::Done, "window").expect("done");
    let report = engine::courier::Report {
        handover: Handover::Accepted { shown_by: None },
        status: None,
        detail: String::new(),
    };
    let done = engine::scheduler::Finished {
        claims: parcels[0].claims.clone(),
        too_late: Vec::new(),
        report: Some(report),
        in_digest: false,
        at: None,
    };
    world.pass(&[done]).expect("a pass");
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 1, "{}", world.all_rows());
}

#[test]
fn it_goes_on_after_a_kill_and_was_missed_once_only() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:45");
    world.kill();
    world.jump_to("2026-11-23T14:03:00");
    world.start();
    assert_eq!(told(&world), ["08:30", "08:40", "13:03"], "one, however many were due");
    world.wait_until("2026-11-23T14:20");
    assert_eq!(told(&world)[3..], ["13:13"]);
}

#[test]
fn a_snooze_stops_it_and_nags_by_itself() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:45");
    let until = world.now() + SignedDuration::from_mins(30);
    world.engine().snooze(latest(&world), until, "window").expect("snoozed");
    assert_eq!(world.inbox(), "");
    world.wait_until("2026-11-23T10:30");
    assert_eq!(told(&world), ["08:30", "08:40", "09:15", "09:25"]);
    assert_eq!(world.inbox(), "Mon 23 10:15 completed told.on_time Pill");
    world.engine().acknowledge(&[latest(&world)], Answer::Done, "window").expect("done");
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 4);
    assert_eq!(world.inbox(), "");
}

#[test]
fn it_ends_after_a_day_and_when_the_event_is_over() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-25T12:00");
    assert_eq!(world.sent.len(), 1 + 24 * 6);
    assert_eq!(world.sent.last().expect("told").at, "2026-11-24T08:30:00Z");

    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let call = draft("appointment", "Call", "20261123T093000", Some(BERLIN));
    let own = Some(vec![nagging("25m", ChannelId::DESKTOP)]);
    world.add(EventDraft { reminders: own, length: Some((0, 3600)), ..call });
    world.wait_until("2026-11-23T20:00");
    assert_eq!(told(&world), ["08:30", "08:55", "09:20"], "it is over at 10:30 there");
}

#[test]
fn edits_end_it_and_taken_back_it_goes_on() {
    type Edit = fn(&mut EventDraft);
    let edits: [Edit; 4] = [
        |d| d.disabled = true,
        |d| d.start = "20261123T150000".into(),
        |d| d.reminders.iter_mut().flatten().for_each(|r| r.nag = None),
        |d| d.reminders = Some(Vec::new()),
    ];
    for (n, edit) in edits.into_iter().enumerate() {
        let (mut world, id) = pill();
        world.wait_until("2026-11-23T09:45");
        change(&mut world, id, edit);
        world.wait_until("2026-11-23T09:48");
        assert!(!world.rows().contains("scheduled planned.nag"), "{n}: {}", world.rows());
        world.engine().undo(None).expect("undone");
        world.wait_until("2026-11-23T10:05");
        assert_eq!(told(&world), ["08:30", "08:40", "08:50", "09:00"], "{n}");
    }
    let (mut world, id) = pill();
    world.wait_until("2026-11-23T09:45");
    change(&mut world, id, |d| d.title = "Two pills".into());
    world.wait_until("2026-11-23T09:51");
    assert_eq!(world.titles(), ["Pill", "Pill", "Two pills"]);
    world.engine().delete_event(id, None, None).expect("deleted");
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 3);
}

#[test]
fn answered_meanwhile_an_undo_does_not_bring_it_back() {
    let (mut world, id) = pill();
    world.wait_until("2026-11-23T09:45");
    let last = latest(&world);
    change(&mut world, id, |d| d.disabled = true);
    world.engine().acknowledge(&[last], Answer::Done, "window").expect("done");
    world.engine().undo(None).expect("undone");
    world.wait_until("2026-11-23T20:00");
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn a_night_holds_one_of_it_and_it_goes_on_in_the_morning() {
    let (mut world, _) = pill();
    let rules = "10:00-15:00 all".parse().expect("rules");
    world.engine().set_quiet_hours(&QuietHours { on: true, rules }).expect("set");
    world.wait_until("2026-11-23T15:15");
    assert_eq!(told(&world), ["08:30", "08:40", "08:50", "14:00", "14:10"]);
}

#[test]
fn the_clock_going_back_does_not_silence_it() {
    let (mut world, _) = pill();
    world.wait_until("2026-11-23T09:45");
    world.jump_to("2026-11-23T07:45:00");
    world.run();
    world.wait_until("2026-11-23T07:56");
    assert_eq!(told(&world), ["08:30", "08:40", "06:55"], "{}", world.rows());
}

#[test]
fn first_told_in_a_false_future_it_ends_a_day_after_the_clock_went_back() {
    let (mut world, _) = pill();
    world.set_clock("2027-11-23T09:30");
    world.run();
    world.wait_until("2027-11-23T09:45");
    assert_eq!(world.sent.len(), 2, "{}", world.rows());
    world.set_clock("2026-11-23T09:45");
    world.run();
    world.wait_until("2026-11-26T09:45");
    assert_eq!(world.sent.last().expect("told").at, "2026-11-24T08:45:00Z");
    assert_eq!(world.sent.len(), 2 + 24 * 6, "every ten minutes of a day");
}

#[test]
fn a_webhook_nags_until_the_reminder_is_answered_here_or_by_its_own_row() {
    for with_desktop in [true, false] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let url = "https://example.com".into();
        let new = NewWebhook { name: "hook".into(), url, ..NewWebhook::default() };
        let hook = world.engine().add_webhook(&new).expect("a channel").id;
        let mut own = vec![nagging("10m", hook)];
        own.extend(with_desktop.then(|| reminder("PT0M", ChannelId::DESKTOP)));
        let note = draft("note", "Pill", "20261123T093000", Some(BERLIN));
        world.add(EventDraft { reminders: Some(own), ..note });
        world.wait_until("2026-11-23T09:51");
        let calls = 3 + usize::from(with_desktop);
        assert_eq!(world.sent.len(), calls);
        let rows = world.deliveries();
        let here = |l: &&engine::ledger::inbox::Listed| {
            (l.row.identity.channel == ChannelId::DESKTOP) == with_desktop
                && l.row.told_at.is_some()
        };
        let id = rows.iter().rfind(here).expect("a row").row.id;
        world.engine().acknowledge(&[id], Answer::Done, "cli").expect("done");
        world.wait_until("2026-11-23T20:00");
        assert_eq!(world.sent.len(), calls, "{with_desktop}: {}", world.all_rows());
    }
}
