//! An endpoint that fails is given a rest: what is due meanwhile waits without burning a try, one
//! call at a time tries it afterwards, and all of it survives a restart. No endpoint is called
//! faster than it may be, and what may have arrived is not repeated by one that must not any more.

use std::time::Duration;

use acceptance::{
    home::Home,
    world::{World, draft as plain, reminder as through},
};
use calendar::{
    delivery::{Guarantee, Profile, State},
    draft::EventDraft,
    id::{ChannelId, EventId},
    network::Network,
    reason::Reason,
};
use engine::{
    channels::{ChannelChange, NewWebhook},
    courier::{Handover, Schedule},
    letters::{Care, Decision},
    rate::{LIFTED, Rate},
};
use testkit::receiver::{Answer, Receiver};

const DOWN: Handover = Handover::Transient { retry_after: None, schedule: Schedule::Channel };
const UP: Handover = Handover::Accepted { shown_by: None };

fn busy(seconds: u64) -> Handover {
    let retry_after = Some(Duration::from_secs(seconds));
    Handover::Transient { retry_after, schedule: Schedule::Channel }
}

fn hook(world: &World, name: &str, rate: Rate) -> ChannelId {
    let url = "https://example.com".into();
    let new = NewWebhook { name: name.into(), url, rate, ..NewWebhook::default() };
    world.engine().add_webhook(&new).expect("a channel").id
}

/// A note through a channel; worth telling for an hour.
fn note(world: &mut World, title: &str, start: &str, channel: ChannelId) -> EventId {
    let mut at_start = through("PT0M", channel);
    at_start.use_by = Some("1h".into());
    world.add(EventDraft {
        reminders: Some(vec![at_start]),
        ..plain("note", title, start, Some("Europe/Berlin"))
    })
}

/// Title, state and tries of each.
fn states(world: &World) -> Vec<(String, State, u32)> {
    let all = world.deliveries();
    let mut rows: Vec<_> =
        all.iter().map(|l| (l.title.clone(), l.row.facts.state, l.row.attempts)).collect();
    rows.sort();
    rows
}

fn state(world: &World, title: &str) -> (State, Reason, u32) {
    let all = world.deliveries();
    let row = &all.iter().find(|l| l.title == title).expect("planned").row;
    (row.facts.state, row.facts.reason, row.attempts)
}

/// A world at 9:00 in which five notes at 9:01 have failed, and their endpoint rests.
fn opened() -> (World, ChannelId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Rate::default());
    world.answer(DOWN);
    for n in 1..=5 {
        note(&mut world, &format!("Down {n}"), "20261123T090100", hook);
    }
    world.wait_until("2026-11-23T09:01:01");
    assert_eq!(world.sent.len(), 5, "{}", world.rows());
    (world, hook)
}

#[test]
fn after_five_failures_an_endpoint_rests_for_a_minute_and_what_waits_burns_no_try() {
    let (mut world, hook) = opened();
    note(&mut world, "Later", "20261123T090130", hook);
    world.wait_until("2026-11-23T09:01:59");
    assert_eq!(world.sent.len(), 5, "nothing is sent while it rests");
    assert_eq!(state(&world, "Later"), (State::Held, Reason::HeldResting, 0));
    assert_eq!(state(&world, "Down 1"), (State::Held, Reason::HeldResting, 1));
    let rest = world.engine().resting().expect("a ledger")[&hook];
    assert_eq!(rest.failures, 5);
    world.wait_until("2026-11-23T09:02:02");
    assert_eq!(world.sent.len(), 6, "then one call tries it:\n{}", world.rows());
    world.wait_until("2026-11-23T09:03:30");
    assert_eq!(world.sent.len(), 6, "and the next rest is twice as long");
    world.answer(UP);
    world.wait_until("2026-11-23T09:04:10");
    assert!(states(&world).iter().all(|row| row.1 == State::Completed), "{}", world.rows());
    assert!(world.engine().resting().expect("a ledger").is_empty());
    assert_eq!(state(&world, "Later"), (State::Completed, Reason::LateHeld, 1));
}

#[test]
fn what_waits_keeps_its_row_and_follows_the_retries_its_endpoint_has_now() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Rate::default());
    world.answer(DOWN);
    note(&mut world, "Waits", "20261123T090100", hook);
    world.wait_until("2026-11-23T09:01:01");
    let row = world.deliveries().remove(0).row;
    assert_eq!((row.facts.state, row.attempts), (State::Retrying, 1));
    let quick = ChannelChange { retries: Some(Profile::Quick), ..ChannelChange::default() };
    world.engine().change_channel(hook, quick, None).expect("changed");
    world.wait_until("2026-11-23T09:01:03");
    assert_eq!(world.sent.len(), 1, "its next try is when it was to be");
    world.wait_until("2026-11-23T09:01:20");
    let rows = world.deliveries();
    assert_eq!((rows.len(), rows[0].row.id, &rows[0].row.key), (1, row.id, &row.key));
    assert_eq!(state(&world, "Waits"), (State::Dead, Reason::DeadExhausted, 4));
}

fn promises(world: &World, channel: ChannelId, guarantee: Guarantee) -> u32 {
    let change = ChannelChange { guarantee: Some(guarantee), ..ChannelChange::default() };
    world.engine().change_channel(channel, change, None).expect("changed").to_check
}

/// A world in which the answer to the first try of a note at 9:01 was lost, through an endpoint that
/// never misses.
fn lost() -> (World, ChannelId) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Rate::default());
    world.answer(Handover::Ambiguous);
    note(&mut world, "Lost", "20261123T090100", hook);
    world.wait_until("2026-11-23T09:01:01");
    assert_eq!(state(&world, "Lost"), (State::Retrying, Reason::RetryAmbiguous, 1));
    (world, hook)
}

#[test]
fn what_may_have_arrived_is_not_repeated_by_an_endpoint_that_must_not_any_more() {
    let (mut world, hook) = lost();
    world.answer(UP);
    note(&mut world, "Later", "20261123T090130", hook);
    assert_eq!(promises(&world, hook, Guarantee::NeverRepeat), 1);
    assert_eq!(state(&world, "Lost"), (State::Review, Reason::ReviewNoAnswer, 1));
    world.wait_until("2026-11-23T09:40");
    assert_eq!((state(&world, "Later").0, world.sent.len()), (State::Completed, 2));
    assert_eq!(promises(&world, hook, Guarantee::NeverMiss), 0);
    world.wait_until("2026-11-23T09:45");
    assert_eq!(state(&world, "Lost").0, State::Review, "a person is to decide still");
    let decided = world.engine().decide_letters(
        &[world.deliveries().iter().find(|l| l.title == "Lost").expect("planned").row.id],
        Decision::Edited("{}"),
        Care::AllOrNone,
        None,
    );
    assert_eq!(decided.expect("decided").done.len(), 1);
    world.run();
    assert_eq!((world.sent.len(), world.sent[2].text.as_str()), (3, "{}"));
}

#[test]
fn what_was_cut_off_or_failed_otherwise_since_is_not_repeated_either() {
    let (mut world, hook) = lost();
    world.answer(DOWN);
    world.wait_until("2026-11-23T09:01:10");
    assert_eq!(state(&world, "Lost"), (State::Retrying, Reason::RetryTransient, 2));
    note(&mut world, "Cut", "20261123T090115", hook);
    world.jump_to("2026-11-23T09:01:15");
    world.pass(&[]);
    world.kill();
    world.lead();
    assert_eq!(state(&world, "Cut"), (State::Pending, Reason::Again, 1));
    assert_eq!(promises(&world, hook, Guarantee::NeverRepeat), 2);
    assert_eq!(state(&world, "Cut"), (State::Review, Reason::ReviewCutOff, 1));
    assert_eq!(state(&world, "Lost"), (State::Review, Reason::ReviewNoAnswer, 2));
    world.wait_until("2026-11-23T09:30");
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn what_is_being_sent_while_its_endpoint_comes_to_never_repeat_is_not_repeated_after_that() {
    let (mut world, hook) = lost();
    world.jump_to("2026-11-23T09:01:10");
    let passed = world.pass(&[]).expect("a service leads");
    assert_eq!(promises(&world, hook, Guarantee::NeverRepeat), 0, "it is on its way");
    world.answer(DOWN);
    let refused = world.hand_over(&passed.parcels[0]);
    world.run_with(vec![refused]);
    world.answer(UP);
    world.wait_until("2026-11-23T09:30");
    assert_eq!(
        (state(&world, "Lost"), world.sent.len()),
        ((State::Review, Reason::ReviewNoAnswer, 2), 2)
    );
}

#[test]
fn what_a_person_had_sent_goes_on_until_that_may_have_arrived() {
    let (mut world, hook) = lost();
    promises(&world, hook, Guarantee::NeverRepeat);
    let id = world.only();
    world.engine().retry(&[id], None).expect("asked for");
    world.answer(DOWN);
    world.run();
    assert_eq!(promises(&world, hook, Guarantee::NeverRepeat), 0);
    assert_eq!(state(&world, "Lost"), (State::Retrying, Reason::RetryTransient, 2));
    promises(&world, hook, Guarantee::NeverMiss);
    world.answer(Handover::Ambiguous);
    world.wait_until("2026-11-23T09:05");
    let (is, _, tries) = state(&world, "Lost");
    assert!(is == State::Retrying && tries > 2, "{}", world.rows());
    assert_eq!(promises(&world, hook, Guarantee::NeverRepeat), 1);
    assert_eq!(state(&world, "Lost"), (State::Review, Reason::ReviewNoAnswer, tries));
}

#[test]
fn a_resting_endpoint_is_tried_by_one_call_at_a_time_also_after_a_crash() {
    let (mut world, _) = opened();
    world.jump_to("2026-11-23T09:02:30");
    let one = world.pass(&[]).expect("a leader").parcels;
    assert_eq!(one.len(), 1, "one call");
    assert!(world.pass(&[]).expect("a leader").parcels.is_empty(), "and no second beside it");
    world.kill();
    world.answer(UP);
    world.start();
    assert!(states(&world).iter().all(|row| row.1 == State::Completed), "{}", world.rows());
}

#[test]
fn a_rest_survives_a_restart_and_holds_no_other_endpoint() {
    let (mut world, hook_down) = opened();
    let other = hook(&world, "other", Rate::default());
    note(&mut world, "Resting", "20261123T090110", hook_down);
    note(&mut world, "Well", "20261123T090110", other);
    world.kill();
    world.start();
    world.answer(UP);
    world.wait_until("2026-11-23T09:01:30");
    assert_eq!(state(&world, "Resting").0, State::Held);
    assert_eq!(state(&world, "Well").0, State::Completed);
}

#[test]
fn a_rest_is_never_longer_than_what_waits_is_worth_telling() {
    let (mut world, hook) = opened();
    let mut at_start = through("PT0M", hook);
    at_start.use_by = Some("20s".into());
    let short = EventDraft {
        reminders: Some(vec![at_start]),
        ..plain("note", "Short", "20261123T090120", Some("Europe/Berlin"))
    };
    world.add(short);
    world.wait_until("2026-11-23T09:01:45");
    assert_eq!(state(&world, "Short"), (State::Expired, Reason::ExpiredAge, 0));
}

#[test]
fn a_clock_set_back_leaves_no_endpoint_resting_for_the_false_future() {
    let (mut world, _) = opened();
    world.answer(UP);
    world.jump_to("2026-11-23T05:00:00");
    world.run();
    world.wait_until("2026-11-23T09:00:30");
    assert!(world.engine().resting().expect("a ledger").is_empty());
    world.wait_until("2026-11-23T09:03:00");
    assert!(states(&world).iter().all(|row| row.1 == State::Completed), "{}", world.rows());
}

#[test]
fn an_endpoint_that_asks_for_time_is_given_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Rate::default());
    world.answer(busy(600));
    note(&mut world, "First", "20261123T090100", hook);
    note(&mut world, "Second", "20261123T090200", hook);
    world.wait_until("2026-11-23T09:05:00");
    assert_eq!(world.sent.len(), 1);
    assert_eq!(state(&world, "First"), (State::Retrying, Reason::RetryTransient, 1));
    assert_eq!(state(&world, "Second"), (State::Held, Reason::HeldAsked, 0));
    world.answer(UP);
    world.wait_until("2026-11-23T09:11:01");
    assert!(states(&world).iter().all(|row| row.1 == State::Completed), "{}", world.rows());
}

#[test]
fn a_test_that_is_taken_ends_a_rest_and_what_waited_is_told_at_its_pace() {
    let (mut world, hook) = opened();
    for n in 1..=8 {
        note(&mut world, &format!("Later {n}"), "20261123T090110", hook);
    }
    world.wait_until("2026-11-23T09:01:20");
    assert_eq!(state(&world, "Later 1").0, State::Held);
    world.engine().test_channel(hook, None).expect("planned");
    world.run();
    assert_eq!(world.sent.len(), 6, "it goes through a rest:\n{}", world.rows());
    let rest = world.engine().resting().expect("a ledger")[&hook];
    assert_eq!(
        rest.until,
        world.instant("2026-11-23T09:02:00"),
        "one that fails makes none longer"
    );
    world.answer(UP);
    world.sent.clear();
    world.engine().test_channel(hook, None).expect("planned");
    world.run();
    assert!(world.engine().resting().expect("a ledger").is_empty());
    assert!(world.sent.len() <= 10, "no faster than it may be called: {}", world.rows());
    world.kill();
    world.start();
    assert!(world.engine().resting().expect("a ledger").is_empty(), "also for the next service");
    world.wait_until("2026-11-23T09:01:30");
    assert!(states(&world).iter().all(|row| row.1 == State::Completed), "{}", world.rows());
}

#[test]
fn a_test_that_fails_at_a_resting_endpoint_is_tried_again_after_the_rest() {
    let (mut world, hook) = opened();
    world.wait_until("2026-11-23T09:01:20");
    let before = world.sent.len();
    world.engine().test_channel(hook, None).expect("planned");
    world.run();
    world.wait_until("2026-11-23T09:01:59");
    assert_eq!(world.sent.len(), before + 1, "{}", world.rows());
    world.wait_until("2026-11-23T09:02:02");
    assert!(world.sent.len() > before + 1, "{}", world.rows());
}

#[test]
fn a_switched_off_endpoint_is_not_tested_and_it_is_said_how_to_switch_it_on() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Rate::default());
    world.answer(Handover::Gone);
    note(&mut world, "Backup", "20261123T090010", hook);
    world.wait_until("2026-11-23T09:00:12");
    let said = world.engine().test_channel(hook, None).expect_err("it is off").to_string();
    assert!(said.contains("`carillon channel on hook`"), "{said}");
}

#[test]
fn a_test_that_is_taken_ends_a_rest_at_once_also_where_others_are_paced() {
    let (mut world, down) = opened();
    let slow = hook(&world, "slow", Rate { per_second: 1, burst: 1 });
    for n in 1..=30 {
        note(&mut world, &format!("Slow {n}"), "20261123T090112", slow);
    }
    note(&mut world, "Later", "20261123T090110", down);
    world.wait_until("2026-11-23T09:01:14");
    world.answer(UP);
    world.engine().test_channel(down, None).expect("planned");
    world.run();
    assert_eq!(state(&world, "Later").0, State::Completed, "{}", world.rows());
}

#[test]
fn what_is_due_at_once_is_sent_no_faster_than_the_endpoint_may_be_called() {
    for (rate, just_after, a_second_later) in [
        (Rate::default(), 10, 15),
        (Rate { per_second: 20, burst: 40 }, 40, 60),
        (Rate { per_second: LIFTED, burst: 1 }, 60, 60),
    ] {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let hook = hook(&world, "hook", rate);
        for n in 1..=60 {
            note(&mut world, &format!("Due {n}"), "20261123T090100", hook);
        }
        world.wait_until("2026-11-23T09:01:00");
        assert_eq!(world.sent.len(), just_after, "{rate:?}");
        let waiting = states(&world).iter().filter(|row| row.1 == State::Scheduled).count();
        assert_eq!(waiting, 60 - just_after, "what waits stays as it is");
        world.wait_until("2026-11-23T09:01:01");
        assert_eq!(world.sent.len(), a_second_later, "{rate:?}");
        world.wait_until("2026-11-23T09:01:59");
        assert_eq!(world.sent.len(), 60, "{rate:?}");
    }
}

#[test]
fn one_slow_endpoint_makes_no_other_wait() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let slow = hook(&world, "slow", Rate { per_second: 1, burst: 1 });
    let other = hook(&world, "other", Rate::default());
    for n in 1..=20 {
        note(&mut world, &format!("Slow {n}"), "20261123T090100", slow);
    }
    note(&mut world, "Other", "20261123T090101", other);
    world.wait_until("2026-11-23T09:01:01");
    assert_eq!(state(&world, "Other").0, State::Completed);
    let waiting = states(&world).iter().filter(|row| row.1 == State::Scheduled).count();
    assert_eq!(waiting, 18);
}

#[test]
fn an_endpoint_that_is_gone_fails_what_is_due_and_not_what_is_to_come() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let hook = hook(&world, "hook", Rate::default());
    world.answer(DOWN);
    note(&mut world, "Retrying", "20261123T090100", hook);
    world.wait_until("2026-11-23T09:01:01");
    world.answer(Handover::Gone);
    note(&mut world, "Gone", "20261123T090102", hook);
    note(&mut world, "Off", "20261123T090300", hook);
    note(&mut world, "On again", "20261123T090400", hook);
    world.wait_until("2026-11-23T09:01:03");
    let gone = (State::Dead, Reason::DeadGone);
    for title in ["Retrying", "Gone"] {
        let (state, reason, tries) = state(&world, title);
        assert_eq!((state, reason, tries), (gone.0, gone.1, 1), "{title}");
    }
    world.wait_until("2026-11-23T09:03:30");
    assert_eq!(state(&world, "Off"), (gone.0, gone.1, 0));
    world.answer(UP);
    world.engine().switch_on(hook, None).expect("on");
    world.wait_until("2026-11-23T09:04:30");
    assert_eq!(state(&world, "On again").0, State::Completed);
}

const SOON: Duration = Duration::from_millis(1_200);

#[tokio::test(flavor = "multi_thread")]
async fn a_real_endpoint_that_says_429_is_left_alone_also_by_the_next_service() {
    let home = Home::new();
    let receiver = Receiver::start([Answer::with(429, "Retry-After", "120")]).await;
    let url = receiver.url("/hook");
    let new =
        NewWebhook { name: "hook".into(), url, network: Network::Loopback, ..Default::default() };
    let channel = home.engine.add_webhook(&new).expect("a channel").id;
    let service = home.service().await;
    home.note("First", SOON, channel);
    home.until_in(State::Retrying, 1).await;
    home.note("Second", SOON, channel);
    home.until_in(State::Held, 1).await;
    service.kill();
    let service = home.service().await;
    home.note("Third", SOON, channel);
    home.until_in(State::Held, 2).await;
    assert_eq!(receiver.requests().len(), 1, "{}", home.rows());
    let first = home.deliveries().into_iter().find(|l| l.row.attempts == 1).expect("tried").row;
    let wait = first.facts.not_before.expect("a time").duration_since(first.facts.due).as_secs();
    assert!((120..140).contains(&wait), "{wait}");
    let rest = home.engine.resting().expect("readable")[&channel];
    assert_eq!(rest.failures, 1);
    service.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_endpoint_that_fails_five_times_running_is_given_a_rest() {
    let home = Home::new();
    let receiver = Receiver::start(vec![Answer::status(500); 20]).await;
    let url = receiver.url("/hook");
    let new =
        NewWebhook { name: "hook".into(), url, network: Network::Loopback, ..Default::default() };
    let channel = home.engine.add_webhook(&new).expect("a channel").id;
    let service = home.service().await;
    for n in 1..=5 {
        home.note(&format!("Down {n}"), SOON, channel);
    }
    // Their own next try is after five seconds, and falls into the rest.
    home.until_in(State::Held, 5).await;
    assert_eq!(receiver.requests().len(), 5, "{}", home.rows());
    assert_eq!(home.engine.resting().expect("readable")[&channel].failures, 5);
    service.stop();
}
