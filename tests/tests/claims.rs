//! Claims: what settles and what is claimed next share one commit, and what may have been told through a
//! channel that must never repeat is a person's to decide.

use acceptance::world::{World, draft, reminder, zones};
use calendar::{
    delivery::{Guarantee, State},
    draft::EventDraft,
    id::ChannelId,
    network::Network,
    reason::Reason,
};
use engine::{
    channels::{ChannelChange, NewWebhook},
    courier::{Handover, Parcel, Report},
    scheduler::Finished,
};

const BERLIN: &str = "Europe/Berlin";

fn endpoint(world: &World, guarantee: Guarantee) -> ChannelId {
    let new = NewWebhook {
        name: "lamp".into(),
        url: "http://127.0.0.1:1/".into(),
        network: Network::Loopback,
        guarantee,
        ..NewWebhook::default()
    };
    world.engine().add_webhook(&new).expect("a channel").id
}

fn light(channel: ChannelId, title: &str) -> EventDraft {
    EventDraft {
        reminders: Some(vec![reminder("PT0M", channel)]),
        ..draft("note", title, "20261123T093000", Some(BERLIN))
    }
}

fn taken(parcel: &Parcel) -> Finished {
    let handover = Handover::Accepted { shown_by: None };
    Finished {
        claims: parcel.claims.clone(),
        too_late: Vec::new(),
        report: Some(Report { handover, status: Some(200), detail: String::new() }),
        in_digest: false,
        at: None,
    }
}

/// Commits in the write-ahead log: frames that say how large the file is after them.
fn commits(world: &World) -> usize {
    let log = std::fs::read(world.folder().join("carillon.db-wal")).expect("a log");
    let page = u32::from_be_bytes(log[8..12].try_into().expect("four bytes")) as usize;
    let salt = &log[16..24];
    let frames = log[32..].chunks_exact(24 + page);
    frames.filter(|frame| frame[8..16] == *salt && frame[4..8] != [0; 4]).count()
}

#[test]
fn settling_and_the_next_claims_are_one_commit() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    let rate = Some(engine::rate::Rate { per_second: 1_000, burst: 1_000 });
    let lifted = ChannelChange { rate, ..ChannelChange::default() };
    world.engine().change_channel(lamp, lifted, None).expect("lifted");
    for n in 0..40 {
        world.add(light(lamp, &format!("Light {n}")));
    }
    world.jump_to("2026-11-23T09:30");
    let before = commits(&world);
    let (mut finished, mut passes, mut told) = (Vec::new(), 0, 0);
    loop {
        let passed = world.pass(&finished).expect("a service");
        passes += 1;
        finished = passed.parcels.iter().map(taken).collect();
        told += finished.len();
        if finished.is_empty() {
            break;
        }
    }
    assert_eq!((told, passes), (40, 6), "eight at once");
    assert_eq!(commits(&world) - before, 6, "a commit a pass, and nothing besides");
}

#[test]
fn what_may_have_been_told_is_not_sent_again_by_an_edit_where_it_must_not_repeat() {
    for (guarantee, then) in
        [(Guarantee::NeverRepeat, State::Review), (Guarantee::NeverMiss, State::Completed)]
    {
        let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
        let lamp = endpoint(&world, guarantee);
        let id = world.add(light(lamp, "Light"));
        world.jump_to("2026-11-23T09:30");
        let parcels = world.pass(&[]).expect("a service").parcels;
        assert_eq!(parcels.len(), 1, "it is being sent");
        // Cancelled while it was, and then cut off: nobody knows whether it arrived.
        let cancelled = EventDraft { disabled: true, ..world.draft(id) };
        let again = EventDraft { disabled: false, ..cancelled.clone() };
        let save = |world: &World, draft: EventDraft| {
            let save = engine::events::Save { id: Some(id), draft, ..Default::default() };
            world.engine().save_event(&save).expect("saved");
        };
        save(&world, cancelled);
        world.kill();
        world.start();
        assert!(world.all_rows().contains("cancelled cancelled."), "{}", world.all_rows());
        save(&world, again);
        world.run();
        let row = &world.deliveries()[..];
        let newest = row.iter().max_by_key(|l| l.row.generation).expect("a row");
        assert_eq!((newest.row.generation, newest.row.facts.state), (1, then), "{guarantee:?}");
        assert_eq!(world.sent.len(), usize::from(then == State::Completed));
        // This one was never sent, so nothing cut it off.
        let is_named = newest.row.facts.reason == Reason::ReviewEarlier;
        assert_eq!(is_named, then == State::Review, "{:?}", newest.row.facts.reason);
    }
}

#[test]
fn what_is_cut_off_beside_a_culprit_is_not_set_aside_with_it() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    for n in 0..6 {
        world.add(light(lamp, &format!("Light {n}")));
    }
    world.jump_to("2026-11-23T09:30");
    // Whatever else is under way, the service dies as soon as the first is sent.
    assert_eq!(world.pass(&[]).expect("a service").parcels.len(), 6);
    for _ in 0..2 {
        world.kill();
        world.lead();
        let parcels = world.pass(&[]).expect("a service").parcels;
        assert_eq!(parcels.len(), 1, "of what was cut off one at a time");
    }
    world.kill();
    world.start();
    world.run();
    let rows = world.rows();
    assert_eq!(rows.matches("dead dead.quarantined").count(), 1, "{rows}");
    assert_eq!(rows.matches(" completed ").count(), 5, "{rows}");
}

#[test]
fn what_no_key_opens_waits_for_it_and_burns_no_try() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    world.add(light(lamp, "Light"));
    let (key, away) = (world.folder().join("secret.key"), world.state().join("secret.key"));
    std::fs::rename(&key, &away).expect("moved away");
    // Whoever finds no key begins with another, which opens nothing of before.
    world.start_with(zones());
    world.wait_until("2026-11-23T09:40");
    assert_eq!(world.rows(), "Mon 23 09:30 held held.secret_locked Light");
    let row = world.engine().why(world.only()).expect("a story");
    assert_eq!((row.delivery.row.attempts, row.attempts.len()), (0, 0));
    assert!(world.sent.is_empty());
    std::fs::rename(&away, &key).expect("put back");
    world.start_with(zones());
    world.wait_until("2026-11-23T10:00");
    assert_eq!(world.rows(), "Mon 23 09:30 completed late.held Light");
    assert_eq!(world.sent.len(), 1);
}

/// One that may have arrived, taken away by its event and wanted again: it is a delivery of its own
/// that was never tried.
fn wanted_again(world: &mut World, lamp: ChannelId) {
    let id = world.add(light(lamp, "Light"));
    world.answer(Handover::Ambiguous);
    world.wait_until("2026-11-23T09:30:01");
    world.kill();
    world.engine().delete_event(id, None, None).expect("deleted");
    world.engine().undo(None).expect("brought back");
    assert_eq!(world.sent.len(), 1);
    let rows = world.deliveries();
    let newest = rows.iter().max_by_key(|l| l.row.generation).expect("a row");
    assert_eq!((newest.row.generation, newest.row.attempts), (1, 0), "{}", world.rows());
}

fn never_repeat(world: &World, lamp: ChannelId) -> u32 {
    let guarantee = Some(Guarantee::NeverRepeat);
    let change = ChannelChange { guarantee, ..ChannelChange::default() };
    world.engine().change_channel(lamp, change, None).expect("changed").to_check
}

#[test]
fn what_was_wanted_again_before_its_endpoint_came_to_never_repeat_is_a_persons_to_decide() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    wanted_again(&mut world, lamp);
    never_repeat(&world, lamp);
    world.answer(Handover::Accepted { shown_by: None });
    world.start();
    world.wait_until("2026-11-23T09:40");
    let newest = |world: &World| {
        let rows = world.deliveries();
        let newest = rows.into_iter().max_by_key(|l| l.row.generation).expect("a row");
        (newest.row.id, newest.row.facts.state, newest.row.facts.reason)
    };
    let (id, state, reason) = newest(&world);
    assert_eq!((state, reason), (State::Review, Reason::ReviewEarlier), "{}", world.rows());
    assert_eq!(world.sent.len(), 1, "it is not sent under another key");
    world.engine().retry(&[id], None).expect("a person has it sent");
    world.run();
    assert_eq!((newest(&world).1, world.sent.len()), (State::Completed, 2), "{}", world.rows());
}

#[test]
fn what_is_a_persons_to_decide_from_its_first_moment_is_counted_as_that_once() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let begun = world.now();
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    let id = world.add(light(lamp, "Light"));
    world.answer(Handover::Ambiguous);
    world.wait_until("2026-11-23T09:30:01");
    world.engine().delete_event(id, None, None).expect("deleted");
    never_repeat(&world, lamp);
    world.engine().undo(None).expect("brought back");
    let in_review = |world: &World| {
        let counted = world.engine().statistics(begun).expect("counted");
        counted.into_iter().find(|(what, _)| what == "review").map(|(_, n)| n)
    };
    assert_eq!(in_review(&world), Some(1), "{}", world.rows());
    let rows = world.deliveries();
    let newest = rows.iter().max_by_key(|l| l.row.generation).expect("a row").row.id;
    world.engine().retry(&[newest], None).expect("a person has it sent");
    world.run();
    assert_eq!(in_review(&world), Some(1), "{}", world.rows());
}

#[test]
fn what_is_wanted_again_goes_on_where_its_endpoint_may_repeat() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    wanted_again(&mut world, lamp);
    world.answer(Handover::Accepted { shown_by: None });
    world.start();
    world.wait_until("2026-11-23T09:40");
    assert_eq!(world.sent.len(), 2);
}

#[test]
fn all_that_may_have_arrived_is_counted_when_its_endpoint_comes_to_never_repeat() {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let lamp = endpoint(&world, Guarantee::NeverMiss);
    let rate = Some(engine::rate::Rate { per_second: 1_000, burst: 1_000 });
    let lifted = ChannelChange { rate, ..ChannelChange::default() };
    world.engine().change_channel(lamp, lifted, None).expect("lifted");
    for n in 0..320 {
        world.add(light(lamp, &format!("Light {n}")));
    }
    world.jump_to("2026-11-23T09:30");
    let (mut finished, mut tried) = (Vec::new(), 0);
    loop {
        let passed = world.pass(&finished).expect("a service");
        // One of four is taken, so that the endpoint is given no rest.
        finished = Vec::new();
        for parcel in &passed.parcels {
            tried += 1;
            world.answer(match tried % 4 {
                0 => Handover::Accepted { shown_by: None },
                _ => Handover::Ambiguous,
            });
            let back = world.hand_over(parcel);
            finished.push(back);
        }
        if finished.is_empty() {
            break;
        }
    }
    assert_eq!((tried, never_repeat(&world, lamp)), (320, 240));
}
