//! More is due at once than there are slots: what waits is still changed, cancelled and missed as
//! anything else, and what is fresh comes first.

use std::sync::Arc;

use acceptance::world::{World, draft, reminder};
use calendar::{delivery::State, draft::EventDraft, id::ChannelId, network::Network};
use engine::{
    Actor, Engine,
    channels::NewWebhook,
    clock::{Clock, Now},
    courier::{Handover, Parcel, Report},
    rate::{LIFTED, Rate},
    scheduler::{Finished, Passed},
};

const BERLIN: &str = "Europe/Berlin";

fn webhook(world: &World) -> ChannelId {
    let new = NewWebhook {
        name: "hook".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        rate: Rate { per_second: LIFTED, burst: LIFTED },
        ..NewWebhook::default()
    };
    world.engine().add_webhook(&new).expect("a channel").id
}

/// An appointment of an hour, told by webhook at its start.
fn called(title: &str, start: &str, channel: ChannelId) -> EventDraft {
    let reminders = Some(vec![reminder("PT0M", channel)]);
    EventDraft { reminders, ..draft("appointment", title, start, Some(BERLIN)) }
}

fn done(parcel: &Parcel) -> Finished {
    let report = Report {
        handover: Handover::Accepted { shown_by: None },
        status: None,
        detail: String::new(),
    };
    let claims = parcel.claims.clone();
    Finished { claims, too_late: Vec::new(), report: Some(report), in_digest: false, at: None }
}

/// A world in which twenty are due and eight are on their way.
fn twenty() -> (World, Passed) {
    let mut world = World::at("2026-11-23T09:00[Europe/Berlin]");
    let channel = webhook(&world);
    for n in 0..20 {
        world.add(called(&format!("Number {n:02}"), "20261123T100000", channel));
    }
    world.jump_to("2026-11-23T10:00");
    let passed = world.pass(&[]).expect("a service");
    assert_eq!(passed.parcels.len(), 8);
    (world, passed)
}

/// Hands over what was claimed, pass by pass, until nothing comes any more.
fn to_the_end(world: &mut World, mut passed: Passed) -> usize {
    let mut sent = 0;
    while !passed.parcels.is_empty() || passed.more {
        sent += passed.parcels.len();
        let finished: Vec<Finished> = passed.parcels.iter().map(done).collect();
        passed = world.pass(&finished).expect("a service");
    }
    sent
}

fn count(world: &World, state: State) -> usize {
    world.deliveries().iter().filter(|l| l.row.facts.state == state).count()
}

#[test]
fn all_that_wait_are_sent_once() {
    let (mut world, passed) = twenty();
    assert_eq!(to_the_end(&mut world, passed), 20);
    assert_eq!(count(&world, State::Completed), 20);
}

/// The clock of the world, for another program.
struct At(Now);

impl Clock for At {
    fn now(&self) -> Now {
        self.0.clone()
    }
}

#[test]
fn what_is_deleted_while_it_waits_is_not_sent_whoever_deletes_it() {
    let (mut world, passed) = twenty();
    let waiting = world.deliveries().into_iter().filter(|l| l.row.facts.state == State::Scheduled);
    let waiting: Vec<_> = waiting.filter_map(|l| l.row.event).collect();
    assert_eq!(waiting.len(), 12);
    world.engine().delete_event(waiting[0], None, None).expect("deleted");
    let clock = Arc::new(At(world.engine().now()));
    let other = Engine::open(world.folder(), Actor::CommandLine, clock).expect("the ledger");
    other.delete_event(waiting[1], None, None).expect("deleted");
    assert_eq!(to_the_end(&mut world, passed), 18);
    assert_eq!(count(&world, State::Cancelled), 2);
}

#[test]
fn what_is_over_while_it_waits_is_missed() {
    let (mut world, passed) = twenty();
    world.jump_to("2026-11-23T11:00");
    assert_eq!(to_the_end(&mut world, passed), 8);
    assert_eq!((count(&world, State::Completed), count(&world, State::Expired)), (8, 12));
}

#[test]
fn what_is_fresh_comes_before_what_has_waited_longer() {
    let (mut world, passed) = twenty();
    let channel = world.deliveries()[0].row.identity.channel;
    let fresh = called("Fresh", "20261123T102000", channel);
    world.jump_to("2026-11-23T10:19");
    let save = engine::events::Save { draft: fresh, ..engine::events::Save::default() };
    world.engine().save_event(&save).expect("saved");
    world.jump_to("2026-11-23T10:20");
    let finished: Vec<Finished> = passed.parcels.iter().map(done).collect();
    let next = world.pass(&finished).expect("a service");
    let first = next.parcels[0].claims[0].delivery;
    let title = |l: &engine::ledger::inbox::Listed| l.title.clone();
    let found = world.deliveries().iter().find(|l| l.row.id == first).map(title);
    assert_eq!(found.as_deref(), Some("Fresh"));
}
