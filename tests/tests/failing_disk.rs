//! Aim: a disk that fails, is full or is held by another makes nothing be told twice or not at all,
//! wherever that happens. Method: the real engine over a simulated disk, on which one sync, one
//! write or the room for one fails; each of them in turn, in the life of a few reminders.

use acceptance::world::{World, draft, reminder};
use calendar::{delivery::State, draft::EventDraft, id::ChannelId, network::Network};
use engine::{Error, channels::NewWebhook};
use simulated_disk::{Disk, Fault};

const BERLIN: &str = "Europe/Berlin";

/// A desktop reminder and two webhooks are due; everything is handed over at once.
fn eight(disk: &mut Option<Disk>) -> World {
    simulated_disk::install();
    let mut world = World::prepared("2026-11-23T07:00[Europe/Berlin]", |folder| {
        *disk = Some(Disk::new(folder));
    });
    world.start();
    let hook = NewWebhook {
        name: "hook".into(),
        url: "http://127.0.0.1:9/".into(),
        network: Network::Loopback,
        ..NewWebhook::default()
    };
    let hook = world.engine().add_webhook(&hook).expect("a channel").id;
    let note = |title: &str, channel| EventDraft {
        reminders: Some(vec![reminder("PT0S", channel)]),
        ..draft("note", title, "20261123T080000", Some(BERLIN))
    };
    for (title, channel) in [("Pill", ChannelId::DESKTOP), ("Log", hook), ("Lamp", hook)] {
        world.add(note(title, channel));
    }
    world.jump_to("2026-11-23T08:00");
    world
}

/// Everything is told, and told once, whatever this does to the disk meanwhile. Says how often it
/// was tried in vain.
fn check(fault: Fault) -> usize {
    let mut disk = None;
    let mut world = eight(&mut disk);
    let disk = disk.expect("a disk");
    disk.arrange(fault);
    let mut failed = 0;
    world.run_in_spite_of(|error| {
        failed += 1;
        assert!(!matches!(error, Error::Newer { .. }), "{error}");
        disk.heal();
    });
    disk.heal();
    let mut keys: Vec<&str> = world.sent.iter().map(|sent| sent.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((keys.len(), world.sent.len()), (3, 3), "{fault:?}: {}", world.all_rows());
    for listed in world.deliveries() {
        assert_eq!(listed.row.facts.state, State::Completed, "{fault:?}: {}", world.all_rows());
    }
    // What was written down is there for whoever opens the file next.
    world.kill();
    world.start();
    assert_eq!(world.sent.len(), 3, "{fault:?}: {}", world.all_rows());
    disk.remove();
    failed
}

#[test]
fn a_sync_that_fails_makes_nothing_be_told_twice_or_not_at_all() {
    let failed: usize = (0..4).map(|after| check(Fault::FailingSync { after })).sum();
    assert!(failed >= 2, "{failed} commits failed");
}

#[test]
fn a_write_that_fails_makes_nothing_be_told_twice_or_not_at_all() {
    let failed: usize = (0..40).step_by(3).map(|after| check(Fault::Failing { after })).sum();
    assert!(failed >= 5, "{failed} commits failed");
}

#[test]
fn a_disk_that_is_full_for_a_while_makes_nothing_be_told_twice_or_not_at_all() {
    let mut disk = None;
    let mut world = eight(&mut disk);
    let disk = disk.expect("a disk");
    let bytes = ["carillon.db", "carillon.db-wal"].map(|name| {
        let folder = world.folder().canonicalize().expect("a folder");
        disk.bytes(&folder.join(name)).map_or(0, |bytes| bytes.len())
    });
    let used: usize = bytes.iter().sum();
    for more in (0..40_000).step_by(5_000) {
        disk.arrange(Fault::Full { bytes: used + more });
        let mut failed = 0;
        world.run_in_spite_of(|error| {
            failed += 1;
            assert!(matches!(error, Error::Full), "{error}");
            if failed == 3 {
                disk.heal();
            }
        });
        disk.heal();
    }
    assert_eq!(world.sent.len(), 3, "{}", world.all_rows());
    disk.remove();
}
